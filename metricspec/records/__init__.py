"""The record that every file of results carries: what made it, so that it can be made again and compared."""
