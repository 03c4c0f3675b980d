"""Values of cells as people see them: ISO dates, numbers with the decimals of their format."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from lxml import etree

from evaltools.documents.packages import children, first, value

# Formats that a workbook need not declare; ECMA-376 part 1, 18.8.30.
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    **dict.fromkeys((14, 15, 16, 17, 22, 27, 30, 36, 50, 57), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, 45, 46, 47), "hh:mm:ss"),
    22: "yyyy-mm-dd hh:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00",
    44: "0.00", 42: "0", 41: "0", 43: "0.00",
}  # fmt: skip
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', re.IGNORECASE)
_SCALED = re.compile(r"[0#?](,+)(?![0#?,])")
_LITERAL = re.compile(r'"([^"]*)"')
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_LAST_DAY = 2_958_465  # 31 December 9999


def read_formats(root: etree._Element) -> list[str]:
    """Number format of each cell style, in the order by which cells name them."""
    declared = {
        value(item, "numFmtId"): value(item, "formatCode")
        for group in children(root, "numFmts")
        for item in children(group, "numFmt")
    }
    styles = first(root, "cellXfs")
    formats = []
    for style in children(styles, "xf") if styles is not None else ():
        number = value(style, "numFmtId")
        built_in = _BUILT_IN.get(int(number), "") if number.isdecimal() else ""
        formats.append(declared.get(number, built_in))
    return formats


def hides(raw: str, code: str, is_text: bool) -> bool:
    """Whether a format shows nothing of a value, as `;;;` does."""
    sections = _QUOTED.sub(lambda m: "x" if m[0][0] in '"\\' else "", code).split(";")
    if is_text:
        return len(sections) > 3 and not sections[3].strip()
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return False
    # Positive, negative, nought; where one is missing the first is used. ECMA-376, 18.8.31.
    wanted = 0 if number > 0 else 1 if number < 0 else 2
    place = wanted if wanted < len(sections) else 0
    return len(sections) > 1 and not sections[place].strip()


def shown(raw: str, code: str, from_1904: bool) -> str:
    """A number as it is shown by a format; dates as ISO, without grouping of thousands."""
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return raw
    if not number.is_finite():
        return raw
    section = _QUOTED.sub("", code).split(";")[0]
    letters = section.lower().replace("general", "").replace("standard", "")
    if re.search(r"[ydhs]", letters) or re.fullmatch(r"[\s./-]*m+[\s./-]*", letters):
        moment = _moment(number, letters, from_1904)
        if moment:
            return moment
    percent = "%" in section
    unit = ""
    if scale := _SCALED.search(section):  # shown in thousands or millions
        number = number.scaleb(-3 * len(scale[1]))
        section = section[: scale.start(1)] + section[scale.end(1) :]
        unit = "".join(_LITERAL.findall(code.split(";")[0]))
    digits = re.search(r"[0#?](?:[.,]([0?]+))?(?![0#?,.])", section.replace("#,##", ""))
    if percent:
        number *= 100
    if section and digits and "e" not in letters and "/" not in section:
        decimals = len(digits[1] or "")
        number = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return plain(number) + (" %" if percent else "") + unit


def plain(number: Decimal) -> str:
    """A number without exponent and without the noise that binary fractions leave."""
    if abs(number) >= Decimal(10) ** 21:
        return f"{number:.15g}"
    if number.as_tuple().exponent == 0 or len(number.as_tuple().digits) <= 15:
        return f"{number:f}"
    return f"{Decimal(f'{number:.15g}'):f}"


def _moment(number: Decimal, letters: str, from_1904: bool) -> str:
    if not 0 <= number <= _LAST_DAY:
        return ""
    if "[" in letters:  # a length of time
        minutes = round(float(number) * 24 * 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    moment = (_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(
        seconds=round(float(number) * 86400)
    )
    if (not re.search("[yd]", letters) and "h" in letters) or number < 1:
        return moment.strftime("%H:%M:%S").removesuffix(":00")
    if moment.hour or moment.minute or moment.second:
        return moment.isoformat(sep=" ").removesuffix(":00")
    return moment.date().isoformat()
