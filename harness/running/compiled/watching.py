"""What objectives and optimizers keep in attributes from one step to the next, so that it can be compared."""

from collections.abc import Iterable, Iterator
from types import FunctionType, MethodType, ModuleType
from typing import Any
from zlib import crc32

import numpy as np

from harness.optimizers.base import Optimizer
from harness.running.compiled.links import links
from objectives.base import Objective
from objectives.random import Draws
from objectives.wrappers.around import Around

CARRIED = "carried"  # from step to step, by whoever holds the slots and the memory
OF_OPTIMIZERS = {"inner", "schedules", "_memory", "_updates", "_last"}
OURS = ("harness.", "objectives.")
STATELESS = (type, FunctionType, MethodType, ModuleType, Draws, Objective)


def nested(objective: Objective) -> list[Objective]:
    """The objective and those inside it, the outermost first."""
    return [objective, *(nested(objective.inner) if isinstance(objective, Around) else [])]


def strange(parts: Iterable[object]) -> list[str]:
    """The names of classes and functions in it that are not ours: of ours, tests have looked."""
    found: list[Any] = []
    for part in parts:
        held = [value for name, value in vars(part).items() if not name.startswith("_")]
        found += [type(part), *(value for value in held if isinstance(value, FunctionType))]
    return list(dict.fromkeys(one.__name__ for one in found if not one.__module__.startswith(OURS)))


def watched(objective: Objective, optimizer: Optimizer) -> dict[str, Any]:
    """Of each attribute something that is another as soon as it is; of what is remembered nothing."""
    remembered = set(_leaves(objective.memory(), ()))
    held: list[tuple[object, dict[str, Any]]] = [(part, vars(part)) for part in nested(objective)]
    held += [(link, {k: v for k, v in vars(link).items() if k not in OF_OPTIMIZERS}) for link in links(optimizer)]
    return {
        f"{type(part).__name__}.{name}": [CARRIED if leaf in remembered else leaf for leaf in _leaves(value, (part,))]
        for part, attributes in held
        for name, value in attributes.items()
    }


def _leaves(value: Any, above: tuple[Any, ...]) -> Iterator[Any]:
    """The plain values and arrays in it, arrays by their sums."""
    if isinstance(value, np.ndarray):
        yield value.dtype.str, value.shape, crc32(np.ascontiguousarray(value).tobytes())
    elif value is None or isinstance(value, (bool, int, float, complex, str, bytes, np.generic)):
        yield repr(value)
    elif isinstance(value, np.random.Generator):
        yield repr(value.bit_generator.state)
    elif isinstance(value, (list, tuple, set, frozenset, dict)):
        for item in value.items() if isinstance(value, dict) else value:
            yield from _leaves(item, above)
    elif not isinstance(value, STATELESS) and hasattr(value, "__dict__") and not any(value is one for one in above):
        yield from _leaves(vars(value), (*above, value))
