"""Compiled SQL judged by grammars that are not sqlglot's, for the dialects whose engines do not run here."""
