"""Where and with what a run was made."""

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

DISTRIBUTION = "optimizer-harness"  # what the package index knows us by
PACKAGES = ("numpy", "hydra-core", "omegaconf", "optuna", "rich", "scipy", "scikit-learn")


def environment() -> dict[str, Any]:
    """Versions, machine and git commit."""
    return {
        "python": platform.python_version(),
        "versions": {"harness": installed(), **{name: _version(name) for name in PACKAGES}},
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "commit": commit(),
        "command": sys.argv,
    }


def installed() -> str | None:
    """Our own version."""
    return _version(DISTRIBUTION)


def commit() -> str | None:
    """The commit of this source tree, with -dirty if it was changed; None for an installed wheel."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except ImportError:  # PackageNotFoundError is one: run from a source tree
        return None
