from __future__ import annotations

import pytest

from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import share as share_text
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.lint.claim_rules import check_small_denominators
from evaltools.report.variables import indicator_variables

FRAMES = {
    "fi": "Haasteen mainitsee {} raporteista{}.",
    "sv": "Utmaningen nämns i {} av rapporterna{}.",
    "en": "The challenge is mentioned in {} of the reports{}.",
}
SHARE = "{{< var challenge.staff.share >}}"
ENOUGH = [
    " ({{< var challenge.staff.x >}}/{{< var challenge.staff.n >}})",
    " (N = {{< var challenge.staff.n >}})",
    ", eli {{< var challenge.staff.quantity >}}",
    ". {{< var scope.reports >}}",
    ".\n\nTeksti {{< var challenge.staff.n >}}",
    ".\n\n- {{< var reports.read.x >}}",
]
NOT_ENOUGH = [
    "",
    " ({{< var challenge.schedule.n >}})",
    ".\n\n## Toinen luku\n\nTeksti {{< var challenge.staff.n >}}",
    " ({{< var challenge.staff.x >}})",
    " ({{< var goals.stated.count >}})",
    ".\n\nTeksti {{< var challenge.staff.quantity >}}",
    " `{{< var challenge.staff.n >}}`",
]


def codes(problems):
    return [problem.code for problem in problems]


@pytest.mark.parametrize("language", FRAMES)
@pytest.mark.parametrize("rest", ENOUGH)
def test_share_with_its_denominator_passes(check, language, rest):
    assert "E01" not in codes(check(f"# A\n\n{FRAMES[language].format(SHARE, rest)}", language))


@pytest.mark.parametrize("language", FRAMES)
@pytest.mark.parametrize("rest", NOT_ENOUGH)
def test_share_without_its_denominator_is_reported(check, language, rest):
    found = check(f"# A\n\n{FRAMES[language].format(SHARE, rest)}", language)
    column = FRAMES[language].index("{}") + 1
    places = [problem.where for problem in found if problem.code == "E01"]
    assert places == [f"reports/{language}/report.qmd:3:{column}"]


@pytest.mark.parametrize(
    ("share", "total"),
    [
        ("goals.achieved", "goals.stated.count"),
        ("goal_quality.complete", "goals.stated.count"),
        ("projects.joint", "scope.projects"),
        ("reports.read", "scope.due"),
        ("reports.scheme", "scope.projects"),
        ("grants.known", "projects.funded.count"),
        ("grants.top_five", "grants.total.money"),
        ("network.ties_new", "network.ties.count"),
        ("savings.claimed", "scope.reports"),
        ("savings.method", "savings.claimed.x"),
        ("goal.data_quality", "scope.reports"),
    ],
)
def test_total_of_a_share_is_its_denominator(check, share, total):
    text = f"Osuus on {{{{< var {share}.share >}}}}, kun kaikkiaan on {{{{< var {total} >}}}}."
    assert codes(check(text)) == []
    assert codes(check(text.replace(total, "unseen.seen_from.count"))) == ["E01"]


def test_goal_of_a_theme_is_not_a_share_of_goals(check):
    text = "{{< var goal.networks.share >}}, kun tavoitteita on {{< var goals.stated.count >}}."
    assert codes(check(text)) == ["E01"]


def share(key, n, N, estimand="D", **by):
    return Indicator(key, n / N, "share", n, N, None, estimand, dimensions=dimensions(**by))


def test_percentage_of_fewer_than_ten_is_reported_by_variable():
    indicators = [share("a.b.share", 3, 8), share("c.d.share", 3, 10)]
    shown = {
        "a.b.share": '[38 %]{.indicator key="a.b.share" estimand="D" shows="value"}',
        "c.d.share": '[30 %]{.indicator key="c.d.share" estimand="D" shows="value"}',
    }
    found = check_small_denominators(shown, indicators)
    assert [(problem.where, problem.code) for problem in found] == [
        ("_variables.yml, a.b.share", "E02")
    ]
    assert "of 8" in found[0].what


@pytest.mark.parametrize(
    "text",
    ["38 %", "38\u00a0%", "noin 38 prosenttia", "38 procent", "38 per cent", "14–69 %"],
)
def test_percentage_is_seen_however_it_is_printed(text):
    marked = f'[{text}]{{.indicator key="a.b.share" estimand="D" shows="value"}}'
    for shown in (text, marked):
        assert check_small_denominators({"a.b.share": shown}, [share("a.b.share", 3, 8)])


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("N", [1, 5, 9])
def test_what_prose_is_given_today_prints_counts_of_fewer_than_ten(language, N):
    indicators = [
        share("challenge.staff.share", 1, N),
        share("challenge.staff.share", 1, N, "P"),
        share("rating.a.share", 1, N, item="x"),
    ]
    given = indicator_variables(indicators, "D", Words(language))
    assert check_small_denominators(given, indicators) == []
    assert "%" not in share_text(1 / N, 1, N, language)


def test_percentage_of_a_dimension_is_held_against_its_own_denominator():
    indicators = [share("a.b.share", 30, 80), share("a.b.share", 3, 8, region="06")]
    span = '[38 %]{{.indicator key="a.b.share" estimand="D"{} shows="value"}}'
    shown = {"a.b.share": span.format(""), "a.b.by.region.06.share": span.format(
        ' dimensions="region=06"')}  # fmt: skip
    found = check_small_denominators(shown, indicators)
    assert [problem.where for problem in found] == ["_variables.yml, a.b.by.region.06.share"]


def test_percentages_inside_a_longer_text_are_seen():
    text = 'haaste ([38 %]{.indicator key="a.b.share" estimand="D" shows="fraction"}) ja muuta'
    assert check_small_denominators({"ranking.a.list": text}, [share("a.b.share", 3, 8)])
