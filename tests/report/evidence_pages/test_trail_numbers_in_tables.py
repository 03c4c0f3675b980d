from __future__ import annotations

from evaltools.report.evidence_markup import find_anchors, link_numbers

BARE = '[19/52]{.indicator key="challenge.staff.share" estimand="D" shows="fraction"}'
SPLIT = (
    '[3]{.indicator key="calls.granted.count" estimand="D" dimensions="call=2019-1" shows="value"}'
)


def test_bare_numbers_become_links_to_their_entries() -> None:
    text = link_numbers(f"| a: {BARE}; b: {SPLIT} |")
    assert find_anchors([text]) == (
        "ev-challenge-staff-share",
        "ev-calls-granted-count--call-2019-2d-1",
    )


def test_numbers_that_are_links_stay_as_they_are() -> None:
    once = link_numbers(BARE)
    assert link_numbers(once) == once
