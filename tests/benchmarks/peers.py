"""Adam on Rosenbrock's function, and its update alone, as people write them: they import nothing of ours.

Textbook Adam (Kingma & Ba 2015, algorithm 1) with their own words for it; all of them return the params at the end.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.measure import Contender, Outcome, clock

BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


def timed(work: Callable[[], Any], scale: float = 1.0) -> Outcome:
    """The seconds of the work, times `scale`, and what it returns."""
    begun = clock()
    result = work()
    return Outcome((clock() - begun) * scale, np.asarray(result))


def rosenbrock(x: Any) -> Any:
    """Of any library's vector."""
    a, b = x[:-1], x[1:]
    return (100 * (b - a * a) ** 2 + (1 - a) ** 2).sum()


class BookAdam:
    """Deep Learning from Scratch, common/optimizer.py, but for eps, which stands where the paper has it."""

    def __init__(self, lr: float) -> None:
        self.lr, self.iter = lr, 0
        self.m: dict[str, Any] = {}
        self.v: dict[str, Any] = {}

    def update(self, params: dict[str, Any], grads: dict[str, Any]) -> None:
        if not self.m:
            for key, value in params.items():
                self.m[key], self.v[key] = np.zeros_like(value), np.zeros_like(value)
        self.iter += 1
        root = (1.0 - BETA2**self.iter) ** 0.5
        lr_t = self.lr * root / (1.0 - BETA1**self.iter)
        for key in params:
            self.m[key] += (1 - BETA1) * (grads[key] - self.m[key])
            self.v[key] += (1 - BETA2) * (grads[key] ** 2 - self.v[key])
            params[key] -= lr_t * self.m[key] / (np.sqrt(self.v[key]) + EPS * root)


def book_run(start: np.ndarray, lr: float, steps: int) -> np.ndarray:
    """One run: a dict of arrays, one update at a time."""
    params, optimizer = {"x": start.copy()}, BookAdam(float(lr))
    pair = len(start) == 2
    for _ in range(steps):
        x = params["x"]
        if pair:
            rise = x[1] - x[0] ** 2
            g = np.array([-400 * x[0] * rise - 2 * (1 - x[0]), 200 * rise])
        else:
            rises = x[1:] - x[:-1] ** 2
            g = np.zeros_like(x)
            g[:-1] = -400 * x[:-1] * rises - 2 * (1 - x[:-1])
            g[1:] += 200 * rises
        optimizer.update(params, {"x": g})
    return params["x"]


def book(starts: np.ndarray, lrs: np.ndarray, steps: int, sample: int = 4) -> Contender:
    """A few runs, scaled up: a run takes as long as the one before it, and nothing else is timed."""
    some = min(sample, len(starts))
    runs = list(zip(starts[:some], lrs[:some], strict=True))
    return lambda: timed(lambda: [book_run(start, lr, steps) for start, lr in runs], len(starts) / some)


def jax_in_float64() -> Any:
    """The library, on the processor, with float64 where we have it."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def optax_runs(steps: int) -> Callable[[Any, Any], Any]:
    """Starts (runs, dim), lrs (runs,) -> params: compiled once, a scan over the steps, a vmap over the runs."""
    jax = jax_in_float64()
    import optax as library

    def run(start: Any, lr: Any) -> Any:
        optimizer = library.adam(lr, BETA1, BETA2, EPS)

        def step(carry: Any, _: Any) -> Any:
            x, state = carry
            updates, state = optimizer.update(jax.grad(rosenbrock)(x), state)
            return (library.apply_updates(x, updates), state), None

        return jax.lax.scan(step, (start, optimizer.init(start)), None, length=steps)[0][0]

    return jax.jit(jax.vmap(run))


def optax(starts: np.ndarray, lrs: np.ndarray, steps: int) -> Contender:
    jax, compiled = jax_in_float64(), optax_runs(steps)
    x, lr = jax.numpy.asarray(starts), jax.numpy.asarray(lrs)
    return lambda: timed(lambda: jax.block_until_ready(compiled(x, lr)))


def torch_run(start: np.ndarray, lr: float, steps: int) -> np.ndarray:
    """One run: autograd, and torch.optim's Adam as it comes."""
    import torch

    torch.set_num_threads(1)
    x = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=float(lr), betas=(BETA1, BETA2), eps=EPS)
    for _ in range(steps):
        optimizer.zero_grad()
        rosenbrock(x).backward()
        optimizer.step()
    return x.detach().numpy()


def torch_eager(starts: np.ndarray, lrs: np.ndarray, steps: int) -> Contender:
    """The first run, scaled up."""
    return lambda: timed(lambda: torch_run(starts[0], lrs[0], steps)[None], len(starts))


def torch_vmap(starts: np.ndarray, lrs: np.ndarray, steps: int) -> Contender:
    """All runs in one tensor, gradients by vmap, updates written for one lr a run (torch.optim takes one for all)."""
    import torch

    torch.set_num_threads(1)
    gradient, lr = torch.func.vmap(torch.func.grad(rosenbrock)), torch.tensor(lrs)[:, None]

    def run() -> Any:
        x = torch.tensor(starts)
        m, v = torch.zeros_like(x), torch.zeros_like(x)
        for t in range(1, steps + 1):
            g = gradient(x)
            m.mul_(BETA1).add_(g, alpha=1 - BETA1)
            v.mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
            x -= lr / (1 - BETA1**t) * m / ((v / (1 - BETA2**t)).sqrt_().add_(EPS))
        return x.numpy()

    return lambda: timed(run)


def book_update(p: np.ndarray, g: np.ndarray, lr: float, steps: int) -> Contender:
    """The update alone, on (1, size)."""

    def run() -> Outcome:
        params, grads, optimizer = {"x": p.copy()}, {"x": g}, BookAdam(lr)
        optimizer.update(params, grads)  # memory is made there
        took = timed(lambda: [optimizer.update(params, grads) for _ in range(steps)] and params["x"])
        return Outcome(took.cost / steps, took.result)

    return run


def torch_update(p: np.ndarray, g: np.ndarray, lr: float, steps: int) -> Contender:
    """Torch's fused kernel, the fastest it has on a processor."""
    import torch

    torch.set_num_threads(1)

    def run() -> Outcome:
        x = torch.tensor(p, requires_grad=True)
        x.grad = torch.tensor(g)
        optimizer = torch.optim.Adam([x], lr=lr, betas=(BETA1, BETA2), eps=EPS, fused=True)
        optimizer.step()
        took = timed(lambda: [optimizer.step() for _ in range(steps)] and x.detach().numpy())
        return Outcome(took.cost / steps, took.result)

    return run
