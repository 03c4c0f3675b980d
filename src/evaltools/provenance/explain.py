"""Explaining an indicator: its whole origin, from the rows it counts to the sentences it is in."""

from __future__ import annotations

import fnmatch
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from textwrap import wrap
from typing import Any

from evaltools.evidence import Evidence, read_tables
from evaltools.files import read_text
from evaltools.findings.conditions import Condition, keys_of
from evaltools.findings.declaration import FILE_NAME, load_findings
from evaltools.indicators.indicator import MIME_TYPE, Indicator
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.artifacts import READING_PARAMETERS, Artifact, manifest_folder
from evaltools.provenance.hashes import changed_keys, hash_data
from evaltools.provenance.manifest import Manifest, read_manifest
from evaltools.study import Study

ESTIMANDS = {
    "D": "the reports read",
    "P": "all projects due to report",
    "S": "projects of this kind",
}
_WIDTH = 100
_ROWS = 8
_DIGITS = 12
"""Hashes are told by so many digits."""


def explain(run: Artifact, key: str, study: Study | None = None) -> str:
    """Everything that is known of where an indicator comes from, as text for the terminal.

    Arguments:
        run: the run, report or bundle whose number it is.
        key: of the indicator; or a variable of the prose, such as `challenge.staff.n`.
        study: whose prose, findings and data to look into; without it they are left out.

    Raises:
        ProblemError: no indicator is called so; the nearest keys are named.
    """
    keys = {item.key for item in run.indicators}
    name = _resolve(key, keys)
    records = [item for item in run.indicators if item.key == name]
    manifest = read_manifest(manifest_folder(run.folder))
    lines = [f"{name}   (run {run.name})", *_values(records), *_function(records)]
    lines += [*_notebook(run, name, study, manifest), *_parameters(run, records)]
    if study is not None:
        if not any(record.suppressed for record in records):
            lines += _counted_rows(run, name, study)
        lines += _uses(run, name, study)
    return "\n".join(lines) + "\n"


def _resolve(key: str, keys: set[str]) -> str:
    if key in keys:
        return key
    if not key.startswith("ranking.") and (meant := find_keys(key, keys)):
        return next((item for item in meant if item.endswith(".share")), meant[0])
    near = find_nearest_keys(key, keys)
    remedy = f"Did you mean {' or '.join(near)}?" if near else "See indicators.csv of the run."
    what = f"no indicator is called '{key}'"
    raise ProblemError([Problem("explain", what, "", remedy, "explain.key")])


def _values(records: Sequence[Indicator]) -> Iterator[str]:
    by = [record for record in records if record.dimensions]
    shown = _ROWS if len(by) < len(records) else 2 * _ROWS
    for record in records:
        if record.dimensions:
            continue
        yield f"  {record.estimand}  of {ESTIMANDS[record.estimand]}: {_number(record)}"
        if record.low is not None and record.high is not None:
            level = f" at level {record.level:g}" if record.level is not None else ""
            limits = f"interval {record.low:.6g} to {record.high:.6g}"
            yield f"     {limits}, {record.method}{level}"
        if record.note:
            yield from _wrap_text(f"note: {record.note}", 5)
    for record in by[:shown]:
        named = ", ".join(f"{name}={value}" for name, value in record.dimensions)
        yield f"  {named} [{record.estimand}]: {_number(record)}"
    if len(by) > shown:
        yield f"  and {len(by) - shown} more in indicators.csv"


def _number(record: Indicator) -> str:
    if record.suppressed:
        return "withheld by disclosure control"
    if record.value is None:
        return f"not computed ({record.note or 'no reason given'})"
    counts = f", {record.x} of {record.n}" if record.x is not None and record.n is not None else ""
    return f"{record.value:.6g} {record.unit}{counts}"


def _function(records: Sequence[Indicator]) -> Iterator[str]:
    yield "Computed by"
    methods = sorted({record.method for record in records if record.method in METHODS})
    functions = [(name, name) for name in sorted({record.source for record in records} - {""})]
    for label, name in [*functions, *((f"limits {each}", METHODS[each]) for each in methods)]:
        origin = parse_origin(name)
        says = origin.says or ("not in the installed version" if label == name else "")
        yield from _wrap_text(f"{label}: {says}", 2)
        for source in origin.sources:
            yield from _wrap_text(f"source: {source}", 4)


