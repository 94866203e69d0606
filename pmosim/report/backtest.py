"""Backtest: the page of how good such forecasts would have been.

In: ``pmosim.backtest/1``. Out: Study. Not here: the charts (``trackrecord``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmosim.report.reading import as_finite, as_mapping, clean, read_date, role_words
from pmosim.report.sentences import Card, KeyNumber, Sentence, say_date, say_day, say_quarter
from pmosim.report.startrules import capital
from pmosim.report.study import Section, Study
from pmosim.report.tables import DASH, Cell, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Json = Mapping[str, Any]

NAMES = {"finish": "Finish", "effort": "Effort", "cost": "Cost"}
UNITS = {"finish": "working days", "effort": "person-days", "cost": ""}
LISTED = 60
"""Projects in the table."""
TERMS = (
    (
        "Cut",
        "A day on which the forecast was made again, with nothing but what was known that morning: "
        "fitted to the log until then, the office as it stood, its queue, random new requests.",
    ),
    (
        "P80 held",
        "The project was finished by the date that 80 of 100 futures kept. Of right forecasts "
        "about 80 of 100 hold; so few projects may hold as few or many as the band says. "
        "Each project counts once, by its first forecast, if its P80 date lay within the data.",
    ),
    (
        "Closer than",
        "How much smaller the error of the whole forecast was (CRPS of logarithms: it weighs "
        "dates, width and chances together, large and small projects alike) than of the other way. "
        "From … to …: 95 of 100, whole quarters drawn with all their projects.",
    ),
    (
        "Still open",
        "Not finished when the data end: judged as far as they reach, neither dropped nor guessed.",
    ),
    (
        "False alarm",
        "Shown as at risk or in need of support, and yet in time.",
    ),
)


def read_backtest(document: Json) -> Study:
    """Return the page of a backtest."""
    from pmosim.report.trackrecord import plan_hits, plan_places, plan_quarters, plan_skills

    words = {key: clean(text) for key, text in as_mapping(document.get("words")).items()}
    measures = list_of(document.get("measures"))
    cuts = [read_date(cut) for cut in document.get("cuts") or []]
    days = [cut for cut in cuts if cut is not None]
    as_of = read_date(document.get("as_of"))
    span = f"{len(days)} {'day' if len(days) == 1 else 'days'}"
    if len(days) > 1:
        span += f" from {say_day(days[0])} to {say_day(days[-1])}"
    elif days:
        span = say_day(days[0])
    until = f"; data until {say_date(as_of)}" if as_of is not None else ""
    return Study(
        kicker="Backtest",
        name=clean(document.get("history")) or "the history",
        subtitles=(f"Forecasts made again as of {span}{until}.",),
        lead=words.get("line") or words.get("held") or "Nothing could be judged yet.",
        answer=capital(f"{words['basis']}.") if words.get("basis") else "",
        numbers=_key_numbers(measures, document),
        cards=_cards(words, document),
        charts=(
            *(plan for measure in measures for plan in plan_hits(measure)),
            *(plan for measure in measures for plan in plan_places(measure)),
            *(plan for measure in measures for plan in plan_skills(measure)),
            *plan_quarters(document),
        ),
        sections=tuple(_sections(document, measures)),
        terms=TERMS,
    )


def list_of(raw: object) -> list[Json]:
    """Return the mappings of a list."""
    return [as_mapping(item) for item in raw] if isinstance(raw, list) else []


def name_of(measure: str) -> str:
    """Return what a measure is called."""
    return NAMES.get(measure, measure)


def hit_of(measure: Json, level: float) -> Json:
    """Return the hit rate of a level."""
    return next((h for h in list_of(measure.get("hits")) if h.get("level") == level), {})


def say_value(value: float | None) -> str:
    """Return a number of days, person-days or money, short."""
    if value is None:
        return DASH
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}".removesuffix(".0")


def _key_numbers(measures: list[Json], document: Json) -> tuple[KeyNumber, ...]:
    numbers = []
    for measure in measures[:1]:
        hit = hit_of(measure, 0.8)
        if hit.get("n"):
            numbers.append(
                KeyNumber(
                    value=str(hit["hits"]),
                    of=f"of {hit['n']}",
                    text=f"P80 held ({hit['fewest']} to {hit['most']} if forecasts are right)",
                )
            )
        for name in ("plan", "regression"):
            one = as_mapping(_forecaster(measure, name).get("skill_log_crps"))
            value = as_finite(one.get("value"))
            if value is not None:
                side = "closer" if value >= 0 else "further off"
                words = clean(_forecaster(measure, name).get("words"))
                numbers.append(
                    KeyNumber(value=f"{100 * abs(value):.0f} %", of="", text=f"{side} than {words}")
                )
    red = as_mapping(as_mapping(document.get("outlook")).get("needs-support"))
    if red.get("n"):
        numbers.append(
            KeyNumber(
                value=str(red.get("wrong")),
                of=f"of {red['n']}",
                text="shown as needing support were in time: false alarms",
            )
        )
    return tuple(numbers[:4])


def _forecaster(measure: Json, name: str) -> Json:
    return next((f for f in list_of(measure.get("forecasters")) if f.get("id") == name), {})


def _cards(words: Json, document: Json) -> tuple[tuple[Card, ...], ...]:
    left = [
        Card(id=id_, question=question, answer=str(words[id_]))
        for id_, question in (
            ("held", "Did the dates hold?"),
            ("against", "Is it better than what there was?"),
        )
        if words.get(id_)
    ]
    right = []
    if words.get("outlook"):
        right.append(
            Card(
                id="outlook",
                question="Can the outlook be trusted?",
                answer=str(words["outlook"]),
                more="Counted at the first forecast of each project that had its due date ahead.",
            )
        )
    assumed = [clean(text) for text in document.get("assumed") or []]
    if assumed:
        right.append(
            Card(
                id="assumed",
                question="What had to be assumed?",
                answer="What the history does not say:",
                sentences=tuple(Sentence(strong="", rest=text) for text in assumed[:5]),
                more=f"{len(assumed) - 5} more." if len(assumed) > 5 else "",
            )
        )
    return tuple(tuple(cards) for cards in (left, right) if cards)


def _sections(document: Json, measures: list[Json]) -> Iterator[Section]:
    for measure in measures:
        id_ = clean(measure.get("id"))
        rows = tuple(
            (
                Cell(text=capital(clean(one.get("words")))),
                Cell(text=say_value(as_finite(one.get("crps")))),
                Cell(text=_share(one.get("log_crps"))),
                Cell(text=_skill(one.get("skill_crps"))),
                Cell(text=_skill(one.get("skill_log_crps"))),
            )
            for one in list_of(measure.get("forecasters"))
        )
        yield Section(
            id=f"{id_}-scores",
            heading=f"{name_of(id_)}: the forecast beside the other ways",
            table=Table(
                caption="Mean error of the whole forecast (CRPS); less is better",
                head=(
                    "Way",
                    f"Error{', ' + UNITS[id_] if UNITS.get(id_) else ''}",
                    "Relative error",
                    "Forecast closer by",
                    "Relatively closer by",
                ),
                rows=rows,
                numeric=frozenset({1, 2, 3, 4}),
                note="In brackets where it lies with a chance of 95 of 100.",
            ),
        )
    outlook = as_mapping(document.get("outlook"))
    if any(as_mapping(part).get("n") for part in outlook.values()):
        yield Section(
            id="alarms", heading="How often the outlook was wrong", table=_alarms(outlook)
        )
    listed = [row for row in list_of(document.get("forecasts")) if _is_listed(row)]
    if listed:
        yield Section(id="projects", heading="Every first forecast", table=_projects(listed))


def _alarms(outlook: Json) -> Table:
    words = {
        "on-track": ("On track", "were late"),
        "at-risk": ("At risk", "were in time"),
        "needs-support": ("Needs support", "were in time"),
    }
    return Table(
        caption="Projects by what the outlook would have shown at their first forecast",
        head=("Outlook", "Shown from a chance of being late of", "Projects", "Wrong", "Rate"),
        rows=tuple(
            (
                Cell(text=words[id_][0]),
                Cell(text=f"{100 * (as_finite(part.get('from')) or 0.0):.0f} of 100"),
                Cell(text=f"{part.get('n')}"),
                Cell(text=f"{part.get('wrong')} {words[id_][1]}"),
                Cell(text=_interval(part)),
            )
            for id_, part in ((key, as_mapping(value)) for key, value in outlook.items())
            if id_ in words
        ),
        numeric=frozenset({1, 2, 4}),
    )


def _interval(part: Json) -> str:
    rate, low, high = (as_finite(part.get(key)) for key in ("rate", "low", "high"))
    if rate is None or low is None or high is None:
        return DASH
    return f"{100 * rate:.0f} of 100 ({100 * low:.0f} to {100 * high:.0f})"


def _is_listed(row: Json) -> bool:
    return row.get("forecaster") == "forecast" and row.get("is_first") is True


def _projects(rows: list[Json]) -> Table:
    return Table(
        caption="What was forecast first, and what came of it",
        head=("Project", "As of", "What", "Plan", "P50", "P80", "Came to", "P80 held"),
        rows=tuple(
            (
                Cell(text=clean(row.get("project"))),
                Cell(text=_day(row.get("cut"))),
                Cell(text=name_of(clean(row.get("measure")))),
                *(Cell(text=say_value(as_finite(row.get(key)))) for key in ("plan", "p50", "p80")),
                Cell(
                    text="still open"
                    if row.get("truth") is None
                    else say_value(as_finite(row.get("truth")))
                ),
                Cell(text=_held(row.get("hit_80"))),
            )
            for row in rows[:LISTED]
        ),
        numeric=frozenset({3, 4, 5, 6}),
        note="Finishes in working days from the request."
        + (f" {len(rows) - LISTED} more in tables/forecasts.csv." if len(rows) > LISTED else ""),
    )


def _held(raw: object) -> str:
    return "not yet known" if raw is None else "yes" if raw else "no"


def _day(raw: object) -> str:
    day = read_date(raw)
    return DASH if day is None else say_day(day)


def _share(raw: object) -> str:
    value = as_finite(raw)
    return DASH if value is None else f"{100 * value:.1f} %"


def _skill(raw: object) -> str:
    one = as_mapping(raw)
    value, low, high = (as_finite(one.get(key)) for key in ("value", "low", "high"))
    if value is None:
        return DASH
    text = f"{100 * value:+.0f} %".replace("-", "\N{MINUS SIGN}")
    if low is None or high is None:
        return text
    return f"{text} ({100 * low:.0f} to {100 * high:.0f})".replace("-", "\N{MINUS SIGN}")


def heading_of(kind: str, role: str) -> str:
    """Return what an aggregate counts."""
    return "Finished projects" if kind == "finished" else f"Work of {role_words(role)}"


def label_of(quarter: str) -> str:
    """Return a quarter, or a span of weeks, in words."""
    return say_quarter(quarter) if "-Q" in quarter else quarter
