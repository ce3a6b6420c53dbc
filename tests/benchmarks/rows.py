"""The table: each row a piece of work, its peers, the ratios aimed at and the floors under them.

Goals are those of the NumPy engine and, after them, of the jax engine. Floors are about two thirds of what was reached
when the row was last changed.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from harness import make
from tests.benchmarks import lbfgs, limits, networks, ours, peers, processes
from tests.benchmarks.floors import FLOORS
from tests.benchmarks.measure import Contender, Outcome, Race, Row
from tests.support import names

DIGITS, DEEP = [100, 100], [100] * 4
BOOKS = "sgd,momentum,adagrad,rmsprop,adam"
TUNED = ("optimizer=adam", "objective=rosenbrock", "sampler=random", "trials=200", "seeds=5", "confirm=0",
         "optimizer.lr=tag(log,interval(1e-4,1))", "steps=1000")  # fmt: skip
REPLICATED = ("optimizer=sgd,momentum,nesterov,adagrad,rmsprop,adam", "objective=rosenbrock", "trials=32", "seeds=5",
              "steps=1000")  # fmt: skip
CELLS = (f"optimizer={BOOKS}", "optimizer.lr=" + ",".join(f"{10**-k:.4g}" for k in np.linspace(1, 4, 10)),
         "objective=rosenbrock", "seeds=5", "steps=5000")  # fmt: skip
ROUNDED = ("soap", "adahessian", "shampoo")
UPDATED = 7 * 4  # bytes that Adam must move for a float32: p, m, v in and out, g in


def analytic(dim: int, runs: int, steps: int) -> Race:
    """Adam on Rosenbrock's function, float64, an lr for every run."""
    objective = make("objective", "rosenbrock", dim=dim)
    starts, lrs = objective.init(np.arange(runs))["x"], np.linspace(0.005, 0.01, runs)
    given = starts, lrs, steps
    known = {
        "book": partial(peers.book, *given), "optax": partial(peers.optax, *given),
        "torch eager": partial(peers.torch_eager, *given), "torch vmap": partial(peers.torch_vmap, *given),
    }  # fmt: skip
    both = ours.both(objective, "adam", runs, steps, lr=lrs)
    return Race(**both, peers=known, start=starts, tolerance=1e-6, rounding=1e-6)


def searching(name: str, runs: int = 80, steps: int = 200) -> Race:
    """A rule that looks along lines, on 2-D Rosenbrock, beside our own other engine."""
    objective = make("objective", "rosenbrock")
    start = objective.init(np.arange(runs))["x"]
    return Race(**ours.both(objective, name, runs, steps), peers={}, start=start, rounding=1e-6)


def network(kind: str, runs: int, steps: int, lr: float = 1e-3, eps_hat: bool = False) -> Race:
    """Adam on a network, float32: `digits` 64-100-100-10, or `deep` 784-100x4-10. Within 5 % of the way: rounding grows
    where ReLUs switch and gradients are as small as eps."""
    dataset, hidden = (make("dataset", "digits"), DIGITS) if kind == "digits" else (ours.examples(), DEEP)
    objective, work = ours.network(dataset, hidden, runs, steps, lr)
    if eps_hat:
        known = {"sklearn": partial(networks.sklearn, work)}
    else:
        known = {"book": partial(networks.book, work), "optax": partial(networks.optax, work)}
        one = {"torch eager": partial(networks.torch_eager, work)}
        known |= one if runs == 1 else {"torch vmap": partial(networks.torch_vmap, work)}
        known["sgemm peak"] = partial(limits.sgemm, work.operations)
    both = ours.both(objective, "adam", runs, steps, lr=np.full(runs, lr), eps_hat=eps_hat)
    return Race(**both, peers=known, start=networks.flat(work.start), tolerance=0.05, rounding=0.05)


def update(size: int, steps: int = 5, lr: float = 1e-3) -> Race:
    """Adam's update alone, float32."""
    rng = np.random.default_rng(0)
    p, g = (rng.standard_normal((1, size), dtype=np.float32) for _ in range(2))
    known = {
        "book": partial(peers.book_update, p, g, lr, steps),
        "torch fused": partial(peers.torch_update, p, g, lr, steps),
        "memory bandwidth": partial(limits.memory, UPDATED * size),
    }
    return Race(ours.update(p, g, lr, steps), known, p, 1e-5)


