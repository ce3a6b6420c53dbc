"""`python -m tests.calibration [PART ...] [--short] [--jax] [--json]`: error rates of the printed answer, end to end.

pairs    200 pairs of separately tuned clones of adam on Rosenbrock: how often one is called better
network  50 such pairs on a small network of the digits
family   100 sets of six clones: how often any pair of a set is called different
shift    one of six clones made better by 3 standard deviations: how many rivals are found to be worse
until    200 pairs of clones, replicates added until=decided: how often they are called different, and after how many
         replicates a clone is found out that was made better by 1 and by 3 standard deviations
repeats  20 independent repetitions of a sweep of six optimizers: contradictions, infinite reports, who is unbeaten
seventh  a seventh optimizer joins: what it changes

All parts take about forty minutes, --short two minutes; --jax runs the sweeps on that engine. Exit code 1 if a rate
lies beyond its bound.
"""

import json
import sys
import time
from dataclasses import asdict, replace

from rich.console import Console
from rich.table import Table

from tests.calibration.rates import PARTS, Part, Rate
from tests.calibration.sweeps import SHORT, Size


def main(arguments: list[str]) -> int:
    """Measure and print; the exit code."""
    options = {word for word in arguments if word.startswith("-")}
    names = [word for word in arguments if word not in options] or list(PARTS)
    if not options <= {"--short", "--json", "--jax"} or not set(names) <= PARTS.keys():
        print(__doc__)
        return 2
    size = SHORT if "--short" in options else Size()
    if "--jax" in options:
        size = replace(size, tuning=(*size.tuning, "engine=jax"))
    found: dict[str, Part] = {}
    for name in names:
        begun = time.monotonic()
        found[name] = PARTS[name](size)
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
    if "--json" in options:
        print(json.dumps({name: _data(part) for name, part in found.items()}, indent=2))
    else:
        out = Console()
        out.print(_table(found))
        for name, part in found.items():
            for note in part.notes:
                out.print(f"{name}: {note}", soft_wrap=True, markup=False, highlight=False)
    return int(not all(rate.ok for part in found.values() for rate in part.rates))


def _table(found: dict[str, Part]) -> Table:
    table = Table("part", "what", box=None, pad_edge=False)
    for column in ("rate", "error", "of", "bound"):
        table.add_column(column, justify="right")
    table.add_column("")
    for name, part in found.items():
        for k, rate in enumerate(part.rates):
            said = "" if not rate.bounded else "ok" if rate.ok else "not ok"
            table.add_row(
                "" if k else name, rate.what, f"{rate.value:.2%}", f"{rate.error:.2%}", f"{rate.of:,}", _bound(rate),
                said, style="red" if said == "not ok" else None,
            )  # fmt: skip
    return table


def _bound(rate: Rate) -> str:
    if not rate.bounded:
        return ""
    return f"<= {rate.at_most:.1%}" if rate.at_least == -float("inf") else f">= {rate.at_least:.0%}"


def _data(part: Part) -> dict[str, object]:
    """As plain data; a bound that is not there is null."""
    rates = [
        {key: None if value in (float("inf"), -float("inf")) else value for key, value in asdict(rate).items()}
        | {"ok": rate.ok}
        for rate in part.rates
    ]
    return {"rates": rates, "notes": list(part.notes)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
