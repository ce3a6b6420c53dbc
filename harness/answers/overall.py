"""Which cells win over several problems: the problems are the pairs, the effect on each counts once.

On each problem the effect of two cells is the median of their paired differences. Log ratios and points mean the same
on every problem, so that where all problems have the one or the other an exact signed-rank test ranks them; differences
in the unit of each loss do not, nor do mixtures, and there only their signs are tested. Mean ranks would depend on who
else competes.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from harness.answers import data
from harness.answers.across import Judged, fate, judge, never_on, unfair
from harness.answers.lines import worded
from harness.answers.scale import Scale
from harness.answers.sentences import TESTED, Kind, best, listed, percent, settled
from harness.answers.verdict import LEVEL, Pair, Verdict

Test = Literal["signed-rank", "sign"]


@dataclass(frozen=True)
class Across:
    """A cell over the problems, and beside the first one, which has no effect and no state."""

    name: str
    won: int  # problems on which it beats every other cell
    lost: int  # on which another beats it
    open: int  # on which neither is so
    never: int  # of all: on which it was never finite, or never reached its target
    targets: float | None  # the share of absolute targets reached, the mean over the problems
    effect: str = ""
    better: str = ""  # on how many problems it is better than the first, in words
    state: str = ""  # open, beaten, beaten by another, better, never finite


@dataclass(frozen=True)
class Overall:
    """What several problems say together. Cells are places in `names`; replicates of the verdict are problems."""

    answers: tuple[Judged, ...]  # that count
    names: tuple[str, ...]  # of the cells that are judged
    left_out: tuple[str, ...]  # problems and cells that do not count, and why

    @cached_property
    def scale(self) -> Scale | None:
        """On which effects of different problems are compared: none where they have no common unit."""
        scales = [answer.evidence.scale for answer in self.answers]
        kinds = {(scale.kind, scale.more_is_better) for scale in scales}
        common = len(kinds) == 1 and scales[0].kind != "difference"
        return Scale(scales[0].kind, more_is_better=scales[0].more_is_better) if common else None

    @property
    def test(self) -> Test:
        """By size and sign of the effects, or by their signs alone."""
        return "sign" if self.scale is None else "signed-rank"

    @property
    def never(self) -> str:
        """What is said of a cell without a finite value."""
        return "not reached" if any(answer.evidence.target for answer in self.answers) else "never finite"

    @property
    def level(self) -> float:
        """The strictest of the problems'."""
        return min((answer.evidence.level for answer in self.answers), default=LEVEL)

    @cached_property
    def verdict(self) -> Verdict:
        """Of all pairs, by their effects on the problems."""
        return judge(self.answers, self.names, self.scale, self.level)

    @cached_property
    def kind(self) -> Kind:
        return self._said[0]

    @cached_property
    def headline(self) -> str:
        return self._said[1]

    @property
    def unbeaten(self) -> tuple[str, ...]:
        """The names that the headline puts first."""
        return tuple(self.names[k] for k in best(self.verdict, self.kind))

    @cached_property
    def decisive(self) -> tuple[str, ...]:
        """The problems without each of which other cells were unbeaten; none where one fewer could say nothing."""
        if self.kind not in TESTED or len(self.answers) <= self.verdict.needs:
            return ()
        found = []
        for k, answer in enumerate(self.answers):
            fewer = Overall((*self.answers[:k], *self.answers[k + 1 :]), self.names, ())
            if set(fewer.unbeaten) != set(self.unbeaten):
                found.append(f"without {answer.evidence.where} {_unbeaten(fewer)}")
        return tuple(found)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the sentence holds for."""
        found = []
        if self.kind in TESTED:
            how = "exact signed-rank test of the effects" if self.scale else "sign test: effects have no common unit"
            found.append(f"{how} on {len(self.answers)} problems, {percent(self.level)} family-wise")
            found.append(self._stability())
        elif self.scale is not None and self.verdict.pairs:
            found.append("in brackets the range over the problems")
        if self.kind in TESTED and any(answer.evidence.margin is not None for answer in self.answers):
            found.append("the margin is one of each problem: none is applied here")
        if any(answer.evidence.ladder for answer in self.answers):
            found.append(self._ladders())
        return (*found, *self.left_out)

    @cached_property
    def lines(self) -> tuple[Across, ...]:
        """The unbeaten first, then who reached most targets: no rank depends on who else competes."""
        if not self.answers:
            return ()
        leading = best(self.verdict, self.kind)
        rest = [k for k in range(len(self.names)) if k not in leading]
        order = [*sorted(leading, key=self._targets), *sorted(rest, key=self._targets)]
        return tuple(self._line(order[0], k) for k in order)

    def data(self) -> dict[str, Any]:
        """As plain data."""
        found: dict[str, Any] = {"kind": self.kind, "headline": self.headline, "notes": list(self.notes)}
        found |= {"test": self.test, "problems": [answer.evidence.where for answer in self.answers]}
        found |= {"needs": self.verdict.needs, "level": self.level, "decisive": list(self.decisive)}
        found |= {"unbeaten": list(self.unbeaten), "cells": [asdict(line) for line in self.lines]}
        known = self.kind in TESTED
        return found | {"pairs": [data.pair(pair, self.names, known) for pair in self.verdict.pairs]}

    @property
    def _said(self) -> tuple[Kind, str]:
        verdict, count = self.verdict, len(self.answers)
        if why := self._nothing():
            return "none", f"No verdict over all: {why}"
        if not verdict.possible:
            there = f"there {'is' if count == 1 else 'are'} {count}"
            return (
                "none",
                f"No verdict over all is possible: {len(self.names)} cells need {verdict.needs} problems; {there}",
            )
        kind, told = settled(self.names, verdict)
        return kind, f"Over {count} problems: {told[0].lower() if kind in ('close', 'cycle') else told[0]}{told[1:]}"

    def _nothing(self) -> str:
        """Why no number of problems would help."""
        if not self.answers:
            return "no problem counts"
        if any(answer.evidence.sequential for answer in self.answers):
            return "it would hold for one look alone, and the problems are looked at several times"
        if len(self.names) < 2:
            return f"{self.names[0] if self.names else 'no cell'} alone stands on every problem"
        return f"every cell was {self.never}" if len(self.verdict.never_finite) == len(self.names) else ""

    def _stability(self) -> str:
        if len(self.answers) <= self.verdict.needs:
            return "with one problem fewer there would be no verdict"
        return listed(self.decisive) if self.decisive else "no single problem decides it"

    def _ladders(self) -> str:
        """What the targets are, of problems with a known minimum and of others."""
        told = {one.evidence.ladder: None for one in self.answers if one.evidence.ladder}
        return f"targets: {'; '.join(told)}"

    def _targets(self, k: int) -> tuple[float, str]:
        share = self._shares[k]
        return (0.0 if share is None else -share), self.names[k]

    @cached_property
    def _shares(self) -> list[float | None]:
        known = [answer.evidence for answer in self.answers if answer.evidence.targets]
        if not known:
            return [None for _ in self.names]
        return [float(np.mean([one.targets[list(one.names).index(name)] for one in known])) for name in self.names]

    def _line(self, first: int, k: int) -> Across:
        name, states = self.names[k], [fate(answer, self.names[k]) for answer in self.answers]
        won, lost, still = (states.count(state) for state in ("won", "lost", "open"))
        never = sum(never_on(one, name) for one in self.answers)
        line = Across(name, won, lost, still, never, self._shares[k])
        if k == first or not {k, first} <= set(self.verdict.cells):
            return line
        pair = self.verdict.pair(first, k)
        effect = worded(pair.effect, self.scale) if self.scale and k not in self.verdict.never_finite else ""
        better = f"{pair.losses} of {len(self.answers)}"
        return replace(line, effect=effect, better=better, state=self._state(pair, k))

    def _state(self, pair: Pair, k: int) -> str:
        if self.kind not in TESTED:
            return ""
        if k in self.verdict.never_finite:
            return self.never
        if pair.winner is not None:
            return "better" if pair.winner == k else "beaten"
        beaten_by = next((r for r in self.verdict.cells if r != k and self.verdict.pair(r, k).winner == r), None)
        return "open" if beaten_by is None else f"beaten by {self.names[beaten_by]}"


def overall(answers: Sequence[Judged]) -> Overall | None:
    """Of the answers to two problems or more that two cells or more have in common; else none."""
    if len(answers) < 2 or all(len(answer.evidence.names) < 2 for answer in answers):
        return None
    fair, out = [], []
    for answer in answers:
        why = unfair(answer)
        out += [f"{answer.evidence.where} does not count: {why}"] if why else []
        fair += [] if why else [answer]
    everywhere = [name for name in _named(answers) if all(name in answer.evidence.names for answer in fair)]
    failed = {answer.evidence.names[k] for answer in fair for k in answer.verdict.failed}
    missing = [name for name in _named(answers) if name not in everywhere]
    out += [f"not on every problem: {listed(missing)}"] if missing and fair else []
    out += (
        [f"a run failed, no verdict: {listed([n for n in everywhere if n in failed])}"]
        if failed & {*everywhere}
        else []
    )
    return Overall(tuple(fair), tuple(name for name in everywhere if name not in failed) if fair else (), tuple(out))


def _named(answers: Sequence[Judged]) -> list[str]:
    """Every cell of any problem, in the order of the files of the first problem that has it."""
    found: dict[str, None] = {}
    for answer in answers:
        numbers = answer.evidence.numbers or range(len(answer.evidence.names))
        found |= dict.fromkeys(name for _, name in sorted(zip(numbers, answer.evidence.names, strict=True)))
    return list(found)


def _unbeaten(fewer: Overall) -> str:
    names = fewer.unbeaten
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} unbeaten" if names else "there is a cycle"
