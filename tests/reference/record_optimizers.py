"""The walks of other libraries' optimizers, one file for each family of cases.

A file holds, for every case, an array `K PROBLEM` for each problem, see `kept`, and in `about` a JSON text: which
case, class and arguments, library and version, and the command that records it.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from harness.verify.references.calls import version
from harness.verify.references.cases import Case, families
from harness.verify.references.problems import KEPT
from harness.verify.references.verdicts import Points, sensitivity

FOLDER = Path(__file__).with_name("optimizers")
COMMAND = "python -m tests.reference.record optimizers"


def recorded(family: str) -> dict[str, tuple[Points, dict[str, Any]]]:
    """What is recorded of a family: the points and what is said about them, by the text of the case."""
    file = FOLDER / f"{family}.npz"
    if not file.exists():
        return {}
    with np.load(file, allow_pickle=False) as arrays:
        about = json.loads(str(arrays["about"]))
        points = [{name: arrays[f"{k} {name}"] for name in said["problems"]} for k, said in enumerate(about)]
    return {said["case"]: (found, said) for found, said in zip(points, about, strict=True)}


def main(*names: str) -> None:
    """Record all cases, or those of these optimizers or families anew; drop what no case names. Loops by hand need no
    record, but a slow one is quicker to read than to run."""
    known = {word for family, cases in families() for word in (family, *(case.optimizer for case in cases))}
    if unknown := sorted(set(names) - known):
        sys.exit(f"{', '.join(unknown)}: no such optimizer or family")
    FOLDER.mkdir(exist_ok=True)
    refused = []
    for family, cases in families():
        before, after = recorded(family), {}
        for case in cases:
            if names and not {family, case.optimizer} & set(names):
                after |= {str(case): before[str(case)]} if str(case) in before else {}
            elif reason := useless(case):
                refused.append(f"{case}: {reason}; choose other numbers")
            else:
                after[str(case)] = _record(case)
        _write(family, after)
        print(f"{family}: {len(after)} cases")
    for file in FOLDER.glob("*.npz"):
        if file.stem not in dict(families()):
            file.unlink()
    if refused:
        sys.exit("\n".join(refused))


def useless(case: Case) -> str:
    """Why the walks of the reference prove nothing, if so."""
    try:
        chaos = sensitivity(case)
    except ValueError as error:
        return str(error)
    return f"a rounding at the start grows to {chaos:.0e}" if chaos > case.tolerance else ""


def _record(case: Case) -> tuple[Points, dict[str, Any]]:
    points = {problem.name: case.reference_points(problem) for problem in case.problems}
    library = case.reference.library
    return points, {
        "case": str(case),
        "optimizer": case.optimizer,
        "options": dict(case.options),
        "call": str(case.reference),
        "target": case.reference.target,
        "library": library,
        "version": version(library),
        "problems": [problem.name for problem in case.problems],
        "updates": KEPT,
        "recorded_by": f"{COMMAND} {case.optimizer}",
    }


def _write(family: str, records: dict[str, tuple[Points, dict[str, Any]]]) -> None:
    arrays = {f"{k} {name}": a for k, (points, _) in enumerate(records.values()) for name, a in points.items()}
    about = json.dumps([said for _, said in records.values()], indent=1)
    np.savez_compressed(FOLDER / f"{family}.npz", about=np.array(about), allow_pickle=False, **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
