"""`python -m tests.benchmarks [rows...] [--json] [--floor] [--pairs N]`: the table, or the rows whose names begin so.

Exits 1 where results disagree, and with --floor where a ratio lies below its floor.
"""

import argparse
import cProfile
import json
import platform
import pstats
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.measure import (
    ENGINES,
    NEEDS,
    Contender,
    Disagreement,
    Result,
    Row,
    contender,
    contenders,
    measured,
    missing,
    one_core,
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("rows", nargs="*", help="names or their beginnings, as in: adam network/deep")
    parser.add_argument("--json", action="store_true", help="one JSON object at the end; the table goes to stderr")
    parser.add_argument("--floor", action="store_true", help="exit 1 where a ratio is below its floor")
    parser.add_argument("--pairs", type=int, default=5, metavar="N", help="rounds in which all have their turn")
    parser.add_argument("--profile", action="store_true", help="where our engines spend their time, in place of ratios")
    parser.add_argument("--list", action="store_true", help="name the rows, measure nothing")
    given = parser.parse_args(arguments)

    from threadpoolctl import threadpool_limits

    from tests.benchmarks.rows import ROWS

    chosen = [row for row in ROWS if not given.rows or row.name.startswith(tuple(given.rows))]
    if not chosen or given.pairs < 1:
        parser.error("no such row: see --list" if given.pairs > 0 else "--pairs takes at least 1")
    if given.list:
        print("\n".join(f"{row.name:18} {row.work}" for row in chosen))
        return 0
    if given.profile:
        with threadpool_limits(1):
            for row in chosen:
                print(f"{row.name:18} {row.work}\n{profiled(row)}", flush=True)
        return 0

    def say(text: str) -> None:
        print(text, file=sys.stderr if given.json else sys.stdout, flush=True)

    absent = sorted({name for needing in NEEDS for name in missing(needing)})
    say(f"peer's cost / ours, by engine: median [range] of {given.pairs} rounds; {machine()}")
    if absent:
        say(f"not installed, skipped: {', '.join(absent)} (pip install -e '.[bench]')")
    results, wrong = [], {}
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for row in chosen:
            try:
                results.append(measured(row, given.pairs))
                say(told(results[-1]))
            except Disagreement as error:
                wrong[row.name] = str(error)
                print(f"{row.name}: WRONG: {error}", file=sys.stderr, flush=True)
    below = [f"{result.row.name} ({engine}: {peer})" for result in results for engine, peer in result.below]
    if given.json:
        print(json.dumps({"machine": machine(), "pairs": given.pairs, "skipped": absent, "wrong": wrong,
                          "rows": [result.as_json() for result in results]}, indent=1))  # fmt: skip
    if given.floor and below:
        print(f"below their floors: {', '.join(below)}", file=sys.stderr)
    return int(bool(wrong or (given.floor and below)))


def told(result: Result) -> str:
    """A row of the table in lines: what ours cost, then for each peer the ratio of each of our engines."""
    row: Row = result.row
    ours = ", ".join(f"{engine} {median(result.costs[engine]):.4g} {row.unit}" for engine in result.engines)
    lines = [f"{row.name:18} {row.work}: {ours}"]
    for peer in result.peers(result.engines[-1]):
        cells = [cell(result, peer, engine) if peer in result.peers(engine) else "" for engine in result.engines]
        lines.append(f"{'':18} {peer:16} {''.join(f'{text:60}' for text in cells)}".rstrip())
    return "\n".join(lines)


def cell(result: Result, peer: str, engine: str) -> str:
    """One engine against one peer."""
    ratios = result.ratios(peer, engine)
    goal, floor = result.goal(peer, engine), result.floor(peer, engine)
    text = f"{engine} {median(ratios):.3g} [{ratios[0]:.3g}, {ratios[-1]:.3g}]"
    text += f", goal {goal:g}{'' if median(ratios) >= goal else ': not reached'}" if goal else ""
    return text + (f", BELOW its floor {floor:g}" if (engine, peer) in result.below else "")


def profiled(row: Row) -> str:
    """The functions with the most time of their own, of each of our engines."""
    race = row.make()
    shown = {name: profile(contender(race, name)) for name in contenders(race) if name in ENGINES}
    return "\n".join(f" {name}\n{text}" for name, text in shown.items())


def profile(ours: Contender, most: int = 12) -> str:
    """Operators of NumPy count as their caller's. A profile slows Python down, so these are shares, not seconds. Of
    what runs in processes of its own it sees nothing, and inside a compiled program neither."""
    ours()
    taken = cProfile.Profile()
    taken.runcall(ours)
    stats = pstats.Stats(taken).stats  # type: ignore[attr-defined]
    whole = sum(own for _, _, own, _, _ in stats.values())
    first = sorted(stats.items(), key=lambda item: -item[1][2])[:most]
    return "\n".join(
        f"  {own / whole:6.1%} {calls:>8} x  {'/'.join(Path(file).parts[-2:])}:{line} {name}"
        for (file, line, name), (_, calls, own, _, _) in first
    )


def machine() -> str:
    import numpy as np

    python = f"Python {platform.python_version()}, numpy {np.__version__}"
    return f"{platform.machine()} {platform.system()}, {python}, {PINNED}"


if __name__ == "__main__":
    PINNED = one_core()
    sys.exit(main())
else:
    PINNED = "not pinned"
