"""Record the factors of other libraries' schedules: `python -m tests.reference.record_schedules`.

Needs `pip install .[reference] transformers`; writes one file per library beside this one.
"""

import json
from pathlib import Path

from harness.verify.references.calls import version
from harness.verify.references.factors import Reference
from harness.verify.references.schedules import CASES

FOLDER = Path(__file__).with_name("schedules")
COMMAND = "python -m tests.reference.record_schedules"


def wanted() -> dict[str, tuple[Reference, int]]:
    """Every reference that a case names, and the most steps that one asks for."""
    steps: dict[str, tuple[Reference, int]] = {}
    for case in CASES:
        key = f"{case.reference.target} {case.reference}"
        steps[key] = (case.reference, max(case.steps, steps.get(key, (case.reference, 0))[1]))
    return steps


def recorded() -> dict[str, list[float]]:
    """The recorded factors, by target and call."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        for record in json.loads(path.read_text())["records"]:
            found[f"{record['target']} {record['call']}"] = record["factors"]
    return found


def main() -> None:
    references = wanted()
    for library in sorted({reference.library for reference, _ in references.values()}):
        lines = [
            json.dumps(
                {
                    "target": reference.target,
                    "call": str(reference),
                    "unit": reference.unit,
                    "factors": reference.factors(steps),
                }
            )
            for reference, steps in references.values()
            if reference.library == library
        ]
        about = json.dumps({"library": library, "version": version(library), "recorded_by": COMMAND})
        text = about.removesuffix("}") + ', "records": [\n' + ",\n".join(lines) + "\n]}\n"
        (FOLDER / f"{library}.json").write_text(text)
        print(f"{library} {version(library)}: {len(lines)} schedules")


if __name__ == "__main__":
    main()
