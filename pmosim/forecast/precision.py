"""Precision: how well the numbers of a forecast are known, and how well they have to be.

In: text such as ``finish_p80(crm)=2d and cost_mean=1%``, and the document of a forecast or of a
comparison. Out: the half-width of the 95 % interval of each number asked for, held against the
target. Nothing is ever executed. Not here: growing a run until it is known (``study.precision``).

    targets := target "and" target ...
    target  := quantity [ "(" whom ")" ] "=" half-width
    half-width := 2d | 2% | 0.02 | 20k

Quantities and *whom* are those of a condition (``condition``); ``p80`` is short for the P80 of
"everything committed is done". A set of projects stands for the one that is known least.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from pmosim.errors import InputError, Problem
from pmosim.forecast.condition import QUANTITIES, Comparison, Names, Quantity, sets_of
from pmosim.forecast.estimate import NORMAL_QUANTILE
from pmosim.forecast.finish import LEVELS, is_committed
from pmosim.forecast.wording import money_in_words
from pmosim.network.arrays import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pmosim.network.arrays import Network

CODE = "PMO042"
OPTION = "--until"
EXAMPLE = "'p80=2d' or 'finish_p80(crm)=2d and p_late(crm)=2%'"
SHORT = {level: f"finish_{level}" for level in LEVELS}
"""``p80`` and its kin: of everything committed."""
IN_COMPARISON = {
    "finish_mean": "finish_mean_days",
    "finish_p50": "finish_p50_days",
    "finish_p80": "finish_p80_days",
    "p_late": "p_late",
    "cost_mean": "cost_mean",
    "npv_mean": "npv_mean",
    "wait_days": "wait_days",
    "utilisation": "utilisation",
}
"""Quantities of which a comparison has the difference, and the measure there."""


def _asked() -> dict[str, Quantity]:
    """Return the quantities of conditions, with finishes in working days."""
    found = dict(QUANTITIES)
    for level in (*LEVELS, "mean"):
        found[f"finish_{level}"] = Quantity(
            path=("finish_day", level),
            of_portfolio=("committed_finish_day", level),
            kind="days",
        )
    return found


ASKED = _asked()
_NEEDS: dict[str, tuple[str, ...]] = {
    "p_late": ("due",),
    "p_past_deadline": ("deadline",),
    "p_over_budget": ("budget",),
    "p_on_time_and_budget": ("due", "budget"),
    **{f"slip_{level}": ("baseline or due",) for level in ("mean", "p50", "p80")},
    **{name: ("benefit",) for name in ASKED if name.startswith(("npv_", "roi_", "p_npv", "p_roi"))},
}
"""What a project has to state before there is such a number."""
_TARGET = re.compile(
    r"""\s*(?P<name>[A-Za-z_]\w*)
    \s*(?:\(\s*(?:"(?P<quoted>[^"]*)"|(?P<whom>[^()"]*?))\s*\))?
    \s*=\s*(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))\s*(?P<unit>%|[A-Za-z]+)?(?![\w.])""",
    re.VERBOSE,
)
_JOIN = re.compile(r"\s+and\s+|\s*,\s*")
_MONEY = {None: 1.0, "k": 1e3, "M": 1e6}


@dataclass(frozen=True, kw_only=True)
class Target:
    """A number, and the half-width of its 95 % interval that is wanted."""

    text: str
    """As typed."""
    quantity: str
    whom: str
    """A project, a role, a set of projects; empty = the portfolio."""
    half_width: float
    """Working days, a share, money or the number's own unit; above 0."""
    is_relative: bool = False
    """Whether it is a share of the number itself."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How well the number of a target is known."""

    target: Target
    half_width: float
    """In the unit of the target; NaN = there is no such number, ``inf`` = not known at all yet."""
    n: int
    """Futures it is taken from."""
    name: str = ""
    """Which of a set it is."""
    reason: str = ""
    """Why there is no number."""

    @property
    def is_reached(self) -> bool:
        """Whether the number is known well enough."""
        return self.half_width <= self.target.half_width

    @property
    def is_hopeless(self) -> bool:
        """Whether more futures would not help: there is no such number."""
        return math.isnan(self.half_width)

    @property
    def futures(self) -> int | None:
        """About how many futures in all would reach the target, None = that cannot be told."""
        if not math.isfinite(self.half_width):
            return None
        return max(1, math.ceil(self.n * (self.half_width / self.target.half_width) ** 2))

    def __str__(self) -> str:
        """Return ``finish_p80(crm) is known to ±1.8 days; asked: finish_p80(crm)=2d``."""
        target = self.target
        whom = f"({target.whom})" if target.whom else ""
        which = f" ({self.name})" if self.name not in {"", target.whom} else ""
        what = f"{target.quantity}{whom}"
        if self.is_hopeless:
            return f"{what} cannot be told: {self.reason}; asked: {target.text}"
        if math.isinf(self.half_width):
            return f"{what} is not known yet{which}; asked: {target.text}"
        return f"{what} is known to {_shown(self.half_width, target)}{which}; asked: {target.text}"


