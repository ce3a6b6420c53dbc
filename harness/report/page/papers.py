"""The answer's table for papers: Markdown, LaTeX with booktabs and its figures, csv; and the answer as JSON."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.answers.answer import Answer
from harness.report.page.figures import drawable
from harness.report.page.subject import Subject
from harness.report.page.table import Table
from harness.report.page.tables import capital, for_paper, over_problems, who_wins
from harness.report.picture import drawn, pictures, save
from harness.results.answers import written
from harness.text.visible import in_line

TIE, LATEX_TIE = "†", r"$^{\dagger}$"  # no test tells it from the first
LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
         ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''", "†": LATEX_TIE, "·": r"$\cdot$",
         "–": "--", "λ": r"$\lambda$", **{mark: f"\\{mark}" for mark in "&%$#_{}"}}  # fmt: skip


def markdown(about: Subject, path: Path) -> bytes:
    """The headline, the table of each problem and its notes."""
    parts = []
    for table, told in _tables(about):
        rows = [table.heads, ["---"] * len(table.heads)]
        rows += [
            [f"**{f}**" if k in table.best and j == 0 else f for j, f in enumerate(row)] for k, row in _texts(table)
        ]
        lines = ["| " + " | ".join(_in_markdown(f) for f in row) + " |" for row in rows]
        parts.append(
            "\n".join([f"**{_in_markdown(told[0])}**", "", *lines, "", *(f"- {_in_markdown(one)}" for one in told[1:])])
        )
    return ("\n\n".join([*parts, f"`{about.judged_again}`"]) + "\n").encode()


def latex(about: Subject, path: Path) -> bytes:
    r"""Tables to be read by \input, and as PDF beside it the pictures."""
    parts = [
        "% needs \\usepackage{booktabs,graphicx}; made by "
        + _comment(f"python -m harness.report {' '.join(about.words)}")
    ]
    for k, (whole, told) in enumerate(_tables(about)):
        table = for_paper(whole)
        heads = " & ".join(_in_latex(head) for head in table.heads)
        lines = []
        for place, row in _texts(table):
            fields = [_in_latex(field) for field in row]
            fields[0] = f"\\textbf{{{fields[0]}}}" if place in table.best else fields[0]
            lines.append("  {}" + " & ".join(fields) + r" \\")  # what begins with [ is no option of the line before
        caption = " ".join(f"{_in_latex(capital(one)).rstrip('.')}." for one in told)
        parts.append("\n".join([
            "\\begin{table}", "  \\centering", f"  \\caption{{{caption}}}", f"  \\label{{tab:answer-{k}}}", "  \\small",
            f"  \\begin{{tabular}}{{{'l' * len(table.heads)}}}", "  \\toprule", f"  {heads} \\\\", "  \\midrule",
            *lines,
            "  \\bottomrule", "  \\end{tabular}", "\\end{table}",
        ]))  # fmt: skip
    for k, (name, results) in enumerate(
        (name, of) for name, of in drawable(about) if "pdf" in pictures()[name].formats
    ):
        file = path.with_name(f"{path.stem}-{name}{f'-{k}' if about.several else ''}.pdf")
        try:
            save(drawn(name, results), file, name)
        except ArithmeticError as error:  # of numbers that no axis spans
            parts.append(f"% {name} cannot be drawn: {type(error).__name__}")
            continue
        about_it = f"{capital(pictures()[name].about)}."
        shown = f"\\detokenize{{{file.name}}}"
        parts.append("\n".join([
            "\\begin{figure}", "  \\centering", f"  \\includegraphics[width=\\linewidth]{{{shown}}}",
            f"  \\caption{{{_in_latex(about_it)}}}", f"  \\label{{fig:{name}-{k}}}", "\\end{figure}",
        ]))  # fmt: skip
    return ("\n\n".join(parts) + "\n").encode()


def commas(about: Subject, path: Path) -> bytes:
    """The rows of all problems, in full precision where a field is a number."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["problem", "cell", "value", "low", "high", "replicate", "effect", "effect_low", "effect_high",
                     "scale",
                     "wins", "replicates", "state", "unbeaten", "note"])  # fmt: skip
    for answer in about.answers:
        for row in _rows(answer):
            writer.writerow(map(_plain, row))
    return out.getvalue().encode()


