"""`python -m metricspec` is the command."""

from metricspec.cli import main

main()
