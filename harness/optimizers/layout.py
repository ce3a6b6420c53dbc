"""All parameters of a population as one buffer of shape (runs, size)."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from objectives.arrays import Array

Params = dict[str, Array]


@dataclass(frozen=True)
class Layout:
    """Where each named tensor lies along axis 1 of the buffer; shapes are those of one run."""

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    columns: tuple[slice, ...]
    size: int  # how many numbers one run holds

    @classmethod
    def of(cls, params: Mapping[str, Array]) -> "Layout":
        """The layout of params whose axis 0 is the run."""
        names, shapes, columns, end = tuple(params), [], [], 0
        for name in names:
            shapes.append(params[name].shape[1:])
            columns.append(slice(end, end := end + prod(params[name].shape[1:])))
        return cls(names, tuple(shapes), tuple(columns), end)

    def views(self, buffer: Array) -> Params:
        """The tensors, as views of the buffer: writing to one writes to the other."""
        return {
            name: buffer[:, columns].reshape(-1, *shape)
            for name, shape, columns in zip(self.names, self.shapes, self.columns, strict=True)
        }

    def shown(self, buffer: Array) -> Params:
        """The tensors as others may see them: views that cannot be written to."""
        views = self.views(buffer)
        for view in views.values():
            view.flags.writeable = False
        return views

    def gather(self, tensors: Mapping[str, Array], out: Array) -> Array:
        """The tensors in one buffer: `out`, or the tensor itself where it is alone and fits as it is."""
        if len(self.names) == 1:
            alone = tensors[self.names[0]]
            if alone.dtype == out.dtype and alone.ndim == 2 and alone.shape == out.shape:
                return alone
        for name, columns in zip(self.names, self.columns, strict=True):
            out[:, columns] = tensors[name].reshape(out.shape[0], -1)
        return out
