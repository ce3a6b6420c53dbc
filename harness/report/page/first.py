"""The first screen of a report: who wins, by how much, how sure that is, what was tuned, what to type next."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.answers.answer import Answer
from harness.answers.overall import Overall
from harness.answers.sentences import TESTED, listed, percent
from harness.report.page.subject import Subject
from harness.report.page.tables import capital, configs_of, metric_of
from harness.text.copying import command, words_of

MEANS = {
    "wins": "It beats every other cell.",
    "equivalent": "They differ by less than the margin that was asked for.",
    "unbeaten": "Nobody beats it, and it does not beat all others.",
    "close": "Nobody yet: {} are unbeaten, and none of them beats another.",
    "cycle": "No cell is unbeaten.",
    "fact": "An order of runs that would repeat exactly: a fact, not a test.",
    "none": "",
}
KINDS = 4  # of spaces that are told
TESTS = {
    "signed-rank": "exact signed-rank tests of all pairs",
    "rank-sum": "rank-sum tests of all pairs",
    "e-process": "e-processes of all pairs, which hold under any number of looks",
}


@dataclass(frozen=True)
class Point:
    """A question and what is said to it; `commands` are typed."""

    question: str
    told: tuple[str, ...]
    commands: tuple[str, ...] = ()


def headline(subject: Subject) -> str:
    """The answer in one line."""
    over = subject.joint.answer.overall
    if over is not None:
        return over.headline
    answers = subject.answers
    return answers[0].headline if len(answers) == 1 else f"{len(answers)} problems, an answer for each"


def points(subject: Subject) -> list[Point]:
    """The five questions."""
    over = subject.joint.answer.overall
    kind = over.kind if over is not None else subject.answers[0].kind if len(subject.answers) == 1 else "none"
    best = over.unbeaten if over is not None else subject.answers[0].unbeaten
    means = (MEANS[kind].format(listed(best) if best else ""),) if MEANS[kind] else ()
    margin = _over_margin(over) if over is not None else _margin(subject, subject.answers[0])
    return [
        Point("Who wins?", means or (headline(subject),)),
        Point("By how much?", tuple(margin)),
        Point("How sure is that?", tuple(_over_certain(over) if over is not None else _certain(subject.answers[0]))),
        Point("What was tuned?", tuple(_tuned(subject))),
        _next(subject),
    ]


def _margin(subject: Subject, answer: Answer) -> Iterator[str]:
    first, *others = answer.lines
    scale, metric = answer.evidence.scale, metric_of(subject)
    value = scale.written(first.value, 2, first.limit)
    ends = f"{scale.written(first.low, 1, first.limit)} to {scale.written(first.high, 1, first.limit)}"
    over = f"({ends} over {answer.evidence.count} {answer.evidence.unit}s)" if first.low != first.high else ""
    way = "higher is better" if scale.more_is_better else "lower is better"
    which = {"tuning": "in a typical tuning"}.get(answer.evidence.unit, f"for a typical {answer.evidence.unit}")
    typical = f" {which}" if answer.evidence.count > 1 else ""
    yield f"{first.name}: {metric} {value}{typical} {over}".strip() + f"; {way}."
    shown = [line for line in others if line.effect][:1]
    beaten = [line for line in others if line.effect and line.state.startswith("beaten")]
    shown += beaten[:1] if shown and shown[0].state != "beaten" else []
    for line in shown:
        verdict = {"": "", "open": " – open"}.get(line.state, f" – {line.state}")
        yield f"{line.name}: {line.effect}{verdict}{f', {line.note}' if line.note else ''}."
    if shown:
        yield "In brackets: the interval that holds for all pairs together." if answer.kind in TESTED else ""


def _over_margin(over: Overall) -> Iterator[str]:
    for line in over.lines[:3]:
        beside = f"{line.effect} than {over.lines[0].name}, " if line.effect else ""
        never = f", {over.never} on {line.never}" if line.never else ""
        won = f"wins on {line.won}, is beaten on {line.lost} of {len(over.answers)} problems"
        yield f"{line.name}: {beside}{won}{never}."


def _certain(answer: Answer) -> Iterator[str]:
    evidence = answer.evidence
    if answer.kind in TESTED:
        yield (
            f"{evidence.count} {evidence.unit}s of every cell, each on its own; {TESTS[evidence.judged_by]}, "
            f"{percent(evidence.level)} family-wise: the chance that cells which are equal are called different, "
            "anywhere in this answer."
        )
    elif answer.kind == "none":
        there = f"{evidence.count} {evidence.unit}{'s' * (evidence.count != 1)}"
        yield f"Not at all: {there}, no test. The order below is that of what was seen."
    else:
        yield "Nothing varies: every repetition would be the same run, so that there is nothing to test."
    more = [note for note in answer.notes if "family-wise" not in note]
    if more:
        yield f"{capital('; '.join(more))}."


def _over_certain(over: Overall) -> Iterator[str]:
    count = len(over.answers)
    if over.kind in TESTED:
        how = "exact signed-rank tests of the effects" if over.scale else "sign tests"
        yield f"{count} problems, each of which counts once; {how}, {percent(over.level)} family-wise over all pairs."
    else:
        yield f"{count} problems: no test over them. Each problem has an answer of its own below."
    more = [note for note in over.notes if "family-wise" not in note]
    if more:
        yield f"{capital('; '.join(more))}."


def _tuned(subject: Subject) -> Iterator[str]:
    results = subject.folders[0]
    configs = configs_of(results)
    settings = dict(configs[0]["config"])
    names = [line.name for line in subject.answers[0].lines]
    if not subject.tuned:
        seeds = len({run["seed"] for run in results.runs})
        each = f"{_count(seeds, 'seed')} each, {settings['steps']:,} steps"
        yield f"Nothing: {listed(names)} at the settings that were typed or declared, {each}."
        return
    yield f"{capital(_searched(subject))}."
    tunings = _count(subject.answers[0].evidence.count, "tuning")
    trials = f"{_count(settings['trials'], 'trial')} of {_seeds(settings['seeds'])}"
    yield f"Each alike: {trials} in each of {tunings}, {settings['steps']:,} steps a run."
    chosen = (
        f"The best of {settings['finalists']} finalists by {_count(settings['finals'], 'more seed')}, then "
        if settings.get("finalists", 1) > 1
        else ""
    )
    if settings.get("confirm"):
        fresh = _count(settings["confirm"], "seed")
        yield f"{chosen or 'The best is '}run again on {fresh} that nothing was chosen by: those are reported."


def _searched(subject: Subject) -> str:
    """Which numbers, of which cells, in all folders."""
    by_space: dict[tuple[str, ...], dict[str, None]] = {}
    for results in subject.folders:
        configs = configs_of(results)
        for line in results.answer[0].lines:
            searched = tuple(key.removeprefix("optimizer.") for key in configs[line.cell].get("space", {}))
            by_space.setdefault(searched, {})[line.name] = None
    if len(by_space) > KINDS:
        return f"The numbers of each cell in a space of its own ({len(by_space)} different ones, listed below)"
    return "; ".join(f"{', '.join(space) or 'nothing'} of {listed(list(mine))}" for space, mine in by_space.items())


def _next(subject: Subject) -> Point:
    """What would settle it, or how to use it."""
    results, summary = subject.folders[0], subject.folders[0].summary
    question, again = "What to type next?", ["-m", *words_of(summary["launch"])]
    typed = [str(word) for word in summary["overrides"]]
    if subject.several:
        return Point(question, ("All numbers of this answer, pair by pair:",), (f"{subject.judged_again} --json",))
    if not subject.tuned:
        left = [word for word in typed if not word.lstrip("+").startswith("trials=")]
        return Point(
            question, ("To compare them as well tuned as each can be:",), (command(*again, *left, "trials=32"),)
        )
    resumed = [*again, f"resume={results.folder}", *(w for w in typed if w.lstrip("+").startswith("storage="))]
    code = command(str(results.folder), module="harness.code")
    if summary["stopped"] or any(cell["trials"] < cell["planned"] for cell in results.cells):
        return Point(question, ("It ended early. To finish it:",), (command(*resumed),))
    if wanting := max(answer.wanting for answer in subject.answers):
        return Point(question, ("For a verdict, add tunings:",), (command(*resumed, f"replicates={wanting}"),))
    if subject.joint.answer.decided or subject.joint.answer.settled:
        return Point(question, ("Decided. To take its numbers along as code of torch, optax, keras:",), (code,))
    over = subject.joint.answer.overall
    if over is not None and over.kind == "none":
        told = (
            f"A verdict over all takes {over.verdict.needs} problems or more: add objectives to",
            "Or take the best of each problem along as code:",
        )
        return Point(question, told, (*subject.made_again, code))
    count = max(answer.evidence.count for answer in subject.answers)
    either = ("Take one of the unbeaten along as code, or add tunings until they part:",)
    return Point(question, either, (code, command(*resumed, f"replicates={2 * count}")))


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def _seeds(seeds: Any) -> str:
    return _count(seeds if isinstance(seeds, int) else len(seeds or ()), "seed")