def _notebook(
    run: Artifact, key: str, study: Study | None, manifest: Manifest | None
) -> Iterator[str]:
    home, candidates = manifest_folder(run.folder), [run.folder / "notebooks"]
    candidates.append(home / "notebooks")
    if study is not None:  # a report has them in its run's folder
        candidates.append(study.build / "runs" / run.name / "notebooks")
    folder = next((folder for folder in candidates if folder.is_dir()), None)
    found = next(_cells_with(folder, key), None) if folder is not None else None
    files = dict(run.ingredients.files)
    reads: Mapping[str, str] = {}
    if found is None:
        yield "Notebook: the executed notebooks are not at hand"
    else:
        yield f"Notebook: {found[0]}, cell {found[1]}"
        reads = manifest.reads.get(f"notebooks/{found[0]}", {}) if manifest else {}
    yield f"Inputs that notebook read ({len(reads)})" if reads else f"Inputs ({len(files)} files)"
    for name, digest in sorted((reads or files).items()):
        if reads or name.endswith((".csv", ".xlsx", ".ods")):
            yield f"  {digest[:_DIGITS]}  {name}"


def _cells_with(folder: Path, key: str) -> Iterator[tuple[str, int]]:
    """Notebooks and numbers of cells that hand over an indicator."""
    for path in sorted(folder.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        number = 0
        for cell in cells:
            # The cell that a run puts in is not there in the notebook as it was written.
            number += "injected-parameters" not in cell.get("metadata", {}).get("tags", [])
            for output in cell.get("outputs", []):
                records = output.get("data", {}).get(MIME_TYPE, [])
                if any(record.get("key") == key for record in records):
                    yield path.name, number


def _parameters(run: Artifact, records: Sequence[Indicator]) -> Iterator[str]:
    used = {name for record in records for name in parse_origin(record.source).parameters}
    if any(record.level is not None for record in records):
        used.add("confidence")
    yield "Parameters it depends on"
    for name, value in run.ingredients.parameters.items():
        if name not in READING_PARAMETERS or name in used:
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            yield f"  {name} = {shown}"


def _counted_rows(run: Artifact, key: str, study: Study) -> Iterator[str]:
    """Projects behind the share of a theme, where the data of the run are at hand."""
    stem, _, measure = key.rpartition(".")
    if measure not in ("share", "bounds"):
        return
    root = study.declaration.data
    now = hash_data(study.root, study.data)
    then = {name: h for name, h in run.ingredients.files.items() if name.startswith(f"{root}/")}
    tables = read_tables(study.data)
    if stem not in set(tables["codes"]["code_id"].astype(str)):
        return
    if changed := changed_keys(then, now):
        yield f"Rows: the data are not those of the run ({changed[0]} differs)"
        return
    known = study.declaration.parameters
    values = {name: value for name, value in run.ingredients.parameters.items() if name in known}
    evidence = Evidence.select(study, tables, study.parameters(values))
    rows = evidence.presence[evidence.presence["code_id"].astype(str).eq(stem)]
    in_words = {"yes": "affirmed", "no": "denied", "silent": "not mentioned",
               "not_asked": "not asked, read with another codebook"}  # fmt: skip
    for state, sentence in in_words.items():
        projects = sorted(rows.loc[rows["state"].astype(str).eq(state), "project_id"].astype(str))
        if projects or state != "not_asked":
            unit = "project" if len(projects) == 1 else "projects"
            named = bool(projects) and state != "silent"
            yield f"Reports of {len(projects)} {unit}: {sentence}{':' if named else ''}"
            if named:
                yield from _wrap_text(", ".join(projects), 2)


def _uses(run: Artifact, key: str, study: Study) -> Iterator[str]:
    findings = [] if not (study.root / FILE_NAME).is_file() else [
        finding.id for finding in load_findings(
            study.root, study.declaration.languages, study.declaration.codes_of_numbers
        )
        if _looks_at(finding.condition, key)
    ]  # fmt: skip
    stated = _search_sources(study.root / "reports", study.root, _FINDING)
    yield f"Findings that look at it ({len(findings)})"
    for name in findings:
        judged = (run.findings or {}).get(name)
        places = ", ".join(f"{place.file}:{place.line}" for place in stated if place.name == name)
        sentence = f"{name}: {judged.outcome.replace('_', ' ')}" if judged else name
        yield f"  {sentence}" + (f" ({places})" if places else "")
        for rule, outcome in judged.other_rules if judged else ():
            yield f"    depends on the coder rule: {outcome.replace('_', ' ')} under '{rule}'"
    usages = find_usages(key, study.root / "reports", study.root)
    yield f"Places of the text that print it ({len(usages)})"
    yield from (f"  {place}" for place in usages)


def _looks_at(condition: Condition, key: str) -> bool:
    names, globs = keys_of(condition)
    return key in names or any(fnmatch.fnmatchcase(key, glob) for glob in globs)


def _wrap_text(text: str, indent: int) -> list[str]:
    start = " " * indent
    return wrap(text, _WIDTH, initial_indent=start, subsequent_indent=start + "  ",
                break_long_words=False, break_on_hyphens=False)  # fmt: skip


METHODS = {
    "wilson": "evaltools.statistics.intervals.wilson",
    "wilson, clustered by project": "evaltools.indicators.design_effect.clustered_shares",
    "hypergeometric": "evaltools.statistics.intervals.hypergeometric",
    "bounds": "evaltools.statistics.intervals.bounds",
    "newcombe": "evaltools.statistics.intervals.newcombe",
    "newcombe, paired": "evaltools.indicators.optimism_gap.newcombe_paired",
    "newcombe, paired, any table": "evaltools.indicators.optimism_gap.gap_limits",
    "goodman": "evaltools.statistics.intervals.simultaneous_intervals",
    "rewired": "evaltools.statistics.networks.rewired_clustering",
}
"""Which function makes the limits of a method."""
_SOURCE = re.compile(r"^\s*(?:Source|Sources):(.*?)(?:\n\s*\n|\Z)", re.DOTALL | re.MULTILINE)
_USED_PARAMETER = re.compile(r"\bparameters\.([a-z_]+)")
_READS = {
    "coder_rule": re.compile(r"\bpresence\b|\blinked\b|\bcount_states\b"),
    "allocation": re.compile(r"\ballocations\b"),
}


@dataclass(frozen=True)
class Origin:
    """What a function says of itself: the first sentence (empty where it is not in this version),
    the sources that it names, and the parameters that its module asks for.
    """

    name: str
    says: str
    sources: tuple[str, ...]
    parameters: tuple[str, ...]


def parse_origin(name: str) -> Origin:
    """What a function says of itself; its dotted name is as `source` of an indicator gives it."""
    module_name, _, function = name.rpartition(".")
    if not module_name.startswith("evaltools."):
        return Origin(name, "", (), ())
    try:
        module = import_module(module_name)
    except ModuleNotFoundError:
        return Origin(name, "", (), ())
    found: Any = getattr(module, function, None)
    text = inspect.getdoc(found) or "" if found is not None else ""
    code = inspect.getsource(module)
    used_parameters = set(_USED_PARAMETER.findall(code)) - {"as_values", "declarations"}
    used_parameters |= {parameter for parameter, pattern in _READS.items() if pattern.search(code)}
    return Origin(
        name,
        " ".join(text.split("\n\n")[0].split()),
        tuple(" ".join(match.split()) for match in _SOURCE.findall(text)),
        tuple(sorted(used_parameters & (READING_PARAMETERS - {"estimand", "language"}))),
    )


_VARIABLE = re.compile(r"\{\{<\s*var\s+([^\s>]+)\s*>\}\}")
_FINDING = re.compile(r"""(?:finding=["']|\bvar\s+["']?finding\.)([^"'\s>]+)""")
FORMS = ("x", "n", "quantity", "population", "superpopulation", "bounds", "interval")
"""What prose can ask of an indicator besides its own measure."""


@dataclass(frozen=True, order=True)
class Usage:
    """A line of the prose and the variable it asks for, or the finding it states."""

    file: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} ({self.name})"


