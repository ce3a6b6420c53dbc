"""The code that is printed for other libraries takes our steps, at any numbers of the space."""

import re
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

import harness
from harness import code as command
from harness.cells.space import read
from harness.configs import building, places
from harness.configs.compose import Composer
from harness.configs.override import one
from harness.configs.settings import ABOUT
from harness.verify.code import LIBRARIES, agreeing, code_for
from harness.verify.references.cases import TOLERANCE, Case, write
from harness.verify.references.problems import GRADIENTS, PROBLEMS, first, kept
from harness.verify.references.terms import our, positive, whole
from harness.verify.references.verdicts import gap
from harness.verify.references.walks import ours, theirs
from tests.counts import with_code
from tests.support import node, sampled

FORMS = [case for case in agreeing() if case.form]
NUMBERS = {"beta1": (0.5, 0.99), "beta2": (0.9, 0.9999), "eps": (1e-10, 1e-4)}  # of fields outside every space


@dataclass(frozen=True)
class Printed:
    """What stands on the screen, in the place of a call."""

    kind: str
    text: str

    def made(self, params: Any = None) -> Any:
        names = {name: import_module(name) for name in re.findall(rf"\b({'|'.join(LIBRARIES)})\.", self.text)}
        if "optax" in names:
            import_module("optax.contrib")
        return eval(self.text, {**names, "params": params})  # noqa: S307  that it runs is what we test


def drawn(case: Case, config: dict[str, Any], draw: np.random.Generator) -> dict[str, Any]:
    """The case's config with other numbers wherever the call takes them: of the space, or near the case's."""
    assert case.form is not None
    found = places.copied(config)
    for name in case.form.fields:
        parent, _, field = name.rpartition(".")
        space = (places.get(config, parent) if parent else config)["space"]
        value = places.get(config, name)
        if field in space:
            write(found, name, sampled(read(one(f"{field}={space[field]}")), draw))
        elif field in NUMBERS and value < 1:
            low, high = np.log(NUMBERS[field])
            write(found, name, float(np.exp(draw.uniform(low, high))))
        elif f"int({name})" in str(case.form):
            write(found, name, float(draw.integers(1, 9)))
        else:
            write(found, name, value * draw.uniform(0.9, 1) if value < 1 else value * draw.uniform(1, 1.1))
    return found


def compared(case: Case, source: Composer, seed: int) -> float:
    """The largest gap over 20 steps, at numbers that the library takes."""
    draw = np.random.default_rng([seed, crc32(str(case).encode())])
    configs = (drawn(case, case.node(source), draw) for _ in range(20))
    config, text = next((c, t) for c in configs if (t := code_for(c, source)[case.reference.library].text))
    call: Any = Printed(case.reference.kind, text)
    problem = first(20, GRADIENTS if case.problems == PROBLEMS else case.problems[0])
    optimizer = building.build({key: value for key, value in config.items() if key not in ABOUT}, "optimizer")
    walked = kept(theirs(call, problem, case.evaluated, closure=case.closure), problem)
    return gap(problem, kept(ours(optimizer, problem), problem), walked)


@pytest.mark.parametrize("case", FORMS, ids=str)
def test_the_printed_code_takes_our_steps_at_other_numbers(source: Composer, case: Case) -> None:
    library = case.reference.library
    if not find_spec(library) or (library == "keras" and not find_spec("jax")):
        pytest.skip(f"{library} is not installed")
    assert max(compared(case, source, seed) for seed in range(3)) <= TOLERANCE


def test_code_has_the_numbers_of_the_config_in_full(source: Composer) -> None:
    adamw = {**node(source, "optimizer", "adamw"), "lr": 0.1 + 0.2, "weight_decay": 1e-05}
    found = code_for(adamw, source)
    assert found["torch"].text == (
        "torch.optim.AdamW(params, lr=0.30000000000000004, betas=(0.9, 0.999), eps=1e-08, weight_decay=1e-05)"
    )
    assert found["optax"].text.startswith("optax.adamw(learning_rate=0.30000000000000004, b1=0.9, ")
    assert "keras" not in found


def test_where_a_formula_differs_there_is_no_code_and_the_reason(source: Composer) -> None:
    adam = node(source, "optimizer", "adam")
    assert (
        code_for(adam, source)["keras"].why == "keras.optimizers.Adam takes the steps of eps_hat=True; here it is False"
    )
    hat = code_for({**adam, "eps_hat": True}, source)
    assert hat["keras"].text == "keras.optimizers.Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-08)"
    assert hat["torch"].why == "torch.optim.Adam takes the steps of eps_hat=False; here it is True"
    armijo = code_for({**node(source, "optimizer", "armijo"), "lr": 4.0}, source)["optax"]
    assert armijo.why == "optax.chain: lr must be at most grow there; got 4.0 above 1.5"
    plain = code_for({**node(source, "optimizer", "nesterov"), "momentum": 0}, source)
    assert plain["torch"].why == "torch.optim.SGD: momentum must be above 0 there; got 0"
    assert plain["optax"].text == "optax.sgd(learning_rate=0.01, momentum=0, nesterov=True)"
    adamp = code_for(node(source, "optimizer", "adamp"), source)
    assert adamp["pytorch_optimizer"].why == "pytorch_optimizer.AdamP agrees at some numbers only, or for some shapes"
    assert code_for(node(source, "optimizer", "muon"), source) == {}


def test_a_wrapper_has_code_with_the_optimizers_that_a_case_wraps(source: Composer) -> None:
    clip = node(source, "optimizer", "clip")
    assert code_for(clip, source)["optax"].text == (
        "optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(learning_rate=0.1))"
    )
    assert code_for({**clip, "inner": node(source, "optimizer", "muon")}, source) == {}


