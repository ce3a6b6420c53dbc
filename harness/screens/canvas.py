"""A field of characters to draw on: braille dots, and plain dots where the encoding lacks them; letters over both."""

from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.text import Text

from objectives.arrays import Array

BRAILLE = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])  # of the dots of a character, 4 by 2
COLOURS = ("blue", "red", "green", "magenta", "yellow", "cyan", "bright_blue", "bright_red")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def fine(out: Console) -> bool:
    """Whether braille can be printed."""
    try:
        "⠿".encode(out.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class Canvas:
    """So many characters wide and high; places are shares of it, (0, 0) at the lower left."""

    def __init__(self, width: int, height: int, fine: bool) -> None:
        self.width, self.height, self._across, self._down = width, height, 2 if fine else 1, 4 if fine else 1
        self._fine = fine
        self._dots = np.zeros((height * self._down, width * self._across), dtype=bool)
        self._of = np.full((height, width), -1)  # whose dots: a colour, -1 for faint ones
        self._letters: dict[tuple[int, int], tuple[str, str]] = {}  # of a row and column: letter and style

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of dots."""
        return self._dots.shape[0], self._dots.shape[1]

    def dot(self, dots: Array) -> None:
        """Faint dots, (rows, columns) of them, the highest row last."""
        self._dots |= dots[::-1]

    def line(self, x: Array, y: Array, k: int) -> None:
        """The k-th line, as dots; what leaves the field is left out."""
        rows, columns = self.shape
        for row, column in _between(x * (columns - 1), y * (rows - 1)):
            if 0 <= row < rows and 0 <= column < columns:
                at = rows - 1 - row
                self._dots[at, column] = True
                self._of[at // self._down, column // self._across] = k

    def letters(self, places: Array, letter: str, style: str) -> None:
        """A letter at each of the places (n, 2) inside."""
        for across, up in places:
            if 0 <= across <= 1 and 0 <= up <= 1:
                row = self.height - 1 - round(up * (self.height - 1))
                self._letters[row, round(across * (self.width - 1))] = letter, style

    def path(self, places: Array, letter: str, style: str) -> None:
        """Letters all along a path through places (n, 2)."""
        ends = np.array([self.width - 1, self.height - 1])
        found = np.array(_between(*(places * ends).T)).reshape(-1, 2)
        self.letters(found[:, ::-1] / ends, letter, style)

    def rows(self) -> list[Text]:
        """As lines of text, from above."""
        blocks = self._dots.reshape(self.height, self._down, self.width, self._across).swapaxes(1, 2)
        found = []
        for row in range(self.height):
            text = Text()
            for column in range(self.width):
                letter, style = self._letters.get((row, column), ("", ""))
                k = int(self._of[row, column])
                text.append(letter or self._character(blocks[row, column]),
                            style if letter else "dim" if k < 0 else COLOURS[k % len(COLOURS)])  # fmt: skip
            found.append(text)
        return found

    def _character(self, dots: Array) -> str:
        if not dots.any():
            return " "
        return chr(0x2800 + int(BRAILLE[dots].sum())) if self._fine else "."


def _between(x: Array, y: Array) -> Sequence[tuple[int, int]]:
    """Rows and columns along straight lines from point to point; a gap where one is not finite."""
    found: list[tuple[int, int]] = []
    for k in range(max(len(x) - 1, 1)):
        ends = np.array([[x[k], y[k]], [x[min(k + 1, len(x) - 1)], y[min(k + 1, len(x) - 1)]]])
        if np.isfinite(ends).all() and np.abs(ends).max() < 1e6:
            steps = int(np.abs(np.diff(ends, axis=0)).max()) + 1
            along = np.linspace(ends[0], ends[1], steps + 1).round().astype(int)
            found += [(int(row), int(column)) for column, row in along]
    return found
