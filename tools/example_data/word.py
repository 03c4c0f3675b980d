"""A report as a Word file, as it comes out of a form that was filled in with Word.

The answers stand in content controls; some of the prose stands in one-cell tables; a paragraph
is cut into runs where someone has gone back to it, as Word does. The parts are stored without
compression and with one date, since compression differs between machines.
"""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

from tools.example_data.form import Form, Layout, Question
from tools.example_data.word_parts import DECLARATION, NAMESPACES, fixed_parts

LONG_PARAGRAPH = 120
"""Characters from which a paragraph stands in several runs."""

LONG_WORD = 22
"""Letters from which a word holds a soft hyphen, in reports whose lines are justified."""


def word_file(form: Form, layout: Layout) -> bytes:
    """The report as the bytes of a .docx, the same every time.

    Arguments:
        form: what stands in it.
        layout: how; its kind is not looked at.
    """
    parts = fixed_parts(form)
    parts["word/document.xml"] = _document(form, layout)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 0
            archive.writestr(info, parts[name].encode("utf-8"))
    return buffer.getvalue()


def _document(form: Form, layout: Layout) -> str:
    title, heading = ("Otsikko", "Otsikko1") if form.language == "fi" else ("Rubrik", "Rubrik1")
    body = [_paragraph(_runs(form.title), style=title), _opening(form)]
    for number, answer in enumerate(form.answers, start=1):
        place = f'<w:bookmarkStart w:id="{number}" w:name="_Toc{number:08d}"/>'
        end = f'<w:bookmarkEnd w:id="{number}"/>'
        body.append(_paragraph(place + _runs(answer.heading) + end, style=heading))
        prose = "".join(_prose(text, layout) for text in answer.paragraphs)
        body.append(_box(prose, answer.heading, number) if layout.boxed else prose)
    body.append("<w:p/>" if layout.boxed else "")  # Word lets no document end with a table
    return (
        f"{DECLARATION}<w:document {NAMESPACES}><w:body>{''.join(body)}<w:sectPr>"
        '<w:headerReference w:type="default" r:id="rId3"/>'
        '<w:footerReference w:type="default" r:id="rId4"/>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1417" w:right="1134" w:bottom="1417" w:left="1134" w:header="708" '
        'w:footer="708" w:gutter="0"/></w:sectPr></w:body></w:document>'
    )


def _paragraph(content: str, style: str = "", aligned: str = "") -> str:
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties += f'<w:jc w:val="{aligned}"/>' if aligned else ""
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{content}</w:p>"


def _runs(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _prose(text: str, layout: Layout) -> str:
    aligned = "both" if layout.justified else ""
    if layout.justified:
        return _paragraph(_with_soft_hyphens(text), aligned=aligned)
    if len(text) < LONG_PARAGRAPH:
        return _paragraph(_runs(text))
    # Cut in the middle of a word, around which the spelling checker has left its marks.
    cut = len(text) // 2
    start, end = text.rfind(" ", 0, cut) + 1, (text.find(" ", cut) + 1 or len(text))
    checked = _runs(text[start:cut]) + (_runs(text[cut:end]) if cut < end else "")
    return _paragraph(
        f'{_runs(text[:start])}<w:proofErr w:type="spellStart"/>{checked}'
        f'<w:proofErr w:type="spellEnd"/>{_runs(text[end:]) if end < len(text) else ""}'
    )


def _with_soft_hyphens(text: str) -> str:
    runs, pending = [], ""
    for word in text.split(" "):
        if len(word) >= LONG_WORD and word.isalpha():
            half = len(word) // 2
            runs.append(f"{_runs(pending + word[:half])}<w:r><w:softHyphen/></w:r>")
            pending = f"{word[half:]} "
        else:
            pending += f"{word} "
    return "".join((*runs, _runs(pending[:-1])))


def _opening(form: Form) -> str:
    rows = "".join(_row(one, number, form) for number, one in enumerate(form.questions, start=1))
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="Lomake"/><w:tblW w:w="9638" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="3118"/>'
        f'<w:gridCol w:w="6520"/></w:tblGrid>{rows}</w:tbl>'
    )


def _row(question: Question, number: int, form: Form) -> str:
    label = _cell(
        _paragraph(f"<w:r><w:rPr><w:b/></w:rPr><w:t>{escape(question.label)}</w:t></w:r>"),
        3118,
        '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>',
    )
    name = _named(question, number)
    if question.key == "notice":
        return f"<w:tr>{label}{_cell(_paragraph(_runs(question.answer)), 6520)}</w:tr>"
    if question.key == "recipient":
        # A control over the whole cell: Word puts it around the cell, not into it.
        cell = _cell(_paragraph(_runs(question.answer)), 6520)
        return f"<w:tr>{label}{_control(f'{name}<w:text/>', cell)}</w:tr>"
    if question.key == "period":
        first, last = question.answer.split("–")
        dates = [
            _control(f"{_named(question, number + 100 * place)}{_calendar(form)}", _runs(one))
            for place, one in enumerate((first, last))
        ]
        return f"<w:tr>{label}{_cell(_paragraph(dates[0] + _runs('–') + dates[1]), 6520)}</w:tr>"
    answer = _control(f"{name}<w:text/>", _runs(question.answer))
    return f"<w:tr>{label}{_cell(_paragraph(answer), 6520)}</w:tr>"


def _named(question: Question, number: int) -> str:
    return (
        f"<w:alias w:val={quoteattr(question.label)}/>"
        f'<w:tag w:val="{question.key}"/><w:id w:val="{1000 + number}"/>'
    )


def _calendar(form: Form) -> str:
    return (
        '<w:date><w:dateFormat w:val="d.M.yyyy"/>'
        f'<w:lid w:val="{form.language}-FI"/>'
        '<w:storeMappedDataAs w:val="dateTime"/><w:calendar w:val="gregorian"/></w:date>'
    )


def _cell(content: str, width: int, shade: str = "") -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{content}</w:tc>'


def _control(properties: str, content: str) -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def _box(prose: str, heading: str, number: int) -> str:
    name = f'<w:alias w:val={quoteattr(heading)}/><w:id w:val="{2000 + number}"/>'
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="Lomake"/><w:tblW w:w="9638" w:type="dxa"/></w:tblPr>'
        '<w:tblGrid><w:gridCol w:w="9638"/></w:tblGrid>'
        f"<w:tr>{_cell(_control(name, prose), 9638)}</w:tr></w:tbl>"
    )
