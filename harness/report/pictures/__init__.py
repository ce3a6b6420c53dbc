"""A file per picture."""