def rule(name: str, steps: int = 20, runs: int = 3) -> Race:
    """An optimizer on the digits, float32, beside SGD in the same engine; float64 for those which divide by what is
    nothing but rounding in float32: curvatures of 0, roots of sums of a few outer products. Where eigenvalues are
    equal, any of their vectors are right, and SOAP goes another way with each."""
    dtype = "float64" if name in ROUNDED else "float32"
    objective = make("objective", "mlp", dataset=make("dataset", "digits"), dtype=dtype)
    start = networks.flat(objective.init(np.arange(runs)))
    sgd = partial(ours.engine, objective, "sgd", runs, steps), partial(ours.jax_engine, objective, "sgd", runs, steps)
    known = {"SGD's step": partial(unseen, sgd[0]), "jax SGD's step": partial(unseen, sgd[1])}
    return Race(
        **ours.both(objective, name, runs, steps), peers=known, start=start, rounding=1.0 if name == "soap" else 0.05
    )


def unseen(made: Callable[[], Contender]) -> Contender:
    """Other work, whose results are not ours to compare."""
    other = made()
    return lambda: Outcome(other().cost)


def stacked(name: str, runs: int = 64, steps: int = 10) -> Race:
    """Networks at once, against each alone: the same bits."""
    objective = make("objective", "mlp", dataset=make("dataset", "digits"))
    start = networks.flat(objective.init(np.arange(runs)))
    alone = partial(ours.one_by_one, objective, name, runs, steps)
    return Race(ours.engine(objective, name, runs, steps), {"single runs": alone}, start, 0.0)


def searched(*overrides: str) -> Race:
    """A whole sweep, table in a terminal, against the programs that people write."""
    known = {name: partial(processes.program, name, "200") for name in ("optax", "book")}
    known["torch"] = partial(processes.on_a_line, "torch", 2, 6, 200)
    by_jax = partial(processes.sweep, *TUNED, *overrides, "engine=jax", check=True)
    return Race(processes.sweep(*TUNED, *overrides, check=True), known, jax=by_jax)


def overhead() -> Race:
    made = processes.Overhead(*CELLS)
    return Race(made.whole, {"training in it": lambda: made.trained})


def replicates() -> Race:
    def swept(count: int, *engine: str) -> Contender:
        return processes.sweep(*REPLICATED, f"replicates={count}", *engine)

    known = {
        "12 times one": lambda: processes.times(12, swept(1)),
        "jax 12 times one": lambda: processes.times(12, swept(1, "engine=jax")),
    }
    return Race(swept(12), known, jax=lambda: swept(12, "engine=jax"))


def asks() -> Race:
    """Five cells tuned by TPE, against Optuna's own asks and tells for them."""
    alone = partial(processes.program, "optuna", "5", "64", "TPESampler", "16")
    return Race(
        processes.sweep(f"optimizer={BOOKS}", "objective=rosenbrock", "trials=64", "seeds=5", "replicates=1"),
        {"Optuna alone": alone},
    )


def start() -> Race:
    command = processes.single("optimizer=adam", "objective=rosenbrock", "steps=1", "seeds=1")
    return Race(command, {"trivial Hydra": lambda: processes.trivial_hydra})


def zoo() -> Race:
    """Every optimizer on the digits, 5 steps: composing, building and the first steps."""
    command = processes.sweep(f"optimizer={','.join(names('optimizer'))}", "steps=5")
    return Race(command, {"trivial Hydra": lambda: processes.trivial_hydra})


def counts() -> Race:
    """Gradients of L-BFGS and of scipy's, summed over the problems that both solve."""
    we, they = lbfgs.totals()
    return Race(lambda: Outcome(we), {"scipy": lambda: lambda: Outcome(they)})


