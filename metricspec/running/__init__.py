"""Running plans: a project with its binding, the warehouse, and what a run reports beside its Result."""
