"""Wells at given places: sums of bells whose tables were printed in 1978."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from objectives.arrays import Array
from objectives.functions.analytic import Analytic, Box, Dim, Property

DEPTHS = np.array([1.0, 1.2, 3.0, 3.2])
WIDTHS_3 = np.array([[3.0, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]])
PLACES_3 = np.array(
    [[0.3689, 0.1170, 0.2673], [0.4699, 0.4387, 0.7470], [0.1091, 0.8732, 0.5547], [0.03815, 0.5743, 0.8828]]
)
WIDTHS_6 = np.array(
    [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
)
PLACES_6 = np.array(
    [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]
)
FOXHOLES = np.array(
    [
        [4, 4, 4, 4],
        [1, 1, 1, 1],
        [8, 8, 8, 8],
        [6, 6, 6, 6],
        [3, 7, 3, 7],
        [2, 9, 2, 9],
        [5, 5, 3, 3],
        [8, 1, 8, 1],
        [6, 2, 6, 2],
        [7, 3.6, 7, 3.6],
    ]
)
RADII = np.array([0.1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.3, 0.7, 0.5, 0.5])
DEEPEST = {
    5: (-10.153199679058229, (4.00003715281967623, 4.00013327659156009, 4.00003715281967623, 4.00013327659156009)),
    7: (-10.402940566818662, (4.00057291618582335, 4.00068936618530425, 3.99948970885915061, 3.99960615885863151)),
    10: (-10.536409816692043, (4.00074653159204672, 4.00059293413853200, 3.99966339804032230, 3.99950980058680758)),
}


@dataclass
class Hartmann3(Analytic):
    """-sum_k d_k exp(-sum_i w_ki (x_i - p_ki)^2) over four wells: the axes of the box differ a hundredfold in scale
    (Hartmann 1973; Dixon & Szegö 1978, whose last place is 0.03815, which others round to 0.0381).
    """

    dim: Dim = 3

    dims: ClassVar[tuple[int, int | None]] = (3, 3)
    published_start: ClassVar[tuple[float, ...]] = (0.5,)
    start_box: ClassVar[Box] = (0.0, 1.0)
    domain: ClassVar[Box | None] = (0.0, 1.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal"})
    source: ClassVar[str] = "Hartmann 1973; Dixon & Szegö 1978, H3"

    @property
    def minimum(self) -> float:
        return -3.8627821478207553

    @property
    def minima(self) -> Array:
        return np.array([[0.11461433858967198, 0.5556488499718569, 0.8525469535208658]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return bells(x, WIDTHS_3.astype(self.dtype), PLACES_3.astype(self.dtype))


@dataclass
class Hartmann6(Analytic):
    """-sum_k d_k exp(-sum_i w_ki (x_i - p_ki)^2) over four wells in six dimensions; a local minimum of -3.2032 lies
    far from the global one (Hartmann 1973; Dixon & Szegö 1978).
    """

    dim: Dim = 6

    dims: ClassVar[tuple[int, int | None]] = (6, 6)
    published_start: ClassVar[tuple[float, ...]] = (0.5,)
    start_box: ClassVar[Box] = (0.0, 1.0)
    domain: ClassVar[Box | None] = (0.0, 1.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal"})
    source: ClassVar[str] = "Hartmann 1973; Dixon & Szegö 1978, H6"

    @property
    def minimum(self) -> float:
        return -3.3223680114155148

    @property
    def minima(self) -> Array:
        first, last = (0.20168951100670542, 0.15001069182345797, 0.476873974221897), (0.3116516166001132,)
        return np.array([[*first, 0.27533243049405607, *last, 0.6573005340656203]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return bells(x, WIDTHS_6.astype(self.dtype), PLACES_6.astype(self.dtype))


@dataclass
class Shekel(Analytic):
    """-sum_k 1 / (|x - a_k|^2 + c_k) over `terms` foxholes (5, 7 or 10): nearly flat between narrow holes of similar
    depth (Shekel 1971; Dixon & Szegö 1978). The minimum is near (4, 4, 4, 4), not there. The seventh foxhole is at
    (5, 5, 3, 3); tables that say (5, 3, 5, 3) describe another function.
    """

    dim: Dim = 4
    terms: Literal[5, 7, 10] = 10

    dims: ClassVar[tuple[int, int | None]] = (4, 4)
    published_start: ClassVar[tuple[float, ...]] = (5.0,)
    start_box: ClassVar[Box] = (0.0, 10.0)
    domain: ClassVar[Box | None] = (0.0, 10.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal"})
    source: ClassVar[str] = "Shekel 1971; Dixon & Szegö 1978, S5, S7 and S10"

    @property
    def minimum(self) -> float:
        return DEEPEST[self.terms][0]

    @property
    def minima(self) -> Array:
        return np.array([DEEPEST[self.terms][1]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        value, gradient = np.zeros_like(x[:, 0]), np.zeros_like(x)
        holes = zip(FOXHOLES.astype(self.dtype), RADII.astype(self.dtype), strict=True)
        for centre, radius in list(holes)[: self.terms]:
            off = x - centre
            depth = 1 / (np.sum(off * off, axis=1) + radius)
            value -= depth
            gradient += 2 * (depth * depth)[:, None] * off
        return value, gradient


def bells(x: Array, widths: Array, places: Array) -> tuple[Array, Array]:
    """The value -sum_k DEPTHS_k exp(-sum_i widths_ki (x_i - places_ki)^2) and its gradient."""
    value, gradient = np.zeros_like(x[:, 0]), np.zeros_like(x)
    for depth, width, place in zip(DEPTHS.astype(widths.dtype), widths, places, strict=True):
        off = x - place
        pull = width * off
        bell = depth * np.exp(-np.sum(pull * off, axis=1))
        value -= bell
        gradient += 2 * bell[:, None] * pull
    return value, gradient
