"""`python -m tools.example_data FOLDER` makes the example part of a data folder again."""

from __future__ import annotations

import sys
from pathlib import Path

from evaltools.problems import ProblemError
from tools.example_data import write_example


def main(arguments: list[str]) -> int:
    """Write the example into the folder that is named; 1 when it could not be."""
    if len(arguments) != 1:
        print("python -m tools.example_data FOLDER", file=sys.stderr)
        return 1
    try:
        write_example(Path(arguments[0]))
    except ProblemError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
