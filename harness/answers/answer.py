"""A verdict in words, for people and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from harness.answers.scale import Scale
from harness.answers.statistics import typical
from harness.answers.verdict import LEVEL, Pair, Verdict, judge
from objectives.arrays import Array

VERSION = 1  # of what `data` gives
Kind = Literal["wins", "unbeaten", "close", "cycle", "fact", "none"]


@dataclass(frozen=True)
class Line:
    """What the answer says of a cell, beside the one it is measured by."""

    name: str
    value: float  # in a typical replicate
    low: float  # over the replicates
    high: float
    replicate: int  # the typical one
    effect: str  # how much higher or lower than the first, and its interval
    wins: str
    state: str  # of the one it is measured by: nothing; else open, beaten, never finite, failed
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """Which cells win on one problem, and how sure that is."""

    problem: str
    kind: Kind
    headline: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    verdict: Verdict
    names: tuple[str, ...]

    @property
    def decided(self) -> bool:
        """Whether one cell wins."""
        return self.kind == "wins"

    def data(self) -> dict[str, Any]:
        """As plain data."""
        found: dict[str, Any] = {"version": VERSION, "problem": self.problem, "kind": self.kind}
        found |= {"decided": self.decided, "headline": self.headline, "notes": list(self.notes)}
        found["cells"] = [asdict(line) for line in self.lines]
        verdict = self.verdict
        found |= {"level": verdict.level, "replicates": verdict.replicates, "scale": asdict(verdict.scale)}
        found["unbeaten"] = [self.names[k] for k in verdict.unbeaten]
        found["pairs"] = [self._pair(pair) for pair in verdict.pairs]
        return found

    def _pair(self, pair: Pair) -> dict[str, Any]:
        value, low, high, _ = pair.effect
        return {
            "first": self.names[pair.first],
            "second": self.names[pair.second],
            "difference": value,
            "low": low,
            "high": high,
            "p": pair.p,
            "p_holm": pair.holm,
            "first_wins": pair.wins,
            "second_wins": pair.losses,
            "winner": None if pair.winner is None else self.names[pair.winner],
        }


def answered(
    problem: str,
    names: Sequence[str],
    values: Array,
    scale: Scale,
    *,
    level: float = LEVEL,
    tuned: bool = True,
    copies: bool = False,
    diverged: Mapping[int, float] | None = None,
    unequal: bool = False,
) -> Answer:
    """The answer to values (replicates, cells): inf never finite, nan failed. Untuned, a replicate is a seed.

    `copies` says that another replicate would be the same again, so that an order is a fact; `unequal` that a time-out
    left the cells with different numbers of trials; `diverged` the share of each cell's runs that did.
    """
    verdict = judge(values, scale, level)
    unit = "tuning" if tuned else "seed"
    count = len(values)
    kind, headline = _headline(verdict, names, unit, copies, unequal)
    lines = _lines(verdict, names, values, diverged or {}, decided=kind in ("wins", "unbeaten", "close"))
    notes = [] if tuned else ["at these settings, not tuned: add trials=32"]
    notes += [f"{names[k]}: a run failed, no verdict" for k in verdict.failed]
    if kind in ("wins", "unbeaten", "close"):
        notes.append(f"{count} {unit}s, {level:.0%} family-wise".replace("%", " %"))
    return Answer(problem, kind, headline, lines, tuple(notes), verdict, tuple(names))


def _headline(verdict: Verdict, names: Sequence[str], unit: str, copies: bool, unequal: bool) -> tuple[Kind, str]:
    finite = [k for k in verdict.cells if k not in verdict.never_finite]
    told = [names[k] for k in finite]
    if not finite:
        return "none", "No cell was ever finite" if verdict.cells else "No verdict: runs failed"
    if len(names) == 1:
        return "none", f"{told[0]}: one cell, nothing to compare with"
    if unequal:
        return "none", "No verdict: the time-out left the cells with different numbers of trials"
    if copies:
        return "fact", f"{told[0]} ends lowest; every repetition would be the same run"
    if not verdict.possible:
        return "none", f"No verdict is possible: {_need(verdict, unit)}"
    if not verdict.unbeaten:
        return "cycle", f"A cycle: each of {_listed(told)} is beaten by another"
    if verdict.winner is not None:
        return "wins", f"{names[verdict.winner]} wins"
    if len(verdict.unbeaten) == 1:
        best = verdict.unbeaten[0]
        rivals = [k for k in finite if k != best and verdict.pair(best, k).winner is None]
        return "unbeaten", f"{names[best]} is unbeaten, {_listed([names[k] for k in rivals])} open against it"
    return "close", f"Too close to call: {', '.join(names[k] for k in verdict.unbeaten)}"


def _need(verdict: Verdict, unit: str) -> str:
    count = len(verdict.cells)
    setting = "replicates" if unit == "tuning" else "seeds"
    return f"{count} cells need {setting}={verdict.needs}; there are {verdict.replicates}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _lines(
    verdict: Verdict, names: Sequence[str], values: Array, diverged: Mapping[int, float], decided: bool
) -> tuple[Line, ...]:
    scale = verdict.scale
    first = next((k for k in (*verdict.unbeaten, *verdict.cells)), None)
    rest = [k for k in verdict.cells if k != first]
    found = []
    for k in ([] if first is None else [first, *rest]) + list(verdict.failed):
        mine = values[:, k]
        low, high = (float(np.min(mine)), float(np.max(mine))) if k not in verdict.failed else (np.nan, np.nan)
        place = typical(scale.of(mine)) if k not in verdict.failed else 0
        effect = wins = ""
        state = "failed" if k in verdict.failed else "never finite" if k in verdict.never_finite else ""
        if first is not None and k != first and k not in verdict.failed:
            pair = verdict.pair(first, k)
            low_end, high_end = sorted((pair.effect.low, pair.effect.high))
            effect = f"{scale.told(pair.effect.value)} [{scale.size(low_end)}, {scale.size(high_end)}]"
            better = "higher" if scale.more_is_better else "lower"
            wins = f"{names[first]} ends {better} in {pair.wins} of {verdict.replicates}"
            if decided and not state:
                state = "open" if pair.winner is None else "beaten" if pair.winner == first else "better"
        share = diverged.get(k, 0.0)
        note = f"{share:.0%} diverged".replace("%", " %") if share else ""
        found.append(Line(names[k], float(mine[place]), low, high, place, effect, wins, state, note))
    return tuple(found)
