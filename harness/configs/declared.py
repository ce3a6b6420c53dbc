"""What each setting of a run or sweep takes: the plain keys of conf/config.yaml."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from harness.configs.settings import LATER, MEASURES, MOST, Measure
from harness.errors import UserError
from objectives.fields import (
    Called,
    Count,
    Index,
    Length,
    StaticFinite,
    StaticInside,
    StaticPositive,
    Whole,
    Written,
    kinds,
)

Many = Annotated[int, Whole(1, MOST["trials"])]
Seeds = Many | Annotated[Sequence[Annotated[int, Whole(0, 2**62 - 1)]], Length(1)] | None
Search = str | Annotated[Sequence[str], Length(1)] | None

FOLLOW = ("seeds", "replicates")  # from the rest of the config, where they are null
REPLICATES = 12  # of functions that are compared: where these are small, all take two or three times as long as one
MOST_REPLICATES = 40  # where they are added until the answer is decided


def filled(config: dict[str, Any]) -> dict[str, Any]:
    """The config with what follows from the rest of it where it is null: 3 seeds, and 5 where they are summed up by
    their upper quartile, which of fewer than 4 is the worst; one replicate, to which a sweep that compares may add.
    """
    follows = dict(zip(FOLLOW, (3 if config.get("trials") == 1 else 5, 1), strict=True))
    return {**config, **{name: value for name, value in follows.items() if config.get(name, value) is None}}


@dataclass(frozen=True)
class Settings:
    """Checked; `seeds` is always the list."""

    seeds: Annotated[tuple[int, ...], Written(Seeds), Called("a number from 1 to 1,000,000 or a list like [3,5]")]
    steps: Annotated[int, Whole(1, 10**12)]
    records: Many
    budget: Literal["gradients", "steps"]
    trials: Many
    search: Annotated[
        tuple[str, ...] | None, Written(Search), Called("names of hyperparameters, as in search=[lr], or null")
    ]
    metric: Annotated[str, Called("a name like loss or accuracy")]
    aggregate: Literal["q75", "median", "mean"]
    target: Annotated[StaticFinite | None, Called("a number, the loss to reach, or null")]
    batch: Count
    rungs: Annotated[int, Whole(1, 100)]
    replicates: Annotated[int, Written(Annotated[int, Whole(1, 1000)] | None), Called("an integer from 1 to 1,000")]
    until: Annotated[Literal["decided"] | None, Called("decided, or null")]
    finalists: Count
    finals: Index
    confirm: Index
    declared: bool
    level: StaticInside
    margin: Annotated[StaticPositive | None, Called("a number above 0, as 0.05 for 5 %, or null")]
    timeout: Annotated[StaticPositive | None, Called("a number of seconds above 0, or null")]
    on_error: Literal["continue", "raise"]
    storage: Annotated[str | None, Called("a URL like sqlite:///studies.db, or null")]
    cells: Annotated[tuple[str, ...], Written(Sequence[str]), Called("a list of lines of overrides")]
    save_params: bool
    curves: Literal["rungs", "all"]
    profile: bool
    measure: Annotated[
        tuple[Measure, ...],
        Written(Measure | Sequence[Measure]),
        Called(f"a list of {', '.join(MEASURES)}"),
    ]

    @property
    def measured(self) -> tuple[str, ...]:
        """What records show of the training: what is asked for, and what trials are ranked by."""
        by = (self.metric,) if self.metric in MEASURES else ()
        return tuple(dict.fromkeys((*self.measure, *by)))

    @classmethod
    def of(cls, config: dict[str, Any]) -> "Settings":
        config, takes = filled(LATER | config), cast("Any", cls)
        for name, kind in kinds(takes).items():
            if name not in config:
                raise UserError(f"{name}: it cannot be left out")
            if not kind.holds(config[name]):
                got = "something else" if name == "storage" else repr(config[name])  # a password is not repeated
                raise UserError(f"{name} must be {kind.wanted(config[name])}; got {got}")
        given = {name: config[name] for name in cls.__dataclass_fields__}
        seeds, search, cells = given["seeds"], given["search"], given["cells"]
        if not all(cells):
            raise UserError(f"cells must be a list of lines of overrides; got {cells!r}")
        if given["metric"] == "steps_to_target" and given["target"] is None:
            raise UserError("metric=steps_to_target needs the loss to reach, as in target=0.01")
        if given["margin"] is not None and given["margin"] >= 1 and given["metric"].endswith("accuracy"):
            raise UserError(f"margin={given['margin']:g}: accuracies are shares, of which 0.05 is five points")
        if given["storage"] is not None and "://" not in given["storage"]:
            raise UserError("storage must be a URL like sqlite:///studies.db, or null; got something else")
        given["seeds"] = tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
        if len(set(given["seeds"])) < len(given["seeds"]):
            raise UserError(f"seeds={seeds}: the same seed twice is the same run twice")
        given["search"] = (search,) if isinstance(search, str) else None if search is None else tuple(search)
        given["cells"] = tuple(cells)
        measure = given["measure"]
        given["measure"] = (measure,) if isinstance(measure, str) else tuple(dict.fromkeys(measure))
        for name in ("target", "timeout", "margin"):
            given[name] = None if given[name] is None else float(given[name])
        return cls(**given)
