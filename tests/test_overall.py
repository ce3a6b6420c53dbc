"""Several problems judged together: effects by hand, what counts, what decides, and how often it is wrong."""

from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from harness.answers.across import FEWEST
from harness.answers.answer import Answer, Answers, answered
from harness.answers.evidence import Evidence
from harness.answers.overall import Overall
from harness.answers.scale import Scale
from harness.answers.schema import schema
from harness.text.numbers import plain
from objectives.arrays import Array

LOG = Scale("log")
UP = np.logspace(0, 2, 6)[:, None]


def problem(k: int, ratios: Any, names: str = "abcdef", scale: Scale = LOG, **options: Any) -> Answer:
    """Problem k: cells that end at these multiples of what a replicate is worth."""
    values = UP * 10.0**k * np.asarray(ratios, dtype=np.float64)
    return answered(Evidence(f"h{k}", list(names[: values.shape[1]]), values, scale, where=f"p{k}", **options))


def together(*ratios: Any, **options: Any) -> Overall:
    found = Answers(problem(k, ratio, **options) for k, ratio in enumerate(ratios)).overall
    assert found is not None
    return found


def test_a_problem_counts_once_by_its_median_ratio_whatever_its_losses_are() -> None:
    found = together(*([1, 2.0 + k] for k in range(6)))
    assert found.headline == "Over 6 problems: a wins"
    (pair,) = found.verdict.pairs
    assert pair.p == pytest.approx(2 / 2**6)
    assert pair.effect.value == pytest.approx(np.log10([4, 5]).mean()), (
        "between the third and the fourth of 2, 3, ..., 7"
    )
    assert (pair.wins, pair.losses) == (6, 0)
    assert [line.effect for line in found.lines] == ["", "4.5x higher [2, 7]"]
    assert [line.better for line in found.lines] == ["", "0 of 6"]
    assert found.notes[:2] == (
        "exact signed-rank test of the effects on 6 problems, 5 % family-wise",
        "with one problem fewer there would be no verdict",
    )


def test_too_few_problems_are_told_how_many_it_takes() -> None:
    assert together(*[[1, 3]] * 5).headline == "No verdict over all is possible: 2 cells need 6 problems; there are 5"
    assert together(*[[1, 3]] * 5).notes == ("in brackets the range over the problems",)
    eight = "No verdict over all is possible: 4 cells need 8 problems; there are 7"
    assert together(*[[1, 3, 9, 27]] * 7).headline == eight
    assert together(*[[1, 3, 9, 27]] * 8).headline == "Over 8 problems: a wins"
    loose = together(*[[1, 3]] * 5, level=0.2)
    assert loose.verdict.needs == FEWEST, "below six problems there is no verdict at any level"


def test_sizes_are_ranked_where_they_have_a_unit_and_else_signs() -> None:
    """Cell a is better by much on seven problems and worse by little on one: ranks decide, and signs do not."""
    ratios = [[1, 10.0 + k] for k in range(7)] + [[1.1, 1]]
    by_size, by_sign = together(*ratios), together(*ratios, scale=Scale("difference"))
    assert (by_size.test, by_size.kind) == ("signed-rank", "wins")
    assert by_size.verdict.pairs[0].p == pytest.approx(2 * 2 / 2**8)
    assert (by_sign.test, by_sign.kind) == ("sign", "close")
    assert by_sign.verdict.pairs[0].p == pytest.approx(2 * 9 / 2**8)
    assert by_sign.notes[0] == "sign test: effects have no common unit on 8 problems, 5 % family-wise"
    assert [line.effect for line in by_sign.lines] == ["", ""], "no size without a unit"
    assert {line.better for line in by_sign.lines} == {"", "1 of 8"}
    mixed = Answers([problem(0, [1, 3]), problem(1, [1, 3], scale=Scale("points", more_is_better=True))]).overall
    assert mixed is not None
    assert mixed.test == "sign"


def test_a_cell_that_was_never_finite_on_a_problem_is_infinitely_worse_there() -> None:
    found = together(*([1, np.inf if k < 5 else 0.5] for k in range(8)))
    assert found.lines[1].never == 5
    assert found.lines[1].effect == "infinitely higher [0.5, inf]"
    assert found.verdict.pairs[0].losses == 3
    never = together(*[[1, np.inf]] * 6)
    assert never.headline == "Over 6 problems: a wins"
    assert never.lines[1].state == "never finite"
    assert together(*[[np.inf, np.inf]] * 6).headline == "No verdict over all: every cell was never finite"


