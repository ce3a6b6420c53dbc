"""The one filter of all output: what would steer a terminal, turn a line around or stay unseen is shown as an escape,
and a password not at all."""

import re
import sys

from harness.text.secrets import hidden

# C0 but for tab and newline, DEL, C1; marks of direction and isolation; separators that break lines; what has no width
# (but for joiners, which scripts and emoji need); surrogates; tags
STEERING = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""The text with nothing in it that a terminal obeys, but for ends of lines.

    >>> print(visible("\x1b]0;owned\x07 \u202ecod.exe"))
    \x1b]0;owned\x07 \u202ecod.exe
    """
    return re.sub(STEERING, _escape, hidden(text))


def in_line(text: str) -> str:
    r"""The same where one line is all the room there is.

    >>> print(in_line("a title\nthat goes on"))
    a title\nthat goes on
    """
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def words_for_a_shell(text: str) -> str:
    """Completions without those that a shell would run: bash expands what it is offered.

    >>> words_for_a_shell("path=./a.csv path=./$(touch x)")
    'path=./a.csv'
    """
    lines = [[word for word in line.split() if re.fullmatch(r"[\w./=+~@:,-]+", word)] for line in text.split("\n")]
    return "\n".join(map(" ".join, lines))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def say(line: str) -> None:
    """One line for the user, beside the output."""
    print(f"harness: {visible(' '.join(line.split()))}", file=sys.stderr)
