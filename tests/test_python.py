"""`harness.make`, `harness.run` and `harness.sweep`: what the command does, from Python."""

import asyncio
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hydra
import numpy as np
import pytest
from hydra.core.global_hydra import GlobalHydra
from threadpoolctl import threadpool_info, threadpool_limits

import harness
from harness.cells.enumeration import single
from harness.configs.compose import CONF, VERSION, composer
from harness.configs.override import parse
from harness.configs.values import overrides
from harness.errors import UserError
from harness.optimizers.adam import Adam
from harness.results.trial import Trial
from harness.running.plan import Planner
from harness.running.training import Watcher, train
from objectives.data import Dataset
from objectives.learning.mlp import MLP
from tests.support import plan


def test_make_builds_from_every_group() -> None:
    assert harness.make("optimizer", "adam", lr=0.1) == Adam(lr=0.1)
    assert harness.make("schedule", "cosine", length=10)(10) == 0
    assert isinstance(harness.make("objective", "mlp", hidden=[5]), MLP)
    assert harness.make("objective", "rosenbrock", dim=4).dim == 4
    assert isinstance(harness.make("dataset", "digits"), Dataset)
    wrapped = harness.make("optimizer", "clip", inner=Adam(lr=0.5), max_norm=2)
    assert (wrapped.max_norm, wrapped.inner.lr) == (2, 0.5)
    assert harness.make("optimizer", "adam", lr=np.array([0.1, 0.2]), runs=2).runs == 2


@pytest.mark.parametrize(
    ("arguments", "fields", "message"),
    [
        (("optimiser", "adam"), {}, r"optimiser: no such group \(did you mean optimizer\?\)"),
        (("optimizer", "adm"), {}, r"optimizer=adm: no such optimizer \(did you mean adam\?\)"),
        (("optimizer", "adam"), {"momentum": 1}, "optimizer.momentum: no such setting; choices: beta1"),
        (("optimizer", "adam"), {"lr": "x"}, "Adam.lr must be a number"),
        (("objective", "beale"), {"dim": 3}, "Beale.dim must be 2; got 3"),
    ],
)
def test_make_says_what_is_wrong(arguments: Any, fields: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        harness.make(*arguments, **fields)


def test_values_stand_beside_texts() -> None:
    given = {"optimizer": ["adam", "sgd"], "optimizer.lr": np.float64(0.25), "objective.hidden": (16, 8), "x": [(1, 2)],
             "seeds": [3, 5], "search": None, "declared": False, "path": "a b, c", "f": "interval(0,1)",
             "n": np.int64(3), "names": ["a,b", "c"], "node": {"a": 1.5}}  # fmt: skip
    assert overrides(given, several=True) == [
        "optimizer=adam,sgd", "optimizer.lr=0.25", "objective.hidden=[16,8]", "x=[1,2]", "seeds=[3,5]", "search=null",
        "declared=false", "path=a b, c", "f=interval(0,1)", "n=3", "names='a,b',c", "node={a:1.5}",
    ]  # fmt: skip
    assert overrides({"objective.hidden": [16], "path": "é (1)"}, several=False) == [
        "objective.hidden=[16]",
        "path='é (1)'",
    ]
    for override in overrides(given, several=True):
        assert parse(override)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"optimzer": "adam"}, r"optimzer: no such setting \(did you mean optimizer\?\)"),
        ({"optimizer": "adma"}, r"optimizer=adma: no such optimizer \(did you mean adam\?\)"),
        ({"lr": 0.1}, r"lr: no such setting \(did you mean optimizer.lr\?\)"),
        ({"optimizer": []}, r"optimizer=\[\]: no value, so nothing to compare"),
        ({"steps": object()}, "steps: a text, a number, true, false, None, or a list of them; got object"),
    ],
)
def test_a_slip_in_a_keyword_is_one_line(values: dict[str, Any], line: str) -> None:
    with pytest.raises(UserError, match=line) as caught:
        harness.sweep(**values)
    assert "\n" not in str(caught.value)


def test_python_shows_nothing_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"objective": "valley", "steps": 2, "seeds": 1}
    harness.run(**asked)
    assert capsys.readouterr().out == ""
    found = harness.run(screen=True, **asked)
    assert f"show again: python -m harness.show {found.folder}" in capsys.readouterr().out


def test_the_books_loop() -> None:
    """Chapter 6 as a reader types it: one optimizer, dicts of arrays."""
    objective, optimizer = harness.make("objective", "valley"), harness.make("optimizer", "momentum", lr=0.1)
    params = objective.init(np.array([0]))
    for step in range(30):
        loss, grads = objective.loss_and_grads(params, step, np.array([0]))
        optimizer.update(params, grads)
    found = harness.run("objective=valley", "optimizer=momentum", "optimizer.lr=0.1", "steps=30", "seeds=1")
    np.testing.assert_allclose(params["x"][0], found.curves["path"][0, -1], rtol=1e-13)
    assert loss[0] == pytest.approx(found.curves["loss"][0, 29], rel=1e-13)


