"""A comparison as one self-contained HTML page in the house style, without any script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from evaltools.comparison import telling
from evaltools.comparison.attribution import Attribution
from evaltools.comparison.comparison import Comparison
from evaltools.comparison.figure import comparison_figure
from evaltools.comparison.moves import Move
from evaltools.present.language import MISSING, Language
from evaltools.present.words import Words

_XML = re.compile(r"<\?xml[^>]*>|<!DOCTYPE[^>]*>", re.DOTALL)
_STYLE = """
:root{--ink:#1c2127;--quiet:#59616a;--blue:#17395c;--line:#d3d9de;--tint:#f3f6f8;--teal:#2f9c95}
*{box-sizing:border-box}
body{margin:0;color:var(--ink);background:#fff;border-top:.375rem solid var(--blue);
font:1.0625rem/1.6 "Fira Sans","Segoe UI",system-ui,sans-serif;overflow-wrap:break-word}
main{max-width:64rem;margin:0 auto;padding:2.5rem 1.25rem 5rem}
.skip{position:absolute;left:.5rem;top:-10rem;padding:.6rem 1rem;background:var(--blue);color:#fff}
.skip:focus{top:.5rem}
:focus-visible{outline:.1875rem solid #1f7a74;outline-offset:.125rem}
h1,h2{color:var(--blue);font-weight:600;line-height:1.25;text-wrap:balance}
h1{font-size:clamp(1.6rem,1rem + 2.4vw,2.4rem);margin:0 0 1rem}
h2{font-size:1.4rem;margin:3rem 0 .75rem;padding-top:.75rem;position:relative}
h2::before{content:"";position:absolute;left:0;top:0;width:3.5rem;height:.2rem;
background:var(--teal)}
p{max-width:70ch;margin:0 0 1rem}
.notice{padding:.5rem .9rem;background:#fdf8ec;border:.125rem solid #8a6100;font-weight:600}
figure{margin:1.5rem 0}figure svg{max-width:45rem;width:100%;height:auto;display:block}
figcaption{color:var(--quiet);font-size:.95rem;max-width:70ch;margin-top:.5rem}
.table{overflow-x:auto;margin:0 0 1.5rem}
table{border-collapse:collapse;width:100%;font-size:.925rem;line-height:1.4;
font-feature-settings:"tnum"}
caption{text-align:left;color:var(--quiet);padding:0 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;
border-bottom:1px solid var(--line);font-weight:400}
thead th{font-weight:600;border-bottom:2px solid var(--blue);white-space:normal}
.number{text-align:right;white-space:nowrap}
.key{display:block;color:var(--quiet);font-size:.85rem}
@media print{main{max-width:none;padding:0}.skip{display:none}}
"""


def comparison_page(
    made: Comparison,
    attribution: Attribution | None,
    language: Language,
    labels: Mapping[str, str],
    notice: str = "",
) -> str:
    """The page.

    Arguments:
        made: the comparison.
        attribution: of its changes, where it was made.
        language: fi, sv or en.
        labels: of codes, by id.
        notice: shown at the top, such as that the data are an example.
    """
    from evaltools.report.embedded.fonts import face_rules

    words = Words(language)
    title = words("comparison.page_title")
    body = [f"<h1>{escape(title)}</h1>"]
    if notice:
        body.append(f'<p class="notice">{escape(notice)}</p>')
    body += [f"<p>{escape(sentence)}</p>" for sentence in telling.summary(made, language)]
    if not made.nothing:
        body += _figure(made, language, labels)
        body += _parts(made, attribution, language, labels)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}: {escape(made.old.name)}, {escape(made.new.name)}</title>\n"
        f"<style>\n{face_rules()}\n{_STYLE.strip()}\n</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#content">{escape(words("comparison.skip"))}</a>\n'
        f'<main id="content" tabindex="-1">\n{chr(10).join(body)}\n</main>\n</body>\n</html>\n'
    )


def _figure(made: Comparison, language: Language, labels: Mapping[str, str]) -> list[str]:
    from evaltools.comparison.figure import rows

    if not rows(made, language, labels):
        return []
    figure = comparison_figure(made, language, labels)
    svg = _XML.sub("", figure.svg).strip()
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(figure.alt)}" ', 1)
    return [f"<figure>{svg}<figcaption>{escape(figure.full_caption)}</figcaption></figure>"]


def _parts(
    made: Comparison, attribution: Attribution | None, language: Language, labels: Mapping[str, str]
) -> list[str]:
    words = Words(language)
    rows = [[item.what, item.old, item.new] for item in telling.exchanged(made, language, labels)]
    body = _section("inputs", ("what", "old", "new"), rows, words)
    if made.findings:
        outcomes = [
            [item.id, _outcome(item.old, words), _outcome(item.new, words)]
            for item in made.findings
        ]
        body += _section("findings", ("finding", "old", "new"), outcomes, words)
    moved = telling.shares_moved(made)
    columns = ("indicator", "old", "new", "change", "interval")
    body.append(f"<h2>{escape(words('comparison.heading.moves'))}</h2>")
    if moved:
        body.append(_table("moves", columns, _moves(moved, language, labels), words, number_from=1))
    else:
        body.append(f"<p>{escape(words('comparison.none_moved'))}</p>")
    if attribution is not None:
        body.append(f"<h2>{escape(words('comparison.heading.why'))}</h2>")
        body += [f"<p>{escape(line)}</p>" for line in telling.why(attribution, language)]
        body += _causes(made, attribution, words, labels)
    if others := telling.others_changed(made):
        body.append(_table("other", (*columns[:4], "verdict"),
                           _moves(others, language, labels, verdict=True), words,
                           number_from=1, number_to=4))  # fmt: skip
    if made.prose:
        places = [[f"{item.file}:{item.line}", item.variable, item.old, item.new]
                  for item in made.prose]  # fmt: skip
        body += _section("prose", ("place", "variable", "old", "new"), places, words)
    return body


def _causes(
    made: Comparison, attribution: Attribution, words: Words, labels: Mapping[str, str]
) -> list[str]:
    if len(attribution.factors) < 2:
        return []
    rows: list[list[str]] = []
    columns: list[str] = []
    for move in telling.shares_moved(made):
        effect = attribution.effects.get(move.identity)
        if effect is None or effect.change is None:
            continue
        told = telling.parts(effect, attribution, words.language)
        columns = [name for name, _ in told]
        rows.append([telling.label_of(move.key, words.language, labels),
                     telling.points(effect.change, words.language),
                     *(part for _, part in told)])  # fmt: skip
    if not rows:
        return []
    head = [words("comparison.column.indicator"), words("comparison.column.change"), *columns]
    return [_bare_table(words("comparison.caption.why"), head, rows, 1)]


def _moves(
    moves: Sequence[Move], language: Language, labels: Mapping[str, str], verdict: bool = False
) -> list[list[str]]:
    rows = []
    for move in moves:
        shown = telling.show(move, language, labels)
        first = shown.label if shown.label == shown.key else f"{shown.label}\n{shown.key}"
        last = shown.verdict if verdict else shown.interval
        rows.append([first, shown.old, shown.new, shown.change, last])
    return rows


def _section(
    name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], words: Words
) -> list[str]:
    if not rows:
        return []
    heading = f"<h2>{escape(words(f'comparison.heading.{name}'))}</h2>"
    return [heading, _table(name, columns, rows, words)]


def _table(
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    words: Words,
    number_from: int = 99,
    number_to: int = 99,
) -> str:
    head = [words(f"comparison.column.{column}") for column in columns]
    caption = words(f"comparison.caption.{name}")
    return _bare_table(caption, head, rows, number_from, number_to)


def _bare_table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    number_from: int = 99,
    number_to: int = 99,
) -> str:
    def kind(place: int) -> str:
        return ' class="number"' if number_from <= place < number_to else ""

    lines = [f'<div class="table" tabindex="0" role="region" aria-label="{escape(caption)}">',
             f"<table><caption>{escape(caption)}</caption>", "<thead><tr>"]  # fmt: skip
    lines += [f'<th scope="col"{kind(place)}>{escape(text)}</th>'
              for place, text in enumerate(head)]  # fmt: skip
    lines.append("</tr></thead><tbody>")
    for row in rows:
        first, _, key = row[0].partition("\n")
        small = f'<span class="key">{escape(key)}</span>' if key else ""
        cells = [f'<th scope="row">{escape(first)}{small}</th>']
        cells += [f"<td{kind(place)}>{escape(text or MISSING)}</td>"
                  for place, text in enumerate(row) if place]  # fmt: skip
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody></table></div>"])


def _outcome(outcome: str | None, words: Words) -> str:
    key = f"comparison.outcome.{outcome or 'none'}"
    return words(key) if words.has(key) else str(outcome)
