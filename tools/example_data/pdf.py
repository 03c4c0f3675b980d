"""A report as a PDF, as it comes out of a form that was printed to one.

Set by Typst, tagged and with its language, in embedded subsets of Fira Sans. Words are hyphenated
and paragraphs run over pages in many, so that reading one has something to undo.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import fontpkg_fira_sans
import typst

from tools.example_data.form import Form, Layout

_TEMPLATE = """
#set document(title: {title}, author: "evaltools.example", date: datetime({date}))
#set text(font: "Fira Sans", size: 10.5pt, lang: "{language}", region: "FI", hyphenate: {justified})
#set par(justify: {justified}, leading: 0.7em, spacing: 1.35em)
#set page(
  paper: "a4", margin: (x: 2.4cm, top: 2.9cm, bottom: 2.6cm),
  header: [#set text(8.5pt); #set par(justify: false); #{name}#v(-0.6em)
    #line(length: 100%, stroke: 0.5pt)],
  footer: context [#set text(8.5pt); #h(1fr) #{before}#counter(page).display()#{between}#(
    counter(page).final().first())],
)
#show title: set text(17pt, hyphenate: false)
#show title: set par(justify: false)
#show heading: set text(12.5pt)
#show heading: set block(above: 2em, below: 1em)
#set table(stroke: 0.5pt + luma(50%), inset: 6pt)

#title()
#v(0.6em)
#table(columns: (5.4cm, 1fr), fill: (column, _) => if column == 0 {{ luma(92%) }}, {rows})
{body}
"""


def pdf_file(form: Form, layout: Layout) -> bytes:
    """The report as the bytes of a PDF, the same every time with the same version of Typst.

    Arguments:
        form: what stands in it.
        layout: how; its kind is not looked at.
    """
    before, rest = form.page.split("{page}")
    source = _TEMPLATE.format(
        title=_text(form.title),
        date=f"year: {form.received.year}, month: {form.received.month}, day: {form.received.day}",
        language=form.language,
        justified="true" if layout.justified else "false",
        name=_text(form.name),
        before=_text(before),
        between=_text(rest.split("{pages}")[0]),
        rows=", ".join(
            f"strong({_text(one.label)}), {_text(one.answer)}" for one in form.questions
        ),
        body="\n".join(
            f"#heading({_text(answer.heading)})\n"
            + "\n".join(f"#par({_text(text)})" for text in answer.paragraphs)
            for answer in form.answers
        ),
    )
    when = datetime(form.received.year, form.received.month, form.received.day, 9, tzinfo=UTC)
    pdf = typst.compile(
        source.encode("utf-8"),
        format="pdf",
        font_paths=_fonts(),
        pdf_standards=["ua-1", "a-2a"],
        timestamp=int(when.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave no PDF")
    return pdf


@cache
def _fonts() -> typst.Fonts:
    files = fontpkg_fira_sans.ROOT / "files"
    return typst.Fonts(include_system_fonts=False, font_paths=[files])


def _text(text: str) -> str:
    """A text as a Typst string, in which nothing is markup."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
