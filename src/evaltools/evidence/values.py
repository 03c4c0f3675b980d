"""What a cell says: numbers, dates and booleans as Finns, Swedes and spreadsheets write them.

A value is read only where it can be read in one way. `1,5` is one and a half, since no country
of the programme groups by comma; `1,234` could be either, so it is refused.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable

from evaltools.evidence.descriptor import Field
from evaltools.evidence.grid import CONTROL

TRUE = ("true", "kyllä", "ja", "yes", "tosi", "sant", "1")
FALSE = ("false", "ei", "nej", "no", "epätosi", "falskt", "0")

_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " "})
_PLAIN = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_SPACED = re.compile(r"[+-]?[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")
_POINTED = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[+-]?[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_COMMAED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[+-]?[0-9]{1,3}(?:,[0-9]{3}){2,}")
_EITHER_WAY = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_FINNISH = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?: 0?0[:.]00(?:[:.]00)?)?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.0+)?")
_ZEROS = re.compile(r"(?:\[0-9\]|\\d)\{([0-9])\}")
_SHEET_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|PUUTTUU!?|VIITTAUS!|ARVO!|JAKO/0!|NIMI\?|LUKU!"
    r"|SAKNAS!?|REFERENS!|V.RDEFEL!|DIVISION/0!|NAMN\?|OGILTIGT!)"
)

Value = str | int | float | bool | dt.date


class NotThis(ValueError):
    """A cell that does not say what its column asks for."""

    def __init__(self, what: str, allowed: str, remedy: str, code: str) -> None:
        super().__init__(what)
        self.what = what
        self.allowed = allowed
        self.remedy = remedy
        self.code = code


def reader_of(
    field: Field, *, workbook: bool = False, day_zero: str = "1899-12-30"
) -> Callable[[str], Value]:
    """The function that reads a cell of a column; it raises NotThis.

    Arguments:
        field: the column.
        workbook: whether the cell comes from a workbook, where bare numbers may be dates.
        day_zero: the day those numbers count from.
    """
    if field.type == "integer":
        return integer
    if field.type == "number":
        return number
    if field.type == "boolean":
        return boolean
    if field.type == "date":
        zero = dt.date.fromisoformat(day_zero) if workbook else None
        return lambda text: date(text, zero)
    width = _ZEROS.fullmatch(field.pattern or "")
    digits = int(width.group(1)) if width else 0
    return lambda text: string(text, digits, field.verbatim)


def string(text: str, digits: int = 0, verbatim: bool = False) -> str:
    """Text as it is meant: composed letters (NFC), lines ended by LF, trimmed unless verbatim.

    Arguments:
        text: the cell.
        digits: where the column is a code of so many digits, noughts lost at the front by a
            spreadsheet are put back; 0 for any other column.
        verbatim: the column quotes another text, so nothing is trimmed or suspected.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if CONTROL.search(text):
        raise NotThis(
            "holds a control character",
            "text without control characters",
            "Delete the character, or type the cell again.",
            "data.control-character",
        )
    if verbatim:
        return text
    text = text.strip()
    if text.startswith(("=", "@")):
        raise NotThis(
            "looks like a formula",
            "a value",
            "Put the value there that the formula gives.",
            "data.formula",
        )
    if _SHEET_ERROR.fullmatch(text):
        raise NotThis(
            "is an error of a spreadsheet",
            "a value, or nothing",
            "Correct the formula that gave it, or empty the cell.",
            "data.spreadsheet-error",
        )
    if digits and len(text) < digits and text.isascii() and text.isdigit():
        return text.zfill(digits)
    return text


def number(text: str) -> float:
    """A number: `1234.5`, `1234,5`, `1 234,5`, `1.234,50`, `-3`, `12,50 €`."""
    value = float(_canonical(text, "a number", "data.number"))
    if not math.isfinite(value):
        raise NotThis("is too large", "a number", "Correct the number.", "data.number")
    return value


def integer(text: str) -> int:
    """A whole number: `1234`, `1 234`, `2019.0`."""
    canonical = _canonical(text, "a whole number", "data.integer")
    whole, _, rest = canonical.partition(".")
    if rest.strip("0"):
        raise NotThis("is not whole", "a whole number", "Round or correct it.", "data.integer")
    if len(whole.lstrip("+-0")) > 15:
        raise NotThis(
            "is too large", "a whole number of at most 15 digits", "Correct it.", "data.integer"
        )
    return int(whole)


def _canonical(text: str, allowed: str, code: str) -> str:
    bare = text.translate(_SPACES).replace("\u2212", "-").strip()
    for sign in ("€", "EUR", "euroa", "eur"):
        bare = bare.removesuffix(sign).rstrip()
    if _EITHER_WAY.fullmatch(bare):
        raise NotThis(
            "can be read in two ways",
            allowed,
            f"Write {bare.replace(',', '')} or {bare}0, whichever is meant.",
            "data.number-ambiguous",
        )
    if _PLAIN.fullmatch(bare) or _SPACED.fullmatch(bare):
        return bare.replace(" ", "").replace(",", ".")
    if _POINTED.fullmatch(bare):
        return bare.replace(".", "").replace(",", ".")
    if _COMMAED.fullmatch(bare):
        return bare.replace(",", "")
    raise NotThis(
        f"is not {allowed}",
        f"{allowed}, such as 1234 or 1 234" + (",5" if code == "data.number" else ""),
        "Write digits only; leave the cell empty where it is not known.",
        code,
    )


def boolean(text: str) -> bool:
    """Yes or no: true, kyllä, ja, yes, 1 and false, ei, nej, no, 0, in any case of letters."""
    bare = text.strip().casefold()
    if bare in TRUE:
        return True
    if bare in FALSE:
        return False
    raise NotThis(
        "is neither true nor false",
        "true or false (kyllä, ei; ja, nej; 1, 0)",
        "Write true or false.",
        "data.boolean",
    )


def date(text: str, day_zero: dt.date | None = None) -> dt.date:
    """A day: `2021-12-31`, `31.12.2021`, and from a workbook a bare count of days.

    Arguments:
        text: the cell.
        day_zero: the day bare numbers count from; None where they are not dates.
    """
    bare = text.translate(_SPACES).strip()
    parts: tuple[str, str, str] | None = None
    if found := _ISO.fullmatch(bare):
        parts = (found[1], found[2], found[3])
    elif found := _FINNISH.fullmatch(bare):
        parts = (found[3], found[2], found[1])
    elif day_zero is not None and _SERIAL.fullmatch(bare):
        return day_zero + dt.timedelta(days=int(bare.split(".")[0]))
    if parts is None:
        raise NotThis(
            "is not a date",
            "a date such as 2021-12-31 or 31.12.2021",
            "Write year, month and day.",
            "data.date",
        )
    try:
        day = dt.date(*(int(part) for part in parts))
    except ValueError:
        raise NotThis(
            "is no day of the calendar",
            "a date such as 2021-12-31 or 31.12.2021",
            "Correct the day.",
            "data.date",
        ) from None
    if not 1900 <= day.year <= 2100:
        raise NotThis(
            "is out of this time", "a date between 1900 and 2100", "Correct the year.", "data.date"
        )
    return day
