"""Populations: planned from trials, advanced by an engine, watched, and measured at every record."""
