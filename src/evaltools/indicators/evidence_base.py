"""Chapter 02: what the conclusions rest on, and what they cannot rest on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaltools.evidence.selection import Evidence
from evaltools.indicators import agreement
from evaltools.indicators.absence import lacks
from evaltools.indicators.coder_decisions import coder_decisions, last_readings, marks
from evaltools.indicators.disclosure.codes import codable_codes
from evaltools.indicators.disclosure.gate import release
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.nonresponse import selection
from evaltools.indicators.prevalence import by_rule
from evaltools.indicators.saturation import saturation
from evaltools.indicators.shares import count_record, plain_share
from evaltools.statistics.intervals import chances_unseen

THEME_SIZE = 8
"""Projects that hold the theme of `unseen.k8`."""
LARGEST_THEME = 20
SMALLEST_POPULATION = 10
"""Below so many projects a theme of eight is nearly all of them."""
_SOURCE = "evaltools.indicators.evidence_base"


def compute(evidence: Evidence) -> list[Indicator]:
    """All indicators of the chapter, of what the study has: nothing but its register has none."""
    if lacks(evidence, "reports"):
        return []
    records = [*read(evidence), *selection(evidence), *unseen(evidence)]
    if not lacks(evidence, "coding"):
        records += [
            *agreement_records(evidence), *by_rule(evidence), *saturation(evidence)
        ]  # fmt: skip
        if evidence.folder is not None:
            records += sentences(evidence, read_texts(evidence, evidence.folder))
    return release(records, evidence)


by_coder_rule = saturation
"""What of the chapter depends on whose coding decides."""


def read(evidence: Evidence) -> list[Indicator]:
    """What was read: share of the projects due and of all funded ones, languages, pages.

    Returns:
        `reports.read.share` of the projects from which a report can be due, plain and by `call`
        (of those that have one); `reports.scheme.share` of all funded projects in scope;
        `reports.due.share`, projects due of all funded; `reports.language.share` by `language`;
        `reports.pages.count`, None where the pages of some report are not known.
    """
    source = f"{_SOURCE}.read"
    records = [
        plain_share("reports.read.share", evidence.n, evidence.N, source),
        plain_share("reports.scheme.share", evidence.n, evidence.funded, source),
        plain_share("reports.due.share", evidence.N, evidence.funded, source),
    ]
    records += [
        plain_share(
            "reports.read.share", int(row["reports"]), int(row["due"]), source,
            dimensions(call=str(row["call_id"])),
        )
        for row in read_table(evidence).to_dict("records")
        if row["due"]
    ]  # fmt: skip
    spoken = evidence.reports["language"].astype(str)
    records += [
        plain_share(
            "reports.language.share", int((spoken == language).sum()), evidence.n, source,
            dimensions(language=language),
        )
        for language in languages(evidence)
    ]  # fmt: skip
    pages = evidence.reports["pages"]
    known = int(pages.notna().sum())
    total = int(pages.sum()) if known and known == evidence.n else None
    note = "" if total is not None else f"known of {known} of {evidence.n} reports"
    return [*records, count_record("reports.pages.count", total, source, note=note)]


def read_table(evidence: Evidence) -> pd.DataFrame:
    """What was read of each call, a row a call with projects in scope, sorted.

    Of a study without calls a row is a year, and a single row where years are not known either.

    Returns:
        `call_id`, `projects` (funded), `due` (those from which a report can be due), `reports`,
        `fi`, `sv` (reports by language), `first` and `last` (days the reports came in, NaT where
        there is none).
    """
    projects = pd.DataFrame(
        {
            "project_id": evidence.projects["project_id"].astype(str),
            "call_id": _rounds(evidence),
            "due": evidence.projects["due"].astype(int),
        }
    )
    received = pd.DataFrame(
        {
            "project_id": evidence.reports["project_id"].astype(str),
            "language": evidence.reports["language"].astype(str),
            "received": evidence.reports["received"],
        }
    ).merge(projects[["project_id", "call_id"]], on="project_id")
    table = projects.groupby("call_id").size().rename("projects").to_frame()
    table["due"] = projects.groupby("call_id")["due"].sum()
    by_call = received.groupby("call_id")
    table["reports"] = by_call.size()
    for language in languages(evidence):
        table[language] = received[received["language"] == language].groupby("call_id").size()
    counts = ["projects", "due", "reports", *languages(evidence)]
    table[counts] = table[counts].fillna(0).astype(int)
    table["first"], table["last"] = by_call["received"].min(), by_call["received"].max()
    return table.reset_index()


def _rounds(evidence: Evidence) -> pd.Series:
    """The call of each project as text, or its year where the study has no calls."""
    known = evidence.projects["call_id"].notna().any()
    column = evidence.projects["call_id" if known else "year"]
    return column.astype("string").fillna("–").astype(str)


def languages(evidence: Evidence) -> list[str]:
    """Languages of the study's final reports, in scope or not."""
    documents = evidence.tables["documents"]
    return sorted(
        documents.loc[documents["kind"] == "final", "language"].dropna().astype(str).unique()
    )


