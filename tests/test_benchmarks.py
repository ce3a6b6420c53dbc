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
from tests.benchmarks.floors import FLOORS
from tests.benchmarks.measure import Disagreement, Outcome, Race, Result, Row
from tests.benchmarks.rows import ROWS, analytic, network, rule, searching, update

SMALL = {
    "2-D": partial(analytic, 2, 3, 30),
    "10-D": partial(analytic, 10, 3, 30),
    "one network": partial(network, "digits", 1, 5),
    "networks": partial(network, "digits", 3, 5),
    "scikit-learn's": partial(network, "digits", 1, 5, eps_hat=True),
    "update": partial(update, 1000),
}


def results(race: Race) -> dict[str, Array | None]:
    """Of our engines and of the peers, as far as they are installed."""
    return {name: measure.contender(race, name)().result for name in measure.contenders(race)}


def against(race: Race, *peers: str) -> Race:
    """Without the other peers, and without the jax engine."""
    return replace(race, peers={name: make for name, make in race.peers.items() if name in peers}, jax=None)


@pytest.mark.filterwarnings("ignore")  # of peers
@pytest.mark.parametrize("kind", SMALL)
def test_peers_do_our_work(kind: str) -> None:
    race = SMALL[kind]()
    off = measure.compared(race, results(race))
    assert {engine for engine, _ in off} == {"numpy", *(["jax"] if race.jax and not measure.missing("jax") else [])}
    assert all(off[engine, peer] < (race.rounding if peer == "numpy" else race.tolerance) for engine, peer in off)


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
    race = against(SMALL[kind](), "book", "sklearn")
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
    race = against(SMALL["2-D" if cls is Rosenbrock else "networks"](), "book")
    with pytest.raises(Disagreement):
        measure.compared(race, results(race))


ENGINES_RACE = [kind for kind in SMALL if kind != "update"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ENGINES_RACE)
@pytest.mark.parametrize("rule", [one_letter, swapped])
@pytest.mark.parametrize("rival", ["numpy", "peer"])
def test_the_jax_engine_is_held_to_both(
    kind: str, rule: Callable[..., Any], rival: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter that is wrong in what jax compiles alone: each comparison would see it without the other."""
    pytest.importorskip("jax")
    race = SMALL[kind]()
    peer = next(name for name in race.peers if name in ("book", "sklearn"))
    right = {name: measure.contender(race, name)().result for name in ("numpy", peer)}
    monkeypatch.setattr(Adam, "rule", staticmethod(rule))
    kept = {"numpy": right["numpy"]} if rival == "numpy" else {peer: right[peer]}
    with pytest.raises(Disagreement, match=r"from our jax engine|diverged"):
        measure.compared(race, kept | {"jax": measure.contender(race, "jax")().result})


@pytest.mark.parametrize("name", ["lbfgs", "armijo"])
def test_engines_agree_where_they_race_alone(name: str) -> None:
    pytest.importorskip("jax")
    race = searching(name, 3, 10)
    assert measure.compared(race, results(race))["jax", "numpy"] < race.rounding


def test_without_jax_only_the_numpy_engine_races(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "find_spec", lambda name: None if name == "jax" else True)
    races = [SMALL["2-D"](), rule("adam"), SMALL["update"]()]
    assert [name for race in races for name in measure.contenders(race) if "jax" in name or name == "optax"] == []
    assert all(measure.contenders(race)[0] == "numpy" for race in races)


def test_what_is_not_a_number_agrees_with_nothing() -> None:
    start = np.zeros((1, 2))
    race = Race(lambda: Outcome(1.0), {}, start, 0.5)
    with pytest.raises(Disagreement):
        measure.compared(race, {"numpy": start + 1, "peer": start + np.nan})


def a_row(ours: float, theirs: float, apart: float = 0.0, floor: float = 1.0) -> Row:
    start = np.zeros((1, 1))
    peer = partial(Outcome, theirs, start + 1 + apart)
    race = Race(partial(Outcome, ours, start + 1), {"peer": lambda: peer}, start, 0.1)
    return Row("a/row", "work", lambda: race, {"peer": (3.0,)}, {"peer": (floor,)}, here=True)


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
    assert told["rows"][0]["engines"] == {
        "numpy": {"peer": {"ratio": 2.0, "range": [2.0, 2.0], "goal": 3.0, "floor": 1.0, "off": 0.0}}
    }


def both(row: Row, **costs: list[float]) -> Result:
    return Result(row, {"numpy": [1.0, 2.0, 4.0], "jax": [1.0, 1.0, 1.0], "peer": [3.0, 2.0, 4.0], **costs}, {})


def test_ratios_are_of_the_same_round() -> None:
    result = both(a_row(1, 1))
    assert result.ratios("peer") == [1.0, 1.0, 3.0]
    assert result.ratios("peer", "jax") == [2.0, 3.0, 4.0]
    assert result.ratios("numpy", "jax") == [1.0, 2.0, 4.0]


def test_a_peer_may_have_a_stand_in_beside_jax() -> None:
    result = both(a_row(1, 1), **{"jax peer": [5.0, 5.0, 5.0]})
    assert result.ratios("peer", "jax") == [5.0, 5.0, 5.0]
    assert result.ratios("peer") == [1.0, 1.0, 3.0]
    assert (result.peers("numpy"), result.peers("jax")) == (["peer"], ["numpy", "peer"])


def test_each_engine_has_its_goal_and_floor() -> None:
    row = replace(a_row(1, 1), goals={"peer": (0.5, 9)}, floors={"peer": (0.9, 3.5), "numpy": (None, 1.5)})
    result = both(row)
    assert result.below == [("jax", "peer")]
    jax, numpy = result.as_json()["engines"]["jax"], result.as_json()["engines"]["numpy"]  # type: ignore[index]
    assert [jax["peer"][key] for key in ("goal", "floor", "ratio")] == [9, 3.5, 3]
    assert [numpy["peer"][key] for key in ("goal", "floor", "ratio")] == [0.5, 0.9, 1]
    said = command.told(result)
    assert said.count("not reached") == said.count("BELOW") == 1
    assert "jax 3 [2, 4], goal 9: not reached, BELOW its floor 3.5" in said


def test_a_contender_has_a_process_of_its_own() -> None:
    row = Row("a/row", "work", partial(update, 100))
    with measure.apart(row, "numpy") as ours, measure.apart(row, "book") as book:
        measure.compared(row.make(), {"numpy": ours().result, "book": book().result})


def test_goals_and_floors_name_peers() -> None:
    for row in ROWS:
        if not row.name.startswith("count"):
            race = row.make()
            named = {**row.goals, **row.floors}
            assert {*named} <= {*race.peers, *(["numpy"] if race.jax else [])}, row.name
            assert race.jax or max(map(len, named.values()), default=1) == 1, row.name
            for peer in {*row.goals} & {*row.floors}:
                pairs = zip(row.floors[peer], row.goals[peer], strict=False)
                assert all(floor <= goal * 1.5 for floor, goal in pairs if floor and goal), row.name
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert {*FLOORS} <= {row.name for row in ROWS}


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
