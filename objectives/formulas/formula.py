"""An objective written as a formula: `objective=formula "objective.f='x**2 + 3*y**2'"`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from objectives.arrays import Array, Params, Seeds, traced
from objectives.base import Objective, Split
from objectives.fields import Called, Dtype, StaticNonNegative
from objectives.formulas.expressions import expression, names, parsed
from objectives.formulas.tape import Tape
from objectives.random import generator

MOST = 64  # parameters: the gradient is derived symbolically
Numbers = float | list[float]


@dataclass
class Formula(Objective):
    """The value of `f`, whose names are parameters: numbers (runs,), or vectors (runs, k) where `start` has a list.
    The gradient is derived symbolically (sympy), the Hessian forwards from it; both are exact.

    Numbers, + - * / **, x[0], x[1:], sums and products over vectors, where(x > 0, a, b), norm, dot, clip and the usual
    functions are read; nothing is evaluated as Python. Parts of a max or min that are equal share its slope; a root of
    what doesn't move has the slope 0.

    Without `start` every parameter starts at 0. Seed 0 starts there, seed k > 0 at normal draws of size `spread` around
    it, or uniformly in `box`: [low, high] for all, or {name: [low, high]}.
    """

    f: Annotated[str, Called("a text like 100*(y-x**2)**2 + (1-x)**2")] = "100*(y - x**2)**2 + (1 - x)**2"
    start: Annotated[Mapping[str, Any] | None, Called("names with numbers, as in {x: 0}, or null")] = None
    spread: StaticNonNegative = 0.1
    box: Any = None
    minimum: float | None = None
    dtype: Dtype = "float64"

    order = "F"
    deterministic = True
    hvp_gradients = 1

    def prepare(self) -> None:
        self._tree = parsed(self.f)
        self._start = self._starts()
        self._boxes = {name: self._box_of(name) for name in self._start} if self.box is not None else {}
        self._tapes = self._made()

    def _starts(self) -> dict[str, Array]:
        found = names(self._tree)
        if not found:
            expression(self._tree, {})  # which may know better what is wrong
            raise ValueError(f"Formula.f: there is no parameter in {self.f!r}")
        given = dict.fromkeys(found, 0.0) if self.start is None else self.start
        for name in found:
            if name not in given:
                raise ValueError(f"Formula.f: {name} is not among the names of start: {', '.join(map(str, given))}")
        for name in given:
            if name not in found:
                raise ValueError(f"Formula.start: {name} is not among the names of f: {', '.join(found)}")
        starts = {}
        for name in found:
            value = given[name]
            listed = value if isinstance(value, (list, tuple)) else [value]
            if not listed or not all(type(v) in (int, float) and np.isfinite(v) for v in listed):
                raise ValueError(f"Formula.start: {name} must be a number or a list of numbers; got {value!r}")
            starts[name] = np.asarray(value, dtype=np.float64)
        if (size := sum(start.size for start in starts.values())) > MOST:
            raise ValueError(
                f"Formula.start: {size} numbers; a formula may have {MOST}, a class of your own any number"
            )
        return starts

    def _box_of(self, name: str) -> tuple[float, float]:
        ends: Any = self.box.get(name) if isinstance(self.box, Mapping) else self.box
        numbers = isinstance(ends, (list, tuple)) and len(ends) == 2 and all(type(v) in (int, float) for v in ends)
        if not numbers or not -np.inf < ends[0] <= ends[1] < np.inf:
            raise ValueError(f"Formula.box: {name} needs [low, high]; got {ends!r}")
        if (self._start[name] < ends[0]).any() or (self._start[name] > ends[1]).any():
            raise ValueError(
                f"Formula.start: {name} must lie in its box {list(ends)}; got {self._start[name].tolist()}"
            )
        return float(ends[0]), float(ends[1])

    def _made(self) -> tuple[Tape, Tape]:
        """Of the value with its gradient, and of the value alone."""
        from objectives.formulas import symbolic

        known: dict[str, Any] = {
            name: self._symbols(name) if start.ndim else self._symbols(name)[0] for name, start in self._start.items()
        }
        value, symbols = expression(self._tree, known), [one for name in self._start for one in self._symbols(name)]
        top, along, defined = symbolic.slopes(value, symbols)
        return Tape(symbols, [top, *along], defined), Tape(symbols, [value])

    def _symbols(self, name: str) -> list[Any]:
        from sympy import Symbol

        return [Symbol(f"{name}[{k}]", real=True) for k in range(self._start[name].size)]

    @property
    def varies_with_seed(self) -> bool:
        return self.box is not None or self.spread > 0

    def init(self, seeds: Seeds) -> Params:
        return {name: np.stack([self._drawn(name, int(seed)) for seed in seeds]) for name in self._start}

    def _drawn(self, name: str, seed: int) -> Array:
        """Where a parameter starts."""
        start, rng = self._start[name], generator(seed, f"start of {name}")
        if seed == 0:
            place = start
        elif name in self._boxes:
            place = rng.uniform(*self._boxes[name], start.shape)
        else:
            place = start + self.spread * rng.standard_normal(start.shape)
        return np.asarray(place, dtype=self.dtype)

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        values = self._columns(params)
        loss, *slopes = _spread(self._tapes[0](*values), values[0])
        return loss, self._tensors(slopes)

    def hvp(self, params: Params, v: Params, step: int, seeds: Seeds) -> Params:
        values, moves = self._columns(params), self._columns(v)
        return self._tensors(_spread(self._tapes[0].along(values, moves)[1:], values[0]))

    def _tensors(self, slopes: list[Array]) -> Params:
        """The coordinates of a gradient as parameters."""
        grads = {}
        for name, start in self._start.items():
            own, slopes = slopes[: start.size], slopes[start.size :]
            grads[name] = np.array(own, like=own[0]).T if start.ndim else own[0]
        return grads

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        values = self._columns(params)
        return {"loss": _spread(self._tapes[1](*values), values[0])[0]}

    def _columns(self, params: Params) -> list[Array]:
        """The parameters as the symbols of the tapes, each (runs,)."""
        return [column for name in self._start for p in [params[name]] for column in ([p] if p.ndim == 1 else p.T)]


def _spread(found: list[Any], like: Array) -> list[Array]:
    """What a tape has found, (runs,) each, also where it is a number."""
    arrays = [value if traced(value) else np.asarray(value, dtype=like.dtype, like=like) for value in found]
    return [a if a.shape == like.shape else np.broadcast_to(a, like.shape).copy() for a in arrays]
