import pytest
from handmade import handmade, nothing_coded, states

from evaltools.chapters import challenges, effects, steering
from evaltools.chapters.goals import goal_alt, goal_stacks, sought_figure
from evaltools.chapters.themes import (
    estimand_note,
    theme_columns,
    theme_dots,
    theme_rows,
    themes_figure,
)
from evaltools.charts.table import SUPPRESSED, Table
from evaltools.i18n.messages import Words
from evaltools.indicators import goals
from evaltools.indicators.comparisons import compare_groups, compare_waves
from evaltools.indicators.prevalence import themes
from evaltools.indicators.ratings import distributions

LANGUAGES = ["fi", "sv", "en"]


def in_language(language, **parameters):
    return handmade(**parameters).but(parameters={"language": language})


def test_bounds_are_drawn_only_where_all_projects_are_spoken_of():
    for estimand, drawn in (("population", True), ("superpopulation", False)):
        evidence = handmade().but(parameters={"estimand": estimand})
        rows = theme_dots(themes(evidence, "challenge"), evidence)
        assert (rows[0].bound_low is not None) is drawn
        assert rows[0].low is not None


def test_the_reports_read_have_no_interval_for_the_reader():
    evidence = handmade()
    rows = theme_dots(themes(evidence, "challenge"), evidence)
    assert all(row.low is None and row.high is None for row in rows)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("estimand", ["descriptive", "population", "superpopulation"])
@pytest.mark.parametrize("rule", ["any", "majority", "all", "consensus"])
def test_the_note_exists_for_every_estimand_rule_and_language(language, estimand, rule):
    changes = {"language": language, "estimand": estimand, "coder_rule": rule}
    note = estimand_note(handmade().but(parameters=changes))
    assert note.endswith(".")
    assert ("95" in note) is (estimand != "descriptive")


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nobody_read_a_report_again_the_note_says_that_one_coder_coded_it(language):
    evidence = handmade().but(parameters={"language": language})
    alone = evidence.tables["readings"].iloc[:1]
    note = estimand_note(evidence.but(tables=evidence.tables | {"readings": alone}))
    assert note.endswith(evidence.words("themes.one_coder"))
    assert evidence.words("themes.rule.majority") in estimand_note(evidence)
    assert evidence.words("themes.rule.majority") not in note


def test_shares_of_few_reports_are_printed_as_counts():
    evidence = handmade()
    rows = theme_rows(evidence, "challenge")
    assert rows["read"].iloc[0] == "3/4"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_of_themes_prints_every_reading_of_a_share(language):
    evidence = in_language(language)
    rows = theme_rows(evidence, "challenge")
    table = Table(rows, theme_columns("column.challenge", Words(language)), "Caption", language)
    assert len(table.cells()) == 3
    assert all(len(row) == 7 and all(row) for row in table.cells())


def test_answers_are_told_of_the_reports_with_the_challenge():
    evidence = handmade()
    rows = challenges.add_answers(theme_rows(evidence, "challenge"), evidence)
    told = dict(zip(rows["code_id"], rows["answers"], strict=True))
    assert told["challenge.staff"] == "2/3"
    assert told["challenge.unheard"] == "0/0"


def test_parts_of_goals_add_up_to_the_goals_stated():
    frame = goals.results_by_theme(handmade())
    assert sum(row.total for row in goal_stacks(frame)) == 5
    told = "goal.data: goals stated 3, achieved 2, of these measured 1."
    assert told in goal_alt(frame, Words("en"))


def test_matrices_have_the_commonest_themes_first():
    panels, rows, columns = challenges.pair_panels(handmade())
    assert rows[0] == "challenge.staff"
    assert columns == ["response.plan", "response.help"]
    both, linked = (panel.counts for panel in panels)
    assert (both[0], linked[0]) == ([2, 2], [0, 2])


@pytest.mark.parametrize(
    ("p", "printed"), [(0.0004, "< 0.001"), (0.0421, "0.042"), (1.0, "1.000"), (float("nan"), "–")]
)
def test_p_values_are_printed_with_three_decimals(p, printed):
    assert challenges.format_p(p, "en").replace("\N{NO-BREAK SPACE}", " ") == printed


