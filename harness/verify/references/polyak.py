"""Steps from the loss, beside other libraries."""

from harness.verify.references.calls import optax
from harness.verify.references.cases import Case
from harness.verify.references.terms import our

MOMO = {"lr": 0.3, "beta": 0.8, "lower_bound": 0.01, "weight_decay": 0.1}
ADAM = {"lr": 0.02, "eps": 0.01, "lower_bound": 0.01, "weight_decay": 0.1}
BETAS = {"beta1": 0.8, "beta2": 0.99}

DECAYED = {"lower_bound": our.lower_bound, "weight_decay": our.weight_decay}
OPTAX_MOMO = {"learning_rate": our.lr, "beta": our.beta, **DECAYED}
OPTAX_ADAM = {"learning_rate": our.lr, "b1": our.beta1, "b2": our.beta2, "eps": our.eps, **DECAYED}
LOSS = "it is told the loss: update(grads, state, params, value=loss)"

CASES = [
    Case(
        "polyak_sgd", {"lr": 0.2, "f_min": -0.5, "c": 1.0}, optax("polyak_sgd", max_learning_rate=0.2, f_min=-0.5),
    ),
    Case(
        "polyak_sgd", {"lr": 0.2, "f_min": -0.5, "c": 2.0},
        optax("polyak_sgd", max_learning_rate=our.lr / our.c, f_min=our.f_min, scaling=our.c), told=LOSS,
    ),
    Case("variant/polyak_sgd_optax", {"lr": 0.2}, optax("polyak_sgd", max_learning_rate=0.2)),
    Case("momo", MOMO, optax("contrib.momo", **OPTAX_MOMO), told=LOSS),
    Case("variant/momo_star", MOMO, optax("contrib.momo", **OPTAX_MOMO, adapt_lower_bound=True), told=LOSS),
    Case("momo_adam", {**ADAM, **BETAS}, optax("contrib.momo_adam", **OPTAX_ADAM), told=LOSS),
    Case(
        "variant/momo_adam_star", {**ADAM, **BETAS}, optax("contrib.momo_adam", **OPTAX_ADAM, adapt_lower_bound=True),
        told=LOSS,
    ),
]  # fmt: skip
