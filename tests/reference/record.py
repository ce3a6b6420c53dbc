"""Record what other libraries do: `python -m tests.reference.record SUBJECT [NAME...]`.

Needs `pip install .[reference]`, and the authors' packages that cases name.
"""

import sys
from importlib import import_module
from pathlib import Path

SUBJECTS = sorted(path.stem.removeprefix("record_") for path in Path(__file__).parent.glob("record_*.py"))


def main() -> None:
    subject, *names = sys.argv[1:] or [""]
    if subject not in SUBJECTS:
        sys.exit(f"{subject or 'no subject'}: choices: {', '.join(SUBJECTS)}")
    import_module(f"tests.reference.record_{subject}").main(*names)


if __name__ == "__main__":
    main()
