"""Every measure type on every engine: the same inputs, the same numbers."""
