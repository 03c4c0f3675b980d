"""Every kind of mistake is told with its place, what was found, what is allowed and a remedy."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from evaltools.evidence import load_descriptor, read_tables, validate


def test_the_hand_written_package_is_valid(package: Any) -> None:
    assert package.problems() == []


Spoil = Callable[[Any], Any]


MISTAKES: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "foreign-key-near": (
        lambda p: p.change("projects", 3, call_id="2019x"),
        (
            'data/register/projects.csv, row 3, column call_id: "2019x" is not in '
            'calls; allowed: a call_id of calls. Did you mean "2019"? '
            "[data.foreign-key]",
        ),
    ),
    "required": (
        lambda p: p.change("regions", 2, name_sv=""),
        (
            "data/reference/regions.csv, row 2, column name_sv: the cell is empty; "
            "allowed: a value. Fill it in. [data.required]",
        ),
    ),
    "enum": (
        lambda p: p.change("organisations", 4, municipality_group="Rurral"),
        (
            "data/register/organisations.csv, row 4, column municipality_group: "
            '"Rurral" is not in the list; allowed: urban, semi_urban, rural. Did '
            'you mean "rural"? [data.enum]',
        ),
    ),
    "pattern": (
        lambda p: p.change("codes", 5, code_id="goal.Services"),
        (
            'data/coding/codes.csv, row 5, column code_id: "goal.Services" has '
            "another form; allowed: the pattern [a-z_]+(\\.[a-z_]+)+. Correct it; "
            "it is: identifier: kind and name. [data.pattern]",
            'data/coding/goals.csv, row 2, column code_id: "goal.services" is not '
            'in codes; allowed: a code_id of codes. Did you mean "goal.Services"? '
            "[data.foreign-key]",
            'data/coding/goals.csv, row 3, column code_id: "goal.services" is not '
            'in codes; allowed: a code_id of codes. Did you mean "goal.Services"? '
            "[data.foreign-key]",
        ),
    ),
    "minimum": (
        lambda p: p.change("projects", 2, grant_eur="-5"),
        (
            "data/register/projects.csv, row 2, column grant_eur: -5 is too small; "
            "allowed: at least 0. Correct the number. [data.minimum]",
        ),
    ),
    "maximum": (
        lambda p: p.change("calls", 2, year="2190"),
        (
            "data/register/calls.csv, row 2, column year: 2190 is too large; "
            "allowed: at most 2100. Correct the number. [data.maximum]",
        ),
    ),
    "duplicate": (
        lambda p: p.add("regions", **p.tables["regions"][0]),
        (
            'data/reference/regions.csv, row 5, column region_code: "01" stands '
            "already in row 2; allowed: each region_code once. Take one of the "
            "rows out, or correct its identifier. [data.duplicate]",
        ),
    ),
    "duplicate-pair": (
        lambda p: p.add(
            "ratings", document_id="D1", item_id="steering", value="3", rater_kind="project"
        ),
        (
            'data/coding/ratings.csv, row 4: "D1", "steering", "project" stands '
            "already in row 2; allowed: each document_id with item_id with "
            "rater_kind once. Take one of the rows out, or correct its identifier. "
            "[data.duplicate]",
        ),
    ),
    "foreign-key": (
        lambda p: p.change("relations", 4, from_segment_id="S66"),
        (
            'data/coding/relations.csv, row 4, column from_segment_id: "S66" is '
            "not in segments; allowed: a segment_id of segments. Did you mean "
            '"S6"? [data.foreign-key]',
        ),
    ),
    "date-order": (
        lambda p: p.change("calls", 2, closed="2019-04-01"),
        (
            "data/register/calls.csv, row 2, column closed: 2019-04-01 is before "
            "opened, 2019-05-01; allowed: opened ≤ closed ≤ decided ≤ "
            "projects_end. Correct the date that is wrong. [data.date-order]",
        ),
    ),
    "date-order-gap": (
        lambda p: p.change("calls", 2, closed="", decided="2019-04-01"),
        (
            "data/register/calls.csv, row 2, column decided: 2019-04-01 is before "
            "opened, 2019-05-01; allowed: opened ≤ closed ≤ decided ≤ "
            "projects_end. Correct the date that is wrong. [data.date-order]",
        ),
    ),
    "ratio": (
        lambda p: p.change("projects", 2, grant_eur="170.02"),
        (
            "data/register/projects.csv, row 2, column grant_eur: 170.02 is 85.01% "
            "of total_cost_eur, 200; allowed: at most 85%. Correct the one that is "
            "wrong. [data.ratio]",
        ),
    ),
    "number": (
        lambda p: p.change("projects", 2, grant_eur="noin 100"),
        (
            'data/register/projects.csv, row 2, column grant_eur: "noin 100" is '
            "not a number; allowed: a number, such as 1234 or 1 234,5. Write "
            "digits only; leave the cell empty where it is not known. [data.number]",
        ),
    ),
    "ambiguous": (
        lambda p: p.change("projects", 4, grant_eur="1,234"),
        (
            'data/register/projects.csv, row 4, column grant_eur: "1,234" can be '
            "read in two ways; allowed: a number. Write 1234 or 1,2340, whichever "
            "is meant. [data.number-ambiguous]",
        ),
    ),
    "integer": (
        lambda p: p.change("calls", 2, applications="18,4"),
        (
            'data/register/calls.csv, row 2, column applications: "18,4" is not '
            "whole; allowed: a whole number. Round or correct it. [data.integer]",
        ),
    ),
    "boolean": (
        lambda p: p.change("calls", 2, joint_only="ehkä"),
        (
            'data/register/calls.csv, row 2, column joint_only: "ehkä" is neither '
            "true nor false; allowed: true or false (kyllä, ei; ja, nej; 1, 0). "
            "Write true or false. [data.boolean]",
        ),
    ),
    "date": (
        lambda p: p.change("projects", 2, started="1/2/2020"),
        (
            'data/register/projects.csv, row 2, column started: "1/2/2020" is not '
            "a date; allowed: a date such as 2021-12-31 or 31.12.2021. Write year, "
            "month and day. [data.date]",
        ),
    ),
    "no-such-day": (
        lambda p: p.change("projects", 2, started="31.2.2020"),
        (
            'data/register/projects.csv, row 2, column started: "31.2.2020" is no '
            "day of the calendar; allowed: a date such as 2021-12-31 or "
            "31.12.2021. Correct the day. [data.date]",
        ),
    ),
    "formula": (
        lambda p: p.change("projects", 2, title_fi='=HYPERLINK("http://x")'),
        (
            "data/register/projects.csv, row 2, column title_fi: "
            '"=HYPERLINK("http://x")" looks like a formula; allowed: a value. Put '
            "the value there that the formula gives. [data.formula]",
        ),
    ),
    "control-character": (
        lambda p: p.change("projects", 2, title_fi="a\x1b[31mb"),
        (
            'data/register/projects.csv, row 2, column title_fi: "a\\u001b[31mb" '
            "holds a control character; allowed: text without control characters. "
            "Delete the character, or type the cell again. [data.control-character]",
        ),
    ),
    "spreadsheet-error": (
        lambda p: p.change("projects", 2, title_fi="#PUUTTUU!"),
        (
            'data/register/projects.csv, row 2, column title_fi: "#PUUTTUU!" is an '
            "error of a spreadsheet; allowed: a value, or nothing. Correct the "
            "formula that gave it, or empty the cell. [data.spreadsheet-error]",
        ),
    ),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_told_with_place_finding_rule_and_remedy(package: Any, kind: str) -> None:
    spoil, messages = MISTAKES[kind]
    spoil(package)
    assert package.problems() == list(messages)


def test_problems_of_all_tables_come_at_once_in_the_order_of_files_and_rows(package: Any) -> None:
    package.change("ratings", 3, value="6")
    package.change("projects", 3, decided="2019")
    package.change("projects", 2, grant_eur="-5", origin="examples")
    package.change("regions", 2, name_sv="")
    (package.folder / "register" / "prior_ties.csv").unlink()
    places = [message.split(": ")[0] for message in package.problems()]
    assert places == [
        "data/register/projects.csv, row 2, column grant_eur",
        "data/register/projects.csv, row 2, column origin",
        "data/register/projects.csv, row 3, column decided",
        "data/register/prior_ties.csv",
        "data/reference/regions.csv, row 2, column name_sv",
        "data/coding/ratings.csv, row 3, column value",
    ]


def test_a_cell_that_cannot_be_read_is_not_told_again_as_empty(package: Any) -> None:
    package.change("projects", 3, decided="keväällä")
    assert len(package.problems()) == 1


def test_a_missing_table_does_not_make_every_reference_to_it_wrong(package: Any) -> None:
    (package.folder / "coding" / "codes.csv").unlink()
    assert [problem.split(": ")[0] for problem in package.problems()] == ["data/coding/codes.csv"]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(package: Any) -> None:
    package.change("projects", 2, title_fi="Rivi\nkaksi", note="a")
    path = package.folder / "register" / "projects.csv"
    before, after = path.read_bytes().split(b"P2,")
    path.write_bytes(before + b"\n,,,,,,,,,,,,\nP2," + after.replace(b"P4,2020", b"P4,2050"))
    assert [problem.split(": ")[0] for problem in package.problems()] == [
        "data/register/projects.csv, row 7, column call_id"
    ]


def test_the_highest_share_of_a_grant_is_the_descriptors_not_the_programs(package: Any) -> None:
    package.change("projects", 2, grant_eur="190")
    assert len(package.problems()) == 1
    path = package.folder / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace("0.85", "0.95"), encoding="utf-8")
    assert package.problems() == []


def test_an_unknown_grant_or_cost_breaks_no_ratio(package: Any) -> None:
    package.change("projects", 2, grant_eur="170.02", total_cost_eur="")
    assert package.problems() == []


def test_validate_checks_frames_that_were_not_read_from_files(package: Any) -> None:
    tables = read_tables(package.folder)
    tables["ratings"] = pd.DataFrame(tables["ratings"].reset_index(drop=True)).astype(
        {"value": "float64"}
    )
    problems = validate(tables, load_descriptor(package.folder))
    assert [(problem.where, problem.code) for problem in problems] == [
        ("data/coding/ratings.csv, column value", "data.type")
    ]


def test_importing_evidence_loads_no_pandas() -> None:
    code = (
        "import sys, evaltools.evidence as e, evaltools.evidence.data_hash; e.load_descriptor; "
        "assert 'pandas' not in sys.modules; e.validate; assert 'pandas' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_wholly_wrong_column_is_told_quickly(package: Any) -> None:
    for number in range(3000):
        package.tables["relations"].append(
            {"relation_id": f"X{number}", "from_segment_id": f"Z{number}", "to_segment_id": "S1",
             "kind": "leads_to", "coder_id": "A"}
        )  # fmt: skip
    package.write("relations")
    start = time.process_time()
    assert len(package.problems()) == 3000
    assert time.process_time() - start < 5
