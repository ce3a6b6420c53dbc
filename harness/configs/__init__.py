"""From what is typed and written to objects: composing, settings, trust, building, and advice for mistakes."""
