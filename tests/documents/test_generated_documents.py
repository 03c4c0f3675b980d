"""Documents made by the hundred with known text: every word in order, no amount changed."""

from __future__ import annotations

import random
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evaltools.documents.model import DocumentText
from evaltools.documents.reader import read
from evaltools.documents.text_normalisation import count_characters, normalise

WORDS = [
    *("hanke", "tavoite", "palvelu", "kunta", "asukas", "Åbo", "invånare", "resultat", "änny"),
    *("tuki", "e-lomake", "Ärlig", "goal;", "lisäksi", "(osin)", "“näin”", "ä̈", "kustannus"),
]
W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
STYLES = (
    '<w:style w:type="character" w:styleId="Up"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
    '</w:style><w:style w:type="character" w:styleId="UpChild"><w:basedOn w:val="Up"/></w:style>'
    '<w:style w:type="character" w:styleId="Sym"><w:rPr><w:rFonts w:ascii="Symbol" '
    'w:hAnsi="Symbol"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Hid"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="HidChild"><w:basedOn w:val="Hid"/></w:style>'
)
RAISED = dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
LOWERED = dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True))
SYMBOLS = {"a": "α", "b": "β", "\uf0b3": "≥", "\uf0a3": "≤", "\uf0b1": "±"}
UP = (
    '<w:vertAlign w:val="superscript"/>',
    '<w:rStyle w:val="Up"/>',
    '<w:rStyle w:val="UpChild"/>',
    '<w:position w:val="8"/>',
)
UNSEEN = (
    "<w:vanish/>",
    '<w:rStyle w:val="Hid"/>',
    '<w:rStyle w:val="HidChild"/>',
    '<w:color w:val="FFFFFF"/>',
    '<w:sz w:val="2"/>',
)
SEEN = (
    "",
    "<w:b/>",
    '<w:color w:val="FF0000"/>',
    '<w:spacing w:val="60"/>',
    '<w:vanish w:val="0"/>',
)


@dataclass
class Made:
    """A document as it was made: what it shows, which amounts, how much nobody sees."""

    shown: list[str] = field(default_factory=list)
    amounts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unseen: int = 0


