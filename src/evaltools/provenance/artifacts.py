"""What a run, report or bundle left behind: which of them a folder is, and all of it read back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from evaltools.files import refuse_repeated_keys
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
        keys: indicators looked at.
        by_rule: outcome under each coder rule; empty where it was not asked.
        case: which of its wordings is true of the run; empty where that was not recorded.
        said: the sentence by language; empty of a finding that has one text for all outcomes.
        text: what it says where its sentence does not follow the outcome, by language.
        wordings: of each case, by language, with slots as the study declares them.
        asserted: whether the report says it, and no one else.
        rule: hash of what it asks and of whom; two that differ are different questions. Empty
            where that was not recorded.
    """

    id: str
    outcome: str
    keys: tuple[str, ...]
    by_rule: tuple[tuple[str, str], ...] = ()
    case: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)
    wordings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    asserted: bool = True
    rule: str = ""

    def sentence(self, language: str) -> str:
        """What the report says in a language; in another of its own where it lacks that one."""
        texts = self.said or self.text
        return texts.get(language) or next((text for _, text in sorted(texts.items())), "")

    @property
    def other_rules(self) -> tuple[tuple[str, str], ...]:
        """Coder rules under which it comes out otherwise, each with the outcome."""
        return tuple((rule, own) for rule, own in self.by_rule if own != self.outcome)


ConclusionKind = Literal["criterion", "answer", "recommendation"]


@dataclass(frozen=True)
class JudgedConclusion:
    """What a report concludes from its findings by rule.

    Arguments:
        kind: what it is.
        id: the criterion, the question or the recommendation.
        level: of the scale of the study, or `cannot_be_told`; `due` of a recommendation.
        text: the level in words, or what is recommended, by language.
    """

    kind: ConclusionKind
    id: str
    level: str
    text: Mapping[str, str] = field(default_factory=dict)

    def in_language(self, language: str) -> str:
        """Its text in a language; in another where it lacks that one."""
        return self.text.get(language) or next(
            (text for _, text in sorted(self.text.items())), self.level
        )


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
        conclusions: what was concluded; None where that was not recorded.
    """

    folder: Path
    kind: ArtifactKind
    ingredients: Ingredients
    key: str
    indicators: tuple[Indicator, ...]
    findings: Mapping[str, JudgedFinding] | None
    conclusions: tuple[JudgedConclusion, ...] | None = None

    @property
    def name(self) -> str:
        """How it is called in tables: the beginning of its key."""
        return self.key[:RUN_NAME_LENGTH]

    @property
    def reports(self) -> int | None:
        """Final reports that were read; None where that is not known."""
        for item in self.indicators:
            if item.key == "reports.read.share" and not item.dimensions and item.estimand == "D":
                return item.x
        return None


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
    findings, conclusions = _read_findings(home)
    return Artifact(
        folder=folder,
        kind=kind,
        ingredients=manifest.ingredients,
        key=manifest.key,
        indicators=_read_indicators(home),
        findings=findings,
        conclusions=conclusions,
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
    reports, runs = _list_folder(build), _list_folder(build / "runs" if build else None)
    if build is not None and "/" not in text and "\\" not in text and text not in ("", ".", ".."):
        if (build / text).is_dir():
            return (build / text).resolve()
        alike = [
            run for run in runs if run.is_dir() and run.name.startswith(text[:RUN_NAME_LENGTH])
        ]
        if len(alike) == 1 and len(text) >= 4:
            return alike[0].resolve()
        if len(alike) > 1:
            what = f"several runs begin with it: {', '.join(path.name for path in alike)}"
            raise ProblemError([Problem(text, what, code="run.ambiguous")])
    known = [*(path.name for path in reports if path.is_symlink()),
             *(path.name for path in runs if not path.name.startswith("."))]  # fmt: skip
    remedy = f"There are {', '.join(known)}." if known else "Build a report first."
    raise ProblemError([Problem(text, "no run, report or bundle is called so", "", remedy)])


def _list_folder(folder: Path | None) -> list[Path]:
    return sorted(folder.iterdir()) if folder is not None and folder.is_dir() else []


def manifest_folder(folder: Path) -> Path:
    """Where the manifest of the run lies: in the folder, or somewhere below that of a bundle."""
    if (folder / FILE_NAME).is_file() or not (folder / BUNDLE).is_file():
        return folder
    found = (path.parent for path in folder.rglob(FILE_NAME) if not path.is_symlink())
    return min(found, key=lambda path: (len(path.parts), path.as_posix()), default=folder)


def _read_indicators(home: Path) -> tuple[Indicator, ...]:
    from evaltools.indicators.indicator import from_record  # loads pandas, and not to find a folder

    path = next((home / name for name in INDICATORS if (home / name).is_file()), None)
    if path is None:
        allowed = " or ".join(INDICATORS)
        raise ProblemError([Problem(home.name, "has no indicators", allowed, "", "run.indicators")])
    try:
        if path.stat().st_size > LARGEST_TABLE:
            raise ValueError("it is too large")
        text = path.read_text(encoding="utf-8")
        records = json.loads(text) if path.suffix == ".json" else _parse_csv(text)
        found = [from_record(record) for record in records]
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        where = f"{home.name}/{path.relative_to(home).as_posix()}"
        raise ProblemError(
            [Problem(where, f"cannot be read: {error}", code="run.indicators")]
        ) from None
    return tuple(sorted(found, key=lambda indicator: indicator.identity))


def _parse_csv(text: str) -> list[dict[str, Any]]:
    """Records of `indicators.csv`, in which text that begins as a formula does is marked."""
    records = []
    for row in csv.DictReader(io.StringIO(text, newline="")):
        record: dict[str, Any] = {
            name: (value[1:] if value[:2] in ("'=", "'+", "'-", "'@") else value)
            for name, value in row.items()
            if value is not None
        }
        record |= {name: float(record[name]) if record.get(name) else None for name in _NUMBERS}
        record |= {name: int(record[name]) if record[name] else None
                   for name in _COUNTS if name in record}  # fmt: skip
        pairs = [item.partition("=") for item in record["dimensions"].split(";") if item]
        record["dimensions"] = {name: value for name, _, value in pairs}
        record["suppressed"] = record["suppressed"] == "True"
        record["why"] = record.get("why") or None
        records.append(record)
    return records


_Judged = tuple[dict[str, JudgedFinding] | None, tuple[JudgedConclusion, ...] | None]


def _read_findings(home: Path) -> _Judged:
    path = home / FINDINGS
    if not path.is_file():
        return None, None
    try:
        if path.stat().st_size > LARGEST_LIST:
            raise ValueError("it is too large")
        content = json.loads(path.read_text(encoding="utf-8"))
        return findings_from(content), conclusions_from(content)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        what = f"cannot be read: {type(error).__name__} {error}"
        raise ProblemError([Problem(f"{home.name}/{FINDINGS}", what)]) from None


def findings_from(content: Any) -> dict[str, JudgedFinding]:
    """Findings by id from what `findings.json` holds.

    Raises:
        TypeError, KeyError, AttributeError, ValueError: it is none.
    """
    found: dict[str, JudgedFinding] = {}
    for item in content if isinstance(content, list) else content["findings"]:
        numbers = item.get("numbers", item.get("indicators", ()))
        keys = {str(each["key"] if isinstance(each, dict) else each) for each in numbers}
        by_rule = tuple((str(k), str(v)) for k, v in item.get("by_rule", {}).items())
        name, outcome = str(item["id"]), str(item["outcome"])
        found[name] = JudgedFinding(
            name,
            outcome,
            tuple(sorted(keys)),
            by_rule,
            case=str(item.get("case") or ""),
            said=_texts(item.get("said") or {}),
            text=_texts(item.get("text") or {}),
            wordings={
                str(case): _texts(texts) for case, texts in (item.get("wordings") or {}).items()
            },
            asserted=bool(item.get("asserted", True)),
            rule=str(item.get("rule") or ""),
        )
    return dict(sorted(found.items()))


def conclusions_from(content: Any) -> tuple[JudgedConclusion, ...] | None:
    """Answers, criteria and recommendations from what `findings.json` or a record holds.

    None where it was written before they were recorded.

    Raises:
        TypeError, KeyError, AttributeError, ValueError: it holds something else.
    """
    records = None if isinstance(content, list) else content.get("conclusions")
    if records is None:
        return None
    found = []
    for item in records:
        if item["kind"] not in get_args(ConclusionKind):
            raise ValueError(f"{item['kind']} is no kind of conclusion")
        texts = _texts(item.get("text") or {})
        found.append(JudgedConclusion(item["kind"], str(item["id"]), str(item["level"]), texts))
    return tuple(found)


def _texts(content: Any) -> dict[str, str]:
    return {str(language): str(text) for language, text in content.items()}


ArtifactKind = Literal["run", "report", "bundle"]
REPORT = "report.json"
BUNDLE = "manifest-sha256.txt"
TAGS = "tagmanifest-sha256.txt"
"""Where a bundle in the manner of BagIt lists the files that are not its payload."""
SIGNATURE = f"{BUNDLE}.sig"
"""The signature of a bundle's checklist; no list can name it."""
CRATE = "ro-crate-metadata.json"
EDITIONS = "languages"
"""Where a bundle in several languages has the runs of all but the first, a folder a language."""
LISTS = (BUNDLE, TAGS, CRATE, REPORT, FILE_NAME)
LARGEST_LIST = 20_000_000


