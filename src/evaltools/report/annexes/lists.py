"""Lists at the end of a report: projects, codebook, timeline, reports read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from evaltools.charts.table import SUPPRESSED, Column, Kind, Table
from evaltools.evidence import Descriptor, Evidence
from evaltools.evidence.codebook import texts_of_codes
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.indicators.disclosure.codes import withheld_codes
from evaltools.indicators.disclosure.policy import policy_for
from evaltools.indicators.prevalence import codebook, publishable_counts
from evaltools.report.annexes.case_boxes import organisation_names, project_title
from evaltools.study import Parameters, Study

Row = dict[str, Any]
EXAMPLE: Final = f"{say.NBSP}&#42;"
"""After the name of a project that is made up, in markdown."""


def project_list(study: Study, evidence: Evidence, descriptor: Descriptor, words: Words) -> str:
    """The funded projects in scope by identifier: name, call, grant, lead, whether it was read."""
    names = organisation_names(evidence, words.language)
    rows, note = [], _example(descriptor, words)
    for project in _records(evidence.projects):
        state = "read" if project["reported"] else "unread" if project["due"] else "not_due"
        mark = ""
        if descriptor.example and project.get("origin") == "example":
            mark, note = EXAMPLE, words("annexes.projects.example")
        rows.append(
            {
                "name": project_title(project, words.language) + mark,
                "call": project["call_id"],
                "grant": project["grant"],
                "lead": names.get(project["lead_org_id"]),
                "report": words(f"annexes.projects.report.{state}"),
            }
        )
    # A name, then who leads it, would look like a person to whoever searches what is published.
    widths = {"name": 51, "call": 8, "grant": 10, "lead": 21, "report": 10}
    return _table(
        "projects", rows, widths, words, note, name="markdown", lead="markdown", grant="money"
    )


def codebook_table(evidence: Evidence, descriptor: Descriptor, words: Words) -> str:
    """Every code that passages can be given: kind, definition, and how many reports affirm it."""
    if not evidence.has("codes"):
        return f"{words('annexes.codebook.absent')}\n"
    counts = publishable_counts(evidence.presence, codebook(evidence), policy_for(evidence))
    withheld, rows = withheld_codes(evidence), []
    definitions = texts_of_codes(evidence.tables["codes"], "definition", words.language)
    codes = _records(codebook(evidence))
    for code in sorted(codes, key=lambda row: (_kind_order(row["kind"], evidence), row["code_id"])):
        name = code["code_id"]
        shown = say.count_of(int(counts["yes"][name]), int(counts["asked"][name]), words.language)
        rows.append(
            {
                "kind": words(f"code_kind.{code['kind']}")
                if words.has(f"code_kind.{code['kind']}")
                else code["kind"],
                "label": code["label"],
                "definition": definitions[name] or None,
                "reports": SUPPRESSED if name in withheld else shown,
            }
        )
    widths = {"kind": 16, "label": 22, "definition": 54, "reports": 8}
    return _table("codebook", rows, widths, words, _example(descriptor, words), reports="count")


def _kind_order(kind: str, evidence: Evidence) -> int:
    """The place of a kind among those that the study declares."""
    declared = list(evidence.vocabulary.code_kinds)
    return declared.index(kind) if kind in declared else len(declared)


def timeline_table(study: Study, evidence: Evidence, descriptor: Descriptor, words: Words) -> str:
    """Days of the programme and of the evaluation in their order, in scope of the run."""
    parameters, days = evidence.parameters, []
    calls = evidence.tables["calls"]
    wanted = set(evidence.projects["call_id"].dropna())
    for call in _records(calls[calls["call_id"].isin(list(wanted))]):
        for event in ("opened", "closed", "decided", "projects_end"):
            days.append((call[event], words(f"annexes.timeline.{event}", call=call["call_id"])))
    received = evidence.reports["received"].dropna()
    if len(received):
        days.append((received.min(), words("annexes.timeline.first_received")))
        days.append((received.max(), words("annexes.timeline.last_received")))
    days += [(day, text) for day, text in _waves(study, parameters, words)]
    if study.declaration.publication is not None:
        published = pd.Timestamp(study.declaration.publication.published)
        days.append((published, words("annexes.timeline.published")))
    known = sorted((pd.Timestamp(day), text) for day, text in days if not pd.isna(day))
    if not known:
        return f"{words('annexes.timeline.absent')}\n"
    rows = [{"day": say.date(day, words.language, "short"), "event": text} for day, text in known]
    return _table("timeline", rows, {"day": 18, "event": 82}, words, _example(descriptor, words))


def _waves(study: Study, parameters: Parameters, words: Words) -> Iterable[tuple[object, str]]:
    """The cut-off of the run, and of other waves the one that follows from them."""
    declared = study.declaration.parameters
    if "cutoff" not in declared:
        return
    yield pd.Timestamp(parameters.cutoff), words("annexes.timeline.cutoff")
    rule = declared["cutoff"].derived
    if rule is not None and rule.by == "wave" and "wave" in declared:
        for wave, day in rule.values.items():
            if wave != str(parameters.wave) and wave in declared["wave"].choices:
                name = declared["wave"].choices[wave].in_language(words.language)
                yield pd.Timestamp(day), words("annexes.timeline.other_wave", wave=name)


def reports_read_table(evidence: Evidence, descriptor: Descriptor, words: Words) -> str:
    """The final reports in scope: whose, when they came, language, pages, how many read them."""
    if not evidence.n:
        return f"{words('annexes.reports.absent')}\n"
    readings = evidence.tables["readings"]
    whole = readings[readings["complete"].astype("boolean").fillna(False).to_numpy(dtype=bool)]
    coders = evidence.tables["coders"]
    readers = set(coders.loc[coders["role"] == "coder", "coder_id"])
    whole = whole[whole["coder_id"].isin(list(readers))]
    counts = whole.groupby("document_id")["coder_id"].nunique()
    titles = {
        project["project_id"]: project_title(project, words.language)
        for project in _records(evidence.projects)
    }
    rows = [
        {
            "document": report["document_id"],
            "project": titles[report["project_id"]],
            "received": say.date(report["received"], words.language, "short")
            if not pd.isna(report["received"])
            else None,
            "language": _language(report["language"], words),
            "pages": report["pages"],
            "readers": int(counts.get(report["document_id"], 0)),
        }
        for report in _records(evidence.reports)
    ]
    widths = {"document": 20, "project": 43, "received": 12, "language": 9, "pages": 7,
              "readers": 9}  # fmt: skip
    note = _example(descriptor, words)
    return _table(
        "reports", rows, widths, words, note, project="markdown", pages="count", readers="count"
    )


def annex_pages(
    study: Study, evidence: Evidence, descriptor: Descriptor, words: Words
) -> dict[str, str]:
    """All lists, by the name of the page that a report includes."""
    return {
        "_projects.qmd": project_list(study, evidence, descriptor, words),
        "_codebook.qmd": codebook_table(evidence, descriptor, words),
        "_timeline.qmd": timeline_table(study, evidence, descriptor, words),
        "_reports_read.qmd": reports_read_table(evidence, descriptor, words),
    }


def _table(
    annex: str,
    rows: Iterable[Row],
    widths: Mapping[str, float],
    words: Words,
    note: str = "",
    **kinds: Kind,
) -> str:
    """A table with caption and identifier; columns of which nothing is known are left out."""
    frame = pd.DataFrame(list(rows), columns=list(widths), dtype=object)
    columns = [
        Column(
            column,
            words(f"annexes.{annex}.column.{column}"),
            kinds.get(column, "text"),
            width=width,
        )
        for column, width in widths.items()
        if frame.empty or not frame[column].isna().all()
    ]
    caption = words(f"annexes.{annex}.caption")
    return Table(frame, columns, caption, words.language, note).captioned(f"tbl-annex-{annex}")


def _example(descriptor: Descriptor, words: Words) -> str:
    return f"{words('report.example_notice')}." if descriptor.example else ""


def _language(code: object, words: Words) -> str | None:
    if not isinstance(code, str):
        return None
    return words(f"language.{code}") if words.has(f"language.{code}") else code


def _records(frame: pd.DataFrame) -> list[Row]:
    return frame.astype(object).to_dict("records")  # type: ignore[return-value]
