"""`python -m harness.zoo [GROUP...]`: a catalogue of all there is, read from the config folders and the classes."""

import json
import re
import sys
from collections.abc import Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import OmegaConf
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness import schemas
from harness.configs import advice, building, trust
from harness.configs.compose import Composer, composer
from harness.configs.override import parse
from harness.configs.settings import ABOUT
from harness.errors import UserError
from harness.optimizers.base import Optimizer, Wrapper
from harness.screens.arguments import Parser
from harness.screens.streams import entered, kept
from harness.screens.terminal import console
from harness.text.visible import say
from objectives import fields
from objectives.functions.analytic import Analytic

Entry = dict[str, Any]
GROUPS = {"optimizers": "optimizer", "schedules": "schedule", "objectives": "objective", "datasets": "dataset"}
VARIANTS = "variant"  # the folder of other spellings of an option
SIDE = 64  # of the matrix by which memory is measured


def catalogue(groups: Sequence[str] = tuple(GROUPS)) -> dict[str, list[Entry]]:
    """Every option of these groups, as plain data. Variants stand with what they are variants of."""
    with composer() as source:
        nodes = {name: _nodes(source, GROUPS[name]) for name in groups}
    return {name: _entries(found, DESCRIBED[name], _proofs(name)) for name, found in nodes.items()}


def _nodes(source: Composer, group: str) -> dict[str, dict[str, Any]]:
    """The config node of every option: one composition for all of them."""
    names = [*source.options(group), *(f"{VARIANTS}/{name}" for name in source.options(f"{group}/{VARIANTS}"))]
    config = source.unresolved(parse(*(f"+{group}@zoo.n{k}={name}" for k, name in enumerate(names)))).config
    nodes: Any = [OmegaConf.to_container(config["zoo"][f"n{k}"], resolve=True) for k in range(len(names))]
    return dict(zip(names, nodes, strict=True))


def _proofs(group: str) -> dict[str, dict[str, float]]:
    """What each option is held against by `python -m harness.verify`, and to what difference."""
    from harness.verify.references import cases, factors, schedules

    found: dict[str, dict[str, float]] = {}
    agreeing: list[tuple[str, str, float]] = []
    if group == "optimizers":
        every = [case for _, family in cases.families() for case in family if not case.differs]
        agreeing = [(case.optimizer, case.reference.library, case.tolerance) for case in every]
    if group == "schedules":
        agreeing = [(c.name, c.reference.library, factors.TOLERANCE) for c in schedules.CASES if not c.why]
    for name, library, tolerance in agreeing:
        known = found.setdefault(name, {})
        known[library] = min(tolerance, known.get(library, tolerance))
    return found


def schema_files() -> dict[str, Any]:
    """The JSON Schema of each group of config files, and of the settings."""
    with composer() as source:
        groups = [*GROUPS.values(), "engine", *schemas.OPTUNAS]
        targets = {g: {name: node["_target_"] for name, node in _nodes(source, g).items()} for g in groups}
    return schemas.schemas(targets)


def _entries(nodes: dict[str, dict[str, Any]], describe: Any, proofs: dict[str, dict[str, float]]) -> list[Entry]:
    found: dict[str, Entry] = {}
    for name, node in nodes.items():
        made = trust.locate(node["_target_"])
        if name.startswith(f"{VARIANTS}/"):
            base = next(entry for entry in found.values() if entry["target"] == node["_target_"])
            changed = {key: value for key, value in _values(node).items() if base["defaults"].get(key) != value}
            base["variants"].append({"name": name, "with": changed, "verified": proofs.get(name, {})})
            continue
        found[name] = {
            "name": name,
            "target": node["_target_"],
            "what": _first_sentence(made),
            "source": node.get("paper", ""),
            "defaults": _values(node),
            "fields": schemas.takes(made),
            "space": node.get("space") or {},
            "variants": [],
            "verified": proofs.get(name, {}),
            **describe(made, node),
        }
    return list(found.values())


def _values(node: dict[str, Any]) -> Entry:
    """The fields of a node, what is nested in it by its class."""
    kept = {key: value for key, value in node.items() if key not in (*ABOUT, "_target_")}
    return {key: _short(value) for key, value in kept.items()}


def _short(value: Any) -> Any:
    return value["_target_"].rpartition(".")[2] if isinstance(value, dict) and "_target_" in value else value


def _first_sentence(made: Any) -> str:
    text = " ".join(cleandoc(made.__doc__ or "").split("\n\n")[0].split())
    return re.split(r"(?<=[^.][.:]) (?=[A-Z])", text)[0]


