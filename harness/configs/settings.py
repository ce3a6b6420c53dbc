"""The settings of a whole run or sweep: the plain keys of conf/config.yaml."""

import math
from dataclasses import dataclass
from typing import Any, Literal

from harness.errors import UserError

MOST = {
    "seeds": 10**6,
    "steps": 10**12,
    "records": 10**6,
    "trials": 10**6,
    "rungs": 100,
}  # beyond lies a slip of the finger
LEAST = {"steps": 1, "records": 1, "trials": 1, "batch": 1, "rungs": 1, "confirm": 0}
CHOICES = {"aggregate": ("median", "mean"), "budget": ("gradients", "steps"), "on_error": ("continue", "raise")}
MEASURES = ("gradient_norm", "update_ratio")  # what records show when asked to: harness.running.measures
LATER: dict[str, Any] = {"measure": []}  # settings that older folders do not have, as they were then
PARTS = ("objective", "dataset", "optimizer", "schedules", "sampler", "pruner")  # what stands beside the settings
GROUPS = ("schedule", "experiment")  # chosen by these names, which are no settings
CHOSEN = (*(part for part in PARTS if part != "schedules"), *GROUPS)  # there is one of each
EXCHANGED = tuple(group for group in CHOSEN if group != "experiment")  # which writes the whole config
ABOUT = ("space", "paper")  # what a node says about itself; not for its constructor
OF_TUNING = ("search", "batch", "rungs", "confirm", "timeout", "storage", "sampler", "pruner")  # read by nothing else
NOT_OF_A_RUN = (*OF_TUNING, "trials", "metric", "aggregate", "target", "on_error", "resume")


@dataclass(frozen=True)
class Settings:
    """Checked; `seeds` is always the list."""

    seeds: tuple[int, ...]
    steps: int
    records: int
    budget: Literal["gradients", "steps"]
    trials: int
    search: tuple[str, ...] | None
    metric: str
    aggregate: Literal["median", "mean"]
    target: float | None
    batch: int
    rungs: int
    confirm: int
    timeout: float | None
    on_error: Literal["continue", "raise"]
    storage: str | None
    cells: tuple[str, ...]
    save_params: bool
    measure: tuple[str, ...]

    @property
    def measured(self) -> tuple[str, ...]:
        """What records show of the training: what is asked for, and what trials are ranked by."""
        by = (self.metric,) if self.metric in MEASURES else ()
        return tuple(dict.fromkeys((*self.measure, *by)))

    @classmethod
    def of(cls, config: dict[str, Any]) -> "Settings":
        config = LATER | config
        for name in cls.__dataclass_fields__:
            if name not in config:
                raise UserError(f"{name}: it cannot be left out")
        for name, most in MOST.items():
            if type(config[name]) is int and config[name] > most:
                raise UserError(f"{name} must be at most {most:,}; got {config[name]!r}")
        for name, least in LEAST.items():
            if type(config[name]) is not int or config[name] < least:
                raise UserError(f"{name} must be an integer of at least {least}; got {config[name]!r}")
        for name, choices in CHOICES.items():
            if config[name] not in choices:
                raise UserError(f"{name} must be {' or '.join(choices)}; got {config[name]!r}")
        if type(config["save_params"]) is not bool:
            raise UserError(f"save_params must be true or false; got {config['save_params']!r}")
        cells = config["cells"]
        if not (isinstance(cells, list) and all(isinstance(cell, str) and cell for cell in cells)):
            raise UserError(f"cells must be a list of lines of overrides; got {cells!r}")
        if not isinstance(config["metric"], str):
            raise UserError(f"metric must be a name like loss or accuracy; got {config['metric']!r}")
        target = _number(config, "target", "the loss to reach")
        if config["metric"] == "steps_to_target" and target is None:
            raise UserError("metric=steps_to_target needs the loss to reach, as in target=0.01")
        timeout = _number(config, "timeout", "seconds")
        if timeout is not None and timeout <= 0:
            raise UserError(f"timeout must be above 0 seconds; got {config['timeout']!r}")
        if not (config["storage"] is None or (isinstance(config["storage"], str) and "://" in config["storage"])):
            raise UserError("storage must be a URL like sqlite:///studies.db; got none")  # a password is not repeated
        given = {name: config[name] for name in cls.__dataclass_fields__}
        given |= {"seeds": _seeds(config["seeds"]), "cells": tuple(cells), "search": _names(config["search"])}
        given |= {"measure": _measures(config["measure"])}
        return cls(**given | {"target": target, "timeout": timeout})


def _number(config: dict[str, Any], name: str, what: str) -> float | None:
    value = config[name]
    if value is None:
        return None
    if type(value) not in (int, float) or not math.isfinite(value):
        raise UserError(f"{name} must be a number, {what}; got {value!r}")
    return float(value)


def _names(value: Any) -> tuple[str, ...] | None:
    listed = [value] if isinstance(value, str) else value
    if listed is not None and not (isinstance(listed, list) and listed and all(isinstance(n, str) for n in listed)):
        raise UserError(f"search must name hyperparameters, as in search=[lr]; got {value!r}")
    return None if listed is None else tuple(listed)


def _measures(value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not set(map(str, listed)) <= set(MEASURES):
        raise UserError(f"measure must be a list of {', '.join(MEASURES)}; got {value!r}")
    return tuple(dict.fromkeys(listed))


def _seeds(value: Any) -> tuple[int, ...]:
    listed = list(range(value)) if type(value) is int else value
    whole = isinstance(listed, list) and all(type(seed) is int and 0 <= seed < 2**62 for seed in listed)
    if not whole or not listed:
        raise UserError(f"seeds must be a number of at least 1 or a list like [3,5]; got {value!r}")
    if len(set(listed)) < len(listed):
        raise UserError(f"seeds={value}: the same seed twice is the same run twice")
    return tuple(listed)


NAMES = (*Settings.__dataclass_fields__, "resume")
