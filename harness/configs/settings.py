"""The names of what a config holds: settings, the plain keys of conf/config.yaml, and what stands beside them.

It imports nothing that takes time: `--help` needs it. What each setting takes is said in `declared`.
"""

from typing import Any, Literal, get_args

Measure = Literal["gradient_norm", "update_ratio"]
MEASURES = get_args(Measure)  # what records show when asked to: harness.running.measures
MOST = {"trials": 10**6}  # beyond lies a slip of the finger
# settings that older folders do not have, as they were then
LATER: dict[str, Any] = {
    "measure": [],
    "replicates": 1,
    "finalists": 1,
    "finals": 0,
    "level": 0.05,
    "profile": False,
    "declared": False,
    "curves": "all",
    "until": None,
    "margin": None,
}
# what stands beside the settings
PARTS = ("objective", "dataset", "optimizer", "schedules", "engine", "sampler", "pruner")
GROUPS = ("schedule", "experiment", "suite")  # chosen by these names, which are no settings
CHOSEN = (*(part for part in PARTS if part != "schedules"), *GROUPS)  # there is one of each
OPTIONAL = ("experiment", "suite")  # of which there may be none
EXCHANGED = tuple(group for group in CHOSEN if group not in OPTIONAL)
ABOUT = ("space", "paper", "includes")  # what a node says about itself; not for its constructor
OF_TUNING = (
    "search",
    "curves",
    "batch",
    "rungs",
    "finalists",
    "finals",
    "confirm",
    "declared",
    "replicates",
    "until",
    "timeout",
    "storage",
    "sampler",
    "pruner",
)  # read by nothing else
OF_ANSWERS = ("metric", "aggregate", "target", "level", "margin")
NOT_OF_A_RUN = (*OF_TUNING, *OF_ANSWERS, "trials", "on_error", "resume", "profile")
NAMES = (
    "seeds",
    "steps",
    "records",
    "budget",
    "trials",
    "search",
    "metric",
    "aggregate",
    "target",
    "batch",
    "rungs",
    "replicates",
    "until",
    "finalists",
    "finals",
    "confirm",
    "declared",
    "level",
    "margin",
    "timeout",
    "on_error",
    "storage",
    "cells",
    "save_params",
    "curves",
    "profile",
    "measure",
    "resume",
)
