"""The JSON Schema of what `python -m harness.answer --json` prints, version by version."""

from typing import Any, get_args

from harness.answers.answer import VERSION
from harness.answers.sentences import Kind

Schema = dict[str, Any]
NUMBER: Schema = {
    "description": "JSON has no infinities and no nan: they are these texts",
    "anyOf": [{"type": "number"}, {"enum": ["inf", "-inf", "nan"]}],
}
TEXT: Schema = {"type": "string"}
YES_OR_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
STATES = ("", "open", "equivalent", "beaten", "better", "never finite", "never reached", "failed", "unfinished")


def schema() -> Schema:
    """Of the whole print: a version, and an answer per problem."""
    answers = {"type": "array", "items": _answer()}
    found = _object("the answer of harness", version={"const": VERSION}, answers=answers)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _object(about: str, **fields: Schema) -> Schema:
    return {
        "description": about,
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _said(about: str, of: Schema) -> Schema:
    return {**of, "description": f"{about}; {of['description']}" if "description" in of else about}


def _answer() -> Schema:
    return _object(
        "who wins on one problem, and how sure that is",
        problem=_said("the hash of the problem, as in runs.csv; of several splits, that of the first", TEXT),
        where=_said("what tells the problem from others of the sweep; empty where there is one", TEXT),
        dataset=_said("the data set for whose split this holds; empty without data", TEXT),
        splits=_said("how many splits of it: 1, or with dataset.split=replicate one per replicate", COUNT),
        kind=_said(
            "wins: one cell beats every other finite one; equivalent: nobody beats these, and any two of them are "
            "equivalent within the margin; unbeaten: nobody beats it, some are open against it; close: "
            "nobody beats these; cycle: each is beaten by another; fact: every repetition would be the same run, and "
            "the order is no matter of chance; none: no verdict",
            {"enum": list(get_args(Kind))},
        ),
        decided=_said("whether kind is wins or equivalent", YES_OR_NO),
        headline=TEXT,
        notes={"type": "array", "items": TEXT},
        tuned=_said("whether replicates are whole tunings; else they are seeds", YES_OR_NO),
        replicates=COUNT,
        needs=_said("replicates below which no pair can be decided", COUNT),
        level=_said("the share of sweeps in which any two equals may be called different", {"type": "number"}),
        judged_by=_said(
            "signed-rank: for the number of replicates that was fixed; e-process: under any number of looks",
            {"enum": ["signed-rank", "e-process"]},
        ),
        looks=_said("answers given while replicates or trials were raised, or until one was decided", COUNT),
        more=_said(
            "about how many further replicates would decide, if they go on like these; null where it is decided, where "
            "no end is in sight, and where the number was fixed",
            {"type": ["integer", "null"]},
        ),
        margin=_said(
            "within which cells are equivalent: a share on the log scale, else in the unit of the metric",
            {"type": ["number", "null"]},
        ),
        scale=_object(
            "how values differ, better being positive. log: powers of ten of the ratio of the gaps "
            "to `lowest`, gaps up to `floor` being equal; difference, points: subtraction",
            kind={"enum": ["log", "difference", "points"]}, lowest=NUMBER, floor=NUMBER, more_is_better=YES_OR_NO,
        ),
        unbeaten=_said("names: the winner, or all that nobody beats; empty where nothing is said", _list(TEXT)),
        cells=_said("the unbeaten first, then by their median over the replicates", _list(_cell())),
        pairs=_said("every pair of cells without failed runs", _list(_pair())),
    )  # fmt: skip


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _cell() -> Schema:
    test = _object(
        "the effect on the test set over the same replicates, on the same scale",
        difference=NUMBER, low=NUMBER, high=NUMBER, told=TEXT,
        disagrees=_said("whether the pair is decided and its sign is the other one", YES_OR_NO),
    )  # fmt: skip
    return _object(
        "a cell beside the first one",
        name=TEXT,
        cell=_said("its number in the files", COUNT),
        value=_said("of the metric in its typical replicate", NUMBER),
        low=_said("the lowest of all replicates", NUMBER),
        high=_said("the highest", NUMBER),
        replicate=_said("the typical one: its number, or the seed", COUNT),
        effect=_said("in words", TEXT),
        wins=_said("in words", TEXT),
        state=_said(
            "against the first, or by whom else it is beaten; empty for the first, and where nothing is tested",
            {"anyOf": [{"enum": list(STATES)}, {"type": "string", "pattern": "^beaten by "}]},
        ),
        note=TEXT,
        test={"anyOf": [{"type": "null"}, test]},
    )


def _pair() -> Schema:
    return _object(
        "two cells; the difference is positive where the first one is better",
        first=TEXT,
        second=TEXT,
        difference=_said("the median over the replicates, on the scale", NUMBER),
        low=_said(
            "of its interval, simultaneous over all pairs, and over all looks; that of an open pair includes 0", NUMBER
        ),
        high=NUMBER,
        p=_said(
            "of the signed-rank test, exact up to 100 differences, or of the e-process; nan where the order is a fact",
            NUMBER,
        ),
        p_holm=_said("corrected for the number of pairs that are tested", NUMBER),
        first_wins=_said("replicates in which the first is better", COUNT),
        second_wins=COUNT,
        winner=_said("a name, if the pair is decided", {"type": ["string", "null"]}),
        equivalent=_said("whether they differ by less than the margin", YES_OR_NO),
    )
