"""What is minimised: functions, learning problems, formulas, wrappers around them, and data.

Whoever writes an objective needs these: `Objective` is the contract, `Analytic` a function of a vector, `generator` the
randomness by seed, `Dataset` what a learning problem reads.
"""

from objectives.arrays import Array, Params, Seeds, power, ratio
from objectives.base import Objective, Split
from objectives.data import Dataset
from objectives.functions.analytic import Analytic, columns
from objectives.random import Draws, generator

__all__ = [
    "Analytic", "Array", "Dataset", "Draws", "Objective", "Params", "Seeds", "Split",
    "columns", "generator", "power", "ratio",
]  # fmt: skip
