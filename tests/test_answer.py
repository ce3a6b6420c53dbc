"""The answer in words and as data: every branch, from values made by hand."""

import io
import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from harness.answers.answer import Answer, Answers, answered
from harness.answers.evidence import Evidence
from harness.answers.scale import Scale
from harness.answers.schema import schema
from harness.answers.statistics import Interval
from harness.results.answers import written
from harness.screens.answers import say
from harness.text.numbers import plain
from objectives.arrays import Array

LOG, POINTS = Scale("log"), Scale("points", more_is_better=True)
UP = np.logspace(0, 2, 12)[:, None]  # replicates that differ by more than the cells
THREE_OF_FOUR = [[1, 3], [1, 3], [3, 1], [1, 3]]
FLOOR = {"scale": Scale("log", floor=1e-15)}


def told(values: Array, names: Sequence[str] = "abcdef", scale: Scale = LOG, **options: Any) -> Answer:
    values = np.asarray(values)
    return answered(Evidence("p", list(names[: values.shape[1]]), values, scale, **options))


def cycle() -> Answer:
    """Rock, paper, scissors."""
    thirds = np.array([[0, 1, 2], [1, 2, 0], [2, 0, 1]], dtype=np.float64)
    return told(np.tile(thirds, (40, 1)) * np.logspace(0, 30, 120)[:, None], scale=Scale("difference"))


@pytest.mark.parametrize(
    ("values", "options", "kind", "headline"),
    [
        (UP * [1, 3], {}, "wins", "a wins"),
        (UP * [3, 1, 9], {}, "wins", "b wins"),
        (UP * [1, np.inf], {}, "wins", "a wins"),
        (UP * [1, np.inf, np.inf], {}, "wins", "a wins"),
        (UP * ([[1, 3], [3, 1]] * 6), {}, "close", "Too close to call: a, b"),
        (np.full((12, 2), 1e-20), FLOOR, "close", "Both solved: a, b"),
        (np.full((12, 3), 1e-20) * [1, 1, 1e4], FLOOR, "close", "All solved: a, b, c"),
        (np.full((12, 3), 1e-20) * [1, 1, 1e10], FLOOR, "close", "Both solved: a, b"),
        (UP[:1] * [1, 3], {"copies": True}, "fact", "a ends lowest; every repetition would be the same run"),
        (UP[:1] * [3, 3], {"copies": True}, "fact", "a and b end alike; every repetition would be the same run"),
        (UP[:1] * [1, 3], {"copies": True, "scale": POINTS}, "fact", "b ends highest; every repetition would be"),
        (UP * [1, 3], {"stopped": "timeout"}, "none", "No verdict: the time-out left the cells with different"),
        (UP * [1, 3], {"stopped": "interrupted"}, "none", "No verdict: it was interrupted"),
        (UP[:5] * [1, 3], {}, "none", "No verdict is possible: 2 cells need replicates=6; there are 5"),
        (UP[:1] * [1, 3], {}, "none", "No verdict is possible: 2 cells need replicates=6; there is 1"),
        (UP[:5] * [1, 3], {"tuned": False}, "none", "No verdict is possible: 2 cells need seeds=6; there are 5"),
        (UP[:9] * np.arange(1, 7), {}, "none", "No verdict is possible: 6 cells need replicates=10; there are 9"),
        (UP * [1], {}, "none", "a: 10 (95 % interval 2.3 to 43 over 12 tunings); one cell, no verdict"),
        (UP[:3] * [1], {"tuned": False}, "none", "a: 1.5 (range 1 to 2.3 over 3 seeds); one cell, no verdict"),
        (UP[:1] * [1], {}, "none", "a: 1; one cell, no verdict"),
        (UP[:1], {"alone": Interval(2, 1, 3, 0.95)}, "none", "a: 2 (95 % interval 1 to 3); one cell, no verdict"),
        (np.array([[0.75], [0.5]]), {"scale": POINTS}, "none", "a: 0.625 (range 0.5 to 0.75 over 2 tunings); one"),
        (UP * [np.inf, np.inf], {}, "none", "No cell was ever finite"),
        (UP * [np.nan, np.nan], {}, "none", "No verdict: runs failed"),
        (UP * [1, np.nan], {}, "none", "No verdict: runs of every cell but a failed"),
    ],
)  # fmt: skip
def test_the_sentence(values: Array, options: dict[str, Any], kind: str, headline: str) -> None:
    found = told(values, **options)
    assert (found.kind, found.headline[: len(headline)]) == (kind, headline)
    assert found.decided == (kind == "wins") == (found.winner is not None)


