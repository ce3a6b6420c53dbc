"""What ends a run but not the others: whatever code of the user's own raises, sys.exit() included."""

import errno

FAILURES = BaseException  # asyncio's and others' ends are no Exceptions
READ_ONLY = "read-only"  # in NumPy's words for an assignment and for an output


def no_memory(error: MemoryError) -> str:
    return f"not enough memory: {error}".rstrip(": ")


def told(error: BaseException) -> str:
    """The failure in words. Running out of memory and Ctrl-C say nothing about a trial, so they are raised on."""
    if isinstance(error, KeyboardInterrupt):
        raise error
    if (lack := _lack_of_memory(error)) is not None:
        raise lack
    try:
        said = str(error)
    except Exception as another:  # the user's own __str__
        said = f"which cannot be shown: {type(another).__name__}"
    text = f"{type(error).__name__}: {said}"
    if isinstance(error, SystemExit):
        return f"SystemExit: it called sys.exit({error.code!r})"
    if isinstance(error, ValueError) and READ_ONLY in said:
        return f"{text}; params are not the objective's to change: work on a copy"
    return text if said else type(error).__name__


def _lack_of_memory(error: BaseException) -> MemoryError | None:
    """The lack of memory behind an error: libraries wrap it, groups hold it, and the system has its own word for it."""
    if isinstance(error, MemoryError):
        return error
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return MemoryError(error.strerror)
    before = error.__cause__ if error.__suppress_context__ else error.__context__
    behind = [*(error.exceptions if isinstance(error, BaseExceptionGroup) else ()), *([before] if before else [])]
    return next((lack for one in behind if (lack := _lack_of_memory(one)) is not None), None)
