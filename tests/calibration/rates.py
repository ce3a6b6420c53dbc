"""What the calibration measures: rates with their standard errors and bounds, a function for each part."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from math import inf, sqrt

import numpy as np

from harness.answers.answer import Answer
from harness.answers.eprocess import least
from harness.answers.scale import Scale
from harness.answers.verdict import LEVEL, Pair, judge
from harness.configs.declared import MOST_REPLICATES
from harness.results.files import Results
from harness.tuning.stages import ends
from objectives.arrays import Array
from tests.calibration.sweeps import BLOCK, EPS, NETWORK, ROSENBROCK, Sample, Size, clone_as_optimizer, clones, swept

STREAMS = {"pairs": 1000, "network": 2000, "family": 3000, "repeats": 4000, "seventh": 5000}
SIX = ("sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam")
SHIFT = 3.0  # standard deviations
FOUND = 0.8  # of the rivals of a cell that is better by so much
INFINITE = 0.03
OF_ALL_PAIRS = {"holm": 0.0, "decided": False}


@dataclass(frozen=True)
class Rate:
    """A share of some number of cases, and where it must lie; without bounds it is only told."""

    what: str
    value: float
    error: float  # standard
    of: int
    at_most: float = inf
    at_least: float = -inf

    @property
    def bounded(self) -> bool:
        return self.at_most < inf or self.at_least > -inf

    @property
    def ok(self) -> bool:
        return self.at_least <= self.value <= self.at_most


@dataclass(frozen=True)
class Part:
    """What one part found."""

    rates: tuple[Rate, ...]
    notes: tuple[str, ...] = ()


def pairs(size: Size) -> Part:
    """Clones of adam on Rosenbrock, two by two."""
    return _two_by_two(_clones(size, "pairs", size.pairs, 2))


def network(size: Size) -> Part:
    """The same on a small network of the digits."""
    return _two_by_two(_clones(size, "network", size.networks, 2))


def family(size: Size) -> Part:
    """Six clones at once: any pair that is called different is one too many."""
    sample = _clones(size, "family", size.families, len(EPS))
    verdicts = sample.verdicts()
    some = [any(pair.decided for pair in verdict.pairs) for verdict in verdicts]
    alone = [pair.p <= LEVEL for verdict in verdicts for pair in verdict.pairs]
    any_alone = [any(pair.p <= LEVEL for pair in verdict.pairs) for verdict in verdicts]
    return Part(
        (
            _called("sets of six clones with a pair called different", some),
            Rate("the same without Holm's correction", *_mean(any_alone), len(verdicts)),
            Rate("their pairs with p <= .05, one by one", *_mean(alone), len(alone)),
            _infinite("infinite values of these clones", sample.z),
        )
    )


def shift(size: Size) -> Part:
    """The first of six clones made better by three standard deviations of its replicates."""
    sample = _clones(size, "family", size.families, len(EPS))
    z = sample.z
    z[:, 0] -= SHIFT * float(np.std(z[np.isfinite(z)], ddof=1))
    plain = replace(sample.scale, kind="difference", floor=0.0, more_is_better=False)
    verdicts = Sample(z, plain).verdicts()
    beaten = [[verdict.pair(0, rival).winner == 0 for rival in range(1, len(EPS))] for verdict in verdicts]
    value, error = _mean([float(np.mean(mine)) for mine in beaten])  # the rivals of a set depend on each other
    wins = [verdict.winner == 0 for verdict in verdicts]
    return Part(
        (
            Rate("rivals found to be worse by 3 sd", value, error, len(wins) * (len(EPS) - 1), at_least=FOUND),
            Rate("sets in which the better one wins", *_mean(wins), len(wins)),
        )
    )


def repeats(size: Size) -> Part:
    """Independent repetitions of one sweep: no two may contradict each other."""
    found: list[Answer] = []
    reports: list[bool] = []
    diverged: list[bool] = []
    for k in range(size.repetitions):
        results = swept(size, STREAMS["repeats"] + k, BLOCK, *ROSENBROCK, f"optimizer={','.join(SIX)}")
        found += results.answer
        reports += [cell["value"] == inf for cell in results.cells]
        diverged += [run["state"] == "diverged" for run in results.runs if run["phase"] == "confirm"]
    winners = {
        pair: [answer.verdict.pair(*pair).winner for answer in found] for pair in combinations(range(len(SIX)), 2)
    }
    against = [contradicted(told) for told in winners.values()]
    rates = [
        Rate("pairs in which two repetitions contradict", *_mean(against), len(against), at_most=0.0),
        Rate("infinite reports", *_mean(reports), len(reports), at_most=INFINITE),
        Rate("diverged runs", *_mean(diverged), len(diverged)),
        Rate("pairs decided", *_mean([w is not None for told in winners.values() for w in told]),
             len(winners) * len(found)),
        Rate("repetitions with one winner", *_mean([answer.decided for answer in found]), len(found)),
    ]  # fmt: skip
    for k, name in enumerate(SIX):
        rates.append(Rate(f"{name} unbeaten", *_mean([k in a.verdict.unbeaten for a in found]), len(found)))
    headlines = Counter(answer.headline for answer in found)
    told = [f"{count} x {headline}" for headline, count in headlines.most_common()]
    for (a, b), names in winners.items():
        counts = Counter("open" if w is None else SIX[w] for w in names)
        told.append(f"{SIX[a]} or {SIX[b]}: {', '.join(f'{name} {n}' for name, n in counts.most_common())}")
    return Part(tuple(rates), tuple(told))


def contradicted(winners: Sequence[int | None]) -> bool:
    """Whether some repetitions name one cell of a pair and some the other; an open one contradicts nobody."""
    return len({winner for winner in winners if winner is not None}) > 1


def seventh(size: Size) -> Part:
    """A clone of adam joins six optimizers: of the others nothing changes but Holm's p, and it is open against adam."""
    with clone_as_optimizer("twin") as config_dir:
        six, seven = (
            swept(size, STREAMS["seventh"], BLOCK, *ROSENBROCK, f"optimizer={','.join(names)}", config_dir=config_dir)
            for names in (SIX, (*SIX, "twin"))
        )
    (before,), (after,) = six.answer, seven.answer
    rows = [row == other for row, other in zip(_rows(six), _rows(seven), strict=True)]
    told = [_alike(before.verdict.pair(a, b), after.verdict.pair(a, b)) for a, b in combinations(range(len(SIX)), 2)]
    twin = len(SIX)
    clone = after.verdict.pair(SIX.index("adam"), twin)
    sgd = after.verdict.pair(SIX.index("sgd"), twin).winner
    return Part(
        (
            Rate("rows of six cells that a seventh changes", 1 - _mean(rows)[0], 0.0, len(rows), at_most=0.0),
            Rate("pairs whose numbers it changes, but for Holm's p", 1 - _mean(told)[0], 0.0, len(told), at_most=0.0),
            Rate("it is called different from its original", float(clone.decided), 0.0, 1, at_most=0.0),
            Rate("sgd is beaten by it", float(sgd == twin), 0.0, 1, at_least=1.0),
        ),
        (f"six: {before.headline}", f"seven: {after.headline}"),
    )


