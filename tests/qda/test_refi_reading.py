"""Projects and codebooks as tools really write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from refi_desk import (
    CODES,
    QUOTES,
    TEXT,
    USERS,
    coding,
    everything,
    guid,
    marked,
    package,
    project,
    quotes,
    selection,
    source,
)

from evaltools.qda.model import ReadDocument
from evaltools.qda.offsets.conventions import BY_NAME
from evaltools.qda.refi.read import read_refi
from evaltools.qda.refi.sources import looks_like_refi


def test_an_ordinary_project_is_read_with_nothing_left_behind(tmp_path: Path) -> None:
    body = USERS + CODES + f"<Sources>{source(marked())}</Sources>"
    found = everything(package(tmp_path / "a.qdpx", project(body)))
    assert quotes(found) == list(QUOTES)
    assert (found.faults, found.dropped, found.assumed) == ((), (), ())
    assert [c.code_id for c in found.codes] == [
        "haasteet", "haasteet.henkilosto", "haasteet.henkilosto_2", "vastaus.osto",
    ]  # fmt: skip
    assert [c.parent_id for c in found.codes] == [None, "haasteet", "haasteet", None]
    assert found.codes[1].name == "Henkilöstö"
    assert not found.codes[0].codable
    assert [c.coder_id for c in found.coders] == ["koodaaja_a", "coder"]
    assert found.readings == (ReadDocument("raportti_1", "koodaaja_a", 1, False),)
    assert found.segments[0].offset_convention == "codepoint/crlf2/nobom/exclusive"
    assert found.segments[0].origin_guid == guid(100)
    assert found.documents[0].guid == guid(50)


def test_capitals_braces_old_namespaces_marks_and_orders_are_forgiven_and_listed(
    tmp_path: Path,
) -> None:
    body = USERS + CODES + f"<Sources>{source(marked())}</Sources>"
    body += f'<Cases><Case guid="{guid(70)}"><SourceRef targetGUID="{guid(50)}"/></Case></Cases>'
    body += "<Sets/>"
    xml = '\ufeff<?xml version="1.0" encoding="utf-8"?>' + project(
        body, 'name="p"', 'xmlns="urn:QDA-XML:project:0.4"'
    )
    path = package(tmp_path / "a.zip", xml, qde="Project.qde", folder="Sources/")
    assert looks_like_refi(path)
    found = everything(path)
    assert quotes(found) == list(QUOTES)
    assert found.cases[0].documents == ("raportti_1",)
    told = "\n".join(found.faults)
    assert "the namespace is urn:QDA-XML:project:0.4" in told
    assert "Cases stands where it may not" in told
    assert all(fault.startswith("line ") for fault in found.faults)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_texts_in_every_encoding_of_tools(tmp_path: Path, encoding: str) -> None:
    body = USERS + CODES + f"<Sources>{source(marked())}</Sources>"
    sources = {f"{guid(50).upper()}.TXT": TEXT.encode(encoding)}
    assert quotes(everything(package(tmp_path / "a.qdpx", project(body), sources))) == list(QUOTES)


def test_xml_in_utf_16_and_text_within_it(tmp_path: Path) -> None:
    content = f"<PlainTextContent>{TEXT}</PlainTextContent>"
    inner = f'<TextSource guid="{guid(50)}" name="R">{content}{marked()}</TextSource>'
    xml = '<?xml version="1.0" encoding="utf-16"?>' + project(
        USERS + CODES + f"<Sources>{inner}</Sources>"
    )
    path = tmp_path / "a.qde"
    path.write_bytes(xml.encode("utf-16"))
    assert looks_like_refi(path)
    assert quotes(everything(path)) == list(QUOTES)


def test_a_coder_is_told_from_the_coding_then_the_selection_then_the_project(
    tmp_path: Path,
) -> None:
    inner = "".join(
        selection(100 + i, quote, coding(200 + i, 11, 1 if i == 0 else None), more)
        for i, (quote, more) in enumerate(
            zip(QUOTES, ("", f'creatingUser="{guid(2)}"', "", ""), strict=True)
        )
    )
    body = USERS + CODES + f"<Sources>{source(inner)}</Sources>"
    one = everything(
        package(tmp_path / "a.qdpx", project(body, f'name="p" creatingUserGUID="{guid(1)}"'))
    )
    assert [c.coder_id for c in one.codings] == ["koodaaja_a", "coder", "koodaaja_a", "koodaaja_a"]
    assert len(one.assumed) == 2
    assert "2 codings name no user; they were taken to be of the project's user" in one.assumed
    other = everything(package(tmp_path / "b.qdpx", project(body)))
    assert [c.coder_id for c in other.codings][2:] == ["unknown", "unknown"]
    assert any("unknown" in line for line in other.assumed)


def test_sources_outside_are_found_by_name_within_and_never_as_paths(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("salainen", encoding="utf-8")
    for path in (f"absolute://{secret}", "relative://../../secret.txt", "internal://../secret.txt"):
        inner = f'<TextSource guid="{guid(51)}" name="R" plainTextPath="{path}"/>'
        xml = project(f"<Sources>{inner}</Sources>")
        found = everything(package(tmp_path / "a.qdpx", xml, {}))
        assert found.documents[0].text is None
        assert "secret.txt is not in the file" in found.assumed[0]
    inside = everything(package(tmp_path / "a.qdpx", xml, {"secret.txt": b"oma\n"}))
    assert inside.documents[0].text == "oma\n"


def test_what_the_study_has_no_place_for_is_listed_by_name(tmp_path: Path) -> None:
    inner = marked() + selection(120, "Muutimme") + coding(220, 11, 1)
    text = source(inner, more=f'creatingUser="{guid(1)}"')
    pdf = (
        f'<PDFSource guid="{guid(60)}" name="x.pdf"><PDFSelection guid="{guid(61)}" page="0" '
        'firstX="1" firstY="1" secondX="2" secondY="2" name="kohta">'
        f"{coding(221, 11, 1)}</PDFSelection></PDFSource>"
    )
    picture = f'<PictureSource guid="{guid(62)}" name="kuva.png" path="internal://k.png"/>'
    audio = f'<AudioSource guid="{guid(63)}" name="ääni.m4a"/>'
    video = (
        f'<VideoSource guid="{guid(64)}"><Transcript guid="{guid(65)}">'
        f'<SyncPoint guid="{guid(66)}"/></Transcript></VideoSource>'
    )
    body = (
        USERS + CODES + "<Variables>"
        f'<Variable guid="{guid(80)}" name="Koko" typeOfVariable="Integer"/>'
        f'<Variable guid="{guid(81)}" name="Turha" typeOfVariable="Text"/></Variables>'
        f'<Cases><Case guid="{guid(70)}" name="Hanke"><CodeRef targetGUID="{guid(11)}"/>'
        f'<VariableValue><VariableRef targetGUID="{guid(80)}"/><IntegerValue>7</IntegerValue>'
        f'</VariableValue><SourceRef targetGUID="{guid(50)}"/>'
        f'<SelectionRef targetGUID="{guid(100)}"/></Case></Cases>'
        f"<Sources>{text}{pdf}{picture}{audio}{video}</Sources>"
        f'<Notes><Note guid="{guid(90)}" name="muistio"><PlainTextContent>x</PlainTextContent>'
        "</Note></Notes>"
        f'<Links><Link guid="{guid(91)}" name="Vastaa" direction="OneWay" '
        f'originGUID="{guid(102)}" targetGUID="{guid(100)}"/>'
        f'<Link guid="{guid(92)}" name="liittyy" originGUID="{guid(102)}" '
        f'targetGUID="{guid(101)}"/>'
        f'<Link guid="{guid(93)}" name="johtaa" direction="Associative" '
        f'originGUID="{guid(102)}" targetGUID="{guid(101)}"/></Links>'
        f'<Sets><Set guid="{guid(94)}" name="joukko"><MemberCode targetGUID="{guid(11)}"/></Set>'
        f'</Sets><Graphs><Graph guid="{guid(95)}" name="kartta"/></Graphs>'
        f'<NoteRef targetGUID="{guid(90)}"/>'
    )
    found = everything(package(tmp_path / "a.qdpx", project(body)))
    assert found.faults == ()
    why = {line.where.split(" (")[0].split(",")[0]: line.why for line in found.dropped}
    for name in ("Set “joukko”", "Graph “kartta”", "Note “muistio”", "PictureSource “kuva.png”",
                 "AudioSource “ääni.m4a”", "PDFSelection “kohta”", "Variable “Turha”",
                 "Link “liittyy”", "Link “johtaa”", "PlainTextSelection", "SelectionRef",
                 "SyncPoint", "NoteRef", "MemberCode"):  # fmt: skip
        assert name in why
    assert "no direction" in why["Link “johtaa”"]
    assert any("whole document" in line.why for line in found.dropped)
    (relation,) = found.relations
    assert (relation.kind, relation.coder_id) == ("answers", "koodaaja_a")
    assert relation.from_segment_id == found.segments[2].segment_id
    assert found.cases[0].variables == {"Koko": "7"}


def test_passages_of_a_pdf_get_their_pages_from_its_selections(tmp_path: Path) -> None:
    content = f"<PlainTextContent>{TEXT}</PlainTextContent>"
    shown = "".join(
        f'<PDFSelection guid="{guid(100 + i)}" page="{i}" firstX="1" firstY="1" secondX="2" '
        f'secondY="2">{coding(300 + i, 11 + i % 3, 1)}</PDFSelection>'
        for i in range(4)
    )
    pdf = (
        f'<PDFSource guid="{guid(60)}" name="x.pdf">{shown}<Representation guid="{guid(61)}">'
        f"{content}{marked()}</Representation></PDFSource>"
    )
    body = USERS + CODES + f"<Sources>{pdf}</Sources>"
    found = everything(package(tmp_path / "a.qdpx", project(body)))
    assert [segment.page for segment in found.segments] == [1, 2, 3, 4]
    assert len(found.codings) == 4
    assert found.dropped == ()
    assert (found.documents[0].document_id, found.documents[0].guid) == ("x", guid(60))


def test_passages_out_of_the_text_or_with_unknown_codes_are_named(tmp_path: Path) -> None:
    lost = f'<PlainTextSelection guid="{guid(130)}" name="kadonnut" startPosition="9000" '
    lost += f'endPosition="9001">{coding(230, 11, 1)}</PlainTextSelection>'
    odd = f'<PlainTextSelection guid="{guid(131)}" startPosition="x" endPosition="2"/>'
    inner = marked() + lost + odd + selection(132, "Muutimme", coding(232, 99, 1))
    body = USERS + CODES + f"<Sources>{source(inner)}</Sources>"
    found = everything(package(tmp_path / "a.qdpx", project(body)))
    why = " ".join(line.why for line in found.dropped)
    assert "it lies outside its text (9000 to 9001" in why
    assert "its positions are no whole numbers" in why
    assert "its code is not in the codebook" in why
    assert "startPosition of PlainTextSelection is “x”" in " ".join(found.faults)


def test_a_passage_that_cuts_a_composed_letter_is_widened_and_said(tmp_path: Path) -> None:
    text = TEXT + "Sa\u0308a\u0308sto\u0308 syntyi.\n"
    start = text.index("Sa")
    cut = (
        f'<PlainTextSelection guid="{guid(140)}" startPosition="{start}" '
        f'endPosition="{start + 2}">{coding(240, 11, 1)}</PlainTextSelection>'
    )
    body = USERS + CODES + f"<Sources>{source(marked() + cut)}</Sources>"
    sources = {f"{guid(50)}.txt": text.encode()}
    found = everything(package(tmp_path / "a.qdpx", project(body), sources))
    assert quotes(found)[-1] == "Sä"
    assert "widened" in found.assumed[-1]


def test_a_study_s_own_identifiers_are_kept(tmp_path: Path) -> None:
    path = package(tmp_path / "a.qdpx", project(CODES))
    assert "Haasteet" in {c.code_id for c in read_refi(path, code_ids={"Haasteet"}).codes}


def test_a_codebook_with_an_empty_set_is_read_and_its_fault_told_with_the_line(
    tmp_path: Path,
) -> None:
    path = tmp_path / "taguette.qdc"
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n<CodeBook xmlns="urn:QDA-XML:codebook:1.0" '
        f'origin="Tool"><Codes><Code guid="{guid(1).upper()}" name="haaste.muu" '
        'isCodable="true"/></Codes><Sets/></CodeBook>',
        encoding="utf-8",
    )
    assert looks_like_refi(path)
    found = everything(path)
    assert [c.code_id for c in found.codes] == ["haaste.muu"]
    assert found.faults == ("line 2: Sets is empty or ends too early; it needs Set in it",)
    assert found.codes[0].guid == guid(1)


def test_losses_are_told_by_their_kind_and_empty_elements_are_none(tmp_path: Path) -> None:
    """A coded passage outside of its text is lost; one without a code, a memo, a graph are not."""
    outside = (
        f'<PlainTextSelection guid="{guid(20)}" startPosition="9000" endPosition="9010">'
        f"{coding(30, 11, 1)}</PlainTextSelection>"
    )
    bare = selection(21, QUOTES[0])
    good = selection(22, QUOTES[1], coding(31, 13, 1) + coding(32, 99, 1))
    body = source(
        outside + bare + good + "<Description/>" * 306 + "<Description>memo</Description>"
    )
    xml = project(f"{USERS}{CODES}<Sources>{body}</Sources><Graphs/>")
    path = package(tmp_path / "a.qdpx", xml, {f"{guid(50).upper()}.txt": TEXT.encode()})
    found = read_refi(path, BY_NAME["codepoint/crlf2/bom/exclusive"])
    kinds = {(line.where.split()[0], line.loss) for line in found.dropped}
    assert ("PlainTextSelection", "passage") in kinds
    assert ("PlainTextSelection", "uncoded") in kinds
    assert ("Coding", "passage") in kinds
    assert [line.what for line in found.dropped if line.where.startswith("Description")] == [
        "“memo”"
    ]
    assert {line.loss for line in found.dropped if line.where.startswith("Description")} == {
        "unsupported"
    }
