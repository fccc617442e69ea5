"""The outcome of a check as a learner meets it: shown as text or HTML, stored as JSON and read again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from coursekit.checking.facts import from_data, to_data
from coursekit.checking.html import as_html
from coursekit.checking.message import as_text
from coursekit.checking.outcome import (
    EARLIER_CONDUCT_NAME,
    Case,
    CaseKind,
    Finding,
    FindingKind,
    NamedMistake,
    Outcome,
    Verdict,
)
from coursekit.checking.portable.state import with_own_functions

MIME = "application/vnd.coursekit.report+json"
"""The MIME type under which a notebook keeps the data of a report."""

_REPORT, _CASE, _FINDING = ([each.name for each in fields(kind)] for kind in (Outcome, Case, Finding))


class Report(Outcome):
    """An `Outcome` that can be shown and stored."""

    @property
    @with_own_functions
    def text(self) -> str:
        return as_text(self)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON data, with the derived figures beside it."""
        own = {name: getattr(self, name) for name in _REPORT if name != "example"}
        derived = {key: getattr(self, key) for key in ("passed", "score", "points", "diagnoses", "text")}
        return (
            own
            | derived
            | {
                "along": [to_data(fact) for fact in self.along],
                "edits": [to_data(fact) for fact in self.edits],
                "verdict": str(self.verdict),
                "cases": [_case_to_dict(case) for case in self.cases],
                "mistakes": [asdict(mistake) for mistake in self.mistakes],
            }
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """The report that `to_dict` wrote, in this version or an earlier one."""
        return cls(
            exercise=data["exercise"],
            verdict=Verdict(data["verdict"]),
            cases=tuple(_case_from_dict(case) for case in data["cases"]),
            seed=data["seed"],
            max_points=data["max_points"],
            mistakes=tuple(NamedMistake(**m) for m in data["mistakes"]),
            notes=tuple(data["notes"]),
            seconds=data["seconds"],
            marks=data.get("marks"),
            since=tuple(data.get("since", ())),
            along=tuple(map(from_data, data.get("along", ()))),
            beside=data.get("beside", ""),
            outdated=data.get("outdated", ""),
            also_given=tuple(data.get("also_given", ())),
            edits=tuple(map(from_data, data.get("edits", ()))),
        )

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    @with_own_functions
    def _repr_html_(self) -> str:
        return as_html(self)

    @with_own_functions
    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        # Stock nbgrader reads the score from the text of a cell's result; a person reads the report there.
        grading = os.environ.get("NBGRADER_EXECUTION") in ("autograde", "validate")
        return {
            "text/plain": repr(self.points) if grading else self.text,
            "text/html": self._repr_html_(),
            MIME: self.to_dict(),
        }


def _case_to_dict(case: Case) -> dict[str, Any]:
    own = {name: getattr(case, name) for name in _CASE}
    findings = [_finding_to_dict(finding) for finding in case.findings]
    return own | {"kind": str(case.kind), "sizes": dict(case.sizes), "findings": findings}


def _case_from_dict(data: Mapping[str, Any]) -> Case:
    before_kinds = CaseKind.CONDUCT if data["name"] == EARLIER_CONDUCT_NAME else CaseKind.DRAW
    return Case(
        data["name"],
        data["credit"],
        dict(data["sizes"]),
        tuple(data["right"]),
        tuple(_finding_from_dict(finding) for finding in data["findings"]),
        data.get("advice", ""),
        CaseKind(data.get("kind", before_kinds)),
    )


def _finding_to_dict(finding: Finding) -> dict[str, Any]:
    own = {name: getattr(finding, name) for name in _FINDING}
    what = None if finding.what is None else to_data(finding.what)
    return own | {"kind": str(finding.kind), "what": what, "where": [to_data(fact) for fact in finding.where]}


def _finding_from_dict(data: Mapping[str, Any]) -> Finding:
    what = None if data["what"] is None else from_data(data["what"])
    read = {"kind": FindingKind(data["kind"]), "what": what, "where": tuple(map(from_data, data["where"]))}
    return Finding(**{**data, **read})
