"""Whole populations as one block: on a device where there is one, else on the processor, as it would be taken."""

from typing import Any

import numpy as np
import pytest

import harness
from harness import make
from harness.errors import UserError
from harness.running.engine import Engine
from objectives.arrays import Array
from objectives.learning.mlp import MLP

pytest.importorskip("harness.running.compiled", reason="needs the extra [jax]", exc_type=ImportError)

from harness.running.compiled import Programs, program
from harness.running.compiled.starting import demand_device
from tests import devices


def has_device(name: str) -> bool:
    try:
        demand_device(name)
    except UserError:
        return False
    return True


with_device = pytest.mark.skipif(not has_device("cuda"), reason="needs a CUDA device")
without = pytest.mark.skipif(has_device("cuda"), reason="a CUDA device is there")
RUNS = 6


def ended(compiled: Any) -> tuple[Any, Array]:
    """The engine's block, and the weights where networks end."""
    objective = MLP(make("dataset", "iris"), hidden=[5], batch_size=16, dtype="float64")
    engine = Engine(objective, make("optimizer", "adam", runs=RUNS), np.arange(RUNS), 30, 1, keep=True,
                    compiled=compiled)  # fmt: skip
    list(engine.advance())
    engine.finish()
    return engine._blocks[0], engine.trace.finals["W1"]


def test_networks_in_one_block_as_a_device_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    block, whole = ended(Programs(whole=True).of("iris"))
    assert (block.program.block, block.program.longest) == (RUNS, 30)
    np.testing.assert_allclose(whole, ended(None)[1], rtol=1e-9)
    minibatches = 4 * RUNS * 16 * 8  # bytes: four of each
    monkeypatch.setattr(program, "TOGETHER", minibatches)
    block, same = ended(Programs(whole=True).of("iris"))
    assert block.program.longest == 4
    np.testing.assert_array_equal(same, whole)


@with_device
def test_a_device_takes_a_whole_population() -> None:
    one, other = (harness.run("optimizer=adam", "seeds=40", "steps=20", "engine=jax", f"engine.device={device}")
                  for device in ("cpu", "cuda"))  # fmt: skip
    np.testing.assert_allclose(other.curves["loss"], one.curves["loss"], rtol=1e-2)  # float32, 20 steps


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=with_device)])
def test_what_is_told_of_a_device(device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert devices.main(device, "4", ("momentum",)) == 0
    out = capsys.readouterr().out
    assert "again: the same bits" in out
    assert "4 digits networks in one block" in out


@without
def test_a_device_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    line = "engine.device=cuda: jax finds no such device here; use engine.device=cpu"
    with pytest.raises(UserError, match=line):
        harness.run("engine=jax", "engine.device=cuda", "steps=2")
    assert devices.main() == 2
    assert capsys.readouterr() == ("", f"{line}\n")


@without
def test_the_device_of_one_cell_is_not_that_of_another() -> None:
    with pytest.raises(UserError, match=r"engine\.device=cuda: jax finds no such device here"):
        harness.sweep("objective=sphere", "engine=jax", "engine.device=cpu,cuda", "steps=2")
