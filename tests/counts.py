"""`python -m tests.counts`: the numbers of things that the README tells, counted, and written into it."""

import re
from pathlib import Path

from harness.configs.compose import composer
from harness.verify.code import LIBRARIES, code_for
from harness.verify.references.calls import BY_HAND
from harness.verify.references.cases import TOLERANCE, families
from objectives import Analytic
from tests.support import located, names, node

README = Path(__file__).parents[1] / "README.md"


def counted() -> dict[str, int]:
    """How many there are, by the words that follow the number in the README."""
    optimizers = {name for name in names("optimizer") if not name.startswith("variant/")}
    agreeing = {
        case.optimizer
        for _, cases in families()
        for case in cases
        if not case.differs and case.tolerance <= TOLERANCE and case.reference.library != BY_HAND
    }
    return {
        "analytic functions with every known minimum": sum(
            issubclass(located("objective", name), Analytic) for name in names("objective")
        ),
        f"of {len(optimizers)} optimizers and wrappers": len(agreeing & optimizers),
        **{f"have code for {library}": len(found & optimizers) for library, found in with_code().items()},
    }


def with_code() -> dict[str, set[str]]:
    """The optimizers and variants of which harness.code prints code as they are declared, by library."""
    found: dict[str, set[str]] = {library: set() for library in LIBRARIES}
    with composer(None) as source:
        for name in names("optimizer"):
            for library, code in code_for(node(source, "optimizer", name), source).items():
                found[library] |= {name} if code.text else set()
    return found


def rewritten(text: str) -> str:
    """The text with its numbers as they are now."""
    for words, number in counted().items():
        pattern = re.sub(r"\d+", r"\\d+", words).replace(" ", r"\s+")
        text, found = re.subn(rf"\b\d+\s+{pattern}", f"{number} {words}", text)
        assert found == 1, f"{found} places for: {words}"
    return text


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text()))
    print("\n".join(f"{number:>4} {words}" for words, number in counted().items()))
    for library, found in with_code().items():
        variants = sorted(name for name in found if name.startswith("variant/"))
        print(f"{len(variants):>4} variants have code for {library}: {', '.join(variants)}")
