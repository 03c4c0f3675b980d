"""Days as forms and spreadsheets write them in Finland and Sweden."""

from __future__ import annotations

import re
from datetime import date, timedelta

from evaltools.documents.superscripts import without_marks

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_WRITTEN = re.compile(r"(\d{1,2})\s?[./]\s?(\d{1,2})\s?[./]\s?(\d{4})")
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?")
_DAY_ZERO = date(1899, 12, 30)


def read_day(value: str) -> date | None:
    """The day that a cell or field says: `2022-04-30`, `30.4.2022`, or a spreadsheet's number.

    Returns None where it says none; of day and month the day comes first, as is usual here.
    """
    text = " ".join(without_marks(value).split())
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _WRITTEN.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _SERIAL.fullmatch(text):
            return _DAY_ZERO + timedelta(days=int(found[1]))
    except ValueError:
        return None
    return None
