"""Our optimizers and schedules side by side with other libraries."""