TABLE = [
    Row("adam/2x1", "Adam, 2-D Rosenbrock, 1 run, 1000 steps", partial(analytic, 2, 1, 1000)),
    Row("adam/2x32", "the same, 32 runs", partial(analytic, 2, 32, 1000)),
    Row("adam/2x80", "the same, 80 runs", partial(analytic, 2, 80, 1000), {"optax": (0.04, 1)}),
    Row("adam/2x1024", "the same, 1024 runs", partial(analytic, 2, 1024, 500),
        {"optax": (0.7, 1.2), "book": (260, 1000)}),
    Row("adam/100x32", "100-D, 32 runs", partial(analytic, 100, 32, 200)),
    Row("adam/100x1024", "100-D, 1024 runs", partial(analytic, 100, 1024, 100),
        {"optax": (0.35, 1.2), "book": (18, 60)}),
    Row("network/digits1", "Adam, MLP 64-100-100-10, batch 128, 1 run", partial(network, "digits", 1, 200)),
    Row("network/digits48", "the same, 48 runs", partial(network, "digits", 48, 20), {"optax": (0.7, 1.3)}),
    Row("network/deep1", "Adam, MLP 784-100x4-10, batch 128, 1 run", partial(network, "deep", 1, 50),
        {"torch eager": (1.8, 2.2), "sgemm peak": (0.65,)}),
    Row("network/deep1-hat", "the same, eps added before v is corrected",
        partial(network, "deep", 1, 50, eps_hat=True), {"sklearn": (1.8, 2.2)}),
    Row("network/deep16", "the same with eps after, 16 runs", partial(network, "deep", 16, 10),
        {"optax": (0.8, 1.2), "torch vmap": (1.6, 2.5), "book": (3.6, 6)}),
    Row("update/1e4", "Adam's update of 1e4 params, float32", partial(update, 10**4, 200)),
    Row("update/1e6", "of 1e6 params", partial(update, 10**6, 20)),
    Row("update/1e7", "of 1e7 params", partial(update, 10**7), {"torch fused": (0.6,), "memory bandwidth": (0.4,)}),
    *(Row(f"{name}/2x80", f"{name}, 2-D Rosenbrock, 80 runs, 200 steps", partial(searching, name),
          {"numpy": (None, 15)})
      for name in ("lbfgs", "armijo")),
    *(Row(f"rule/{name}", f"{name}, MLP on the digits, 3 runs, 20 steps", partial(rule, name))
      for name in ("adam", "soap", "lbfgs", "adahessian", "armijo", "muon", "came", "adamp")),
    Row("rule/shampoo-200", "shampoo, the same, 200 steps, as its first 20 hold four of its renewals",
        partial(rule, "shampoo", 200), {"SGD's step": (0.2,)}),
    *(Row(f"stacked/{name}", f"{name}, MLP on the digits, 64 runs at once", partial(stacked, name))
      for name in ("adam", "muon", "shampoo", "soap")),
    Row("process/batch16", "200 trials x 5 seeds x 1000 steps of Adam, whole process", searched,
        {"optax": (1.5, 1.5), "book": (8,), "torch": (300,)}, here=True),
    Row("process/batch200", "the same, batch=200", partial(searched, "batch=200"), here=True),
    Row("sweep/overhead", "50 cells x 5 seeds x 5000 steps, whole process", overhead, {"training in it": (0.75,)},
        here=True),
    Row("sweep/replicates", "12 replicates of 6 cells x 32 trials x 5 seeds x 1000 steps", replicates,
        {"12 times one": (4.8, 6)}, here=True),
    Row("sweep/asks", "5 cells x 64 TPE trials x 5 seeds x 1000 steps, whole process", asks, here=True),
    Row("start/run", "one step of one run, whole process", start, {"trivial Hydra": (0.56,)}, here=True),
    Row("start/zoo", "all optimizers and their variants, 5 steps on the digits, whole process", zoo, here=True),
    Row("count/lbfgs", "gradients of L-BFGS to 1e-8, Rosenbrock and More-Garbow-Hillstrom", counts, {"scipy": (1.0,)},
        unit="gradients", pairs=1, here=True),
]  # fmt: skip
ROWS = [replace(row, floors=FLOORS.get(row.name, {})) for row in TABLE]
