"""What is searched inside a cell: ranges in Hydra's sweep syntax, as Optuna's distributions.

interval(0.5, 0.99)                              a float between the ends
tag(log, interval(1e-4, 1))                      on a log scale
tag(log, complement, interval(0.9, 0.9999))      1 - x on a log scale: for decay rates
int(interval(1, 64)), tag(log, int(...))         whole numbers
tag(powers, int(interval(16, 256)))              powers of two: 16, 32, ..., 256
range(1, 9, 2)                                   evenly spaced numbers, in their order
choice(relu, tanh), or relu,tanh                 one of them, in no order
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hydra.core.override_parser.types import ChoiceSweep, IntervalSweep, QuotedString, RangeSweep

from harness.configs.override import Override
from harness.errors import UserError

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

TAGS = {frozenset(), frozenset({"log"}), frozenset({"log", "complement"}), frozenset({"powers"})}


@dataclass(frozen=True)
class Interval:
    """Numbers between two ends, which belong to it. Optuna sees x, 1 - x (complement) or log2 x (powers)."""

    low: float
    high: float
    log: bool = False
    whole: bool = False
    complement: bool = False
    powers: bool = False
    step: float | None = None

    def name(self, place: str) -> str:
        """What Optuna calls it."""
        return f"1 - {place}" if self.complement else f"log2 {place}" if self.powers else place

    def distribution(self) -> "BaseDistribution":
        from optuna.distributions import FloatDistribution, IntDistribution

        low, high = self.inner(self.low), self.inner(self.high)
        low, high = min(low, high), max(low, high)
        if self.whole or self.powers:
            step = int(self.step or 1)
            return IntDistribution(int(low), int(high), log=self.log and not self.powers, step=step)
        return FloatDistribution(low, high, log=self.log, step=self.step)

    def inner(self, value: float) -> float:
        return 1 - value if self.complement else math.log2(value) if self.powers else value

    def outer(self, value: Any) -> Any:
        """The hyperparameter's value for what Optuna suggested."""
        return 1 - value if self.complement else 2**value if self.powers else value

    def ends(self) -> tuple[Any, ...]:
        return self.low, self.high

    def grid(self, points: int) -> list[Any]:
        """Evenly spaced values as Optuna sees them; all of them, if there are steps."""
        low, high = self.inner(self.low), self.inner(self.high)
        if self.step or self.powers:
            step = self.step or 1
            return [round(low + k * step, 12) for k in range(int((high - low) / step + 1e-9) + 1)]
        if points == 1:
            return [math.sqrt(low * high) if self.log else (low + high) / 2]
        shares = [k / (points - 1) for k in range(points)]
        values = [low * (high / low) ** s if self.log else low + (high - low) * s for s in shares]
        values[-1] = high  # exactly
        return sorted({round(v) for v in values}) if self.whole else values


@dataclass(frozen=True)
class Choice:
    """Some values in no order. Optuna sees plain values as they are, and others as text."""

    values: tuple[Any, ...]

    def name(self, place: str) -> str:
        return place

    def distribution(self) -> "BaseDistribution":
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution([self._seen(value) for value in self.values])

    def outer(self, value: Any) -> Any:
        return next(v for v in self.values if type(self._seen(v)) is type(value) and self._seen(v) == value)

    def ends(self) -> tuple[Any, ...]:
        return self.values

    def grid(self, points: int) -> list[Any]:
        return [self._seen(value) for value in self.values]

    @staticmethod
    def _seen(value: Any) -> Any:
        return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


Range = Interval | Choice


def read(override: Override) -> Range:
    """The range that an override or a line of a `space` writes; a UserError says what is wrong with it."""
    text = f"{override.key}={override.written}"
    value = override.value
    tags = frozenset(getattr(value, "tags", ()))
    if tags not in TAGS:
        raise UserError(f"{text}: a tag is log, log and complement, or powers; got {', '.join(sorted(tags))}")
    if isinstance(value, IntervalSweep):
        return _interval(text, value, tags)
    if tags:
        raise UserError(f"{text}: only an interval() can have tags")
    if isinstance(value, RangeSweep):
        return _range(text, value)
    if isinstance(value, ChoiceSweep):
        values = tuple(_plain(element) for element in value.list)
        if len(set(map(repr, values))) < len(values):
            raise UserError(f"{text}: a value stands there twice")
        return Choice(values)
    raise UserError(f"{text}: one value is no range to search; write interval(), range() or choice()")


def corners(space: Mapping[str, Range]) -> Iterator[dict[str, Any]]:
    """Points that together have every end and every choice: where mistakes show."""
    ends = {place: found.ends() for place, found in space.items()}
    for k in range(max(map(len, ends.values()), default=0)):
        yield {place: values[min(k, len(values) - 1)] for place, values in ends.items()}


def _interval(text: str, sweep: IntervalSweep, tags: frozenset[str]) -> Interval:
    low, high = sweep.start, sweep.end
    assert low is not None
    assert high is not None
    whole = isinstance(low, int) and isinstance(high, int)  # interval(1, 9) holds floats, int(interval(1, 9)) does not
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UserError(f"{text}: an interval goes from a number up to a larger one")
    if "complement" in tags:
        if whole or high >= 1:
            raise UserError(f"{text}: 1 - x on a log scale needs ends below 1")
    elif "log" in tags and low <= 0:
        raise UserError(f"{text}: a log scale needs ends above 0")
    if "powers" in tags and any(end < 1 or not math.log2(end).is_integer() for end in (low, high)):
        raise UserError(f"{text}: the ends must be powers of two themselves")
    return Interval(low, high, log="log" in tags, whole=whole, complement="complement" in tags, powers="powers" in tags)


def _range(text: str, sweep: RangeSweep) -> Interval:
    start, stop, step = sweep.start, sweep.stop, sweep.step
    assert start is not None
    assert stop is not None
    count = math.ceil((stop - start) / step - 1e-9) if step > 0 else 0  # as Hydra has it, the end does not belong to it
    if count < 2:
        raise UserError(f"{text}: a range goes up and has at least two numbers")
    whole = all(isinstance(number, int) for number in (start, stop, step))
    high = Decimal(str(start)) + (count - 1) * Decimal(str(step))  # 0.7, not 0.7000000000000001
    return Interval(start, int(high) if whole else float(high), whole=whole, step=step)


def _plain(element: Any) -> Any:
    if isinstance(element, QuotedString):
        return element.text
    if isinstance(element, list):
        return [_plain(item) for item in element]
    return element
