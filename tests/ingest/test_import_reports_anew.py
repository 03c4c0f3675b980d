"""A new version of a report that was coded: passages go with the text, or are told to be lost."""

from __future__ import annotations

from data_desk import Desk, final, wrong_in

from evaltools.ingest.document_metadata import Options

GOALS = "Tavoitteena oli parempi palvelu. Jonot olivat pitkät. Henkilöstö vaihtui usein."


def coded(desk: Desk) -> Desk:
    """The report of p-1 with two passages, coded, answered and redacted."""
    desk.receive(a__docx=final("VN/1/2020", goals=GOALS))
    desk.bring()
    text = (desk.data / "reports/text/p-1-final.txt").read_text(encoding="utf-8")
    rows = []
    names = []
    for quote in ("Jonot olivat pitkät.", "Henkilöstö vaihtui usein."):
        start = text.index(quote)
        end = start + len(quote)
        names.append(f"p-1-final-{start}-{end}")
        rows.append(
            {
                "segment_id": names[-1],
                "document_id": "p-1-final",
                "start": str(start),
                "end": str(end),
                "quote": quote,
                "prefix": text[start - 32 : start],
                "suffix": text[end : end + 32],
                "section": "1 Tavoitteet",
            }
        )
    desk.add("coding/segments.csv", *rows)
    desk.add("coding/coders.csv", {"coder_id": "A", "pseudonym": "Ahti", "role": "coder"})
    desk.add(
        "coding/codes.csv",
        *(
            {
                "code_id": code, "codebook_version": "1", "kind": code.partition(".")[0],
                "label_fi": code,
                "label_sv": code, "label_en": code, "codable": "true",
                **{f"definition_{each}": code for each in ("fi", "sv", "en")},
            }
            for code in ("challenge.queue", "challenge.staff", "goal.queue")
        ),
    )  # fmt: skip
    desk.add(
        "coding/codings.csv",
        *(
            {
                "coding_id": f"{name}-{code}-A-1", "segment_id": name, "code_id": code,
                "coder_id": "A", "polarity": "affirm", "round": "1", "created": "2022-02-01",
            }
            for name, code in zip(names, ("challenge.queue", "challenge.staff"), strict=True)
        ),
    )  # fmt: skip
    desk.add(
        "coding/relations.csv",
        {
            "relation_id": "r", "from_segment_id": names[0], "to_segment_id": names[1],
            "kind": "leads_to", "coder_id": "A",
        },
    )  # fmt: skip
    desk.add(
        "coding/readings.csv",
        {"document_id": "p-1-final", "coder_id": "A", "round": "1", "complete": "true"},
    )
    desk.add(
        "coding/goals.csv",
        {
            "goal_id": "g", "project_id": "p-1", "document_id": "p-1-final",
            "code_id": "goal.queue", "segment_id": names[1],
            "has_metric": "false", "has_baseline": "false",
            "has_target": "false", "attainment": "not_reported", "measured_by": "none",
        },
    )  # fmt: skip
    return desk.empty_inbox()


def test_passages_move_with_the_text_and_so_does_what_refers_to_them(desk: Desk) -> None:
    coded(desk)
    before = desk.state()
    desk.receive(a__docx=final("VN/1/2020", goals=f"Uusi johdanto tähän. {GOALS}"))
    outcome = desk.bring()
    item = outcome.taken[0]
    assert item.state == "replaced"
    assert "2 of 2 coded passages found again, 2 of them elsewhere" in item.notes[0]
    assert "read by A" in item.notes[1]
    text = (desk.data / "reports/text/p-1-final.txt").read_text(encoding="utf-8")
    for row in desk.rows("coding/segments.csv"):
        start, end = int(row["start"]), int(row["end"])
        assert text[start:end] == row["quote"]
        assert row["segment_id"] == f"p-1-final-{start}-{end}"
    names = {row["segment_id"] for row in desk.rows("coding/segments.csv")}
    codings = desk.rows("coding/codings.csv")
    assert {row["segment_id"] for row in codings} == names
    assert all(row["coding_id"].startswith(row["segment_id"] + "-") for row in codings)
    assert desk.rows("coding/goals.csv")[0]["segment_id"] in names
    assert wrong_in(desk.data) == []
    old = [path for path in desk.state() if path.startswith("reports/replaced/")]
    assert sorted(path.rpartition(".")[2] for path in old) == ["docx", "txt"]
    kept = {desk.state()[path] for path in old}
    assert kept == {
        before["reports/received/p-1-final.docx"],
        before["reports/text/p-1-final.txt"],
    }
    again = desk.state()
    assert not desk.bring().changed
    assert desk.state() == again


