"""Evidence of a large programme, made from a seed, and how long counting in it takes.

`python benchmarks/large_evidence.py` makes 5,000 projects, 20,000 reports in four waves and
1,000,000 codings by forty coders, two or three to a report, in a folder that goes afterwards; and
a tenth of that, to tell how time and memory grow. It writes a section of docs/benchmarks.md.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaltools.evidence import Evidence, load_descriptor
from evaltools.evidence.selection import SortedTables
from evaltools.evidence.tables import read_leniently
from evaltools.evidence.validation import check_reading
from evaltools.indicators.agreement import by_code, overall
from evaltools.indicators.coder_decisions import coder_decisions
from evaltools.indicators.evidence_base import passages
from evaltools.indicators.prevalence import counts_by_rule
from evaltools.problems import refuse
from evaltools.study import load_study

CODES = 57
CODERS = 40
WAVES = (2021, 2022, 2023, 2024)
SEED = 20_240_601

_TEXT = "{en: Large}"
_DECLARATION = f"""\
name: large
languages: [en]
title: {_TEXT}
short_title: {_TEXT}
subtitle: {_TEXT}
publisher: {_TEXT}
data: data
code_kinds: {{theme: {{role: challenge, label: {_TEXT}}}}}
parameters:
  wave:
    type: choice
    default: "2021"
    choices: {{{", ".join(f'"{wave}": {_TEXT}' for wave in WAVES)}}}
    label: {_TEXT}
    help: {_TEXT}
