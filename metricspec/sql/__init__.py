"""SQL as sqlglot trees: expressions, stages, dialects, rounding. Knows columns and types, and nothing of education."""
