"""Objectives made of an objective: other coordinates, other gradients."""
