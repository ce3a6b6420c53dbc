"""Adam on a network of ReLUs with softmax and cross-entropy, in float32, as people write it: nothing of ours inside.

All get the same params, the same minibatches (drawn beforehand, which costs them nothing) and the same examples, which
they gather step by step.
"""

import warnings
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks.measure import Contender, Outcome, clock
from tests.benchmarks.peers import BETA1, BETA2, EPS, BookAdam, jax_in_float64, timed


class Work(NamedTuple):
    """What is to be trained: examples x (n, features) with one-hot y, batches (runs, steps, batch) of row numbers, and
    the params W1 (runs, in, out), b1 (runs, out), W2, ... to start from."""

    x: np.ndarray
    y: np.ndarray
    batches: np.ndarray
    start: dict[str, np.ndarray]
    lr: float

    @property
    def layers(self) -> int:
        return len(self.start) // 2

    @property
    def runs(self) -> int:
        return len(self.batches)

    @property
    def operations(self) -> float:
        """Of all matrix products: forward, and backward twice but for the inputs of the first layer."""
        sizes = [w[0].size for name, w in self.start.items() if name[0] == "W"]
        return 2.0 * self.batches.size * (3 * sum(sizes) - sizes[0])


def flat(params: dict[str, Any]) -> np.ndarray:
    """(runs, size), in the order of the names."""
    return np.concatenate([np.asarray(p).reshape(len(p), -1) for p in params.values()], axis=1)


def book(work: Work, sample: int = 1) -> Contender:
    """Layers forward and backward as in Deep Learning from Scratch, chapter 5; some runs, scaled up."""
    some = min(sample, work.runs)

    def gradients(params: dict[str, Any], x: Any, t: Any) -> dict[str, Any]:
        inputs, masks, grads = [x], [], {}
        for k in range(1, work.layers):
            out = np.dot(inputs[-1], params[f"W{k}"]) + params[f"b{k}"]
            masks.append(out <= 0)
            out[masks[-1]] = 0
            inputs.append(out)
        z = np.dot(inputs[-1], params[f"W{work.layers}"]) + params[f"b{work.layers}"]
        z = np.exp(z - np.max(z, axis=1, keepdims=True))
        y = z / np.sum(z, axis=1, keepdims=True)
        dout = (y - t) / len(x)
        for k in range(work.layers, 0, -1):
            grads[f"W{k}"], grads[f"b{k}"] = np.dot(inputs[k - 1].T, dout), np.sum(dout, axis=0)
            if k > 1:
                dout = np.dot(dout, params[f"W{k}"].T)
                dout[masks[k - 2]] = 0
        return grads

    def run() -> Any:
        ends = []
        for k in range(some):
            params, optimizer = {name: p[k].copy() for name, p in work.start.items()}, BookAdam(work.lr)
            for batch in work.batches[k]:
                optimizer.update(params, gradients(params, work.x[batch], work.y[batch]))
            ends.append(params)
        return np.concatenate([flat({name: p[None] for name, p in params.items()}) for params in ends])

    return lambda: timed(run, work.runs / some)


def optax(work: Work) -> Contender:
    """A scan over the steps, a vmap over the runs, compiled once; every run has an lr of its own."""
    jax = jax_in_float64()
    import optax as library

    x, y, batches = (jax.numpy.asarray(a) for a in (work.x, work.y, work.batches.astype(np.int32)))
    start = {name: jax.numpy.asarray(p) for name, p in work.start.items()}
    lrs = jax.numpy.full(work.runs, work.lr, np.float32)

    def loss(params: Any, a: Any, t: Any) -> Any:
        for k in range(1, work.layers + 1):
            a = a @ params[f"W{k}"] + params[f"b{k}"]
            a = jax.nn.relu(a) if k < work.layers else a
        return jax.numpy.mean(library.softmax_cross_entropy(a, t))

    def train(params: Any, lr: Any, batches: Any) -> Any:
        optimizer = library.adam(lr, BETA1, BETA2, EPS)

        def step(carry: Any, batch: Any) -> Any:
            params, state = carry
            updates, state = optimizer.update(jax.grad(loss)(params, x[batch], y[batch]), state)
            return (library.apply_updates(params, updates), state), None

        return jax.lax.scan(step, (params, optimizer.init(params)), batches)[0][0]

    compiled = jax.jit(jax.vmap(train))

    def run() -> Outcome:
        begun = clock()
        ends = jax.block_until_ready(compiled(start, lrs, batches))
        return Outcome(clock() - begun, flat({name: ends[name] for name in work.start}))

    return run