def test_an_open_rival_is_named() -> None:
    """The first beats the third, and b, which is all over the place, is told from neither."""
    values = np.concatenate([UP, UP * np.array([0.1, 20.0] * 6)[:, None], UP * 3], axis=1)
    found = told(values)
    assert found.verdict.pair(0, 2).winner == 0
    assert found.headline == "Too close to call: a, b"
    assert found.unbeaten == ("a", "b")
    assert [line.name for line in found.lines] == ["a", "b", "c"]
    assert [line.state for line in found.lines] == ["", "open", "beaten"]


def test_who_beats_a_cell_that_is_open_against_the_first_is_named() -> None:
    """The first, all over the place, is told from neither; the second beats the third."""
    anywhere = UP * np.array([0.001, 2e4, 0.001, 2e4, 0.001, 0.001] * 2)[:, None]
    found = told(np.concatenate([anywhere, UP, UP * 3], axis=1))
    assert found.headline == "Too close to call: a, b"
    assert [(line.name, line.state) for line in found.lines] == [("a", ""), ("b", "open"), ("c", "beaten by b")]
    Draft202012Validator(schema()).validate(plain(Answers([found]).data()))


def unbeaten_alone() -> Answer:
    """Cell a beats b, b beats c; c loses to a by less than either, where it loses, and wins by more, where it wins."""
    steps = np.array([[5, 0.1]] * 16 + [[0.1, 5]] * 16 + [[-4, -4]] * 8)
    base = np.arange(40.0)[:, None] * 100
    return told(base + np.cumsum(np.hstack([np.zeros((40, 1)), steps]), axis=1), scale=Scale("difference"))


def test_the_only_unbeaten_one_may_have_open_rivals() -> None:
    found = unbeaten_alone()
    assert [found.verdict.pair(k, k + 1).winner for k in range(2)] == [0, 1]
    assert (found.kind, found.headline) == ("unbeaten", "a is unbeaten, c open against it")
    assert (found.decided, found.unbeaten) == (False, ("a",))


def test_a_cycle_is_told() -> None:
    found = cycle()
    assert (found.kind, found.unbeaten) == ("cycle", ())
    assert found.headline == "A cycle: each of b, c and a is beaten by another"


def test_a_cell_without_a_verdict_says_why() -> None:
    values = np.concatenate([UP, UP * 3, UP * 5], axis=1)
    values[2, 2] = np.nan
    found = told(values)
    assert (found.kind, found.lines[-1].state) == ("wins", "failed")
    assert "c: a run failed, no verdict" in found.notes
    early = told(values, stopped="interrupted")
    assert early.lines[-1].state == "unfinished"
    assert not [note for note in early.notes if "failed" in note]
    never = told(UP * [1, 3, np.inf])
    assert [line.state for line in never.lines] == ["", "beaten", "never finite"]
    assert (never.lines[2].effect, never.lines[2].wins) == ("", "")


def test_effects_read_as_people_say_them() -> None:
    (_, line) = told(UP * [1, 4.8]).lines
    assert (line.effect, line.wins) == ("4.8x higher [4.8, 4.8]", "a ends lower in 12 of 12")
    (_, line) = told(np.array([[0.9, 0.8]] * 12), scale=POINTS).lines
    assert (line.effect, line.wins) == ("10 points lower [10, 10]", "a ends higher in 12 of 12")
    (_, line) = told(np.full((12, 2), 1e-20), **FLOOR).lines
    assert (line.effect, line.state) == ("both solved", "open")
    (_, line) = told(np.ones((12, 2)), **FLOOR).lines
    assert line.effect == "the same"
    (first, _) = told(np.sort(UP, axis=0) * [1, 3]).lines
    assert (first.low, first.high, first.replicate) == (1.0, 100.0, 5), "the better of the two in the middle"
    assert first.value == UP[5, 0]
    (first, _) = told(UP * [1, 3], numbers=[4, 2], replicates=range(100, 112)).lines
    assert (first.cell, first.replicate) == (4, 105)


