"""What people see in a terminal: tables, the live screen, streams that may close."""
