"""What changes from one version of the specs to another: differences, the bump they need, their history."""
