"""How much a document may cost, and the words in which one is refused.

Documents come from hundreds of organisations by e-mail and upload; some are broken, and one may
be made to do harm. Each limit is far above what a final report needs.
"""

from __future__ import annotations

from dataclasses import dataclass

from evaltools.problems import Problem, ProblemError


@dataclass(frozen=True)
class Limits:
    """What reading one document may cost.

    Arguments:
        file_bytes: of the file as received.
        unpacked_bytes: of everything in it, unpacked.
        member_bytes: of one XML part, unpacked.
        ratio: how many times larger a part may become by unpacking, once it is larger than 10 MB.
        members: parts in the package.
        pages: of a PDF.
        characters: of the text.
        rows: of all sheets together.
        memory_bytes: of the process that reads (address space).
        lost_share: of the letters of a PDF, how many may be in fonts that do not tell what
            they are.
        cpu_seconds: processor time of the process that reads, however long that takes.
        stalled_seconds: how long it may wait without using the processor at all.
    """

    file_bytes: int = 200_000_000
    unpacked_bytes: int = 400_000_000
    member_bytes: int = 100_000_000
    ratio: int = 200
    members: int = 5_000
    pages: int = 2_000
    characters: int = 10_000_000
    rows: int = 200_000
    memory_bytes: int = 1_500_000_000
    lost_share: float = 0.1
    cpu_seconds: int = 120
    stalled_seconds: float = 600.0


LIMITS = Limits()

_AGAIN = "Ask the sender for it again, or open it in the program it was made with and save it anew."


def refusal(code: str, what: str, allowed: str = "", remedy: str = "") -> ProblemError:
    """Return a ProblemError about the document at hand; who knows its name fills in `where`."""
    return ProblemError([Problem("", what, allowed, remedy, f"document.{code}")])


def empty() -> ProblemError:
    """The file has no bytes."""
    return refusal("empty", "the file is empty (0 bytes)", "", _AGAIN)


def broken(what: str) -> ProblemError:
    """The file ends too early or is damaged."""
    return refusal("truncated", f"the file is cut off or damaged: {what}", "", _AGAIN)


def encrypted(what: str) -> ProblemError:
    """The file cannot be opened without a password."""
    return refusal(
        "encrypted",
        f"the file is protected by a password ({what})",
        "a file that opens without a password",
        "Ask the sender for a copy without one, or open it with the password and save it without.",
    )


def bomb(what: str, allowed: str) -> ProblemError:
    """The file unpacks into far more than it should."""
    return refusal(
        "bomb",
        f"the file unpacks into far more than a report holds: {what}",
        allowed,
        "Do not open it. Ask the sender what it is.",
    )


def entities(part: str) -> ProblemError:
    """The file defines entities, by which other files can be read or memory filled."""
    return refusal(
        "entities",
        f"{part} declares a document type or entities, as no office program does",
        "XML without DOCTYPE and ENTITY",
        "Do not open it. Ask the sender what it is.",
    )


def unsafe(what: str) -> ProblemError:
    """The package is built so that two programs could see different things in it."""
    return refusal(
        "unsafe", f"the package is not built as office programs build one: {what}", "", _AGAIN
    )


def too_large(what: str, allowed: str) -> ProblemError:
    """The document is larger than what is read."""
    return refusal(
        "too-large",
        f"the document is too large to be read: {what}",
        allowed,
        "Leave out what is no part of the report (data tables, annexes), and save it anew.",
    )


def too_slow(seconds: float) -> ProblemError:
    """Reading took more processor time than allowed."""
    return refusal(
        "too-slow",
        f"reading it takes more than {seconds:.0f} seconds of processor time",
        f"{seconds:.0f} seconds of processor time",
        "It may hold large drawings or be damaged. Leave the drawings out, or print it to a new "
        "PDF, and import that.",
    )


def stalled(seconds: float) -> ProblemError:
    """Reading waited for something that did not come."""
    return refusal(
        "stalled",
        f"reading it waited {seconds:.0f} seconds for the disk or the network",
        "",
        "Copy it to a folder of this computer, and import it again.",
    )


def died(what: str) -> ProblemError:
    """The reading process ended without a word."""
    return refusal(
        "died",
        f"reading it ended the process that read it ({what})",
        "",
        "Open it and save it anew as DOCX or PDF; it may be damaged or made to do harm.",
    )


def scanned(pages: str) -> ProblemError:
    """The document is pictures of pages."""
    return refusal(
        "scanned",
        f"it is a scan without text: {pages}",
        "pages with text",
        "Ask the sender for the original, or recognise its text, for example with "
        "`ocrmypdf -l fin+swe IN.pdf OUT.pdf`, and import the result.",
    )


def untold(lost: int, letters: int, share: float) -> ProblemError:
    """The fonts of a PDF do not tell what their letters are."""
    return refusal(
        "letters-lost",
        f"its fonts do not tell which letters they show: {lost} of {letters} are not known",
        f"{share:.0%} of the letters at most",
        "Ask the sender for the original document or for a PDF saved anew from it. Else recognise "
        "its text from the pages, for example with `ocrmypdf --force-ocr -l fin+swe IN.pdf "
        "OUT.pdf`, and import the result.",
    )


def unread(what: str) -> ProblemError:
    """The format is known, but not read."""
    return refusal(
        "not-read",
        f"{what} is not read",
        "DOCX, ODT, XLSX, ODS or PDF",
        "Open it and save it as DOCX or PDF.",
    )


def unknown(what: str) -> ProblemError:
    """The format is not known."""
    return refusal(
        "unknown",
        f"its content is no kind of document that is read{what}",
        "DOCX, ODT, XLSX, ODS or PDF",
        "Open it in the program it was made with and save it as DOCX or PDF.",
    )
