"""The language of fields: what annotations say, and that every class and function is held to them."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import pytest

from harness.configs import building, trust
from harness.configs.compose import Composer
from harness.configs.declared import Settings
from harness.errors import UserError
from harness.optimizers.base import Optimizer
from harness.optimizers.gradient_descent import SGD
from harness.schedules import Schedule
from objectives import fields
from objectives.base import Objective
from objectives.data import Dataset
from objectives.fields import Called, Count, Index, Length, Measured, NonNegative, StaticFraction, StaticPart, Whole
from objectives.functions.quadratics import Sphere
from objectives.wrappers.noise import GaussianNoise
from tests.support import NEEDY, names, node

if TYPE_CHECKING:
    from decimal import Decimal

GROUPS = ("optimizer", "schedule", "objective", "dataset")
OPTIONS = [
    (group, name)
    for group in GROUPS
    for name in names(group)
    if not name.startswith("variant/") and name not in NEEDY.get(group, ())
]


@pytest.mark.parametrize(
    ("hint", "good", "bad", "said"),
    [
        (NonNegative, [0, 1.5, [1.0, 2.0]], [-1, [1.0, -1.0]], "at least 0"),
        (NonNegative, [], ["a", None, True, [[1.0]]], "a number, or one number per run"),
        (NonNegative, [], [float("inf")], "finite and at least 0"),
        (StaticFraction, [0, 0.5, np.float64(0.5)], [1, -0.1, "a", None, True, [0.5]], "a number in [0, 1)"),
        (StaticPart, [1], [0], "a number in (0, 1]"),
        (StaticPart, [], [float("nan")], "a finite number in (0, 1]"),
        (float, [1, float("inf")], ["a", True], "a number"),
        (Count, [1, np.int64(3)], [0, 1.0, True, "1", None], "an integer of at least 1"),
        (Annotated[int, Whole(2, 1000)], [2, 1000], [1, 1001], "an integer from 2 to 1,000"),
        (Annotated[int, Whole(2, multiple=2)], [4], [3], "an integer of at least 2 and a multiple of 2"),
        (Annotated[int, Whole(4, 4)], [4], [5], "4"),
        (bool, [True], [1, "no"], "true or false"),
        (Literal["a", "b", "c"], ["a"], ["d", None], "a, b or c"),
        (Literal[0, 1], [1], [True, 2], "0 or 1"),
        (Literal["a", "b"] | None, ["a", None], ["c"], "a, b or null"),
        (bool | None, [None, False], ["off"], "true, false or null"),
        (Sequence[Index], [[], [0, 1], (2,)], [[-1], ["a"]], "a list of integers of at least 0"),
        (Annotated[Sequence[str], Length(1)], [["a"]], [[], "a", None], "a list of texts"),
        (Annotated[Sequence[Count], Called("a list of widths")], [[1]], [[0], 1], "a list of widths"),
        (Annotated[StaticPart, Measured("seconds")], [0.5], [0], "a number in (0, 1], in seconds"),
        (Mapping[str, Any], [{"a": 1}], [[1], "a"], "names with values"),
        (Objective, [Sphere()], ["sphere", Sphere], "an Objective"),
        (Dataset | None, [None], ["digits"], "a Dataset or null"),
        (Callable[[float], float], [abs], [1], "a function"),
        (Any, [1, "a", None], [], ""),
        (np.ndarray, [np.zeros(2), [1.0]], [], ""),  # what reads a list makes an array of it
    ],
)  # fmt: skip
def test_what_an_annotation_says(hint: Any, good: list[Any], bad: list[Any], said: str) -> None:
    kind = fields.kind_of(hint)
    for value in good:
        assert kind.holds(value), value
    for value in bad:
        assert not kind.holds(value), value
        assert kind.wanted(value) == said


@dataclass
class Mine(Objective):
    """A class of somebody who says little."""

    depth: float = 1.0
    anything: "Decimal | None" = None
    scale: StaticFraction = 0.5

    def init(self, seeds: Any) -> Any: ...
    def loss_and_grads(self, params: Any, step: Any, seeds: Any) -> Any: ...
    def evaluate(self, params: Any, split: Any) -> Any: ...


def test_hints_that_only_a_type_checker_resolves_are_left_alone() -> None:
    assert Mine(depth="deep").depth == "deep"  # type: ignore[arg-type]


def test_a_function_is_held_to_its_annotations() -> None:
    @fields.checked
    def make(share: StaticFraction, size: Count | None = None) -> float:
        return share

    assert make(0.5) == make(share=0.5, size=3) == 0.5
    with pytest.raises(ValueError, match=r"^share must be a number in \[0, 1\); got 2$"):
        make(2)
    with pytest.raises(ValueError, match=r"^size must be an integer of at least 1 or null; got 0$"):
        make(0.5, size=0)
    with pytest.raises(TypeError, match=r"make\(\) missing 1 required positional argument: 'share'"):
        make()  # type: ignore[call-arg]


@pytest.mark.parametrize(("group", "name"), OPTIONS)
def test_what_no_kind_holds_is_refused_by_every_class(group: str, name: str, source: Composer) -> None:
    """From a config and from Python: an annotation that nobody checks would be prose."""
    config = node(source, group, name)
    maker = trust.locate(config["_target_"])
    for field, kind in fields.kinds(maker).items():
        here = kind.of(maker) if isinstance(maker, type) else kind
        for value in (object(), -3, 10**9 + 0.5, "nonsense", ["nonsense"], {"non": "sense"}):
            if not here.holds(value) and not isinstance(value, dict):
                with pytest.raises(UserError, match=rf"{field} (must|has|:)"):
                    building.build({**config, field: value}, group)
                break
        else:
            assert here.holds(object()), field


def subclasses(cls: type) -> Iterator[type]:
    for one in cls.__subclasses__():
        yield one
        yield from subclasses(one)


@pytest.mark.parametrize("base", [Optimizer, Schedule, Objective])
def test_a_class_is_abstract_or_final(base: type, source: Composer) -> None:
    """Nothing that can be made is inherited."""
    for group in GROUPS:
        for name in names(group):
            trust.locate(node(source, group, name)["_target_"])
    ours = {cls for cls in subclasses(base) if cls.__module__.partition(".")[0] in ("harness", "objectives")}
    made = {cls for cls in ours if not inspect.isabstract(cls)}
    assert len(made) > 20
    assert {cls.__name__: parent.__name__ for cls in ours for parent in cls.__bases__ if parent in made} == {}


def test_a_wrapper_has_every_trait_of_its_inner_objective() -> None:
    inner = Sphere()
    for trait in inspect.get_annotations(Objective):
        setattr(inner, trait, told := object())
        if trait != "deterministic":  # noise never is
            assert getattr(GaussianNoise(inner), trait) is told


def test_numbers_per_run_are_the_optimizers_own() -> None:
    lrs = np.array([0.1, 0.2])
    optimizer = SGD(lr=lrs, runs=2)
    lrs[0] = 9
    assert list(optimizer.lr) == [0.1, 0.2]  # type: ignore[arg-type]


def test_a_storage_that_is_none_is_not_repeated(source: Composer) -> None:
    config = source.compose([]).config
    with pytest.raises(UserError) as error:
        Settings.of({**config, "storage": ["postgresql://me:secret@host/db"]})
    assert str(error.value) == "storage must be a URL like sqlite:///studies.db, or null; got something else"
