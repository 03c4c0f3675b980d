"""What a run, report or bundle left behind: which of them a folder is, and all of it read back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evaltools.problems import Problem, ProblemError
from evaltools.provenance.manifest import FILE_NAME, RUN_NAME_LENGTH, Ingredients, read_manifest

if TYPE_CHECKING:
    from evaltools.indicators.indicator import Indicator


INDICATORS = ("indicators.json", "tables/indicators.json", "indicators.csv")
FINDINGS = "findings.json"
READING_PARAMETERS = frozenset(
    ("estimand", "coder_rule", "confidence", "allocation", "minimum_cell", "language")
)
"""Parameters of how reports are read and told; all others decide which are read."""
LARGEST_TABLE = 200_000_000
_NUMBERS = ("value", "low", "high", "level")
_COUNTS = ("x", "n", "N")


@dataclass(frozen=True)
class JudgedFinding:
    """A finding as it was judged.

    Arguments:
        id: its name.
        outcome: `holds`, `does_not_hold` or `cannot_be_told`.
        reason: why, as plain values or text.
        keys: indicators looked at.
        by_rule: outcome under each coder rule; empty where it was not asked.
    """

    id: str
    outcome: str
    reason: str
    keys: tuple[str, ...]
    by_rule: tuple[tuple[str, str], ...] = ()

    @property
    def other_rules(self) -> tuple[tuple[str, str], ...]:
        """Coder rules under which it comes out otherwise, each with the outcome."""
        return tuple((rule, own) for rule, own in self.by_rule if own != self.outcome)


@dataclass(frozen=True)
class Artifact:
    """A run, report or bundle on disk.

    Arguments:
        folder: where it is.
        kind: what it is.
        ingredients: what it was made from.
        key: name of the run.
        indicators: all of them, in their total order.
        findings: what was judged, by id; None where the folder has no judgements.
        engine: name and version of what rendered it; None for a run.
    """

    folder: Path
    kind: ArtifactKind
    ingredients: Ingredients
    key: str
    indicators: tuple[Indicator, ...]
    findings: Mapping[str, JudgedFinding] | None
    engine: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """How it is called in tables: the beginning of its key."""
        return self.key[:RUN_NAME_LENGTH]


def read_artifact(folder: Path) -> Artifact:
    """Read what a run, report or bundle left behind.

    Arguments:
        folder: of the run, report or bundle; files may be in a folder below it.

    Raises:
        ProblemError: it is none of them, or its manifest or indicators cannot be read.
    """
    folder = folder.resolve()
    kind = find_artifact_kind(folder)
    home = manifest_folder(folder)
    manifest = read_manifest(home)
    if manifest is None:
        what = "is missing, damaged or of another format"
        remedy = "Run 'evaltools verify' on it."
        raise ProblemError(
            [Problem(f"{folder.name}/{FILE_NAME}", what, "", remedy, "run.manifest")]
        )
    engine = None
    if (home / REPORT).is_file():
        given = read_json(home, REPORT).get("engine")
        if isinstance(given, list) and len(given) == 2:
            engine = (str(given[0]), str(given[1]))
    return Artifact(
        folder=folder,
        kind=kind,
        ingredients=manifest.ingredients,
        key=manifest.key,
        indicators=_read_indicators(home),
        findings=_read_findings(home),
        engine=engine,
    )


def locate_artifact(text: str, build: Path | None) -> Path:
    """The folder that somebody means by a path, the name of a report or the key of a run.

    Arguments:
        text: as it was typed: `default`, `c9b52a4c`, `reports/_build/default`, or the path of
            a file in such a folder.
        build: `reports/_build` of the study; None outside one.

    Raises:
        ProblemError: nothing is called so, or several runs begin so.
    """
    path = Path(text)
    if path.exists():
        return path.resolve() if path.is_dir() else path.resolve().parent
    if build is not None and "/" not in text and "\\" not in text and text not in ("", ".", ".."):
        if (build / text).is_dir():
            return (build / text).resolve()
        runs = build / "runs"
        found = sorted(p for p in runs.iterdir() if p.is_dir()) if runs.is_dir() else []
        alike = [path for path in found if path.name.startswith(text[:RUN_NAME_LENGTH])]
        if len(alike) == 1 and len(text) >= 4:
            return alike[0].resolve()
        if len(alike) > 1:
            what = f"several runs begin with it: {', '.join(path.name for path in alike)}"
            raise ProblemError([Problem(text, what, code="run.ambiguous")])
    known = _list_artifacts(build) if build is not None else []
    remedy = f"There are {', '.join(known)}." if known else "Build a report first."
    raise ProblemError([Problem(text, "no run, report or bundle is called so", "", remedy)])


def _list_artifacts(build: Path) -> list[str]:
    reports = [path.name for path in build.iterdir() if path.is_symlink()] if build.is_dir() else []
    runs = build / "runs"
    found = [p.name for p in runs.iterdir() if not p.name.startswith(".")] if runs.is_dir() else []
    return [*sorted(reports), *sorted(found)]


def manifest_folder(folder: Path) -> Path:
    """Where the manifest of the run lies: in the folder, or somewhere below that of a bundle."""
    if (folder / FILE_NAME).is_file() or not (folder / BUNDLE).is_file():
        return folder
    found = sorted(
        (path.parent for path in folder.rglob(FILE_NAME) if not path.is_symlink()),
        key=lambda path: (len(path.parts), path.as_posix()),
    )
    return found[0] if found else folder


def _read_indicators(home: Path) -> tuple[Indicator, ...]:
    from evaltools.indicators.indicator import from_record

    for name in INDICATORS:
        path = home / name
        if not path.is_file():
            continue
        try:
            if path.stat().st_size > LARGEST_TABLE:
                raise ValueError("it is too large")
            text = path.read_text(encoding="utf-8")
            records = json.loads(text) if name.endswith(".json") else _parse_csv(text)
            found = [from_record(record) for record in records]
        except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
            what = f"cannot be read: {error}"
            raise ProblemError(
                [Problem(f"{home.name}/{name}", what, code="run.indicators")]
            ) from None
        return tuple(sorted(found, key=lambda indicator: indicator.identity))
    allowed = " or ".join(INDICATORS)
    raise ProblemError([Problem(home.name, "has no indicators", allowed, "", "run.indicators")])


def _parse_csv(text: str) -> list[dict[str, Any]]:
    """Records of `indicators.csv`, without pandas, which takes longer to load than this to run."""
    records = []
    for row in csv.DictReader(io.StringIO(text, newline="")):
        record: dict[str, Any] = {
            name: (value[1:] if value[:2] in ("'=", "'+", "'-", "'@") else value)
            for name, value in row.items()
            if value is not None
        }
        for name in _NUMBERS:
            record[name] = float(record[name]) if record.get(name) else None
        for name in _COUNTS:
            if name not in record:
                continue
            record[name] = int(record[name]) if record.get(name) else None
        pairs = [item.partition("=") for item in record["dimensions"].split(";") if item]
        record["dimensions"] = {name: value for name, _, value in pairs}
        record["suppressed"] = record["suppressed"] == "True"
        record["why"] = record.get("why") or None
        records.append(record)
    return records


def _read_findings(home: Path) -> dict[str, JudgedFinding] | None:
    path = home / FINDINGS
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        items = content if isinstance(content, list) else content["findings"]
        found = [
            JudgedFinding(
                id=str(item["id"]),
                outcome=str(item["outcome"]),
                reason=_reason_text(item.get("reason", "")),
                keys=tuple(
                    sorted(
                        {_number_key(n) for n in item.get("numbers", item.get("indicators", ()))}
                    )
                ),
                by_rule=tuple((str(k), str(v)) for k, v in item.get("by_rule", {}).items()),
            )
            for item in items
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"cannot be read: {type(error).__name__} {error}"
        raise ProblemError([Problem(f"{home.name}/{FINDINGS}", what)]) from None
    return {finding.id: finding for finding in sorted(found, key=lambda finding: finding.id)}


def _reason_text(reason: object) -> str:
    if isinstance(reason, str):
        return reason
    if isinstance(reason, dict) and "en" in reason:
        return str(reason["en"])
    return json.dumps(reason, ensure_ascii=False, sort_keys=True)


def _number_key(number: object) -> str:
    return str(number["key"]) if isinstance(number, Mapping) else str(number)


ArtifactKind = Literal["run", "report", "bundle"]
REPORT = "report.json"
BUNDLE = "manifest-sha256.txt"
TAGS = "tagmanifest-sha256.txt"
"""Where a bundle in the manner of BagIt lists the files that are not its payload."""
SIGNATURE = f"{BUNDLE}.sig"
"""The signature of a bundle's checklist; no list can name it."""
CRATE = "ro-crate-metadata.json"
LISTS = (BUNDLE, TAGS, CRATE, REPORT, FILE_NAME)
LARGEST_LIST = 20_000_000


