"""The JSON Schema of what `python -m harness.answer --json` prints, version by version."""

from typing import Any, get_args

from harness.answers.answer import VERSION
from harness.answers.overall import Test
from harness.answers.scale import Kind as ScaleKind
from harness.answers.sentences import Kind

Schema = dict[str, Any]
NUMBER: Schema = {
    "description": "JSON has no infinities and no nan: they are these texts",
    "anyOf": [{"type": "number"}, {"enum": ["inf", "-inf", "nan"]}],
}
VALUE: Schema = {**NUMBER, "anyOf": [*NUMBER["anyOf"], {"type": "string", "pattern": "^> "}]}
TEXT: Schema = {"type": "string"}
YES_OR_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NULL: Schema = {"type": "null"}
SHARE: Schema = {"anyOf": [NULL, {"type": "number", "minimum": 0, "maximum": 1}]}
STATES = (
    *("", "open", "equivalent", "beaten", "better", "never finite", "never reached", "not reached", "failed"),
    "unfinished",
)
STATE: Schema = {"anyOf": [{"enum": list(STATES)}, {"type": "string", "pattern": "^beaten by "}]}


def schema() -> Schema:
    """Of the whole print: a version, what the problems say together, and an answer per problem."""
    answers = {"type": "array", "items": _answer()}
    over = _said("over all problems; null where there is one problem, or one cell", {"anyOf": [NULL, _overall()]})
    found = _object("the answer of harness", version={"const": VERSION}, overall=over, answers=answers)
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
    found = _object(
        "who wins on one problem, and how sure that is",
        problem=_said("the hash of the problem, as in runs.csv; of several splits, that of the first", TEXT),
        where=_said("what tells the problem from others of the sweep; empty where there is one", TEXT),
        dataset=_said("the data set for whose split this holds; empty without data", TEXT),
        splits=_said("how many splits of it: 1, or with dataset.split=replicate one per replicate", COUNT),
        kind=_said(
            "wins: one cell beats every other one; equivalent: nobody beats these, and any two of them are "
            "equivalent within the margin; unbeaten: nobody beats it, some are open against it; close: "
            "nobody beats these; cycle: each is beaten by another; fact: every repetition would be the same run, and "
            "the order is no matter of chance; none: no verdict",
            {"enum": list(get_args(Kind))},
        ),
        decided=_said("whether kind is wins or equivalent", YES_OR_NO),
        headline=TEXT,
        notes={"type": "array", "items": TEXT},
        tuned=_said("whether replicates are whole tunings; else they are seeds", YES_OR_NO),
        paired=_said(
            "whether every replicate has a value of each cell; else the tests are rank-sum tests, the differences are "
            "medians over all pairs of runs, and wins are counted over these",
            YES_OR_NO,
        ),
        replicates=_said("not paired: the most values that a cell has", COUNT),
        needs=_said("replicates below which no pair can be decided", COUNT),
        level=_said("the share of sweeps in which any two equals may be called different", {"type": "number"}),
        judged_by=_said(
            "signed-rank, or not paired rank-sum: for the number of replicates that was fixed; e-process: under any "
            "number of looks",
            {"enum": ["signed-rank", "rank-sum", "e-process"]},
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
            "to `lowest`, gaps up to `floor` being equal; steps: those of the ratio; difference, points: subtraction",
            kind={"enum": list(get_args(ScaleKind))}, lowest=NUMBER, floor=NUMBER, more_is_better=YES_OR_NO,
        ),
        unbeaten=_said("names: the winner, or all that nobody beats; empty where nothing is said", _list(TEXT)),
        cells=_said("the unbeaten first, then by their median over the replicates", _list(_cell())),
        pairs=_said("every pair of cells without failed runs", _list(_pair())),
        sensitivity=_said("how much each cell depends on tuning; printed by the command alone", _list(_sensitivity())),
    )  # fmt: skip
    found["required"].remove("sensitivity")
    return found


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
        value=_said("of the metric in its typical replicate; `> 1,000` where the runs ended before the target", VALUE),
        low=_said("the lowest of all replicates", VALUE),
        high=_said("the highest", VALUE),
        replicate=_said("the typical one: its number, or the seed", COUNT),
        effect=_said("in words", TEXT),
        wins=_said("in words", TEXT),
        state=_said(
            "against the first, or by whom else it is beaten; empty for the first, and where nothing is tested",
            STATE,
        ),
        note=TEXT,
        reached=_said("the share of its reported runs that reached the target; null for other metrics", SHARE),
        targets=_said("the share of absolute targets that its reported runs reached; null where there are none", SHARE),
        test={"anyOf": [{"type": "null"}, test]},
    )


