"""A split of the data that each replicate of a sweep draws anew: `dataset.split=replicate`."""

import copy
from collections.abc import Mapping
from typing import Any

from harness.configs import places

WORD = "replicate"  # what a config says in place of a split's number


def redrawn(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The places where a config leaves the split to the replicates: that of the data set which the objective takes
    over, else those inside the objective.

    >>> redrawn({"dataset": {"split": "replicate"}}), redrawn({"dataset": {"split": 3}})
    (('dataset.split',), ())
    """
    found = tuple(
        places.dotted(path)
        for path, value in places.walk({part: config.get(part) for part in ("dataset", "objective")})
        if path[-2:] == ("dataset", "split") and value == WORD
    )
    return found[:1] if found[:1] == ("dataset.split",) else found


def drawn(node: dict[str, Any], replicate: int) -> dict[str, Any]:
    """An objective's node in which the splits are those of a replicate."""
    found = copy.deepcopy(node)
    for path, value in list(places.walk({"objective": found})):
        if path[-2:] == ("dataset", "split") and value == WORD:
            places.put({"objective": found}, path, replicate)
    return found