def test_the_note_says_what_the_sentence_holds_for() -> None:
    assert told(UP * [1, 3]).notes == ("12 tunings, 5 % family-wise",)
    found = told(UP * [1, 3], tuned=False, dataset="iris", level=0.01).notes
    assert found[:2] == ("12 seeds, 1 % family-wise", "at these settings, not tuned: add trials=32")
    assert found[2:] == ("for this split of iris",)
    (_, looks) = told(UP * [1, 3], looks=3).notes
    assert looks == "looked at 3 times: judged by an e-process, which holds under any number of looks"
    (*_, raised) = told(UP * [1, 3], looks=3, raised=1).notes
    assert raised == "trials were raised after an answer: that holds for each number of trials by itself"
    assert told(UP[:1] * [1, 3], looks=3).notes == (), "nothing was decided by looking"


def test_the_test_set_stands_beside_and_may_disagree() -> None:
    values = UP * [1, 3, 9]
    found = told(values, test=values * [1, 2, 0.01])
    assert [line.tested for line in found.lines] == ["", "test 6x higher", "test 11x lower (!)"]
    assert [line.disagrees for line in found.lines] == [False, False, True]
    assert found.notes[-1] == "the test set disagrees on c"
    (_, b, _) = found.data()["cells"]
    assert b["test"] == {"difference": pytest.approx(np.log10(6)), "low": pytest.approx(np.log10(6)),
                         "high": pytest.approx(np.log10(6)), "told": "test 6x higher", "disagrees": False}  # fmt: skip
    never = told(values, test=values * [1, np.inf, np.nan])
    assert [line.tested for line in never.lines] == ["", "test infinitely higher", ""]


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


def green(answer: Answer) -> list[str]:
    """The cells whose lines are green."""
    return [line.split()[0] for line, tone in answer.said()[1:] if tone == "best"]


def test_all_that_nobody_beats_are_green_and_nobody_else() -> None:
    close = told(np.concatenate([UP, UP * ([[3], [0.5]] * 6), UP * 9], axis=1))
    assert (close.kind, green(close)) == ("close", ["a", "b"])
    assert green(told(UP * [3, 1])) == ["b"]
    for nobody in (cycle(), told(UP[:3] * [1, 3]), told(UP * [1, 3], stopped="timeout")):
        assert green(nobody) == []


def test_many_cells_are_cut_and_pointed_at() -> None:
    many = told(UP * np.arange(1, 31), [f"c{k}" for k in range(30)])
    texts = [text for text, _ in many.said(more="type this")]
    assert len(texts) == 1 + 12 + 1, texts
    assert texts[-1] == "... and 18 more: type this"
    assert len(many.said(most=None)) == 31
    assert len(many.data()["cells"]) == 30
    assert len(many.said(brief=True)) == 1, "where nothing can be said, the table below has the values"


def test_it_reads_as_text_in_a_notebook() -> None:
    one = told(UP * [1, 3])
    assert repr(one).splitlines() == ["a wins", "a  8.1 (1 to 1e+02)",
                                      "b  24 (3 to 3e+02)   3x higher [3, 3]  a ends lower in 12 of 12  beaten",
                                      "12 tunings, 5 % family-wise"]  # fmt: skip
    two = Answers([told(UP * [1, 3], where="sphere"), told(UP * [3, 1], where="valley")])
    assert repr(two).count("\n\n") == 2, "all together, and each"
    assert repr(two).split("\n\n")[1].startswith("sphere: a wins\n")
    assert (two.decided, two.winner, Answers([one]).winner) == (True, None, "a")
    over = "No verdict over all is possible: 2 cells need 6 problems; there are 2"
    assert two.headline == f"{over}; sphere: a wins; valley: b wins"


def alike(*factors: float, spread: float = 0.01, replicates: int = 12) -> Array:
    """Cells that differ by these factors, and in each replicate by a little more or less."""
    rng = np.random.default_rng(1)
    return np.logspace(0, 2, replicates)[:, None] * factors * 10 ** rng.normal(0, spread, (replicates, len(factors)))


