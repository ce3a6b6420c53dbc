"""`harness.make`: one object from its config group."""

from collections.abc import Mapping
from typing import Any

from harness.configs import advice, trust
from harness.configs.compose import composer
from harness.configs.settings import ABOUT
from harness.errors import UserError
from harness.optimizers.base import Optimizer

PLACES = {
    "optimizer": ("optimizer",),
    "schedule": ("schedules", "lr"),
    "objective": ("objective",),
    "dataset": ("dataset",),
}
ENGINES = ("runs", "schedules")  # what an optimizer is told by whoever runs it, not by its config


def made(group: str, name: str, fields: Mapping[str, Any]) -> Any:
    """The object that conf/<group>/<name>.yaml describes."""
    if group not in PLACES:
        raise UserError(f"{group}: no such group{advice.nearest(group, PLACES)}; choices: {', '.join(PLACES)}")
    with advice.one_line_errors(), composer() as source:
        node: Any = source.compose([f"{group}={name}"]).config
    for key in PLACES[group]:
        node = node[key]
    cls = trust.locate(node["_target_"])
    optimizer = isinstance(cls, type) and issubclass(cls, Optimizer)
    told = {key: value for key, value in fields.items() if optimizer and key in ENGINES}
    for key in fields:
        if key not in node and key not in told:
            raise UserError(advice.unknown(f"{group}.{key}", [k for k in node if k not in ABOUT]))
    ours = {key: value for key, value in fields.items() if key not in told}
    return trust.build({**node, **ours}, group, extra=lambda _, path: told if path == group else {})
