"""What is written is valid, the same each time, and gives back every field when it is read."""

import json
import zipfile
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from evaltools.problems import ProblemError
from evaltools.qda.model import (
    Case,
    Code,
    Coder,
    Coding,
    CodingSet,
    Document,
    DroppedItem,
    ReadDocument,
    Relation,
    Segment,
)
from evaltools.qda.refi.model import find_schema_errors
from evaltools.qda.refi.read import read_refi
from evaltools.qda.refi.write import arrange_coding, write_qdc, write_qdpx

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ODD = st.sampled_from(
    ["", "a\x00b", "\ufffe", "x\ny\tz", "<&\">'", "åäö 👍🏽", "Include: x\n\nExclude: y", " a "]
)
NAMES = st.one_of(ODD, WORDS)
IDS = st.text(st.sampled_from("abcå.-_1 <"), min_size=1, max_size=5)
TEXTS = st.text(st.sampled_from("ab å👍🏽\u0308\n\ufeff\u00ad."), min_size=0, max_size=30)
GUIDS = st.one_of(st.just(""), st.uuids().map(str), st.sampled_from(["{X}", "A-1"]))
DAYS = st.one_of(st.none(), st.dates())
VALUES = st.dictionaries(NAMES, NAMES, max_size=3)


@st.composite
def coding_sets(draw: st.DrawFn) -> CodingSet:
    import hashlib

    documents = []
    for name in draw(st.lists(IDS, max_size=3, unique=True)):
        text = draw(st.one_of(st.none(), TEXTS))
        digest = "" if text is None else hashlib.sha256(text.encode()).hexdigest()
        documents.append(
            Document(name, draw(NAMES), text, draw(st.sampled_from([digest, "", "other"])),
                     draw(GUIDS), draw(VALUES))
        )  # fmt: skip
    codes: list[Code] = []
    for name in draw(st.lists(IDS, max_size=4, unique=True)):
        above = draw(st.sampled_from([None, "nowhere", *(c.code_id for c in codes)]))
        codes.append(
            Code(name, above, *(draw(NAMES) for _ in range(9)), draw(NAMES),
                 draw(st.booleans()), draw(st.sampled_from(["", "#fff", "#12AB90", "red"])),
                 draw(GUIDS))
        )  # fmt: skip
    coders = [
        Coder(name, draw(NAMES), draw(st.sampled_from(["coder", "consensus"])), draw(DAYS),
              draw(GUIDS))
        for name in draw(st.lists(IDS, max_size=3, unique=True))
    ]  # fmt: skip
    segments = []
    for document in documents:
        length = len(document.text or "")
        for _ in range(draw(st.integers(0, 3)) if length else 0):
            start = draw(st.integers(0, length - 1))
            end = draw(st.integers(start + 1, length))
            assert document.text is not None
            segments.append(
                Segment(draw(NAMES) or "s", document.document_id, start, end,
                        document.text[start:end], draw(NAMES), draw(NAMES),
                        draw(st.one_of(st.none(), st.integers(1, 99))), draw(NAMES), draw(NAMES),
                        draw(GUIDS), draw(NAMES))
            )  # fmt: skip
    segments = list({s.segment_id: s for s in segments}.values())
    codings, relations = [], []
    if segments and codes and coders:
        for _ in range(draw(st.integers(0, 5))):
            codings.append(
                Coding(draw(IDS), draw(st.sampled_from(segments)).segment_id,
                       draw(st.sampled_from(codes)).code_id, draw(st.sampled_from(coders)).coder_id,
                       draw(st.sampled_from(["affirm", "deny", "mixed"])),
                       draw(st.sampled_from([None, "sure", "unsure"])), draw(st.integers(1, 3)),
                       draw(DAYS), draw(NAMES))
            )  # fmt: skip
    if segments:
        for _ in range(draw(st.integers(0, 3))):
            relations.append(
                Relation(draw(IDS), draw(st.sampled_from(segments)).segment_id,
                         draw(st.sampled_from(segments)).segment_id,
                         draw(st.one_of(st.sampled_from(["answers", "rival"]), NAMES)), draw(NAMES))
            )  # fmt: skip
    readings = {
        (d, c): ReadDocument(d, c, draw(st.integers(1, 2)), draw(st.booleans()), draw(NAMES))
        for d, c in draw(st.lists(st.tuples(IDS, IDS), max_size=3))
    }
    cases = [
        Case(draw(NAMES), tuple(draw(st.lists(st.sampled_from(
            ["x", *(d.document_id for d in documents)]), max_size=3))), draw(VALUES), draw(NAMES),
             draw(GUIDS))
        for _ in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    return CodingSet(
        draw(NAMES), tuple(documents), tuple(codes), tuple(coders), tuple(segments),
        tuple({c.coding_id: c for c in codings}.values()), tuple(readings.values()),
        tuple({r.relation_id: r for r in relations}.values()), tuple(cases), draw(NAMES),
        tuple(draw(st.lists(NAMES, max_size=2))),
        tuple(draw(st.lists(st.builds(DroppedItem, NAMES, NAMES, NAMES), max_size=2))),
        tuple(draw(st.lists(NAMES, max_size=2))),
    )  # fmt: skip


def same(found: CodingSet, wanted: CodingSet) -> None:
    for field in fields(CodingSet):
        assert getattr(found, field.name) == getattr(wanted, field.name), field.name


@given(coding_sets())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_reading_what_was_written_changes_no_field(
    tmp_path_factory: pytest.TempPathFactory, codings: CodingSet
) -> None:
    path = tmp_path_factory.mktemp("x") / "a.qdpx"
    write_qdpx(codings, path)
    first = path.read_bytes()
    same(read_refi(path), arrange_coding(codings))
    write_qdpx(codings, path)
    assert path.read_bytes() == first


def test_a_definition_that_begins_with_empty_lines_loses_nothing(tmp_path: Path) -> None:
    code = Code("1", None, "", "\n", exclude="a\x00b")
    codings = CodingSet("", (), (code,), (), (), (), (), ())
    write_qdc(codings, tmp_path / "a.qdc")
    assert read_refi(tmp_path / "a.qdc").codes == (code,)


@given(coding_sets())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_codebook_gives_back_every_field_of_its_codes(
    tmp_path_factory: pytest.TempPathFactory, codings: CodingSet
) -> None:
    if not codings.codes:
        return
    path = tmp_path_factory.mktemp("x") / "a.qdc"
    write_qdc(codings, path)
    found = read_refi(path)
    assert found.faults == ()
    assert found.codes == arrange_coding(codings).codes


TEXT = "Henkilöstö vaihtui 😟 kesken.\nPalkkasimme uusia.\n"


def example() -> CodingSet:
    import hashlib

    def segment(name: str, quote: str) -> Segment:
        start = TEXT.index(quote)
        end = start + len(quote)
        around = TEXT[max(0, start - 32) : start], TEXT[end : end + 32]
        return Segment(name, "d1", start, end, quote, *around, 2, "2 Toteutus")

    return CodingSet(
        documents=(
            Document("d1", "Raportti", TEXT, hashlib.sha256(TEXT.encode()).hexdigest(), "", {}),
        ),
        codes=(
            Code("challenge.staff", None, "henkilöstö", "People leave.", "Key people.", "Illness.",
                 "challenge", "henkilöstö", "personal", "staff", "1.0", color="#ff0000"),
            Code("challenge.staff.turnover", "challenge.staff", "vaihtuvuus"),
            Code("response.hire", None, "rekrytointi"),
        ),
        coders=(Coder("c1", "Lukija A", trained_on=date(2022, 4, 1)), Coder("c2", "Lukija B")),
        segments=(segment("s1", "Henkilöstö vaihtui 😟"), segment("s2", "Palkkasimme uusia")),
        codings=(
            Coding("k1", "s1", "challenge.staff.turnover", "c1", "deny", "unsure", 2,
                   date(2022, 5, 2)),
            Coding("k2", "s2", "response.hire", "c2", created=date(2022, 5, 3)),
        ),
        readings=(ReadDocument("d1", "c1", 2, True, "1.0"), ReadDocument("d1", "c2", 1, True)),
        relations=(Relation("r1", "s2", "s1", "answers", "c1"),),
        cases=(Case("Hanke", ("d1",), {"register_number": "VM/1/2019"}, "p1"),),
    )  # fmt: skip


def project_of(path: Path) -> etree._Element:
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read("project.qde"))