class Writer:
    """Writes paragraphs of a DOCX and keeps what they show."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.made = Made()

    def run(self, text: str, properties: str = "", tag: str = "t") -> str:
        looks = f"<w:rPr>{properties}</w:rPr>" if properties else ""
        return f'<w:r>{looks}<w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'

    def words(self) -> tuple[str, str]:
        text = " ".join(self.random.choices(WORDS, k=self.random.randint(1, 5))) + " "
        at = self.random.randint(0, len(text))  # programs cut runs wherever they like
        cut = [part for part in (text[:at], text[at:]) if part]
        return "".join(self.run(part, self.random.choice(SEEN)) for part in cut), text

    def amount(self) -> tuple[str, str]:
        """An amount, and behind it often the mark of a note."""
        number = str(self.random.randint(10, 99_999))
        self.made.amounts.append(number)
        mark = str(self.random.randint(1, 120))
        way = self.random.randrange(6)
        if way < len(UP):
            shown = number + "".join(RAISED[digit] for digit in mark)
            return self.run(number) + self.run(mark, UP[way]) + self.run(" "), shown + " "
        if way == 4:
            self.made.notes.append(f"viite {len(self.made.notes)}")
            place = len(self.made.notes)
            reference = f'<w:r><w:footnoteReference w:id="{place}"/></w:r>'
            shown = number + "".join(RAISED[digit] for digit in str(place))
            return self.run(number) + reference + self.run(" euroa "), shown + " euroa "
        return self.run(f"{number} euroa "), f"{number} euroa "

    def formula(self) -> tuple[str, str]:
        low = str(self.random.randint(1, 99))
        return (
            self.run("CO") + self.run(low, '<w:vertAlign w:val="subscript"/>') + self.run(" "),
            "CO" + "".join(LOWERED[digit] for digit in low) + " ",
        )

    def symbol(self) -> tuple[str, str]:
        given, shown = self.random.choice(sorted(SYMBOLS.items()))
        if self.random.random() < 0.5:
            return self.run(given, '<w:rStyle w:val="Sym"/>') + self.run(" "), f"{shown} "
        code = f"F0{ord(given) & 0xFF:02X}"
        return f'<w:r><w:sym w:font="Symbol" w:char="{code}"/></w:r>' + self.run(" "), f"{shown} "

    def unseen(self) -> tuple[str, str]:
        text = f"{self.random.choice(WORDS)} 999"
        self.made.unseen += count_characters(text)
        way = self.random.randrange(3)
        if way == 0:
            return f"<w:del>{self.run(text, tag='delText')}</w:del>", ""
        if way == 1:
            begin, then, end = (
                f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'
                for kind in ("begin", "separate", "end")
            )
            return begin + self.run(text) + then + self.run("tulos ") + end, "tulos "
        return self.run(text, self.random.choice(UNSEEN)), ""

    def paragraph(self) -> tuple[str, str]:
        parts = [self.words, self.amount, self.formula, self.symbol, self.unseen]
        made = [self.random.choice(parts)() for _ in range(self.random.randint(1, 8))]
        return "".join(xml for xml, _ in made), "".join(shown for _, shown in made)

    def block(self) -> str:
        xml, shown = self.paragraph()
        way = self.random.randrange(5)
        if way == 0:
            cells = [(xml, shown), *(self.paragraph() for _ in range(self.random.randint(0, 2)))]
            texts = [normalise(text).strip() for _, text in cells]
            long = any(len(text) > 200 for text in texts)  # its cells stand as paragraphs then
            self.made.shown += texts if long else ["\t".join(texts).rstrip()]
            inside = "".join(f"<w:tc><w:p>{one}</w:p></w:tc>" for one, _ in cells)
            return f"<w:tbl><w:tr>{inside}</w:tr></w:tbl>"
        if way == 1:
            box, inside = self.paragraph()
            self.made.shown += [shown, inside]
            content = f"<wps:txbx><w:txbxContent><w:p>{box}</w:p></w:txbxContent></wps:txbx>"
            shape = f"<wps:wsp><wps:spPr><a:noFill/></wps:spPr>{content}</wps:wsp>"
            return f"<w:p>{xml}<w:r>{shape}</w:r></w:p>"
        self.made.shown.append(shown)
        return f"<w:p><w:ins>{xml}</w:ins></w:p>" if way == 2 else f"<w:p>{xml}</w:p>"

    def write(self, path: Path) -> Made:
        body = "".join(self.block() for _ in range(self.random.randint(1, 12)))
        notes = "".join(
            f'<w:footnote w:id="{number}"><w:p><w:r><w:footnoteRef/></w:r>{self.run(" " + text)}'
            "</w:p></w:footnote>"
            for number, text in enumerate(self.made.notes, start=1)
        )
        for number, text in enumerate(self.made.notes, start=1):
            self.made.shown.append("".join(RAISED[digit] for digit in str(number)) + f" {text}")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(
                "word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>"
            )
            archive.writestr("word/styles.xml", f"<w:styles {W}>{STYLES}</w:styles>")
            archive.writestr("word/footnotes.xml", f"<w:footnotes {W}>{notes}</w:footnotes>")
        return self.made


def check(found: DocumentText, made: Made) -> None:
    paragraphs = [normalise(text).strip("\n ") for text in made.shown]
    text = "\n\n".join(text for text in paragraphs if text)
    assert re.sub(r"\n{2,}", "\n\n", found.text) == (f"{text}\n" if text else "")
    assert re.findall(r"[0-9]{2,}", found.text.partition("viite 0")[0]) == made.amounts
    assert found.coverage.complete, found.coverage
    assert sum(item.characters for item in found.coverage.left_out) == made.unseen


@pytest.mark.parametrize("tenth", range(20))
def test_the_text_of_a_generated_docx_is_what_was_put_into_it(tmp_path: Path, tenth: int) -> None:
    for seed in range(10 * tenth, 10 * tenth + 10):
        writer = Writer(seed)
        made = writer.write(tmp_path / "r.docx")
        check(read(tmp_path / "r.docx"), made)


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)
ODF_STYLES = {
    "up": 'style:text-position="super 58%"',
    "high": 'style:text-position="40% 60%"',
    "low": 'style:text-position="sub 58%"',
    "hid": 'text:display="none"',
    "white": 'fo:color="#ffffff"',
    "tiny": 'fo:font-size="1pt"',
    "sym": 'fo:font-family="Symbol"',
    "bold": 'fo:font-weight="bold"',
}


class OdtWriter(Writer):
    """Writes the same in an ODT."""

    def run(self, text: str, properties: str = "", tag: str = "t") -> str:
        kept = text.replace(" ", "<text:s/>")
        return f'<text:span text:style-name="{properties or "bold"}">{kept}</text:span>'

    def words(self) -> tuple[str, str]:
        text = " ".join(self.random.choices(WORDS, k=self.random.randint(1, 5))) + " "
        return self.run(text), text

    def amount(self) -> tuple[str, str]:
        number, mark = str(self.random.randint(10, 99_999)), str(self.random.randint(1, 120))
        self.made.amounts.append(number)
        if self.random.random() < 0.3:
            self.made.notes.append(f"viite {len(self.made.notes)}")
            mark = str(len(self.made.notes))
            xml = (
                f"<text:note><text:note-citation>{mark}</text:note-citation><text:note-body>"
                f"<text:p>{self.made.notes[-1]}</text:p></text:note-body></text:note>"
            )
        else:
            xml = self.run(mark, self.random.choice(("up", "high")))
        shown = number + "".join(RAISED[digit] for digit in mark)
        return self.run(number) + xml + self.run(" "), f"{shown} "

    def formula(self) -> tuple[str, str]:
        return self.run("CO") + self.run("2", "low") + self.run(" "), "CO₂ "

    def symbol(self) -> tuple[str, str]:
        given, shown = self.random.choice(sorted(SYMBOLS.items()))
        return self.run(given, "sym") + self.run(" "), f"{shown} "

    def unseen(self) -> tuple[str, str]:
        text = f"{self.random.choice(WORDS)} 999"
        self.made.unseen += count_characters(text)
        return self.run(text, self.random.choice(("hid", "white", "tiny"))), ""

    def write(self, path: Path) -> Made:
        body = ""
        for _ in range(self.random.randint(1, 12)):
            xml, shown = self.paragraph()
            body += f"<text:p>{xml}</text:p>"
            self.made.shown.append(shown)
        for number, text in enumerate(self.made.notes, start=1):
            self.made.shown.append("".join(RAISED[digit] for digit in str(number)) + f" {text}")
        styles = "".join(
            f'<style:style style:name="{name}" style:family="text"><style:text-properties {said}/>'
            "</style:style>"
            for name, said in ODF_STYLES.items()
        )
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            archive.writestr(
                "content.xml",
                f"<office:document-content {ODF}><office:automatic-styles>{styles}"
                f"</office:automatic-styles><office:body><office:text>{body}</office:text>"
                "</office:body></office:document-content>",
            )
        return self.made


@pytest.mark.parametrize("tenth", range(6))
def test_the_text_of_a_generated_odt_is_what_was_put_into_it(tmp_path: Path, tenth: int) -> None:
    for seed in range(10 * tenth, 10 * tenth + 10):
        made = OdtWriter(seed).write(tmp_path / "r.odt")
        check(read(tmp_path / "r.odt"), made)
