"""A report as one file of HTML that asks for nothing else."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness.code import CellCode, agreement, codes
from harness.errors import UserError
from harness.report.page import figures, tables
from harness.report.page.figures import Shown
from harness.report.page.first import headline, points
from harness.report.page.subject import Subject
from harness.report.page.table import Table
from harness.report.style import INSTALL
from harness.results.files import Results
from harness.text.copying import command, words_of
from harness.text.visible import in_line, visible
from harness.verify.code import LIBRARIES

HERE = Path(__file__).parent
LISTED = 6  # problems, among the links of the first screen
CODES, BEST = 12, 2  # cells whose code is shown, of the one problem and of each of several


@dataclass(frozen=True)
class Part:
    """A part of the page under its title."""

    id: str
    title: str
    tables: Sequence[Table] = ()
    pictures: Sequence[Shown] = ()
    codes: Sequence[dict[str, Any]] = ()
    told: Sequence[str] = ()
    command: str = ""
    listed: bool = True  # among the links of the first screen


def page(subject: Subject) -> bytes:
    """The whole page, the same bytes for the same folders."""
    template = _template()
    css, script = ((HERE / name).read_text() for name in ("page.css", "page.js"))
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    over = subject.joint.answer.overall
    best = over.kind if over is not None else subject.answers[0].kind
    made: str = template.render(
        css=css,
        script=script,
        script_hash=f"sha256-{hashed}",
        title=subject.title,
        headline=in_line(headline(subject)),
        best=best in ("wins", "unbeaten", "equivalent", "fact"),
        points=points(subject),
        first_tables=_first(subject),
        parts=_parts(subject),
    )
    return made.encode()


@cache
def _template() -> Any:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:
        raise UserError(f"the page needs jinja2: {INSTALL}") from error
    made = Environment(
        autoescape=True,
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters["tied"] = _tied
    return made.get_template("page.html")


def _shown(value: Any) -> Any:
    """Nothing in it that stays unseen or turns a line around, and no password."""
    return value if hasattr(value, "__html__") or not isinstance(value, str) else visible(value)


def _tied(text: str) -> str:
    """With no end of a line between a number and its unit, or inside an interval; never of what is typed."""
    return re.sub(r"\[([^\]\s]+), ([^\]\s]+)\]", "[\\1,\u00a0\\2]", text.replace(" %", "\u00a0%"))


def _first(subject: Subject) -> list[Table]:
    over = subject.joint.answer.overall
    if over is not None and over.lines:
        return [tables.over_problems(over, subject.judged_again).shown]
    if len(subject.answers) > 1:
        return [tables.each_problem(subject.answers, subject.judged_again)]
    return [tables.brief(tables.who_wins(subject.answers[0], subject.judged_again))]


def _numbers(subject: Subject, k: int) -> list[Table]:
    """The tables of one problem; what the first screen shows whole is not shown again."""
    answer = subject.answers[k]
    whole = tables.who_wins(answer, subject.judged_again).shown
    found = [] if len(subject.answers) == 1 and _seen_whole(whole) else [whole]
    dependence = tables.dependence(answer, subject.depend[k], subject.judged_again)
    return [*found, *([] if dependence is None else [dependence])]


def _seen_whole(table: Table) -> bool:
    return tables.brief(table).rows == table.rows


def _parts(subject: Subject) -> list[Part]:
    found, several = [], len(subject.answers) > 1
    if several:
        found.append(Part("problems", "All problems", [tables.each_problem(subject.answers, subject.judged_again)]))
    else:
        found.append(Part("numbers", "The numbers", _numbers(subject, 0)))
    found.append(Part("pictures", "Pictures", pictures=figures.shown(subject)))
    for k, answer in enumerate(subject.answers if several else ()):
        listed = len(subject.answers) <= LISTED
        found.append(Part(f"problem-{k}", answer.told, _numbers(subject, k), listed=listed))
    found.append(Part("effort", "Who was tuned how hard", [tables.effort(subject)]))
    found.append(_codes(subject))
    found.append(Part("made", "What it was made with", [tables.made_with(subject), tables.fingerprints(subject)],
                      told=["Every number again, from nothing:"], command=" && ".join(subject.made_again)))  # fmt: skip
    return [part for part in found if part.tables or part.pictures or part.codes]


def _codes(subject: Subject) -> Part:
    """What each cell found, as a table and as code."""
    found, typical, cells = [], [], []
    for results in subject.folders:
        typical += [one for answer in results.answer if (one := tables.typical(results, answer)) is not None]
        mine = _told(results)
        found += [_code(cell, results.summary["launch"]) for cell in mine]
        cells += mine
    again = " && ".join(command(word, module="harness.code") for word in subject.words)
    return Part("code", "The winners as code", typical, codes=found, told=[agreement(cells, LIBRARIES)], command=again)


def _told(results: Results) -> list[CellCode]:
    """The cells whose code is shown: of one problem the first ones, of several those that nobody beats."""
    every = codes(results)
    if len(results.answer) == 1:
        return every[:CODES]
    best = {(answer.evidence.where, name) for answer in results.answer for name in answer.unbeaten[:BEST]}
    return [cell for cell in every if (cell.where, cell.name) in best]


def _code(cell: CellCode, launch: str) -> dict[str, Any]:
    libraries = [
        {"name": library, "text": code.text, "told": code.told if code.text else f"none ({code.why})"}
        for library, code in cell.libraries.items()
    ]
    missing = [library for library in LIBRARIES if library not in cell.libraries]
    besides = [f"nothing in {', '.join(missing)} is known to take the same steps"] if missing else []
    besides += [f"{', '.join(cell.schedules)}: this is not in the code"] if cell.schedules else []
    again = command(*words_of(launch), *cell.overrides)
    name = f"{cell.where}: {cell.name}" if cell.where else cell.name
    return {"name": name, "libraries": libraries, "besides": "; ".join(besides), "command": again}
