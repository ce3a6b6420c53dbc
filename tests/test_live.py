"""The live screen: what it shows of cells in training, in the room that there is."""

import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from harness.results.metrics import Metric
from harness.results.trial import Standing, Trial
from harness.screens import live
from harness.screens.live import Screen
from harness.screens.ranking import leaders, ranked
from tests.support import a_trial


def shown(board: list[Trial], standings: Any = (), height: int = 30, single: bool = False) -> list[str]:
    """The lines of a screen 100 wide."""
    out = Console(width=100, height=height, file=io.StringIO())
    screen = Screen(out, "the title", single, Metric())
    screen._begun -= 2.0  # seconds ago
    out.print(screen._panel(board[0]) if single else screen._table(board, standings))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def first_words(lines: list[str]) -> list[str]:
    """What the rows of cells begin with."""
    return [line.split()[0] for line in lines if line.startswith("c")]


@pytest.mark.parametrize(("height", "rows"), [(30, 20), (12, 6), (7, 1), (3, 1)])
def test_the_table_is_cut_to_the_terminals_height(height: int, rows: int) -> None:
    board = [a_trial({"loss": [[9.0, float(20 - k)]]}, cell=k) for k in range(20)]
    lines = shown(board, height=height)
    assert first_words(lines) == [f"c{k}" for k in range(19, 19 - rows, -1)], "the best ones stay"
    assert ([f"… {20 - rows} more"] if rows < 20 else []) == [line for line in lines if "…" in line]
    assert len(lines) <= max(height, 7), "or Live would scroll"


def test_cells_are_ranked_as_in_the_finished_table() -> None:
    losses = {"far": 3.0, "diverged": np.inf, "near": 1.0, "same": 1.0}
    board = [a_trial({"loss": [[5.0, x]]}, cell=k, varied={"optimizer": f"c_{n}"}) for k, (n, x) in
             enumerate(losses.items())]  # fmt: skip
    assert first_words(shown(board)) == ["c_near", "c_same", "c_far", "c_diverged"]


def test_steps_that_were_not_enough_are_those_made_so_far() -> None:
    out = Console(width=100, file=io.StringIO())
    late, lost = (a_trial({"loss": [[9.0, 5.0, x]]}, cell=k, planned=9) for k, x in enumerate((4.0, np.inf)))
    out.print(Screen(out, "", False, Metric("steps_to_target", target=1.0))._table([late, lost], ()))
    assert isinstance(out.file, io.StringIO)
    rows = {line.split()[0]: line for line in out.file.getvalue().splitlines() if line.startswith("c")}
    assert "> 2 " in rows["c0"]
    assert "never " in rows["c1"]


def of_problems(count: int) -> list[Trial]:
    """Two cells on each of some problems, the losses of a problem a hundred times those of the one before."""
    names = [{"objective": f"p{k}", "optimizer": name} for k in range(count) for name in ("near", "far")]
    losses = [100.0**k * (1 + far) for k in range(count) for far in (0, 1)]
    board = [a_trial({"loss": [[1e9, loss]]}, cell=n, varied=named) for n, (loss, named) in
             enumerate(zip(losses, names, strict=True))]  # fmt: skip
    return board[1::2] + board[::2]


def test_cells_are_ranked_inside_their_problem_and_never_across() -> None:
    words = [line.split()[:2] for line in shown(of_problems(3)) if line.split()[:1] in (["p0"], ["p1"], ["p2"])]
    assert words == [[f"p{k}", name] for k in range(3) for name in ("near", "far")]
    cut = [line.split()[:2] for line in shown(of_problems(3), height=10) if line.startswith(("p0", "p1", "p2"))]
    assert cut == [["p0", "near"], ["p0", "far"], ["p1", "near"], ["p2", "near"]], "each problem has its best"


def test_what_an_objective_is_made_of_tells_its_problem() -> None:
    varied = [{"objective@objective.inner": inner, "optimizer": "sgd"} for inner in ("sphere", "booth")]
    board = [a_trial({"loss": [[1.0]]}, cell=k, varied=told) for k, told in enumerate(varied)]
    assert leaders(ranked(board, [], Metric())) == "sphere: sgd, booth: sgd"


