"""The register: leads, areas in their year, calls and decisions in order, sums in bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from evaltools.evidence.cell_values import ROW, CellProblem, NumberedTables, Rule, requires
from evaltools.evidence.scope import ALL
from evaltools.problems import list_values, plain_number, suggest_value
from evaltools.study.schema import ParameterDeclaration, StudyDeclaration


@requires("projects", "participations", participations=("project_id", "org_id", "role"))
def check_leads(frames: NumberedTables) -> Iterator[CellProblem]:
    """Every project has one lead, the same in projects and participations."""
    parts = frames["participations"]
    leads = parts[parts["role"] == "lead"].dropna(subset=["project_id"])
    first = leads.drop_duplicates("project_id")[["project_id", "org_id", ROW]]
    first = first.rename(columns={"org_id": "lead", ROW: "lead_row"}).astype({"lead_row": "Int64"})
    # An empty cell of who leads is told as one, and nothing else is concluded from it.
    leads = leads.merge(first, on="project_id").dropna(subset=["org_id", "lead"])
    yield from frames.tell(
        leads[leads[ROW] != leads["lead_row"]], "participations.role", "data.lead",
        "project {project_id} has a second lead, {org_id}; the first is {lead} in row {lead_row}",
        "one lead for each project", "Make one of them a partner.",
    )  # fmt: skip
    projects = frames["projects"].dropna(subset=["project_id", "lead_org_id"])
    projects = projects.merge(first, on="project_id", how="left")
    yield from frames.tell(
        projects[projects["lead_row"].isna()], "projects.lead_org_id", "data.lead",
        "project {project_id} has no lead in {own[participations]}", "one lead for each project",
        "Add a row to {own[participations]} with role lead and {lead_org_id}.",
    )  # fmt: skip
    yield from frames.tell(
        projects[(projects["lead"] != projects["lead_org_id"]).fillna(False)],
        "projects.lead_org_id", "data.lead",
        "{lead_org_id} is not the lead in {own[participations]}, row {lead_row}: {lead}",
        "the same lead in both", "Correct the one that is wrong.",
    )  # fmt: skip


@requires("areas", "organisations", areas=("year", "code"))
def check_area_years(frames: NumberedTables) -> Iterator[CellProblem]:
    """Who takes part has an area that was there in the year of the decision, or of the call."""
    register = frames["areas"]
    known = sorted(set(register["code"].dropna()))
    coded = frames["organisations"].dropna(subset=["area_code"])
    unknown = coded[~coded["area_code"].isin(known)]
    remedies = [
        _successor(frames, code) or suggest_value(code, known) or "Correct the code."
        for code in unknown["area_code"]
    ]
    yield from frames.tell(
        unknown.assign(remedy=remedies), "organisations.area_code", "data.area",
        "{area_code} is not in {own[areas]} in any year",
        "a {own[areas.code]} of {own[areas]}", "{remedy:s}",
    )  # fmt: skip
    needed = ("participations", "projects", "calls")
    if register["year"].isna().all() or not all(table in frames for table in needed):
        return
    parts = (
        frames["participations"][["project_id", "org_id", ROW]]
        .merge(coded[["org_id", "area_code"]], on="org_id")
        .merge(frames["projects"][["project_id", "call_id", "decided"]], on="project_id")
        .merge(frames["calls"][["call_id", "year"]], on="call_id")
        .dropna(subset=["decided", "year"])
    )
    parts = parts[parts["area_code"].isin(known)]
    parts["decision"] = parts["decided"].dt.year.astype("int64")
    pairs = set(zip(register["year"], register["code"], strict=True))
    years = sorted({int(year) for year in register["year"].dropna()})
    telling = f"{frames.name_in_file('areas')} has the years {list_values(years)}: add the rows of"
    absent, when, remedies = [], [], []
    for code, decision, call in zip(
        parts["area_code"], parts["decision"], parts["year"], strict=True
    ):
        absent.append((decision, code) not in pairs and (call, code) not in pairs)
        if absent[-1]:
            when.append("" if call == decision else f", nor in {call}, the year of the call")
            known_year = decision in years or call in years
            remedy = _successor(frames, code) or "Correct the organisation or the year."
            remedies.append(remedy if known_year else f"{telling} {decision}.")
    yield from frames.tell(
        parts[absent].assign(when=when, remedy=remedies), "participations.org_id", "data.area-year",
        "{org_id} has the area code {area_code}, which was not in {own[areas]} in {decision}, "
        "the year of the decision{when:s}", "an area of that year", "{remedy:s}",
    )  # fmt: skip


def _successor(frames: NumberedTables, code: str) -> str:
    if "area_changes" not in frames:
        return ""
    changes = frames["area_changes"]
    for row in changes[(changes["ended_code"] == code).fillna(False)].to_dict("records"):
        return (
            f"{row['ended_name']} ended on {row['in_force']:%Y-%m-%d}; its successor is "
            f"{row['successor_code']} {row['successor_name']}."
        )
    return ""


@requires("documents", "projects")
def check_report_dates(frames: NumberedTables) -> Iterator[CellProblem]:
    """A final report comes once in a wave, after its project has ended."""
    documents = frames["documents"]
    finals = documents[documents["kind"] == "final"]
    merged = finals.merge(frames["projects"][["project_id", "ended"]], on="project_id")
    yield from frames.tell(
        merged[merged["received"] < merged["ended"]], "documents.received", "data.received",
        "a final report received on {received:%Y-%m-%d}, before project {project_id} ended on "
        "{ended:%Y-%m-%d}", "a day after the end of the project",
        "Correct the date, or the kind if it is an interim report.",
    )  # fmt: skip
    again = finals[finals.duplicated(["project_id", "wave"])]
    waves = ["" if pd.isna(wave) else f" in wave {wave}" for wave in again["wave"]]
    yield from frames.tell(
        again.assign(wave=waves), "documents.project_id", "data.report-twice",
        "project {project_id} has a second final report{wave:s}",
        "one final report of a project in a wave", "Keep the one that holds.",
    )  # fmt: skip


@requires("projects", "participations")
def check_shares(frames: NumberedTables) -> Iterator[CellProblem]:
    """The known shares of a project are together at most its grant."""
    totals = frames["participations"].groupby("project_id")["share_amount"].sum()
    projects = frames["projects"].dropna(subset=["project_id", "grant"])
    shares = projects["project_id"].map(totals).astype("float64")
    projects = projects.assign(shares=shares.round(2).map(plain_number, na_action="ignore"))
    wrong = projects[(shares > 0) & (shares > projects["grant"] + 0.005)]
    return frames.tell(
        wrong.assign(grant=wrong["grant"].map(plain_number)), "projects.grant",
        "data.share", "{grant:s}, but the shares in {own[participations]} are together {shares:s}",
        "shares of at most the grant", "Correct the grant or a share.",
    )  # fmt: skip


@requires("projects", "calls", "appropriations", appropriations=("year", "amount"))
def check_appropriations(frames: NumberedTables) -> Iterator[CellProblem]:
    """The grants are together at most what was appropriated for the years of their calls."""
    projects, known = frames["projects"], frames["appropriations"]
    years = projects["call_id"].map(frames["calls"].set_index("call_id")["year"]).dropna()
    granted, given = projects["grant"].sum(), known["amount"].sum()
    if not set(years) <= set(known["year"]) or not granted > given + 0.005:
        return
    sums = {"sum": plain_number(granted), "given": plain_number(given)}
    largest = projects[projects["grant"] == projects["grant"].max()].head(1)
    yield from frames.tell(
        largest.assign(grant=largest["grant"].map(plain_number), **sums),
        "projects.grant", "data.grants",
        "the grants come to {sum:s}, and {own[appropriations]} to {given:s}; the largest is "
        "{grant:s}", "grants of at most what was appropriated",
        "Correct a grant, or add what is missing there.",
    )  # fmt: skip


@requires("calls")
def check_awards(frames: NumberedTables) -> Iterator[CellProblem]:
    """A call grants at most as many applications as it received."""
    calls = frames["calls"].dropna(subset=["applications", "granted"])
    return frames.tell(
        calls[calls["granted"] > calls["applications"]], "calls.granted", "data.granted",
        "{granted} granted of {applications} applications", "at most the number of applications",
        "Correct one of the two.",
    )  # fmt: skip


@requires("projects", "calls")
def check_awarded(frames: NumberedTables) -> Iterator[CellProblem]:
    """No grant is above the largest that its call published, and no sum above what it awarded.

    Of a call with more projects than it awarded at first, only the smallest grants must fit: the
    others may have been awarded later. A published sum may be rounded to its last digit.
    """
    calls = frames["calls"].dropna(subset=["call_id"])
    projects = frames["projects"].dropna(subset=["call_id", "grant"])
    rows = projects.merge(calls[["call_id", "largest_grant"]], on="call_id")
    above = rows[(rows["grant"] > rows["largest_grant"] + 0.005).fillna(False)]
    yield from frames.tell(
        above.assign(found=above["grant"].map(plain_number),
                     most=above["largest_grant"].map(plain_number)),
        "projects.grant", "data.largest-grant",
        "{found:s}, but {own[calls]} says that the largest grant of the call {call_id} was "
        "{most:s}", "at most that", "Correct the grant, or the largest one there.",
    )  # fmt: skip
    for call in calls.dropna(subset=["granted", "granted_amount"]).to_dict("records"):
        own = projects[projects["call_id"] == call["call_id"]].sort_values("grant")
        first = own.head(int(call["granted"]))
        found, awarded = float(first["grant"].sum()), float(call["granted_amount"])
        if found > awarded + _half_of_last_digit(awarded) + 0.005:
            yield from frames.tell(
                first.tail(1).assign(
                    grant=first["grant"].tail(1).map(plain_number), sum=plain_number(found),
                    count=len(first), awarded=plain_number(awarded),
                ),
                "projects.grant", "data.awarded",
                "the {count} smallest grants of the call {call_id} come to {sum:s}, the largest "
                "of them being {grant:s}, but {own[calls]} says that {awarded:s} were awarded",
                "grants of at most the sum awarded", "Correct a grant, or the sum there.",
            )  # fmt: skip


def _half_of_last_digit(amount: float) -> float:
    """By how much a sum may differ from one that was rounded to its last digit that is not 0."""
    digits = f"{amount:.0f}"
    zeros = len(digits) - len(digits.rstrip("0"))
    return 0.5 * 10**zeros if zeros else 0.0


@requires("areas", "organisations")
def check_areas_of_organisations(frames: NumberedTables) -> Iterator[CellProblem]:
    """Areas that take part are no more than the register has, in each part of the country.

    One without a code stands for one of its region or group (`reached` of the take-up). The
    register has to have as many there, or a share of the areas would count what is none of them.
    """
    areas, vocabulary = frames["areas"], frames.vocabulary
    kind = vocabulary.areas.organisation
    taking = frames["organisations"]
    if kind is not None:
        taking = taking[(taking["kind"] == kind).fillna(False)]
    if "participations" in frames and len(frames["participations"]):
        parts = frames["participations"]
        vendors = parts.loc[(parts["role"] != "vendor").fillna(False), "org_id"]
        taking = taking[taking["org_id"].isin(vendors)]
    if areas["code"].isna().all():
        return
    for column in dict.fromkeys(one.column for one in vocabulary.dimensions.values()):
        if column not in areas or column not in taking:
            continue
        known = areas.groupby(column)["code"].nunique()
        bare = taking[taking["area_code"].isna()].dropna(subset=[column])
        bare = bare.assign(
            value=bare[column].astype("string"), place=bare.groupby(column).cumcount()
        )
        most = bare["value"].map(known).fillna(0).astype("int64")
        over = bare.assign(most=most)[bare["place"] >= most]
        yield from frames.tell(
            over.assign(have=[f"only {one}" if one else "none" for one in over["most"]]),
            f"organisations.{column}", "data.area-unknown",
            "{org_id} takes part as an area in {value}, where {own[areas]} has {have:s}",
            "no more areas than {own[areas]} has there",
            "Add the area to {own[areas]} with its years, or correct the organisation.",
        )  # fmt: skip


@requires("documents")
def check_waves(frames: NumberedTables) -> Iterator[CellProblem]:
    """A final report is of a wave that can be chosen, if the study has waves to choose from."""
    declared = declared_parameters(frames).get("wave")
    choices = list(declared.choices) if declared and declared.type == "choice" else []
    if not choices or ALL in choices or (declared and declared.table_column):
        return
    documents = frames["documents"]
    finals = documents[(documents["kind"] == "final").fillna(False)].dropna(subset=["wave"])
    yield from frames.tell(
        finals[~finals["wave"].astype("string").isin(choices)].assign(waves=list_values(choices)),
        "documents.wave", "data.wave",
        "{wave} is no wave of evaluation.yml, so no report would read {document_id}", "{waves:s}",
        "Correct it, or declare the wave there (parameters.wave, reports_due).",
    )  # fmt: skip


def declared_parameters(frames: NumberedTables) -> Mapping[str, ParameterDeclaration]:
    """Parameters of the study by name; none where the tables are read without a study."""
    study = frames.vocabulary
    return study.parameters if isinstance(study, StudyDeclaration) else {}


@requires("facts")
def check_facts(frames: NumberedTables) -> Iterator[CellProblem]:
    """A fact that is a share is one of a whole."""
    facts = frames["facts"].dropna(subset=["value"])
    wrong = facts[(facts["unit"] == "share").fillna(False) & ~facts["value"].between(0, 1)]
    return frames.tell(
        wrong.assign(value=wrong["value"].map(plain_number)), "facts.value", "data.fact",
        "{value:s} is no share", "0 to 1: 85 per cent is 0.85", "Correct the value, or its unit.",
    )  # fmt: skip


@requires("prior_ties")
def check_ties(frames: NumberedTables) -> Iterator[CellProblem]:
    """An earlier tie names two organisations, the lower identifier first, so that it is one."""
    ties = frames["prior_ties"].dropna(subset=["org_a", "org_b"])
    return frames.tell(
        ties[ties["org_a"] >= ties["org_b"]], "prior_ties.org_b", "data.tie-order",
        "{org_b} does not come after {org_a}", "two organisations, the lower identifier first",
        "Turn them round, or take the row out.",
    )  # fmt: skip


@requires("projects", "calls")
def check_decision_dates(frames: NumberedTables) -> Iterator[CellProblem]:
    """A project is decided on or after the day its call opened, or the year of its call."""
    merged = frames["projects"][["call_id", "decided", ROW]].merge(
        frames["calls"][["call_id", "year", "opened"]], on="call_id"
    )
    merged = merged.dropna(subset=["decided", "year"])
    new_year = pd.to_datetime({"year": merged["year"].astype("int64"), "month": 1, "day": 1})
    early = merged[merged["decided"] < merged["opened"].fillna(new_year)]
    when = [
        f"of {year}" if pd.isna(opened) else f"that opened on {opened:%Y-%m-%d}"
        for year, opened in zip(early["year"], early["opened"], strict=True)
    ]
    return frames.tell(
        early.assign(when=when), "projects.decided", "data.decided",
        "decided on {decided:%Y-%m-%d}, before its call {call_id} {when:s}",
        "a day after the call opened", "Correct the date, or the call of the project.",
    )  # fmt: skip


@requires("organisations")
def check_size_classes(frames: NumberedTables) -> Iterator[CellProblem]:
    """An organisation's size class is one of the study's, and that of its own population."""
    classes = frames.vocabulary.areas.size_classes
    found = frames["organisations"].dropna(subset=["size_class"])
    known = found["size_class"].isin(list(classes or found["size_class"]))
    near = [suggest_value(name, classes) for name in found.loc[~known, "size_class"]]
    remedies = [one or "Choose one of these, or declare it there." for one in near]
    yield from frames.tell(
        found[~known].assign(classes=list_values(classes), remedy=remedies),
        "organisations.size_class", "data.size-class",
        "{size_class} is not in the size classes of evaluation.yml", "{classes:s}", "{remedy:s}",
    )  # fmt: skip
    sized = found[known].dropna(subset=["population"])
    right = [frames.vocabulary.size_class(int(number)) for number in sized["population"]]
    sized = sized.assign(right=pd.array(right, dtype="string")).dropna(subset=["right"])
    yield from frames.tell(
        sized[sized["right"] != sized["size_class"]], "organisations.size_class", "data.size-class",
        "{size_class}, but the population is {population}",
        "the class of the population, {right}",
        "Correct one of the two, or leave the class empty: it follows from the population.",
    )  # fmt: skip


@requires()
def check_tiles(frames: NumberedTables) -> Iterator[CellProblem]:
    """Each place of a map has a tile, and no other has the same."""
    maps = {one.map: one.column for one in frames.vocabulary.dimensions.values() if one.map}
    for table in sorted(maps.keys() & frames.keys()):
        tile = ["tile_row", "tile_column"]
        if not {*tile, maps[table]} <= {*frames[table].columns}:
            continue
        # A place that is there twice is told as that.
        places = frames[table].drop_duplicates(maps[table])
        known = places[tile].notna().all(axis=1)
        yield from frames.tell(
            places[~known], f"{table}.tile_row", "data.tile", "a place without a tile of the map",
            "tile_row and tile_column, from 1", "Give it a tile that no other place has.",
        )  # fmt: skip
        tiled = places[known]
        first = tiled.groupby(tile)[ROW].transform("min")
        yield from frames.tell(
            tiled.assign(first=first)[tiled[ROW] != first], f"{table}.tile_row", "data.tile",
            "tile {tile_row}, {tile_column} of the map is that of row {first}, too",
            "a tile for each place", "Give one of them a tile that no other place has.",
        )  # fmt: skip


REGISTER_RULES: tuple[Rule, ...] = (
    check_decision_dates, check_size_classes, check_shares, check_appropriations, check_awards,
    check_facts, check_ties, check_leads, check_area_years, check_report_dates, check_awarded,
    check_areas_of_organisations, check_waves, check_tiles,
)  # fmt: skip
