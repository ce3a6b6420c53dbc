"""The answer in words: every branch, from values made by hand."""

import io
from collections.abc import Sequence

import numpy as np
import pytest
from rich.console import Console

from harness.answers.answer import Answer, answered
from harness.answers.scale import Scale
from harness.screens.answers import say
from objectives.arrays import Array

LOG = Scale("log")
UP = np.logspace(0, 2, 12)[:, None]  # replicates that differ by more than the cells


def told(values: Array, names: Sequence[str] = "abcdef", scale: Scale = LOG, **options: bool) -> Answer:
    return answered("p", list(names[: values.shape[1]]), values, scale, **options)


@pytest.mark.parametrize(
    ("values", "options", "kind", "headline"),
    [
        (UP * [1, 3], {}, "wins", "a wins"),
        (UP * [3, 1, 9], {}, "wins", "b wins"),
        (UP * [1, 3], {"copies": True}, "fact", "a ends lowest; every repetition would be the same run"),
        (UP * [1, 3], {"unequal": True}, "none", "No verdict: the time-out left the cells with"),
        (UP[:5] * [1, 3], {}, "none", "No verdict is possible: 2 cells need replicates=6; there are 5"),
        (UP[:5] * [1, 3], {"tuned": False}, "none", "No verdict is possible: 2 cells need seeds=6; there are 5"),
        (UP * [1], {}, "none", "a: one cell, nothing to compare with"),
        (UP * [np.inf, np.inf], {}, "none", "No cell was ever finite"),
        (UP * [np.nan, np.nan], {}, "none", "No verdict: runs failed"),
        (UP * [1, np.inf], {}, "wins", "a wins"),
        (UP * ([[1, 3], [3, 1]] * 6), {}, "close", "Too close to call: "),
    ],
)  # fmt: skip
def test_the_sentence(values: Array, options: dict[str, bool], kind: str, headline: str) -> None:
    with np.errstate(invalid="ignore"):
        found = told(np.asarray(values), **options)
    assert (found.kind, found.headline[: len(headline)]) == (kind, headline)
    assert found.decided == (kind == "wins")


def test_an_open_rival_is_named() -> None:
    """The first beats the third, and b, which is all over the place, is told from neither."""
    values = np.concatenate([UP, UP * np.array([0.1, 20.0] * 6)[:, None], UP * 3], axis=1)
    found = told(values)
    assert found.verdict is not None
    assert found.verdict.pair(0, 2).winner == 0
    assert found.kind in ("close", "unbeaten")
    assert "b" in found.headline


def test_a_cycle_is_told() -> None:
    thirds = np.array([[0, 1, 2], [1, 2, 0], [2, 0, 1]], dtype=np.float64)
    found = told(np.tile(thirds, (40, 1)) * np.logspace(0, 30, 120)[:, None], scale=Scale("difference"))
    assert found.kind == "cycle"
    assert found.headline.startswith("A cycle: each of ")


def test_a_cell_without_a_verdict_says_why() -> None:
    values = np.concatenate([UP, UP * 3, UP * 5], axis=1)
    values[2, 2] = np.nan
    found = told(values)
    assert (found.kind, found.lines[-1].state) == ("wins", "failed")
    assert "c: a run failed, no verdict" in found.notes
    never = told(UP * [1, 3, np.inf])
    assert [line.state for line in never.lines] == ["", "beaten", "never finite"]


def test_effects_read_as_people_say_them() -> None:
    (_, line) = told(UP * [1, 4.8]).lines
    assert (line.effect, line.wins) == ("4.8x higher [4.8, 4.8]", "a ends lower in 12 of 12")
    accuracies = np.array([[0.9, 0.8]] * 12)
    (_, line) = told(accuracies, scale=Scale("points", more_is_better=True)).lines
    assert (line.effect, line.wins) == ("10 points lower [10, 10]", "a ends higher in 12 of 12")
    (first, _) = told(np.sort(UP, axis=0) * [1, 3]).lines
    assert (first.low, first.high, first.replicate) == (1.0, 100.0, 5), "the better of the two in the middle"
    assert first.value == UP[5, 0]


@pytest.mark.parametrize(
    ("width", "seen", "gone"), [(120, "of 12", "nothing"), (80, "(1 to 1e+02)", "of 12"), (45, "3x higher", "(1 to")]
)
def test_what_finds_no_room_goes(width: int, seen: str, gone: str) -> None:
    out = Console(width=width, file=io.StringIO(), record=True)
    say(told(UP * [1, 3, 9], ["momentum", "an optimizer", "\x1b]0;title\x07"]), out)
    lines = out.export_text().splitlines()
    assert lines[0] == "momentum wins"
    assert all(len(line) <= width for line in lines)
    assert seen in "\n".join(lines)
    assert gone not in "\n".join(lines)
    assert "\x1b" not in "\n".join(lines), "a hostile name is shown, not obeyed"
