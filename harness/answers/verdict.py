"""Which cell wins, and how sure that is: every pair tested over the replicates, corrected for the number of pairs."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np

from harness.answers import eprocess
from harness.answers.equivalence import equivalent
from harness.answers.paired import difference, effects, holm, least, signed_ranks
from harness.answers.scale import Scale
from harness.answers.statistics import Interval, middle
from objectives.arrays import Array

LEVEL = 0.05


@dataclass(frozen=True)
class Pair:
    """What the replicates say of two cells; d > 0 where the first is lower, which is better.

    The interval of an open pair includes 0, so that it never looks decided: where its order statistics exclude 0 it is
    widened to end there, unless it is but the range of too few replicates. The interval of a decided pair may cross 0,
    as order statistics are weaker than the rank test.
    """

    first: int
    second: int
    p: float
    holm: float
    balance: float  # of the ranks, or of the signs where their evidence was largest: above 0 where the first is lower
    effect: Interval  # of d: the median, simultaneous over all pairs
    wins: int  # replicates in which the first ends lower
    losses: int
    decided: bool
    equivalent: bool = False  # within the margin that was asked for

    @property
    def tested(self) -> bool:
        """Whether it has a p: the order of two cells whose every replicate is the same is a fact."""
        return not np.isnan(self.p)

    @property
    def winner(self) -> int | None:
        """The cell that beats the other, if one does."""
        if not self.decided:
            return None
        return self.first if self.balance > 0 else self.second


@dataclass(frozen=True)
class Verdict:
    """What can be said of some cells on one problem. Cells are numbers: columns of what was judged."""

    scale: Scale
    level: float
    replicates: int
    cells: tuple[int, ...]  # that are judged, best median first
    centres: tuple[float, ...]  # of every column: the median over replicates, nan where there is none
    pairs: tuple[Pair, ...]
    unbeaten: tuple[int, ...]  # that nobody beats, best median first; empty in a cycle
    never_finite: tuple[int, ...]  # or, of steps to a target, that did not reach it in any replicate
    failed: tuple[int, ...]  # a run of theirs raised: no verdict
    needs: int  # replicates without which no pair can be decided

    @property
    def possible(self) -> bool:
        """Whether the replicates could decide anything at all."""
        return len(self.cells) > 1 and self.replicates >= self.needs

    @property
    def winner(self) -> int | None:
        """The cell that beats every other one: one that is never finite, too, for a single finite replicate is luck."""
        if not self.possible or len(self.unbeaten) != 1:
            return None
        best = self.unbeaten[0]
        rivals = [cell for cell in self.cells if cell != best]
        return best if all(self.pair(best, rival).winner == best for rival in rivals) else None

    @property
    def equivalent(self) -> bool:
        """Whether nobody beats several cells, and any two of them are equivalent."""
        pairs = combinations(self.unbeaten, 2)
        return self.possible and len(self.unbeaten) > 1 and all(self.pair(a, b).equivalent for a, b in pairs)

    @property
    def settled(self) -> bool:
        """Whether more replicates are of no use: one cell is unbeaten, or those that are are equivalent, or a failed
        run has taken a cell its rivals."""
        return len(self.cells) < 2 or (self.possible and len(self.unbeaten) == 1) or self.equivalent

    def pair(self, one: int, other: int) -> Pair:
        """What is said of two cells, seen from the first."""
        found = self._by_cells
        return found[one, other] if (one, other) in found else _turned(found[other, one])

    @cached_property
    def _by_cells(self) -> dict[tuple[int, int], Pair]:
        return {(pair.first, pair.second): pair for pair in self.pairs}


def judge(
    values: Array,
    scale: Scale,
    level: float = LEVEL,
    once: Collection[int] = (),
    sequential: bool = False,
    margin: float | None = None,
) -> Verdict:
    """The verdict on values (replicates, cells) of a metric: inf where a replicate was never finite, BEYOND where it
    did not reach the target in time, nan where a run of it failed. The cells of `once` have one value, repeated: the
    order of two of them is a fact, and not tested.

    Exact signed-rank tests of all pairs with Holm's correction: the probability that any pair of equals is called
    different is at most the level. A cell wins that beats every other one; else those are named that nobody beats.
    `sequential`, where the replicates may be looked at again and again: the tests are e-processes over their order.
    With a margin (harness.answers.scale), pairs may be equivalent; that any is that is not has the level, too.
    """
    z = scale.of(values)
    replicates, columns = z.shape
    failed = tuple(k for k in range(columns) if np.isnan(z[:, k]).any())
    judged = [k for k in range(columns) if k not in failed]
    centres = [float("nan") if k in failed else middle(np.sort(z[:, k])) for k in range(columns)]
    order = sorted(judged, key=lambda k: centres[k])
    bound = None if margin is None else scale.bound(margin)
    pairs = _pairs(z, order, level, once, sequential, bound)
    never = tuple(k for k in order if scale.never(z[:, k]).all())
    needs = (eprocess.least if sequential else least)(sum(pair.tested for pair in pairs), level)
    best = unbeaten(order, pairs, never)
    return Verdict(scale, level, replicates, tuple(order), tuple(centres), pairs, best, never, failed, needs)


def unbeaten(order: Collection[int], pairs: Collection[Pair], never: Collection[int]) -> tuple[int, ...]:
    """The cells that nobody beats, but for those that were never finite."""
    beaten = {pair.second if pair.winner == pair.first else pair.first for pair in pairs if pair.decided}
    return tuple(k for k in order if k not in beaten and k not in never)


def _pairs(
    z: Array, order: list[int], level: float, once: Collection[int], sequential: bool, bound: float | None
) -> tuple[Pair, ...]:
    """All pairs of the cells, the better median first."""
    places = np.triu_indices(len(order), 1)
    if not len(places[0]):
        return ()
    first, second = (np.array(order)[place] for place in places)
    ds = difference(z[:, first], z[:, second])
    found, balance = eprocess.signs(ds) if sequential else np.array(signed_ranks(ds)).T
    tested = ~(np.isin(first, list(once)) & np.isin(second, list(once)))
    p, corrected = np.where(tested, found, np.nan), np.full(len(found), np.nan)
    corrected[tested] = holm(p[tested])
    told = effects(ds, 1 - level / max(int(tested.sum()), 1), sequential)
    wins, losses = ((ds > 0).sum(axis=0).tolist(), (ds < 0).sum(axis=0).tolist())
    decided = np.where(tested, corrected <= level, (ds != 0).all(axis=0)).tolist()
    alike = np.zeros(len(p), dtype=bool)
    if bound is not None:
        alike = equivalent(z[:, first], z[:, second], bound, level, sequential, tested)
    columns = (first, second, p, corrected, balance, told, wins, losses, decided, alike)
    listed = (column.tolist() if isinstance(column, np.ndarray) else column for column in columns)
    return tuple(
        Pair(a, b, one, raised, to, effect if sure else opened(effect), won, lost, sure, same)
        for a, b, one, raised, to, effect, won, lost, sure, same in zip(*listed, strict=True)
    )


def opened(effect: Interval) -> Interval:
    """The interval of an open pair."""
    if effect.level is None:
        return effect
    return effect._replace(low=min(effect.low, 0.0), high=max(effect.high, 0.0))


def _turned(pair: Pair) -> Pair:
    return replace(
        pair, first=pair.second, second=pair.first, balance=-pair.balance, wins=pair.losses, losses=pair.wins,
        effect=pair.effect.turned(),
    )  # fmt: skip
