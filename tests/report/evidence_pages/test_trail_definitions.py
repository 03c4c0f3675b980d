"""Every number has a definition and a source that exists."""

from __future__ import annotations

import re

import pytest
from trail_report import Material, used_names

from evaltools.evidence import load_descriptor
from evaltools.findings.families import FAMILIES
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES
from evaltools.report.evidence_markup import find_anchors, number_anchor
from evaltools.report.evidence_pages.entries import group_by_anchor
from evaltools.report.glossary import Glossary


def test_every_number_of_the_finnish_report_has_a_definition(example: Material) -> None:
    values, known = example.values(), group_by_anchor(example.indicators)
    anchors = find_anchors(values[name] for name in used_names())
    keys = {known[anchor].key for anchor in anchors if not anchor.startswith("ev-fact-")}
    assert len(keys) > 50
    glossary = Glossary.of(example.tables, example.study.words("fi"))
    assert [key for key in sorted(keys) if glossary.defined(key) is None] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_that_a_run_gives_has_a_definition(example: Material, language: str) -> None:
    glossary = Glossary.of(example.tables, Words(language))  # type: ignore[arg-type]
    keys = {each.key for each in example.indicators if not each.key.endswith(".bounds")}
    told = {key: glossary.definition(key) for key in sorted(keys)}
    assert [key for key, text in told.items() if not text.endswith(".")] == []
    unlabelled = [
        key for key, text in told.items() if re.search(r"[‘”][a-z_]+\.[a-z_.]+[’”]", text)
    ]
    assert unlabelled == []


def test_a_number_without_definition_is_refused(example: Material) -> None:
    with pytest.raises(KeyError, match="nobody"):
        Glossary(Words("fi")).definition("grants.nobody.money")


def test_every_key_belongs_to_a_family_whose_tables_exist(example: Material) -> None:
    tables = {each.name for each in load_descriptor(example.study.data).resources}
    assert {each for family in FAMILIES.values() for each in family.tables} <= tables
    glossary = Glossary.of(example.tables, Words("fi"))
    assert all(glossary.family_of(each.key).tables for each in example.indicators)


def test_entries_have_names_of_their_own() -> None:
    assert number_anchor("challenge.staff.bounds") == number_anchor("challenge.staff.share")
    names = {
        number_anchor("a.b.count"),
        number_anchor("a.b_c.count"),
        number_anchor("a.b.count", (("region", "06"),)),
        number_anchor("a.b.count", (("region", "0 6"),)),
        number_anchor("a.b.count", (("region", "0/6"),)),
    }
    assert len(names) == 5
    assert all(re.fullmatch(r"ev-[A-Za-z0-9_-]+", name) for name in names)
