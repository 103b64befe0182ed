"""The command `run-chart`: one run chart out of a Result file, named as the project names things."""
