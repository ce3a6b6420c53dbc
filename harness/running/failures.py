"""What ends a run but not the others: whatever code of the user's own raises, sys.exit() included."""

FAILURES = BaseException  # asyncio's and others' ends are no Exceptions
READ_ONLY = "read-only"  # in NumPy's words for an assignment and for an output


def no_memory(error: MemoryError) -> str:
    return f"not enough memory: {error}".rstrip(": ")


def told(error: BaseException) -> str:
    """The failure in words. Running out of memory and Ctrl-C say nothing about a trial, so they are raised on."""
    if isinstance(error, (MemoryError, KeyboardInterrupt)):
        raise error
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
