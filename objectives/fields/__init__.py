"""One language for the fields of optimizers, schedules, objectives, data sets and settings.

A field's annotation says what it takes: `lr: NonNegative` is a number, or one number per run of a population;
`sigma: StaticNonNegative` is one number for all runs; `Count`, `Literal["a", "b"]`, `bool`, `Dataset | None` are as
they read. From it come the one-line errors, what may differ between runs, `harness.zoo`, and the schemas for editors.
"""

from objectives.fields.checking import check, checked, demand, demand_kind
from objectives.fields.kinds import Kind
from objectives.fields.reading import choices, hints, kind_of, kinds, lists, numbers
from objectives.fields.words import (
    Called,
    Count,
    Dtype,
    Finite,
    Fraction,
    Index,
    Inside,
    Instance,
    Length,
    Measured,
    NonNegative,
    NonNegatives,
    Number,
    Positive,
    Range,
    Share,
    StaticFinite,
    StaticFraction,
    StaticInside,
    StaticNonNegative,
    StaticPart,
    StaticPositive,
    Typed,
    Whole,
    Written,
    select,
)

__all__ = [
    "Called",
    "Count",
    "Dtype",
    "Finite",
    "Fraction",
    "Index",
    "Inside",
    "Instance",
    "Kind",
    "Length",
    "Measured",
    "NonNegative",
    "NonNegatives",
    "Number",
    "Positive",
    "Range",
    "Share",
    "StaticFinite",
    "StaticFraction",
    "StaticInside",
    "StaticNonNegative",
    "StaticPart",
    "StaticPositive",
    "Typed",
    "Whole",
    "Written",
    "check",
    "checked",
    "choices",
    "demand",
    "demand_kind",
    "hints",
    "kind_of",
    "kinds",
    "lists",
    "numbers",
    "select",
]
