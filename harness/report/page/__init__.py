"""The page that shows a finished sweep to whoever was not there, and the tables of papers."""
