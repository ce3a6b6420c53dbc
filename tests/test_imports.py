"""Imports run one way, heavy ones are late, and nothing unpickles or evaluates."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
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
         "pytorch_optimizer", "PIL", "jinja2", "polars"}  # fmt: skip
SYMBOLIC = "objectives.formulas.symbolic"  # which formulas import when they are read
COMPILED = ("harness.running.compiled", "objectives.xla")  # what needs jax
OPTUNAS = {"harness.tuning.storage", "harness.tuning.study", "harness.tuning.search", "harness.tuning.tuning"}
# a package or module imports what stands before it
LAYERS = """
    objectives.arrays objectives.names
    objectives.tracing
    objectives.curvature objectives.fields objectives.random
    objectives.base
    objectives.data
    objectives.checks objectives.xla
    objectives.formulas objectives.functions objectives.learning objectives.wrappers
    objectives
    harness.errors harness.text harness.clock harness.late
    harness.answers harness.schedules
    harness.optimizers harness.engines
    harness.configs harness.book
    harness.cells
    harness.results
    harness.screens harness.running
    harness.tuning harness.judging
    harness.refusals
    harness.landscape
    harness.session harness.show harness.answer harness.judge harness.compare
    harness.command harness
    harness.__main__ harness.verify harness.schemas
    harness.zoo harness.code
    harness.report
    harness.plot harness.guide
"""
LAYER = {name: k for k, line in enumerate(LAYERS.splitlines()) for name in line.split()}


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


def ours(module: str) -> set[str]:
    """The modules of ours that a module imports; a name taken from a package's front door is of that package."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in full}
    return found & MODULES.keys()


def package(module: str) -> str:
    """The idea that a module belongs to."""
    return ".".join(module.split(".")[:2])


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module: str) -> None:
    layer = LAYER[package(module)]
    others = {name for name in ours(module) if package(name) != package(module)}
    assert not {name for name in others if LAYER[package(name)] >= layer}


def test_no_import_comes_back() -> None:
    assert list(TopologicalSorter({module: ours(module) - {module} for module in MODULES}).static_order())


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("objectives")])
def test_objectives_do_not_know_the_harness(module: str) -> None:
    assert not {name for name in imports(MODULES[module]) if name.partition(".")[0] == "harness"}


@pytest.mark.parametrize(
    "module", [m for m in MODULES if package(m) in ("harness.screens", "harness.results", "harness.answers")]
)
def test_screens_and_files_do_not_know_optimizers(module: str) -> None:
    for name in imports(MODULES[module]):
        assert not name.startswith(("harness.optimizers", "harness.running", "harness.schedules", "objectives.base"))


@pytest.mark.parametrize("module", MODULES)
def test_heavy_packages_are_imported_where_they_are_used(module: str) -> None:
    allowed = {"optuna"} if module in OPTUNAS else {"sympy"} if module == SYMBOLIC else set()
    allowed |= {"jax"} if module.startswith(COMPILED) else set()
    assert not {name.partition(".")[0] for name in imports(MODULES[module], late=False)} & HEAVY - allowed


def test_only_a_sweep_that_tunes_imports_optuna() -> None:
    for module in MODULES.keys() - OPTUNAS:
        assert not imports(MODULES[module], late=False) & OPTUNAS, module
    assert not [module for module in MODULES if SYMBOLIC in imports(MODULES[module], late=False)]


def test_only_an_engine_that_compiles_imports_jax() -> None:
    for module in MODULES:
        if not module.startswith(COMPILED):
            assert not [name for name in imports(MODULES[module], late=False) if name.startswith(COMPILED)], module


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


def test_help_does_not_wait_for_numpy() -> None:
    code = "import sys; from harness.command import main; main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "numpy" not in done.stdout.split("\n")[-2].split()


def test_importing_harness_costs_nothing() -> None:
    code = "import sys; before = set(sys.modules); import harness; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "hydra", "rich", "omegaconf"} & set(done.stdout.split())


def test_files_can_be_read_in_one_go() -> None:
    assert {name: n for name, path in MODULES.items() if (n := len(path.read_text().splitlines())) > 300} == {}
