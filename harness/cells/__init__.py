"""What is asked: cells that are compared, the space that is searched inside each, and what they may spend."""
