"""Compiled SQL judged by grammars that are not sqlglot's: whole parsers of others, and lists of what a dialect refuses."""
