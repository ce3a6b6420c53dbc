"""Commands that people copy into a shell: made of their words, quoted as a shell needs it, whatever stands in them."""

import shlex
from typing import Any


def command(*words: str, module: str = "harness") -> str:
    """A command of ours.

    >>> command("-m", *words_of("; touch x #"))
    "python -m harness -m ';' touch x '#'"
    """
    return shlex.join(["python", "-m", module, *words])


def words_of(line: Any) -> list[str]:
    """The words of a line as a file keeps it; what a shell could not read is one word."""
    try:
        return shlex.split(str(line))
    except ValueError:
        return [str(line)]
