"""The error that a user can mend."""


class UserError(ValueError):
    """Shown as one line, with exit code 2: the thing, the value, the choices."""


class RunError(Exception):
    """A run failed, and the user wants to stop there (on_error=raise)."""
