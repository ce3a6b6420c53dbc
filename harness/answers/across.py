"""The pairs of cells over several problems: a problem counts once, by the effect on it."""

from collections.abc import Sequence
from itertools import combinations
from typing import Protocol

import numpy as np

from harness.answers.evidence import Evidence
from harness.answers.paired import effects, holm, least, signed_ranks
from harness.answers.scale import Scale
from harness.answers.sentences import TESTED, Kind, listed
from harness.answers.sentences import best as leading_of
from harness.answers.verdict import Pair, Verdict, opened, unbeaten
from objectives.arrays import Array

FEWEST = 6  # problems; with fewer not even two cells can be told apart at 5 %
STOPPED = {"interrupted": "it was interrupted", "timeout": "its cells have different numbers of trials"}


class Judged(Protocol):
    """The answer to one problem."""

    @property
    def evidence(self) -> Evidence: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def kind(self) -> Kind: ...


def unfair(answer: Judged) -> str:
    """Why the effects of a problem are no fair pairs; empty where they are."""
    if answer.evidence.unequal:
        return f"its cells differ in {listed(answer.evidence.unequal)}"
    return STOPPED.get(answer.evidence.stopped, "")


def judge(answers: Sequence[Judged], names: Sequence[str], scale: Scale | None, level: float) -> Verdict:
    """The verdict on cells that all problems have: exact tests of all pairs over the problems with Holm's correction,
    of the signs alone where there is no common scale. Replicates are problems, cells are places in `names`."""
    count, pairs = len(answers), list(combinations(range(len(names)), 2))
    never = tuple(k for k, name in enumerate(names) if count and all(never_on(one, name) for one in answers))
    found: list[Pair] = []
    if pairs and count:
        sizes = np.array([[_effect(answer, names[a], names[b]) for a, b in pairs] for answer in answers])
        sizes = np.where(np.isnan(sizes), 0.0, sizes)  # between -inf and inf: a tie
        ds: Array = np.sign(sizes) if scale is None else sizes
        tests = signed_ranks(ds)
        corrected = holm(np.array([test.p for test in tests])).tolist()
        told = effects(ds, 1 - level / len(pairs))
        for k, (a, b) in enumerate(pairs):
            won, lost = int((ds[:, k] > 0).sum()), int((ds[:, k] < 0).sum())
            decided = corrected[k] <= level
            about = tests[k].p, corrected[k], tests[k].balance, told[k] if decided else opened(told[k]), won, lost
            found.append(Pair(a, b, *about, decided))
    cells = tuple(range(len(names)))
    best = unbeaten(cells, found, never)
    centres = (0.0,) * len(names)  # problems have no value in common
    needs = max(FEWEST, least(len(pairs), level))
    return Verdict(scale or Scale("difference"), level, count, cells, centres, tuple(found), best, never, (), needs)


def never_on(answer: Judged, name: str) -> bool:
    """Whether a cell was never finite on a problem, or never reached the target."""
    return _place(answer, name) in answer.verdict.never_finite


def fate(answer: Judged, name: str) -> str:
    """Whether a cell has won a problem, lost it, or leaves it open."""
    if never_on(answer, name):
        return "lost"
    if answer.kind not in (*TESTED, "fact"):
        return "open"
    leading = leading_of(answer.verdict, answer.kind)
    if _place(answer, name) not in leading:
        return "lost"
    return "won" if answer.kind == "wins" or (answer.kind == "fact" and len(leading) == 1) else "open"


def _effect(answer: Judged, first: str, second: str) -> float:
    """Above 0 where the first is better; nan where it is undetermined."""
    return answer.verdict.pair(_place(answer, first), _place(answer, second)).effect.value


def _place(answer: Judged, name: str) -> int:
    return list(answer.evidence.names).index(name)