def test_where_nothing_can_be_compared_there_are_no_rows_and_no_note():
    evidence = handmade().but(earlier=states({}, {}, []))
    frame = compare_waves(evidence, "challenge")
    assert challenges.gap_rows(frame) == []
    assert challenges.differences_note(frame, evidence) == ""
    assert challenges.count_sides(frame, "now", "before") == {"now": 4, "before": 0}
    groups = compare_groups(evidence)
    assert len(challenges.gap_rows(groups)) == 3
    assert "95" in challenges.differences_note(groups, evidence)


def test_withheld_answers_are_neither_drawn_nor_told():
    # Answers 2, 4, 4 and 5 of four projects: the sum of the high ones would give the 2 away.
    evidence = handmade(minimum_cell=2)
    rows = effects.rating_dots(evidence)
    assert all(row.suppressed for row in rows)
    figure = effects.ratings_figure(evidence)
    # A figure of which all is withheld is not drawn, and says so.
    assert figure.nothing.startswith("These numbers are not published")
    assert not {"data", "2"} & {*figure.page, *figure.alt}


def test_ratings_show_the_share_of_the_highest_answers_with_its_interval():
    # Answers 2, 4, 4 and 5: three of four are among the two highest.
    row = next(row for row in effects.rating_dots(handmade()) if row.label == "goal_attainment")
    assert (row.n, row.N) == (3, 4)
    # Wilson's interval of 3 of 4, worked out by hand.
    assert (row.low, row.high) == pytest.approx((0.3006, 0.9544), abs=1e-4)


@pytest.mark.parametrize("language", LANGUAGES)
def test_withheld_savings_are_marked_in_the_table(language):
    evidence = in_language(language, minimum_cell=5)
    frame = effects.grounds_rows(evidence)
    assert all(value is SUPPRESSED for value in frame["claims"])
    assert "[c]" in effects.savings_table(evidence).cells()[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_of_effects_print_in_every_language(language):
    evidence = in_language(language)
    for table in (effects.savings_table, effects.sustainability_table, steering.optimism_table):
        assert table(evidence).cells()


def test_optimism_is_told_with_both_shares():
    assert steering.optimism_alt(handmade()) == (
        "goal_attainment: rated 4 or 5 by 3/4, evidence in 1/4."
    )
    rows = steering.optimism_rows(handmade())
    assert rows[["high", "evidenced", "gap"]].iloc[0].tolist() == ["3/4", "1/4", "+2/4"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_anything_coded_every_figure_has_a_sentence(language):
    evidence = nothing_coded(handmade()).but(parameters={"language": language})
    figure = effects.ratings_figure(evidence)
    assert figure.alt
    assert steering.optimism_dots(evidence) == []
    assert steering.optimism_alt(evidence) == ""
    assert effects.sustainability_bars(evidence) == []
    assert goal_stacks(goals.results_by_theme(evidence)) == []
    assert themes_figure(evidence, "challenge", "challenges.challenges").alt
    for drawn in (steering.optimism_figure, sought_figure):
        assert drawn(evidence).alt


def test_questions_of_different_scales_stand_in_one_figure():
    evidence = handmade()
    items = evidence.tables["rating_items"].assign(scale_min=[1, 0], scale_max=[5, 10])
    evidence = evidence.but(tables=evidence.tables | {"rating_items": items})
    assert [row.N for row in effects.rating_dots(evidence)] == [1, 4]
    assert effects.ratings_figure(evidence).alt


def test_a_question_of_yes_and_no_has_one_high_answer():
    evidence = handmade()
    items = evidence.tables["rating_items"].assign(scale_min=[1, 0], scale_max=[5, 1])
    own = evidence.ratings.assign(value=[5, 4, 4, 2, 1])
    evidence = evidence.but(ratings=own, tables=evidence.tables | {"rating_items": items})
    effort = next(item for item in distributions(evidence) if item.item == "effort")
    assert (effort.values, effort.counts, effort.high) == ((0, 1), (0, 1), 1)
