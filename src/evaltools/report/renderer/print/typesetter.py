"""Typst: in the process that asks, or in one that stays and remembers what it has set before.

After an edit of a paragraph, Typst sets a report anew in an eighth of the time where it has set
the one before. It keeps threads, so no process that holds it may be forked; and each format of a
report is made in a process that is.
"""

from __future__ import annotations

import contextlib
import functools
import socket
from collections.abc import Iterator
from functools import partial
from multiprocessing.connection import Client, Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fontpkg_fira_sans

from evaltools.processes import is_safe_to_fork, start_apart

_STANDARDS = ("ua-1", "a-2a")
_kept: list[str] = []
"""Address of the process that stays, where there is one; forked processes know it, too."""


class TypstError(RuntimeError):
    """Typst cannot set a source; its diagnostic is the text."""


@contextlib.contextmanager
def keep_typst() -> Iterator[None]:
    """Have all that this process and those forked from it set be set in one that stays."""
    if not is_safe_to_fork():
        yield
        return
    with TemporaryDirectory(prefix="evaltools-") as folder:
        address = str(Path(folder, "typst"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen()
            with start_apart(partial(_answer, listener)):
                listener.close()  # so that nobody waits for an answer once that process has gone
                _kept.append(address)
                try:
                    yield
                finally:
                    _kept.remove(address)


def set_pages(main: Path, epoch: int) -> bytes:
    """A source as an accessible, archivable PDF (PDF/UA-1 and PDF/A-2a).

    Raises:
        TypstError: it cannot be set.
    """
    pdf = _ask(main, epoch)
    assert isinstance(pdf, bytes)
    return pdf


def find_places(draft: Path) -> str:
    """What a draft tells of its `<places>`, as JSON.

    Raises:
        TypstError: it cannot be set.
    """
    return str(_ask(draft, None))


def _ask(main: Path, epoch: int | None) -> bytes | str:
    """The PDF, or the places where no time is given."""
    for address in _kept:
        # A process that was ended, for want of memory perhaps, leaves the work to this one.
        with contextlib.suppress(OSError, EOFError), Client(address, "AF_UNIX") as connection:
            connection.send((main, epoch))
            answer: bytes | str | TypstError = connection.recv()
            break
    else:
        answer = _set(main, epoch)
    if isinstance(answer, TypstError):
        raise answer
    return answer


def _answer(listener: socket.socket) -> None:
    """Answer one question after another, for ever."""
    while True:
        asking, _ = listener.accept()
        # Who asks may have been ended.
        with contextlib.suppress(OSError, EOFError), Connection(asking.detach()) as connection:
            connection.send(_set(*connection.recv()))


def _set(main: Path, epoch: int | None) -> bytes | str | TypstError:
    typst, fonts = _load()
    inputs = {"draft": "true"} if epoch is None else {}
    try:
        compiler = typst.Compiler(main, root=main.parent, font_paths=fonts, sys_inputs=inputs)
        made: bytes | str = (
            compiler.query("<places>", field="value")
            if epoch is None
            else compiler.compile(format="pdf", pdf_standards=[*_STANDARDS], timestamp=epoch)
        )
    except RuntimeError as error:
        return TypstError(getattr(error, "diagnostic", None) or str(error))
    return made


@functools.cache
def _load() -> tuple[Any, Any]:
    """Typst, and the typefaces of the house, and none of the machine."""
    import typst  # has threads from then on

    files = fontpkg_fira_sans.ROOT / "files"
    return typst, typst.Fonts(include_system_fonts=False, font_paths=[files])