def torch_eager(work: Work) -> Contender:
    """One run: torch.nn, autograd, and the fused kernel of torch.optim."""
    import torch

    torch.set_num_threads(1)
    x, labels = torch.tensor(work.x), torch.tensor(work.y.argmax(1))
    batches = torch.tensor(work.batches[0])

    def run() -> Any:
        layers: list[Any] = []
        for k in range(1, work.layers + 1):
            W, b = work.start[f"W{k}"][0], work.start[f"b{k}"][0]
            layer = torch.nn.Linear(*W.shape)
            layer.weight.data, layer.bias.data = torch.tensor(W.T.copy()), torch.tensor(b)
            layers += [layer, torch.nn.ReLU()]
        net = torch.nn.Sequential(*layers[:-1])
        optimizer = torch.optim.Adam(net.parameters(), lr=work.lr, betas=(BETA1, BETA2), eps=EPS, fused=True)
        for batch in batches:
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(x[batch]), labels[batch]).backward()
            optimizer.step()
        made = [p.detach().numpy() for p in net.parameters()]
        return np.concatenate([(p.T if p.ndim == 2 else p).reshape(1, -1) for p in made], axis=1)

    return lambda: timed(run)


def torch_vmap(work: Work) -> Contender:
    """All runs stacked, gradients by vmap, the fused kernel on the stacks."""
    import torch

    torch.set_num_threads(1)
    x, y, batches = torch.tensor(work.x), torch.tensor(work.y), torch.tensor(work.batches)

    def loss(params: Any, a: Any, t: Any) -> Any:
        for k in range(1, work.layers + 1):
            a = a @ params[f"W{k}"] + params[f"b{k}"]
            a = torch.relu(a) if k < work.layers else a
        return torch.nn.functional.cross_entropy(a, t)

    gradient = torch.func.vmap(torch.func.grad(loss))

    def run() -> Any:
        params = {name: torch.tensor(p) for name, p in work.start.items()}
        optimizer = torch.optim.Adam(params.values(), lr=work.lr, betas=(BETA1, BETA2), eps=EPS, fused=True)
        for step in range(batches.shape[1]):
            some = batches[:, step]
            for name, g in gradient(params, x[some], y[some]).items():
                params[name].grad = g
            optimizer.step()
        return flat(params)

    return lambda: timed(run)


def sklearn(work: Work) -> Contender:
    """One run of MLPClassifier, an epoch over the examples in the order of the minibatches. Its Adam adds eps before v
    is corrected."""
    from sklearn.neural_network import MLPClassifier

    order = work.batches[0].ravel()
    x, labels = work.x[order], work.y[order].argmax(1)
    weights = [work.start[f"W{k}"][0] for k in range(1, work.layers + 1)]
    biases = [work.start[f"b{k}"][0] for k in range(1, work.layers + 1)]
    net = MLPClassifier(
        tuple(w.shape[1] for w in weights[:-1]), batch_size=work.batches.shape[2], learning_rate_init=work.lr,
        alpha=0.0, shuffle=False, max_iter=1, warm_start=True, beta_1=BETA1, beta_2=BETA2, epsilon=EPS,
    )  # fmt: skip

    def run() -> Outcome:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that one epoch is not convergence
            if not hasattr(net, "coefs_"):  # a fit in its own words comes first, then ours begins where we do
                net.fit(x, labels)
            net.coefs_, net.intercepts_ = [w.copy() for w in weights], [b.copy() for b in biases]
            took = timed(lambda: net.fit(x, labels).loss_)
        pairs = zip(net.coefs_, net.intercepts_, strict=True)
        return Outcome(took.cost, np.concatenate([p.ravel() for pair in pairs for p in pair])[None])

    return run
