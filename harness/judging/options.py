"""What is typed beside a file of results: `value=loss method=optimizer pair=seed`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, Literal

from harness.answers.verdict import LEVEL
from harness.errors import UserError
from objectives.data.table import one_character

NONE = "none"  # no such column
DIGITS = 9  # of a count
LISTS = ("method", "methods", "problem", "pair")
Columns = tuple[str, ...] | None  # None: to be guessed; (): none


@dataclass(frozen=True)
class Options:
    """Typed, or what holds where nothing is."""

    value: str | None = None
    method: Columns = None
    methods: Columns = None  # columns that are each a method, a row being a pair
    problem: Columns = None
    pair: Columns = None
    step: str | None = None
    scale: Literal["log", "difference", "points"] | None = None
    maximise: bool | None = None
    level: float = LEVEL
    trials: int | None = None  # of each study, the first ones
    separator: str | None = None
    decimal: str = "."
    header: Literal["first", "none"] | None = None
    encoding: str | None = None


def parsed(words: Sequence[str]) -> Options:
    """The options that these words are; a UserError names the first that is none."""
    known = [field.name for field in fields(Options)]
    found: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or key not in known:
            near = get_close_matches(key, known, 1)
            hint = f" (did you mean {near[0]}=?)" if near else ""
            raise UserError(f"{word}: no such option{hint}; choices: {', '.join(f'{name}=' for name in known)}")
        if key in found:
            raise UserError(f"{key}: typed twice; columns that belong together are one option, as in {key}=a,b")
        if not text:
            raise UserError(f"{word}: it needs a value")
        found[key] = _read(key, text)
    if "methods" in found and {"method", "value"} & found.keys():
        raise UserError(
            "methods= names columns that hold values; value= and method= are for a table with a row per run"
        )
    return Options(**found)


def _read(key: str, text: str) -> Any:
    if key in LISTS:
        return () if text == NONE else tuple(map(_bare, _bare(text).split(",")))
    if key in READERS:
        return READERS[key](key, text)
    return _bare(text)


def _bare(text: str) -> str:
    """Without the quotes that the text of a message may have around a name."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _choice(*choices: str) -> Callable[[str, str], str]:
    def read(key: str, text: str) -> str:
        if text not in choices:
            raise UserError(f"{key}={text}: choices: {', '.join(choices)}")
        return text

    return read


def _yes(key: str, text: str) -> bool:
    return _choice("true", "false")(key, text.lower()) == "true"


def _level(key: str, text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < 1:
        raise UserError(f"{key}={text}: a number between 0 and 1, such as 0.05")
    return found


def _count(key: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS and int(text) > 0):
        raise UserError(f"{key}={text[:40]}: a number of trials from 1 on, of at most {DIGITS} digits")
    return int(text)


def _mark(key: str, text: str) -> str:
    try:
        return one_character(key, text)
    except ValueError as error:
        raise UserError(str(error)) from error


READERS: dict[str, Callable[[str, str], Any]] = {
    "scale": _choice("log", "difference", "points"),
    "maximise": _yes,
    "level": _level,
    "trials": _count,
    "separator": _mark,
    "decimal": _mark,
    "header": _choice("first", "none"),
}
