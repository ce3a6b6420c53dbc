"""Data sets: what an objective learns from, split once and for all."""

from objectives.data.bundled import digits
from objectives.data.dataset import Dataset, split

__all__ = ["Dataset", "digits", "split"]
