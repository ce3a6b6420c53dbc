"""The settings of a whole run or sweep: the plain keys of conf/config.yaml."""

from dataclasses import dataclass
from typing import Any

from harness.errors import UserError

MOST = {"seeds": 10**6, "steps": 10**12, "records": 10**6, "trials": 10**6}  # beyond lies a slip of the finger


@dataclass(frozen=True)
class Settings:
    """Checked; `seeds` is always the list."""

    seeds: tuple[int, ...]
    steps: int
    records: int
    trials: int
    cells: tuple[str, ...]
    save_params: bool

    @classmethod
    def of(cls, config: dict[str, Any]) -> "Settings":
        for name in cls.__dataclass_fields__:
            if name not in config:
                raise UserError(f"{name}: it cannot be left out")
        for name, most in MOST.items():
            if type(config[name]) is int and config[name] > most:
                raise UserError(f"{name} must be at most {most:,}; got {config[name]!r}")
        for name in ("steps", "records", "trials"):
            if type(config[name]) is not int or config[name] < 1:
                raise UserError(f"{name} must be an integer of at least 1; got {config[name]!r}")
        if type(config["save_params"]) is not bool:
            raise UserError(f"save_params must be true or false; got {config['save_params']!r}")
        cells = config["cells"]
        if not (isinstance(cells, list) and all(isinstance(cell, str) and cell for cell in cells)):
            raise UserError(f"cells must be a list of lines of overrides; got {cells!r}")
        return cls(
            seeds=_seeds(config["seeds"]),
            steps=config["steps"],
            records=config["records"],
            trials=config["trials"],
            cells=tuple(cells),
            save_params=config["save_params"],
        )


def _seeds(value: Any) -> tuple[int, ...]:
    listed = list(range(value)) if type(value) is int else value
    whole = isinstance(listed, list) and all(type(seed) is int and 0 <= seed < 2**63 for seed in listed)
    if not whole or not listed:
        raise UserError(f"seeds must be a number of at least 1 or a list like [3,5]; got {value!r}")
    if len(set(listed)) < len(listed):
        raise UserError(f"seeds={value}: the same seed twice is the same run twice")
    return tuple(listed)
