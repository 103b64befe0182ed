"""What people see: tables, plain English, files."""