def test_a_project_is_valid_and_says_what_the_format_has_a_place_for(tmp_path: Path) -> None:
    path = tmp_path / "a.qdpx"
    write_qdpx(example(), path)
    root = project_of(path)
    assert find_schema_errors(root) == ()
    (first, _) = root.findall(".//{*}PlainTextSelection")
    assert (first.get("startPosition"), first.get("endPosition")) == ("0", "20")
    assert first.get("name") == "Henkilöstö vaihtui 😟"
    code = root.find(".//{*}Code/{*}Code")
    assert code is not None
    assert code.get("name") == "vaihtuvuus"
    description = root.findtext(".//{*}Code/{*}Description")
    assert description == "People leave.\n\nInclude: Key people.\n\nExclude: Illness."
    link = root.find(".//{*}Link")
    assert link is not None
    assert (link.get("name"), link.get("direction")) == ("answers", "OneWay")
    assert root.findtext(".//{*}Case//{*}TextValue") == "VM/1/2019"
    with zipfile.ZipFile(path) as package:
        (source,) = [n for n in package.namelist() if n.startswith("sources/")]
        assert package.read(source) == TEXT.encode()
        assert {info.date_time[0] for info in package.infolist()} == {1980}


def test_no_note_is_made_for_every_passage_but_one_for_a_document(tmp_path: Path) -> None:
    path = tmp_path / "a.qdpx"
    write_qdpx(example(), path)
    notes = project_of(path).findall(".//{*}Note")
    assert len(notes) == 2
    assert all("evaltools" in (note.get("name") or "") for note in notes)