def _optimizer(cls: type[Optimizer], node: dict[str, Any]) -> Entry:
    return {
        "wrapper": issubclass(cls, Wrapper),
        "sees": cls.sees,
        "gradients": cls.gradients,
        "varies": cls.varies,
        "state": _state(node),
        "needs_loss": cls.needs_loss,
    }


def _state(node: dict[str, Any]) -> float:
    """Numbers of memory per parameter, for a square matrix: measured, and without what it wraps."""
    optimizer: Optimizer = building.build(node, "optimizer")
    params, grads = {"W": np.ones((SIDE, SIDE))}, {"W": np.ones((SIDE, SIDE))}
    with np.errstate(all="ignore"):
        optimizer.update(params, grads, loss=1.0, evaluate=lambda there: (1.0, {"W": there["W"].copy()}))
    return round(optimizer.state_size / SIDE**2, 2)


def _schedule(cls: Any, node: dict[str, Any]) -> Entry:
    return {"numbers": [name for name in fields.numbers(cls) if name in node]}


def _objective(cls: Any, node: dict[str, Any]) -> Entry:
    if not issubclass(cls, Analytic):
        return {"analytic": False}
    dims = [cls.dims[0], cls.dims[1]]
    return {"analytic": True, "source": cls.source, "dims": dims, "properties": sorted(cls.properties)}


def _dataset(made: Any, node: dict[str, Any]) -> Entry:
    return {}


DESCRIBED = {"optimizers": _optimizer, "schedules": _schedule, "objectives": _objective, "datasets": _dataset}


def _tables(found: dict[str, list[Entry]], out: Console) -> None:
    for group, entries in found.items():
        extra = {"optimizers": ("state", "gradients")}.get(group, ())
        table = Table(title=Text(_count(group, entries), style="bold"), title_justify="left", box=None, pad_edge=False)
        table.add_column("name", no_wrap=True)
        table.add_column("what it is, defaults, variants, what it agrees with", ratio=1)
        for name in extra:
            table.add_column(name, justify="right")
        for entry in entries:
            shown = (f"{entry[name]:g}{'+' if name == 'gradients' and entry['varies'] else ''}" for name in extra)
            table.add_row(entry["name"], _about(entry), *shown)
        out.print(table)
        out.print()


def _about(entry: Entry) -> Text:
    text = Text(entry["what"])
    for k, (key, value) in enumerate(entry["defaults"].items()):
        text.append(", " if k else "\n")
        text.append(f"{key}={_told(value)}", style="cyan")
        text.append(f" ({entry['fields'][key]['takes']})" if key in entry["fields"] else "", style="dim")
    if entry["variants"]:
        text.append("\n" + ", ".join(variant["name"] for variant in entry["variants"]), style="dim")
    if entry["verified"]:
        text.append(f"\n{_agreement(entry['verified'])}", style="green")
    return text


def _agreement(verified: dict[str, float]) -> str:
    """The libraries with the difference that each keeps to; a tolerance that all share stands once."""
    if len(set(verified.values())) == 1:
        return f"{', '.join(verified)}: to {min(verified.values()):g}"
    return ", ".join(f"{library}: to {tolerance:g}" for library, tolerance in verified.items())


def _told(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).replace(" ", "")


def _count(group: str, entries: list[Entry]) -> str:
    wrappers = sum(entry.get("wrapper", False) for entry in entries)
    variants = sum(len(entry["variants"]) for entry in entries)
    more = [f"{n} {what}{'s' if n > 1 else ''}" for n, what in ((wrappers, "wrapper"), (variants, "variant")) if n]
    return " · ".join([f"{len(entries) - wrappers} {group}", *more])


def main(argv: Sequence[str] | None = None) -> int:
    """Print the catalogue; the exit code."""
    parser = Parser(prog="python -m harness.zoo", description=__doc__, allow_abbrev=False)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)} (all)")
    parser.add_argument("--json", action="store_true", help="everything, as JSON")
    parser.add_argument("--schema", metavar="FOLDER", help="write the JSON Schemas of config files there, for editors")
    args = parser.parse_args(argv)
    if args.schema is not None:
        schemas.write(Path(args.schema), schema_files())
        return 0
    return kept(lambda: _printed(args.groups, args.json))


def _printed(groups: list[str], as_json: bool) -> int:
    try:
        for group in groups:
            if group not in GROUPS:
                raise UserError(f"{group}: no such group{advice.nearest(group, GROUPS)}; choices: {', '.join(GROUPS)}")
        found = catalogue(groups or tuple(GROUPS))
    except UserError as error:
        say(str(error))
        return 2
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        _tables(found, out := console())
        out.done()
    return 0


if __name__ == "__main__":
    sys.exit(entered(main))