def test_a_version_without_a_coded_passage_is_refused_until_that_is_wanted(desk: Desk) -> None:
    coded(desk)
    before = desk.state()
    desk.receive(
        a__docx=final("VN/1/2020", goals="Jonot olivat pitkät. Muuta ei ole."),
        b__docx=final("VN/2/2020"),
    )
    outcome = desk.bring()
    assert [problem.code for problem in outcome.skipped] == ["import.lost"]
    assert "Henkilöstö vaihtui usein." in str(outcome.skipped[0])
    assert [item.file for item in outcome.taken] == ["b.docx"]
    after = desk.state()
    for path in ("coding/segments.csv", "coding/codings.csv", "reports/text/p-1-final.txt"):
        assert after[path] == before[path]

    outcome = desk.bring(drop_lost=True)
    assert outcome.complete
    assert [row["quote"] for row in desk.rows("coding/segments.csv")] == ["Jonot olivat pitkät."]
    assert [row["code_id"] for row in desk.rows("coding/codings.csv")] == ["challenge.queue"]
    assert desk.rows("coding/relations.csv") == []
    assert desk.rows("coding/goals.csv")[0]["segment_id"] == ""
    lost = next(path for path in desk.state() if path.endswith("-lost.csv"))
    tables = [row["table"] for row in desk.rows(lost)]
    assert sorted(tables) == ["codings", "goals", "relations", "segments"]
    assert wrong_in(desk.data) == []


def test_words_that_stood_twice_and_now_once_are_kept_where_their_neighbours_are(
    desk: Desk,
) -> None:
    goals = "Alku ensin. Jono oli todella pitkä. Väli. Jono oli todella pitkä. Loppu viimein."
    desk.receive(a__docx=final("VN/1/2020", goals=goals))
    desk.bring()
    text = (desk.data / "reports/text/p-1-final.txt").read_text(encoding="utf-8")
    quote = "Jono oli todella pitkä."
    starts = [text.index(quote), text.rindex(quote)]
    desk.add(
        "coding/segments.csv",
        *(
            {
                "segment_id": f"s{start}", "document_id": "p-1-final", "start": str(start),
                "end": str(start + len(quote)), "quote": quote, "prefix": text[start - 6 : start],
                "suffix": text[start + len(quote) : start + len(quote) + 6],
            }
            for start in starts
        ),
    )  # fmt: skip
    goals = "Alku ensin. Jono oli todella pitkä. Väli. Loppu viimein."
    desk.empty_inbox().receive(a__docx=final("VN/1/2020", goals=goals))
    outcome = desk.bring()
    assert [problem.code for problem in outcome.skipped] == ["import.lost"]
    assert "1 of its 2" in str(outcome.skipped[0])
    assert desk.bring(drop_lost=True).complete
    assert [row["segment_id"] for row in desk.rows("coding/segments.csv")] == [f"s{starts[0]}"]


def test_an_earlier_version_is_not_taken_for_a_newer_one(desk: Desk) -> None:
    first = final("VN/1/2020")
    desk.receive(a__docx=first)
    desk.bring()
    desk.receive(a__docx=final("VN/1/2020", goals="Toinen."))
    assert desk.bring().taken[0].state == "replaced"
    desk.receive(a__docx=first)
    assert [problem.code for problem in desk.bring().skipped] == ["import.earlier"]
    mapping = desk.inbox.parent / "mapping.csv"
    mapping.write_text("file\na.docx\n")
    assert desk.bring(mapping=mapping).taken[0].state == "replaced"


def test_a_new_version_in_another_format_leaves_one_file(desk: Desk) -> None:
    desk.receive(a__pdf=final("VN/1/2020"))
    desk.bring()
    desk.empty_inbox().receive(a__docx=final("VN/1/2020", goals="Toinen."))
    desk.bring()
    names = [path for path in desk.state() if path.startswith("reports/received/")]
    assert names == ["reports/received/p-1-final.docx"]
    assert desk.rows("reports/documents.csv")[0]["pages"] == ""


def test_a_later_version_is_not_guessed_to_be_of_the_next_wave(desk: Desk) -> None:
    desk.receive(a__docx=final("VN/1/2020"))
    desk.bring()
    late = final("VN/1/2020", goals="Korjattu.").replace("4.1.2022", "9.5.2022")
    desk.receive(a__docx=late)
    outcome = desk.bring()
    assert [problem.code for problem in outcome.skipped] == ["import.ambiguous"]
    assert "p-1-final of wave 2022" in str(outcome.skipped[0])
    desk.options = Options(wave=2022)
    assert desk.bring().taken[0].state == "replaced"
    desk.options = Options(wave=2023)
    desk.receive(a__docx=final("VN/1/2020", goals="Toinen kierros."))
    assert desk.bring().taken[0].document_id == "p-1-final-2"
