"""How the optimizers of each kind of library, and ours, walk over a problem."""

from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from operator import methodcaller
from os import environ
from typing import Any

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.layout import Layout
from harness.optimizers.oracle import Kind
from harness.schedules import Schedule
from harness.verify.references.calls import BY_HAND, Call
from harness.verify.references.problems import Problem, Walk
from objectives.arrays import Array

Evaluated = Callable[..., Any]
"""The tensors at the point to evaluate: of (optimizer) for torch's kind, of (state, params) for optax."""


def ours(optimizer: Optimizer, problem: Problem) -> Walk:
    """The walk of an optimizer of ours, as a population of one run."""
    plan = Layout.of({name: tensor[None] for name, tensor in problem.tensors(problem.start).items()})
    p = problem.start[None].copy()
    for step in range(problem.steps):
        loss, g = problem.ask(p[0], step)
        optimizer.advance(p, g[None], plan, loss, Asked(problem, p, step))
        yield p[0].copy(), optimizer.evaluation_point(p)[0].copy() if step + 1 in problem.kept else None


@dataclass(frozen=True)
class Asked:
    """The oracle of one run on a problem."""

    problem: Problem
    p: Array
    step: int

    def evaluate(self, p: Array, where: Array | None = None) -> tuple[Array, Array]:
        loss, g = self.problem.ask(p[0], self.step)
        return np.array([[loss]]), g[None]

    def hvp(self, v: Array) -> Array:
        return self.problem.curvature(self.p[0], v[0], self.step)[None]

    def draw(self, kind: Kind) -> Array:
        return self.problem.draw(kind, self.step)[None]


def theirs(
    call: Call,
    problem: Problem,
    evaluated: Evaluated | None = None,
    schedule: Schedule | None = None,
    transposed: bool = False,
    closure: bool = False,
    hessian: tuple[Kind, int] | None = None,
) -> Walk:
    """The walk of a reference: a loop of our own, an optax transformation, or an optimizer of torch's kind."""
    if call.kind == BY_HAND:
        return _by_hand(call, problem)
    if call.kind == "optax":
        return _optax(call, problem, evaluated, transposed, closure)
    if call.kind == "scipy":
        return _scipy(call, problem)
    if call.kind == "keras":
        return _keras(call, problem)
    return _torch(call, problem, evaluated, schedule, transposed, closure, hessian)


def _by_hand(call: Call, problem: Problem) -> Walk:
    """`loop(problem, ...)` yields x, or x and the point to evaluate, after every update."""
    for found in call.made(problem):
        yield found if isinstance(found, tuple) else (found, None)


def _scipy(call: Call, problem: Problem) -> Walk:
    """Where it has converged, it stays."""
    points: list[Array] = []
    minimize = import_module("scipy.optimize").minimize
    minimize(
        lambda x: problem.ask(x, 0), problem.start, jac=True, callback=lambda x: points.append(x.copy()), **call.options
    )
    for step in range(problem.steps):
        yield points[min(step, len(points) - 1)], None


def _optax(call: Call, problem: Problem, evaluated: Evaluated | None, transposed: bool, closure: bool) -> Walk:
    jax, library = import_module("jax"), import_module("optax")
    jax.config.update("jax_enable_x64", True)
    transformation = library.with_extra_args_support(call.made())

    def loss(params: Any, step: int) -> Array:
        return np.array(problem.ask(problem.vector(turned(params)), step)[0])

    def update(grads: Any, state: Any, params: Any, value: Any, step: int) -> Any:
        told = {"value": value, "grad": grads}
        if closure:
            scalar = jax.ShapeDtypeStruct((), np.float64)
            told["value_fn"] = lambda params: jax.pure_callback(loss, scalar, params, step)
        updates, state = transformation.update(grads, state, params, **told)
        return library.apply_updates(params, updates), state

    def turned(tensors: dict[str, Any]) -> dict[str, Any]:
        return {name: np.asarray(t).T if transposed else np.asarray(t) for name, t in tensors.items()}

    step_once = jax.jit(update)
    params = turned(problem.tensors(problem.start))
    state = transformation.init(jax.tree.map(jax.numpy.asarray, params))
    x = problem.start
    for step in range(problem.steps):
        value, g = problem.ask(x, step)
        params, state = step_once(turned(problem.tensors(g)), state, params, value, step)
        x = problem.vector(turned(params))
        yield x, None if evaluated is None else problem.vector(turned(evaluated(state, params)))


