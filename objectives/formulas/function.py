"""A plain function of NumPy arrays as objective, differentiated by the autograd package, by jax, or by an engine that
compiles it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from objectives.arrays import Array, Params, Seeds, traced
from objectives.base import Objective, Split
from objectives.fields import Called, Dtype, StaticNonNegative, demand
from objectives.formulas.differentiation import demand_shape, differentiated
from objectives.random import generator
from objectives.tracing import TRACER

STARTS = "the parameters with the numbers where they start, as in {x: [1, 2]}"


@dataclass
class Function(Objective):
    """The value of `f(params)`, a function of a dict of arrays shaped as in `start`, written with NumPy.

    It is called run by run; with `vectorized` once for all, with axis 0 as the run, and returns one loss per run,
    which must not depend on the other runs. Seed 0 starts at `start`, seed k > 0 at normal draws of size `spread`
    around it; with spread=0 all seeds start alike.
    """

    f: Annotated[Callable[[dict[str, Any]], Any], Called("a function: objective.f._target_=my_module.my_function")]
    start: Annotated[Mapping[str, Any], Called(STARTS)]
    spread: StaticNonNegative = 0.1
    vectorized: bool = False
    dtype: Dtype = "float64"

    deterministic = True

    def prepare(self) -> None:
        demand(self, "start", len(self.start) > 0, STARTS)
        self._start = {}
        for name, value in self.start.items():
            try:
                self._start[str(name)] = np.asarray(value, dtype=np.float64)
            except (TypeError, ValueError):
                raise ValueError(f"Function.start: {name} must be numbers; got {value!r}") from None
            if not np.isfinite(self._start[name]).all():
                raise ValueError(f"Function.start: {name} must be finite; got {value!r}")
        self._differentiated, self.gradients_by = differentiated(self.f)

    @property
    def varies_with_seed(self) -> bool:
        return self.spread > 0

    def init(self, seeds: Seeds) -> Params:
        params = {}
        for name, start in self._start.items():
            drawn = [generator(int(seed), f"start of {name}").standard_normal(start.shape) for seed in seeds]
            away = self.spread * np.stack(drawn) * (seeds != 0).reshape(-1, *(1,) * start.ndim)
            params[name] = (start + away).astype(self.dtype)
        return params

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        runs = len(seeds)
        if self.vectorized and (TRACER.get() is not None or not self.gradients_by):
            loss, grads = self._asked(params, (runs,))
            return self._typed(loss), {name: self._typed(grads[name]) for name in params}
        # jax rounds by the number of runs: each alone
        rows = [slice(k, k + 1) for k in range(runs)] if self.vectorized else range(runs)
        shape = (1,) if self.vectorized else ()
        losses, slopes = zip(*(self._asked({n: p[k] for n, p in params.items()}, shape) for k in rows), strict=True)
        grads = {name: self._together([slope[name] for slope in slopes]) for name in params}
        return self._together(losses), grads

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        runs = len(next(iter(params.values())))
        if self.vectorized:
            loss = self.f(dict(params))
            demand_shape(self.f, loss, (runs,))
        else:
            loss = [self.f({name: p[k] for name, p in params.items()}) for k in range(runs)]
        return {"loss": np.array(loss, dtype=self.dtype)}

    def _asked(self, params: Params, shape: tuple[int, ...]) -> tuple[Any, Any]:
        """Loss and gradients of some runs."""
        if (tracer := TRACER.get()) is None:
            return self._differentiated(dict(params), shape)
        pull, loss = tracer.pulled(self.f, params)
        demand_shape(self.f, loss, shape)
        return loss, pull(np.ones(shape, self.dtype))

    def _together(self, parts: Sequence[Any]) -> Array:
        return self._typed(np.concatenate(parts) if self.vectorized else np.stack(parts))

    def _typed(self, a: Any) -> Array:
        return a.astype(self.dtype) if traced(a) else np.asarray(a, self.dtype)
