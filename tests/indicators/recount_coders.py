"""An independent recount of how far coders agree, from the CSV files and the texts."""

from collections import defaultdict
from math import comb
from statistics import fmean

import recount_agreement as agreement
from recount_rows import KINDS, Rows


def coders(scope, rows):
    """Agreement of coders who read a report whole, where two or more did."""
    level = scope.choice.level
    readers = _readers(scope)
    found = {(d, code, coder) for d, _, code, coder, polarity in scope.marks
             if polarity in ("affirm", "mixed")}  # fmt: skip
    given = {
        code: [(d, {coder: (d, code, coder) in found for coder in who})
               for d, who in readers.items()]
        for code in scope.shown
    }  # fmt: skip
    rows.count("coding.reports_compared.count", len(readers))
    of_kind = {"": list(scope.shown)}
    for kind in sorted(set(scope.codes.values()), key=KINDS.index):
        of_kind[kind] = [code for code in scope.of_kind(kind) if code in scope.shown]
    for kind, codes in of_kind.items():
        if not codes:
            continue
        by = {"kind": kind} if kind else {}
        units = [unit for code in codes for unit in given[code]]
        _coefficients(rows, units, level, "coding.{}_judgements.index", by)
        _observed(rows, units, "coding.agreement.observed.share", by)
        if not kind:
            yes = [(sum(u.values()), len(u)) for _, u in units]
            both = sum(comb(x, 2) for x, _ in yes)
            either = sum(comb(n, 2) - comb(n - x, 2) for x, n in yes)
            rows.share("coding.agreement.present.share", both, either)
        values = [(d, [frozenset(c for c in codes if (d, c, coder) in found) for coder in who])
                  for d, who in readers.items()]  # fmt: skip
        _alpha(rows, "coding.alpha_sets.index", values, agreement.masi, level, by)
        values = [value for _, unit in units for value in unit.values()]
        rows.share("coding.prevalence.share", sum(values), len(values), **by)
    plain = [[(d, list(unit.values())) for d, unit in given[code]] for code in scope.shown]
    size, within = agreement.within_codes(plain)
    rows.put("coding.alpha_within_codes.index", within, size)
    _by_code(rows, given, level)
    _passages(scope, rows, readers, level)


def _alpha(rows, key, units, far, level, by):
    size, value, low, high = agreement.alpha(units, far, level)
    rows.put(key, value, size, **by)
    rows.put(key, value, size, None, low, high, "S", **by)
    return size, value, low


def _observed(rows, units, key, by):
    yes = [(sum(u.values()), len(u)) for _, u in units]
    same = sum(comb(x, 2) + comb(n - x, 2) for x, n in yes)
    rows.share(key, same, sum(comb(n, 2) for _, n in yes), **by)


def _coefficients(rows, units, level, key, by):
    plain = [(d, list(unit.values())) for d, unit in units]
    size, value, low = _alpha(rows, key.format("alpha"), plain, agreement.unequal, level, by)
    told = value is not None
    kappa = agreement.kappa([unit for _, unit in units]) if told else None
    rows.put(key.format("kappa"), kappa, size, **by)
    rows.put(key.format("fleiss"), agreement.fleiss(plain) if told else None, size, **by)
    rows.put(key.format("ac1"), agreement.ac1(plain, level)[0] if told else None, size, **by)
    return value, low


def _by_code(rows, given, level):
    key, alphas = "coding.agreement_by_code", []
    for code, units in given.items():
        own = Rows()
        alphas.append(_coefficients(own, units, level, "{}", {}))
        for (statistic, estimand, _), row in own.items():
            by = {"code": code, "statistic": statistic}
            rows.put(f"{key}.index", row.value, row.x, None, row.low, row.high, estimand, **by)
        plain = [(d, list(unit.values())) for d, unit in units]
        size, value = own["ac1", "D", ()].x, own["ac1", "D", ()].value
        enough = value is not None and size >= 10  # as of alpha
        limits = agreement.ac1(plain, level)[1:] if enough else (None, None)
        rows.put(f"{key}.index", value, size, None, *limits, "S", code=code, statistic="ac1")
        _observed(rows, units, f"{key}.share", {"code": code, "statistic": "observed"})
        values = [value for _, unit in units for value in unit.values()]
        rows.share(f"{key}.share", sum(values), len(values), code=code, statistic="prevalence")
    told = [value for value, _ in alphas if value is not None]
    rows.put("coding.alpha_mean.index", fmean(told) if told else None, len(told))
    counts = {
        "reliable": sum(value >= 0.8 for value in told),
        "tentative": sum(0.667 <= value < 0.8 for value in told),
        "weak": sum(value < 0.667 for value in told),
        "untold": len(alphas) - len(told),
        "unproven": sum(low is None or low < 0.667 for _, low in alphas),
    }
    for name, count in counts.items():
        rows.count(f"coding.codes_{name}.count", count, len(alphas))


