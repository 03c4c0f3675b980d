"""Number formats of a workbook: what a person sees of a number that is stored.

A cell may store 123.25 and show `123.25 k€`, store 0.85 and show `85%`, or store 1234.567 and
show 1235. The codes are those of ECMA-376 part 1, 18.8.31; numbers are shown without marks
between thousands and with a point, since those follow the reader's settings and not the file.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cached_property

CURRENCY = ("€", "EUR", "euroa", "eur")
"""What may stand behind a number without changing it."""

# Formats that a workbook need not declare (18.8.30); those that follow the reader's country, such
# as 5 to 8, are given without their currency.
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: "#,##0", 6: "#,##0", 7: "#,##0.00", 8: "#,##0.00",
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "d/m/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "d/m/yyyy h:mm",
    **dict.fromkeys((27, 30, 36, 50, 57), "d/m/yyyy"),
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: '#,##0;-#,##0;"-"', 42: '#,##0;-#,##0;"-"',
    43: '#,##0.00;-#,##0.00;"-"', 44: '#,##0.00;-#,##0.00;"-"',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip

_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*"?)|(?P<escaped>\\.)|(?P<space>_.)|(?P<fill>\*.)|(?P<bracket>\[[^\]]*\])
    |(?P<general>General)|(?P<ampm>AM/PM|A/P)|(?P<exponent>E[+-])|(?P<letters>y+|m+|d+|h+|s+|e+|b+)
    |(?P<digit>[0#?])|(?P<mark>[.,%/@;])|(?P<other>.)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)\]")
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_LAST_DAY = 2_958_465  # 31 December 9999
_FIRST_DAY = 61  # days before 1 March 1900 are counted with one that never was
_PLACES = Decimal("1e-9")  # of a number; what arithmetic in binary fractions leaves behind


@dataclass(frozen=True)
class Shown:
    """What a person sees.

    Arguments:
        text: the cell's text, a date as 2021-12-31.
        value: the number that the text says; None where it says none, or with more beside it.
        date: whether it is a date or a time.
        whole_date: whether day, month and year are all shown.
    """

    text: str
    value: Decimal | None = None
    date: bool = False
    whole_date: bool = False


class _Section:
    """One of the up to four parts of a format."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.condition: tuple[str, Decimal] | None = None
        self.letters = ""
        self.elapsed = False
        for kind, text in tokens:
            if kind == "letters":
                self.letters += text.lower()
            elif kind == "bracket":
                if found := _CONDITION.fullmatch(text):
                    self.condition = (found[1], Decimal(found[2]))
                self.elapsed = self.elapsed or _ELAPSED.fullmatch(text) is not None
        kinds = {kind for kind, _ in tokens}
        self.text = ("mark", "@") in tokens
        self.digits = "digit" in kinds
        self.general = "general" in kinds
        self.date = self.elapsed or (bool(self.letters) and not self.digits) or "ampm" in kinds
        if not self.date and self.letters and re.search("[ydhs]", self.letters):
            self.date = True  # fractions of a second are digits too: mm:ss.0

    def holds(self, number: Decimal) -> bool | None:
        if self.condition is None:
            return None
        sign, limit = self.condition
        return {
            "<": number < limit, "<=": number <= limit, ">": number > limit,
            ">=": number >= limit, "=": number == limit, "<>": number != limit,
        }[sign]  # fmt: skip


