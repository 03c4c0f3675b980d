"""Evidence: what the parameters leave of the data, ready to be counted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaltools.evidence.allocation import allocate
from evaltools.evidence.code_presence import (
    CoderRule,
    CodeUnits,
    codes_as_read,
    compute_presence,
    linked_responses,
    units_for_groups,
    versions_read,
)
from evaltools.evidence.codebook import Crosswalk
from evaltools.evidence.computed_once import KEPT, DerivingTables, computed_once
from evaltools.evidence.data_hash import files_vouched_for
from evaltools.evidence.descriptor import FILE_NAME, load_descriptor
from evaltools.evidence.scope import (
    add_geography,
    can_report,
    explain_empty_scope,
    final_reports,
    join_register,
    projects_in_scope,
    refuse_nobody_due,
)
from evaltools.evidence.tables import CheckedTables, CompleteTables, read_leniently
from evaltools.files import open_file
from evaltools.i18n.html_markup import describe_as_html
from evaltools.i18n.messages import Words
from evaltools.problems import refuse
from evaltools.study import Parameters, Study, Vocabulary, find_study
from evaltools.study.schema import Disclosure, Judging

_LATER = "_later"
"""Where evidence keeps how to work out what nobody has asked for yet."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """Projects, reports and codings in scope; every frame in a total order from index 0.

    What is not needed to select projects and reports is worked out when it is first asked for:
    so a notebook reads the tables that it uses, and no others.

    Arguments:
        parameters: the parameters by which it was selected.
        tables: all tables, unfiltered, by name.
        projects: funded projects in scope, see `scope.join_register`, with `reported` and
            `due`: whether a report can be due, see `scope.can_report`, or has come all the same.
        reports: final reports of the wave that had come in by the cut-off, of those projects.
        presence: state of every codable code in every report, see `codings.presence`.
        linked: responses tied to the challenge they answer, see `codings.linked`.
        goals, sustainability, ratings, saving_claims: of the reports in scope, with `project_id`.
        participations: who takes part in the projects in scope, with `kind`, `name_fi`,
            `area_code`, the columns of the study's dimensions, `size_class`, `population`.
            Where the study does not say who takes part, it is the lead.
        allocations: money of the projects in scope by organisation, see `allocation.allocate`.
        disclosure: what the study lets be published of what is sensitive.
        judging: what the study asks for before two groups are compared.
        words: of the language of the parameters, as the study has them.
        vocabulary: the study's kinds of codes, raters, areas, its dimensions, its currency.
        folder: the study's data folder, in which the texts of reports are; None without a study.
    """

    parameters: Parameters
    tables: Mapping[str, pd.DataFrame]
    projects: pd.DataFrame
    reports: pd.DataFrame
    presence: pd.DataFrame
    linked: pd.DataFrame
    goals: pd.DataFrame
    sustainability: pd.DataFrame
    ratings: pd.DataFrame
    saving_claims: pd.DataFrame
    participations: pd.DataFrame
    allocations: pd.DataFrame
    words: Words
    disclosure: Disclosure = field(default_factory=Disclosure)
    judging: Judging = field(default_factory=Judging)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    folder: Path | None = None

    def _repr_html_(self) -> str:
        """What a notebook shows of evidence: how much of it is in scope, and by which values."""
        changed = self.parameters.changed().items()
        rows: list[tuple[str, object]] = [
            ("Reports read", self.n),
            ("Projects due to report", self.N),
            ("Projects funded", self.funded),
            ("Other than by default", ", ".join(f"{name} = {value}" for name, value in changed)),
        ]
        return describe_as_html("Evidence in scope", rows)

    @property
    def n(self) -> int:
        """Reports in scope."""
        return len(self.reports)

    @property
    def N(self) -> int:
        """Projects in scope from which a report can be due: of whom reports can tell anything."""
        return int(self.projects["due"].sum())

    @property
    def funded(self) -> int:
        """Funded projects in scope, whether or not a report can be due from them."""
        return len(self.projects)

    def has(self, table: str) -> bool:
        """Whether the study has any row of a table."""
        return not self.tables[table].empty

    @classmethod
    def select(
        cls, study: Study | None, tables: Mapping[str, pd.DataFrame], parameters: Parameters
    ) -> Evidence:
        """Select what is in scope.

        Arguments:
            study: the study the tables are of, which says what is sensitive; without one, what
                a study that says nothing withholds is withheld.
            tables: as `read_tables` gives them, and valid.
            parameters: of the run.

        Raises ProblemError where the parameters leave no final report of a study that has some,
        or no project from which one can be due, or no project of a study without reports.
        """
        vocabulary = study.declaration if study else Vocabulary()
        own = tables if isinstance(tables, SortedTables) else SortedTables(tables)
        everything = join_register(own, vocabulary)
        documents = own["documents"]
        projects = projects_in_scope(everything, parameters, vocabulary)
        reports = final_reports(documents, projects, parameters.wave, parameters)
        due = can_report(projects, parameters, vocabulary)
        has_reports = bool((documents["kind"] == "final").any())
        if has_reports:
            refuse_nobody_due(everything, parameters, vocabulary)
        if (reports if has_reports else projects).empty:
            raise explain_empty_scope(everything, documents, parameters, vocabulary)
        projects["reported"] = projects["project_id"].isin(reports["project_id"])
        projects["due"] = due | projects["reported"]
        found = object.__new__(cls)
        vars(found).update(
            parameters=parameters,
            tables=own,
            projects=projects,
            reports=reports,
            disclosure=study.declaration.disclosure if study else Disclosure(),
            judging=study.declaration.judging if study else Judging(),
            vocabulary=vocabulary,
            folder=study.data if study else None,
        )
        vars(found)[_LATER] = {
            "presence": lambda: compute_presence(own, reports, parameters.coder_rule),
            "linked": lambda: linked_responses(
                own, reports, found.presence, parameters.coder_rule, vocabulary
            ),
            "goals": lambda: _rows_for_reports(own["goals"], reports),
            "sustainability": lambda: sort_by_key(
                own["sustainability"].merge(found.goals[["goal_id", "project_id"]], on="goal_id")
            ),
            "ratings": lambda: _ratings(own["ratings"], reports, projects),
            "saving_claims": lambda: _rows_for_reports(own["saving_claims"], reports),
            "participations": lambda: _participations(own, projects, vocabulary),
            "allocations": lambda: allocate(
                projects, found.participations, parameters.allocation, vocabulary
            ),
            "words": lambda: (
                study.words(parameters.language) if study else Words(parameters.language)
            ),
        }
        return found

    if not TYPE_CHECKING:  # a checker of types shall not think that every name is there

        def __getattr__(self, name: str) -> Any:
            later: Mapping[str, Callable[[], Any]] = vars(self).get(_LATER, {})
            if name not in later:
                raise AttributeError(f"evidence has no '{name}'")
            value = vars(self)[name] = later[name]()
            return value

    def presence_by_rule(self, rule: CoderRule) -> pd.DataFrame:
        """`presence` of the same reports under another coder rule."""
        states = self._by_rule.get(rule)
        if states is None:
            states = compute_presence(self.tables, self.reports, rule, self._units)
            self._by_rule[rule] = states
        return states.copy()

    @cached_property
    def _by_rule(self) -> dict[CoderRule, pd.DataFrame]:
        """States under the rules that were asked for: every chapter asks for the same ones."""
        return {self.parameters.coder_rule: self.presence}

    @cached_property
    def _units(self) -> CodeUnits:
        return codes_as_read(self.tables, self.reports)

    def under_rule(self, rule: CoderRule) -> Evidence:
        """The same evidence as it is under another coder rule."""
        # The same reports: what was worked out for one rule serves the other.
        shared = {"_by_rule": self._by_rule, "_units": self._units}
        parameters = self.parameters.model_copy(update={"coder_rule": rule})
        other = self._like(parameters, without=("presence", "linked"), **shared)
        vars(other)[_LATER] |= {
            "presence": lambda: self.presence_by_rule(rule),
            "linked": lambda: linked_responses(
                self.tables, self.reports, other.presence, rule, self.vocabulary
            ),
        }
        return other

    def told_by(self, parameters: Parameters, words: Words) -> Evidence:
        """The same evidence under parameters that leave the same of the data, and its words."""
        return self._like(parameters, words=words)

    def _like(
        self, parameters: Parameters, without: tuple[str, ...] = (), **values: Any
    ) -> Evidence:
        """The same but for some values; what nobody has asked for is still asked of this one."""
        other = object.__new__(type(self))
        vars(other).update(vars(self))
        for name in (KEPT, *without):  # KEPT may follow from any of them
            vars(other).pop(name, None)
        later = {name: partial(getattr, self, name) for name in vars(self).get(_LATER, ())}
        vars(other).update({"parameters": parameters, _LATER: later, **values})
        return other

    @computed_once
    def presence_of_wave(self, wave: str) -> pd.DataFrame:
        """`presence` of the reports of another wave that had come in by the cut-off.

        They may be of any call; dimensions and coder rule are the parameters'.
        The frame is empty where there is none.
        """
        return compute_presence(self.tables, self._reports_of(wave), self.parameters.coder_rule)

    def versions_of_wave(self, wave: str) -> tuple[str, ...]:
        """Versions of the codebook with which those reports were read; empty text: not stated."""
        return versions_read(self.tables, self._reports_of(wave))

    def presence_in_groups(self, wave: str, crosswalk: Crosswalk) -> pd.DataFrame:
        """`presence_of_wave` of groups of codes that mean the same in two versions.

        A coder affirms a group by affirming any of its codes; the coder rule is put to that.
        `code_id` is the code that stands for the group.
        """
        reports = self._reports_of(wave)
        units = units_for_groups(self.tables, crosswalk, versions_read(self.tables, reports))
        return compute_presence(self.tables, reports, self.parameters.coder_rule, units)

    @computed_once
    def _reports_of(self, wave: str) -> pd.DataFrame:
        everything = join_register(self.tables, self.vocabulary)
        anywhere = projects_in_scope(everything, self.parameters, self.vocabulary, calls=False)
        return final_reports(self.tables["documents"], anywhere, wave, self.parameters)


class SortedTables(DerivingTables):
    """Complete tables, each sorted by its key when it is first asked for."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        super().__init__()
        self._tables = CompleteTables(tables)
        self._sorted: dict[str, pd.DataFrame] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._sorted:
            self._sorted[name] = sort_by_key(self._tables[name])
        return self._sorted[name]


