"""Optimizers, a file per family: one pure rule each. Their loops, memory and schedules are in base and memory."""