notebooks: []
reports: {{}}
"""
_FIELDS = {
    "calls": {"call_id": "string", "year": "integer"},
    "projects": {"project_id": "string", "call_id": "string", "decided": "date"},
    "documents": {
        "document_id": "string", "project_id": "string", "kind": "string", "wave": "integer",
        "received": "date", "language": "string",
    },
    "codes": {"code_id": "string", "kind": "string", "label_en": "string", "codable": "boolean"},
    "coders": {"coder_id": "string", "role": "string"},
    "readings": {
        "document_id": "string", "coder_id": "string", "round": "integer", "complete": "boolean",
    },
    "segments": {
        "segment_id": "string", "document_id": "string", "start": "integer", "end": "integer",
        "quote": "string",
    },
    "codings": {
        "coding_id": "string", "segment_id": "string", "code_id": "string", "coder_id": "string",
        "polarity": "string", "round": "integer", "created": "date",
    },
}  # fmt: skip
_KEYS = {"readings": ["document_id", "coder_id", "round"]}


def make_study(folder: Path, projects: int, codings: int, seed: int = SEED) -> None:
    """Write a study whose reports, one a project and wave, share the codings evenly."""
    chance = np.random.default_rng(seed)
    (folder / "data").mkdir(parents=True)
    (folder / "evaluation.yml").write_text(_DECLARATION, encoding="utf-8")
    resources = [
        {
            "name": name,
            "path": f"{name}.csv",
            "schema": {
                "fields": [{"name": field, "type": kind} for field, kind in fields.items()],
                "primaryKey": _KEYS.get(name, next(iter(fields))),
            },
        }
        for name, fields in _FIELDS.items()
    ]
    package = {"name": "large", "resources": resources}
    (folder / "data" / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    for name, columns in _tables(projects, codings, chance).items():
        pd.DataFrame(columns).to_csv(folder / "data" / f"{name}.csv", index=False)


def _tables(projects: int, codings: int, chance: np.random.Generator) -> dict[str, dict[str, Any]]:
    numbers = np.arange(projects)
    ids = _names("p", numbers)
    reports = projects * len(WAVES)
    wave = np.repeat(WAVES, projects)
    documents = np.char.add(np.tile(ids, len(WAVES)), np.char.add("-", wave.astype(str)))
    readers = 2 + (chance.random(reports) < 0.3)
    first = chance.integers(CODERS, size=reports)
    read = np.repeat(np.arange(reports), readers)
    place = np.arange(len(read)) - np.repeat(np.cumsum(readers) - readers, readers)
    reader = (first[read] + 7 * place) % CODERS
    # A theme is in a report or not, and a coder who reads it errs in one of eight marks.
    common = 0.02 + 0.4 * (np.arange(CODES) / CODES) ** 2
    segments = codings // 2
    of_report = np.sort(chance.integers(reports, size=segments))
    start = 60 * (np.arange(segments) - np.searchsorted(of_report, of_report))
    theme = chance.choice(CODES, size=segments, p=common / common.sum())
    marked = np.repeat(np.arange(segments), 2)[:codings]
    by = (first[of_report[marked]] + 7 * (np.arange(len(marked)) % 2)) % CODERS
    code = np.where(
        chance.random(len(marked)) < 0.125, chance.integers(CODES, size=len(marked)), theme[marked]
    )
    deny = chance.random(len(marked)) < 0.05
    codes = np.array([f"theme.{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(CODES)])
    coders = _names("c", np.arange(CODERS), 2)
    passages = _names("s", np.arange(segments), 7)
    return {
        "calls": {"call_id": ["call"], "year": [2020]},
        "projects": {"project_id": ids, "call_id": "call", "decided": "2020-06-01"},
        "documents": {
            "document_id": documents, "project_id": np.tile(ids, len(WAVES)), "kind": "final",
            "wave": wave, "received": np.char.add(wave.astype(str), "-03-01"), "language": "en",
        },
        "codes": {"code_id": codes, "kind": "theme", "label_en": codes, "codable": "true"},
        "coders": {"coder_id": coders, "role": "coder"},
        "readings": {
            "document_id": documents[read], "coder_id": coders[reader], "round": 1,
            "complete": "true",
        },
        "segments": {
            "segment_id": passages, "document_id": documents[of_report],
            "start": start, "end": start + 40, "quote": "A passage.",
        },
        "codings": {
            "coding_id": _names("k", np.arange(len(marked)), 7), "segment_id": passages[marked],
            "code_id": codes[code], "coder_id": coders[by],
            "polarity": np.where(deny, "deny", "affirm"), "round": 1, "created": "2024-06-01",
        },
    }  # fmt: skip


def _names(letter: str, numbers: np.ndarray, width: int = 5) -> np.ndarray:
    return np.char.add(letter, np.char.zfill(numbers.astype(str), width))


def measure(folder: Path) -> dict[str, tuple[float, float, float]]:
    """Seconds on the clock and of processors, and megabytes so far, of each thing done."""
    taken: dict[str, tuple[float, float, float]] = {}
    begun = (time.perf_counter(), time.process_time())

    def note(what: str) -> None:
        nonlocal begun
        now = (time.perf_counter(), time.process_time())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        taken[what] = (now[0] - begun[0], now[1] - begun[1], peak)
        begun = now

    study = load_study(folder)
    descriptor = load_descriptor(study.data)
    reading = read_leniently(study.data, descriptor)
    note("reading")
    refuse(check_reading(reading, descriptor, study.declaration))
    note("checking")
    tables = SortedTables(reading.tables)
    waves = [Evidence.select(study, tables, study.parameters({"wave": str(w)})) for w in WAVES]
    note("selection")
    for evidence in waves:
        counts_by_rule(evidence)
    note("prevalence of every theme under every coder rule")
    for evidence in waves:
        read = coder_decisions(evidence)
        overall(read, 0.95)
        by_code(read, 0.95)
    note("alpha of every theme and of all, with intervals")
    for evidence in waves:
        passages(evidence, 0.95)
    note("alpha of passages, with its interval")
    return taken


def main() -> int:
    """Measure two sizes, each in a process of its own, or the one of the arguments."""
    if sys.argv[1:]:
        projects, codings = map(int, sys.argv[1:3])
        with tempfile.TemporaryDirectory(prefix="evaltools-large-") as name:
            make_study(Path(name) / "study", projects, codings)
            print(json.dumps(measure(Path(name) / "study")))
        return 0
    from measuring import write_section  # beside this file, which tests load without its folder

    tenth, whole = (
        json.loads(subprocess.check_output([sys.executable, __file__, *map(str, size)]))
        for size in ((500, 100_000), (5_000, 1_000_000))
    )
    lines = [
        "5,000 projects, 20,000 reports in four waves and 1,000,000 codings of 57 themes by forty "
        "coders, and a tenth of all that. Seconds are those of processors, for the four waves "
        "together; MB is the most that the process has held until then. All grows with evidence "
        "but alpha of the sets of themes in a report: each different set is held against each, in "
        "parts, so that its time grows with their square and its memory does not.",
        "",
        "| what | 100,000 codings | MB | 1,000,000 codings | MB | on the clock |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for what, (clock, cpu, most) in whole.items():
        _, before, less = tenth[what]
        lines.append(
            f"| {what} | {before:.1f} | {less:.0f} | {cpu:.1f} | {most:.0f} | {clock:.1f} |"
        )
    write_section("Large evidence", lines)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
