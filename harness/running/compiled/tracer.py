"""What a step that is being traced may ask: the oracle of its rule, and the tracer of its texts."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from harness.optimizers.layout import Layout
from harness.optimizers.oracle import Kind
from objectives.arrays import Array
from objectives.base import Objective
from objectives.random import Draws
from objectives.xla import Traced, bare, bare_tree, clad_tree, pulled


class Found:
    """What the texts of a program need from outside, in the order in which they first asked: large arrays, draws, and
    the kinds of random numbers that rules ask for."""

    def __init__(self) -> None:
        self.constants: dict[int, Array] = {}  # by id
        self.draws: dict[int, Draws] = {}  # by id
        self.probes: list[Kind] = []


class Subject(NamedTuple):
    """What is traced, for how many runs, and what its texts were found to need."""

    objective: Objective
    layout: Layout
    block: int
    found: Found


class Carried(NamedTuple):
    """What a step changes by asking: gradients asked for (runs,), the point that was asked for last (runs, size) where
    that is kept, and what the objective remembers."""

    asked: Any
    last: Any
    memory: Any


class Tracer:
    """Of one step. With `given`, the answers to what was found, else whoever asks is noted down."""

    def __init__(self, subject: Subject, p: Any, seeds: Any, step: Any, carried: Carried, given: Any) -> None:
        self.subject, self.p, self.step, self.seeds = subject, p, Traced(step), Traced(seeds)
        self.carried, self.given = carried, given
        found = subject.found
        self._constants = dict(zip(found.constants, given.constants, strict=True)) if given else {}

    # the texts

    def constant(self, x: Array) -> Any:
        if self.given is None:
            self.subject.found.constants.setdefault(id(x), x)
        return self._constants.get(id(x), x)

    def drawn(self, draws: Draws, step: Any, seeds: Any) -> Array:
        found = self.subject.found.draws
        if step is not self.step or seeds is not self.seeds:
            raise TypeError("it draws for another step or other seeds than it is asked about")
        if self.given is None:
            found.setdefault(id(draws), draws)
            like = draws.drawn(0, np.zeros(self.subject.block, np.int64))
            return Traced(jnp.zeros(like.shape, like.dtype))  # type: ignore[return-value]
        if id(draws) not in found:
            raise TypeError("its Draws are made anew at every step: make them once, in prepare()")
        return Traced(self.given.draws[list(found).index(id(draws))])  # type: ignore[return-value]

    def every(self, due: Any, then: Callable[[], Any], otherwise: Any) -> Any:
        like, start = bare_tree(otherwise), self.carried

        def yes() -> Any:
            self.carried = start
            found = fitted(bare_tree(then()), like)
            return self.carried, found

        self.carried, found = lax.cond(bare(due).reshape(-1)[0], yes, lambda: (start, like))
        return clad_tree(found)

    def repeat(self, going: Callable[[Any], Any], step: Callable[[Any], Any], state: Any, most: int) -> Any:
        leaves, tree = jax.tree.flatten(bare_tree(state))

        def of(leaves: Any) -> Any:
            return jax.tree.unflatten(tree, [Traced(leaf) for leaf in leaves])

        def stepped(leaves: Any) -> Any:
            return jax.tree.leaves(bare_tree(step(of(leaves))))

        def more(carry: Any) -> Any:
            return (carry[0] < most) & jnp.any(bare(going(of(carry[2]))))

        def body(carry: Any) -> Any:
            count, self.carried, leaves = carry
            new = fitted(stepped(leaves), leaves)
            return count + 1, self.carried, new

        start = self.carried
        # numbers that start narrower than a step leaves them: one for all runs, or without a fraction
        after = jax.eval_shape(stepped, [jnp.asarray(leaf) for leaf in leaves])
        leaves = [
            jnp.broadcast_to(leaf, jnp.broadcast_shapes(jnp.shape(leaf), new.shape)).astype(
                jnp.promote_types(jnp.result_type(leaf), new.dtype)
            )
            for leaf, new in zip(leaves, after, strict=True)
        ]
        _, self.carried, leaves = lax.while_loop(more, body, (0, start, leaves))
        return of(leaves)

    def pulled(self, f: Callable[[Any], Any], params: Any) -> tuple[Callable[[Any], Any], Any]:
        """What pulls gradients back from f(params), by jax's autodiff, and f(params)."""
        return pulled(f, params)

    # the rule: harness.optimizers.oracle

    def begin(self) -> tuple[Any, Any]:
        """Loss (runs,) and gradients at the params of the step."""
        asked, last, _ = self.carried
        fresh = 1 if last is None else 1 - (last == self.p).all(axis=1).astype(asked.dtype)
        self._note(asked + fresh, None if last is None else jnp.full_like(last, jnp.nan))
        return self._answer(self.p)

    def evaluate(self, p: Any, where: Any = None) -> tuple[Any, Any]:
        some = jnp.ones((len(p), 1), bool) if where is None else bare(where)
        asked, last, _ = self.carried
        # a deterministic objective is asked once for a point
        self._note(asked + some[:, 0].astype(asked.dtype), None if last is None else jnp.where(some, bare(p), last))
        loss, g = self._answer(bare(p))
        return Traced(loss[:, None]), Traced(g)

    def hvp(self, v: Any) -> Any:
        asked, last, memory = self.carried
        self._note(asked + self.subject.objective.hvp_gradients, last)
        found = jax.jvp(lambda p: self._answer(p)[1], (self.p,), (bare(v),))[1]
        self.carried = self.carried._replace(memory=memory)  # curvature is only looked at
        return Traced(found)

    def _note(self, asked: Any, last: Any) -> None:
        self.carried = self.carried._replace(asked=asked, last=last)

    def _answer(self, p: Any) -> tuple[Any, Any]:
        """Loss (runs,) and gradients (runs, size) of what the step meets."""
        objective, layout = self.subject.objective, self.subject.layout
        before = objective.memory()
        objective.recall(clad_tree(self.carried.memory))
        try:
            loss, grads = objective.loss_and_grads(layout.views(Traced(p)), self.step, self.seeds)  # type: ignore[arg-type]
            memory = fitted(bare_tree(objective.memory()), self.carried.memory)
        finally:
            objective.recall(before)
        self.carried = self.carried._replace(memory=memory)
        return bare(loss), bare(layout.gather(grads, Traced(jnp.zeros_like(p))))  # type: ignore[arg-type]

    def draw(self, kind: Kind) -> Any:
        found = self.subject.found.probes
        if self.given is None:
            if kind not in found:
                found.append(kind)
            return Traced(jnp.zeros_like(self.p))
        return Traced(self.given.probes[found.index(kind)])


def fitted(tree: Any, like: Any) -> Any:
    """The same with the shapes and dtypes of another tree."""
    return jax.tree.map(lambda new, old: jnp.broadcast_to(new, jnp.shape(old)).astype(jnp.result_type(old)), tree, like)
