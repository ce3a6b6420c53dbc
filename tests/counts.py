"""`python -m tests.counts`: the numbers that the README and the guide tell, counted and written into them."""

import re
from pathlib import Path

from harness.configs.compose import composer
from harness.verify.code import LIBRARIES, code_for
from harness.verify.references.calls import BY_HAND
from harness.verify.references.cases import TOLERANCE, families
from objectives import Analytic
from tests.documents import DOCUMENTS
from tests.support import located, names, node


def counted() -> dict[str, int]:
    """How many there are, by the words that follow the number in the texts."""
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
        "optimizers and wrappers": len(optimizers),
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


def rewritten(texts: dict[Path, str]) -> dict[Path, str]:
    """The texts with their numbers as they are now; each number stands somewhere."""
    texts = dict(texts)
    for words, number in counted().items():
        pattern = re.sub(r"\d+", r"\\d+", words).replace(" ", r"\s+")
        places = 0
        for path, text in texts.items():
            texts[path], found = re.subn(rf"\b\d+(\s+){pattern}", rf"{number}\g<1>{words}", text)
            places += found
        assert places, f"nowhere: {words}"
    return texts


def told() -> dict[Path, str]:
    """The README and the pages of the guide, by their files."""
    return {path: path.read_text() for path in DOCUMENTS.values()}


if __name__ == "__main__":
    for path, text in rewritten(told()).items():
        path.write_text(text)
    print("\n".join(f"{number:>4} {words}" for words, number in counted().items()))
    for library, found in with_code().items():
        variants = sorted(name for name in found if name.startswith("variant/"))
        print(f"{len(variants):>4} variants have code for {library}: {', '.join(variants)}")