def test_trajectories_of_the_books_experiment() -> None:
    """Against 20 lines of plain Python that know nothing of us."""
    found = harness.sweep("experiment=book_trajectories")
    for k, (name, lr) in enumerate([("sgd", 0.95), ("momentum", 0.1), ("adagrad", 1.5), ("adam", 0.3)]):
        p, v, h, path = [-7.0, 2.0], [0.0, 0.0], [0.0, 0.0], [(-7.0, 2.0)]
        for t in range(1, 31):
            g = [p[0] / 10, 2 * p[1]]
            for i in range(2):
                if name == "sgd":
                    p[i] -= lr * g[i]
                elif name == "momentum":
                    v[i] = 0.9 * v[i] - lr * g[i]
                    p[i] += v[i]
                elif name == "adagrad":
                    h[i] += g[i] ** 2
                    p[i] -= lr * g[i] / (h[i] ** 0.5 + 1e-7)
                else:
                    v[i] += 0.1 * (g[i] - v[i])
                    h[i] += 0.001 * (g[i] ** 2 - h[i])
                    p[i] -= lr * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t) * v[i] / (h[i] ** 0.5 + 1e-7)
            path.append((p[0], p[1]))
        np.testing.assert_allclose(found.curves["path"][k], path, rtol=0, atol=1e-12)


def test_nothing_global_is_left_behind() -> None:
    before = (dict(os.environ), signal.getsignal(signal.SIGINT), Path.cwd(), np.geterr())
    state = np.random.get_state()[1].tolist()  # type: ignore[index,union-attr] # noqa: NPY002
    harness.sweep("optimizer=sgd,adam", "objective=gaussian_noise", "steps=3")
    assert (dict(os.environ), signal.getsignal(signal.SIGINT), Path.cwd(), np.geterr()) == before
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index,union-attr] # noqa: NPY002
    assert not GlobalHydra.instance().is_initialized()


def test_inside_somebody_elses_hydra_program() -> None:
    with hydra.initialize_config_dir(str(CONF), **VERSION):
        mine = GlobalHydra.instance().hydra
        harness.run("objective=valley", "steps=2", "seeds=1")
        assert GlobalHydra.instance().hydra is mine
        assert hydra.compose("config").steps == 1000
    assert not GlobalHydra.instance().is_initialized()


def test_in_a_thread_and_in_an_event_loop_as_in_jupyter(capfd: pytest.CaptureFixture[str]) -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(harness.run("objective=valley", "steps=2", "seeds=1")))
    thread.start()
    thread.join()

    async def cell() -> Any:
        return harness.run("objective=valley", "steps=2", "seeds=1")

    assert asyncio.run(cell()).runs == found[0].runs
    assert capfd.readouterr().out == "", "no screen unless it is the command"


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "conf" / "optimizer").mkdir(parents=True)
    (tmp_path / "conf" / "optimizer" / "fast.yaml").write_text("defaults: [adam, _self_]\nlr: 0.5\n")
    found = harness.run("optimizer=fast", "objective=valley", "steps=2", config_dir=str(tmp_path / "conf"))
    assert found.config["optimizer"]["lr"] == 0.5


def test_blas_has_one_thread_while_we_train_and_what_it_had_afterwards() -> None:
    with composer() as source:
        cells = single(source, parse("steps=1", "seeds=1"))
    during: list[int] = []

    class Threads(Watcher):
        def recorded(self, record: int, trials: Sequence[Trial]) -> None:
            during.extend(pool["num_threads"] for pool in threadpool_info())

    with threadpool_limits(2):
        train(Planner(), plan(cells), Threads())
        after = [pool["num_threads"] for pool in threadpool_info()]
    assert during
    assert set(during) == {1}
    assert set(after) == {2}


def test_several_threads_at_once() -> None:
    found: list[Any] = []

    def work(seed: int) -> None:
        found.append(harness.run("objective=rosenbrock", "optimizer.lr=1e-3", "steps=200", f"seeds=[{seed}]").runs[0])

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = harness.run("objective=rosenbrock", "optimizer.lr=1e-3", "steps=200", "seeds=6")
    assert sorted(found, key=lambda run: run["seed"]) == alone.runs


def test_mistakes_raise() -> None:
    with pytest.raises(UserError, match="trials=8 tunes"):
        harness.run("trials=8")
    with pytest.raises(UserError, match="optimizer=adm: no such optimizer"):
        harness.run("optimizer=adm")
