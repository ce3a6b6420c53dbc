"""One line for the mistakes people make: what was wrong, with the nearest match and the choices."""

import difflib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from hydra.errors import HydraException, MissingConfigException
from omegaconf.errors import OmegaConfBaseException, UnsupportedInterpolationType

from harness.errors import UserError

RESOLVERS = ("oc.select", "oc.create", "oc.decode", "oc.deprecated", "oc.dict.keys", "oc.dict.values", "now")


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


def unknown(key: str, options: Iterable[str]) -> str:
    """A setting that is not there."""
    options = sorted(str(option) for option in options if not str(option).startswith("_"))
    name = key.rpartition(".")[2]
    return f"{key}: no such setting{nearest(name, options)}; choices: {', '.join(options) or 'none'}"


def nearest(name: str, options: Iterable[str]) -> str:
    close = difflib.get_close_matches(name.lower(), list(options), n=1)
    return f" (did you mean {close[0]}?)" if close else ""
