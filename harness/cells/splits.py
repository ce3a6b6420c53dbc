"""A split of the data that each replicate of a sweep draws anew: `dataset.split=replicate`."""

import copy
from collections.abc import Mapping
from typing import Any

from harness.configs import places
from harness.configs.places import Path

WORD = "replicate"  # what a config says in place of a split's number


def redrawn(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The places where a config leaves the split to the replicates: that of the data set which the objective takes
    over, else those inside the objective.

    >>> redrawn({"dataset": {"split": "replicate"}}), redrawn({"dataset": {"split": 3}})
    (('dataset.split',), ())
    """
    found = tuple(map(places.dotted, _left_open({part: config.get(part) for part in ("dataset", "objective")})))
    return found[:1] if found[:1] == ("dataset.split",) else found


def drawn(node: dict[str, Any], replicate: int) -> dict[str, Any]:
    """A node in which the splits are those of a replicate; the same one where it leaves none open."""
    left = _left_open(node)
    found = copy.deepcopy(node) if left else node
    for path in left:
        places.put(found, path, replicate)
    return found


def _left_open(node: Mapping[str, Any]) -> list[Path]:
    return [path for path, value in places.walk(node) if path[-2:] == ("dataset", "split") and value == WORD]
