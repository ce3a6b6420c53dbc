"""The benchmarks compare equal work: whoever changes a letter of a rule is told so before any ratio. No time is
asserted."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from harness.optimizers.adam import Adam, Moments, moments
from objectives.arrays import Array
from objectives.functions.curved_valleys import Rosenbrock
from objectives.learning.mlp import MLP
from tests.benchmarks import __main__ as command
from tests.benchmarks import growth, measure, processes, programs
from tests.benchmarks.measure import Disagreement, Outcome, Race, Result, Row
from tests.benchmarks.rows import ROWS, analytic, network, update

SMALL = {
    "2-D": partial(analytic, 2, 3, 30),
    "10-D": partial(analytic, 10, 3, 30),
    "one network": partial(network, "digits", 1, 5),
    "networks": partial(network, "digits", 3, 5),
    "scikit-learn's": partial(network, "digits", 1, 5, eps_hat=True),
    "update": partial(update, 1000),
}


def results(race: Race) -> dict[str, Array | None]:
    """Of us and of the peers that are installed."""
    peers = {name: make() for name, make in race.peers.items() if not measure.missing(name)}
    return {name: run().result for name, run in {"ours": race.ours, **peers}.items()}


@pytest.mark.filterwarnings("ignore")  # of peers
@pytest.mark.parametrize("kind", SMALL)
def test_peers_do_our_work(kind: str) -> None:
    race = SMALL[kind]()
    off = measure.compared(race, results(race))
    assert off
    assert max(off.values()) < race.tolerance


def one_letter(p: Array, g: Array, s: Moments, h: Any) -> Any:
    """The rule with v in place of m."""
    s = moments(g, s, h)
    return p - h.lr / s.c1 * s.v / (np.sqrt(s.v / s.c2) + h.eps), s


def swapped(p: Array, g: Array, s: Moments, h: Any) -> Any:
    """With c1 where c2 belongs, and c2 where c1 does."""
    s = moments(g, s, h)
    return p - h.lr / s.c2 * s.m / (np.sqrt(s.v / s.c1) + h.eps), s


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", SMALL)
@pytest.mark.parametrize("rule", [one_letter, swapped])
def test_a_changed_letter_is_seen(kind: str, rule: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Adam, "rule", staticmethod(rule))
    race = SMALL[kind]()
    peers = {name: make for name, make in race.peers.items() if name in ("book", "sklearn")}
    race = replace(race, peers=peers)
    with pytest.raises(Disagreement):
        measure.compared(race, results(race))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("cls", "name"), [(Rosenbrock, "gradient"), (MLP, "loss_and_grads")])
def test_so_is_a_changed_gradient(cls: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = getattr(cls, name)

    def wrong(*args: Any) -> Any:
        found = real(*args)
        if isinstance(found, tuple):
            return found[0], {key: g + 1e-2 for key, g in found[1].items()}
        return found + 1

    monkeypatch.setattr(cls, name, wrong)
    race = SMALL["2-D" if cls is Rosenbrock else "networks"]()
    race = replace(race, peers={"book": race.peers["book"]})
    with pytest.raises(Disagreement):
        measure.compared(race, results(race))


def test_what_is_not_a_number_agrees_with_nothing() -> None:
    start = np.zeros((1, 2))
    race = Race(lambda: Outcome(1.0), {}, start, 0.5)
    with pytest.raises(Disagreement):
        measure.compared(race, {"ours": start + 1, "peer": start + np.nan})


def a_row(ours: float, theirs: float, apart: float = 0.0, floor: float = 1.0) -> Row:
    start = np.zeros((1, 1))
    peer = partial(Outcome, theirs, start + 1 + apart)
    race = Race(partial(Outcome, ours, start + 1), {"peer": lambda: peer}, start, 0.1)
    return Row("a/row", "work", lambda: race, {"peer": 3.0}, {"peer": floor}, here=True)


@pytest.mark.parametrize(
    ("row", "arguments", "code"),
    [
        (a_row(1, 2), ["--floor"], 0),
        (a_row(2, 1), ["--floor"], 1),
        (a_row(2, 1), [], 0),
        (a_row(1, 2, apart=1), [], 1),
    ],
)
def test_exit_codes(row: Row, arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.benchmarks.rows.ROWS", [row])
    assert command.main([*arguments, "--pairs", "1"]) == code


def test_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("tests.benchmarks.rows.ROWS", [a_row(1, 2)])
    command.main(["--json", "--pairs", "2"])
    told = json.loads(capsys.readouterr().out)
    assert told["rows"][0]["peers"]["peer"] == {
        "ratio": 2.0, "range": [2.0, 2.0], "goal": 3.0, "floor": 1.0, "off": 0.0
    }  # fmt: skip


def test_ratios_are_of_the_same_round() -> None:
    result = Result(a_row(1, 1), {"ours": [1.0, 2.0, 4.0], "peer": [3.0, 2.0, 4.0]}, {})
    assert result.ratios("peer") == [1.0, 1.0, 3.0]


def test_a_contender_has_a_process_of_its_own() -> None:
    row = Row("a/row", "work", partial(update, 100))
    with measure.apart(row, "ours") as ours, measure.apart(row, "book") as book:
        measure.compared(row.make(), {"ours": ours().result, "book": book().result})


def test_goals_and_floors_name_peers() -> None:
    for row in ROWS:
        if not row.name.startswith("count"):
            race = row.make()
            assert {*row.goals, *row.floors} <= {*race.peers}, row.name
            assert all(row.floors[peer] <= goal * 1.5 for peer, goal in row.goals.items() if peer in row.floors)
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.filterwarnings("ignore")
def test_programs_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {name: getattr(programs, name)(2, 20) for name in ("book", "optax", "torch") if not measure.missing(name)}
    for value in known.values():
        assert value == pytest.approx(known["book"], rel=1e-9)


def test_a_line_counts_the_start_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "program", lambda name, trials: lambda: Outcome(10 + 0.5 * int(trials)))
    assert processes.on_a_line("torch", 2, 6, 200)().cost == pytest.approx(10 + 0.5 * 200)


@pytest.mark.parametrize(("power", "linear"), [(1.0, True), (2.0, False)])
def test_growth_says_what_is_not_linear(power: float, linear: bool) -> None:
    points = [growth.Point(size, 1 + 1e-4 * size**power, 50) for size in (1, 10, 100, 1000)]
    assert ("SUPERLINEAR" in growth.told("runs", points)) is not linear


@pytest.mark.parametrize("what", ["runs", "dims", "steps"])
def test_growth_does_its_work(what: str) -> None:
    assert growth.point(what, growth.SIZES[what][0]).seconds > 0
