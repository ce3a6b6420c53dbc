"""What all tests share: the config folders, which name everything there is, and a folder of one's own."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.compose import Composer, composer
from tests import kernels
from tests.support import names


def pytest_configure() -> None:
    """In every test process: are these the kernels that were asked for?"""
    kernels.demand_switched()


def pytest_report_header() -> str:
    return kernels.told()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with an argument `optimizer_name` runs for every file in conf/optimizer, and so on."""
    given = {
        "objective": {"function"},
        "dataset": {"npz", "csv", "mnist", "fashion_mnist"},
    }  # which need files or functions
    for group in ("optimizer", "schedule", "objective", "dataset", "experiment"):
        if f"{group}_name" in metafunc.fixturenames:
            metafunc.parametrize(f"{group}_name", [name for name in names(group) if name not in given.get(group, ())])


@pytest.fixture(scope="module")
def source() -> Iterator[Composer]:
    with composer() as made:
        yield made


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests make the data cache themselves: they prove the first use, and leave the user's cache alone."""
    os.environ["HARNESS_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs go to a temporary folder; handlers that Hydra's --info sets up end with their test, as its streams do."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.root, "handlers", [])
