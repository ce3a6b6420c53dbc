"""until=decided: after how many replicates a sweep is looked at, and what it says then."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.answers.answer import Answers
from harness.answers.eprocess import least
from harness.cells.cell import Cell
from harness.errors import UserError
from harness.results.answers import looked_at
from harness.results.metrics import Metric
from harness.results.trial import Outcome
from harness.running.plan import Planner
from harness.tuning.size import compared, replicates

# replicates that are added at a time: in steps of 1, 2, 4, 8 two clones of adam on Rosenbrock take 10.1, 6.8, 5.4, 4.6
# CPU seconds to 40 (3.9 at once), and a lead of one deviation is decided after 29.6, 30.2, 31.0, 32.8 on average
STEP = 4


def stages(cells: Sequence[Cell], planner: Planner, recorded: Sequence[Any]) -> list[int]:
    """The numbers of replicates after which it is asked whether all is decided: the fewest that could, then some more
    each time, up to the most. All of those that an answer with other trials was about go on together.
    """
    settings = cells[0].settings
    most = max(replicates(cell, planner) for cell in cells)
    if settings.until is None:
        return [most]
    count = compared(cells, planner)
    first = least(count * (count - 1) // 2, settings.level)
    others = [one for one in recorded if isinstance(one, dict) and one.get("trials") != settings.trials]
    first = max([first, *(one["replicates"] for one in others if isinstance(one.get("replicates"), int))])
    return ends(first, most)


def ends(first: int, most: int) -> list[int]:
    """The first number of replicates, then some more each time.

    >>> ends(7, 20), ends(7, 5)
    ([7, 11, 15, 19, 20], [5])
    """
    return [*range(first, most, STEP), most]


def refuse_nothing_to_decide(cells: Sequence[Cell], planner: Planner) -> None:
    """Refuse to go on until an answer is decided where nothing is tuned, or no two cells have a problem in common."""
    if cells[0].settings.until and not any(cell.space for cell in cells):
        raise UserError("until=decided: it adds tunings, and nothing is left to be searched")
    if cells[0].settings.until and compared(cells, planner) == 1:
        raise UserError("until=decided: no problem has two cells, so nothing is compared; type optimizer=adam,sgd")


def _short(answers: Answers) -> str:
    """Of several problems, how many are settled."""
    if len(answers) == 1:
        return answers.headline
    return f"{sum(answer.settled for answer in answers)} of {len(answers)} problems are decided"


class Looks:
    """Looks at what a sweep has reached, records it in what summary.json will say, and tells it."""

    def __init__(self, about: Mapping[str, Any], metric: Metric, say: Callable[[str], None]) -> None:
        self.about, self.metric, self._say = about, metric, say
        self.record: list[Any] = list(about.get("looks", ()))

    def settled(self, outcome: Outcome) -> bool:
        """Whether the sweep may end."""
        answers, record = looked_at(outcome, {**self.about, "looks": self.record}, self.metric)
        if (look := record[-1]) not in self.record:
            self.record = record
            if not answers.settled:
                self._say(f"after {look['replicates']} tunings: {_short(answers)}")
        return answers.settled
