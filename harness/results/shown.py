"""What Python and notebooks show of results: the answer, and the table of cells in short."""

from collections.abc import Sequence
from html import escape

from harness.answers.scale import BEYOND
from harness.errors import UserError
from harness.results.finished import Finished
from harness.results.rows import Row
from harness.text.visible import in_line

MOST, MOST_HTML = 8, 20  # cells or runs
WIDE = 120  # columns
ROOM = 1900  # characters of a text
DAMAGE = (KeyError, TypeError, ValueError, AttributeError, IndexError, UserError)
POINT = "best hyperparameters"


def text(results: Finished) -> str:
    """Title, answer, table, folder; what finds no room goes."""
    try:
        head, rows = [in_line(str(results.summary["title"])), "", *_answer(results)], _rows(results)
        lines = [*head, "", *_aligned(rows[:MOST]), *([f"... {len(rows) - MOST} more"] if len(rows) > MOST else [])]
    except DAMAGE as error:
        lines = [f"damaged: {type(error).__name__}"]
    end = in_line(f"{results.folder}")
    lines = [line if len(line) <= WIDE else f"{line[: WIDE - 1]}…" for line in lines]
    while sum(len(line) + 1 for line in lines) + len(end) > ROOM:
        lines = [*lines[:-2], "…"]
    return "\n".join([*lines, "", end])


def html(results: Finished) -> str:
    """The same for a notebook."""
    try:
        rows = _rows(results)
        title, answer = str(results.summary["title"]), _answer(results)
    except DAMAGE:
        return f"<pre>{escape(text(results))}</pre>"
    first, *others = answer or [""]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    names = "".join(f"<th>{_cell(column)}</th>" for column in columns)
    lines = ["".join(f"<td>{_cell(row.get(column, ''))}</td>" for column in columns) for row in rows[:MOST_HTML]]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    table = f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
    more = f"<p>... {len(rows) - MOST_HTML} more</p>" if len(rows) > MOST_HTML else ""
    told = f"<pre>{escape(chr(10).join(others))}</pre>" if others else ""
    head = f"<p>{_cell(title)}</p><p><b>{_cell(first)}</b></p>"
    return f"{head}{told}{table}{more}<p><code>{_cell(results.folder)}</code></p>"


def _cell(value: object) -> str:
    return escape(in_line(str(value)))


def _answer(results: Finished) -> list[str]:
    """What all problems say together, and each problem's headline; the cells of the only one."""
    found = results.answer
    if len(found) > 1:
        return [*(line for line, _ in found.summary(WIDE)), "", *(in_line(answer.told) for answer in found)]
    return [line for answer in found for line, _ in answer.said(WIDE, MOST, "results.answer")]


def _rows(results: Finished) -> list[Row]:
    """A row per cell, that of the answer's typical replicate; of a single run one per seed; none for several problems,
    whose cells the answers compare."""
    varied = results.summary["varied"] or ["optimizer"]
    if results.summary["kind"] == "run":
        kept = ("seed", "loss", "best_loss", "accuracy", "test_accuracy", "steps", "state")
        return [{key: _number(run[key]) for key in kept if key in run} for run in results.runs]
    if len(results.answer) > 1:
        return []
    cells = {(cell["cell"], cell.get("replicate", 0)): cell for cell in results.cells}
    found = []
    for answer in results.answer:
        for line in answer.lines:
            cell = cells.get((line.cell, line.replicate)) or cells[line.cell, 0]
            row: Row = {key: cell.get(key, "") for key in varied}
            row |= {results.summary["metric"]: _number(cell["value"])}
            row |= {"diverged": f"{cell['diverged']} of {cell['runs']}"}
            point = {key: cell[key] for key in cell if "." in key and key not in varied and cell[key] != ""}
            if results.summary.get("study"):
                row |= {"trials": cell["trials"]}
                row |= {POINT: "  ".join(f"{key.rpartition('.')[2]} {_number(point[key], 3)}" for key in point)}
            found.append(row)
    return found


def _number(value: object, digits: int = 4) -> object:
    if value == BEYOND:
        return "not reached"
    return f"{value:.{digits}g}" if isinstance(value, float) else value


def _aligned(rows: Sequence[Row]) -> list[str]:
    """Columns below each other."""
    names = list(dict.fromkeys(key for row in rows for key in row))
    texts = [[in_line(str(row.get(name, ""))) for name in names] for row in rows]
    texts = [[in_line(name) for name in names], *texts]
    wide = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip() for row in texts]
