"""An audit as a table in the terminal, as Markdown and as JSON, in the language of its reader."""

from __future__ import annotations

import json
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evaltools.i18n import numbers as say
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.publish.text_audit.audit_verdicts import Audit, AuditedSentence, Status, Verdict

SHOWN: tuple[Status, ...] = ("turned", "drifted", "unknown", "borne_out")


def summarise(audit: Audit, words: Words) -> str:
    """How many sentences have which status."""
    counts = [
        words(f"audit.count.{status}", n=audit.count(status))
        for status in SHOWN
        if audit.count(status)
    ]
    told = say.list_of(counts, words.language) or words("audit.count.none")
    told = words("audit.summary", against=audit.against, counts=told, others=audit.passed_over)
    if len(audit.languages) > 1:
        parts = [f"{words(f'audit.language.{each}')} ({count})" for each, count in audit.languages]
        told += " " + words("audit.languages", items=say.list_of(parts, words.language))
    return told


def print_audit(audit: Audit, words: Words, console: Console, everything: bool = False) -> None:
    """Print it; what is borne out only on demand."""
    console.print(summarise(audit, words), highlight=False, markup=False)
    rows = [each for each in audit.sentences if everything or each.status != "borne_out"]
    if not rows:
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(words(f"audit.column.{name}"), overflow="fold")
    for each in rows:
        table.add_row(*map(Text, _row(each, words, everything)))
    console.print(table)


def audit_markdown(audit: Audit, words: Words) -> str:
    """All of it as a Markdown table."""
    head = [words(f"audit.column.{name}") for name in _COLUMNS]
    lines = [escape_markdown(summarise(audit, words)), ""]
    if audit.sentences:
        lines += [_line(head), "|" + "---|" * len(head)]
        lines += [_line(map(escape_markdown, _row(each, words, True))) for each in audit.sentences]
    return "\n".join(lines).rstrip() + "\n"


def audit_json(audit: Audit) -> str:
    """All of it as typed values: status and detail, never a sentence of this program."""
    content = {
        "text": audit.text,
        "against": audit.against,
        "language": audit.language,
        "counts": {status: audit.count(status) for status in SHOWN},
        "passed_over": audit.passed_over,
        "sentences": [
            {
                "paragraph": each.sentence.number,
                "text": each.sentence.text,
                "language": each.language,
                "status": each.status,
                "verdicts": [_record(verdict) for verdict in each.verdicts],
            }
            for each in audit.sentences
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


_COLUMNS = ("place", "sentence", "status", "why")


def _row(each: AuditedSentence, words: Words, everything: bool) -> tuple[str, str, str, str]:
    told = [
        explain_verdict(verdict, words)
        for verdict in each.verdicts
        if everything or verdict.status != "borne_out"
    ]
    status = words(f"audit.status.{each.status}")
    return str(each.sentence.number), each.sentence.text, status, "; ".join(dict.fromkeys(told))


def explain_verdict(verdict: Verdict, words: Words) -> str:
    """Why a number or judgement has its status, in words."""
    keys = ", ".join(verdict.indicators)
    if verdict.others:
        keys += words("audit.others", n=verdict.others)
    values = {
        "keys": keys,
        "finding": verdict.finding,
        "published": verdict.published,
        "case": _case(verdict.case, words),
        "told": _case(verdict.told_case, words),
    }
    key = f"audit.why.{verdict.detail}"
    needed = {name: value for name, value in values.items() if f"{{{name}}}" in words.template(key)}
    why = words(key, **needed)
    return why if verdict.number is None else f"{verdict.number.text}: {why}"


def _case(case: str, words: Words) -> str:
    for key in (f"comparison.outcome.{case}", f"comparison.case.{case}"):
        if case and words.has(key):
            return words(key)
    return case


def _record(verdict: Verdict) -> dict[str, Any]:
    number = verdict.number
    made: dict[str, Any] = {
        "status": verdict.status,
        "detail": verdict.detail,
        "indicators": list(verdict.indicators),
        "more_indicators": verdict.others,
        "finding": verdict.finding,
        "case": verdict.case,
        "told_case": verdict.told_case,
        "published": verdict.published,
    }
    if number is not None:
        made["number"] = {
            "kind": number.kind, "text": number.text, "value": number.value, "other": number.other,
        }  # fmt: skip
    return made


def _line(cells: Any) -> str:
    return "| " + " | ".join(cell.replace("\n", " ") for cell in cells) + " |"