def test_a_pipe_names_who_leads_on_each_problem_and_tells_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    for count, told in (
        (2, "leads: p0: near, p1: near"),
        (7, "leads: p0: near, p1: near, p2: near, p3: near, p4: near and 2 more"),
    ):
        out = Console(width=100, file=io.StringIO())
        with Screen(out, "the title", False, Metric()) as screen:
            now[0] += 9
            screen.show(of_problems(count))
        assert isinstance(out.file, io.StringIO)
        assert out.file.getvalue().splitlines()[1].endswith(f"steps   0:09, 0:00 left   {told}")


def tuned(part: Trial, trials: int) -> Standing:
    value = float(part.last("loss")[0]) if part.trace.records else np.nan
    return Standing(part, planned=8, trials=trials, best=value, history=[value] * trials)


def test_a_cell_whose_first_batch_still_trains_shows_the_best_of_it() -> None:
    told = tuned(a_trial({"loss": [[9.0, 2.0]]}, cell=0), trials=4)
    batch = [a_trial({"loss": [[9.0, x]]}, cell=1, number=k, phase="tune") for k, x in enumerate((7.0, 1.0, 8.0))]
    waiting = tuned(a_trial({"loss": [[9.0, 0.0]]}, cell=2), trials=0)
    begun = Standing(a_trial({"loss": [[9.0, 9.0]]}, cell=1), planned=8)
    lines = shown(batch, [told, begun, waiting])
    rows = [line.split() for line in lines if line.split()[:1] in (["c0"], ["c1"], ["c2"])]
    assert [row[:2] for row in rows] == [["c1", "1"], ["c0", "2"]]
    assert [("0/8" in row, "4/8" in row) for row in rows] == [(True, False), (False, True)]


def test_the_bar_tells_trials_with_the_share_of_those_in_training() -> None:
    told = tuned(a_trial({"loss": [[9.0, 2.0]]}), trials=3)
    half = a_trial({"loss": [[9.0, 5.0, 4.0]]}, number=3, phase="tune", planned=5)
    gone = a_trial({"loss": [[9.0, np.inf, np.nan]]}, number=4, phase="tune", planned=5)
    assert live._done([half], [told]) == (3.5, 8, "trials")
    assert live._done([half, gone], [told]) == (4.5, 8, "trials"), "what has lost all its runs is done"
    assert live._done([half, gone], ()) == (2 + 4, 8, "steps")
    (bar,) = [line for line in shown([half], [told]) if " of " in line and "trials" in line]
    assert "3 of 8 trials" in bar
    assert "0:02, 0:18 left" in bar, "half a trial in two seconds, and four and a half to go"


def test_the_bar_tells_steps_where_nothing_is_tuned_and_while_winners_are_confirmed() -> None:
    half = a_trial({"loss": [[9.0, 5.0, 4.0]]}, planned=5)
    (bar,) = [line for line in shown([half]) if "2 of 4" in line]
    assert "1 steps/s" in bar
    assert "0:02, 0:02 left" in bar
    half.phase = "confirm"
    (bar,) = [line for line in shown([half], [tuned(half, 8)]) if "2 of 4" in line]
    assert "2 of 4 steps, confirming" in bar
    assert "left" not in bar


def test_what_was_done_before_a_resume_does_not_count_as_speed() -> None:
    screen = Screen(Console(width=100, file=io.StringIO()), "", False, Metric())
    part = a_trial({"loss": [[9.0, 2.0]]})
    screen._table([], [tuned(part, 4)])
    assert screen._before == 4


def test_the_panel_of_one_run() -> None:
    part = a_trial({"loss": [[9.0, 1.0], [9.0, 3.0], [9.0, np.inf]], "accuracy": [[0.1, 0.5]] * 3})
    lines = shown([part], single=True)
    assert "the title" in lines[0]
    assert any("loss" in line and "3 (median)" in line and "█▁" in line for line in lines)
    assert any("accuracy" in line and "0.5 ± 0" in line and "▁█" in line for line in lines)
    assert any("diverged 1 of 3" in line for line in lines)


