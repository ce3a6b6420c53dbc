"""Numbers recorded from other libraries, and what records them."""
