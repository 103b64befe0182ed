"""Tests of specs: rows in, results out, run in DuckDB by the same plan as any run."""
