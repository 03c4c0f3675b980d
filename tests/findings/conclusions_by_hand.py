"""A small study with two questions about relevance and one about impact, and what it concludes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from claims_by_hand import finding, share, shares

from evaltools.findings.conclusion_pages import Told
from evaltools.findings.conclusions import (
    Conclusions,
    answer_questions,
    judge_criteria,
    outcomes_of,
)
from evaltools.findings.judgement import judge
from evaltools.findings.lookup import index_numbers
from evaltools.i18n.messages import Words
from evaltools.study import load_study

READ = share("reports.read.share", 52, 122, 122)
FEW = share("reports.read.share", 5, 8, 8)
LEADS = shares(staff=37, partners=12)
BEHIND = shares(staff=12, partners=37)
TEXTS = {case: {"fi": case} for case in ("holds", "does_not_hold", "cannot_be_told")}


def text(words: str) -> dict[str, str]:
    return {"fi": words, "sv": words, "en": words}


def premise(*cases: str, finding: str = "it-is-so") -> dict[str, Any]:
    return {"judged": {"finding": finding, "cases": list(cases)}}


def advice(words: str, priority: str, *cases: str) -> dict[str, Any]:
    return {"text": text(words), "to": text("Funder"), "priority": priority,
            "time": text("soon"), "when": premise(*cases)}  # fmt: skip


DECLARED: dict[str, Any] = {
    "scale": {"met": text("met"), "partly": text("partly"), "not_met": text("not met")},
    "answers": {
        "1.1": [
            {"level": "met", "when": premise("holds")},
            {"level": "not_met", "when": premise("does_not_hold")},
        ],
        "1.2": [{"level": "partly", "when": premise("holds", "does_not_hold")}],
    },
    "recommendations": {
        "later": advice("Look again.", "low", "holds"),
        "now": advice("Keep it.", "high", "holds"),
        "other": advice("Mend it.", "medium", "does_not_hold", "none"),
    },
}


def conclusions(**changes: Any) -> Conclusions:
    return Conclusions.model_validate(DECLARED | changes)


def judged(indicators: list[Any], **changes: Any) -> Any:
    return judge([finding(sentences=TEXTS, **changes)], indicators, "D")


def write_study(root: Path, **files: Any) -> Any:
    """A study of one main question: 1.1 and 1.2 are about relevance, 1.3 about impact."""
    method = {"text": {"en": "Reading"}}
    parts = [
        {"id": name, "text": {"en": f"Is {name} so?"}, "criterion": criterion, "method": method}
        for name, criterion in (("1.1", "relevance"), ("1.2", "relevance"), ("1.3", "impact"))
    ]
    main = {"id": "1", "text": {"en": "Is it so?"}, "parts": parts}
    declared = {"name": "s", "title": {"en": "S"}, "languages": ["en"], "questions": [main]}
    (root / "reports").mkdir()
    (root / "data").mkdir()
    # JSON is YAML, and has no aliases.
    (root / "evaluation.yml").write_text(json.dumps(declared), encoding="utf-8")
    for name, content in files.items():
        path = root / "reports" / f"{name}.yml"
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return load_study(root)


def told(study: Any, declared: Conclusions, indicators: list[Any], **changes: Any) -> Told:
    """What pages on conclusions are written from, in English."""
    judgements, numbers = judged(indicators, **changes), index_numbers(indicators)
    answers = answer_questions(declared, judgements, numbers)
    criteria = judge_criteria(declared, answers, judgements, numbers)
    known = {each.finding.id: each for each in judgements}
    made = Told(
        study, declared, known, {each.subject: each for each in answers},
        {each.subject: each for each in criteria}, outcomes_of(judgements, answers, numbers),
        {name: f"SAID {name}." for name in known}, {name: f"ev-{name}" for name in known},
        Words("en"),
    )  # fmt: skip
    return replace(made, based=True)
