"""The normalised text of a generated report, with the place of everything it says."""

from __future__ import annotations

from dataclasses import dataclass

from tools.example_data.form import Answer, Form, day, opening
from tools.example_data.phrases import fill, load
from tools.example_data.report_contents import Contents, Statement, euros
from tools.example_data.rng import Draws


@dataclass(frozen=True)
class Passage:
    """A stretch of text under one heading.

    Arguments:
        start, end: code points of the text, from 0; end is one past the last.
        section: the heading.
        sentences: where each of its sentences begins and ends.
    """

    start: int
    end: int
    section: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Section:
    """A section of the form, from its heading to the last of its text.

    Arguments:
        key: identifier of the section in the form.
        start, end: code points of the text, from 0; end is one past the last.
    """

    key: str
    heading: str
    start: int
    end: int


@dataclass(frozen=True)
class ReportText:
    """A composed report.

    Arguments:
        text: normalised: what reading the form gives, NFC and LF.
        form: the same as it is filled in.
        stated: passage of each statement, in the order of the contents.
        fillers: passages that no code applies to, by section key.
        sections: in the order of the form.
    """

    contents: Contents
    form: Form
    text: str
    stated: tuple[Passage, ...]
    fillers: dict[str, tuple[Passage, ...]]
    sections: tuple[Section, ...]

    def place(self, statement: Statement) -> Passage:
        """Where a statement stands."""
        for other, passage in zip(self.contents.statements, self.stated, strict=True):
            if other is statement:
                return passage
        raise KeyError(statement.code_id)

    def part(self, share: float) -> int:
        """Where a share of the answers has been read."""
        before = self.sections[0].start
        return before + int((len(self.text) - before) * share)


def compose(contents: Contents, titles: dict[str, str], draws: Draws) -> ReportText:
    """Compose a report: form headings, coded sentences among others, paragraphs of a few each.

    Arguments:
        contents: what it says.
        titles: title of the project by language; Finnish where there is no Swedish one.
    """
    language = contents.report.language
    frame = load(f"frame_{language}.yml")
    writer = _Writer()
    title = titles[language] or titles["fi"]
    headline = frame["title"].format(title=title)
    questions = opening(contents.report, title)
    writer.block(headline)
    writer.block("\n".join(f"{one.label}\t{one.answer}" for one in questions))
    glued = {
        i
        for i, statement in enumerate(contents.statements)
        if statement.answers is not None or statement.about is not None
    }
    stated: dict[int, Passage] = {}
    fillers: dict[str, tuple[Passage, ...]] = {}
    sections: list[Section] = []
    for key, heading in frame["headings"].items():
        writer.block(heading)
        start = len(writer.text) - len(heading)
        said: list[Unit] = [
            (i, statement.sentences)
            for i, statement in enumerate(contents.statements)
            if statement.section == key
        ]
        loose = [fill(template, contents.slots, draws) for template in frame["filler"][key]]
        keep = max(2, round(len(loose) * draws.uniform(0.55, 0.95)))
        # In the order of the form, so that the work begins with its first step.
        kept = sorted(draws.shuffled(range(len(loose)))[:keep])
        loose = [loose[i] for i in kept]
        if key == "background":
            loose = [*_facts(contents, frame), *loose]
        units = _interleaved(said, loose, glued, draws)
        passages = writer.paragraphs(heading, [list(sentences) for _, sentences in units], draws)
        for (index, _), passage in zip(units, passages, strict=True):
            if index is not None:
                stated[index] = passage
        fillers[key] = tuple(
            passage for (index, _), passage in zip(units, passages, strict=True) if index is None
        )
        sections.append(Section(key, heading, start, len(writer.text)))
    form = Form(
        language=language,
        name=frame["form"]["name"],
        page=frame["form"]["page"],
        title=headline,
        received=contents.report.received,
        questions=questions,
        answers=tuple(_answer(section, writer.text) for section in sections),
    )
    return ReportText(
        contents,
        form,
        writer.text + "\n",
        tuple(stated[i] for i in range(len(contents.statements))),
        fillers,
        tuple(sections),
    )


def _answer(section: Section, text: str) -> Answer:
    heading, *paragraphs = text[section.start : section.end].split("\n\n")
    return Answer(heading, tuple(paragraphs))


Unit = tuple[int | None, tuple[str, ...]]
"""A statement by its number, or a filler without one, and its sentences."""


def _interleaved(said: list[Unit], loose: list[str], glued: set[int], draws: Draws) -> list[Unit]:
    """Mix fillers among the statements; both keep their own order."""
    opening = loose[: max(1, len(loose) // 2)]
    rest = loose[len(opening) :]
    # A response stands right after the challenge it answers.
    gaps = [i for i in range(len(said) + 1) if i == len(said) or said[i][0] not in glued]
    places = sorted(draws.one(gaps) for _ in rest)
    units: list[Unit] = [(None, (sentence,)) for sentence in opening]
    for i in range(len(said) + 1):
        units += [(None, (text,)) for text, place in zip(rest, places, strict=True) if place == i]
        units += said[i : i + 1]
    return units


def _facts(contents: Contents, frame: dict[str, object]) -> list[str]:
    project = contents.report.project
    language = contents.report.language
    name = f"name_{language}"
    facts = frame["facts"]
    assert isinstance(facts, list)
    values = {
        "lead": project.lead[name] or project.lead["name_fi"],
        "started": day(project.started),
        "ended": day(project.ended),
        "grant": euros(project.grant),
        "cost": euros(int(project.row["total_cost_eur"])),
    }
    sentences = [str(fact).format(**values) for fact in facts]
    names = [row[name] for row in project.partners]
    if not names:
        return [*sentences, str(frame["alone"])]
    joined = f" {'ja' if language == 'fi' else 'och'} ".join(
        part for part in (", ".join(names[:-1]), names[-1]) if part
    )
    return [*sentences, str(frame["partners"]).format(partners=joined)]


class _Writer:
    """Puts text together and knows where everything went."""

    def __init__(self) -> None:
        self.text = ""

    def block(self, text: str) -> None:
        self.text += ("\n\n" if self.text else "") + text

    def paragraphs(self, heading: str, units: list[list[str]], draws: Draws) -> list[Passage]:
        """Write units as paragraphs of three to five sentences; a unit is never parted."""
        passages = []
        room = 0
        for sentences in units:
            separator = " " if room > 0 else "\n\n"
            if room <= 0:
                room = draws.whole(3, 5)
            places = []
            for sentence in sentences:
                self.text += separator
                start = len(self.text)
                self.text += sentence
                places.append((start, len(self.text)))
                separator = " "
            room -= len(sentences)
            passages.append(Passage(places[0][0], places[-1][1], heading, tuple(places)))
        return passages
