"""Ratios below which `--floor` fails."""

FLOORS: dict[str, dict[str, float]] = {}
