"""The package that `metricspec plugin new` writes: files with placeholders, and what fills them."""
