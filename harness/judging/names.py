"""Names of columns and runs as people and trackers write them, and what they mean."""

import re
from typing import NamedTuple

PREFIX = r"(metrics?|summary(_metrics)?|config|params?|tags|user_attrs|attrs|mlflow)[./: ]+"
VALUES = (
    r"((final|best|last|eval|val|valid|validation|test|train|training|dev)_)*"
    r"(loss|losses|error|value|objective|accuracy|acc|nll|perplexity|ppl|mse|rmse|mae|cross_entropy|"
    r"score|metric|result|reward|return|f1|auc|r2)"
)
TRAINING = r"(.*_)?train(ing)?_.*"  # of what was trained on; asked for only where there is nothing else
MORE = r"(.*_)?(accuracy|acc|reward|return|f1|auc|r2)"  # of which more is better
POINTS = r"(.*_)?(accuracy|acc)"
METHODS = ("optimizer", "optimiser", "optimizer_name", "optim", "opt", "method", "algorithm", "algo", "solver")
PROBLEMS = ("problem", "task", "dataset", "data", "objective", "benchmark", "function", "workload", "testproblem")
TUNINGS = ("replicate", "replication", "tuning", "retuning")  # whole ones
SEEDS = ("seed", "random_seed", "rng_seed", "random_state", "fold", "cv_fold", "repeat", "repetition", "rep")
STEPS = ("step", "global_step", "trainer_global_step", "epoch", "iteration", "iter")
RUNS = ("name", "run_name", "runname", "study", "run")  # names of runs, whose parts may say the rest
STATES = ("state", "status")
LONGEST = 200  # letters of a name that is taken apart
UNFINISHED = ("failed", "crashed", "killed", "running", "pending", "preempted", "scheduled")
PARTED = (
    r"(?P<method>.*?[^\W_]\)?)[/\s_,;:.-]+((?P<word>seed|replicate|rep|run|fold|tuning|s|r)[\s_=:-]*)?(?P<pair>\d+)"
)


class Parts(NamedTuple):
    """What the name of a run or study says."""

    problem: str
    method: str
    pair: str


def plain(name: str) -> str:
    """The name of a column without what trackers put before it, in small letters.

    >>> plain("metrics.val_loss"), plain("config/optimizer"), plain("Val Loss"), plain("tags.mlflow.runName")
    ('val_loss', 'optimizer', 'val_loss', 'runname')
    """
    text = name.strip().casefold().lstrip("_")
    while (found := re.match(PREFIX, text)) and found.end() < len(text):
        text = text[found.end() :]
    return re.sub(r"[\s./:-]+", "_", text)


def parts(name: str) -> Parts | None:
    """method/replicate or problem/method/replicate, or another mark before the last number.

    >>> [tuple(parts(name)) for name in ("adam/3", "valley/adam/3", "adam_seed=3")], parts("adam")
    ([('', 'adam', '3'), ('valley', 'adam', '3'), ('', 'adam', '3')], None)
    """
    if len(name) > LONGEST:
        return None
    pieces = name.split("/")
    if len(pieces) == 3 and all(pieces) and pieces[2].isdecimal():
        return Parts(*pieces)
    found = re.fullmatch(PARTED, name)
    return Parts("", found["method"], found["pair"]) if found else None


def is_value(name: str) -> bool:
    return bool(re.fullmatch(VALUES, plain(name)))


def is_of_training(name: str) -> bool:
    return bool(re.fullmatch(TRAINING, plain(name)))


def more_is_better(name: str) -> bool:
    return bool(re.fullmatch(MORE, plain(name)))


def in_points(name: str) -> bool:
    return bool(re.fullmatch(POINTS, plain(name)))
