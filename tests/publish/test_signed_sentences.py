"""Publishing asks that a person has signed what stands among results and is no finding."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from evaltools.lint.signatures import sign_sentences
from evaltools.publish.gates import Candidate, Gate, run_gates
from evaltools.publish.publish import check_signatures
from evaltools.report.document_set import count_unsigned
from evaltools.report.part_store import PartStore

GATE = Gate("signatures", check_signatures)
TEXT = "# Tulokset {#sec-tulokset}\n\nLuettiin {{< var reports.read.x >}} raporttia.\n"


def test_unsigned_sentence_keeps_a_report_in_the_house(make: Callable[..., Candidate]) -> None:
    candidate = make()
    study, parts = candidate.study, PartStore(None, "")
    (path,) = study.root.glob("reports/fi/*.qmd")
    path.write_text("", encoding="utf-8")
    sign_sentences(study.root, ["fi"], "A. Evaluator", datetime.date(2026, 11, 29))
    path.write_text(TEXT, encoding="utf-8")
    told = [str(problem) for problem in run_gates(candidate, [GATE])]
    name = path.relative_to(study.root).as_posix()
    assert [line.split(": ")[:2] for line in told] == [
        ["signatures", f"{name}:1:3"],
        ["signatures", f"{name}:3:1"],
    ]
    (counted,) = count_unsigned(study, candidate.parameters, parts)
    assert "nobody has signed: 2 " in counted

    sign_sentences(study.root, ["fi"], "A. Evaluator", datetime.date(2026, 11, 29))
    assert run_gates(candidate, [GATE]) == []
    assert count_unsigned(study, candidate.parameters, parts) == []

    path.write_text(TEXT.replace("raporttia", "huonoa raporttia"), encoding="utf-8")
    assert len(run_gates(candidate, [GATE])) == 1
    assert "nobody has signed: 1 " in count_unsigned(study, candidate.parameters, parts)[0]
