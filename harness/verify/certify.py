"""`python -m harness.verify objectives [NAME...]`: every analytic function of the configs, certified."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from threadpoolctl import threadpool_limits

from harness.configs import advice, building, trust
from harness.configs.compose import Composer, composer
from harness.configs.override import parse
from harness.errors import UserError
from harness.running.contract import probe
from harness.screens.columns import fitted
from harness.screens.terminal import console
from harness.verify import checks
from harness.verify.derivatives import CLOSE, EXACT, gradient_errors
from harness.verify.sampling import near_minima, region
from harness.verify.search import searched
from objectives.functions.analytic import Analytic

STARTS = 12  # local searches in each dimension, and as many again where there are many minima
DIMS = range(1, 9)  # from which other dimensions are taken, the smallest and the largest that are allowed


@dataclass
class Certificate:
    """What was found of a function, in its config's dimension and others; the worst of each."""

    name: str
    dims: list[int] = field(default_factory=list)
    by_complex: float = 0.0  # relative errors of the gradient against the complex step, and against differences
    by_differences: float = 0.0
    value_error: float = 0.0  # at the minima
    slope: float = 0.0
    lower: float = 0.0  # by how much the lowest value found is lower than the minimum, beyond rounding
    start: float = float("nan")  # the value at the published start
    published: float | None = None  # what a source says it is
    said: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def main(names: Sequence[str], config_dir: str | None = None, trusted: tuple[str, ...] = ()) -> bool:
    """Certify the named functions, or all; whether all of them are right."""
    out = console()
    with advice.one_line_errors(), composer(config_dir) as source:
        found = list(discovered(source, names, trusted))
    done: list[Certificate] = []
    with out.status("") as status:
        for name, objective in found:
            status.update(f"{name}, {len(done) + 1} of {len(found)}")
            done.append(certified(name, objective))
    out.print(fitted([row(certificate) for certificate in done], out.width, ("dims", "published")))
    out.print()
    for said in sorted({said for certificate in done for said in certificate.said}):
        out.print(f"{said}: {', '.join(c.name for c in done if said in c.said)}")
    bad = [certificate for certificate in done if certificate.failures]
    for certificate in bad:
        for failure in certificate.failures:
            out.print(f"{certificate.name}, {failure}", style="red", soft_wrap=True, markup=False)
    out.print(f"{len(done) - len(bad)} of {len(done)} functions certified", style="red" if bad else "green")
    out.done()
    return not bad


def discovered(source: Composer, names: Sequence[str], trusted: tuple[str, ...]) -> Iterator[tuple[str, Analytic]]:
    """The analytic functions among the configs."""
    for name in names or source.options("objective"):
        node = source.compose(parse(f"objective={name}")).config["objective"]
        made = trust.locate(node["_target_"], "objective._target_", trusted)
        if isinstance(made, type) and issubclass(made, Analytic):
            yield name, building.build(node, "objective", trusted)
        elif names:
            raise UserError(f"{name}: not an analytic function, so there is nothing to certify")


def certified(name: str, objective: Analytic, starts: int = STARTS) -> Certificate:
    """The certificate of a function: every check, in the dimension it has and up to two others.

    BLAS gets one thread: on a busy machine, two of them waited for each other in 141 of the 154 s of one certificate.
    """
    import scipy.linalg  # noqa: F401  the limit holds for libraries that are there

    certificate = Certificate(name)
    others = [dim for dim in DIMS if objective.allows(dim) and dim != objective.dim]
    for dim in dict.fromkeys([objective.dim, *others[:1], *others[-1:]]):
        try:
            with np.errstate(all="ignore"), threadpool_limits(1):
                _certify(certificate, replace(objective, dim=dim, start=None, dtype="float64"), starts)
        except Exception as error:  # whatever somebody's function raises is what is wrong with it
            kind = "" if isinstance(error, UserError) else f"{type(error).__name__}: "
            certificate.failures.append(f"dim {dim}: {kind}{advice.line(error)}")
    return certificate


def _certify(certificate: Certificate, objective: Analytic, starts: int) -> None:
    """Add what is found in this dimension."""
    first, box, wrong = not certificate.dims, region(objective), []
    certificate.dims.append(objective.dim)
    probe(objective)
    points = np.concatenate([box.uniform(40, "gradient"), near_minima(objective, 20, 0.01)])
    smooth = objective.smooth(points)
    by_complex, by_differences = gradient_errors(objective, points[smooth])
    if not (by_complex <= EXACT and by_differences <= CLOSE):
        worst = max(by_complex, by_differences)
        wrong.append(f"the gradient is not the derivative: off by {worst:.1e} relative")
    value_error, slope, lost = checks.at_minima(objective, box)
    many = "multimodal" in objective.properties
    found = searched(objective, box, starts * (2 if many else 1))
    wrong += lost + checks.not_lower(objective, found) + checks.alone(objective)
    if first:
        certificate.published = objective.published_value
        certificate.start, unlike = checks.published(objective)
        wrong += [*unlike, *checks.properties(objective, box, found)]
        certificate.said += list(_said(objective, by_differences > 0))
    certificate.by_complex = max(certificate.by_complex, by_complex)
    certificate.by_differences = max(certificate.by_differences, by_differences)
    certificate.value_error = max(certificate.value_error, value_error)
    certificate.slope = max(certificate.slope, slope)
    lower = objective.minimum - found.lowest
    certificate.lower = max(certificate.lower, lower if lower > checks.room(objective) else 0.0)
    certificate.failures += [f"dim {objective.dim}: {failure}" for failure in wrong]


def _said(objective: Analytic, by_differences: bool) -> Iterator[str]:
    """What a reader of the table should know."""
    if by_differences:
        yield "* differences instead of the complex step"
    if not objective.smooth(objective.minima).all():
        yield "kink at the minimum"
    elif "non-smooth" in objective.properties:
        yield "kinks elsewhere"
    for told in ("edge minimum", "minimum at infinity", "unbounded below", "lower outside"):
        if told in objective.properties:
            yield f"{told} the domain" if told == "lower outside" else told


def row(certificate: Certificate) -> dict[str, str]:
    """The certificate as a row of the table."""
    differences = certificate.by_differences > 0
    error = max(certificate.by_complex, certificate.by_differences)
    return {
        "function": certificate.name,
        "dims": " ".join(map(str, certificate.dims)),
        "derivative": f"{error:.0e}{' *' if differences else ''}",
        "at minimum": f"{certificate.value_error:.0e} {certificate.slope:.0e}",
        "lower": f"{certificate.lower:.0e}" if certificate.lower else "none",
        "start": f"{certificate.start:.6g}",
        "published": "-" if certificate.published is None else f"{certificate.published:.6g}",
        "verdict": "FAILED" if certificate.failures else "ok",
    }
