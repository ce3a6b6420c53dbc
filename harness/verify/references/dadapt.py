"""D-Adaptation and Prodigy beside other libraries and the authors' packages."""

from typing import Any

from harness.verify.references.calls import optax, package, po
from harness.verify.references.cases import Case
from harness.verify.references.terms import our

SGD = {"lr": 0.8, "momentum": 0.7, "d0": 0.01}
ADAM = {"lr": 0.3, "eps": 0.1, "d0": 0.001, "weight_decay": 0.1}
BETAS = {"beta1": 0.8, "beta2": 0.99}
OPTAX: dict[str, Any] = {
    "learning_rate": our.lr, "betas": (our.beta1, our.beta2), "eps": our.eps, "estim_lr0": our.d0,
    "weight_decay": our.weight_decay,
}  # fmt: skip
PO: dict[str, Any] = {
    "lr": our.lr, "eps": our.eps, "d0": our.d0, "weight_decay": our.weight_decay, "betas": (our.beta1, our.beta2),
}  # fmt: skip
CORRECTED = "optax always corrects the averages"

CASES = [
    Case(
        "dadapt_sgd", {**SGD, "weight_decay": 0.05}, package("dadaptation.DAdaptSGD", **SGD, weight_decay=0.05),
    ),
    Case(
        "dadapt_sgd", SGD, po("DAdaptSGD", **SGD),
        tolerance=1e-6, why_tolerance="it takes the norm of the first gradient in float32",
    ),
    Case("dadapt_adam", {**ADAM, **BETAS}, package("dadaptation.DAdaptAdam", **ADAM, betas=(0.8, 0.99), decouple=True)),
    Case("dadapt_adam", {**ADAM, **BETAS}, po("DAdaptAdam", **PO, weight_decouple=True)),
    Case(
        "dadapt_adam", {"d0": 0.01}, optax("contrib.dadapt_adamw", estim_lr0=0.01), differs=CORRECTED,
    ),
    Case(
        "variant/dadapt_adam_optax", {**ADAM, **BETAS},
        optax("contrib.dadapt_adamw", **OPTAX),
    ),
    Case(
        "prodigy", {**ADAM, **BETAS, "d_coef": 0.9},
        package("prodigyopt.Prodigy", **ADAM, betas=(0.8, 0.99), d_coef=0.9, decouple=True),
    ),
    Case(
        "prodigy", {**ADAM, **BETAS, "safeguard_warmup": True},
        package("prodigyopt.Prodigy", **ADAM, betas=(0.8, 0.99), safeguard_warmup=True, decouple=True),
    ),
    Case("prodigy", {**ADAM, **BETAS}, po("Prodigy", **PO)),
    Case(
        "prodigy", {"lr": 0.1, "d0": 0.01}, optax("contrib.prodigy", learning_rate=0.1, estim_lr0=0.01),
        differs=CORRECTED,
    ),
    Case(
        "variant/prodigy_optax", {**ADAM, **BETAS},
        optax("contrib.prodigy", **OPTAX),
    ),
]  # fmt: skip
