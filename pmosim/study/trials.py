"""Trials: plans tried on the same luck, each once, up to a number of runs; what a search knows.

In: plans, and how a plan becomes a scenario. Out: how far each is from the goal, and what the
search keeps of its run. Not here: which plan is tried next (``staffing``, ``sequence``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pmosim.errors import InputError
from pmosim.forecast import Forecast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.study.goal import Goal, Reached
    from pmosim.study.runs import Runs, Told

Plan = TypeVar("Plan", bound=Hashable)
Kept = TypeVar("Kept")
FEWEST_RUNS = 2
CHECK_FACTOR = 4
"""Futures of the check at the end, in futures of the search."""
ROUNDS = 2
"""Checks at most: after a first one that fails the search goes on, asking for more."""
MARGIN = 0.005
"""By how much more than the check missed is asked for then, in the units of ``Condition.miss``."""


@dataclass(frozen=True, kw_only=True)
class Trial(Generic[Kept]):
    """What is known of one plan."""

    document: Mapping[str, Any]
    miss: float
    """How far it is from the goal, the margin included; 0 = it is kept."""
    kept: Kept


class Trials(Generic[Plan, Kept]):
    """Plans that were tried.

    Parameters
    ----------
    build : a plan -> the scenario that is run.
    keep : plan and outcomes -> what the search wants to know of it later.
    most : runs at most, 2 or more.
    """

    def __init__(
        self,
        study: Runs,
        goal: Goal,
        build: Callable[[Plan], Scenario],
        keep: Callable[[Plan, Outcomes], Kept],
        *,
        most: int,
        on_run: Told | None = None,
    ) -> None:
        if most < FEWEST_RUNS:
            raise InputError(f"most_runs is {most}; it must be {FEWEST_RUNS} or more.")
        self.goal = goal
        self.n_runs = 0
        self.is_spent = False
        """Whether a plan was not tried because of the number of runs."""
        self._study, self._build, self._keep = study, build, keep
        self._most, self._told = most, on_run
        self._margin = 0.0
        self._known: dict[Plan, Trial[Kept]] = {}

    def __contains__(self, plan: Plan) -> bool:
        """Return whether a plan was tried."""
        return plan in self._known

    def __getitem__(self, plan: Plan) -> Trial[Kept]:
        """Return what is known of a plan that was tried."""
        return self._known[plan]

    def try_all(self, plans: Sequence[Plan]) -> list[Plan]:
        """Try plans as long as there are runs, and return those that are known now."""
        new = [plan for plan in dict.fromkeys(plans) if plan not in self._known]
        room = max(0, self._most - self.n_runs)
        self.is_spent = self.is_spent or len(new) > room
        new = new[:room]
        scenarios = (self._build(plan) for plan in new)
        for plan, outcomes in zip(new, self._study.run_each(scenarios), strict=True):
            document = Forecast(outcomes).to_document()
            self._known[plan] = Trial(
                document=document,
                miss=self._missed(document),
                kept=self._keep(plan, outcomes),
            )
            self.n_runs += 1
            self.tell()
        return [plan for plan in plans if plan in self._known]

    def reached(self, plan: Plan) -> Reached:
        """Return how a plan that was tried stands to the goal."""
        return self.goal.judge_document(self._known[plan].document)

    def ask_for_more(self, by: float) -> None:
        """Ask for a margin, of what was tried as well."""
        self._margin += by
        for plan, known in self._known.items():
            self._known[plan] = replace(known, miss=self._missed(known.document))

    def tell(self) -> None:
        """Tell how many runs are done."""
        if self._told is not None:
            self._told(self.n_runs, self._most)

    def _missed(self, document: Mapping[str, Any]) -> float:
        return self.goal.condition.miss(document, margin=self._margin)


def check_of(study: Runs) -> Runs:
    """Return the runs with which the last plan is checked: other luck, and more of it."""
    return replace(study, seed=study.seed + 1, replications=CHECK_FACTOR * study.replications)
