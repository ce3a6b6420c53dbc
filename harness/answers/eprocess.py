"""Sign tests that hold however often they are looked at: e-processes over the replicates in their order.

What multiplies up like a gambler's fortune in a fair game exceeds 1 / level with at most the probability `level`, at
any time (Ville 1939): p = min(1, 1 / its maximum) holds under any rule of stopping (Ramdas, Gruenwald, Vovk and Shafer
2023, Statistical Science 38). The stake on the next sign is the share of the signs so far, each counted half a time
more, which is the mixture over Beta(1/2, 1/2) of all shares (Krichevsky and Trofimov 1981).
"""

from functools import cache
from math import lgamma, log
from typing import NamedTuple

import numpy as np

from objectives.arrays import Array


class Signs(NamedTuple):
    """Of each column: p at any time, and where its evidence was largest the share of positive signs minus that of
    negative ones."""

    p: Array
    balance: Array


def signs(ds: Array) -> Signs:
    """Whether positive and negative differences (replicates, pairs) are equally likely; zeros are left out.

    >>> signs(np.ones((7, 1))).p.round(4).tolist(), signs(np.array([[1.0], [-1.0], [0.0]])).p.tolist()
    ([0.0373], [1.0])
    """
    ups, downs = np.cumsum(ds > 0, axis=0), np.cumsum(ds < 0, axis=0)
    known = ups + downs
    same = np.where(ds > 0, ups, downs)  # so often this sign came, this time included
    staked = (same - 0.5) / np.maximum(known, 1)
    fortune = np.cumsum(np.where(ds == 0, 0.0, np.log(np.maximum(2 * staked, np.finfo(float).tiny))), axis=0)
    place = np.argmax(fortune, axis=0)[None]
    balance = np.take_along_axis((ups - downs) / np.maximum(known, 1), place, axis=0)[0]
    return Signs(_p(fortune), balance)


def below(ds: Array, bound: float) -> Array:
    """p, at any time, of the hypothesis that the median difference is the bound or more: the stakes are the same, but
    never on the side of the hypothesis. A difference that is the bound counts for it.

    >>> below(np.zeros((7, 1)), 0.1).round(4).tolist(), below(np.ones((7, 1)), 0.1).tolist()
    ([0.0373], [1.0])
    """
    inside = ds < bound
    before: Array = np.cumsum(inside, axis=0) - inside
    staked = np.maximum((before + 0.5) / (np.arange(len(ds))[:, None] + 1.0), 0.5)
    lost = np.log(np.maximum(2 - 2 * staked, np.finfo(float).tiny))
    return _p(np.cumsum(np.where(inside, np.log(2 * staked), lost), axis=0))


def _p(fortune: Array) -> Array:
    found: Array = np.exp(-np.max(fortune, axis=0, initial=0.0))
    return found


def evidence(ups: float, downs: float) -> float:
    """The logarithm of the fortune after so many signs, in whatever order; parts of signs are for projections.

    >>> round(evidence(7, 0), 4), round(evidence(3, 3), 4)
    (3.2889, -1.1632)
    """
    both = lgamma(ups + 0.5) + lgamma(downs + 0.5) - 2 * lgamma(0.5)
    return both - lgamma(ups + downs + 1) + (ups + downs) * log(2)


def least(pairs: int, level: float = 0.05) -> int:
    """The fewest replicates with which a pair whose signs all agree passes Holm's first step.

    >>> [least(cells * (cells - 1) // 2) for cells in (2, 3, 4, 5, 6, 7, 8)]
    [7, 9, 10, 11, 11, 12, 12]
    """
    replicates = 1
    while evidence(replicates, 0) < log(max(pairs, 1) / level):
        replicates += 1
    return replicates


@cache
def rank(n: int, level: float) -> int:
    """The k for which the k-th smallest and the k-th largest of n differences hold their median between them at all n
    together with this confidence, as every value outside is refused by its signs; 0 where there is none.

    >>> rank(6, 0.95), rank(7, 0.95), rank(12, 0.95), rank(40, 0.95)
    (0, 1, 2, 11)
    """
    return sum(evidence(k, n - k) >= -log(1 - level) for k in range((n + 1) // 2))