def test_a_pipe_is_told_of_the_first_batch_and_how_long_the_others_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    out = Console(width=100, file=io.StringIO())
    part = a_trial({"loss": [[9.0, 2.0]]})
    with Screen(out, "the title", False, Metric()) as screen:
        for done in (0, 0, 3, 3):
            now[0] += 1
            screen.show([], [Standing(part, planned=120, trials=done, best=2.0, history=[2.0] * done)])
    assert isinstance(out.file, io.StringIO)
    _, told = out.file.getvalue().splitlines()
    assert told.split("   ")[-3:-1] == ["0:03, 1:57 left", "loss 2"]


def test_a_narrow_screen_has_a_shorter_bar_and_one_line_of_progress() -> None:
    part = a_trial({"loss": [[9.0, 2.0]]})
    standing = Standing(part, planned=13824, trials=3210, best=2.0, history=[2.0])
    out = Console(width=50, file=io.StringIO())
    out.print(Screen(out, "", False, Metric())._bar([], [standing]))
    assert isinstance(out.file, io.StringIO)
    (bar,) = out.file.getvalue().splitlines()
    assert bar.endswith("3,210 of 13,824 trials  0:00")


def test_problems_of_many_parts_have_one_column() -> None:
    made = {"objective": "shift", "objective@objective.inner": "sphere", "objective.inner.dim": "9"}
    varied = [{**made, "optimizer": "sgd"}, {"objective": "mlp", "dataset": "wine", "optimizer": "sgd"}]
    board = [a_trial({"loss": [[9.0, 2.0]]}, cell=k, varied=told, point={"lr": 0.5}) for k, told in enumerate(varied)]
    lines = shown([], [tuned(part, 3) for part in board])
    assert not any("dim" in line for line in lines), "which is not searched"
    (head,) = [line for line in lines if "optimizer" in line]
    assert head.split()[:2] == ["problem", "optimizer"]
    assert [" ".join(line.split()).partition(" sgd ")[0] for line in lines if " sgd " in line] == [
        "shift sphere 9",
        "mlp wine",
    ]


def test_a_narrow_screen_tells_the_numbers_of_the_first_below_the_table() -> None:
    part = a_trial({"loss": [[9.0, 2.0]]}, point={"optimizer.lr": 0.125})
    for width, rows in ((60, 1), (40, 1)):
        out = Console(width=width, height=30, file=io.StringIO())
        out.print(Screen(out, "", False, Metric())._table([], [tuned(part, 3)]))
        assert isinstance(out.file, io.StringIO)
        assert out.file.getvalue().count("lr 0.125") == rows, out.file.getvalue()


def test_a_pipe_gets_a_line_at_every_tenth_and_not_more_often_than_every_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    out = Console(width=100, file=io.StringIO())
    far, near = ([a_trial({"loss": [[9.0] * (k + 1)]}, cell=n, planned=101) for k in range(101)] for n in (0, 1))
    with Screen(out, "the title", False, Metric()) as screen:
        for k in range(100):
            now[0] += 0.06
            near[k].trace.curves["loss"][0, k] = 1.0
            screen.show([far[k], near[k]])
    assert isinstance(out.file, io.StringIO)
    title, *lines = out.file.getvalue().splitlines()
    assert title == "the title"
    assert [line.split()[0] for line in lines] == ["20", "54", "88", "122", "156", "190"]
    assert lines[1].endswith("54 of 200 steps   0:01, 0:04 left   loss 1   leads: optimizer=c1")
    assert all(line.endswith("loss 1   leads: optimizer=c1") for line in lines)


@pytest.mark.parametrize(("cost", "gap"), [(0.0, 0.25), (0.5, 5.5)])
def test_at_most_a_tenth_of_the_time_is_spent_on_drawing(
    cost: float, gap: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, drawn = [0.0], []

    class Terminal:
        def update(self, *shown: Any, refresh: bool) -> None:
            drawn.append(now[0])
            now[0] += cost

    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    screen = Screen(Console(width=100, file=io.StringIO()), "", False, Metric())
    screen._live = Terminal()  # type: ignore[assignment]
    for _ in range(400):
        now[0] += 1 / 32
        screen.show([a_trial({"loss": [[9.0, 1.0]]})])
    assert drawn[0] == 0.25
    assert len(drawn) > 2
    assert np.diff(drawn) == pytest.approx(gap)
