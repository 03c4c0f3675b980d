"""Keys and passwords, and folders of somebody's computer, by their form."""

from __future__ import annotations

import re
from collections.abc import Iterable

CREDENTIAL = re.compile(
    r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----"
    r"|(?<!\w)(?:AKIA|ASIA)[0-9A-Z]{16}(?!\w)"
    r"|(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{30,90}|glpat-[\w-]{20})"
    r"|(?<!\w)xox[abprs]-[\w-]{10,80}|(?<!\w)sk-(?:\w{2,8}-)?[A-Za-z0-9_-]{20,120}(?!\w)"
    r"|(?<!\w)eyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{10,2000}"
    r"|[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]{1,64}:[^\s/@\"'<>]{3,64}@[\w.-]"
    r"|(?i:(?<![a-z])(?:password|passwd|salasana|lösenord|api[_-]?key|secret[_-]?key"
    r"|access[_-]?token|client[_-]?secret)[\"']?\s?[:=]\s?[\"']?(?!none|null|false|true|\*)[^\s\"'<>{}()]{6,})"
)
"""Forms that the makers of the keys document; passwords by the word before them."""

FOLDER = re.compile(
    r"(?<![\w./-])/(?:home|Users|root|tmp|mnt|media|private|var/folders|workspace|srv|opt)/[\w.-]+"
    r"|\b[A-Za-z]:(?:\\+[\w. -]+){2}|(?<![\\\w])\\\\[\w.-]{2,}\\[\w$.-]+|file:///?\w"
)


def folder_in(text: str, own: Iterable[str]) -> bool:
    """Whether a text names a folder of a computer.

    Arguments:
        text: any.
        own: folders of this computer, such as that of the study.
    """
    return FOLDER.search(text) is not None or any(
        re.search(rf"(?<![\w.-]){re.escape(folder)}(?![\w.-])", text) for folder in own
    )
