"""Imports run one way, heavy ones are late, and nothing unpickles or evaluates."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import harness

ROOT = Path(harness.__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in ("harness", "objectives")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
HEAVY = {"optuna", "matplotlib", "scipy", "sklearn", "sympy", "autograd", "pandas", "torch", "jax", "optax",
         "pytorch_optimizer"}  # fmt: skip
SYMBOLIC = "objectives.symbolic"  # which formulas import when they are read
OPTUNAS = {"harness.sweeps.storage", "harness.sweeps.study", "harness.sweeps.tuning"}
# what a module may import of ours: the layers below it
LAYERS = [
    {
        "harness.errors",
        "harness.failures",
        "harness.visible",
        "harness.copying",
        "harness.signals",
        "harness.fields",
        "harness.statistics",
        "harness.trace",
        "harness.environment",
    },
    {
        "harness.layout",
        "harness.optimizers.norms",
        "harness.schedules.base",
        "harness.metrics",
        "harness.contract",
        "harness.terminal",
        "harness.arguments",
        "harness.sweeps.database",
    },
    {"harness.schedules.cycles"},
    {"harness.schedules.*"},
    {"harness.schedules"},
    {"harness.optimizers.memory", "harness.optimizers.oracle", "harness.optimizers.held", "harness.rows"},
    {"harness.optimizers.base", "harness.counting", "harness.results"},
    {"harness.optimizers.*", "harness.engine", "harness.fingerprint", "harness.tables", "harness.unfinished"},
    {"harness.advice", "harness.live", "harness.book"},
    {"harness.settings"},
    {"harness.typed"},
    {"harness.compose"},
    {"harness.trust", "harness.sweeps.space"},
    {"harness.building", "harness.sweeps.cell", "harness.making"},
    {"harness.sweeps.search"},
    {"harness.sweeps.cells"},
    {"harness.plan", "harness.budget", "harness.sweeps.storage", "harness.sweeps.rounds", "harness.sweeps.resume"},
    {"harness.training", "harness.sweeps.study", "harness.ranking", "harness.starts"},
    {"harness.sweeps.tuning"},
    {"harness.session"},
    {"harness.command", "harness.show", "harness", "harness.__main__"},
    {"harness.verify.contract"},
    {"harness.verify", "harness.verify.sampling", "harness.verify.references"},
    {"harness.verify.derivatives", "harness.verify.search", "harness.verify.references.calls"},
    {"harness.verify.checks", "harness.verify.references.problems"},
    {"harness.verify.references.walks"},
    {"harness.verify.references.cases", "harness.verify.references.factors"},
    {"harness.verify.references.verdicts", "harness.verify.references.gradient_descent"},
    {"harness.verify.references.*"},
    {"harness.verify.matrix"},
    {"harness.verify.certify", "harness.verify.optimizers", "harness.verify.schedules"},
    {"harness.verify.__main__", "harness.zoo"},
]


def imports(path: Path, late: bool = True) -> set[str]:
    """The modules that a file imports; with late=False only those at its top."""
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if late else iter(tree.body)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def layer(module: str) -> int:
    for k, names in enumerate(LAYERS):
        if module in names:
            return k
    for k, names in enumerate(LAYERS):
        if f"{module.rpartition('.')[0]}.*" in names:
            return k
    raise AssertionError(f"{module} has no place in the order of imports")


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("harness")])
def test_imports_run_one_way(module: str) -> None:
    ours = {name for name in imports(MODULES[module]) & MODULES.keys() if name.startswith("harness.")}
    higher = {name for name in ours - {module, "harness.sweeps"} if layer(name) > layer(module)}
    assert not higher


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("objectives")])
def test_objectives_do_not_know_the_harness(module: str) -> None:
    assert not {name for name in imports(MODULES[module]) if name.partition(".")[0] == "harness"}


@pytest.mark.parametrize(
    "module", [f"harness.{name}" for name in ("live", "tables", "show", "results", "rows", "metrics", "trace")]
)
def test_screens_and_files_do_not_know_optimizers(module: str) -> None:
    for name in imports(MODULES[module]):
        assert not name.startswith(("harness.optimizers", "harness.engine", "harness.schedules", "objectives"))


@pytest.mark.parametrize("module", MODULES)
def test_heavy_packages_are_imported_where_they_are_used(module: str) -> None:
    allowed = {"optuna"} if module in OPTUNAS else {"sympy"} if module == SYMBOLIC else set()
    assert not {name.partition(".")[0] for name in imports(MODULES[module], late=False)} & HEAVY - allowed


def test_only_a_sweep_that_tunes_imports_optuna() -> None:
    for module in MODULES.keys() - OPTUNAS:
        assert not imports(MODULES[module], late=False) & OPTUNAS, module
    assert not [module for module in MODULES if SYMBOLIC in imports(MODULES[module], late=False)]


@pytest.mark.parametrize("module", MODULES)
def test_nothing_unpickles_or_evaluates(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text())
    assert not {n.partition(".")[0] for n in imports(MODULES[module])} & {
        "pickle",
        "dill",
        "cloudpickle",
        "marshal",
        "shelve",
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert name not in {"eval", "exec", "compile", "__import__"}, f"line {node.lineno}"
            if name == "load" and ast.unparse(node.func) == "np.load":
                assert any(k.arg == "allow_pickle" and ast.unparse(k.value) == "False" for k in node.keywords)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["--cfg", "job"], ["objective=valley", "steps=3"]])
def test_a_command_does_not_pay_for_what_it_does_not_use(arguments: list[str], tmp_path: Path) -> None:
    code = f"import sys; from harness.command import main; main({arguments!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert not HEAVY & set(done.stdout.split("\n")[-2].split())


def test_importing_harness_costs_nothing() -> None:
    code = "import sys; before = set(sys.modules); import harness; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "hydra", "rich", "omegaconf"} & set(done.stdout.split())


def test_files_can_be_read_in_one_go() -> None:
    assert {name: n for name, path in MODULES.items() if (n := len(path.read_text().splitlines())) > 300} == {}
