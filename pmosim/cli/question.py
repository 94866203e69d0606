"""Question: what a run is asked beside the whole: which projects, summed up by what, fail if what.

In: the options ``--only``, ``--by`` and ``--fail-if``. Out: the scenario that is simulated, and
the exit code. Whatever cannot be answered is refused before anything is simulated.
"""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pmosim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pmosim.cli.terminal import Terminal
    from pmosim.forecast.condition import Condition
    from pmosim.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of a run; ``scope`` says what was left out, once that is known."""

    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by: str | None = None
    fail_if: str | None = None
    condition: Condition | None = None
    scope: Mapping[str, Any] | None = None

    @staticmethod
    def read(only: Sequence[str], by: str | None, fail_if: str | None) -> Question:
        """Return the question of some options (InputError where they ask nothing)."""
        if not only and fail_if is None:
            return Question(by=by)
        from pmosim.forecast.condition import parse_condition
        from pmosim.scenario.selection import parse_only

        with _asked_by("--fail-if"):
            condition = None if fail_if is None else parse_condition(fail_if)
        with _asked_by("--only"):
            kept = parse_only(only)
        return Question(only=kept, by=by, fail_if=fail_if, condition=condition)

    def ask_of(self, scenario: Scenario) -> tuple[Scenario, Question]:
        """Return the scenario that is simulated, and the question with its scope (InputError)."""
        asked = self
        if self.only:
            from pmosim.scenario.selection import select_projects

            with _asked_by("--only"):
                selection = select_projects(scenario, self.only)
            scenario, asked = selection.scenario, replace(self, scope=selection.to_scope())
        if self.condition is not None:
            from pmosim.forecast.condition import Names

            with _asked_by("--fail-if"):
                self.condition.check(Names.of(_entries(scenario)))
        if self.by is not None:
            from pmosim.forecast.cost import group_of_projects
            from pmosim.network import compile_network

            with _asked_by("--by"):
                group_of_projects(compile_network(scenario), self.by)
        return scenario, asked

    @property
    def key(self) -> dict[str, Any]:
        """Return what the manifest says of it beside the arguments."""
        if not self.only:
            return {}
        return {"only": {key: list(values) for key, values in self.only.items()}}

    @property
    def options(self) -> str:
        """Return the options as they are typed, with a space in front."""
        chosen = [f"{key}={','.join(values)}" for key, values in self.only.items()]
        parts = [f"--only {shlex.quote(text)}" for text in chosen]
        parts += [f"--by {shlex.quote(self.by)}"] if self.by else []
        parts += [f"--fail-if {shlex.quote(self.fail_if)}"] if self.fail_if else []
        return "".join(f" {part}" for part in parts)

    def judge(self, terminal: Terminal, document: Mapping[str, Any]) -> int:
        """Say what the condition comes to and return the exit code: 1 if it holds.

        What cannot be told ends with 1 too: a check that could not be made was not passed.
        """
        from pmosim.cli import DONE, SAYS_NO

        if self.condition is None:
            return DONE
        verdict = self.condition.judge(document)
        word = {True: "yes", False: "no", None: "cannot be told"}[verdict.answer]
        tell = terminal.say if verdict.answer is False else terminal.complain
        tell(f"fail if {self.fail_if}: {word}")
        for fact in verdict.facts:
            tell(f"    {fact}")
        return DONE if verdict.answer is False else SAYS_NO


@contextmanager
def _asked_by(option: str) -> Iterator[None]:
    """Say of every problem which option it is about."""
    try:
        yield
    except InputError as error:
        raise InputError([replace(each, place=option) for each in error.problems]) from None


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
