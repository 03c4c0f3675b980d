"""Judgements as plain values: what a report keeps beside it, for comparison with the next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from evaltools.findings.judging import Judgement
from evaltools.present.language import LANGUAGES

FILE_NAME: Final = "findings.json"


def findings_record(judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    """What became of each finding, why, and which indicators it was put to, by id."""
    return [
        {
            "id": item.finding.id,
            "asserted": item.finding.asserted,
            "outcome": item.outcome,
            "accepted": item.accepted,
            "estimand": item.estimand,
            "reason": {language: item.reason.text(language) for language in LANGUAGES},
            "by_rule": dict(item.by_rule),
            "indicators": sorted({number.key for number in item.numbers}),
        }
        for item in sorted(judgements, key=lambda judgement: judgement.finding.id)
    ]


def write_findings(judgements: Iterable[Judgement], folder: Path) -> Path:
    """Write `findings.json` into the folder of a report."""
    path = folder / FILE_NAME
    content = findings_record(judgements)
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
    return path