def find_artifact_kind(folder: Path) -> ArtifactKind:
    """Which kind of folder it is, by the list that is in it.

    Raises:
        ProblemError: it is none.
    """
    lists: tuple[tuple[ArtifactKind, str], ...] = (
        ("bundle", BUNDLE),
        ("report", REPORT),
        ("run", FILE_NAME),
    )
    for kind, name in lists:
        if (folder / name).is_file():
            return kind
    allowed = "a folder with manifest.json, report.json or manifest-sha256.txt"
    what = "is no run, report or bundle" if folder.is_dir() else "is no folder"
    raise ProblemError([Problem(folder.name, what, allowed, "", "verify.folder")])


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """A JSON mapping from a file of the folder.

    Raises:
        ProblemError: it is missing, too large, no JSON mapping, or gives a key twice.
    """
    try:
        if (folder / name).stat().st_size > LARGEST_LIST:
            raise ProblemError([Problem(name, "is too large to be a list", code="verify.list")])
        text = (folder / name).read_bytes().decode("utf-8")
        content = json.loads(text, object_pairs_hook=_refuse_repeated_keys)
    except (OSError, ValueError, RecursionError) as error:
        what = "cannot be read: " + str(error).replace(str(folder), folder.name)
        raise ProblemError([Problem(name, what, code="verify.list")]) from None
    if not isinstance(content, dict):
        raise ProblemError([Problem(name, "is no mapping", code="verify.list")])
    return content


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice in one object")
    return found
