"""How soon a move in the exploring panel is answered: `make bench`.

In a real JupyterLab and browser, by the test that holds it below its limit; and beside it what the
answers take of a processor, which other work on the machine does not change.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from measuring import ROOT, write_section

from evaltools.explore.session import ExploreSession
from evaltools.study import load_study

sys.path.insert(0, str(ROOT))
from tests.test_explore_lab import MOVES

TEST = "tests/test_explore_lab.py"


def main() -> None:
    """Measure once, and write the section."""
    told = subprocess.run(
        [Path(sys.executable).with_name("pytest"), "-q", "-s", "-n", "0", TEST],
        cwd=ROOT, env=os.environ, text=True, stdout=subprocess.PIPE, check=True,
    ).stdout  # fmt: skip
    found = re.search(r"median of (\d+) moves: (\d+) ms, load ([\d.]+) a core", told)
    if found is None:
        raise SystemExit(f"{TEST} did not run: the lab or Chromium is missing")
    lines = [
        f"| median of {found[1]} moves | milliseconds |",
        "|---|---:|",
        f"| in the browser, on the clock; {found[3]} processes wanted each core | {found[2]} |",
        "| of a processor, for the answer itself, with what could be foreseen worked out before | "
        f"{_processor_milliseconds():.0f} |",
    ]
    write_section("The exploring panel", lines)


def _processor_milliseconds() -> float:
    """Median of processor time of the same moves, each after what the one before left to do."""
    session = ExploreSession(load_study(ROOT), {})
    values: dict[str, str] = {}
    taken = []
    for state, (name, value) in enumerate(MOVES, 1):
        values[name] = value
        begun = time.process_time()
        list(session.receive({"kind": "set", "state": state, "values": values}))
        taken.append(time.process_time() - begun)
        for kind in ("step", "ahead"):
            left = 1
            while left:
                answers = [*session.receive({"kind": kind, "state": state, "name": name})]
                left = answers[0].get("left", 0)
    return statistics.median(taken) * 1000


if __name__ == "__main__":
    main()