def parse_targets(text: str) -> tuple[Target, ...]:
    """Return the targets that a text asks for (InputError where it asks for none)."""
    found, at = [], 0
    while True:
        match = _TARGET.match(text, at)
        if match is None:
            rest = text[at:].strip()
            _refuse(
                f"cannot read {rest[:30]!r}. It must be a number of the forecast and the "
                f"half-width of its interval, like {EXAMPLE}."
            )
        found.append(_target(match))
        at = match.end()
        if not text[at:].strip():
            return tuple(found)
        join = _JOIN.match(text, at)
        if join is None:
            rest = text[at:].strip()
            if rest == "and":
                _refuse(f"'and' must be followed by another target, as in {EXAMPLE}.")
            _refuse(f"{rest[:30]!r} stands where 'and' or the end must stand.")
        at = join.end()


def check_targets(targets: Sequence[Target], network: Network, most: int) -> None:
    """Refuse targets that no run of up to ``most`` futures can reach, all at once (InputError)."""
    problems: list[Problem] = []
    for target in targets:
        try:
            _comparison(target).check(Names.of(_entries(network)))
            _check_reason(target, network)
            _check_reach(target, most)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError([Problem(place=OPTION, code=CODE, text=each.text) for each in problems])


def check_differences(targets: Sequence[Target]) -> None:
    """Refuse targets of which a comparison has no difference (InputError)."""
    for target in targets:
        if target.quantity not in IN_COMPARISON:
            _refuse(
                f"{target.text}: a comparison has no difference of {target.quantity}. "
                f"It has: {', '.join(IN_COMPARISON)}."
            )


def read_precision(document: Mapping[str, Any], targets: Sequence[Target]) -> tuple[Reading, ...]:
    """Return how well a forecast's document knows each number."""
    return tuple(_reading(document, target) for target in targets)


def read_differences(
    document: Mapping[str, Any], targets: Sequence[Target], network: Network
) -> tuple[Reading, ...]:
    """Return how well a comparison's document knows the difference of each number.

    Of several alternatives the one that is known least counts; ``network`` is that of the base,
    which knows the sets of projects.
    """
    entries = _entries(network)["projects"]
    return tuple(_reading_of_differences(document, target, entries) for target in targets)


