"""Price: what each mechanism of a scenario costs, by switching it alone, on the same luck.

In: a scenario and the runs of a study. Out: ``Prices``: per mechanism paired differences, with it
minus without it. Parts need not add up: without one of them, another may hide behind a third.
Not here: what a mechanism is and how it is switched (``mechanisms``), how uncertain its price is
(``forecast.paired``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pmosim.errors import InputError
from pmosim.forecast.estimate import mean, unknown
from pmosim.forecast.finish import end_date
from pmosim.forecast.paired import (
    MATERIAL_OF_MONEY,
    Difference,
    but_for_rounding,
    mean_difference,
    no_difference,
)
from pmosim.forecast.wording import money_in_words
from pmosim.network import compile_network
from pmosim.study import breakeven
from pmosim.study.effects import (
    P80,
    Effects,
    finish_difference,
    finish_of,
    late_difference,
    late_of,
    project_days,
)
from pmosim.study.extract import Extract
from pmosim.study.mechanisms import Mechanism, find_mechanisms
from pmosim.study.runs import Counter, affordable_futures
from pmosim.study.verbs import make_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pmosim.forecast.estimate import Estimate, Json
    from pmosim.network import FloatArray, Network
    from pmosim.scenario import Scenario
    from pmosim.study.breakeven import BreakEven
    from pmosim.study.runs import Runs, Told
    from pmosim.study.verbs import Changed

SCHEMA = "pmosim.price/1"
NO_COST = "nothing costs anything here: no day rate, no fixed cost"
NO_VALUE = "no project states a benefit"
ADDS_UP = (
    "The prices do not add up: each is what goes if this one alone goes; where two delay the same "
    "work, without one of them the other still does."
)
Measure = Literal[
    "finish_mean_days", "finish_p80_days", "project_days", "p_late", "cost_mean", "npv_mean"
]
MEASURES: dict[str, Measure] = {
    "finish": "finish_mean_days",
    "p80": "finish_p80_days",
    "days": "project_days",
    "late": "p_late",
    "cost": "cost_mean",
    "npv": "npv_mean",
}
"""What mechanisms are sorted by, as a user says it."""
USUAL: tuple[Measure, ...] = ("finish_mean_days", "finish_p80_days", "project_days")
"""The first of them that every run has."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one mechanism does: with it minus without it."""

    mechanism: Mechanism
    effects: Effects | None
    """None = not run; ``mechanism.reason`` says why."""

    def burden(self, measure: Measure) -> float:
        """Return how much worse a measure is with it; NaN = not known."""
        if self.effects is None:
            return np.nan
        value = self.effects[measure].value
        return -value if measure == "npv_mean" else value

    def to_json(self) -> Json:
        """Return the entry of a document."""
        one = self.mechanism
        return {
            "id": one.id,
            "name": one.name,
            "state": "on" if one.is_on else "off",
            "basis": one.basis or None,
            "switched": one.text,
            "prior": None if one.prior is None else asdict(one.prior),
            "reason": one.reason or None,
            "effects": None
            if self.effects is None
            else {measure: effect.to_json() for measure, effect in self.effects.items()},
        }


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What each mechanism costs, the dearest first."""

    network: Network
    seed: int
    replications: int
    ranked_by: Measure
    base: Mapping[Measure, Estimate]
    on: tuple[Price, ...]
    """The dearest first, then those that help, then what could not be run."""
    off: tuple[Price, ...]
    """Those with a price first: what each would cost, were it switched on."""
    hires: tuple[BreakEven, ...] = ()

    @property
    def dearest(self) -> Price | None:
        """The mechanism with the highest price that is certain, else the highest; None = none."""
        costly = [price for price in self.on if price.burden(self.ranked_by) > 0.0]
        sure = (price for price in costly if _is_sure(price, self.ranked_by))
        return next(sure, costly[0] if costly else None)

    def to_document(self) -> Json:
        """Return the plain mapping of ``price --json``."""
        network, dearest = self.network, self.dearest
        return {
            "schema": SCHEMA,
            "scenario": network.name,
            "seed": self.seed,
            "replications": self.replications,
            "as_of": network.calendar.as_of.isoformat(),
            "horizon": end_date(network, network.window_end) if network.has_horizon else None,
            "currency": network.currency,
            "ranked_by": self.ranked_by,
            "adds_up": False,
            "base": {measure: estimate.to_json() for measure, estimate in self.base.items()},
            "dearest": None if dearest is None else dearest.mechanism.id,
            "mechanisms": [price.to_json() for price in (*self.on, *self.off)],
            "hires": [hire.to_json() | {"text": breakeven.in_words(hire)} for hire in self.hires],
            "words": {"dearest": in_words(self), "adds_up": ADDS_UP},
        }


def find_prices(
    scenario: Scenario,
    study: Runs,
    *,
    by: str | None = None,
    hires: Sequence[str] = (),
    has_off: bool = True,
    on_run: Told | None = None,
) -> Prices:
    """Switch one mechanism after the other, and say what that changes.

    Parameters
    ----------
    study : how the runs are made: one as it is, one per mechanism, one per hire.
    by : a key of ``MEASURES``: what mechanisms are sorted by. None = the mean finish of everything
        committed, else its P80, else the days of all projects: the first that every run has.
    hires : such as ``2:developer@2027-04``: of each the break-even month is found.
    has_off : whether mechanisms that are off are also switched on, where a prior says how.
    on_run : told after each run.

    Raises
    ------
    InputError : for a hire or a measure that is not there.
    """
    if by is not None and by not in MEASURES:
        raise InputError(f"by is {by!r}; it must be one of {', '.join(MEASURES)}.")
    hired = read_hires(scenario, hires)
    found = find_mechanisms(scenario)
    tried = to_run(found, has_off=has_off)
    counter = Counter(on_run, 1 + len(tried) + len(hired))
    before = study.run(scenario)
    counter.count()
    base = Extract.of(before)
    effects: dict[str, Effects] = {}
    runs = study.take(_extracts(study, tried))
    for mechanism, other in zip(tried, runs, strict=True):
        pair = (other, base) if mechanism.is_on else (base, other)
        effects[mechanism.id] = effects_of(*pair)
        counter.count()
    even = []
    for typed, change in zip(hires, hired, strict=True):
        after = study.run(change.after)
        even.append(breakeven.break_even(before, after, typed=typed, words=change.words))
        counter.count()
    prices = [Price(mechanism=one, effects=effects.get(one.id)) for one in found]
    on = [price for price in prices if price.mechanism.is_on]
    off = [price for price in prices if not price.mechanism.is_on]
    ranked_by = MEASURES[by] if by else _usual(on)
    return Prices(
        network=before.network,
        seed=study.seed,
        replications=study.replications,
        ranked_by=ranked_by,
        base=_readings(base),
        on=tuple(sorted(on, key=lambda price: _place(price, ranked_by))),
        off=tuple(sorted(off, key=lambda price: _place(price, ranked_by))),
        hires=tuple(even),
    )


def read_hires(scenario: Scenario, hires: Sequence[str]) -> list[Changed]:
    """Return the scenario with each hire alone (InputError)."""
    return [make_changes(scenario, [("--hire", text)]) for text in hires]


def to_run(found: Sequence[Mechanism], *, has_off: bool = True) -> list[Mechanism]:
    """Return the mechanisms with a run of their own."""
    return [one for one in found if one.switched is not None and (one.is_on or has_off)]


def enough_futures(scenario: Scenario, n_runs: int) -> int:
    """Return how many futures of each run keep the study within a minute or two."""
    return affordable_futures(compile_network(scenario), n_runs)


def effects_of(without: Extract, having: Extract) -> Effects:
    """Return what a mechanism does to the portfolio: having it minus being without it.

    Days are working days; ``project_days`` those that the listed projects end later, summed.
    """
    return {
        "finish_mean_days": finish_difference(without, having),
        "finish_p80_days": finish_difference(without, having, P80),
        "project_days": project_days(without, having),
        "p_late": late_difference(without, having),
        "cost_mean": _money(without.cost, having.cost)
        if without.cost.any() or having.cost.any()
        else no_difference(NO_COST),
        "npv_mean": _money(without.npv, having.npv)
        if without.n_valued
        else no_difference(NO_VALUE),
    }


def in_words(found: Prices) -> str:
    """Return the sentence on top: which mechanism is the dearest."""
    if not found.on:
        return "Every mechanism is off: this is a perfect world, and nothing in it has a price."
    dearest = found.dearest
    if dearest is None or dearest.effects is None:
        return "No mechanism that is on makes it worse in these futures."
    change = dearest.effects[found.ranked_by]
    doubt = "" if _is_sure(dearest, found.ranked_by) else ", which is not yet certain"
    price = _PRICE[found.ranked_by](change, found.network.currency)
    return f"The dearest is {dearest.mechanism.name}: with it {price}{doubt}."


def _extracts(study: Runs, tried: Sequence[Mechanism]) -> Iterator[Callable[[], Extract]]:
    for mechanism in tried:

        def call(mechanism: Mechanism = mechanism) -> Extract:
            assert mechanism.switched is not None
            return Extract.of(study.run(mechanism.switched))

        yield call


def _readings(base: Extract) -> dict[Measure, Estimate]:
    """Return the portfolio as it is, in the measures of the effects."""
    return {
        "finish_mean_days": finish_of(base),
        "finish_p80_days": finish_of(base, P80),
        "project_days": mean(np.nansum(base.over_days, axis=1)),
        "p_late": late_of(base),
        "cost_mean": mean(base.cost) if base.cost.any() else unknown(NO_COST),
        "npv_mean": mean(base.npv) if base.n_valued else unknown(NO_VALUE),
    }


def _money(without: FloatArray, having: FloatArray) -> Difference:
    """Return the change of an amount of money."""
    material = MATERIAL_OF_MONEY * abs(float(having.mean()))
    return mean_difference(without, but_for_rounding(without, having), material=material)


def _usual(prices: Sequence[Price]) -> Measure:
    """Return the first usual measure that every run has, else the last."""
    run = [price for price in prices if price.effects is not None]
    whole = (m for m in USUAL if not any(np.isnan(price.burden(m)) for price in run))
    return next(whole, USUAL[-1])


def _place(price: Price, measure: Measure) -> tuple[bool, float]:
    """Return the key by which prices are sorted: the dearest first, the unknown last."""
    burden = price.burden(measure)
    return bool(np.isnan(burden)), -burden


def _is_sure(price: Price, measure: Measure) -> bool:
    """Return whether a price is certainly not nothing."""
    change = None if price.effects is None else price.effects[measure]
    if change is None or not change.is_settled or change.is_zero:
        return False
    return np.isinf(change.value) or change.low > 0.0 or change.high < 0.0


def _days_later(whom: str, how: str = "") -> Callable[[Difference, str], str]:
    def say(change: Difference, _: str) -> str:
        if not change.is_known:
            return f"{whom} lies after the planning window, without it in it"
        days = f"{change.value:,.1f} working days later{how}"
        return f"{whom} ends {days}{_span(change, 1.0, 1)}"

    return say


def _span(change: Difference, factor: float, digits: int) -> str:
    low, high = change.low * factor, change.high * factor
    if not (np.isfinite(low) and np.isfinite(high)) or low == high:
        return ""
    return f" ({low:,.{digits}f} to {high:,.{digits}f})"


def _money_more(words: str) -> Callable[[Difference, str], str]:
    def say(change: Difference, currency: str) -> str:
        ends = sorted((abs(change.low), abs(change.high)))
        low, high = (money_in_words(end) for end in ends)
        span = "" if low == high or change.low * change.high < 0.0 else f" ({low} to {high})"
        return f"{words.format(money_in_words(abs(change.value), currency))}{span}"

    return say


def _late_more(change: Difference, _: str) -> str:
    return (
        f"{100.0 * change.value:.1f} of 100 promised dates more are missed{_span(change, 100.0, 1)}"
    )


_PRICE: dict[Measure, Callable[[Difference, str], str]] = {
    "finish_mean_days": _days_later("everything committed", " on average"),
    "finish_p80_days": _days_later("the P80 of everything committed"),
    "project_days": _days_later("all listed work together"),
    "p_late": _late_more,
    "cost_mean": _money_more("it costs {} more"),
    "npv_mean": _money_more("it is worth {} less"),
}
"""Measure -> what is said of the dearest mechanism."""