def sort_by_key(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame sorted by its first columns, as many as make the order total, from index 0."""
    columns = list(frame.columns)
    for last in range(1, len(columns) + 1):
        if last == len(columns) or not frame.duplicated(columns[:last]).any():
            return frame.sort_values(columns[:last]).reset_index(drop=True)
    return frame.reset_index(drop=True)


def _rows_for_reports(frame: pd.DataFrame, reports: pd.DataFrame) -> pd.DataFrame:
    own = frame[frame["document_id"].isin(reports["document_id"])]
    if "project_id" not in own.columns:
        own = own.merge(reports[["document_id", "project_id"]], on="document_id")
    return sort_by_key(own)


def _ratings(ratings: pd.DataFrame, reports: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """Those that reports in scope hold, and those that others give to projects in scope."""
    if "project_id" not in ratings.columns:
        return _rows_for_reports(ratings, reports)
    inside = ratings["document_id"].isin(reports["document_id"])
    own = _rows_for_reports(ratings[inside].drop(columns="project_id"), reports)
    given = ratings[ratings["document_id"].isna()]
    return sort_by_key(pd.concat([own, given[given["project_id"].isin(projects["project_id"])]]))


def _participations(
    tables: Mapping[str, pd.DataFrame], projects: pd.DataFrame, vocabulary: Vocabulary
) -> pd.DataFrame:
    parts = tables["participations"]
    if parts.empty:
        leads = projects[["project_id", "lead_org_id"]].dropna()
        leads = leads.rename(columns={"lead_org_id": "org_id"}).assign(role="lead")
        parts = leads.reindex(columns=parts.columns).astype(parts.dtypes.to_dict())
    frame = parts.merge(projects[["project_id", "decided", "year"]], on="project_id")
    frame = frame.sort_values(["project_id", "org_id"]).reset_index(drop=True)
    places = add_geography(frame, "org_id", tables, vocabulary)
    return pd.concat([frame.drop(columns=["decided", "year"]), places], axis=1)


def open_evidence(
    parameters: Parameters | Mapping[str, Any], study: Study | None = None
) -> Evidence:
    """Read, check and select the evidence of the study around the current folder.

    Arguments:
        parameters: of the run; or the names of a notebook, `globals()`, after its parameters
            cell, from which those that the study declares are taken.
        study: the study; found from the current folder where it is not given.

    The data are validated unless the pipeline has done so for exactly this state of them, which
    it tells by the environment variable EVALTOOLS_VALIDATED; then only those tables are read that
    somebody asks for.
    Raises ProblemError for a wrong parameter, wrong data, or a scope without reports.
    """
    study = study or find_study()
    if isinstance(parameters, Mapping):
        parameters = study.parameters_from(parameters)
    descriptor = load_descriptor(study.data)
    checked = files_vouched_for()
    if checked and checked.get(FILE_NAME) == _hash_file(study.data / FILE_NAME):
        tables = CheckedTables(study.data, descriptor, checked)
        return Evidence.select(study, tables, parameters)
    reading = read_leniently(study.data, descriptor)
    from evaltools.evidence.validation import check_reading  # only where needed

    refuse(check_reading(reading, descriptor, study.declaration))
    return Evidence.select(study, reading.tables, parameters)


def _hash_file(path: Path) -> str:
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