def unseen_curve(evidence: Evidence) -> pd.DataFrame:
    """Chance that a theme of k projects is in none of the reports read, if who reported is chance.

    Returns:
        `k` from 1 to 20, or to the number of projects due; `chance` 0 to 1.
    """
    k = np.arange(1, min(LARGEST_THEME, evidence.N) + 1)
    return pd.DataFrame({"k": k, "chance": chances_unseen(k, evidence.n, evidence.N)})


def unseen(evidence: Evidence) -> list[Indicator]:
    """What may have been missed for not all projects having reported that could.

    Returns:
        `unseen.k8.share`: chance that a theme of eight projects was missed; numerator and
        denominator are the reports read and the projects due. `unseen.seen_from.count`: the
        fewest projects due whose theme was seen with the confidence of the parameters.
    """
    source, N = f"{_SOURCE}.unseen", evidence.N
    few = N < SMALLEST_POPULATION
    chance = None if few else float(chances_unseen(np.array([THEME_SIZE]), evidence.n, N)[0])
    every = chances_unseen(np.arange(N + 1), evidence.n, N)
    sure = np.flatnonzero(every <= 1 - evidence.parameters.confidence)
    seen = int(sure[0]) if len(sure) else None
    note = "" if seen is not None else "no report was read"
    return [
        Indicator(
            key="unseen.k8.share", value=chance, unit="share", x=evidence.n, n=N, source=source,
            note=f"fewer than {SMALLEST_POPULATION} projects due" if few else "",
        ),
        count_record("unseen.seen_from.count", seen, source, n=N, note=note),
    ]  # fmt: skip


Place = tuple[str, int]
"""Document and number of the unit in it."""


_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-zåäö])|\n+")
"""Between sentences: after an end mark and before a capital, or at the end of a line. So neither
`3. vuosi` nor `n. 5 000` is cut."""
_DENIED = "not "
_TOKENS = {
    "affirm": ("{}",),
    "deny": (_DENIED + "{}",),
    "mixed": ("{}", _DENIED + "{}"),
}


def agreement_records(evidence: Evidence) -> list[Indicator]:
    """All indicators of agreement that need no text."""
    read = coder_decisions(evidence)
    level = float(evidence.parameters.confidence)
    return [
        *agreement.observed(read), *agreement.overall(read, level),
        *agreement.by_code(read, level), *passages(evidence, level),
    ]  # fmt: skip


def passages(evidence: Evidence, level: float) -> list[Indicator]:
    """Agreement on passages: sets of codes, MASI.

    Returns:
        `coding.alpha_passages.index`, D and S; `coding.passages.count`, the units of it;
        `coding.passages_several.count`, those to which some coder gave more than one code;
        `coding.passages_single.count`, those that one coder alone marked.
    """
    source = f"{_SOURCE}.passages"
    made = _marked(evidence)
    number = _grown(made)
    values, clusters = _sets(made, number, _readers(evidence), None)
    alpha = agreement.compute_alpha(values, level, "masi", clusters)
    several = sum(
        any(len(value or ()) > 1 < len(_codes(value)) for value in unit) for unit in values
    )
    single = sum(sum(bool(value) for value in unit) == 1 for unit in values)
    return [
        *agreement.alpha_records("coding.alpha_passages.index", alpha, source),
        count_record("coding.passages.count", len(values), source),
        count_record("coding.passages_several.count", several, source),
        count_record("coding.passages_single.count", single, source),
    ]


def sentences(evidence: Evidence, texts: Mapping[str, str]) -> list[Indicator]:
    """Agreement on sentences: sets of codes, MASI, the empty set being a value.

    Arguments:
        texts: of the reports in scope, by document id; `read_texts` gives them.

    Returns:
        `coding.alpha_sentences.index`, D and S; `coding.sentences.count`, the units of it;
        `coding.sentences_blank.count`, those that nobody marked.
    """
    source = f"{_SOURCE}.sentences"
    readers = {name: who for name, who in _readers(evidence).items() if name in texts}
    made = _marked(evidence)
    made = made[made["document_id"].isin(list(readers)).to_numpy(dtype=bool)]
    starts = {name: sentence_starts(texts[name]) for name in readers}
    spread, number = _covered(made, starts)
    sizes = {name: len(found) for name, found in starts.items()}
    values, clusters = _sets(spread, number, readers, sizes)
    alpha = agreement.compute_alpha(values, float(evidence.parameters.confidence), "masi", clusters)
    blank = sum(not any(unit) for unit in values)
    return [
        *agreement.alpha_records("coding.alpha_sentences.index", alpha, source),
        count_record("coding.sentences.count", len(values), source),
        count_record("coding.sentences_blank.count", blank, source),
    ]


def read_texts(evidence: Evidence, data: Path) -> dict[str, str]:
    """Texts of the reports in scope by document id; those without a text are left out.

    Arguments:
        data: the data folder, below which `text_file` leads to the text.
    """
    reports = evidence.reports
    readable = reports[reports["text_file"].notna()]
    return {
        str(name): (data / str(path)).read_text(encoding="utf-8")
        for name, path in zip(readable["document_id"], readable["text_file"], strict=True)
    }


