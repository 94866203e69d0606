"""Goal: what a search has to keep, and how far a run is from it.

In: the words of a condition (``forecast.condition``) and outcomes. Out: ``Reached``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pmosim.errors import InputError, Problem
from pmosim.forecast import Forecast
from pmosim.forecast.condition import Condition, Names, parse_condition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario

CODE = "PMO037"


@dataclass(frozen=True, kw_only=True)
class Reached:
    """How a run stands to a goal."""

    answer: bool | None
    """Whether it is kept; None = cannot be told."""
    facts: tuple[str, ...]
    """The numbers behind it, one line per comparison."""
    miss: float
    """How far it is from being kept, 0 = it is: see ``Condition.miss``."""

    def to_json(self) -> dict[str, Any]:
        """Return the entry of a document."""
        return {"kept": self.answer, "facts": list(self.facts), "miss": self.miss}


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A condition that has to be kept."""

    text: str
    condition: Condition

    @staticmethod
    def read(text: str, scenario: Scenario, place: str = "keep") -> Goal:
        """Return the goal that a text says; names that there are not are refused (InputError)."""
        try:
            condition = parse_condition(text)
            condition.check(Names.of(_entries(scenario)))
        except InputError as error:
            problems: list[Problem] = [replace(each, place=place) for each in error.problems]
            raise InputError(problems) from None
        return Goal(text=text, condition=condition)

    def judge(self, outcomes: Outcomes) -> Reached:
        """Return how outcomes stand to it."""
        return self.judge_document(Forecast(outcomes).to_document())

    def judge_document(self, document: Mapping[str, Any], *, margin: float = 0.0) -> Reached:
        """Return how a forecast stands to it.

        Parameters
        ----------
        margin : how much better than asked every number has to be for ``miss`` to be 0.
        """
        verdict = self.condition.judge(document)
        return Reached(
            answer=verdict.answer,
            facts=verdict.facts,
            miss=self.condition.miss(document, margin=margin),
        )

    def check_told(self, reached: Reached, place: str = "keep") -> None:
        """Refuse a goal of which a forecast cannot tell whether it is kept (InputError)."""
        if reached.answer is None:
            text = f"'{self.text}' cannot be told here: {'; '.join(reached.facts)}."
            raise InputError([Problem(place=place, code=CODE, text=text)])


def _entries(scenario: Scenario) -> dict[str, Any]:
    """Return the names of a scenario in the places where a forecast's document has them."""
    return {
        "projects": [
            {
                "id": project.id,
                "status": project.status,
                "is_mandatory": project.mandatory,
                "groups": project.groups,
            }
            for project in scenario.projects
        ],
        "roles": [{"id": role.id} for role in scenario.organisation.roles],
    }