def sharpness(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a number of futures resolves: entry ``precision`` of a forecast's document.

    Keys: ``text`` (in words); ``p80_half_width_days`` of "everything committed is done" and
    ``project_p80_half_width_days`` {median, largest, project} in working days;
    ``chance_half_width``, that of a chance of 1/2, which is the widest; ``cost_half_width`` of the
    portfolio's mean cost, in money. Null = not known.
    """
    n = int(document["replications"])
    widths = {
        project["id"]: half_width_of(project["finish_day"]["p80"])
        for project in document["projects"]
    }
    finite = {name: width for name, width in widths.items() if math.isfinite(width)}
    ordered = sorted(finite.values())
    largest = max(finite, key=lambda name: finite[name], default=None)
    whole = half_width_of(document["portfolio"]["committed_finish_day"]["p80"])
    cost = half_width_of(document["portfolio"]["cost"]["mean"])
    found = {
        "p80_half_width_days": whole if math.isfinite(whole) else None,
        "project_p80_half_width_days": {
            "median": ordered[len(ordered) // 2] if ordered else None,
            "largest": finite[largest] if largest is not None else None,
            "project": largest,
        },
        "chance_half_width": _wilson(0.5, n),
        "cost_half_width": cost if math.isfinite(cost) else None,
    }
    return {"text": _sharpness_in_words(found, n, document.get("currency") or ""), **found}


def half_width_of(estimate: Mapping[str, Any] | None) -> float:
    """Return half the interval of an estimate; ``inf`` = open, NaN = there is no number."""
    if not estimate or estimate.get("value") is None:
        return math.nan
    low, high = estimate.get("low"), estimate.get("high")
    return math.inf if low is None or high is None else (float(high) - float(low)) / 2.0


def _sharpness_in_words(found: Mapping[str, Any], n: int, currency: str) -> str:
    parts = []
    if found["p80_half_width_days"] is not None:
        parts.append(f"the P80 of everything committed to {_days(found['p80_half_width_days'])}")
    projects = found["project_p80_half_width_days"]
    if projects["project"] is not None:
        parts.append(
            f"that of a project to {_days(projects['median'])} "
            f"(at most ±{projects['largest']:.1f}: {projects['project']})"
        )
    parts.append(f"a chance to ±{100 * found['chance_half_width']:.1f} of 100 or better")
    if found["cost_half_width"] is not None:
        parts.append(f"the mean cost to ±{money_in_words(found['cost_half_width'], currency)}")
    futures = "1 future tells" if n == 1 else f"{n:,} futures tell"
    return f"{futures} {', '.join(parts)}. Half of that takes four times as many futures."


def _days(width: float) -> str:
    return f"±{width:.1f} working days"


def _target(match: re.Match[str]) -> Target:
    name = match["name"]
    whom = match["quoted"] if match["quoted"] is not None else (match["whom"] or "")
    text = match[0].strip()
    quantity = name if name in ASKED or whom else SHORT.get(name, name)
    if quantity not in ASKED:
        _comparison(Target(text=text, quantity=quantity, whom=whom, half_width=1.0))
    number, unit = float(match["number"]), match["unit"]
    if number <= 0.0:
        _refuse(
            f"{text} asks for no width at all; it must be above 0. No number of futures gives "
            "an interval of 0: ask for what still changes a decision, such as 2d or 2%."
        )
    half_width, is_relative = _read_width(text, quantity, number, unit)
    return Target(
        text=text,
        quantity=quantity,
        whom=whom.strip(),
        half_width=half_width,
        is_relative=is_relative,
    )


def _read_width(text: str, quantity: str, number: float, unit: str | None) -> tuple[float, bool]:
    """Return a half-width in the unit of its quantity, and whether it is relative."""
    kind = ASKED[quantity].kind
    if kind == "days":
        if unit != "d":
            _refuse(f"{text}: {quantity} is known to days; give working days, such as 2d.")
        return number, False
    if kind == "money":
        if unit == "%":
            return number / 100.0, True
        if unit not in _MONEY:
            _refuse(f"{text}: {quantity} is money; give an amount such as 20k, or 1% of itself.")
        return number * _MONEY[unit], False
    if unit not in {"%", None} or (kind == "chance" and unit is None and number >= 1.0):
        _refuse(f"{text}: {quantity} is a share; give 2% or 0.02.")
    return number / 100.0 if unit == "%" else number, False


def _comparison(target: Target) -> Comparison:
    """Return the comparison that asks for the same number, to have its names checked."""
    if target.quantity not in ASKED:
        from difflib import get_close_matches

        known = [*SHORT, *ASKED]
        close = get_close_matches(target.quantity, known, n=1, cutoff=0.6)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        _refuse(
            f"{target.text}: there is no quantity '{target.quantity}'.{hint} "
            f"Known: {', '.join(known)}."
        )
    known_name = "finish_p50" if target.quantity == "finish_mean" else target.quantity
    return Comparison(text=target.text, quantity=known_name, whom=target.whom, compare=">", value=0)


def _entries(network: Network) -> dict[str, Any]:
    """Return the names of a network in the places where a forecast's document has them."""
    projects = network.projects
    return {
        "projects": [
            {
                "id": projects.ids[row],
                "status": projects.status[row],
                "is_mandatory": bool(projects.is_mandatory[row]),
                "groups": projects.groups[row],
            }
            for row in range(network.n_listed)
        ],
        "roles": [{"id": role} for role in network.role_ids],
    }


def _check_reason(target: Target, network: Network) -> None:
    """Refuse a number that the scenario cannot have, whatever is simulated."""
    if ASKED[target.quantity].is_of_role:
        return
    entries = _entries(network)["projects"]
    whom = target.whom
    rows = [
        row
        for row, entry in enumerate(entries)
        if not whom or entry["id"] == whom or whom in sets_of(entry)
    ]
    live = [row for row in rows if network.projects.status[row] not in {"done", "cancelled"}]
    of = f" of {whom}" if whom else ""
    if not live:
        _refuse(f"{target.text}: nothing{of} is left to be simulated; ask for another project.")
    if not whom and target.quantity.startswith("finish_"):
        if not any(is_committed(network, row) for row in live):
            _refuse(f"{target.text}: no project is committed; ask for one, finish_p80(ID)=2d.")
        return
    for need in _NEEDS.get(target.quantity, ()):
        states = _STATED[need]
        if not any(states(network, row) for row in live):
            _refuse(
                f"{target.text}: no project{of} states a {need}, so that there is no "
                f"{target.quantity}. Give the scenario one, or ask for another number."
            )


_STATED: dict[str, Callable[[Network, int], bool]] = {
    "due": lambda network, row: network.projects.due[row] != NONE,
    "deadline": lambda network, row: network.projects.deadline[row] != NONE,
    "budget": lambda network, row: not math.isnan(network.projects.budget[row]),
    "benefit": lambda network, row: network.projects.benefit_per_year[row] is not None,
    "baseline or due": lambda network, row: (
        network.projects.baseline_finish[row] != NONE or network.projects.due[row] != NONE
    ),
}


def _check_reach(target: Target, most: int) -> None:
    """Refuse a chance that even an event which never happens is not known to."""
    if ASKED[target.quantity].kind != "chance" or ASKED[target.quantity].is_of_role:
        return
    best = _wilson(0.0, most)
    if target.half_width < best:
        least = NORMAL_QUANTILE**2 * (0.5 / target.half_width - 1.0)
        _refuse(
            f"{target.text} is out of reach: of {most:,} futures even a chance of 0 is known to "
            f"±{100 * best:.2g} % only. Ask for less, or allow more futures: --most "
            f"{math.ceil(least):,} at the very least."
        )


def _wilson(share: float, n: int) -> float:
    """Return the half-width of Wilson's interval."""
    square = NORMAL_QUANTILE**2
    spread = math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return NORMAL_QUANTILE * spread / (1 + square / n)


def _reading(document: Mapping[str, Any], target: Target) -> Reading:
    quantity = ASKED[target.quantity]
    n = int(document["replications"])
    if not target.whom:
        found = [("", _at(document["portfolio"], quantity.of_portfolio), n)]
    else:
        entries = document["roles" if quantity.is_of_role else "projects"]
        chosen = [entry for entry in entries if entry["id"] == target.whom]
        if not chosen and not quantity.is_of_role:
            chosen = [entry for entry in entries if target.whom in sets_of(entry)]
        found = [
            (entry["id"], _at(entry, quantity.path), int(entry.get("futures", n)))
            for entry in chosen
        ]
    return _widest(target, [_one(target, *each) for each in found])


def _reading_of_differences(
    document: Mapping[str, Any], target: Target, projects: Sequence[Mapping[str, Any]]
) -> Reading:
    measure, n = IN_COMPARISON[target.quantity], int(document["replications"])
    is_of_role = ASKED[target.quantity].is_of_role
    kind = "portfolio" if not target.whom else "role" if is_of_role else "project"
    names = {target.whom or "portfolio"}
    if target.whom and not is_of_role and target.whom not in {each["id"] for each in projects}:
        names = {each["id"] for each in projects if target.whom in sets_of(each)}
    found = [
        _one(
            target,
            row["entity"],
            {"reason": row.get("reason"), **(row["difference"] or {})},
            n,
            of=(row["base"] or {}).get("value"),
        )
        for alternative in document["alternatives"]
        for row in alternative["rows"]
        if row["kind"] == kind and row["measure"] == measure and row["entity"] in names
    ]
    return _widest(target, found)


def _one(
    target: Target, name: str, estimate: Mapping[str, Any], n: int, of: float | None = None
) -> Reading:
    """Return how well one number is known; a relative width is one of ``of``, or of itself."""
    width = half_width_of(estimate)
    reason = str((estimate or {}).get("reason") or "")
    if (estimate or {}).get("after_horizon"):
        reason = "it lies after the planning window, in which more futures do not help"
    if target.is_relative and math.isfinite(width) and width > 0.0:
        whole = abs(estimate["value"] if of is None else of)
        width = width / whole if whole else math.inf
    return Reading(target=target, half_width=width, n=n, name=name, reason=reason)


def _widest(target: Target, found: Iterable[Reading]) -> Reading:
    """Return the reading of a set: the one that is known least of those that are known."""
    readings = list(found)
    known = [reading for reading in readings if not reading.is_hopeless]
    if known:
        return max(known, key=lambda reading: reading.half_width)
    reason = next((reading.reason for reading in readings if reading.reason), "")
    return Reading(
        target=target,
        half_width=math.nan,
        n=readings[0].n if readings else 0,
        reason=reason or "there is no such number",
    )


def _at(entry: Mapping[str, Any], path: Sequence[str]) -> Mapping[str, Any]:
    part: Any = entry
    for key in path:
        part = (part or {}).get(key)
    found: Mapping[str, Any] = part or {}
    return found


def _shown(width: float, target: Target) -> str:
    if target.is_relative:
        return f"±{100 * width:.3g} %"
    kind = ASKED[target.quantity].kind
    if kind == "days":
        return f"±{width:.3g} working days"
    if kind == "chance":
        return f"±{100 * width:.3g} of 100"
    return f"±{width:,.0f}" if kind == "money" else f"±{width:.3g}"


def _refuse(text: str) -> NoReturn:
    raise InputError([Problem(place=OPTION, code=CODE, text=text)])
