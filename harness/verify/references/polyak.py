"""Steps from the loss, beside other libraries."""

from harness.verify.references.calls import optax
from harness.verify.references.cases import Case

MOMO = {"lr": 0.3, "beta": 0.8, "lower_bound": 0.01, "weight_decay": 0.1}
ADAM = {"lr": 0.02, "eps": 0.01, "lower_bound": 0.01, "weight_decay": 0.1}
BETAS = {"beta1": 0.8, "beta2": 0.99}

OPTAX_MOMO = {"learning_rate": 0.3, "beta": 0.8, "lower_bound": 0.01, "weight_decay": 0.1}
OPTAX_ADAM = {"learning_rate": 0.02, "b1": 0.8, "b2": 0.99, "eps": 0.01, "lower_bound": 0.01, "weight_decay": 0.1}

CASES = [
    Case(
        "polyak_sgd", {"lr": 0.2, "f_min": -0.5, "c": 1.0}, optax("polyak_sgd", max_learning_rate=0.2, f_min=-0.5),
    ),
    Case(
        "polyak_sgd", {"lr": 0.2, "f_min": -0.5, "c": 2.0},
        optax("polyak_sgd", max_learning_rate=0.1, f_min=-0.5, scaling=2.0),
    ),
    Case("variant/polyak_sgd_optax", {"lr": 0.2}, optax("polyak_sgd", max_learning_rate=0.2)),
    Case("momo", MOMO, optax("contrib.momo", **OPTAX_MOMO)),
    Case("variant/momo_star", MOMO, optax("contrib.momo", **OPTAX_MOMO, adapt_lower_bound=True)),
    Case("momo_adam", {**ADAM, **BETAS}, optax("contrib.momo_adam", **OPTAX_ADAM)),
    Case(
        "variant/momo_adam_star", {**ADAM, **BETAS}, optax("contrib.momo_adam", **OPTAX_ADAM, adapt_lower_bound=True),
    ),
]  # fmt: skip
