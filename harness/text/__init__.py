"""Texts of others made safe to print, and commands made safe to copy."""
