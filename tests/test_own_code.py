"""Objectives of the user's own: the guide's recipes as they stand there, and what is said of broken ones."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness import verify
from harness.configs.compose import Composer
from harness.errors import UserError
from harness.verify.contract import fault
from objectives.arrays import Array, Params
from objectives.base import Objective
from objectives.functions.quadratics import Sphere
from tests.documents import DOCUMENTS
from tests.support import build

OWN = DOCUMENTS["objectives"].read_text().split("## Objectives of your own\n")[1]


def recipe(heading: str) -> tuple[dict[str, str], list[str]]:
    """The files and the commands of the page below a heading: each file's block begins with its name."""
    section = OWN.split(f"### {heading}\n", 1)[1].split("\n### ", 1)[0]
    blocks = re.findall(r"```\w+\n(# (\S+)\n.*?)```", section, flags=re.S)
    return {name: body for body, name in blocks}, [
        line for line in section.splitlines() if line.startswith("    python -m")
    ]


@pytest.mark.parametrize("heading", ["A class", "A class by config", "A NumPy function", "A formula"])
def test_the_guides_recipes_work_from_another_folder(heading: str, tmp_path: Path) -> None:
    files, commands = recipe(heading)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert commands
    for command in commands:
        words = [sys.executable, *shlex.split(command)[1:], "steps=20"]
        done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")


def test_ours_keep_the_contract(source: Composer, objective_name: str) -> None:
    noisy = objective_name.endswith(("_noise", "_gradients"))
    assert fault(build(source, "objective", objective_name), noisy) == ""


class Broken(Sphere):
    """A sphere, in which a test breaks something."""


def breaking(**methods: Any) -> Objective:
    made: Objective = type("Mine", (Broken,), methods)(dim=3)
    return made


def summed(self: Sphere, params: Params, step: int, seeds: Array) -> tuple[Array, Params]:
    x = params["x"]
    return np.sum(x * x, axis=1) + np.sum(x), {"x": 2 * x + 1}


def in_place(self: Sphere, params: Params, step: int, seeds: Array) -> tuple[Array, Params]:
    params["x"] *= 2
    return np.sum(params["x"] ** 2, axis=1) / 4, {"x": params["x"].copy()}


RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (3, "3 is no Objective: derive its class from objectives.Objective"),
        (breaking(init=lambda self, seeds: np.zeros((len(seeds), 3))), "Mine.init must return a dict of float arrays"),
        (breaking(init=lambda self, seeds: {"x": np.ones((len(seeds), 3), np.float16)}),
         "Mine.init: x is float16, in which eps and squares are lost; start in float32"),
        (breaking(init=lambda self, seeds: {"x": np.ones((len(seeds), 3)), "y": np.ones(len(seeds), np.float32)}),
         "Mine.init: params must share one dtype; x is float64, y float32"),
        (breaking(init=lambda self, seeds: {"x": RANDOM.normal(size=(len(seeds), 3))}),
         "Mine.init: the same seeds start elsewhere when asked again"),
        (breaking(init=lambda self, seeds: {"x": np.ones((len(seeds), 3)) * np.arange(len(seeds))[:, None] + 1.0}),
         "Mine.init: x of seed 5 depends on the other seeds"),
        (breaking(loss_and_grads=lambda self, p, step, seeds: (np.sum(p["x"] ** 2), {"x": 2 * p["x"]})),
         "Mine.loss_and_grads must have one number per run, the shape (runs,)"),
        (breaking(loss_and_grads=lambda self, p, step, seeds: (np.sum(p["x"] ** 2, axis=1), {"y": 2 * p["x"]})),
         "Mine.loss_and_grads must return gradients named and shaped as the params: x (2, 3)"),
        (breaking(loss_and_grads=lambda self, p, step, seeds: (np.sum(p["x"] ** 2, axis=1), {"x": 3 * p["x"]})),
         "Mine.loss_and_grads: the gradient of x is not the slope of the loss"),
        (breaking(loss_and_grads=lambda self, p, step, seeds: (np.sum(p["x"] ** 2, axis=1), {"x": p["x"]})),
         "Mine.loss_and_grads: the gradient of x shares its memory with params; return a copy"),
        (breaking(loss_and_grads=lambda self, p, step, seeds: (np.sum(p["x"] ** 2, axis=1).astype(np.float32),
                                                               {"x": 2 * p["x"]})),
         "Mine.loss_and_grads: the loss is float32, the params are float64"),
        (breaking(loss_and_grads=lambda self, p, step, seeds: (np.sum(p["x"] ** 2, axis=1) + RANDOM.normal(),
                                                               {"x": 2 * p["x"]})),
         "Mine.loss_and_grads: the same seeds and step give other numbers"),
        (breaking(loss_and_grads=summed), "Mine.loss_and_grads: the loss of seed 5 depends on the other runs"),
        (breaking(loss_and_grads=in_place), "Mine.loss_and_grads changes params['x']; work on a copy"),
        (breaking(grads=lambda self, p, step, seeds: {"x": 2 * p["x"] * (1 + 1e-15)}),
         "Mine.grads: the gradient of x is not bit for bit that of loss_and_grads"),
        (breaking(evaluate=lambda self, p, split: {"error": p["x"][:, 0]}),
         "Mine.evaluate must return a dict of metrics"),
        (breaking(complex_step=True, loss_and_grads=lambda self, p, step, seeds: (
            np.sum(np.abs(p["x"]) ** 3, axis=1), {"x": 3 * p["x"] * np.abs(p["x"])})),
         "Mine.hvp: it is not how the gradient of x changes"),
        (breaking(deterministic=True, loss_and_grads=lambda self, p, step, seeds: (
            np.sum(p["x"] ** 2, axis=1) * (1 + step), {"x": 2 * p["x"] * (1 + step)})),
         "Mine.deterministic: at another step and seed, the loss of the same params is another"),
    ],
)  # fmt: skip
def test_broken_ones_are_told_what_is_wrong(obj: Any, message: str) -> None:
    with pytest.raises(UserError) as error:
        verify.objective(obj)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("target", ["objectives.data.bundled.wine", "objectives.functions.quadratics.Valley"])
def test_an_optimizer_of_another_kind_is_one_line(target: str) -> None:
    with pytest.raises(UserError, match="is no Optimizer"):
        harness.run(f"optimizer._target_={target}", "objective=valley", "steps=1")