def find_artifact_kind(folder: Path) -> ArtifactKind:
    """Which kind of folder it is, by the list that is in it.

    Raises:
        ProblemError: it is none.
    """
    lists: dict[ArtifactKind, str] = {"bundle": BUNDLE, "report": REPORT, "run": FILE_NAME}
    for kind, name in lists.items():
        if (folder / name).is_file():
            return kind
    allowed = "a folder with manifest.json, report.json or manifest-sha256.txt"
    what = "is no run, report or bundle" if folder.is_dir() else "is no folder"
    raise ProblemError([Problem(folder.name, what, allowed, "", "verify.folder")])


def read_list(folder: Path, name: str) -> str:
    """The text of a file of the folder that lists others, if it can be read and is no larger."""
    with _errors_as_problems(folder, name):
        if (folder / name).stat().st_size > LARGEST_LIST:
            raise ProblemError([Problem(name, "is too large to be a list", code="verify.list")])
        return (folder / name).read_bytes().decode("utf-8")


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """A JSON mapping from a file of the folder.

    Raises:
        ProblemError: it is missing, too large, no JSON mapping, or gives a key twice.
    """
    text = read_list(folder, name)
    with _errors_as_problems(folder, name):
        content = json.loads(text, object_pairs_hook=refuse_repeated_keys)
    if not isinstance(content, dict):
        raise ProblemError([Problem(name, "is no mapping", code="verify.list")])
    return content


@contextmanager
def _errors_as_problems(folder: Path, name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RecursionError) as error:
        what = "cannot be read: " + str(error).replace(str(folder), folder.name)
        raise ProblemError([Problem(name, what, code="verify.list")]) from None
