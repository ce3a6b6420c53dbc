"""Files of others' results that tests write into their own folder, and what the judge prints of them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.answers.schema import schema
from harness.judge import main

# sgd - adam for each of twelve seeds. The negative ones have the ranks 1 and 6 of 12. Of the 2^12 choices of signs,
# those with a sum of at most 7 of negative ranks are the sets of different numbers that sum up to 0, 1, ..., 7:
# 1 + 1 + 1 + 2 + 2 + 3 + 4 + 5 = 19. So p = 2 * 19 / 4096 = 0.0093: adam wins.
# In order -6 -1 2 3 4 5 7 8 9 10 11 12: the median is 6, the 95 % interval goes from the third, 2, to the third last.
TWELVE = (3, 5, -1, 7, 2, 9, 4, -6, 8, 10, 11, 12)
# Without pairs: seeds differ by 100, so adam with seed i is lower than sgd with seed j where i < j (66 pairs of seeds),
# and where i = j in ten: 76 of 144, beside 72 of equals.
LOWER = 66 + 10
ADAM = [100.0 + 100 * seed for seed in range(12)]
SGD = [value + d for value, d in zip(ADAM, TWELVE, strict=True)]


def write(name: str, header: str, rows: Iterable[Iterable[Any]], mark: str = ",", end: str = "\n") -> str:
    lines = [header, *(mark.join(map(str, row)) for row in rows)]
    Path(name).write_text("".join(line + end for line in lines))
    return name


def twelve(name: str = "twelve.csv", header: str = "optimizer,seed,val_loss", **how: Any) -> str:
    rows = [(method, seed, values[seed]) for seed in range(12) for method, values in (("adam", ADAM), ("sgd", SGD))]
    return write(name, header, rows, **how)


def judged(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code, and what is printed; nothing is said beside it."""
    code = main(arguments)
    out, err = capsys.readouterr()
    assert err == ""
    return code, out


def data(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The only answer as data, by its schema."""
    main([*arguments, "--json"])
    found = json.loads(capsys.readouterr().out)
    Draft202012Validator(schema()).validate(found)
    (answer,) = found["answers"]
    assert isinstance(answer, dict)
    return answer
