"""Versions of specs: what a definition depends on, and whether it is still the same."""