def sentence_starts(text: str) -> NDArray[np.int_]:
    """Where sentences begin, code points from 0; lines are cut too, as they are cells or titles."""
    cuts = [0, *(match.end() for match in _END.finditer(text))]
    return np.array([cut for cut in cuts if text[cut:].strip()] or [0], dtype=np.int_)


def _readers(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """Who read each report whole, where they are two or more."""
    last = last_readings(evidence)
    by_document = last.groupby("document_id")["coder_id"].apply(lambda who: tuple(sorted(who)))
    return {str(name): who for name, who in by_document.items() if len(who) >= 2}


def _marked(evidence: Evidence) -> pd.DataFrame:
    """Marks in reports that two coders read whole: `document_id`, `coder_id`, `start`, `end`,
    `tokens`; sorted by place."""
    made = marks(evidence, last_readings(evidence))
    keep = made["document_id"].isin(list(_readers(evidence)))
    keep &= made["code_id"].isin(codable_codes(evidence)["code_id"])
    made = made[(keep & made["start"].notna() & made["end"].notna()).to_numpy(dtype=bool)]
    marked = list(zip(made["code_id"].tolist(), made["polarity"].tolist(), strict=True))
    told = {
        (code, polarity): tuple(form.format(code) for form in _TOKENS[str(polarity)])
        for code, polarity in set(marked)
    }
    frame = pd.DataFrame(
        {
            "document_id": made["document_id"].astype(str).to_numpy(),
            "coder_id": made["coder_id"].astype(str).to_numpy(),
            "start": made["start"].astype(int).to_numpy(),
            "end": made["end"].astype(int).to_numpy(),
            "tokens": pd.Series([told[one] for one in marked], dtype="object"),
        }
    )
    return frame.sort_values(["document_id", "start", "end", "coder_id"], ignore_index=True)


def _grown(made: pd.DataFrame) -> NDArray[np.int_]:
    """Number of the passage of each mark within its document, marks being sorted by place."""
    reach = made.groupby("document_id")["end"].cummax()
    before = reach.groupby(made["document_id"]).shift(fill_value=0)
    begins = (made["start"] >= before).astype(int)
    number = begins.groupby(made["document_id"]).cumsum() - 1
    return np.asarray(number.to_numpy(dtype=np.int_), dtype=np.int_)


def _covered(
    made: pd.DataFrame, starts: Mapping[str, NDArray[np.int_]]
) -> tuple[pd.DataFrame, NDArray[np.int_]]:
    """Marks, a row each sentence that they touch, and the number of the sentence."""
    first, last = np.zeros(len(made), dtype=int), np.zeros(len(made), dtype=int)
    for name, rows in made.groupby("document_id").indices.items():
        cuts = starts[str(name)]
        own = made.iloc[rows]
        first[rows] = np.searchsorted(cuts, own["start"].to_numpy(), side="right") - 1
        last[rows] = np.searchsorted(cuts, own["end"].to_numpy() - 1, side="right") - 1
    first = np.maximum(first, 0)
    many = np.maximum(last - first + 1, 1)
    spread = made.loc[made.index.repeat(many)].reset_index(drop=True)
    offset = np.arange(len(spread)) - np.repeat(np.cumsum(many) - many, many)
    return spread, np.asarray(np.repeat(first, many) + offset, dtype=np.int_)


def _sets(
    made: pd.DataFrame,
    number: NDArray[np.int_],
    readers: Mapping[str, tuple[str, ...]],
    sizes: Mapping[str, int] | None,
) -> tuple[list[list[frozenset[str] | None]], NDArray[np.int_]]:
    """Units × readers: what each gave, the readers of a document in order; and each unit's report.

    Units are those with a mark, or `sizes` of them in each document. They are filled up with None,
    not with a place for every coder: who the coders are does not matter.
    """
    given: dict[Place, dict[str, set[str]]] = {}
    if sizes is not None:
        given = {(name, place): {} for name in sorted(sizes) for place in range(sizes[name])}
    columns = [made[name].tolist() for name in ("document_id", "coder_id", "tokens")]
    for name, coder, tokens, place in zip(*columns, number.tolist(), strict=True):
        unit = given.setdefault((name, place), {})
        unit.setdefault(coder, set()).update(tokens)
    order = {name: rank for rank, name in enumerate(sorted({name for name, _ in given}))}
    places = sorted(given)
    width, nobody = max(map(len, readers.values()), default=0), frozenset[str]()
    values: list[list[frozenset[str] | None]] = []
    for place in places:
        unit, who = given[place], readers[place[0]]
        found = [frozenset(unit[each]) if each in unit else nobody for each in who]
        values.append([*found, *[None] * (width - len(who))])
    return values, np.array([order[name] for name, _ in places], dtype=np.int_)


def _codes(value: frozenset[str] | None) -> set[str]:
    """Codes behind the values that a coder gave, whichever way they were marked."""
    return {token.removeprefix(_DENIED) for token in value or ()}
