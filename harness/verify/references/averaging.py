"""Averages of the iterates, beside other libraries and the authors' package."""

from harness.verify.references.calls import optax, package, po, torch
from harness.verify.references.cases import Case
from harness.verify.references.terms import our
from harness.verify.references.walks import eval_mode, in_state, schedule_free_params

DECAYED = {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "eps": 0.01, "weight_decay": 0.1}
MODE = "the point to evaluate: optimizer.eval(), and optimizer.train() to go on"
AVERAGE = "the point to evaluate: optax.contrib.schedule_free_eval_params(state, params)"

CASES = [
    Case(
        "asgd", {"lr": 0.1, "decay": 0.1, "power": 0.6, "start": 20.0},
        torch("ASGD", lr=our.lr, lambd=our.decay, alpha=our.power, t0=our.start), evaluated=in_state("ax"),
        told="the point to evaluate: optimizer.state[p][\"ax\"]",
    ),
    Case("asgd", {"lr": 0.05, "decay": 1e-4}, torch("ASGD", lr=0.05, t0=0.0), evaluated=in_state("ax")),
    Case(
        "schedule_free_sgd", {"lr": 0.05}, optax("contrib.schedule_free_sgd", learning_rate=0.05),
        evaluated=schedule_free_params,
    ),
    Case(
        "schedule_free_sgd", {"lr": 0.05, "momentum": 0.7},
        optax("contrib.schedule_free_sgd", learning_rate=our.lr, b1=our.momentum),
        evaluated=schedule_free_params, told=AVERAGE,
    ),
    Case("schedule_free_sgd", {"lr": 0.05}, po("ScheduleFreeSGD", lr=0.05), evaluated=eval_mode),
    Case(
        "schedule_free_sgd", {"lr": 0.05, "momentum": 0.7}, po("ScheduleFreeSGD", lr=our.lr, momentum=our.momentum),
        evaluated=eval_mode, told=MODE,
    ),
    Case("schedule_free_sgd", {"lr": 0.05}, package("schedulefree.SGDScheduleFree", lr=0.05), evaluated=eval_mode),
    Case(
        "schedule_free_sgd", {"lr": 0.05, "momentum": 0.7, "weight_decay": 0.1},
        package("schedulefree.SGDScheduleFree", lr=0.05, momentum=0.7, weight_decay=0.1), evaluated=eval_mode,
    ),
    Case(
        "schedule_free_adamw", {"lr": 0.02}, optax("contrib.schedule_free_adamw", learning_rate=0.02),
        evaluated=schedule_free_params,
    ),
    Case(
        "schedule_free_adamw", DECAYED,
        optax(
            "contrib.schedule_free_adamw", learning_rate=our.lr, b1=our.beta1, b2=our.beta2, eps=our.eps,
            weight_decay=our.weight_decay,
        ),
        evaluated=schedule_free_params, told=AVERAGE,
    ),
    Case("schedule_free_adamw", {"lr": 0.02}, po("ScheduleFreeAdamW", lr=0.02), evaluated=eval_mode),
    Case(
        "schedule_free_adamw", DECAYED,
        po(
            "ScheduleFreeAdamW", lr=our.lr, betas=(our.beta1, our.beta2), eps=our.eps, weight_decay=our.weight_decay,
        ),
        evaluated=eval_mode, told=MODE,
    ),
    Case(
        "schedule_free_adamw", DECAYED,
        package(
            "schedulefree.AdamWScheduleFree", lr=0.02, betas=(0.8, 0.99), eps=0.01, weight_decay=0.1, foreach=False,
        ),
        evaluated=eval_mode,
    ),
]  # fmt: skip
