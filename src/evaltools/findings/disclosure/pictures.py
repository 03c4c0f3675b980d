"""What a bitmap's file says beside the picture: titles, authors, comments, where it was taken.

The words that the picture itself shows are not read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image, UnidentifiedImageError

from evaltools.findings.disclosure.readable import Unit, UnreadableError


def picture_units(content: bytes) -> Iterator[Unit]:
    """Text chunks of PNG, comments and EXIF fields of PNG and JPEG, XMP.

    Raises:
        UnreadableError: it is no picture of the kinds that are known. An empty one says nothing.
    """
    if not content:
        return
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.format == "PNG":
                picture.load()  # text may stand after the picture
            told = [*picture.info.items(), *picture.getexif().items()]
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise UnreadableError("holds a picture that cannot be read") from error
    for name, value in told:
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if isinstance(text, str) and text.strip() and name != "icc_profile":
            yield Unit(f"field {name}", text)
