"""NumPy's functions led to jax, for whatever is compiled or differentiated by it. Importing it starts jax."""

from objectives.xla.starting import STARTED, in_full, jax  # isort: split

from objectives.xla.autodiff import gradients, pulled
from objectives.xla.traced import Traced, bare, bare_tree, clad_tree

__all__ = ["STARTED", "Traced", "bare", "bare_tree", "clad_tree", "gradients", "in_full", "jax", "pulled"]