@pytest.mark.parametrize("until", [False, True])
@pytest.mark.parametrize(
    ("values", "options", "kind", "headline"),
    [
        (alike(1, 1), {"margin": 0.1}, "equivalent", "a and b are equivalent within 10 %"),
        (alike(1, 1, 9), {"margin": 0.1}, "equivalent", "a and b are equivalent within 10 %"),
        (alike(1, 1, 1), {"margin": 0.1}, "equivalent", "a, b and c are equivalent within 10 %"),
        (alike(1, 1), {}, "close", "Too close to call: a, b"),
        (alike(1, 1), {"margin": 0.01}, "close", "Too close to call: a, b"),
        (alike(1, 1, replicates=5), {"margin": 0.1}, "none",
         "No verdict is possible: 2 cells need replicates=N; there are 5"),
        (alike(1, 1.05, spread=1e-3), {"margin": 0.1}, "wins", "a wins"),
        (np.where(UP < 5, np.inf, alike(1, 1)), {"margin": 0.1}, "close", "Too close to call: a, b"),
        (np.full((12, 2), 1e-20), {**FLOOR, "margin": 0.1}, "equivalent", "a and b are equivalent within 10 %"),
        (alike(0.5, 0.5) / 100, {"scale": POINTS, "margin": 0.05}, "equivalent",
         "a and b are equivalent within 5 points"),
        (alike(1, 1, spread=1e-4), {"scale": Scale("difference"), "margin": 0.5}, "equivalent",
         "a and b are equivalent within 0.5"),
    ],
)  # fmt: skip
def test_within_a_margin_cells_are_equivalent(
    values: Array, options: dict[str, Any], kind: str, headline: str, until: bool
) -> None:
    found = told(values, until=until, **options)
    assert (found.kind, sorted(re.sub("=[67]", "=N", found.headline))) == (kind, sorted(headline)), (
        "in the order of medians"
    )
    assert found.decided == (kind in ("wins", "equivalent"))
    assert (found.winner is not None) == (kind == "wins")
    if kind == "equivalent":
        states = [line.state for line in found.lines]
        assert states[: len(found.unbeaten)] == ["", *["equivalent"] * (len(found.unbeaten) - 1)]
        assert set(states[len(found.unbeaten) :]) <= {"beaten"}
        assert green(found) == list(found.unbeaten)
        assert all(pair["equivalent"] for pair in found.data()["pairs"] if pair["winner"] is None)


def test_a_margin_says_what_it_means() -> None:
    (*_, note) = told(alike(1, 1), scale=Scale("difference"), margin=0.5).notes
    assert note == "margin=0.5 is in the unit of the values, of which the lowest one is not known"
    (*_, note) = told(alike(1, 1.05, spread=1e-3), margin=0.1).notes
    assert note == "b is beaten, and yet equivalent within 10 %"


@pytest.mark.parametrize(
    ("values", "note", "wanting"),
    [
        (
            UP * ([[1, 3], [1, 3], [3, 1], [1, 3]] * 3),
            "undecided: about 27 more replicates, if they go on like these",
            39,
        ),
        (UP * ([[1, 3], [3, 1]] * 6), "undecided: no end is in sight", 0),
        (UP * [1, 1], "undecided: no end is in sight", 0),
        (UP * [1, 3], "judged by an e-process, which holds under any number of looks", 0),
    ],
)
def test_what_is_undecided_may_say_how_long(values: Array, note: str, wanting: int) -> None:
    found = told(values, until=True)
    assert (found.notes[-1], found.wanting) == (note, wanting)
    assert found.data()["more"] == (wanting - 12 if wanting else None)
    assert told(values).wanting == 0, "where the number was fixed nothing more is promised"