def test_an_undetermined_effect_is_a_tie() -> None:
    """Finite in half of the replicates, each in the other half."""
    halves = np.where(np.arange(6)[:, None] % 2 == [0, 1], np.inf, 1.0)
    found = together(*[[1, 3]] * 6, halves)
    assert np.isnan(found.answers[-1].verdict.pairs[0].effect.value)
    assert (found.verdict.pairs[0].wins, found.verdict.pairs[0].losses) == (6, 0)
    assert found.headline == "Over 7 problems: a wins"


def test_the_pairs_are_corrected_for_their_number() -> None:
    """One small effect of seven the other way: p = .031, which decides two cells, and no three."""
    ratios = [[1, 10.0 + k] for k in range(6)] + [[1.1, 1]]
    assert together(*ratios).headline == "Over 7 problems: a wins"
    found = together(*([a, b, b * (1.2 if k % 2 else 0.8)] for k, (a, b) in enumerate(ratios)))
    assert found.verdict.pairs[0].p == pytest.approx(4 / 2**7)
    assert found.headline == "Over 7 problems: too close to call: a, b, c"


def test_what_competitors_do_not_share_does_not_count() -> None:
    answers = [problem(k, [1, 3]) for k in range(6)]
    answers += [problem(6, [3, 1], unequal=("steps",)), problem(7, [3, 1], stopped="timeout")]
    found = Answers(answers).overall
    assert found is not None
    assert found.headline == "Over 6 problems: a wins"
    assert found.left_out == (
        "p6 does not count: its cells differ in steps",
        "p7 does not count: its cells have different numbers of trials",
    )
    assert found.notes[-2:] == found.left_out
    none = Answers(answers[6:]).overall
    assert none is not None
    assert none.headline == "No verdict over all: no problem counts"
    assert not none.lines


def test_cells_are_matched_by_name_and_stand_on_every_problem() -> None:
    answers = [problem(k, [1, 3, 9], names="abc") for k in range(6)] + [problem(6, [3, 1], names="ba")]
    found = Answers(answers).overall
    assert found is not None
    assert found.names == ("a", "b")
    assert found.headline == "Over 7 problems: a wins"
    assert "not on every problem: c" in found.notes
    failed = Answers([*answers[:6], problem(6, [1, 3, np.nan])]).overall
    assert failed is not None
    assert failed.names == ("a", "b")
    assert "a run failed, no verdict: c" in failed.notes
    apart = Answers([problem(0, [1, 2], names="ab"), problem(1, [1, 2], names="ac")]).overall
    assert apart is not None
    assert apart.headline == "No verdict over all: a alone stands on every problem"
    assert Answers([problem(0, [1, 2])]).overall is None, "one problem"
    assert Answers([problem(0, [1]), problem(1, [1])]).overall is None, "one cell"


def test_the_problem_that_decides_it_is_named() -> None:
    """Seven problems say a, and six would. Three of nine for b are too many, two of eight are not."""
    steady = together(*([1, 3.0 + k] for k in range(7)))
    assert steady.decisive == ()
    assert "no single problem decides it" in steady.notes
    ratios = [[1, 10.0 + k] for k in range(6)] + [[1.1, 1], [1.2, 1], [1.3, 1]]
    found = together(*ratios)
    assert found.headline == "Over 9 problems: too close to call: a, b"
    assert together(*ratios[:-1]).kind == "wins"
    assert found.decisive == tuple(f"without p{k} a is unbeaten" for k in (6, 7, 8))
    assert "without p6 a is unbeaten, without p7 a is unbeaten and without p8 a is unbeaten" in found.notes


def test_problems_are_counted_as_won_lost_or_open() -> None:
    found = together([1, 3], [3, 1], [1, 3], [1, 1], [1, np.inf], [1, 3])
    lines = {line.name: (line.won, line.lost, line.open) for line in found.lines}
    assert lines == {"a": (4, 1, 1), "b": (1, 4, 1)}


def test_cells_stand_by_the_targets_they_reach_and_no_raw_loss() -> None:
    found = Answers([problem(0, [1, 2, 3], targets=[0.1, 0.5, 0.9]), problem(1, [1, 2, 3], targets=[0.3, 0.5, 0.7])])
    assert found.overall is not None
    assert [(line.name, line.targets) for line in found.overall.lines] == [
        ("c", pytest.approx(0.8)), ("b", pytest.approx(0.5)), ("a", pytest.approx(0.2))]  # fmt: skip
    alone = Answers([problem(0, [1, 2, 3]), problem(1, [1, 2, 3])]).overall
    assert alone is not None
    assert [(line.name, line.targets) for line in alone.lines] == [("a", None), ("b", None), ("c", None)]


