"""Fitted: what a history says, as numbers with their uncertainty, and nothing of how.

In: values of ``calibration``. Out: ``Fitted``, a list of parameters that a scenario can take, and
its text, ``fitted.yaml``. Not here: estimation (``calibration``) and reading the file back, which
needs the scenario's own YAML reader (``scenario.fitted``).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from pmosim.distributions import Calibrated, Tail

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    import pandas as pd

Basis = Literal["measured", "assumed"]

FORMAT = 1
"""Version of ``fitted.yaml``."""

WORK, ELAPSED = "work", "elapsed"
"""Groups of the parameters of tasks: person-days of work, or days from start to finish, which hold
the waiting for people and are never drawn where people are simulated."""
ARRIVALS, STAFF, RISKS = "arrivals", "staff", "risks"
PROJECT_DURATION, PROJECT_COST = "project duration", "project cost"
PROJECT_EFFORT = "project effort"
CLASS_KEYS = ("role", "type", "template")

UNITS = {
    "plan_bias": "ln(actual / plan) of work planned at one unit",
    "typical_plan": "geometric mean of the plans",
    "least_plan": "smallest plan seen (1 % quantile)",
    "most_plan": "largest plan seen (99 % quantile)",
    "class_bias": "what a class adds to ln(actual / plan)",
    "class_spread": "factor on the spread",
    "typical_bias": "ln(actual / plan) of work planned at the typical plan",
    "size_slope": "d ln(actual) / d ln(plan)",
    "spread": "spread of ln(actual / plan) at the typical plan, project factor left out",
    "spread_slope": "d ln(spread) / d ln(plan)",
    "project_factor": "standard deviation of ln, shared by all work of a project",
    "period_factor": "standard deviation of ln, shared by the projects begun in a quarter",
    "on_plan_share": "share of finished work that took exactly its plan",
    "stretched_share": "share of what would end early that is recorded on plan",
    "tail_dof": "degrees of freedom of Student's t",
    "arrival_rate": "requests a year",
    "trend": "growth a year",
    "dispersion": "variance / mean of monthly counts",
    "absence_rate": "share of the time",
    "spell_days": "working days of a spell of absence",
    "hazard": "leavers a person and year",
    "hours_per_day": "hours a working day booked on work",
    "ramp_days": "working days to full speed",
    "cancel_share": "share of what was begun and is settled",
    "frequency": "share of the projects",
}
"""Unit of each parameter."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One number of a calibration."""

    name: str
    group: str
    """What it holds for: ``work``, ``work role=developer``, ``arrivals template=small``, ..."""
    value: float
    se: float
    """Standard error; of logarithms on their own scale. 0 where nothing is uncertain."""
    low: float
    high: float
    """Ends of the 95 % interval."""
    n: int
    """Rows that it rests on; 0 = none, a prior."""
    basis: Basis
    source: str

    @property
    def unit(self) -> str:
        """What the value is measured in."""
        return UNITS.get(self.name, "")