def _keras(call: Call, problem: Problem) -> Walk:
    """On jax, where no other backend is asked for; it keeps its own numbers, such as lr, in its `floatx`."""
    environ.setdefault("KERAS_BACKEND", "jax")
    import_module("jax").config.update("jax_enable_x64", True)
    library = import_module("keras")
    library.config.set_floatx("float64")
    params = [library.Variable(p, dtype="float64") for p in problem.tensors(problem.start).values()]
    optimizer = call.made()
    optimizer.build(params)
    x = problem.start
    for step in range(problem.steps):
        slopes = problem.tensors(problem.ask(x, step)[1]).values()
        optimizer.apply([library.ops.convert_to_tensor(g) for g in slopes], params)
        x = np.concatenate([np.array(library.ops.convert_to_numpy(p.value)).reshape(-1) for p in params])
        yield x, None


def _torch(
    call: Call,
    problem: Problem,
    evaluated: Evaluated | None,
    schedule: Schedule | None,
    transposed: bool,
    closure: bool,
    hessian: tuple[Kind, int] | None,
) -> Walk:
    library = import_module("torch")
    library.set_default_dtype(library.float64)  # pytorch_optimizer sums in it

    def tensor(a: Array) -> Any:
        return library.tensor(np.ascontiguousarray(a.T) if transposed else a, dtype=library.float64)

    def read(tensors: Any) -> Array:
        arrays = [t.detach().numpy() for t in tensors]
        return np.concatenate([(a.T if transposed else a).reshape(-1) for a in arrays])

    params = [library.nn.Parameter(tensor(p)) for p in problem.tensors(problem.start).values()]
    with redirect_stdout(StringIO()):  # some talk
        optimizer = call.made(params)
    if hasattr(optimizer, "train"):  # some want to be told that they train
        optimizer.train()
    base = [group["lr"] for group in optimizer.param_groups] if schedule else []
    for step in range(problem.steps):

        def ask(step: int = step) -> Any:
            loss, g = problem.ask(read(params), step)
            for p, slope in zip(params, problem.tensors(g).values(), strict=True):
                p.grad = tensor(slope)
            return library.tensor(loss, dtype=library.float64)

        if schedule:
            for group, lr in zip(optimizer.param_groups, base, strict=True):
                group["lr"] = lr * float(schedule(step))
        given = {}
        if hessian and step % hessian[1] == 0:  # Hutchinson's estimate of the diagonal, by the numbers that we draw
            z = problem.draw(hessian[0], step)
            diagonal = z * problem.curvature(read(params), z, step)
            given["hessian"] = [tensor(part) for part in problem.tensors(diagonal).values()]
        ask()
        optimizer.step(ask) if closure else optimizer.step(**given)
        x = read(params)
        yield x, None if evaluated is None else read(evaluated(optimizer))


def eval_mode(optimizer: Any) -> list[Any]:
    """The params of a torch optimizer that holds others to evaluate."""
    methodcaller("eval")(optimizer)  # the averages take the place of the params
    tensors = [p.detach().clone() for group in optimizer.param_groups for p in group["params"]]
    optimizer.train()
    return tensors


def in_state(name: str) -> Evaluated:
    """What a torch optimizer keeps for every parameter under this name."""
    return lambda optimizer: [optimizer.state[p][name] for group in optimizer.param_groups for p in group["params"]]


def schedule_free_params(state: Any, params: Any) -> Any:
    """The average in the state of optax's schedule-free optimizers."""
    return import_module("optax.contrib").schedule_free_eval_params(state, params)
