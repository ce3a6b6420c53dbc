"""On which scale losses of one problem are compared: chosen from what its objective declares, never from the data."""

from dataclasses import dataclass
from math import inf, isnan
from typing import Any, Literal

import numpy as np

from objectives.arrays import Array

Kind = Literal["log", "difference", "points", "steps"]
RATIOS = ("log", "steps")  # kinds on which values differ by a factor
BEYOND = 1e300  # steps to a target that was not reached before the runs ended: censored, more than were looked at


@dataclass(frozen=True)
class Scale:
    """How two values of a metric differ.

    log: by the ratio of their gaps to the lowest value there can be, in powers of ten; gaps of at most `floor` are
    rounding, and tie. difference: by subtraction. points: by subtraction, of shares such as accuracies. steps: by the
    ratio of numbers of steps, in powers of ten; BEYOND stays what it is, more than every number.
    """

    kind: Kind
    lowest: float = 0.0
    floor: float = 0.0
    more_is_better: bool = False

    def of(self, values: Array) -> Array:
        """The values where lower is better and differences mean what the scale says; infinite where never finite.

        >>> Scale("log", floor=1e-15).of(np.array([100.0, 1e-30, np.inf])).tolist()
        [2.0, -15.0, inf]
        """
        values = -values if self.more_is_better else values
        if self.kind == "steps":
            with np.errstate(invalid="ignore"):
                late = np.where(np.isinf(values), values, BEYOND)  # the mean of BEYOND and others is late, too
                return np.where(beyond(values), late, np.log10(np.maximum(values, 0.5)))  # 0 is half of 1
        if self.kind != "log":
            return values
        floor = self.floor or np.finfo(np.float64).tiny
        with np.errstate(invalid="ignore", over="ignore"):
            return np.where(np.isfinite(values), np.log10(np.maximum(values - self.lowest, floor)), values)

    def never(self, z: Array) -> Array:
        """Where values on this scale are infinite, or steps to a target that was not reached.

        >>> Scale("steps").never(np.array([2.0, BEYOND, np.inf])).tolist()
        [False, True, True]
        """
        return z >= BEYOND if self.kind == "steps" else np.isposinf(z)

    def solved(self, z: float) -> bool:
        """Whether a value on this scale is at the floor: its gap is rounding.

        >>> Scale("log", floor=1e-15).solved(-15.0), Scale("log").solved(-15.0)
        (True, False)
        """
        return self.kind == "log" and self.floor > 0 and z <= float(np.log10(self.floor))

    def written(self, value: float, digits: int = 2, limit: int | None = None) -> str:
        """A value of the metric; where differences count, to more digits. Runs of so many steps that did not reach the
        target would need more than the `limit`; those that diverged never reach it.

        >>> Scale("log").written(0.01234), Scale("points").written(0.91234)
        ('0.012', '0.912')
        >>> [Scale("steps").written(value, limit=1000) for value in (1234.5, BEYOND, np.inf)]
        ['1,234.5', '> 1,000', 'never']
        """
        if self.kind == "steps":
            late = "not reached" if limit is None else f"> {limit:,}"
            return "never" if value == inf else late if beyond(value) else f"{value:,.1f}".removesuffix(".0")
        more = 0 if self.kind == "log" and not self.lowest else 1 if self.kind == "points" else 2
        return f"{value:.{digits + more}g}"

    def told(self, d: float) -> str:
        """A difference in words: `4.8x higher`, `0.31 lower`, `1.2 points lower`, `3x as many steps`; nan is
        `undetermined`.

        >>> Scale("log").told(0.68), Scale("points", more_is_better=True).told(-0.012), Scale("log").told(0.0)
        ('4.8x higher', '1.2 points higher', 'the same')
        >>> Scale("steps").told(0.477), Scale("steps").told(-0.477), Scale("steps").told(np.inf)
        ('3x as many steps', '3x fewer steps', 'not reached')
        """
        if isnan(d):
            return "undetermined"
        if d == 0:
            return "the same"
        if self.kind == "steps":
            return _steps(d, self.size(abs(d)))
        way = "lower" if (d > 0) == self.more_is_better else "higher"
        size = self.size(abs(d))
        if size == "inf":
            return f"infinitely {way}"
        unit = {"log": "x", "points": " points", "difference": ""}[self.kind]
        return f"{size}{unit} {way}"

    def bound(self, margin: float) -> float:
        """The difference that is as large as a margin: a share on the log scale and of steps, else in the unit of the
        values.

        >>> round(Scale("log").bound(0.05), 4), Scale("points").bound(0.05)
        (0.0212, 0.05)
        """
        return float(np.log10(1 + margin)) if self.kind in RATIOS else margin

    def margin(self, margin: float) -> str:
        """A margin in words.

        >>> Scale("log").margin(0.05), Scale("points").margin(0.05), Scale("difference").margin(0.05)
        ('5 %', '5 points', '0.05')
        """
        told = f"{margin if self.kind == 'difference' else 100 * margin:.3g}"
        unit = {"points": f" point{'s' * (told != '1')}", "difference": ""}.get(self.kind, " %")
        return told + unit

    def size(self, d: float) -> str:
        """The number alone, of a difference or of an end of its interval: a ratio on the log scale and of steps."""
        if self.kind == "steps" and d == inf:
            return "not reached"
        if self.kind in RATIOS:
            told = _rounded(10.0**d) if abs(d) < 300 else "inf" if d > 0 else "0"
            return f"{10.0**d:.4g}" if told == "1" else told  # 1.003 is not the same
        return _rounded(100 * d if self.kind == "points" else d)


def beyond(values: Any) -> Any:
    """Whether numbers are BEYOND, the mean of BEYOND and others, or infinite."""
    return values > 1e-10 * BEYOND


def _steps(d: float, size: str) -> str:
    if abs(d) == inf:
        return "not reached" if d > 0 else "reached, unlike the first"
    return f"{size}x {'as many' if d > 0 else 'fewer'} steps"


def _rounded(number: float) -> str:
    """Two digits, with separators where there are thousands.

    >>> _rounded(12_345.0), _rounded(4.83), _rounded(0.0123)
    ('12,000', '4.8', '0.012')
    """
    if abs(number) >= 1e7 or number == 0 or not np.isfinite(number):
        return f"{number:.2g}"
    two = float(f"{number:.2g}")
    return f"{two:,.0f}" if abs(two) >= 10 else f"{two:g}"