class NumberFormat:
    """A format code, taken apart once for all cells that have it."""

    def __init__(self, code: str) -> None:
        self.code = code
        sections: list[list[tuple[str, str]]] = [[]]
        for found in _TOKEN.finditer(code):
            kind = str(found.lastgroup)
            if kind == "mark" and found.group() == ";":
                sections.append([])
            else:
                sections[-1].append((kind, found.group()))
        self._sections = [_Section(tokens) for tokens in sections]

    @cached_property
    def plain(self) -> bool:
        """Whether a whole number below ten to the fifteenth is shown by its digits alone."""
        return self.general or self.code in ("0", "#,##0")

    @cached_property
    def general(self) -> bool:
        """Whether numbers are shown with as many digits as the cell has room for."""
        return self.code.casefold() in ("general", "@", "")

    def show_text(self, text: str) -> str:
        """What is seen of a text in a cell of this format."""
        section = None
        if len(self._sections) > 3:
            section = self._sections[3]
        elif self._sections[-1].text:
            section = self._sections[-1]
        if section is None or self.general:
            return text
        return "".join(
            text if (kind, token) == ("mark", "@") else _literal(kind, token)
            for kind, token in section.tokens
        )

    def show(self, number: Decimal, from_1904: bool = False) -> Shown:
        """What is seen of a number."""
        if all(section.text for section in self._sections):
            return Shown(f"{number:f}", number)  # a format for texts alone
        section, signed = self._section(number)
        if section is None:
            return Shown("###")
        if section.date:
            return _show_date(number, section, from_1904)
        if not section.digits and not section.general:
            text = "".join(_literal(*token) for token in section.tokens).strip()
            if text == "-" and number == 0:
                return Shown(text, Decimal(0))  # accounting formats show zero so
            return Shown(text)
        shown = _show_number(number, section, signed)
        if number < 0 and any(part.condition for part in self._sections):
            return Shown(shown.text)  # programs differ in whether they show the sign
        return shown

    def _section(self, number: Decimal) -> tuple[_Section | None, bool]:
        """The part that a number is shown by, and whether it brings its own minus sign."""
        parts = [part for part in self._sections[:3] if not part.text]
        if any(part.condition for part in parts):
            for place, part in enumerate(parts):
                holds = part.holds(number)
                if holds is None:
                    last = place == len(parts) - 1
                    holds = last or (number > 0 if place == 0 else number < 0)
                if holds:
                    return part, False
            return None, False
        if len(parts) > 1 and number < 0:
            return parts[1], True
        if len(parts) > 2 and number == 0:
            return parts[2], False
        return parts[0], False


def parse_decimal(raw: str) -> Decimal | None:
    """A stored number with the fifteen digits that a spreadsheet keeps; None for anything else."""
    try:
        number = float(raw)
        return Decimal(f"{number:.15g}") if abs(number) < 1e300 else None
    except (ValueError, InvalidOperation):
        return None


def same_number(shown: Decimal | None, stored: Decimal) -> bool:
    """Whether two numbers differ by no more than arithmetic in binary fractions leaves."""
    return shown is not None and abs(shown - stored) <= abs(stored) * _PLACES


def _literal(kind: str, token: str) -> str:
    """Text that a token adds to what is seen."""
    if kind == "quoted":
        return token.strip('"')
    if kind == "escaped":
        return token[1]
    if kind == "space":
        return " "
    if kind == "bracket":
        match = _CURRENCY.fullmatch(token)
        return match[1] if match else ""
    return token if kind in ("other", "letters", "ampm") or token == "%" else ""


