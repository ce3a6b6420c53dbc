"""The verdict in one sentence, and what has to be said beside it."""

from collections.abc import Iterator, Sequence
from typing import Literal

from harness.answers.evidence import Evidence
from harness.answers.projection import more
from harness.answers.statistics import median
from harness.answers.unpaired import is_exact
from harness.answers.verdict import Verdict

Kind = Literal["wins", "equivalent", "unbeaten", "close", "cycle", "fact", "none"]
TESTED = ("wins", "equivalent", "unbeaten", "close", "cycle")  # kinds that follow from tests
NAMED = 8  # cells, before the others are counted
STOPPED = {
    "interrupted": "No verdict: it was interrupted",
    "timeout": "No verdict: the time-out left the cells with different numbers of trials",
}


def sentence(evidence: Evidence, verdict: Verdict) -> tuple[Kind, str]:
    """Which cells win, or why nothing can be said."""
    names = evidence.names
    finite = [names[k] for k in verdict.cells if k not in verdict.never_finite]
    if evidence.stopped:
        return "none", STOPPED[evidence.stopped]
    if not finite:
        return "none", _never(evidence) if verdict.cells else "No verdict: runs failed"
    if len(names) == 1:
        return "none", f"{names[0]}: {_alone(evidence)}; one cell, no verdict"
    if len(verdict.cells) == 1:
        return "none", f"No verdict: runs of every cell but {finite[0]} failed"
    if evidence.copies:
        return "fact", f"{_lowest(evidence, verdict)}; every repetition would be the same run"
    if not verdict.possible:
        return "none", f"No verdict is possible: {_needs(evidence, verdict)}"
    kind, told = settled(names, verdict, within(evidence))
    if kind == "close" and all(evidence.scale.solved(verdict.centres[k]) for k in verdict.unbeaten):
        alike = listed([names[k] for k in verdict.unbeaten], last=", ")
        return kind, f"{'Both' if len(verdict.unbeaten) == 2 else 'All'} solved: {alike}"
    return kind, told


def _never(evidence: Evidence) -> str:
    """That no cell has a value, though of some that did not reach the target in a typical run others may have."""
    if not evidence.target:
        return "No cell was ever finite"
    some = any(evidence.arrived)
    return (
        f"No cell reached the target in a typical run of any {evidence.unit}" if some else "No run reached the target"
    )


def settled(names: Sequence[str], verdict: Verdict, alike: str = "") -> tuple[Kind, str]:
    """What the tests of all pairs say; `alike` is what equivalent cells are called."""
    finite = [names[k] for k in verdict.cells if k not in verdict.never_finite]
    if not verdict.unbeaten:
        return "cycle", f"A cycle: each of {listed(finite)} is beaten by another"
    if verdict.winner is not None:
        return "wins", f"{names[verdict.winner]} wins"
    if len(verdict.unbeaten) == 1:
        best = verdict.unbeaten[0]
        rivals = [k for k in verdict.cells if k != best]
        still = [names[k] for k in rivals if verdict.pair(best, k).winner is None]
        return "unbeaten", f"{names[best]} is unbeaten, {listed(still)} open against it"
    if verdict.equivalent:
        return "equivalent", f"{listed([names[k] for k in verdict.unbeaten])} are {alike}"
    return "close", f"Too close to call: {listed([names[k] for k in verdict.unbeaten], last=', ')}"


def best(verdict: Verdict, kind: Kind) -> tuple[int, ...]:
    """The cells that the sentence names as the first: the winner, or all that nobody beats; those that end alike in a
    fact."""
    if kind == "fact":
        return tuple(k for k in verdict.cells if verdict.centres[k] == verdict.centres[verdict.cells[0]])
    return verdict.unbeaten if kind in TESTED else ()


def notes(evidence: Evidence, verdict: Verdict, kind: Kind, disagreeing: Sequence[str]) -> tuple[str, ...]:
    """What the sentence holds for."""
    found = []
    if kind in TESTED:
        each = " on each problem" if evidence.where else ""
        found.append(f"{_repeated(evidence)}, {percent(evidence.level)} family-wise{each}")
    if not evidence.paired and kind in TESTED:
        found.append("not paired: an effect is the median over all pairs of runs")
    if not (evidence.tuned or evidence.repeated):
        found.append("at these settings, not tuned: add trials=32")
    if evidence.cut:
        found.append(evidence.cut)
    if evidence.dataset:
        which = "for this split" if evidence.splits == 1 else f"over {evidence.splits} splits"
        found.append(f"{which} of {evidence.dataset}")
    if disagreeing:
        found.append(f"the test set disagrees on {listed(disagreeing)}")
    if not evidence.stopped:
        found += [f"{evidence.names[k]}: a run failed, no verdict" for k in verdict.failed]
    if kind in TESTED:
        found += [*_of_looks(evidence, verdict, kind), *_of_margin(evidence, verdict)]
        found += _beaten_by_special_cases(evidence, verdict) if evidence.tuned else []
    return (*found, *evidence.remarks)


