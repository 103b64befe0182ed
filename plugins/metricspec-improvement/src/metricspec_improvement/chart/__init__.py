"""The command `run-chart`: one run chart out of a Result file, and nothing else."""
