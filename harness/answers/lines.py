"""What an answer says of every cell, beside the first one."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness.answers.evidence import Evidence
from harness.answers.paired import difference, effect
from harness.answers.scale import Scale
from harness.answers.sentences import TESTED, Kind, best, percent
from harness.answers.statistics import Interval, typical
from harness.answers.verdict import Pair, Verdict
from objectives.arrays import Array


@dataclass(frozen=True)
class Line:
    """A cell beside the first one, which has no effect, no wins and no state."""

    name: str
    cell: int  # its number in the files
    value: float  # in a typical replicate
    low: float  # over the replicates
    high: float
    replicate: int  # the typical one
    effect: str = ""  # how much higher or lower than the first, and its interval
    wins: str = ""
    state: str = ""  # one of harness.answers.schema.STATES, or by whom else it is beaten
    note: str = ""
    limit: int | None = None  # steps that its runs could make
    reached: float | None = None  # the share of its runs that reached the target
    targets: float | None = None  # the share of absolute targets that its runs reached
    test: Interval | None = None  # the effect on the test set
    tested: str = ""  # the same in words
    disagrees: bool = False  # decided, and on the test set the effect has the other sign


def lines(evidence: Evidence, verdict: Verdict, kind: Kind) -> tuple[Line, ...]:
    """The best ones first, then by their median."""
    leading = best(verdict, kind)
    order = [*leading, *(k for k in verdict.cells if k not in leading)]
    return tuple(_line(evidence, verdict, kind, order[0], k) for k in order) + tuple(
        _unknown(evidence, k) for k in verdict.failed
    )


def _line(evidence: Evidence, verdict: Verdict, kind: Kind, first: int, k: int) -> Line:
    mine = evidence.of(k) + 0.0  # no -0.0
    place = typical(evidence.scale.of(mine))
    state = _never(evidence, mine) if k in verdict.never_finite else ""
    about = float(mine[place]), float(np.min(mine)), float(np.max(mine)), place
    if k == first:
        return _of(evidence, k, *about, state=state)
    pair = verdict.pair(first, k)
    better = "is faster" if evidence.target else f"ends {'higher' if evidence.scale.more_is_better else 'lower'}"
    total = f"{verdict.replicates}" if evidence.paired else f"{len(mine) * len(evidence.of(first)):,} pairs"
    ties = 0 if not evidence.paired else verdict.replicates - pair.wins - pair.losses
    tied = f", {ties} tied" if ties else ""
    often = f"in {pair.wins:,} of {total}{tied}" if pair.tested else "every time"
    wins = "" if state else f"{evidence.names[first]} {better} {often}"
    if kind in TESTED and not state:
        state = _state(evidence, verdict, pair, k)
    told = "" if k in verdict.never_finite else _effect(evidence.scale, pair, verdict)
    test = _test(evidence, first, k, pair.effect.level)
    line = _of(evidence, k, *about, effect=told, wins=wins, state=state)
    if test is None:
        return line
    disagrees = pair.decided and bool(test.value * pair.effect.value < 0)
    tested = f"test {evidence.scale.told(test.value)}{' (!)' if disagrees else ''}"
    return replace(line, test=test, tested=tested, disagrees=disagrees)


def _never(evidence: Evidence, values: Array) -> str:
    """Why a cell has no finite value: runs that ended before the target might have reached it."""
    if not evidence.target:
        return "never finite"
    return "never reached" if np.isinf(values).all() else "not reached"


def _state(evidence: Evidence, verdict: Verdict, pair: Pair, k: int) -> str:
    """What the first cell's pair with this one came to; where it is open, another may beat it."""
    if pair.winner is not None:
        return "better" if pair.winner == k else "beaten"
    alike = "equivalent" if pair.equivalent else "open"
    rivals = (rival for rival in verdict.cells if rival != k and verdict.pair(rival, k).winner == rival)
    beaten_by = next(rivals, None)
    return alike if beaten_by is None else f"beaten by {evidence.names[beaten_by]}"


def _unknown(evidence: Evidence, k: int) -> Line:
    """A cell without a value in some replicate: a run of it failed, or the end came before it."""
    z = evidence.scale.of(evidence.values[:, k])
    place = typical(np.where(np.isnan(z), np.inf, z))
    state = "unfinished" if evidence.stopped else "failed"
    return _of(evidence, k, float("nan"), float("nan"), float("nan"), place, state=state)


def _of(evidence: Evidence, k: int, value: float, low: float, high: float, place: int, **more: Any) -> Line:
    share = evidence.diverged[k] if evidence.diverged else 0.0
    number = evidence.numbers[k] if evidence.numbers else k
    replicate = evidence.replicates[place] if evidence.replicates else place
    arrived = evidence.arrived[k] if evidence.arrived else None
    targets = evidence.targets[k] if evidence.targets else None
    limit = evidence.limits[k] if evidence.limits else None
    told = [] if arrived is None else [f"{_share(arrived)} reached it"]
    note = ", ".join(told + [f"{_share(share)} diverged"] * bool(share))
    about = evidence.names[k], number, value, low, high, replicate
    return Line(*about, note=note, limit=limit, reached=arrived, targets=targets, **more)


def _share(share: float) -> str:
    """In whole percents, where none is said only of none and all only of all.

    >>> _share(0.004), _share(0.08), _share(0.996)
    ('<1 %', '8 %', '>99 %')
    """
    near = round(share, 2)
    return "<1 %" if near == 0 < share else ">99 %" if near == 1 > share else percent(near)


def _effect(scale: Scale, pair: Pair, verdict: Verdict) -> str:
    """In words, with the interval of what they say: of how much lower, where the median is."""
    if pair.wins == pair.losses == 0:
        return "both solved" if scale.solved(verdict.centres[pair.second]) else scale.told(0.0)
    return worded(pair.effect, scale)


def worded(effect: Interval, scale: Scale) -> str:
    """An effect with its interval: `4.8x higher [0.01, 35]`."""
    told = scale.told(effect.value)
    if np.isnan(effect.value):
        return told
    _, low, high, _ = effect.turned() if effect.value < 0 else effect
    return f"{told} [{scale.size(low)}, {scale.size(high)}]"


def _test(evidence: Evidence, first: int, k: int, level: float | None) -> Interval | None:
    """The effect on the test set over the same replicates."""
    if evidence.test is None:
        return None
    z: Array = evidence.scale.of(evidence.test[:, [first, k]])
    return None if np.isnan(z).any() else effect(difference(z[:, 0], z[:, 1]), level or 1.0)
