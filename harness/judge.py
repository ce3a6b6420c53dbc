"""`python -m harness.judge FILE [value=loss method=optimizer pair=seed]`: the same verdict for what others ran.

FILE is a csv or npz file with a row per run, or an Optuna storage, in which a study is a tuning. Exit code 0: every
problem has a winner; 3: undecided; 2: a mistake.
"""

import sys
from collections.abc import Sequence

from harness.screens.streams import entered, kept

USAGE = """\
python -m harness.judge FILE [OPTIONS] [--json]     which method wins in results from elsewhere, and how sure that is

FILE is csv (also of W&B, MLflow, trackio), npz (arrays of equal length) or an Optuna storage: sqlite:///studies.db or a
journal file, each study a tuning, named METHOD/REPLICATE. Columns are guessed by their names, and told:

  value=loss method=optimizer problem=task pair=seed    several columns: method=optimizer,lr; no pairs: pair=none
  methods=adam,sgd          each method has a column, and a row is a pair
  step=epoch                rows are records of runs, of which the last counts
  scale=difference|log|points   maximise=true|false   level=0.05   trials=32 (of each study, the first)
  separator=semicolon   decimal=comma   header=none   encoding=utf-16

Exit code 0: every problem has a winner; 3: undecided; 2: a mistake.
python -m harness.answer --schema describes --json."""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the verdict; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    words = [word for word in arguments if word != "--json"]
    if not words or words[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if words else 2
    return kept(lambda: _judge(words[0], words[1:], "--json" in arguments))


def _judge(file: str, words: Sequence[str], json: bool) -> int:
    from harness.answers.answer import Answers, answered
    from harness.errors import UserError
    from harness.judging.options import parsed
    from harness.judging.sources import judged
    from harness.screens.answers import printed
    from harness.text.visible import say

    try:
        told, evidences = judged(file, parsed(words))
        found = Answers(answered(evidence) for evidence in evidences)
    except UserError as error:
        say(str(error))
        return 2
    return printed(found, json, told)


if __name__ == "__main__":
    sys.exit(entered(main))