def _beaten_by_special_cases(evidence: Evidence, verdict: Verdict) -> list[str]:
    """Who is beaten by a special case of itself: by the best of them."""
    found: dict[int, str] = {}
    for special in verdict.cells:
        for general, other, how in evidence.includes:
            known = other == special and general in verdict.cells and general not in found
            if known and verdict.pair(general, special).winner == special:
                one, two = evidence.names[general], evidence.names[special]
                found[general] = (
                    f"{one} is beaten by {two}, which it includes ({how}): its space or its budget is at fault "
                    "(Choi et al. 2019)"
                )
    return list(found.values())


def goes_on(evidence: Evidence, kind: Kind) -> bool:
    """Whether more replicates could be added to what is undecided."""
    return evidence.sequential and kind in ("close", "cycle")


def within(evidence: Evidence) -> str:
    """What cells are called that differ by less than the margin."""
    return f"equivalent within {evidence.scale.margin(evidence.margin or 0.0)}"


def _of_looks(evidence: Evidence, verdict: Verdict, kind: Kind) -> Iterator[str]:
    """That looking more than once does no harm, and how long it may still take."""
    if evidence.sequential:
        often = f"looked at {evidence.looks} times: " if evidence.looks > 1 else ""
        yield f"{often}judged by an e-process, which holds under any number of looks"
    if evidence.raised:
        yield "trials were raised after an answer: that holds for each number of trials by itself"
    if goes_on(evidence, kind):
        extra = more(evidence.values, verdict, evidence.margin)
        about = f"about {extra} more replicate{'s' * (extra != 1)}, if they go on like these"
        yield f"undecided: {'no end is in sight' if extra is None else about}"


def _of_margin(evidence: Evidence, verdict: Verdict) -> Iterator[str]:
    if evidence.margin is None:
        return
    if evidence.scale.kind == "difference":
        yield f"margin={evidence.margin:g} is in the unit of the values, of which the lowest one is not known"
    close = [pair for pair in verdict.pairs if pair.equivalent and pair.winner is not None]
    for pair in (pair for pair in close if pair.winner in verdict.unbeaten):
        loser = pair.second if pair.winner == pair.first else pair.first
        yield f"{evidence.names[loser]} is beaten, and yet {within(evidence)}"


def percent(share: float) -> str:
    """As people write it.

    >>> percent(0.05), percent(1.0)
    ('5 %', '100 %')
    """
    return f"{100 * share:.3g} %"


def listed(names: Sequence[str], last: str = " and ") -> str:
    """Names in a sentence, the first few of many.

    >>> listed(["a", "b", "c"]), listed([f"c{k}" for k in range(50)], last=", ")
    ('a, b and c', 'c0, c1, c2, c3, c4, c5, c6, c7 and 42 more')
    """
    if len(names) > NAMED + 1:
        return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}{last}{names[-1]}"


def _lowest(evidence: Evidence, verdict: Verdict) -> str:
    alike = best(verdict, "fact")
    told = listed([evidence.names[k] for k in alike])
    if len(alike) > 1:
        return f"{told} end alike"
    if evidence.target:
        return f"{told} is the fastest"
    return f"{told} ends {'highest' if evidence.scale.more_is_better else 'lowest'}"


def _needs(evidence: Evidence, verdict: Verdict) -> str:
    if evidence.repeated:
        each = "" if evidence.paired else " each"
        return f"{len(verdict.cells)} cells need {verdict.needs} {evidence.unit}s{each}; there are {_sizes(evidence)}"
    setting = "replicates" if evidence.tuned else "seeds"
    there = f"there {'is' if evidence.count == 1 else 'are'} {evidence.count}"
    return f"{len(verdict.cells)} cells need {setting}={verdict.needs}; {there}"


def _sizes(evidence: Evidence) -> str:
    """How many values the cells have: `12`, or `7 to 12`."""
    sizes = [size for k in range(len(evidence.names)) if (size := len(evidence.of(k)))]
    return f"{min(sizes)} to {max(sizes)}" if min(sizes) < max(sizes) else str(max(sizes))


def _repeated(evidence: Evidence) -> str:
    """`12 seeds`, or of values that are not paired by which test they were compared."""
    if evidence.paired:
        return f"{evidence.count} {evidence.unit}s"
    exact = all(is_exact(len(evidence.of(k)) + evidence.count) for k in range(len(evidence.names)))
    test = "exact rank-sum tests" if exact else "rank-sum tests, of large samples by scipy's normal approximation"
    return f"{_sizes(evidence)} {evidence.unit}s of each, {test}"


def _alone(evidence: Evidence) -> str:
    """The value of the one cell, with its interval over the replicates, or over the seeds of the only one."""
    scale, over = evidence.scale, f" over {evidence.count} {evidence.unit}s"
    sign = -1 if scale.more_is_better else 1
    value, *ends, level = median(sign * evidence.values[:, 0])
    value, low, high = sign * value, *sorted(sign * end for end in ends)
    if evidence.count == 1 and evidence.alone is not None:
        (value, low, high, level), over = evidence.alone, ""
    limit = evidence.limits[0] if evidence.limits else None
    told, lowest, highest = (scale.written(end, limit=limit) for end in (value, low, high))
    if low == high:
        return told
    kind = "range" if level is None else f"{percent(level)} interval"
    return f"{told} ({kind} {lowest} to {highest}{over})"
