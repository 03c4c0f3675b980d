"""Rules of the codebook over time: versions, codes that come and go, words that suggest codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from evaltools.evidence.flaws import ROW, Flaw
from evaltools.evidence.quoting import listed, quoted, suggestion
from evaltools.evidence.rule import Frames, Rule
from evaltools.evidence.versions import in_use, known_versions, version_order

_CODES = ("code_id", "codebook_version", "retired")


def codes_retire_after_they_came(frames: Frames) -> Iterator[Flaw]:
    """A code is given up in a later version than the one that brought it in."""
    codes = frames["codes"].dropna(subset=["codebook_version", "retired"])
    for first, last, row in _rows(codes, "codebook_version", "retired"):
        if version_order(last) <= version_order(first):
            yield Flaw(
                "codes",
                row,
                "retired",
                f"{quoted(last)} is not after {quoted(first)}, which brought the code in",
                f"a version after {first}",
                "Correct the version that is wrong; while a code is used the cell is empty.",
                "data.code-version",
            )


def readings_name_a_version(frames: Frames) -> Iterator[Flaw]:
    """The version a coder worked with is one that the codebook knows."""
    known = _versions(frames)
    readings = frames["readings"].dropna(subset=["codebook_version"])
    for version, row in _rows(readings, "codebook_version"):
        if not _among(version, known):
            yield _unknown_version("readings", row, "codebook_version", version, known)


def codings_are_of_their_version(frames: Frames) -> Iterator[Flaw]:
    """A coder gave only codes of the version that the document was read with."""
    keys = ["document_id", "coder_id", "round"]
    homes = frames["segments"][["segment_id", "document_id"]].drop_duplicates("segment_id")
    readings = frames["readings"][[*keys, "codebook_version"]].rename(
        columns={"codebook_version": "version"}
    )
    # Of codings far fewer kinds than rows: each code, version and term is judged once.
    codings = (
        frames["codings"]
        .merge(homes, on="segment_id")
        .merge(readings.dropna().drop_duplicates(keys), on=keys)
        .merge(frames["codes"][list(_CODES)].drop_duplicates("code_id"), on="code_id")
        .dropna(subset=["codebook_version"])
    )
    terms = ["version", "codebook_version", "retired"]
    wrong = [
        group
        for (version, first, last), group in codings.fillna({"retired": ""}).groupby(terms)
        if not in_use(str(first), str(last), str(version))
    ]
    for group in wrong:
        for code, version, first, last, row in _rows(
            group, "code_id", "version", "codebook_version", "retired"
        ):
            until = f" and no longer in {last}" if last else ""
            yield Flaw(
                "codings",
                row,
                "code_id",
                f"{quoted(code)} is in use from version {first}{until}, but the document was "
                f"read with {version}",
                f"a code of version {version}",
                "Correct the code, or the version in readings.",
                "data.code-version",
            )


def changes_lead_from_version_to_version(frames: Frames) -> Iterator[Flaw]:
    """A change leads from a code of an earlier version to one of a later."""
    codes = frames["codes"].dropna(subset=["code_id", "codebook_version"])
    terms = {
        code: (first, None if pd.isna(last) else last)
        for code, first, last, _ in _rows(codes, *_CODES)
    }
    known = _versions(frames)
    columns = ("from_version", "to_version", "from_code_id", "to_code_id")
    changes = frames["code_changes"].dropna(subset=list(columns))
    for earlier, later, old, new, row in _rows(changes, *columns):
        unknown = [
            _unknown_version("code_changes", row, column, version, known)
            for column, version in zip(columns[:2], (earlier, later), strict=True)
            if not _among(version, known)
        ]
        yield from unknown
        if not unknown and version_order(later) <= version_order(earlier):
            yield Flaw(
                "code_changes",
                row,
                "to_version",
                f"{quoted(later)} is not after {quoted(earlier)}",
                f"a version after {earlier}",
                "Correct the version that is wrong.",
                "data.code-version",
            )
        for column, code, version in (
            ("from_code_id", old, earlier),
            ("to_code_id", new, later),
        ):
            if not unknown and code in terms and not in_use(*terms[code], version):
                yield Flaw(
                    "code_changes",
                    row,
                    column,
                    f"{quoted(code)} is not in version {version}",
                    f"a code of version {version}",
                    "Correct the code, or its versions in codes.",
                    "data.code-version",
                )


def changes_are_of_their_kind(frames: Frames) -> Iterator[Flaw]:
    """One code becomes one, or several, or several become one, as the kind says."""
    columns = ("from_version", "to_version", "from_code_id", "to_code_id", "kind")
    changes = frames["code_changes"].dropna(subset=list(columns))
    rows = _rows(changes, *columns)
    befores = Counter((a, b, old) for a, b, old, *_ in rows)
    afters = Counter((a, b, new) for a, b, _, new, *_ in rows)
    for earlier, later, old, new, kind, row in rows:
        many = befores[earlier, later, old], afters[earlier, later, new]
        allowed, holds = {
            "rename": ("one code that becomes another", many == (1, 1) and old != new),
            "redefine": ("one code that stays itself", many == (1, 1) and old == new),
            "split": ("one code that becomes several", many[0] > 1 and many[1] == 1),
            "merge": ("several codes that become one", many[0] == 1 and many[1] > 1),
        }.get(kind, ("", True))  # another kind is told as not in the list
        if not holds:
            yield Flaw(
                "code_changes",
                row,
                "kind",
                f"{quoted(old)} becomes {_counted(many[0])} and {quoted(new)} comes of "
                f"{_counted(many[1])} from {earlier} to {later}",
                f"for {kind}: {allowed}",
                "Correct the kind, or add the rows that are missing.",
                "data.code-change",
            )


def consensus_rests_on_codings(frames: Frames) -> Iterator[Flaw]:
    """A consensus names codings of other coders, in its document and with its code."""
    homes = frames["segments"][["segment_id", "document_id"]].drop_duplicates("segment_id")
    codings = frames["codings"].merge(homes, on="segment_id", how="left")
    resting = codings.dropna(subset=["consensus_of"])
    if resting.empty:
        return
    columns = ("document_id", "code_id", "coder_id")
    of = dict(
        zip(
            codings["coding_id"],
            zip(*(codings[name] for name in columns), strict=True),
            strict=True,
        )
    )
    for names, document, code, coder, row in _rows(resting, "consensus_of", *columns):
        for name in str(names).split():
            if name not in of:
                what = f"{quoted(name)} is not in codings"
            elif pd.isna(document) or pd.isna(of[name][0]):
                continue  # told as a missing reference
            elif of[name][0] != document:
                what = f"{quoted(name)} is of document {quoted(of[name][0])}"
            elif of[name][1] != code:
                what = f"{quoted(name)} gives the code {quoted(of[name][1])}"
            elif of[name][2] == coder:
                what = f"{quoted(name)} is of the same coder, {quoted(coder)}"
            else:
                continue
            yield Flaw(
                "codings",
                row,
                "consensus_of",
                what,
                f"codings of other coders in document {quoted(document)} with {quoted(code)}",
                "Correct the coding that is named.",
                "data.consensus",
            )


def _rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Values of columns row by row, and at last the row in the file."""
    values = (*(frame[name] for name in columns), frame[ROW].astype(int))
    return list(zip(*values, strict=True))