def find_keys(variable: str, keys: Iterable[str]) -> list[str]:
    """Keys of the indicators that a variable of the prose prints, sorted.

    `challenge.staff.x` and `challenge.staff.by.region.06.share` are of `challenge.staff.share`;
    `ranking.challenge.list` is of every challenge's share.
    """
    keys = set(keys)
    if variable.startswith("ranking."):
        theme = re.compile(rf"{re.escape(variable.split('.')[1])}\.[^.]*\.share")
        return sorted(key for key in keys if theme.fullmatch(key))
    stem, _, form = variable.rpartition(".")
    stem = stem.partition(".by.")[0]
    parts = ((key, *key.rpartition(".")[::2]) for key in keys)
    return sorted(key for key, beginning, measure in parts
                  if beginning == stem and (measure == form or form in FORMS))  # fmt: skip


def find_usages(key: str, folder: Path, root: Path) -> list[Usage]:
    """Places of the prose that print an indicator, in order.

    The folder has the author's sources, such as `reports`; places are told below the root.
    """
    return [
        place for place in _search_sources(folder, root, _VARIABLE) if find_keys(place.name, [key])
    ]


def find_nearest_keys(key: str, keys: Iterable[str], most: int = 3) -> list[str]:
    """Keys that may have been meant, the likeliest first."""
    known = sorted(set(keys))
    near = get_close_matches(key, known, most, 0.5)
    parts = [known_key for known_key in known if key and key in known_key]
    return list(dict.fromkeys([*near, *parts]))[:most]


def _search_sources(folder: Path, root: Path, pattern: re.Pattern[str]) -> list[Usage]:
    found = []
    for path in sorted(folder.rglob("*.qmd")):
        below = path.relative_to(folder).parts
        if any(part.startswith(("_build", ".", "_generated")) for part in below):
            continue
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(read_text(path).splitlines(), start=1):
            found += [Usage(name, number, match) for match in pattern.findall(line)]
    return found
