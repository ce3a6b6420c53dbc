"""The pictures of a page: all that its folders can give, as far as there is room."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from harness.answers.answer import Answer
from harness.report import animation
from harness.report.page.inline import inline
from harness.report.page.subject import Subject, drawable, of_problem
from harness.report.picture import drawn, pictures
from harness.report.source import speaking
from harness.report.style import styled, svg
from harness.results.files import Results
from harness.text.copying import command
from harness.text.visible import in_line

ROOM = 2_200_000  # characters of all pictures: the page stays below 3 MB
OVER_ALL = ("heatmap", "profiles", "ecdf")  # that show several problems at once
OF_ANSWERS = ("effects", "unbeaten", "heatmap", "budget")  # that need no curves and no configs
ORDER = ("effects", "unbeaten", "curves", "trajectories", "animation", "sensitivity", "budget", "profiles", "space")
MOVING = "animation"


@dataclass(frozen=True)
class Shown:
    """A picture: its SVG, or "" where there was no room for it."""

    name: str
    about: str
    command: str
    svg: str


def over_all(subject: Subject) -> list[Shown]:
    """Those that show all problems at once."""
    if len(subject.answers) == 1:
        return []
    joint = drawable(subject.joint)
    found = [(name, joint, "all") for name in OVER_ALL if name in pictures()]
    return _shown(found, subject, ROOM // 3)


def by_problem(subject: Subject, room: int) -> list[list[Shown]]:
    """Those of each answer; where room is scarce, first the effects of all, then the next picture."""
    places = [(k, place) for k, answer in enumerate(subject.answers) for place in _of(subject, answer, k)]
    places.sort(key=lambda one: (_rank(one[1][0]), one[0]))
    shown = _shown([place for _, place in places], subject, room)
    by_place = {(place[0], place[2]): one for (_, place), one in zip(places, shown, strict=True)}
    found: list[list[Shown]] = [[] for _ in subject.answers]
    for k, (name, _, prefix) in places:
        found[k].append(by_place[name, prefix])
    return found


def _rank(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _of(subject: Subject, answer: Answer, k: int) -> Iterator[tuple[str, Results, str]]:
    """Name, of what, and a prefix, of every picture that a problem's part of the folders can give."""
    several = len(subject.answers) > 1
    joint = drawable(of_problem(subject.joint, answer))
    parts = [_there(folder, answer) for folder in subject.folders] if subject.several else [joint]
    for name in (name for name in (*pictures(), MOVING) if not (several and name in OVER_ALL)):
        if name in OF_ANSWERS:
            yield name, joint, f"p{k}"
            continue
        for n, part in enumerate(parts):
            if part is not None and (name not in ("trajectories", MOVING) or _walks(part)):
                yield name, part, f"p{k}f{n}"


def _there(folder: Results, answer: Answer) -> Results | None:
    """The part of a folder that is about a problem."""
    same = [one for one in folder.answer if one.evidence.problem == answer.evidence.problem]
    return drawable(of_problem(folder, same[0])) if same else None


def _walks(results: Results) -> bool:
    """Whether its first cell left a path of two parameters."""
    if "path" not in results.curves:
        return False
    rows = next(iter(speaking(results, results.cells[0]["cell"]).values()), None)
    path = None if rows is None else results.curves["path"][rows[0]]
    return path is not None and path.shape[1] == 2 and bool(np.isfinite(path[0]).all())


def _shown(places: list[tuple[str, Results, str]], subject: Subject, room: int) -> list[Shown]:
    found = []
    for name, results, prefix in places:
        again = command(str(results.folder), name, module="harness.plot")
        if subject.several and name in OF_ANSWERS:
            again = subject.judged_again
        if _lacks(name, results):
            found.append(Shown(name, "", "", ""))
            continue
        about = "the paths as they were walked, all at one pace" if name == MOVING else pictures()[name].about
        if subject.several and name not in OF_ANSWERS:
            about += f", of {results.folder}"
        text = inline(_svg(name, results), f"{name}-{prefix}", in_line(f"{about}. {results.answer[0].headline}"))
        fits = len(text) <= room
        room -= len(text) if fits else 0
        found.append(Shown(name, about, again, text if fits else ""))
    return found


def _lacks(name: str, results: Results) -> str:
    return pictures()["trajectories" if name == MOVING else name].lacks(results)


def _svg(name: str, results: Results) -> bytes:
    if name != MOVING:
        return svg(drawn(name, results))
    with styled():
        return animation.moving(results)