EVERY_KIND = {
    "equivalent": told(alike(1, 1, 9), margin=0.1, until=True),
    "undecided": told(UP * (THREE_OF_FOUR * 3), until=True),
    "wins": told(UP * [1, 3, np.inf]),
    "close": told(np.where(UP * [1, 1] > 50, np.inf, UP * ([[1, 3], [3, 1]] * 6))),
    "unbeaten": unbeaten_alone(),
    "test": told(UP * [1, 3], tuned=False, test=UP * [1, 0.1], dataset="iris", looks=2),
    "cycle": cycle(),
    "fact": told(UP[:1] * [1, 3], copies=True),
    "failed": told(UP * [1, 3, np.nan]),
    "nothing": told(UP * [np.nan, np.nan]),
    "never": told(UP * [np.inf, np.inf]),
    "one": told(UP * [1], diverged=[0.5]),
    "interrupted": told(UP * [1, np.nan], stopped="interrupted"),
    "points": told(np.array([[0.9, -np.inf]] * 12), scale=POINTS),
}


@pytest.mark.parametrize("name", EVERY_KIND)
def test_the_json_is_as_its_schema_says(name: str) -> None:
    validator = Draft202012Validator(schema())
    Draft202012Validator.check_schema(schema())
    text = written(Answers([EVERY_KIND[name]]))

    def never(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    data = json.loads(text, parse_constant=never)
    validator.validate(data)
    assert validator.is_valid(data)
    data["answers"][0]["replicates"] = "many"
    assert not validator.is_valid(data)


def test_the_interval_is_of_what_is_told() -> None:
    """The first has the lower median, but its rival the lower one of most pairs."""
    values = np.repeat(np.array([[1, 100], [10, 5], [100, 50]]), 4, axis=0)
    (first, line) = told(values).lines
    assert first.name == "a"
    assert line.effect == "2x lower [0.01, 2]"
    (_, line) = told(values, scale=Scale("difference")).lines
    assert line.effect == "5 lower [-99, 50]"
    (_, line) = told(-values / 100, scale=POINTS).lines
    assert line.effect == "5 points higher [-99, 50]"


def test_between_infinities_the_effect_is_undetermined() -> None:
    values = np.where(np.arange(12)[:, None] % 2, [np.inf, 1.0], [1.0, np.inf])
    (_, line) = told(values).lines
    assert (line.effect, line.state) == ("undetermined", "open")
    (_, line) = told(UP * [1, 3], test=values).lines
    assert (line.tested, line.disagrees) == ("test undetermined", False)


def test_only_a_decided_pair_can_be_disagreed_with() -> None:
    """8 of 12 say that b is higher, which decides nothing."""
    values = UP * ([[1, 3]] * 8 + [[3, 1]] * 4)
    found = told(values, test=UP * [3, 1])
    assert (found.lines[1].state, found.lines[1].tested) == ("open", "test 3x lower")
    assert not found.lines[1].disagrees
    assert not [note for note in found.notes if "disagrees" in note]
    assert told(UP[:3] * [1, 3], test=UP[:3] * [3, 1]).lines[1].disagrees is False


def test_the_test_sets_interval_is_as_sure_as_the_other() -> None:
    """Of 20 with 15 pairs from the fourth to the fourth from above; the range where nothing can be decided."""
    rng = np.random.default_rng(6)
    values = 10.0 ** (rng.normal(size=(20, 6)) + 10 * np.arange(6))
    for line in told(values, test=values).lines[1:]:
        assert line.test is not None
        d = np.sort(np.log10(values[:, line.cell]) - np.log10(values[:, 0]))
        assert list(line.test) == pytest.approx([np.median(d), d[3], d[-4], 1 - 0.05 / 15])
    (_, line) = told(values[:5, :2], test=values[:5, :2]).lines
    d = np.log10(values[:5, 1]) - np.log10(values[:5, 0])
    assert line.test is not None
    assert (line.test.low, line.test.high, line.test.level) == (d.min(), d.max(), None)


def test_few_diverged_are_not_none() -> None:
    lines = told(UP * [1, 3, 9, 27, 81], diverged=[0.0, 0.0004, 0.08, 0.9996, 1.0]).lines
    assert [line.note for line in lines] == ["", "<1 % diverged", "8 % diverged", ">99 % diverged", "100 % diverged"]


def test_no_number_of_the_data_is_a_negative_zero() -> None:
    for scale in (Scale("difference"), POINTS):
        values = np.array([[-0.0, -0.0, 1.0], [-0.0, 0.0, -1.0]] * 6)
        assert "-0.0" not in repr(told(values, scale=scale, test=-values).data())
