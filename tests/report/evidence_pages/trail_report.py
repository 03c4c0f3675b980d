"""A staged report with the example data's numbers, without a notebook run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from evaltools.evidence import Evidence, read_tables
from evaltools.findings.declaration import load_findings
from evaltools.findings.judgement import Judgement, judge
from evaltools.indicators import (
    challenges,
    effects,
    evidence_base,
    goals,
    networks,
    portfolio,
    steering,
)
from evaltools.indicators.indicator import MIME_TYPE, Indicator, to_record
from evaltools.report import generated_pages
from evaltools.report.evidence_markup import find_anchors
from evaltools.report.evidence_pages.facts import fact_variables, read_facts, scope_variables
from evaltools.report.evidence_pages.page import write_evidence_pages
from evaltools.report.evidence_pages.quoted_passages import QuotePolicy, make_quote_policy
from evaltools.report.glossary import Glossary
from evaltools.report.renderer.conversion import render
from evaltools.report.variables import (
    finding_variables,
    indicator_variables,
    nest,
    ranking_variables,
)
from evaltools.study import Parameters, Study, load_study

ROOT = Path(__file__).parents[3]
STYLE = ROOT / "src/evaltools/report/project/style/evidence.lua"
CHAPTERS = (portfolio, evidence_base, goals, challenges, networks, effects, steering)


@dataclass(frozen=True)
class Material:
    """Everything that an appendix is made of."""

    study: Study
    parameters: Parameters
    tables: dict[str, pd.DataFrame]
    indicators: tuple[Indicator, ...]
    notebooks: Mapping[str, Any]
    judgements: tuple[Judgement, ...]

    def values(self) -> dict[str, str]:
        """All variables of prose."""
        language = self.parameters.language
        words = self.study.words(language)
        made = indicator_variables(self.indicators, "D", words)
        made |= ranking_variables(self.indicators, Glossary.of(self.tables, words))
        made |= finding_variables(self.judgements, language)
        if any(each.key == "reports.read.share" for each in self.indicators):
            made |= scope_variables(self.indicators, language)
        return made | fact_variables(read_facts(self.tables, self.parameters, {}, words))

    def pages(self, used: Sequence[str], policy: QuotePolicy | None = None) -> str:
        """The appendix for the variables that prose uses."""
        values = self.values()
        anchors = find_anchors(values[name] for name in used)
        chosen = policy or make_quote_policy("redacted", self.tables)
        return write_evidence_pages(self, anchors, self.study, self.parameters, chosen)


def used_names() -> list[str]:
    """Variables of the Finnish report, but those that are no numbers."""
    names = generated_pages.find_used_variables(sorted((ROOT / "reports/fi").rglob("*.qmd")))
    texts = ("scope.description", "parameter.coder_rule", "parameter.estimand")
    numbers = {name for name in names if not name.startswith("finding.")}
    return sorted(numbers - {*texts, "parameter.allocation"})


def material(chapters: Sequence[Any] = CHAPTERS, **values: Any) -> Material:
    """The example study's numbers, computed here and now; findings if all chapters are."""
    study = load_study(ROOT)
    parameters = study.parameters(values)
    read = read_tables(study.data)
    evidence = Evidence.select(study, read, parameters)
    by_chapter = {chapter.__name__.rpartition(".")[2]: chapter.compute(evidence)
                  for chapter in chapters}  # fmt: skip
    files = {module.rpartition(".")[2]: Path(path).name
             for path, module in study.declaration.chapters.items()}  # fmt: skip
    notebooks = {
        files[name]: {
            "cells": [
                {"cell_type": "code", "id": "one", "source": "", "outputs": [], "metadata": {}},
                {"cell_type": "code", "id": "put-in", "source": "", "outputs": [],
                 "metadata": {"tags": ["injected-parameters"]}},
                {"cell_type": "code", "id": "emit", "metadata": {},
                 "source": ["#| label: numbers\n", "emit()"],
                 "outputs": [{"data": {MIME_TYPE: [to_record(each) for each in records]}}]},
            ]
        }
        for name, records in by_chapter.items()
    }  # fmt: skip
    indicators = tuple(each for records in by_chapter.values() for each in records)
    values_of_facts = read["facts"].set_index("fact_id")["value"].astype(float).to_dict()
    findings = load_findings(ROOT) if chapters == CHAPTERS else ()
    judgements = judge(findings, indicators, "D", values_of_facts)
    return Material(study, parameters, read, indicators, notebooks, judgements)


def write(folder: Path, source: Material, prose: str, appendix: str) -> Path:
    """A project with one document and the filter."""
    (folder / "style").mkdir(parents=True)
    (folder / "fi/_generated").mkdir(parents=True)
    (folder / "style/evidence.lua").write_bytes(STYLE.read_bytes())
    (folder / "_quarto.yml").write_text(
        "lang: fi\nnumber-sections: true\ntoc: true\ntoc-depth: 2\n"
        "filters: [quarto, style/evidence.lua]\n"
        "format:\n  html: default\n  typst: default\n  docx: default\n",
        encoding="utf-8",
    )
    values = yaml.safe_dump(nest(source.values()), allow_unicode=True, width=10_000)
    (folder / "_variables.yml").write_text(values, encoding="utf-8")
    (folder / "fi/_generated/_evidence.qmd").write_text(appendix, encoding="utf-8")
    (folder / "fi/report.qmd").write_text(
        f"---\ntitle: Raportti\n---\n\n{prose}\n\n# Liitteet {{.unnumbered}}\n\n"
        "## Liite 5. Näyttö {.unnumbered #sec-liite-naytto}\n\n"
        "{{< include _generated/_evidence.qmd >}}\n",
        encoding="utf-8",
    )
    return folder


def rendered(folder: Path, formats: Sequence[str]) -> dict[str, Path]:
    """The report in its formats, by suffix."""
    paths = render(folder, Path("fi/report.qmd"), list(formats), folder / "out")
    return {path.suffix.lstrip("."): path for path in paths}


def prose_of(names: Sequence[str], findings: Sequence[str] = ()) -> str:
    """Prose that uses every variable, a section for some of them."""
    parts = []
    for start in range(0, len(names), 12):
        numbers = ", ".join(f"{{{{< var {name} >}}}}" for name in names[start : start + 12])
        parts.append(f"# Luku {start // 12 + 1}\n\nLuvut ovat {numbers}.\n")
    parts += [f'[Väite {name}.]{{.finding finding="{name}"}}\n' for name in findings]
    return "\n".join(parts)
