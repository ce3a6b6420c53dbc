"""Names where there is little room: those that are too long lose their middle."""

from collections.abc import Iterable, Mapping

LONG = 60  # letters of a name that is shown whole


def shorts(names: Iterable[str]) -> dict[str, str]:
    """What stands for each name that is too long, different for different names; the longest first.

    >>> shorts(["adam", "a" * 99]) == {"a" * 99: "a" * 40 + "..." + "a" * 17}
    True
    """
    found: dict[str, str] = {}
    for name in sorted({name for name in names if len(name) > LONG}, key=lambda name: (-len(name), name)):
        short, k = f"{name[:40]}...{name[-17:]}", 1
        while short in found.values():
            k += 1
            short = f"{name[:40]}...{name[-12:]} ({k})"
        found[name] = short
    return found


def shortened(text: str, known: Mapping[str, str]) -> str:
    """A text with these names in it."""
    for name, short in known.items():
        text = text.replace(name, short)
    return text