WIDTHS = {120: ["beside a", "better on", "lost"], 75: ["beside a", "lost"], 60: ["beside a", "won"], 45: ["beside a"],
          40: ["won"]}  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
def test_the_summary_fits(width: int) -> None:
    found = Answers(problem(k, [1, 1e4, 3e9], targets=[0.9, 0.5, 0.1], ladder="many") for k in range(7))
    said = [text for text, _ in found.summary(width)]
    assert said[0] == "Over 7 problems: a wins"
    assert said[-1].endswith("; targets: many")
    assert all(name in said[1] for name in WIDTHS[width])
    assert all(len(line) <= width for line in said[1:5])
    assert repr(found).startswith("\n".join(text for text, _ in found.summary()))


@pytest.mark.parametrize(
    "answers",
    [
        [problem(k, [1, 3, np.inf], targets=[0.9, 0.5, 0.1]) for k in range(8)],
        [problem(k, [1, 3], scale=Scale("difference")) for k in range(6)],
        [problem(0, [1, 3]), problem(1, [1, np.nan])],
    ],
)
def test_the_data_is_as_its_schema_says(answers: list[Answer]) -> None:
    data = plain(Answers(answers).data())
    validator = Draft202012Validator(schema())
    validator.validate(data)
    data["overall"]["test"] = "mean ranks"
    assert not validator.is_valid(data)


def test_equals_are_rarely_called_different() -> None:
    """Three cells on eight problems, each with a mean of its own that has nothing to do with the cell."""
    rng = np.random.default_rng(7)
    wrong = 0
    for _ in range(200):
        shifts = rng.standard_t(1.5, (8, 3))
        noise: Array = rng.normal(size=(8, 6, 3))
        answers = Answers(
            answered(Evidence(f"{k}", "abc", shifts[k] + noise[k], Scale("points"), where=f"p{k}")) for k in range(8)
        )
        assert answers.overall is not None
        wrong += any(pair.decided for pair in answers.overall.verdict.pairs)
    assert wrong / 200 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_a_planted_difference_is_found() -> None:
    found = together(*([1, 1 + 1e-6, 5] for _ in range(8)))
    assert found.unbeaten == ("a",)
    assert {line.name: line.state for line in found.lines} == {"a": "", "b": "beaten", "c": "beaten"}


def test_the_interval_of_an_open_pair_holds_zero() -> None:
    """Eight problems are for the first and one is far against it."""
    found = together(*([1, ratio] for ratio in (3.2, 4, 5, 6, 7, 9, 11, 13, 1e-5)))
    (pair,) = found.verdict.pairs
    assert (found.kind, pair.decided) == ("close", False)
    assert pair.effect.low <= 0 <= pair.effect.high


def test_no_verdict_over_all_while_it_is_looked_at_again_and_again() -> None:
    for options in ({"until": True}, {"looks": 2}):
        found = together(*([1, 2.0 + k] for k in range(6)), **options)
        assert found.headline == (
            "No verdict over all: it would hold for one look alone, and the problems are looked at several times"
        )
        assert found.data()["pairs"][0]["winner"] is None


def test_the_strictest_level_counts() -> None:
    answers = [problem(k, [1, 2.0 + k], level=0.01 if k else 0.05) for k in range(6)]
    assert Answers(answers).overall.level == 0.01  # type: ignore[union-attr]


def test_more_and_less_have_no_common_unit() -> None:
    points = [problem(k, [1, 2.0 + k], scale=Scale("points", more_is_better=k % 2 == 0)) for k in range(6)]
    assert Answers(points).overall.test == "sign"  # type: ignore[union-attr]


def test_never_finite_is_lost() -> None:
    found = together(*([1, np.inf] for _ in range(6)))
    assert {line.name: (line.won, line.lost, line.open, line.never) for line in found.lines} == {
        "a": (6, 0, 0, 0),
        "b": (0, 6, 0, 6),
    }
    nobody = together(*([np.inf, np.inf] for _ in range(6)))
    assert {(line.won, line.lost, line.open) for line in nobody.lines} == {(0, 6, 0)}


def test_the_margin_is_one_of_each_problem() -> None:
    found = together(*([1, 1.0] for _ in range(6)), margin=0.05)
    assert "the margin is one of each problem: none is applied here" in found.notes
