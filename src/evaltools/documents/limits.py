"""How much a document may cost, and the words in which one is refused.

Documents come from hundreds of organisations by e-mail and upload; some are broken, and one may
be made to do harm. Each limit is far above what a final report needs.
"""

from __future__ import annotations

from dataclasses import dataclass

from evaltools.problems import Problem, ProblemError

_AGAIN = "Ask the sender for it again, or open it in the program it was made with and save it anew."
_HARM = "Do not open it. Ask the sender what it is."
_READ = "DOCX, ODT, XLSX, ODS or PDF"


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
        lost_share: of the letters of a PDF, how many may be in fonts that do not say what
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


@dataclass(frozen=True)
class Refusal:
    """A reason for which a document is not read; called, it gives the error of one document."""

    code: str  # of its problem, after `document.`
    what: str  # the reason in words, with `{}` for what was found
    remedy: str
    allowed: str = ""  # what is read instead, where that is always the same

    def __call__(self, found: str = "", allowed: str = "") -> ProblemError:
        """The error about the document at hand; who knows its name fills in `where`."""
        what, code = self.what.format(found), f"document.{self.code}"
        return ProblemError([Problem("", what, allowed or self.allowed, self.remedy, code)])


empty = Refusal("empty", "the file is empty (0 bytes)", _AGAIN)
broken = Refusal("truncated", "the file is cut off or damaged: {}", _AGAIN)
unreadable = Refusal(
    "unreadable", "the file cannot be opened ({})",
    "Check that it is there and that you may read it.",
)  # fmt: skip
encrypted = Refusal(
    "encrypted", "the file is protected by a password ({})",
    "Ask the sender for a copy without one, or open it with the password and save it without.",
    "a file that opens without a password",
)  # fmt: skip
decompression_bomb = Refusal(
    "bomb", "the file unpacks into far more than a report holds: {}", _HARM
)
entities = Refusal(  # by them other files can be read, or memory filled
    "entities", "{} declares a document type or entities, as no office program does", _HARM,
    "XML without DOCTYPE and ENTITY",
)  # fmt: skip
unsafe = Refusal(  # two programs could see different things in it
    "unsafe", "the package is not built as office programs build one: {}", _AGAIN
)
too_large = Refusal(
    "too-large", "the document is too large to be read: {}",
    "Leave out what is no part of the report (data tables, annexes), and save it anew.",
)  # fmt: skip
too_slow = Refusal(
    "too-slow", "reading it takes more than {}",
    "It may hold large drawings or be damaged. Leave the drawings out, or print it to a new PDF, "
    "and import that.",
)  # fmt: skip
stalled = Refusal(
    "stalled", "reading it waited {} seconds for the disk or the network",
    "Copy it to a folder of this computer, and import it again.",
)  # fmt: skip
crashed = Refusal(
    "died", "reading it ended the process that read it ({})",
    "Open it and save it anew as DOCX or PDF; it may be damaged or made to do harm.",
)  # fmt: skip
scanned = Refusal(
    "scanned", "it is a scan without text: {}",
    "Ask the sender for the original, or recognise its text, for example with "
    "`ocrmypdf -l fin+swe IN.pdf OUT.pdf`, and import the result.",
    "pages with text",
)  # fmt: skip
letters_lost = Refusal(
    "letters-lost", "its fonts do not tell which letters they show: {} are not known",
    "Ask the sender for the original document or for a PDF saved anew from it. Else recognise its "
    "text from the pages, for example with `ocrmypdf --force-ocr -l fin+swe IN.pdf OUT.pdf`, and "
    "import the result.",
)  # fmt: skip
unread = Refusal("not-read", "{} is not read", "Open it and save it as DOCX or PDF.", _READ)
unknown = Refusal(
    "unknown", "its content is no kind of document that is read{}",
    "Open it in the program it was made with and save it as DOCX or PDF.", _READ,
)  # fmt: skip
