"""Objectives that are typed: formulas, parsed and derived by symbols, and plain NumPy functions."""
