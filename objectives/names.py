"""The names of our classes in configs, for ever: what was written under an older name is found, and hashed as it was.

A problem's hash contains the `_target_` of its objective and of what is inside it. It stays as it was first made: a
class that moved is hashed under its first name, and a field that came later is left out where it changes nothing.
"""

from typing import Any

# first module: where its classes live now; both below `objectives.`. Frozen: a line here is never changed, but for the
# place on its right, and a new class needs none.
MOVED: dict[str, tuple[str, str]] = {
    "autoencoder": ("learning.autoencoder", "Autoencoder"),
    "coupled_quadratic": (
        "functions.coupled_quadratics",
        "Booth HilbertQuadratic Matyas NesterovWorstCase Schwefel12 Trid",
    ),
    "curved": ("functions.curved_valleys", "Beale DixonPrice ExtendedRosenbrock LogCoshCanyon Rosenbrock"),
    "deepobs": ("functions.quadratic_deep", "QuadraticDeep"),
    "formula": ("formulas.formula", "Formula"),
    "function": ("formulas.function", "Function"),
    "least_squares": ("learning.least_squares", "LeastSquares"),
    "linear_network": ("learning.linear_network", "LinearNetwork"),
    "logistic_regression": ("learning.logistic_regression", "LogisticRegression"),
    "matrix_factorisation": ("learning.matrix_factorisation", "MatrixFactorisation"),
    "mlp": ("learning.mlp", "MLP"),
    "more_garbow_hillstrom": (
        "functions.fits",
        "Bard BiggsExp6 BrownDennis GaussianFit Gulf JennrichSampson KowalikOsborne Meyer Osborne1",
    ),
    "more_garbow_hillstrom_equations": (
        "functions.equations",
        "BroydenBanded BroydenTridiagonal Chebyquad DiscreteBoundaryValue",
    ),
    "more_garbow_hillstrom_penalties": (
        "functions.penalties",
        "BrownAlmostLinear Penalty1 Penalty2 Trigonometric VariablyDimensioned Watson",
    ),
    "multimodal": ("functions.many_minima", "Ackley Griewank Levy Michalewicz Rastrigin Schwefel226 StyblinskiTang"),
    "noise": ("wrappers.noise", "DelayedGradients GaussianNoise MultiplicativeNoise SparseGradients StudentNoise"),
    "noisy_quadratic": ("functions.noisy_quadratic", "NoisyQuadratic"),
    "planar": ("functions.few_minima", "Branin GoldsteinPrice Himmelblau McCormick SixHumpCamel ThreeHumpCamel"),
    "powers": ("functions.convex", "DifferentPowers IllScaledL1 Zakharov"),
    "quadratic": ("functions.quadratics", "BentCigar Discus Ellipsoid Sphere SumOfSquares Valley"),
    "reddi": ("functions.reddi", "ReddiCounterexample"),
    "ripples": ("functions.ripples", "Bohachevsky1 DropWave Easom Schaffer2"),
    "saddles": ("functions.saddles", "MonkeySaddle SaddleEscape"),
    "softmax_regression": ("learning.softmax_regression", "SoftmaxRegression"),
    "transforms": ("wrappers.transforms", "Condition Rescale Rotate Shift"),
    "valleys": (
        "functions.scaled_valleys",
        "BrownBadlyScaled FreudensteinRoth HelicalValley PowellBadlyScaled PowellSingular Wood",
    ),
    "wells": ("functions.wells", "Hartmann3 Hartmann6 Shekel"),
}
TODAY = {
    f"objectives.{first}.{name}": f"objectives.{now}.{name}"
    for first, (now, names) in MOVED.items()
    for name in names.split()
}
FIRST = {now: first for first, now in TODAY.items()}
# fields that came later, each at the value that changes nothing
LATER: dict[str, dict[str, Any]] = {
    "objectives.data.own.csv_file": {
        "task": None,
        "drop": None,
        "missing": None,
        "words": 50,
        "separator": "comma",
        "decimal": "point",
        "header": None,
        "encoding": None,
        "stratified": None,
        "split": 0,
    },
    "objectives.data.idx_folder.idx": {"task": None, "split": 0},
    "objectives.data.own.npz": {"task": None, "missing": None, "stratified": None, "split": 0},
    "objectives.data.bundled.breast_cancer": {"split": 0},
    "objectives.data.bundled.diabetes": {"split": 0},
    "objectives.data.bundled.digits": {"split": 0},
    "objectives.data.bundled.iris": {"split": 0},
    "objectives.data.bundled.wine": {"split": 0},
    "objectives.data.idx.fashion_mnist": {"split": 0},
    "objectives.data.idx.mnist": {"split": 0},
    "objectives.data.mnist1d.mnist1d": {"split": 0},
}


def today(target: str) -> str:
    """Where a class is now that a config names.

    >>> today("objectives.curved.Rosenbrock")
    'objectives.functions.curved_valleys.Rosenbrock'
    """
    return TODAY.get(target, target)


def first(node: Any) -> Any:
    """A node of a config as it would have been written when its classes were new.

    >>> first({"_target_": "objectives.functions.quadratics.Valley", "start": None})
    {'_target_': 'objectives.quadratic.Valley', 'start': None}
    """
    if isinstance(node, list):
        return [first(item) for item in node]
    if not isinstance(node, dict):
        return node
    target = node.get("_target_")
    later = LATER.get(target, {}) if isinstance(target, str) else {}
    kept = {key: value for key, value in node.items() if not (key in later and value == later[key])}
    return {key: FIRST.get(value, value) if key == "_target_" else first(value) for key, value in kept.items()}