def _versions(frames: Frames) -> tuple[str, ...]:
    codes = frames["codes"]
    return known_versions(codes["codebook_version"].dropna(), codes["retired"].dropna())


def _among(version: str, known: tuple[str, ...]) -> bool:
    return version_order(version) in {version_order(one) for one in known}


def _unknown_version(
    table: str, row: int, column: str, version: str, known: tuple[str, ...]
) -> Flaw:
    return Flaw(
        table,
        row,
        column,
        f"{quoted(version)} is no version of the codebook",
        listed(known),
        suggestion(version, known) or "Correct it, or put the version on its codes.",
        "data.code-version",
    )


def _counted(number: int) -> str:
    return "one code" if number == 1 else f"{number} codes"


_WHOLE = {"codes": ("codebook_version", "retired")}

CODEBOOK_RULES = (
    Rule(codes_retire_after_they_came, ("codes",)),
    Rule(readings_name_a_version, ("codes", "readings"), _WHOLE),
    Rule(codings_are_of_their_version, ("codes", "codings", "segments", "readings")),
    Rule(changes_lead_from_version_to_version, ("codes", "code_changes"), _WHOLE),
    Rule(
        changes_are_of_their_kind,
        ("code_changes",),
        {"code_changes": ("from_version", "to_version", "from_code_id", "to_code_id", "kind")},
    ),
    Rule(consensus_rests_on_codings, ("codings", "segments"), {"codings": ("coding_id",)}),
)