def _show_number(number: Decimal, section: _Section, signed: bool) -> Shown:
    tokens = section.tokens
    kinds = [kind for kind, _ in tokens]
    if ("mark", "/") in tokens and section.digits:  # a fraction
        whole = number == number.to_integral_value()
        return Shown(f"{number:f}", number) if whole else Shown("")
    places = [place for place, kind in enumerate(kinds) if kind in ("digit", "general")]
    first, last = places[0], places[-1]
    point = tokens.index(("mark", ".")) if ("mark", ".") in tokens else len(tokens)
    whole_end = max([place for place in places if place < point], default=first)
    percent = tokens.count(("mark", "%"))
    shown = abs(number).scaleb(2 * percent - 3 * _commas_behind(tokens, {whole_end, last}))
    minus = "-" if number < 0 and not signed else ""
    if "exponent" in kinds:
        decimals = kinds[point : kinds.index("exponent")].count("digit")
        power = shown.adjusted() if shown else 0
        shown = _round(shown.scaleb(-power), decimals).scaleb(power)
        return Shown(f"{minus}{shown:E}", shown.copy_sign(number) if not percent else None)
    optional = 0  # digits at the end that are only shown where they are not zero
    if section.general:
        text = f"{shown:f}"
    else:
        fraction = [token for kind, token in tokens[point : last + 1] if kind == "digit"]
        shown = _round(shown, len(fraction))
        while fraction and fraction.pop() != "0":
            optional += 1
        zeros = tokens[first : whole_end + 1].count(("digit", "0"))
        text = _pad(shown, zeros, optional)
        if not zeros and text == "0":
            text = ""
    before = "".join(_literal(*token) for token in tokens[:first])
    behind = "".join(_literal(*token) for token in tokens[last + 1 :])
    inside = "".join(_literal(*token) for token in tokens[first : last + 1]).strip()
    if inside:
        text = _insert_literals(text, tokens[first : last + 1]) if point > last else ""
    negative = bool(minus)
    if signed:  # the format brings its own sign, or none at all
        beside = before + behind
        negative = "-" in beside or "\u2212" in beside or ("(" in before and ")" in behind)
        before, behind = before.strip(" -\u2212("), behind.strip(" -\u2212)")
        minus = "-" if negative else ""
    harmless = not inside and all(
        text_.strip(" +") in ("", *CURRENCY) for text_ in (before, behind)
    )
    if not text and inside:
        return Shown("")
    whole_text = f"{minus}{before}{text}{behind}".strip()
    if not text and number == 0:  # accounting formats show zero as a dash
        return Shown(whole_text, number if whole_text.strip("€ ") == "-" else None)
    return Shown(whole_text, (-shown if negative else shown) if harmless else None)


def _commas_behind(tokens: list[tuple[str, str]], places: set[int]) -> int:
    """Commas that follow a last digit, each of which leaves three digits away."""
    count = 0
    for place in places:
        while tokens[place + 1 : place + 2] == [("mark", ",")]:
            count, place = count + 1, place + 1
    return count


def _round(number: Decimal, decimals: int) -> Decimal:
    if number.adjusted() + decimals > 25:
        return number
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _pad(number: Decimal, zeros: int, optional: int) -> str:
    text = f"{number:f}"
    whole, point, fraction = text.partition(".")
    while optional and fraction.endswith("0"):
        fraction, optional = fraction[:-1], optional - 1
    return whole.zfill(zeros) + (point + fraction if fraction else "")


def _insert_literals(digits: str, tokens: list[tuple[str, str]]) -> str:
    """Digits of a whole number put into a format such as 000-000, from the right."""
    left, pieces = list(digits), []
    for kind, token in reversed(tokens):
        if kind == "digit":
            pieces.append(left.pop() if left else "")
        else:
            pieces.append(_literal(kind, token)[::-1])
    return ("".join(pieces) + "".join(reversed(left)))[::-1]


def _show_date(number: Decimal, section: _Section, from_1904: bool) -> Shown:
    if section.elapsed or not 0 <= number <= _LAST_DAY:
        minutes = int(number * 24 * 60 + _PLACES)  # a minute is stored as a little less
        return Shown(f"{minutes // 60}:{minutes % 60:02d}" if section.elapsed else "###", date=True)
    day_zero = dt.datetime(1904, 1, 1) if from_1904 else dt.datetime(1899, 12, 30)
    moment = day_zero + dt.timedelta(seconds=round(float(number) * 86_400))
    letters = section.letters
    days = re.search(r"(?<!d)d{1,2}(?!d)", letters) is not None
    whole_date = days and "m" in letters and ("y" in letters or "e" in letters)
    if not from_1904 and number < _FIRST_DAY:
        whole_date = False
    if not re.search("[yde]", letters) and re.search("[hs]", letters):
        return Shown(f"{moment:%H:%M:%S}".removesuffix(":00"), date=True)
    if not whole_date:
        year = f"{moment:%Y}" if "y" in letters else ""
        parts = [year, f"{moment:%m}" if "m" in letters else "", f"{moment:%d}" if days else ""]
        return Shown("-".join(filter(None, parts)), date=True)
    if "h" in letters and (moment.hour or moment.minute or moment.second):
        return Shown(moment.isoformat(sep=" "), date=True, whole_date=True)
    return Shown(moment.date().isoformat(), date=True, whole_date=True)
