"""What all tests share: the config folders, which name everything there is, and a folder of one's own."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from harness.configs.compose import Composer, composer
from tests import kernels
from tests.support import options

collect_ignore = ["examples"]  # which the tests run, and pytest must not import


def pytest_configure() -> None:
    """In every test process: are these the kernels that were asked for?"""
    try:
        kernels.demand_switched()
    except RuntimeError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_report_header() -> str:
    return kernels.told()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with an argument `optimizer_name` runs for every file in conf/optimizer, and so on, or for those that its
    own parametrization names."""
    named = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    for group in ("optimizer", "schedule", "objective", "dataset", "experiment"):
        if f"{group}_name" in metafunc.fixturenames and f"{group}_name" not in named:
            metafunc.parametrize(f"{group}_name", options(group))


@pytest.fixture(scope="module")
def source() -> Iterator[Composer]:
    with composer() as made:
        yield made


@pytest.fixture
def write_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Writes a module that this test, and no other, imports by its name."""

    def write(name: str, text: str) -> None:
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, name, raising=False)

    return write


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """BLAS gets one thread, as where we train: in small matrices, several only wait for each other."""
    import scipy.linalg  # noqa: F401  the limit holds for libraries that are there

    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests make the data cache themselves: they prove the first use, and leave the user's cache alone."""
    os.environ["HARNESS_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs go to a temporary folder; handlers that Hydra's --info sets up end with their test, as its streams do."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.root, "handlers", [])