def _sensitivity() -> Schema:
    def interval(about: str) -> Schema:
        level = {"anyOf": [NUMBER, {"type": "null"}], "description": "null: the range of all replicates"}
        fields = _object(about, value=NUMBER, low=NUMBER, high=NUMBER, level=level)
        return {"anyOf": [{"type": "null"}, fields]}

    return _object(
        "one cell; null where it is not known, or means nothing on the scale",
        name=TEXT,
        cell=_said("its number in the files", COUNT),
        near=interval("decades of lr between the trials within 10 % of the best: the median over the replicates"),
        far=interval("the same within ten times the best"),
        declared=interval("declared values minus tuned ones on the same seeds, on the scale: positive is worse"),
    )


def _overall() -> Schema:
    return _object(
        "several problems together: the replicates are the problems, each with its median difference",
        kind=_said("as of a problem", {"enum": list(get_args(Kind))}),
        headline=TEXT,
        notes=_list(TEXT),
        test=_said("sign where the differences of the problems have no common unit", {"enum": list(get_args(Test))}),
        problems=_said("that count", _list(TEXT)),
        needs=_said("problems below which no pair can be decided", COUNT),
        level={"type": "number"},
        decisive=_said("each problem without which other cells are unbeaten, and which", _list(TEXT)),
        unbeaten=_said("names: the winner, or all that nobody beats; empty where nothing is said", _list(TEXT)),
        cells=_said("the unbeaten first, then by the targets reached", _list(_across())),
        pairs=_said("every pair; of a sign test the difference is a sign", _list(_pair())),
    )


def _across() -> Schema:
    return _object(
        "a cell over all problems, beside the first one",
        name=TEXT,
        won=_said("problems on which it beats every other cell", COUNT),
        lost=_said("problems on which it is beaten or never finite", COUNT),
        open=_said("the other problems", COUNT),
        never=_said("problems on which it was never finite, or never reached the target", COUNT),
        targets=_said("the share of absolute targets reached, the mean over problems", SHARE),
        effect=_said("in words", TEXT),
        better=_said("on how many problems its median difference to the first is for it, in words", TEXT),
        state=STATE,
    )


def _pair() -> Schema:
    return _object(
        "two cells; the difference is positive where the first one is better",
        first=TEXT,
        second=TEXT,
        difference=_said(
            "the median over the replicates, on the scale; infinite where one did not reach the target", NUMBER
        ),
        low=_said(
            "of its interval, simultaneous over all pairs, and over all looks; that of an open pair includes 0", NUMBER
        ),
        high=NUMBER,
        p=_said(
            "of the signed-rank test, exact up to 100 differences, or of the e-process (not paired: of the rank-sum "
            "test, exact up to 100 values); nan where the order is a fact",
            NUMBER,
        ),
        p_holm=_said("corrected for the number of pairs that are tested", NUMBER),
        first_wins=_said("replicates in which the first is better", COUNT),
        second_wins=COUNT,
        winner=_said("a name, if the pair is decided", {"type": ["string", "null"]}),
        equivalent=_said("whether they differ by less than the margin", YES_OR_NO),
    )
