"""Who wins on one problem, or on each of several, and how sure that is: in words for people, as data for programs."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import cached_property
from math import inf
from typing import Any

from harness.answers import data
from harness.answers.evidence import Evidence
from harness.answers.lines import Line, lines
from harness.answers.overall import Overall, overall
from harness.answers.projection import more
from harness.answers.scale import beyond
from harness.answers.sentences import TESTED, Kind, best, goes_on, notes, sentence
from harness.answers.short import shortened, shorts
from harness.answers.text import MOST, Said, Tone, summary, table
from harness.answers.unpaired import judge_unpaired
from harness.answers.verdict import Verdict, judge
from harness.text.visible import in_line

VERSION = 1  # of what `data` gives; harness.answers.schema describes it


@dataclass(frozen=True, repr=False)
class Answer:
    """Which cells win on one problem."""

    evidence: Evidence
    verdict: Verdict
    kind: Kind
    headline: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(text for text, _ in self.said(more="in .data()"))

    def said(
        self,
        width: int = 120,
        most: int | None = MOST,
        more: str = "",
        brief: bool = False,
        silent: Collection[str] = (),
    ) -> list[Said]:
        """The headline, a line for each of so many cells with how to see the others, and the notes but for the silent
        ones; `brief` leaves out the lines where there is no verdict."""
        tone: Tone = "best" if self.kind in ("wins", "unbeaten", "equivalent", "fact") else "head"
        known = shorts([*self.evidence.names, self.evidence.where])
        found: list[Said] = [(in_line(shortened(self.told, known)), tone)]
        if len(self.lines) > 1 and not (brief and self.kind == "none"):
            found += table(self.lines, self.unbeaten, self.evidence.scale, width, most, more)
        notes = [note for note in self.notes if note not in silent]
        return found + [(in_line(shortened("; ".join(notes), known)), "aside")] * bool(notes)

    @property
    def told(self) -> str:
        """The headline, after what tells the problem from others."""
        return f"{self.evidence.where}: {self.headline}" if self.evidence.where else self.headline

    @property
    def decided(self) -> bool:
        """Whether one cell wins, or those that nobody beats are equivalent."""
        return self.kind in ("wins", "equivalent")

    @property
    def settled(self) -> bool:
        """Whether more replicates would be of no use."""
        return self.verdict.settled or self.evidence.copies

    @property
    def more(self) -> int | None:
        """About how many further replicates would decide; None where that is not in sight, or nobody adds any."""
        evidence = self.evidence
        return more(evidence.values, self.verdict, evidence.margin) if goes_on(evidence, self.kind) else None

    @property
    def wanting(self) -> int:
        """How many replicates (or, untuned, seeds) a verdict needs, or about how many will do; 0 where there are
        enough, or nobody knows."""
        if self.more is not None:
            return self.evidence.count + self.more
        verdict = self.verdict
        few = self.kind == "none" and len(verdict.cells) > 1 and verdict.replicates < verdict.needs
        return verdict.needs if few and not self.evidence.stopped else 0

    @property
    def winner(self) -> str | None:
        """The name of the cell that wins, if one does."""
        return self.evidence.names[self.verdict.unbeaten[0]] if self.kind == "wins" else None

    @property
    def unbeaten(self) -> tuple[str, ...]:
        """The names of the cells that the headline puts first: the winner, or all that nobody beats."""
        return tuple(self.evidence.names[k] for k in best(self.verdict, self.kind))

    def data(self) -> dict[str, Any]:
        """As plain data."""
        evidence, verdict = self.evidence, self.verdict
        found: dict[str, Any] = {"problem": evidence.problem, "where": evidence.where, "dataset": evidence.dataset}
        found |= {"splits": evidence.splits}
        found |= {"kind": self.kind, "decided": self.decided, "headline": self.headline, "notes": list(self.notes)}
        found |= {"tuned": evidence.tuned, "paired": evidence.paired, "replicates": evidence.count}
        found |= {"needs": verdict.needs, "level": evidence.level, "judged_by": evidence.judged_by}
        found |= {"looks": evidence.looks, "more": self.more, "margin": evidence.margin}
        found |= {"scale": asdict(evidence.scale)}
        found |= {"unbeaten": list(self.unbeaten), "cells": [self._cell(line) for line in self.lines]}
        known = self.kind in (*TESTED, "fact")
        return found | {"pairs": [data.pair(pair, evidence.names, known) for pair in verdict.pairs]}

    def _cell(self, line: Line) -> dict[str, Any]:
        shown = (
            "name",
            "cell",
            "value",
            "low",
            "high",
            "replicate",
            "effect",
            "wins",
            "state",
            "note",
            "reached",
            "targets",
        )
        test = line.test and {**data.interval(line.test), "told": line.tested, "disagrees": line.disagrees}
        return {**{name: getattr(line, name) for name in shown}, **self._values(line), "test": test}

    def _values(self, line: Line) -> dict[str, Any]:
        """Steps that were not enough as `> 1,000`."""
        told = {name: getattr(line, name) for name in ("value", "low", "high")}
        scale = self.evidence.scale
        return {
            k: scale.written(v, limit=line.limit) if scale.kind == "steps" and beyond(v) and v < inf else v
            for k, v in told.items()
        }


class Answers(tuple[Answer, ...]):
    """An answer per problem, in the order of the cells; of the usual one problem, `answers[0]`."""

    def __repr__(self) -> str:
        over = ["\n".join(text for text, _ in self.summary())] if self.overall else []
        return "\n\n".join([*over, *map(repr, self)])

    @cached_property
    def overall(self) -> Overall | None:
        """What the problems say together; none where there is one problem, or one cell."""
        return overall(self)

    def summary(self, width: int = 120) -> list[Said]:
        """What is said over all problems: the headline, a line for each cell, the notes."""
        over = self.overall
        if over is None:
            return []
        known = shorts(name for answer in self for name in (*answer.evidence.names, answer.evidence.where))
        headline = in_line(shortened(over.headline, known))
        found: list[Said] = [(headline, "head" if over.kind == "none" else "best")]
        found += summary(over.lines, over.unbeaten, width, over.never) if over.lines else []
        return found + [(in_line(shortened("; ".join(over.notes), known)), "aside")] * bool(over.notes)

    @property
    def decided(self) -> bool:
        """Whether every problem has a winner, or cells that are equivalent."""
        return all(answer.decided for answer in self)

    @property
    def settled(self) -> bool:
        """Whether more replicates would be of no use to any problem."""
        return all(answer.settled for answer in self)

    @property
    def winner(self) -> str | None:
        """The name of the cell that wins on every problem, if one does."""
        found = {answer.winner for answer in self}
        return found.pop() if len(found) == 1 else None

    @property
    def headline(self) -> str:
        """What is said first of each."""
        return "; ".join([*([self.overall.headline] if self.overall else []), *(answer.told for answer in self)])

    def data(self) -> dict[str, Any]:
        """As plain data, by harness.answers.schema; inf and nan are floats here, and texts in JSON."""
        over = self.overall and self.overall.data()
        return {"version": VERSION, "overall": over, "answers": [answer.data() for answer in self]}


def answered(evidence: Evidence) -> Answer:
    """The answer that the evidence gives."""
    if evidence.paired:
        judged = evidence.values, evidence.scale, evidence.level, evidence.once
        verdict = judge(*judged, evidence.sequential, evidence.margin)
    else:
        verdict = judge_unpaired(evidence.values, evidence.scale, evidence.level)
    kind, headline = sentence(evidence, verdict)
    found = lines(evidence, verdict, kind)
    disagreeing = [line.name for line in found if line.disagrees]
    return Answer(evidence, verdict, kind, headline, found, notes(evidence, verdict, kind, disagreeing))
