"""Calibrated: the page of what history says, how it was fitted, and where data were too few.

In: ``pmosim.calibration/1``. Out: Study. Not here: the charts (``fittings``).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pmosim.report.fittings import plan_on_plan, plan_qq, plan_requests, plan_sizes
from pmosim.report.reading import as_finite, as_mapping, clean, read_date
from pmosim.report.sentences import Card, KeyNumber, Sentence, say_date
from pmosim.report.study import Section, Study
from pmosim.report.tables import DASH, Cell, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Json = Mapping[str, Any]

FEW = 30
P90 = 1.2815515655446004
NAMES = {
    "work": "Work",
    "elapsed": "Time from start to finish",
    "project duration": "Duration of projects",
    "project cost": "Cost of projects",
    "project effort": "Effort of projects",
    "arrivals": "Requests",
    "staff": "People",
}
WORDS = {
    "plan_bias": "Actual / plan, planned at one unit",
    "typical_bias": "Actual / plan at the typical plan",
    "typical_plan": "Typical plan",
    "least_plan": "Smallest plans seen",
    "most_plan": "Largest plans seen",
    "size_slope": "Size effect (1 = none)",
    "spread": "Spread of single items",
    "spread_slope": "Spread by size (0 = none)",
    "project_factor": "What a project has in common",
    "period_factor": "What a quarter has in common",
    "on_plan_share": "Exactly on plan",
    "stretched_share": "Early ends that fill the plan",
    "tail_dof": "Tails (degrees of Student's t)",
    "cancel_share": "Stopped",
    "class_bias": "On top of the others",
    "class_spread": "Spread over the common one",
    "arrival_rate": "Requests a year",
    "dispersion": "Variance / mean of months",
    "trend": "Growth a year",
    "hazard": "Leavers a person and year",
    "absence_rate": "Away, leave included",
    "spell_days": "Working days of an absence",
    "hours_per_day": "Hours booked a day",
    "frequency": "How often it happened",
}
FACTORS = {"plan_bias", "typical_bias", "class_bias"}
SHARES = {"on_plan_share", "stretched_share", "cancel_share", "absence_rate", "trend", "frequency"}
TERMS = (
    (
        "Actual / plan",
        "What work took over what was planned: 1.2 is a fifth more. Half of the work takes more "
        "than the middle value, half less; work exactly on plan is counted apart.",
    ),
    (
        "Size effect",
        "1: large work overruns like small work. Below 1: small work overruns more. Without it "
        "sums of tasks come out too large or too small.",
    ),
    (
        "What a project has in common",
        "A project whose first tasks overrun mostly overruns in all: this does not cancel out "
        "over its tasks, whatever their number.",
    ),
    (
        "From … to …",
        "Where the true value lies with a chance of 95 of 100, as far as the number of items goes.",
    ),
    (
        "Measured, assumed",
        "Measured: fitted to this history. Assumed: too few items; a prior or other organisations' "
        "projects stand for it, with their source.",
    ),
)


def read_calibration(document: Json) -> Study:
    """Return the page of a calibration."""
    fits = [as_mapping(fit) for fit in document.get("fits") or []]
    requests = [as_mapping(one) for one in document.get("requests") or []]
    parameters = [as_mapping(one) for one in document.get("parameters") or []]
    as_of = read_date(document.get("as_of"))
    subtitle = f"As known on {say_date(as_of)}." if as_of is not None else ""
    fitted = [fit for fit in fits if fit.get("dots")]
    return Study(
        kicker="What history says",
        name=clean(document.get("name")) or "the history",
        subtitles=(subtitle, clean(document.get("track_record"))),
        lead=_lead(parameters, fits),
        numbers=tuple(_key_numbers(parameters)),
        cards=_cards(document, fits),
        charts=(
            *(plan for fit in fitted for plan in plan_sizes(fit, name_of(fit))),
            *(plan for fit in fitted for plan in plan_on_plan(fit, name_of(fit))),
            *(plan for fit in fitted for plan in plan_qq(fit, name_of(fit))),
            *(plan for one in requests[:1] for plan in plan_requests(one)),
        ),
        sections=tuple(_sections(parameters, fits)),
        terms=TERMS,
    )


def name_of(fit: Json) -> str:
    """Return what an amount is called."""
    group = clean(fit.get("group"))
    return NAMES.get(group, group)


def _value(parameters: list[Json], name: str, group: str) -> Json:
    for parameter in parameters:
        if parameter.get("name") == name and parameter.get("group") == group:
            return parameter
    return {}


def _first_group(parameters: list[Json]) -> str:
    groups = [clean(p.get("group")) for p in parameters if p.get("name") == "typical_bias"]
    return groups[0] if groups else ""


def _lead(parameters: list[Json], fits: list[Json]) -> str:
    group = _first_group(parameters)
    bias = as_finite(_value(parameters, "typical_bias", group).get("value"))
    spread = as_finite(_value(parameters, "spread", group).get("value"))
    factor = as_finite(_value(parameters, "project_factor", group).get("value")) or 0.0
    if bias is None or spread is None:
        return "This history has no plans to compare with what came of them."
    late = math.exp(bias + P90 * math.hypot(spread, factor))
    n = next((fit.get("n_finished") for fit in fits if fit.get("group") == group), 0)
    return (
        f"{NAMES.get(group, group)} takes {math.exp(bias):.2f} times its plan in the middle and "
        f"{late:.1f} times in one case of ten ({n:,} finished)."
    )


def _key_numbers(parameters: list[Json]) -> Iterator[KeyNumber]:
    group = _first_group(parameters)
    wanted = (
        ("size_slope", "size effect: 1 = large work overruns like small"),
        ("project_factor", "what a project has in common (spread of ln)"),
        ("on_plan_share", "of finished work took exactly its plan"),
    )
    for name, text in wanted:
        found = _value(parameters, name, group)
        if found:
            yield KeyNumber(value=_shown(name, found.get("value")), of="", text=text)
    rate = _value(parameters, "arrival_rate", "arrivals")
    if rate:
        yield KeyNumber(value=_shown("", rate.get("value")), of="", text="requests a year")


def _shown(name: str, value: object) -> str:
    number = as_finite(value)
    if number is None:
        return DASH
    if name in FACTORS:
        return f"{math.exp(number):.2f}"
    if name in SHARES:
        return f"{100 * number:.0f} %"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def _cards(document: Json, fits: list[Json]) -> tuple[tuple[Card, ...], ...]:
    notes = [clean(note) for note in document.get("notes") or []]
    too_little = Card(
        id="too-little",
        question="What was too little data?",
        answer="Nothing: all values are measured." if not notes else "",
        sentences=tuple(_sentence(note) for note in notes),
    )
    fit_words = []
    for fit in fits:
        n_open, stopped = fit.get("n_open") or 0, fit.get("n_cancelled") or 0
        text = f"{name_of(fit)}: {fit.get('n_finished'):,} finished, {n_open:,} still open"
        text += f" (each counts as longer than so far), {stopped:,} stopped"
        fit_words.append(_sentence(f"{text}, {fit.get('n_projects'):,} projects."))
    rests = Card(
        id="rests-on", question="What does it rest on?", answer="", sentences=tuple(fit_words)
    )
    trust = Card(
        id="fits",
        question="Does the law fit?",
        answer="",
        sentences=tuple(_sentence(_say_fit(fit)) for fit in fits),
    )
    return ((too_little,), (rests, trust))


def _sentence(text: str) -> Sentence:
    """Return a sentence whose first words, up to a colon, are set in bold."""
    head, colon, rest = text.partition(":")
    return Sentence(strong=head + colon, rest=rest)


def _say_fit(fit: Json) -> str:
    name, law, p = name_of(fit), clean(fit.get("law")), as_finite(fit.get("p_fit"))
    words = {
        "normal": "lognormal",
        "t": "log-t (heavy tails)",
        "laplace": "log-Laplace (heavy tails)",
        "empirical": "the data themselves, smoothed",
    }.get(law, law)
    if not fit.get("dots"):
        return f"{name}: nothing was fitted."
    if (fit.get("n_finished") or 0) < FEW:
        words = "too few items for a law of their own: as wide as so few allow"
    if fit.get("is_large"):
        return f"{name}: {words}; with so many items every law is rejected: see the curve."
    if p is None:
        return f"{name}: {words}."
    verdict = "as bad as this by chance alone in" if p >= 0.05 else "hardly by chance: only in"
    return f"{name}: {words}; a fit {verdict} {100 * p:.0f} of 100 samples (Anderson-Darling)."


def _sections(parameters: list[Json], fits: list[Json]) -> Iterator[Section]:
    yield Section(
        id="values",
        heading="All values",
        sentence="What a scenario takes by `calibration:`.",
        table=Table(
            caption="Fitted values with their 95 % intervals",
            head=("For", "Value of", "Value", "From … to …", "Items", "Basis", "Source"),
            rows=tuple(_row(parameter) for parameter in parameters),
            numeric=frozenset({2, 3, 4}),
        ),
    )
    for fit in fits:
        compared = fit.get("compared") or []
        if compared:
            yield Section(
                id=f"laws-{clean(fit.get('group')).replace(' ', '-')}",
                heading=f"{name_of(fit)}: laws that were compared",
                sentence="By forecasts of projects that a law had not seen; the simplest that "
                "no other beats by more than a standard error is taken.",
                table=Table(
                    caption="Mean error of the logarithm (CRPS), smaller is better",
                    head=("Law", "Error", "Worse than the one taken", "Standard error"),
                    rows=tuple(
                        (
                            Cell(text=clean(one.get("law"))),
                            Cell(text=f"{as_finite(one.get('crps')) or 0:.4f}"),
                            Cell(text=f"{as_finite(one.get('difference')) or 0:+.4f}"),
                            Cell(text=f"{as_finite(one.get('se')) or 0:.4f}"),
                        )
                        for one in map(as_mapping, compared)
                    ),
                    numeric=frozenset({1, 2, 3}),
                ),
            )


def _row(parameter: Json) -> tuple[Cell, ...]:
    name, group = clean(parameter.get("name")), clean(parameter.get("group"))
    low, high = (_shown(name, parameter.get(end)) for end in ("low", "high"))
    words = WORDS.get(name, name.replace("season_", "Season of "))
    head, _, rest = group.partition(" ")
    where = NAMES.get(group) or f"{NAMES.get(head, head)}, {rest.replace('=', ' ')}"
    return (
        Cell(text=where),
        Cell(text=words),
        Cell(text=_shown(name, parameter.get("value"))),
        Cell(text=DASH if low == high else f"{low} to {high}"),
        Cell(text=f"{parameter.get('n') or 0:,}"),
        Cell(text=clean(parameter.get("basis"))),
        Cell(text=clean(parameter.get("source"))),
    )
