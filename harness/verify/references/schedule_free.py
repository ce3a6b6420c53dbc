"""Averaging in place of a schedule, beside other libraries and the authors' package."""

from harness.verify.references.calls import optax, package, po
from harness.verify.references.cases import Case
from harness.verify.references.walks import eval_mode, schedule_free_params

CASES = [
    Case(
        "schedule_free_sgd", {"lr": 0.05}, optax("contrib.schedule_free_sgd", learning_rate=0.05),
        evaluated=schedule_free_params,
    ),
    Case("schedule_free_sgd", {"lr": 0.05}, po("ScheduleFreeSGD", lr=0.05), evaluated=eval_mode),
    Case("schedule_free_sgd", {"lr": 0.05}, package("schedulefree.SGDScheduleFree", lr=0.05), evaluated=eval_mode),
    Case(
        "schedule_free_sgd", {"lr": 0.05, "momentum": 0.7},
        package("schedulefree.SGDScheduleFree", lr=0.05, momentum=0.7), evaluated=eval_mode,
    ),
]  # fmt: skip
