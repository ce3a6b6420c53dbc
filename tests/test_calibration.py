"""The calibration, made small: what takes half an hour as a command, with a few steps and trials."""

import json

import pytest

from tests.calibration import __main__ as command
from tests.calibration.rates import PARTS, Part, Rate, contradicted, family, pairs, repeats, seventh, shift, until
from tests.calibration.sweeps import Size

TINY = Size(
    pairs=4, families=12, repetitions=2, seeds=2, chunk=240,
    tuning=("trials=2", "steps=50", "finalists=2", "finals=2", "confirm=2", "aggregate=q75", "records=2"),
)  # fmt: skip


def values(part: Part) -> list[float]:
    return [rate.value for rate in part.rates]


def test_equals_tuned_apart_are_seldom_called_different(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six at once: two of 12 sets at most. Without the correction it would be a third of them, which is seen."""
    (called, alone, *_) = family(TINY).rates
    assert called.ok
    assert called.at_most == pytest.approx(0.176, abs=1e-3)
    assert all(rate.ok for rate in shift(TINY).rates), "and what is better by three deviations is found"
    monkeypatch.setattr("harness.answers.verdict.holm", lambda p: p)
    uncorrected = family(TINY).rates[0]
    assert not uncorrected.ok
    assert uncorrected.value == alone.value


def test_clones_do_not_draw_the_same_points() -> None:
    """With the same points every difference would be a tie, and the test void."""
    (called, ties, _) = pairs(TINY).rates
    assert (called.of, ties.of, ties.value) == (4, 48, 0)


def test_clones_are_not_told_apart_however_often_one_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of four, and what is better by three deviations is found as soon as it can be."""
    found = until(TINY)
    assert [rate.value for rate in found.rates[::2]] == [0, 1]
    assert found.notes[1].startswith("3 sd: decided after 7 replicates in the middle")
    monkeypatch.setattr("harness.answers.verdict.holm", lambda p: p / 20)
    assert not until(TINY).rates[0].ok, "without evidence all are"


def test_a_seventh_changes_nothing_of_six() -> None:
    assert values(seventh(TINY))[:3] == [0, 0, 0]


def test_repetitions_contradict_each_other_where_each_names_another_winner() -> None:
    assert contradicted([None, 3, None, 1])
    assert not contradicted([3, None, 3])
    assert not contradicted([None, None])
    found = repeats(TINY)
    assert found.rates[0].ok
    assert sum(int(note.split(" x ")[0]) for note in found.notes if " x " in note) == 2, "a headline each"


@pytest.mark.parametrize(("value", "code"), [(0.05, 0), (0.2, 1)])
def test_the_exit_code_and_the_data_say_what_is_beyond(
    value: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Part((Rate("errors", value, 0.01, 100, at_most=0.1),), ("a note",))
    monkeypatch.setitem(PARTS, "pairs", lambda size: made)
    assert command.main(["pairs", "--short", "--json"]) == code
    (rate,) = json.loads(capsys.readouterr().out)["pairs"]["rates"]
    assert (rate["value"], rate["at_most"], rate["at_least"], rate["ok"]) == (value, 0.1, None, not code)
    assert command.main(["pairs"]) == code
    assert ("not ok" in capsys.readouterr().out) == bool(code)
    assert command.main(["nothing"]) == 2
