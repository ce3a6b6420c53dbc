"""Optuna's part: studies, rounds of trials on disk, and how a sweep that was stopped goes on."""
