"""Which optimizer, tuned fairly, wins on this problem, and how sure are we?

    harness.run("optimizer=adam", "objective=rosenbrock", "seeds=8")     as `python -m harness ...`
    harness.sweep("optimizer=adam,sgd", "optimizer.lr=0.1,0.01")         as `python -m harness -m ...`
    harness.sweep(optimizer=["adam", "sgd"], objective="mlp", trials=64, screen=True)
    harness.make("optimizer", "adam", lr=0.1)                            one object from its config group
    harness.load("last")                                                 what a run or a sweep has left in its folder
    harness.Adam(lr=0.3)                                                 the book's optimizers, see harness.book
    harness.Optimizer, .Element, .PerRun, .PerTensor, .Schedule          what one of your own is made from

Heavy imports happen where they are used: importing harness costs nothing.
"""

from typing import TYPE_CHECKING, Any

from harness.late import late

if TYPE_CHECKING:
    from harness.book import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
    from harness.errors import UserError
    from harness.optimizers.base import Optimizer
    from harness.optimizers.memory import Element, PerRun, PerTensor
    from harness.results.files import Results, load
    from harness.schedules.base import Schedule

HOMES = {
    "harness.book": ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam"),
    "harness.errors": ("UserError",),
    "harness.optimizers.base": ("Optimizer",),
    "harness.optimizers.memory": ("Element", "PerRun", "PerTensor"),
    "harness.results.files": ("Results", "load"),
    "harness.schedules.base": ("Schedule",),
}  # imported when they are asked for

__all__ = [
    "SGD", "AdaGrad", "Adam", "Element", "Momentum", "Nesterov", "Optimizer", "PerRun", "PerTensor", "RMSprop",
    "Results", "Schedule", "UserError", "load", "make", "run", "sweep",
]  # fmt: skip

if not TYPE_CHECKING:  # which would take any name for one of ours
    __getattr__ = late(__name__, HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def run(*overrides: str, config_dir: str | None = None, screen: bool = False, **values: Any) -> "Results":
    """Train one config on its seeds, and return what is in its output folder.

    Overrides are texts, `"optimizer=adam"`, or values, `optimizer="adam"`, `**{"optimizer.lr": 0.1}`. `config_dir` is a
    folder of your own configs; `screen` shows what the command shows. Mistakes raise `harness.errors.UserError`.
    """
    return _start(overrides, values, False, config_dir, screen)


def sweep(*overrides: str, config_dir: str | None = None, screen: bool = False, **values: Any) -> "Results":
    """Train every cell that the overrides enumerate, and return what is in the output folder.

    As `run`; the items of a list are compared, as in `optimizer=["adam", "sgd"]`, and a tuple is one value.
    """
    return _start(overrides, values, True, config_dir, screen)


def make(group: str, name: str, **fields: Any) -> Any:
    """An optimizer, schedule, objective or dataset by its config's name, some of its fields replaced.

    >>> make("optimizer", "adam", lr=0.1)
    Adam(lr=0.1, beta1=0.9, beta2=0.999, eps=1e-08, eps_hat=False)
    """
    from harness.configs.building import made

    return made(group, name, fields)


def _start(
    overrides: tuple[str, ...], values: dict[str, Any], multirun: bool, config_dir: str | None, screen: bool
) -> "Results":
    from harness.configs.advice import one_line_errors
    from harness.configs.typed import trusting
    from harness.configs.values import overrides as written
    from harness.session import start

    with one_line_errors():
        rest, trusted = trusting([*overrides, *written(values, several=multirun)])
        if not screen:
            return start(rest, multirun, config_dir, trusted)
        from harness.screens.tables import show
        from harness.screens.terminal import console

        out = console()
        results = start(rest, multirun, config_dir, trusted, out)
        show(results, out)
        out.done()
        return results
