"""Our parts beside those of other libraries, by computation."""