def _plain(field: object) -> object:
    """A text that a spreadsheet would take for a formula, as text."""
    return f"'{field}" if isinstance(field, str) and field.startswith(("=", "+", "-", "@", "\t", "\r")) else field


def json(about: Subject, path: Path) -> bytes:
    """By harness.answers.schema."""
    return (written(about.joint.answer, about.depend) + "\n").encode()


WRITERS: dict[str, Callable[[Subject, Path], bytes]] = {
    "md": markdown, "latex": latex, "csv": commas, "json": json,
}  # fmt: skip


def _rows(answer: Answer) -> Iterator[list[object]]:
    verdict, evidence = answer.verdict, answer.evidence
    column = {number: k for k, number in enumerate(evidence.numbers or range(len(evidence.names)))}
    first = column[answer.lines[0].cell]
    for line in answer.lines:
        k = column[line.cell]
        judged = k != first and {k, first} <= set(verdict.cells)
        pair = verdict.pair(first, k) if judged else None
        effect = [pair.effect.value, pair.effect.low, pair.effect.high] if pair else ["", "", ""]
        yield [in_line(evidence.where), in_line(line.name), line.value, line.low, line.high, line.replicate, *effect,
               evidence.scale.kind, pair.wins if pair else "", evidence.count, in_line(line.state),
               line.name in answer.unbeaten, in_line(line.note)]  # fmt: skip


def _tables(about: Subject) -> Iterator[tuple[Table, list[str]]]:
    """Each with what is said above and below it."""
    over = about.joint.answer.overall
    if over is not None and over.lines:
        yield over_problems(over, "").shown, [over.headline, *over.notes]
    for answer in about.answers:
        table = who_wins(answer, "").shown
        tie = [f"{TIE}: not told apart from {answer.lines[0].name}"] if _ties(table) else []
        yield table, [answer.told, *filter(None, ["; ".join(answer.notes), table.note]), *tie]


def _ties(table: Table) -> set[int]:
    """Rows that are open against the first."""
    if "verdict" not in table.heads:
        return set()
    column = table.heads.index("verdict")
    return {k for k, row in enumerate(table.rows) if row[column].text.startswith("open")}


def _texts(table: Table) -> Iterator[tuple[int, list[str]]]:
    ties = _ties(table)
    for k, row in enumerate(table.rows):
        yield k, [field.text + (TIE if k in ties and j == 0 else "") for j, field in enumerate(row)]


def _in_markdown(text: str) -> str:
    r"""With nothing in it that Markdown, or the HTML that may stand there, would take for its own.

    >>> print(_in_markdown("a|b <img> [x](y)"))
    a\|b &lt;img&gt; \[x\](y)
    """
    bold = re.fullmatch(r"\*\*(.*)\*\*", text, re.DOTALL)
    inner = in_line(bold[1] if bold else text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    told = re.sub(r"([\\`*_|#\[\]~])", r"\\\1", inner)
    return f"**{told}**" if bold else told


def _in_latex(text: str) -> str:
    r"""As LaTeX prints it; what pdflatex has no letter for is its number.

    >>> print(_in_latex("50 % of a_b"))
    50 \% of a\_b
    """
    told = "".join(LATEX.get(letter, letter) for letter in in_line(text))
    return "".join(
        letter if letter.isascii() or letter in "äöüÄÖÜßéèêáàçñø" else f"U+{ord(letter):04X}" for letter in told
    )


def _comment(text: str) -> str:
    return in_line(text).encode("ascii", "backslashreplace").decode()
