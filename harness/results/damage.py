"""Folders whose files were changed, or cut: what reads them meets what is not there, of many kinds."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import UserError


@contextmanager
def reading(folder: object) -> Iterator[None]:
    """Whatever a damaged file makes of what reads it, as one line; a UserError stays what it is."""
    try:
        yield
    except UserError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise UserError(f"{folder}: damaged: {type(error).__name__}: {error}") from error