def _readers(scope):
    """Who read each report whole, of reports that two coders or more did."""
    people = {row["coder_id"] for row in scope.tables["coders"] if row["role"] == "coder"}
    readers = {d: sorted(set(scope.readings[d]) & people) for d in sorted(scope.reports)}
    return {d: who for d, who in readers.items() if len(who) >= 2}


def _placed(scope, readers):
    """Marks of those readers: {document: [(start, end, coder, code, polarity)]}, by place."""
    place = {s["segment_id"]: (int(s["start"]), int(s["end"]))
             for s in scope.tables["segments"] if s["start"] and s["end"]}  # fmt: skip
    of_document = defaultdict(list)
    for d, segment, code, coder, polarity in scope.marks:
        if coder in readers.get(d, ()) and segment in place:
            of_document[d].append((*place[segment], coder, code, polarity))
    return {d: sorted(marks) for d, marks in sorted(of_document.items())}


def _values(marks, readers):
    """Set that each reader gave to a unit; a denial of a code is another value than the code."""
    values = defaultdict(set)
    for coder, code, polarity in marks:
        if polarity in ("affirm", "mixed"):
            values[coder].add(code)
        if polarity in ("deny", "mixed"):
            values[coder].add(("not", code))
    return [frozenset(values[coder]) for coder in readers]


def _passages(scope, rows, readers, level):
    """Marks that overlap, one after another, are one passage."""
    units, several, single = [], 0, 0
    for d, marks in _placed(scope, readers).items():
        passages, reach = [], 0
        for start, end, *mark in marks:
            if start >= reach:
                passages.append([])
            reach = max(reach, end)
            passages[-1].append(mark)
        for passage in passages:
            units.append((d, _values(passage, readers[d])))
            codes = defaultdict(set)
            for coder, code, _ in passage:
                codes[coder].add(code)
            several += any(len(own) > 1 for own in codes.values())
            single += len(codes) == 1
    _alpha(rows, "coding.alpha_passages.index", units, agreement.masi, level, {})
    rows.count("coding.passages.count", len(units))
    rows.count("coding.passages_several.count", several)
    rows.count("coding.passages_single.count", single)


def sentences(scope, folder):
    """Agreement on sentences of the texts below the folder; a mark is of each that it touches."""
    rows, readers = Rows(), _readers(scope)
    placed = _placed(scope, readers)
    files = {row["document_id"]: row["text_file"] for row in scope.tables["documents"]}
    units, blank = [], 0
    for d, who in readers.items():
        starts = sentence_starts((folder / files[d]).read_text(encoding="utf-8"))
        ends = [*starts[1:], float("inf")]
        for start, end in zip(starts, ends, strict=True):
            marks = [mark for first, last, *mark in placed.get(d, ())
                     if first < end and last > start]  # fmt: skip
            units.append((d, _values(marks, who)))
            blank += not marks
    _alpha(rows, "coding.alpha_sentences.index", units, agreement.masi, scope.choice.level, {})
    rows.count("coding.sentences.count", len(units))
    rows.count("coding.sentences_blank.count", blank)
    return rows


def sentence_starts(text):
    """A sentence ends at an end mark before a capital, and at the end of a line."""
    starts, position = [0], 0
    while position < len(text):
        blanks = position
        while blanks < len(text) and text[blanks].isspace():
            blanks += 1
        if blanks > position:
            ended = text[position - 1 : position] in (".", "!", "?")
            if blanks < len(text) and (
                "\n" in text[position:blanks] or (ended and text[blanks].isupper())
            ):
                starts.append(blanks)
        position = blanks + 1
    return starts
