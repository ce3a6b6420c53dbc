"""An optimizer of ours as code for other libraries, where a case of the conformance matrix says that the steps agree.

The code is the case's own call with other numbers in it, so that what is printed is what is compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.configs import places
from harness.configs.compose import Composer
from harness.configs.settings import ABOUT
from harness.verify.references.cases import TOLERANCE, Case, families

LIBRARIES = ("torch", "optax", "keras", "pytorch_optimizer")


@dataclass(frozen=True)
class Code:
    """How a library writes an optimizer; where it cannot, why."""

    text: str = ""
    told: str = ""  # what the text does not say
    why: str = ""


def code_for(optimizer: Mapping[str, Any], source: Composer) -> dict[str, Code]:
    """The code of an optimizer's config with its numbers, for each library that takes the steps of its class to 1e-10
    at some numbers; of the others there is nothing. `source` composes our own configs."""
    fields = _fields(optimizer)
    found: dict[str, Code] = {}
    for case in agreeing():
        library = case.reference.library
        known = found.get(library)
        if known is None or (case.form and not known.text):
            stated = _of_its_class(case, fields, source)
            if stated is not None and ((code := _tried(case, stated, fields)).text or known is None):
                found[library] = code
    return {library: found[library] for library in LIBRARIES if library in found}


def _tried(case: Case, stated: Mapping[str, Any], fields: Mapping[str, Any]) -> Code:
    """The code by this case, whose config states these fields."""
    target = case.reference.target
    if case.form is None or case.transposed:
        return Code(why=f"{target} agrees at some numbers only, or for some shapes")
    others = [name for name in stated if name not in case.form.fields and stated[name] != fields[name]]
    if others:
        theirs = ", ".join(f"{name}={stated[name]!r}" for name in others)
        here = ", ".join(f"{fields[name]!r}" for name in others)
        return Code(why=f"{target} takes the steps of {theirs}; here it is {here}")
    try:
        return Code(case.form.at(fields).code, case.told)
    except ValueError as error:
        return Code(why=f"{target}: {error}")


def _of_its_class(case: Case, fields: Mapping[str, Any], source: Composer) -> Mapping[str, Any] | None:
    """What the case's config states, if it is of the class, or classes, of these fields."""
    if not {name for name in case.options if name.rpartition(".")[2] != "inner"} <= fields.keys():
        return None
    stated = _fields(case.node(source))
    same = stated.keys() == fields.keys() and all(stated[n] == fields[n] for n in stated if n.endswith("_target_"))
    return stated if same else None


def _fields(node: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of an optimizer's config, that of an inner one as `inner.lr`."""
    leaves = places.leaves(dict(node), lists=False)
    return {places.dotted(path): value for path, value in leaves if not set(ABOUT) & set(path)}


@cache
def agreeing() -> tuple[Case, ...]:
    """The cases of these libraries that agree to 1e-10, those with forms first."""
    every = (case for _, cases in families() for case in cases if case.reference.library in LIBRARIES)
    found = [case for case in every if not case.differs and case.tolerance <= TOLERANCE]
    return tuple(sorted(found, key=lambda case: case.form is None))
