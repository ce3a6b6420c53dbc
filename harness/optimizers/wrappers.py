"""Optimizers made of an optimizer: what is done to gradients before it, and to its lr and steps after it."""

from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np

from harness.optimizers.base import Wrapper
from harness.optimizers.memory import Element, New, PerRun, Slot
from harness.optimizers.norms import norm, total
from objectives.arrays import Array
from objectives.fields import Fraction, NonNegative, Positive, Share


@dataclass
class Clip(Wrapper):
    """Gradients whose norm over the whole run exceeds max_norm are scaled down to it (Pascanu et al. 2013,
    algorithm 1).

    >>> from harness.optimizers.gradient_descent import SGD
    >>> params, grads = {"x": np.array([0.0]), "y": np.array([0.0])}, {"x": np.array([30.0]), "y": np.array([40.0])}
    >>> Clip(SGD(lr=1.0), max_norm=5.0).update(params, grads)
    >>> params
    {'x': array([-3.]), 'y': array([-4.])}
    """

    max_norm: Positive = 1.0

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        def clipped(g: Array) -> Array:
            shorter: Array = g * (h.max_norm / np.maximum(norm(g), h.max_norm))
            return shorter

        return h.inner(p, clipped(g), through=clipped), s


@dataclass
class ClipValue(Wrapper):
    """Every number of the gradient is cut to at most max_value in size, as in Mikolov 2012.

    >>> from harness.optimizers.gradient_descent import SGD
    >>> params = {"x": np.array([0.0, 0.0])}
    >>> ClipValue(SGD(lr=1.0), max_value=5.0).update(params, {"x": np.array([30.0, -4.0])})
    >>> params["x"]
    array([-5.,  4.])
    """

    max_value: Positive = 1.0

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        def cut(g: Array) -> Array:
            return np.clip(g, -h.max_value, h.max_value)

        return h.inner(p, cut(g), through=cut), s


@dataclass
class Centralize(Wrapper):
    """Gradient centralization (Yong et al. 2020, arXiv 2004.01461, equation 1): the gradients of the weights into one
    output (all axes but the last) have mean 0. Vectors stay.

    >>> from harness.optimizers.gradient_descent import SGD
    >>> params = {"W": np.zeros((2, 2))}
    >>> Centralize(SGD(lr=1.0)).update(params, {"W": np.array([[1.0, 2.0], [3.0, 8.0]])})
    >>> params["W"]
    array([[ 1.,  3.],
           [-1., -3.]])
    """

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        def of_tensor(g: Array) -> Array:
            return g - np.mean(g, axis=tuple(range(1, g.ndim - 1)), keepdims=True) if g.ndim > 2 else g

        def centred(g: Array) -> Array:
            centred: Array = h.tensors(of_tensor, g)
            return centred

        return h.inner(p, centred(g), through=centred), s


@dataclass
class WeightDecay(Wrapper):
    """Decoupled weight decay of any optimizer (Loshchilov & Hutter 2019, arXiv 1711.05101, section 2): p shrinks by
    weight_decay of itself, not multiplied by lr, as in the paper; a schedule of weight_decay goes beside that of lr.

    >>> from harness.optimizers.gradient_descent import SGD
    >>> params = {"x": np.array([1.0])}
    >>> WeightDecay(SGD(lr=1.0), weight_decay=0.25).update(params, {"x": np.array([0.5])})
    >>> params["x"]
    array([0.25])
    """

    weight_decay: NonNegative = 1e-4

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        return h.inner(p, g) - h.weight_decay * p, s


