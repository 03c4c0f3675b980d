"""Reruns rendered whole: each builds and passes lint, or is refused for want of reports.

`make reruns` renders all thirty: half under other parameters, half of changed data.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from data_changes import change_data

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("evaltools")
PARTS = ("evaluation.yml", "uv.lock", "data", "notebooks", "reports")
PARAMETERS: tuple[tuple[str, ...], ...] = (
    (),
    ("region=01",), ("region=06",), ("region=21",), ("region=14", "calls=2019"),
    ("municipality_group=urban",), ("municipality_group=rural", "coder_rule=any"),
    ("municipality_group=semi_urban", "estimand=population"),
    ("wave=2023", "calls=2020"), ("wave=2023", "calls=2020", "municipality_group=rural"),
    ("wave=2023", "calls=2020", "coder_rule=all"), ("coder_rule=consensus",),
    ("estimand=superpopulation", "coder_rule=all"), ("minimum_cell=15",),
    ("region=17", "municipality_group=rural", "wave=2023", "calls=2020"),
)  # fmt: skip
SEEDS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 19, 23)
NOT_PRINTED = re.compile(r"\{\{<|\?var|\?meta|(?<!\w)\{[a-z_.]+[:}]")


def render(folder: Path, asked: tuple[str, ...] | int) -> tuple[str, list[str]]:
    """Build a rerun in a folder of its own.

    Arguments:
        asked: parameters, or the seed of a change of the data.

    Returns:
        What was made: `built` or `refused`; and what is wrong with it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    what = ""
    for part in PARTS:
        source = ROOT / part
        if part == "data" and isinstance(asked, int):
            what = change_data(source, folder / part, asked)
        elif source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("_build", ".*"))
        else:
            shutil.copy(source, folder / part)
    given = [] if isinstance(asked, int) else [part for one in asked for part in ("-p", one)]
    built = _run(folder, "build", "--engine", "embedded", *given)
    if built.returncode:
        told = built.stderr + built.stdout
        for_want = "[scope." in told or "leaves no final report" in told
        return "refused", [] if for_want else [told.strip()[-2000:]]
    linted = _run(folder, "lint")
    # Prose that names themes as they were called is told of, and rightly, when they are renamed.
    told = [line for line in linted.stdout.splitlines() if "same_names" not in what
            or (line and " E18 " not in line and "problem" not in line)]  # fmt: skip
    faults = told if linted.returncode else []
    page = next((folder / "reports" / "_build").glob("*/*-fi.html"))
    return "built", [*faults, *find_unprinted(page)]


def find_unprinted(page: Path) -> list[str]:
    """What stands in a page as it was in the sources."""
    content = page.read_text(encoding="utf-8")
    text = html.unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", content, flags=re.DOTALL))
    return [f"not printed: {text[max(m.start() - 60, 0) : m.end() + 60]}"
            for m in NOT_PRINTED.finditer(text)]  # fmt: skip


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def main() -> int:
    """Render all, and print what came of each."""
    failed = 0
    asked: tuple[tuple[str, ...] | int, ...] = (*PARAMETERS, *SEEDS)
    for each in asked:
        with tempfile.TemporaryDirectory() as folder:
            made, faults = render(Path(folder), each)
        failed += bool(faults)
        print(each, made, *faults, sep="\n  ", flush=True)
    print(f"{len(asked)} reruns rendered whole, {failed} with faults")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