@dataclass(frozen=True, kw_only=True)
class PlanLaw:
    """How actual comes from plan: ln(actual / plan) of one class of work.

    ``typical_bias`` + (``size_slope`` - 1) ln(plan / ``typical_plan``) is the middle; around it the
    project's factor and the task's own spread, which is larger or smaller for large work. Of what
    would end early the part ``stretched`` is recorded on plan (Parkinson).
    """

    typical_plan: float = 1.0
    typical_bias: float = 0.0
    size_slope: float = 1.0
    spread: float = 0.0
    spread_slope: float = 0.0
    project_factor: float = 0.0
    period_factor: float = 0.0
    stretched: float = 0.0
    tail: str = "normal"
    """``normal``, ``t``, ``laplace`` or ``empirical``; of the task's own part."""
    dof: float = math.inf
    shape: tuple[float, ...] = ()
    """Of ``empirical``: residuals / spread at equal steps of their normal score."""
    least_plan: float = 1e-9
    most_plan: float = math.inf
    """Plans that were seen; beyond them the ratio stays as it is at the end."""

    def middle(self, plan: float) -> float:
        """Return ln(median / plan) of work planned at ``plan``, mass on plan left out."""
        return self.typical_bias + (self.size_slope - 1.0) * math.log(plan / self.typical_plan)

    def law(self, plan: float, unit: float = 1.0) -> Calibrated:
        """Return the law of work planned at ``plan``, its project's factor included.

        Parameters
        ----------
        plan : in the unit of the history, above 0; person-days, working days or money.
        unit : how much of the wanted unit makes one of those, e.g. minutes of a day.
        """
        inside = min(max(plan, self.least_plan), self.most_plan)
        spread = math.hypot(self.own_spread(inside), self.project_factor, self.period_factor)
        return Calibrated(
            planned=plan * unit,
            middle=self.middle(inside),
            spread=spread,
            tail=Tail(law=self.tail, dof=self.dof, shape=self.shape),
            stretched=self.stretched,
            log_size=math.log(inside / self.typical_plan),
        )

    @property
    def correlation(self) -> float:
        """Share of the variance at the typical plan that all work of a project has in common."""
        common = self.project_factor**2 + self.period_factor**2
        return common / (common + self.spread**2) if common else 0.0

    def own_spread(self, plan: float) -> float:
        """Return the spread of the task's own part at this plan."""
        return float(self.spread * (plan / self.typical_plan) ** self.spread_slope)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """All that a history says."""

    parameters: tuple[Parameter, ...]
    as_of: dt.date
    tails: tuple[tuple[str, str, tuple[float, ...]], ...] = ()
    """(group, law, shape) of the task's own part."""
    notes: tuple[str, ...] = ()
    """What could not be fitted and what stands for it, a sentence each."""
    sources: tuple[str, ...] = ()
    """Files that it was fitted to, with their digests."""
    track_record: str = ""
    """How good such forecasts would have been (``backtest``), one line for page 1."""

    def __iter__(self) -> Iterator[Parameter]:
        """Go through the parameters."""
        return iter(self.parameters)

    def find(self, name: str, group: str) -> Parameter | None:
        """Return a parameter of exactly this group, None if there is none."""
        for parameter in self.parameters:
            if parameter.name == name and parameter.group == group:
                return parameter
        return None

    def value(self, name: str, group: str, otherwise: float = 0.0) -> float:
        """Return the value of a parameter, else ``otherwise``."""
        found = self.find(name, group)
        return otherwise if found is None else found.value

    def error(self, name: str, group: str) -> float:
        """Return the standard error of a parameter, 0 where there is none."""
        found = self.find(name, group)
        return 0.0 if found is None else found.se

    def has(self, group: str) -> bool:
        """Whether anything is known of a group."""
        return any(parameter.group == group for parameter in self.parameters)

    def plan_law(self, group: str = WORK, **classes: str) -> PlanLaw:
        """Return how actual comes from plan.

        Parameters
        ----------
        group : ``work``, ``elapsed``, ``project duration``, ...
        classes : ``role``, ``type`` or ``template`` of the work; unknown ones change nothing.
        """
        bias, log_spread = self.value("typical_bias", group), 0.0
        for key in CLASS_KEYS:
            if key in classes:
                own = f"{group} {key}={classes[key]}"
                bias += self.value("class_bias", own)
                log_spread += math.log(self.value("class_spread", own, 1.0))
        tail, shape = next(((t, s) for g, t, s in self.tails if g == group), ("normal", ()))
        return PlanLaw(
            typical_plan=self.value("typical_plan", group, 1.0),
            typical_bias=bias,
            size_slope=self.value("size_slope", group, 1.0),
            spread=self.value("spread", group) * math.exp(log_spread),
            spread_slope=self.value("spread_slope", group),
            project_factor=self.value("project_factor", group),
            period_factor=self.value("period_factor", group),
            stretched=self.value("stretched_share", group),
            least_plan=self.value("least_plan", group, 1e-9),
            most_plan=self.value("most_plan", group, math.inf),
            tail=tail,
            dof=self.value("tail_dof", group, math.inf),
            shape=shape,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each parameter."""
        import pandas as pd

        names = [field.name for field in fields(Parameter)]
        rows = [[getattr(parameter, name) for name in names] for parameter in self.parameters]
        return pd.DataFrame(rows, columns=names)

    def to_text(self) -> str:
        """Return ``fitted.yaml``; the same values always give the same bytes."""
        lines = [
            "# What the history says; written by `pmosim calibrate`, read by `calibration:`.",
            "# basis: assumed = a prior stands where there was too little data. Edit a value and",
            "# say so in its source; the forecast takes what stands here.",
            f"pmosim_fitted: {FORMAT}",
            f"as_of: {self.as_of.isoformat()}",
        ]
        if self.track_record:
            lines.append(f"track_record: {_quoted(self.track_record)}")
        lines += _listed("sources", [_quoted(text) for text in self.sources])
        lines += _listed("notes", [_quoted(text) for text in self.notes])
        tails = []
        for group, law, shape in self.tails:
            values = ", ".join(_number(value) for value in shape)
            ending = f", shape: [{values}]" if shape else ""
            tails.append(f"{{group: {_quoted(group)}, law: {law}{ending}}}")
        lines += _listed("tails", tails)
        lines += _listed("parameters", [_parameter_text(p) for p in self.parameters])
        return "\n".join(lines) + "\n"


def _listed(key: str, entries: list[str]) -> list[str]:
    return [f"{key}:", *(f"  - {entry}" for entry in entries)] if entries else []


def _parameter_text(parameter: Parameter) -> str:
    numbers = ", ".join(
        f"{name}: {_number(getattr(parameter, name))}" for name in ("value", "se", "low", "high")
    )
    return (
        f"{{name: {parameter.name}, group: {_quoted(parameter.group)}, {numbers}, "
        f"n: {parameter.n}, basis: {parameter.basis}, source: {_quoted(parameter.source)}}}"
    )


def _number(value: float) -> str:
    """Return six digits: more says nothing, and other machines differ in them."""
    return f"{float(f'{value:.6g}'):g}" if abs(value) < 1e6 else f"{value:.6g}"


def _quoted(text: str) -> str:
    """Return a text as JSON, which YAML reads as it is."""
    return json.dumps(text, ensure_ascii=False)
