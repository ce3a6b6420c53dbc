"""Pictures, and the page that shows them: made from what finished folders hold, never by running an optimizer."""