def until(size: Size) -> Part:
    """Pairs of clones that are tuned until they are told apart, and pairs of which one is made better: sequences drawn
    from the replicates of `pairs`."""
    sample = _clones(size, "pairs", size.pairs, 2)
    plain = Scale("difference")
    spread = float(np.std(sample.z[np.isfinite(sample.z)], ddof=1))
    rng = np.random.default_rng(0)
    draws = [rng.choice(len(sample.z), MOST_REPLICATES, replace=False) for _ in range(size.pairs)]
    rates, notes = [], []
    for better in (0.0, 1.0, SHIFT):
        told = [_end(sample.z[draw] - [better * spread, 0.0], plain) for draw in draws]
        decided = [winner is not None for _, winner in told]
        if not better:
            rates.append(_called("pairs of clones called different until decided", decided))
            continue
        found = [winner == 0 for _, winner in told]
        floor = {"at_least": FOUND} if better == SHIFT else {}
        rates.append(Rate(f"found to be better by {better:g} sd", *_mean(found), len(found), **floor))
        often = np.median([count if winner is not None else inf for count, winner in told])
        notes.append(f"{better:g} sd: decided after {often:g} replicates in the middle, looked at after each stage")
    return Part(tuple(rates), tuple(notes))


def _end(z: Array, scale: Scale) -> tuple[int, int | None]:
    """At how many replicates two cells are told apart, and who is better; the most and None where they are not."""
    for count in ends(least(1), MOST_REPLICATES):
        if (winner := judge(z[:count], scale, sequential=True).winner) is not None:
            return count, winner
    return MOST_REPLICATES, None


PARTS: dict[str, Callable[[Size], Part]] = {
    part.__name__: part for part in (pairs, network, family, shift, until, repeats, seventh)
}


@cache
def _clones(size: Size, part: str, sets: int, cells: int) -> Sample:
    return clones(size, STREAMS[part], sets, cells, NETWORK if part == "network" else ROSENBROCK)


def _two_by_two(sample: Sample) -> Part:
    z, verdicts = sample.z, sample.verdicts()
    return Part(
        (
            _called("pairs of clones called different", [v.pairs[0].decided for v in verdicts]),
            Rate("ties, of their replicates", *_mean(z[:, 0] == z[:, 1]), len(z)),
            _infinite("infinite values of these clones", z),
        )
    )


def _called(what: str, wrong: Sequence[bool]) -> Rate:
    """At most the level and two standard errors of a share that is just the level."""
    count = len(wrong)
    return Rate(what, *_mean(wrong), count, at_most=LEVEL + 2 * sqrt(LEVEL * (1 - LEVEL) / count))


def _infinite(what: str, z: Array) -> Rate:
    return Rate(what, *_mean(np.isinf(z).ravel()), z.size)


def _mean(values: Sequence[float] | Array) -> tuple[float, float]:
    """The share, and its standard error."""
    found = np.asarray(values, dtype=np.float64)
    return float(found.mean()), float(found.std(ddof=1) / sqrt(len(found))) if len(found) > 1 else 0.0


def _alike(one: Pair, other: Pair) -> bool:
    """Whether two pairs say the same but for what the number of pairs decides: Holm's p, and the confidence of the
    simultaneous interval, whose ends are the same with 15 pairs and 21."""
    return replace(one, **OF_ALL_PAIRS, effect=one.effect._replace(level=None)) == replace(
        other, **OF_ALL_PAIRS, effect=other.effect._replace(level=None)
    )


def _rows(results: Results) -> list[str]:
    """What the files say of the first six cells."""
    files = (results.cells, results.trials, results.runs)
    return [str(row) for rows in files for row in rows if row["cell"] < len(SIX)]
