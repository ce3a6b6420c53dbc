"""Pairs and effects as plain data, by harness.answers.schema."""

from collections.abc import Sequence
from typing import Any

from harness.answers.statistics import Interval
from harness.answers.verdict import Pair


def interval(effect: Interval) -> dict[str, float]:
    """An effect."""
    return {"difference": effect.value, "low": effect.low, "high": effect.high}


def pair(pair: Pair, names: Sequence[str], known: bool = True) -> dict[str, Any]:
    """Two cells by their names, with everything that is known of them; there is no winner where there is no verdict."""
    return {
        "first": names[pair.first],
        "second": names[pair.second],
        **interval(pair.effect),
        "p": pair.p,
        "p_holm": pair.holm,
        "first_wins": pair.wins,
        "second_wins": pair.losses,
        "winner": None if pair.winner is None or not known else names[pair.winner],
        "equivalent": known and pair.equivalent,
    }
