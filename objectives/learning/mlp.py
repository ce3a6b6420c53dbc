"""A population of multilayer perceptrons, trained by hand-written backpropagation on stacked matmuls."""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Annotated, Any

import numpy as np

from objectives.arrays import Array, Params, Seeds, traced
from objectives.base import Objective, Split
from objectives.checks import demand_batch, demand_range
from objectives.data import Dataset
from objectives.fields import Called, Count, Dtype, StaticFraction, StaticNonNegative, demand
from objectives.learning.layers import (
    ACTIVATIONS,
    EPS,
    LOSSES,
    ActivationName,
    Init,
    LossName,
    Normalised,
    Widths,
    cross_entropy_of,
    normalised,
    through_normalisation,
)
from objectives.random import Draws, epochs, generator, with_replacement
from objectives.tracing import rows_of

BLOCK = 1 << 20  # bytes of activations per layer: a block of runs goes through all layers within the cache
CHUNK = 512  # examples that `evaluate` takes at once: in pieces of another size products have other bits
RENEWED = 0.1  # of the running statistics at each step
EVALUATED = 10_000  # examples of the train split that `evaluate` reads at most


@dataclass
class MLP(Objective):
    """Fully connected layers; params W1 (runs, in, out), b1 (runs, out), W2, ... (Rumelhart et al. 1986).

    The training loss is the mean over a minibatch plus weight_decay/2 times the sum of squared weights; metrics
    leave the penalty out. Every epoch is a new permutation per seed, its incomplete last batch dropped; with
    `replacement`, every batch is drawn from all examples.
    loss: cross_entropy or mse for classes, mse for numbers; None is the first of these. Where numbers are predicted
    there is r2, of several the mean over those that vary, and for one number rmse, in the target's own units.
    weight_init: he (He et al. 2015), xavier (Glorot & Bengio 2010), or a standard deviation. Biases start at 0.
    batch_norm normalises hidden layers before the activation (Ioffe & Szegedy 2015): params g1, ... scale them and
    biases shift them; metrics use running statistics, of which a step renews a tenth. dropout leaves out that share of
    hidden units in training and enlarges the others (Srivastava et al. 2014, inverted). label_smoothing mixes that
    share of all classes into the targets of training (Szegedy et al. 2016).
    """

    dataset: Dataset
    hidden: Widths = (100, 100)
    activation: ActivationName = "relu"
    weight_init: Init = "he"
    loss: Annotated[LossName | None, Called("cross_entropy, mse, or null for what the targets want")] = None
    weight_decay: StaticNonNegative = 0.0
    batch_size: Count = 128
    dtype: Dtype = "float32"
    batch_norm: bool = False
    dropout: StaticFraction = 0.0
    label_smoothing: StaticFraction = 0.0
    replacement: bool = False

    more_is_better, less_is_better = Objective.more_is_better | {"r2"}, Objective.less_is_better | {"rmse"}
    complex_step = True
    lowest = 0.0
    parallel = True

    def prepare(self) -> None:
        if self.loss is None:
            self.loss = "cross_entropy" if self.dataset.classes else "mse"
        demand_batch(self, len(self.dataset.parts["train"]))
        alone = self.batch_norm and self.batch_size == 1
        demand(self, "batch_size", not alone, "at least 2 with batch_norm=true: one example alone has no variance")
        smooth = not self.label_smoothing or self.loss == "cross_entropy"
        demand(self, "label_smoothing", smooth, "0 for another loss than cross_entropy")
        fits = self.dataset.classes > 0 or self.loss == "mse"
        demand(self, "loss", fits, "mse for targets that are not classes")
        demand_range(self, self.dataset, self.dtype)
        self.digest, self.splits = self.dataset.digest, self.dataset.splits
        self._data = {name: self._prepared(*self.dataset.split(name)) for name in self.splits}
        self._labels = {name: np.argmax(y, axis=-1) for name, (_, y) in self._data.items() if self.dataset.classes}
        self._activation, self._loss = ACTIVATIONS[self.activation], LOSSES[self.loss]
        widths = [self.dataset.x.shape[1], *self.hidden, self._data["train"][1].shape[1]]
        self._layers = list(enumerate(pairwise(widths), start=1))
        self._widest = max(widths)
        sampled = with_replacement if self.replacement else epochs
        self._batches = sampled(len(self._data["train"][0]), self.batch_size)
        self._targets = self._data["train"][1]
        if self.label_smoothing:
            share = self._targets.dtype.type(self.label_smoothing)
            self._targets = self._targets * (1 - share) + share / self._targets.shape[1]
        self._kept = [Draws(f"dropout {k}", 1, partial(self._drawn_mask, w)) for k, w in enumerate(self.hidden)]
        self.remembers = self.batch_norm
        whole = self.batch_size == len(self._targets) and not self.replacement
        self.deterministic = whole and not (self.dropout or self.batch_norm)
        self._running: dict[int, tuple[Array, Array]] = {}  # layer -> means and variances (runs, width)

    def _prepared(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Inputs, and targets shaped as the outputs: one-hot for classes."""
        targets = y[:, None] == np.arange(self.dataset.classes) if self.dataset.classes else y.reshape(len(y), -1)
        return x.astype(self.dtype), targets.astype(self.dtype)

    def init(self, seeds: Seeds) -> Params:
        params: Params = {}
        rngs = [generator(int(seed), "start") for seed in seeds]
        for k, (fan_in, fan_out) in self._layers:
            scale = {"he": math.sqrt(2 / fan_in), "xavier": math.sqrt(2 / (fan_in + fan_out))}
            deviation = scale.get(str(self.weight_init)) or float(self.weight_init)
            drawn = [deviation * rng.standard_normal((fan_in, fan_out)) for rng in rngs]
            params[f"W{k}"] = np.array(drawn, dtype=self.dtype)
            params[f"b{k}"] = np.zeros((len(seeds), fan_out), dtype=self.dtype)
            if self.batch_norm and k < len(self._layers):
                params[f"g{k}"] = np.ones((len(seeds), fan_out), dtype=self.dtype)
                self._running[k] = np.zeros_like(params[f"b{k}"]), np.ones_like(params[f"b{k}"])
        return params

    def __deepcopy__(self, memo: dict[int, Any]) -> "MLP":
        """With a memory of its own; the data, which nobody changes, are shared."""
        copied = copy.copy(self)
        copied._running = copy.deepcopy(self._running, memo)
        return copied

    def select(self, rows: Array) -> None:
        self._running = {k: (means[rows], variances[rows]) for k, (means, variances) in self._running.items()}

    def memory(self) -> Any:
        return self._running

    def recall(self, memory: Any) -> None:
        self._running = memory

    def _drawn_mask(self, width: int, rng: np.random.Generator) -> Array:
        """What hidden units are multiplied by in one step: (1, batch, width)."""
        kept = rng.random((1, self.batch_size, width)) >= self.dropout
        mask: Array = kept.astype(self.dtype) / np.dtype(self.dtype).type(1 - self.dropout)
        return mask

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        batches = self._batches.at(step, seeds)
        losses = np.empty_like(params["b1"], shape=(len(seeds), self.batch_size))
        grads = {name: np.empty_like(p) for name, p in params.items()}
        whole = [slice(0, len(seeds))]
        blocks = whole if traced(params["b1"]) else self._blocks(len(seeds), self.batch_size)
        examples = self._data["train"][0], self._targets
        masks = [kept.at(step, seeds) for kept in self._kept] if self.dropout else []
        several = batches[blocks[0]].shape
        gathered = [np.empty((*several, part.shape[1]), part.dtype) for part in examples]
        room = [np.empty_like(params["b1"], shape=(*several, width)) for _, (_, width) in self._layers]
        for rows in blocks:
            here = {name: p[rows] for name, p in params.items()}
            batch = batches[rows]
            x, y = (rows_of(part, batch, out=out[: len(batch)]) for part, out in zip(examples, gathered, strict=True))
            left = [mask[rows] for mask in masks]
            outputs, inputs, slopes, norms = self._forward(here, x, left, [z[: len(batch)] for z in room])
            losses[rows], delta = self._loss(outputs, y)
            for k, made in norms.items():
                for held, seen in zip(self._running[k], (made.mean, made.variance), strict=True):
                    if not np.iscomplexobj(seen):  # curvature is only looked at
                        held[rows] += held.dtype.type(RENEWED) * (seen - held[rows])
            delta /= self.batch_size
            for k, _ in reversed(self._layers):
                np.add.reduce(delta, axis=1, out=grads[f"b{k}"][rows])
                if k in norms:
                    np.sum(delta * norms[k].away, axis=1, out=grads[f"g{k}"][rows])
                    delta = through_normalisation(delta, norms[k], here[f"g{k}"])
                np.matmul(inputs[k - 1].swapaxes(-1, -2), delta, out=grads[f"W{k}"][rows])
                if k > 1:  # nobody needs these inputs any more
                    delta = np.matmul(delta, here[f"W{k}"].swapaxes(-1, -2), out=inputs[k - 1])
                    delta *= slopes[k - 2]
        loss = np.mean(losses, axis=-1)
        for rows in blocks if self.weight_decay else ():
            for k, _ in self._layers:
                W = params[f"W{k}"][rows]
                grads[f"W{k}"][rows] += self.weight_decay * W
                loss[rows] += self.weight_decay / 2 * np.sum(W * W, axis=(1, 2))
        return loss, grads

    def _forward(
        self, params: Params, x: Array, masks: list[Array], room: list[Array]
    ) -> tuple[Array, list[Array], list[Array], dict[int, Normalised]]:
        """Outputs, each layer's inputs and slopes, and normalisations; `room` is where they are worked out."""
        inputs, slopes = [x], list[Array]()
        norms: dict[int, Normalised] = {}
        *hidden, last = zip(self._layers, room, strict=True)
        for (k, _), z in hidden:
            np.matmul(inputs[-1], params[f"W{k}"], out=z)
            if self.batch_norm:
                norms[k] = normalised(z, params[f"g{k}"], params[f"b{k}"])
                z = norms[k].value
            else:
                z += params[f"b{k}"][:, None]
            a, slope = self._activation.with_slope(z)
            if masks:
                a *= masks[k - 1]
                slope = slope * masks[k - 1]
            inputs.append(a)
            slopes.append(slope)
        (k, _), outputs = last
        np.matmul(inputs[-1], params[f"W{k}"], out=outputs)
        outputs += params[f"b{k}"][:, None]
        return outputs, inputs, slopes, norms

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        x, y = (part[:EVALUATED] if split == "train" else part for part in self._data[split])
        runs, labels = len(params["b1"]), self._labels.get(split, y)
        losses = np.empty((runs, len(x)), dtype=self.dtype)
        hits = np.empty((runs, len(x)), dtype=bool)
        several = not self.dataset.classes and y.shape[1] > 1
        squares = np.zeros((runs, y.shape[1]))  # the sums of squared errors, for each output
        for rows, some, outputs in self._outputs(params, x):
            if self.dataset.classes:
                np.equal(np.argmax(outputs, axis=-1), labels[some], out=hits[rows, some])
            if self.loss == "cross_entropy":
                losses[rows, some] = cross_entropy_of(outputs, labels[some])
                continue
            outputs -= y[some]
            outputs *= outputs
            losses[rows, some] = np.mean(outputs, axis=-1)
            if several:
                squares[rows] += np.sum(outputs, axis=1)
        loss = np.mean(losses, axis=-1)
        if self.dataset.classes:
            return {"loss": loss, "accuracy": np.mean(hits, axis=-1)}
        if several:
            varies = np.ptp(y, axis=0) > 0  # where they don't, rounding may leave a variance above 0
            variances = np.var(y, axis=0, dtype=np.float64)[varies]
            explained = np.ascontiguousarray(1 - (squares / len(x))[:, varies] / variances)
            varied = explained.shape[1]
            return {"loss": loss, "r2": np.sum(explained, axis=1) / varied if varied else np.full_like(loss, np.nan)}
        return {"loss": loss} | self._of_numbers(loss, np.var(y) if np.ptp(y) > 0 else 0.0)

    def _outputs(self, params: Params, x: Array) -> Iterator[tuple[slice, slice, Array]]:
        """Which runs, which examples, and their outputs, which the next ones are written over."""
        blocks = self._blocks(len(params["b1"]), CHUNK)
        widest = max(width for _, (_, width) in self._layers)
        highest = max((rows.stop - rows.start for rows in blocks), default=0)
        room = np.empty((2, highest * min(CHUNK, len(x)) * widest), params["b1"].dtype)
        for rows in blocks:
            here = {name: p[rows] for name, p in params.items()}
            for start in range(0, len(x), CHUNK):
                some = slice(start, start + CHUNK)
                a = x[some]
                for k, (_, width) in self._layers:
                    shape = len(here["b1"]), len(a) if k == 1 else a.shape[1], width
                    z = room[k % 2, : math.prod(shape)].reshape(shape)
                    np.matmul(a, here[f"W{k}"], out=z)
                    if self.batch_norm and k < len(self._layers):
                        means, variances = (held[rows][:, None] for held in self._running[k])
                        z -= means
                        z /= np.sqrt(variances + EPS)
                        z *= here[f"g{k}"][:, None]
                    z += here[f"b{k}"][:, None]
                    a = self._activation.value(z) if k < len(self._layers) else z
                yield rows, some, a

    def _of_numbers(self, loss: Array, variance: Any) -> dict[str, Array]:
        """R2, the share of the variance that is explained, and the error in the units of the target."""
        explained = 1 - loss / variance if variance > 0 else np.full_like(loss, np.nan)
        unit = self.dataset.unit
        wide = loss if 1e-30 < unit < 1e30 else loss.astype(np.float64)  # float32 ends at 1e38
        return {"r2": explained, "rmse": np.sqrt(wide) * unit}

    def _blocks(self, runs: int, examples: int) -> list[slice]:
        size = max(1, BLOCK // (examples * self._widest * np.dtype(self.dtype).itemsize))
        return [slice(start, min(start + size, runs)) for start in range(0, runs, size)]
