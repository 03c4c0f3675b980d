"""Rules of a codebook that changes: versions, retired codes, what became of what, keywords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evaltools.evidence.codebook import in_use, known_versions, version_order

Spoil = Callable[[Any], Any]


@pytest.fixture
def evolving(package: Any) -> Any:
    """A codebook of two versions, in which two codes became one and one became two."""
    for code, version, retired in (
        ("challenge.devices", "1", "2.0"),
        ("challenge.networks", "1", "2.0"),
        ("challenge.equipment", "2.0", ""),
        ("response.other", "1", "2.0"),
        ("response.guidance", "2.0", ""),
        ("response.consulting", "2.0", ""),
    ):
        package.add(
            "codes", code_id=code, codebook_version=version, retired=retired, codable="true",
            kind=code.split(".")[0], label_fi=code, label_sv=code, label_en=code,
            definition_fi=code, definition_sv=code, definition_en=code,
        )  # fmt: skip
    for old, new, kind in (
        ("challenge.devices", "challenge.equipment", "merge"),
        ("challenge.networks", "challenge.equipment", "merge"),
        ("response.other", "response.guidance", "split"),
        ("response.other", "response.consulting", "split"),
        ("challenge.staff", "challenge.staff", "redefine"),
    ):
        package.add("code_changes", from_version="1", to_version="2.0", from_code_id=old,
                    to_code_id=new, kind=kind)  # fmt: skip
    return package


CODES = "data/coding/codes.csv"
CHANGES = "data/coding/code_changes.csv"

MISTAKES: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "retired-before-it-came": (
        lambda p: p.change("codes", 9, retired="1.9"),
        (
            f'{CODES}, row 9, column retired: "1.9" is not after "2.0", which brought the code in; '
            "allowed: a version after 2.0. Correct the version that is wrong; while a code is used "
            "the cell is empty. [data.code-version]",
            *(
                f'{CHANGES}, row {row}, column to_code_id: "challenge.equipment" is not in version '
                "2.0; allowed: a code of version 2.0. Correct the code, or its versions in codes. "
                "[data.code-version]"
                for row in (2, 3)
            ),
        ),
    ),
    "reading-of-no-version": (
        lambda p: p.change("readings", 2, codebook_version="2.00.1"),
        (
            'data/coding/readings.csv, row 2, column codebook_version: "2.00.1" is no version of '
            'the codebook; allowed: 1, 2.0. Did you mean "2.0"? [data.code-version]',
        ),
    ),
    "code-too-new": (
        lambda p: p.change("codings", 2, code_id="challenge.equipment"),
        (
            'data/coding/codings.csv, row 2, column code_id: "challenge.equipment" is in use from '
            "version 2.0, but the document was read with 1; allowed: a code of version 1. Correct "
            "the code, or the version in readings. [data.code-version]",
        ),
    ),
    "code-given-up": (
        lambda p: (
            p.change("codings", 2, code_id="challenge.devices"),
            p.change("readings", 2, codebook_version="2"),
        ),
        (
            'data/coding/codings.csv, row 2, column code_id: "challenge.devices" is in use from '
            "version 1 and no longer in 2.0, but the document was read with 2; allowed: a code of "
            "version 2. Correct the code, or the version in readings. [data.code-version]",
        ),
    ),
    "change-backwards": (
        lambda p: p.change("code_changes", 6, from_version="2.0", to_version="1"),
        (
            f'{CHANGES}, row 6, column to_version: "1" is not after "2.0"; allowed: a version '
            "after 2.0. Correct the version that is wrong. [data.code-version]",
        ),
    ),
    "change-to-no-version": (
        lambda p: p.change("code_changes", 6, to_version="3"),
        (
            f'{CHANGES}, row 6, column to_version: "3" is no version of the codebook; allowed: 1, '
            "2.0. Correct it, or put the version on its codes. [data.code-version]",
        ),
    ),
    "change-of-a-code-that-was-not-there": (
        lambda p: p.change("code_changes", 6, from_code_id="challenge.equipment", kind="rename"),
        (
            f'{CHANGES}, row 6, column from_code_id: "challenge.equipment" is not in version 1; '
            "allowed: a code of version 1. Correct the code, or its versions in codes. "
            "[data.code-version]",
        ),
    ),
    "change-of-an-unknown-code": (
        lambda p: p.change("code_changes", 6, to_code_id="challenge.stuff", kind="rename"),
        (
            f'{CHANGES}, row 6, column to_code_id: "challenge.stuff" is not in codes; allowed: a '
            'code_id of codes. Did you mean "challenge.staff"? [data.foreign-key]',
        ),
    ),
    "rename-of-two": (
        lambda p: p.change("code_changes", 2, kind="rename"),
        (
            f'{CHANGES}, row 2, column kind: "challenge.devices" becomes one code and '
            '"challenge.equipment" comes of 2 codes from 1 to 2.0; allowed: for rename: one code '
            "that becomes another. Correct the kind, or add the rows that are missing. "
            "[data.code-change]",
        ),
    ),
    "split-into-one": (
        lambda p: p.change("code_changes", 6, kind="split"),
        (
            f'{CHANGES}, row 6, column kind: "challenge.staff" becomes one code and '
            '"challenge.staff" comes of one code from 1 to 2.0; allowed: for split: one code that '
            "becomes several. Correct the kind, or add the rows that are missing. "
            "[data.code-change]",
        ),
    ),
    "keyword-empty": (
        lambda p: p.change("keywords", 2, pattern=" "),
        (
            "data/coding/keywords.csv, row 2, column pattern: the cell is empty; allowed: a value. "
            "Fill it in. [data.required]",
        ),
    ),
    "keyword-language": (
        lambda p: p.change("keywords", 2, language="en"),
        (
            'data/coding/keywords.csv, row 2, column language: "en" is not in the list; allowed: '
            "fi, sv. Choose one of these. [data.enum]",
        ),
    ),
    "keyword-of-a-group": (
        lambda p: p.change("keywords", 2, code_id="challenge.all"),
        (
            'data/coding/keywords.csv, row 2, column code_id: "challenge.all" only groups other '
            "codes; allowed: challenge.staff, challenge.systems. Choose a narrower code. "
            "[data.code-not-codable]",
        ),
    ),
    "consensus-elsewhere": (
        lambda p: p.change("codings", 4, consensus_of="K1 K10"),
        (
            'data/coding/codings.csv, row 4, column consensus_of: "K10" is of document "D3"; '
            'allowed: codings of other coders in document "D1" with "challenge.staff". Correct the '
            "coding that is named. [data.consensus]",
        ),
    ),
    "consensus-of-itself": (
        lambda p: p.change("codings", 4, consensus_of="K3"),
        (
            'data/coding/codings.csv, row 4, column consensus_of: "K3" is of the same coder, "C"; '
            'allowed: codings of other coders in document "D1" with "challenge.staff". Correct the '
            "coding that is named. [data.consensus]",
        ),
    ),
    "consensus-of-nothing": (
        lambda p: p.change("codings", 4, consensus_of="K99"),
        (
            'data/coding/codings.csv, row 4, column consensus_of: "K99" is not in codings; '
            'allowed: codings of other coders in document "D1" with "challenge.staff". Correct the '
            "coding that is named. [data.consensus]",
        ),
    ),
    "consensus-of-another-code": (
        lambda p: p.change("codings", 4, consensus_of="K4"),
        (
            'data/coding/codings.csv, row 4, column consensus_of: "K4" gives the code '
            '"response.training"; allowed: codings of other coders in document "D1" with '
            '"challenge.staff". Correct the coding that is named. [data.consensus]',
        ),
    ),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_told_with_place_finding_rule_and_remedy(evolving: Any, kind: str) -> None:
    spoil, messages = MISTAKES[kind]
    if kind == "keyword-of-a-group":  # lists the codes of the first version only
        evolving.tables["codes"] = evolving.tables["codes"][:5]
        evolving.tables["code_changes"] = []
        evolving.write("codes", "code_changes")
    spoil(evolving)
    assert evolving.problems() == list(messages)


def test_a_codebook_of_two_versions_is_valid(evolving: Any) -> None:
    evolving.change("codings", 14, code_id="challenge.equipment")
    for row in (7, 8):
        evolving.change("readings", row, codebook_version="2.0")
    evolving.change("codings", 4, consensus_of="K1 K2")
    assert evolving.problems() == []


def test_a_reading_that_names_no_version_binds_no_coding(evolving: Any) -> None:
    evolving.change("codings", 2, code_id="challenge.equipment")
    evolving.change("readings", 2, codebook_version="")
    assert evolving.problems() == []


def test_register_numbers_are_unique_where_they_are_known(package: Any) -> None:
    package.change("projects", 2, register_number="VN/1/2019")
    assert package.problems() == []
    package.change("projects", 4, register_number="VN/1/2019")
    assert package.problems() == [
        'data/register/projects.csv, row 4, column register_number: "VN/1/2019" stands already in '
        "row 2; allowed: each register_number once. Take one of the rows out, or correct its "
        "identifier. [data.duplicate]"
    ]


def test_versions_stand_in_the_order_of_their_numbers() -> None:
    ordered = ["0.9", "1", "1.2", "1.10", "2.0-draft", "2.0", "2.0.1", "10"]
    assert [*map(version_order, ordered)] == sorted(map(version_order, ordered))
    assert len({*map(version_order, ordered)}) == len(ordered)
    assert version_order("2") == version_order("2.0")
    assert known_versions(["2", "1", "1"], ["1.5"]) == ("1", "1.5", "2")


def test_a_code_is_in_use_from_its_version_until_it_is_retired() -> None:
    assert [in_use("1.1", "2", version) for version in ("1", "1.1", "1.9", "2", "3")] == [
        False, True, True, False, False,
    ]  # fmt: skip
    assert in_use("1", None, "9")
    assert in_use("1", "", "9")