def test_terms_are_arithmetic_of_fields() -> None:
    fields = {"lr": 0.5, "c": 4.0, "inner.lr": 0.25}
    assert (-our.lr).at(fields) == -0.5
    assert (our.inner.lr * our.c).at(fields) == 1.0
    assert repr(our.c / 2) == "c / 2"
    assert (our.c**2).at(fields) == 16.0
    assert repr(whole(our.c).at(fields)) == "4"
    with pytest.raises(ValueError, match=r"lr must be whole there; got 0.5"):
        whole(our.lr).at(fields)
    with pytest.raises(ValueError, match=r"lr must be above 0 there; got 0"):
        positive(our.lr).at({"lr": 0})


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, [1, 2], "text", None, 10**400], ids=lambda v: str(v)[:9])
def test_what_is_no_finite_number_is_no_code(value: Any, source: Composer) -> None:
    for term in (our.lr, our.lr * our.c, our.c / our.lr, our.lr**2, -our.lr, whole(our.lr), positive(our.lr)):
        with pytest.raises(ValueError, match="lr must be a finite number there; got"):
            term.at({"lr": value, "c": 4.0})
    found = code_for({**node(source, "optimizer", "adamw"), "lr": value}, source)
    for library, target in (("torch", "torch.optim.AdamW"), ("optax", "optax.adamw")):
        assert found[library].text == ""
        assert found[library].why == f"{target}: lr must be a finite number there; got {value!r}"
    plateau = code_for({**node(source, "optimizer", "plateau"), "patience": value}, source)
    assert "patience must be a finite number there" in plateau["optax"].why


def test_terms_without_a_value_are_refused() -> None:
    fields = {"lr": 1e308, "c": 1e-308, "zero": 0.0}
    with pytest.raises(ValueError, match="lr / zero has no value there: float division by zero"):
        (our.lr / our.zero).at(fields)
    with pytest.raises(ValueError, match=r"lr\*\*2 has no value there"):
        (our.lr**2).at(fields)
    with pytest.raises(ValueError, match="lr / c must be a finite number there; got inf"):
        (our.lr / our.c).at(fields)
    with pytest.raises(ValueError, match="has no value there: cannot convert float infinity"):
        whole(our.lr / our.c).at(fields)


# the command


@pytest.fixture
def sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> harness.Results:
    monkeypatch.chdir(tmp_path)
    return harness.sweep(
        "optimizer=adamw,muon,sgd", "objective=rosenbrock", "trials=3", "steps=20", "replicates=2", "schedule=constant"
    )


def test_each_cell_has_the_numbers_of_its_typical_replicate(sweep: harness.Results) -> None:
    (answer,), found = sweep.answer, command.codes(sweep)
    assert [cell.name for cell in found] == [line.name for line in answer.lines]
    for cell, line in zip(found, answer.lines, strict=True):
        (row,) = (r for r in sweep.cells if (r["cell"], r["replicate"]) == (line.cell, line.replicate))
        if cell.name == "muon":
            assert cell.libraries == {}
        else:
            assert f"={row['optimizer.lr']!r}" in cell.libraries["optax"].text
            assert f"lr={row['optimizer.lr']!r}" in cell.libraries["torch"].text


def test_the_command_prints_it(sweep: harness.Results, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["last"]) == 0
    shown = capsys.readouterr().out
    assert shown.index(sweep.answer[0].lines[0].name) < shown.index(sweep.answer[0].lines[1].name)
    for name in ("torch.optim.AdamW(params, lr=", "torch.optim.SGD(params, lr=", "optax.sgd(", "keras.optimizers.SGD("):
        assert name in shown
    told = "is known to agree with it to 1e-10; python -m harness.verify optimizers"
    assert f"# nothing in torch, optax, keras, pytorch_optimizer {told} muon tells how they differ" in shown
    assert f"# nothing in keras, pytorch_optimizer {told} adamw tells how they differ" in shown
    assert f"# {sweep.answer[0].lines[0].name}, as in tuning " in shown
    assert "\n# here: python -m harness " in shown
    compile(shown, "shown", "exec")
    assert command.main(["last", "torch"]) == 0
    shown = capsys.readouterr().out
    compile(shown, "shown", "exec")
    assert "optax" not in shown
    assert "keras" not in shown


def test_what_moves_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    harness.run("optimizer=sgd", "objective=valley", "schedule=cosine", "steps=5")
    assert command.main(["last", "torch"]) == 0
    shown = capsys.readouterr().out
    assert "lr follows Cosine(length=5, " in shown
    compile(shown, "shown", "exec")


def test_of_what_never_ended_there_is_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    harness.sweep("optimizer=sgd,momentum", "objective=sphere", "trials=4", "steps=9999999", "timeout=0.01")
    assert command.main(["last"]) == 2
    assert "nothing has ended there, so there is nothing to take along" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["last"], "no finished run or sweep"),
        (["last", "tensorflow"], "tensorflow: no such library; choices: torch, optax, keras, pytorch_optimizer"),
    ],
)
def test_a_mistake_is_one_line(
    arguments: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command.main(arguments) == 2
    err = capsys.readouterr().err
    assert line in err
    assert err.count("\n") == 1
    assert command.main([]) == 2


def test_many_optimizers_have_code() -> None:
    """So that what has code goes on having it."""
    counts = {library: len(names) for library, names in with_code().items()}
    assert counts["torch"] >= 24
    assert counts["optax"] >= 54
    assert counts["keras"] >= 17
    assert counts["pytorch_optimizer"] >= 25
