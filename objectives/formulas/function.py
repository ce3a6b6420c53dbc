"""A plain function of NumPy arrays as objective, differentiated by the autograd package, or by an engine that
compiles it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from objectives.arrays import Array, Params, Seeds, traced
from objectives.base import Objective, Split
from objectives.fields import Called, Dtype, StaticNonNegative, demand
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
        try:
            from autograd import make_vjp
        except ModuleNotFoundError:
            raise ValueError("Function needs the package autograd: pip install -e '.[autograd]'") from None
        self._differentiated = make_vjp(self.f)

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
        if self.vectorized:
            return self._together(params)
        losses, slopes = [], []
        for k in range(len(seeds)):
            pull, loss = self._pulled({name: p[k] for name, p in params.items()})
            self._demand_shape(loss, ())
            losses.append(loss)
            slopes.append(pull(np.ones((), self.dtype)))
        grads = {name: np.stack([slope[name] for slope in slopes]).astype(self.dtype) for name in params}
        return np.stack(losses).astype(self.dtype), grads

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        runs = len(next(iter(params.values())))
        if self.vectorized:
            loss = self.f(dict(params))
            self._demand_shape(loss, (runs,))
        else:
            loss = [self.f({name: p[k] for name, p in params.items()}) for k in range(runs)]
        return {"loss": np.array(loss, dtype=self.dtype)}

    def _together(self, params: Params) -> tuple[Array, Params]:
        runs = len(next(iter(params.values())))
        pull, loss = self._pulled(dict(params))
        self._demand_shape(loss, (runs,))
        slopes = pull(np.ones(runs, self.dtype))
        return self._typed(loss), {name: self._typed(slopes[name]) for name in params}

    def _pulled(self, params: Params) -> tuple[Any, Any]:
        """What pulls gradients back from the loss, and the loss."""
        if (tracer := TRACER.get()) is not None:
            return tracer.pulled(self.f, params)
        try:
            return self._differentiated(params)  # type: ignore[no-any-return]
        except TypeError as error:
            if "ArrayBox" not in str(error):
                raise
            name = getattr(self.f, "__name__", "f")
            raise ValueError(
                f"Function: {name} uses what autograd cannot follow; use NumPy's functions only"
            ) from error

    def _typed(self, a: Any) -> Array:
        return a.astype(self.dtype) if traced(a) else np.asarray(a, self.dtype)

    def _demand_shape(self, loss: Any, shape: tuple[int, ...]) -> None:
        if np.shape(loss) != shape:
            name = getattr(self.f, "__name__", "f")
            wanted = f"one loss per run, the shape {shape}" if shape else "one number"
            raise ValueError(f"Function: {name} must return {wanted}; got the shape {np.shape(loss)}")
