"""The one filter of all output: what would steer a terminal, or turn a line around, is shown as an escape."""

import re
import sys

# C0 but for tab and newline, DEL, C1; marks of direction and isolation; separators that break lines; surrogates; tags
STEERING = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""The text with nothing in it that a terminal obeys, but for ends of lines.

    >>> print(visible("\x1b]0;owned\x07 \u202ecod.exe"))
    \x1b]0;owned\x07 \u202ecod.exe
    """
    return re.sub(STEERING, _escape, text)


def in_line(text: str) -> str:
    r"""The same where one line is all the room there is.

    >>> print(in_line("a title\nthat goes on"))
    a title\nthat goes on
    """
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def say(line: str) -> None:
    """One line for the user, beside the output."""
    print(f"harness: {visible(' '.join(line.split()))}", file=sys.stderr)
