"""One line for the mistakes people make: what was wrong, with the nearest match and the choices."""

import difflib
import re
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from hydra.errors import HydraException, MissingConfigException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException, UnsupportedInterpolationType

from harness.configs import places
from harness.errors import UserError

RESOLVERS = ("oc.select", "oc.create", "oc.decode", "oc.deprecated", "oc.dict.keys", "oc.dict.values", "now")


OTHERS_SAY = {
    "learning_rate": "lr", "alpha": "lr", "eta": "lr", "b1": "beta1", "b2": "beta2", "epsilon": "eps",
    "wd": "weight_decay", "epochs": "steps", "iterations": "steps",
    "num_steps": "steps", "max_steps": "steps", "seed": "seeds", "scheduler": "schedule", "lr_scheduler": "schedule",
    "n_trials": "trials", "data": "dataset", "model": "objective", "problem": "objective",
}  # fmt: skip


def line(error: Exception) -> str:
    """The error in one line."""
    if isinstance(error, UserError):
        return " ".join(str(error).split())
    # Hydra and OmegaConf say what is wrong first and where they stood afterwards
    text = re.split(r"\n\s*(?:full_key:|See https://)", str(error))[0]
    text = " ".join(text.split()) or type(error).__name__
    if isinstance(error, MissingConfigException) and error.missing_cfg_file:
        group, _, name = error.missing_cfg_file.partition("/")
        options = list(error.options or ())
        return f"{group}={name}: no such {group}{nearest(name, options)}; choices: {', '.join(options)}"
    if isinstance(error, UnsupportedInterpolationType):
        text = f"{text}; a config has {', '.join(RESOLVERS)}"
    key = getattr(error.__cause__ or error, "full_key", None)
    if error.__cause__ is not None:
        text = f"{text}: {str(error.__cause__).splitlines()[0]}"
    return f"{key}: {text}" if key and key not in text else text


@contextmanager
def one_line_errors() -> Iterator[None]:
    """What Hydra and OmegaConf raise, as UserError."""
    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        raise UserError(line(error)) from error


def unknown(key: str, options: Iterable[str], config: Any = None) -> str:
    """A setting that is not there: where the config has that name elsewhere, else the nearest of the options."""
    options = sorted({str(option) for option in options if not str(option).startswith("_")})
    parent, _, name = key.rpartition(".")
    usual = OTHERS_SAY.get(name, name)
    there = [place for place in _names(config) if place.rpartition(".")[2] in (name, usual) and place != key]
    there.sort(key=lambda place: (place.rpartition(".")[0] != parent, place.rpartition(".")[2] != usual))
    close = nearest(usual if usual in options else name, [option for option in options if option != key])
    meant = f" (did you mean {' or '.join(there[:2])}?)" if there and usual not in options else close
    return f"{key}: no such setting{meant}; choices: {', '.join(options) or 'none'}"


def _names(config: Any) -> list[str]:
    """The full names of all values of a config, but for the ranges that are searched."""
    plain = OmegaConf.to_container(config, resolve=False) if OmegaConf.is_config(config) else config
    return [
        places.dotted(path)
        for path, value in places.leaves(plain, lists=False)
        if value != {} and not {"space", "hydra"} & set(path[:-1]) and not str(path[-1]).startswith("_")
    ]


def nearest(name: str, options: Iterable[str]) -> str:
    """What may be meant: the same letters in another order come first.

    >>> nearest("adma", ["adam", "adamax"]), nearest("adamx", ["adam", "adamax"]), nearest("sgd", ["adam"])
    (' (did you mean adam?)', ' (did you mean adamax?)', '')
    """
    known = list(options)
    turned = [option for option in known if sorted(option) == sorted(name.lower())]
    close = turned[:1] or difflib.get_close_matches(name.lower(), known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def in_shell(key: str, value: str) -> str:
    """The override with its value in quotes, as a shell takes it."""
    plain = not set(value) & set("'\"$`\\!")
    return f"\"{key}='{value}'\"" if plain else shlex.quote(f'{key}="{value}"')