@dataclass
class GrokfastEMA(Wrapper):
    """Grokfast with a moving average (Lee et al. 2024, arXiv 2405.20233, algorithm 2): the slow part of the gradients
    is added to them, lamb times. The average starts at the first gradient.

    >>> from harness.optimizers.gradient_descent import SGD
    >>> optimizer, params = GrokfastEMA(SGD(lr=1.0), alpha=0.5, lamb=2.0), {"x": np.array([0.0])}
    >>> for g in (1.0, 3.0):
    ...     optimizer.update(params, {"x": np.array([g])})
    ...     print(params["x"])  # by 1 + 2 * 1, then by 3 + 2 * 2
    [-3.]
    [-10.]
    """

    alpha: Fraction = 0.98
    lamb: NonNegative = 2.0

    class Slots(NamedTuple):
        slow: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        slow = np.where(h.t == 1, g, h.alpha * s.slow + (1 - h.alpha) * g)
        return h.inner(p, g + h.lamb * slow), GrokfastEMA.Slots(slow)


@dataclass
class Cautious(Wrapper):
    """Steps that go against the gradient's sign are left out (Liang et al. 2024, arXiv 2411.16085, algorithm 1), the
    others grow in return, for every tensor of n numbers of which k are kept:

        count  by n / (k + 1), as in the paper
        mean   by n / k, at most 1000, as in the authors' code

    A weight decay of the inner optimizer would be masked with its steps: put it outside, by weight_decay.

    >>> from harness.optimizers.gradient_descent import Momentum
    >>> optimizer, params = Cautious(Momentum(lr=1.0, momentum=0.5), scaling="mean"), {"x": np.array([0.0, 0.0])}
    >>> for g in ((1.0, 1.0), (-0.1, 1.0)):  # the second step would be -0.4 and -1.5
    ...     optimizer.update(params, {"x": np.array(g)})
    ...     print(params["x"])
    [-1. -1.]
    [-1. -4.]
    """

    scaling: Literal["count", "mean"] = "count"

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        def growth(kept: Array) -> Array:
            size = prod(kept.shape[1:])
            return size / np.maximum(total(kept), size / 1000) if h.scaling == "mean" else size / (total(kept) + 1)

        step = p - h.inner(p, g)
        kept = (step * g > 0).astype(p.dtype)
        return p - step * kept * h.tensors(growth, kept), s


@dataclass
class Plateau(Wrapper):
    """lr shrinks by `factor` when the loss stops falling: when for `patience` losses in a row none was below
    (1 - threshold) times the lowest. Each loss is the mean over `window` updates; after a cut, `cooldown` of them are
    not counted. lr stays above min_factor of itself.

    The cut holds from the same update on, as in optax. torch waits for one loss more, and cuts from the next update.

    >>> from harness.optimizers.gradient_descent import SGD
    >>> optimizer, params = Plateau(SGD(lr=1.0), patience=2.0, factor=0.1), {"x": np.array([0.0])}
    >>> for loss in (5.0, 5.0, 5.0, 4.0):
    ...     optimizer.update(params, {"x": np.array([1.0])}, loss=loss)
    ...     print(params["x"])
    [-1.]
    [-2.]
    [-2.1]
    [-2.2]
    """

    factor: Share = 0.1
    patience: Positive = 10.0
    threshold: Share = 1e-4
    cooldown: NonNegative = 0.0
    window: Positive = 1.0
    min_factor: Share = 0.0

    needs_loss: ClassVar[bool] = True

    class Slots(NamedTuple):
        cut: Annotated[Array, Slot("run", start=1.0)]
        lowest: Annotated[Array, Slot("run", start=np.inf)]
        waited: PerRun
        resting: PerRun
        summed: PerRun
        told: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        summed, told = s.summed + h.loss, s.told + 1
        loss, due, resting = summed / told, told >= h.window, s.resting > 0
        better = loss < (1 - h.threshold) * s.lowest
        waited = np.where(better | resting, 0, s.waited + 1)
        late = waited >= h.patience
        cut = np.where(due & late, np.maximum(s.cut * h.factor, h.min_factor), s.cut)
        now = Plateau.Slots(
            cut,
            np.where(due & better, loss, s.lowest),
            np.where(due, np.where(late, 0, waited), s.waited),
            np.where(due, np.where(late, h.cooldown, np.maximum(s.resting - 1, 0)), s.resting),
            np.where(due, 0, summed),
            np.where(due, 0, told),
        )
        return h.inner(p, g, lr=cut), now