def test_without_notes_another_tools_copy_keeps_what_the_format_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.qdpx"
    write_qdpx(example(), path)
    root = project_of(path)
    for note in (*root.findall(".//{*}NoteRef"), *root.findall("{*}Notes")):
        parent = note.getparent()
        assert parent is not None
        parent.remove(note)
    root.set("origin", "Other 1.0")
    rewrite(path, etree.tostring(root))
    found = read_refi(path)
    assert {s.quote for s in found.segments} == {"Henkilöstö vaihtui 😟", "Palkkasimme uusia"}
    assert [c.pseudonym for c in found.coders] == ["Lukija A", "Lukija B"]
    assert found.relations[0].kind == "answers"
    assert found.codes[0].include == "Key people."
    assert found.origin == "Other 1.0"
    assert all(not reading.complete for reading in found.readings)


def rewrite(path: Path, project: bytes) -> None:
    with zipfile.ZipFile(path) as package:
        members = {name: package.read(name) for name in package.namelist()}
    members["project.qde"] = project
    with zipfile.ZipFile(path, "w") as package:
        for name, data in members.items():
            package.writestr(name, data)


def test_a_code_changed_in_another_tool_loses_what_was_said_of_the_old_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.qdpx"
    write_qdpx(example(), path)
    root = project_of(path)
    references = root.findall(".//{*}Coding/{*}CodeRef")
    references[0].set("targetGUID", references[1].get("targetGUID") or "")
    rewrite(path, etree.tostring(root))
    found = read_refi(path)
    changed = next(c for c in found.codings if c.segment_id == "s1")
    assert (changed.code_id, changed.polarity, changed.round) == ("response.hire", "affirm", 1)
    assert any("counts as a new one" in line for line in found.assumed)
    assert ReadDocument("d1", "c1", 2, True, "1.0") in found.readings


def test_a_note_that_people_wrote_in_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.qdpx"
    write_qdpx(example(), path)
    root = project_of(path)
    for content in root.findall(".//{*}Note/{*}PlainTextContent"):
        content.text = (content.text or "") + '\nhei\n{"segment": 3}\n[1]\n{"code": []}'
    rewrite(path, etree.tostring(root))
    assert read_refi(path).codings == example().codings


def test_what_cannot_be_written_is_said_all_at_once(tmp_path: Path) -> None:
    codings = example()
    broken = replace(
        codings,
        segments=(replace(codings.segments[0], quote="toinen"), *codings.segments[1:]),
        codings=(replace(codings.codings[0], code_id="no"), *codings.codings),
    )
    with pytest.raises(ProblemError) as caught:
        write_qdpx(broken, tmp_path / "a.qdpx")
    told = str(caught.value)
    assert "its quote is not what stands there" in told
    assert "there is no code 'no'" in told
    assert "'k1' is there twice" in told
    assert not list(tmp_path.iterdir())
    with pytest.raises(ProblemError, match="no code"):
        write_qdc(CodingSet(), tmp_path / "a.qdc")


def test_codes_that_are_their_own_parents_are_refused(tmp_path: Path) -> None:
    codes = (Code("a", "b", "a"), Code("b", "a", "b"))
    with pytest.raises(ProblemError, match="their own parents"):
        write_qdpx(CodingSet(codes=codes), tmp_path / "a.qdpx")


def test_lines_of_a_note_are_json_that_people_can_read(tmp_path: Path) -> None:
    path = tmp_path / "a.qdpx"
    write_qdpx(example(), path)
    texts = [n.findtext("{*}PlainTextContent") or "" for n in project_of(path).iter("{*}Note")]
    lines = [json.loads(line) for text in texts for line in text.splitlines()[1:]]
    assert {"label_fi": "henkilöstö"}.items() <= next(d for d in lines if "code" in d).items()
    assert any(line.get("polarity") == "deny" for line in lines)
