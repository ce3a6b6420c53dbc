"""What ends a run but not the others: whatever code of the user's own raises, sys.exit() included."""

FAILURES = (Exception, SystemExit, GeneratorExit)
READ_ONLY = "read-only"  # in NumPy's words for an assignment and for an output


def no_memory(error: MemoryError) -> str:
    return f"not enough memory: {error}".rstrip(": ")


def told(error: BaseException) -> str:
    """The failure in words. Running out of memory says nothing about a trial, so it is raised on."""
    if isinstance(error, MemoryError):
        raise error
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, SystemExit):
        return f"SystemExit: it called sys.exit({error.code!r})"
    if isinstance(error, ValueError) and READ_ONLY in str(error):
        return f"{text}; params are not the objective's to change: work on a copy"
    return text if str(error) else type(error).__name__
