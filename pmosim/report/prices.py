"""Prices: the page of what each mechanism costs, and of when a hire pays for itself.

In: ``pmosim.price/1``. Out: Study. Not here: the charts (``pricetags``, ``payback``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmosim.forecast.wording import money_in_words
from pmosim.report.changes import (
    UNKNOWN,
    Change,
    money_saying,
    read_difference,
    say_change,
    say_interval,
    say_points,
    say_signed_days,
)
from pmosim.report.changetables import DOUBT, cell_of_change
from pmosim.report.reading import as_finite, as_mapping, clean, read_date, read_prose
from pmosim.report.sentences import Card, KeyNumber, Sentence, say_date, say_list, say_month
from pmosim.report.study import INTERVAL, NOT_YET_CERTAIN, SAME_LUCK, Section, Study
from pmosim.report.tables import Cell, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pmosim.report.figures import Plan

NAMED = 5
VALUE = "npv_mean"
"""The measure of which more is better."""
HEADS = {
    "finish_mean_days": "All committed done, on average (days)",
    "finish_p80_days": "All committed done in 80 of 100 (days)",
    "project_days": "Delay of all projects together (days)",
    "p_late": "Promises missed (of 100)",
    "cost_mean": "Cost",
    VALUE: "Net present value",
}
"""What a mechanism changes, in the order of the columns."""
NEVER = "never within the window"
TERMS = (
    (
        "Price of a mechanism",
        "What changes when the same futures are played with it and without it: with it minus "
        "without it. A plan leaves it out, so its price is what the plan hides.",
    ),
    (
        "Assumed",
        "Its value, or a part of it, is taken from published evidence and was not measured here.",
    ),
    (
        "Brought and paid",
        "Brought: benefits that flow within the window, less the cost charged to projects. "
        "Paid: the day rate from the first day on, idle or not. Both are added up from day 0 and "
        "discounted; the hire breaks even from the month on in which brought stays above paid.",
    ),
    SAME_LUCK,
    INTERVAL,
    NOT_YET_CERTAIN,
)


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A mechanism and its price."""

    id: str
    name: str
    is_on: bool
    is_assumed: bool
    switched: str
    """What the world is like with it the other way round."""
    effects: Mapping[str, Change]
    prior: Mapping[str, Any]
    reason: str

    def of(self, measure: str) -> Change:
        """Return what it changes, with it minus without it."""
        return self.effects.get(measure, UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class MonthEnd:
    """What a hire has brought and was paid by the end of a month."""

    label: str
    brought: float
    low: float
    high: float
    paid: float


@dataclass(frozen=True, kw_only=True)
class Hire:
    """A hire, and the month from which on it pays for itself."""

    id: str
    words: str
    text: str
    month: str
    earliest: str
    latest: str
    anyway: str
    months: tuple[MonthEnd, ...]
    lifetime: Change
    slides: bool


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """Everything that the document says."""

    measure: str
    """What mechanisms are sorted by."""
    currency: str
    tags: tuple[Tag, ...]
    hires: tuple[Hire, ...]
    dearest: Tag | None
    words: Mapping[str, str]

    @property
    def on(self) -> tuple[Tag, ...]:
        """Those that are on and were switched off, the dearest first."""
        return tuple(tag for tag in self.tags if tag.is_on and tag.effects)

    @property
    def off(self) -> tuple[Tag, ...]:
        """Those that are off and were switched on, the dearest first."""
        return tuple(tag for tag in self.tags if not tag.is_on and tag.effects)

    @property
    def measures(self) -> tuple[str, ...]:
        """Those of which something is known, the one that sorts first."""
        known = [
            measure
            for measure in HEADS
            if measure != self.measure
            and any(tag.of(measure).kind != "unknown" for tag in (*self.on, *self.off))
        ]
        return (self.measure, *known)

    @property
    def drawn(self) -> tuple[str, ...]:
        """The one that sorts and, beside it, finish, promises, cost and net value."""
        first, *others = self.measures
        return (first, *(m for m in others if m not in {"project_days", "finish_p80_days"}))[:4]

    def is_worse(self, change: Change, measure: str) -> bool:
        """Whether it certainly is worse with it."""
        return change.kind == ("less" if measure == VALUE else "more")

    def is_better(self, change: Change, measure: str) -> bool:
        """Whether it certainly is better with it."""
        return change.kind == ("more" if measure == VALUE else "less")

    def words_of(self, measure: str) -> Callable[[float], str]:
        """Return what says a change of a measure."""
        if measure == "p_late":
            return say_points
        return say_signed_days if measure.endswith("days") else money_saying(self.currency)


def read_prices(document: Mapping[str, Any]) -> Study:
    """Return the page of the prices."""
    from pmosim.report.payback import plan_paybacks
    from pmosim.report.pricetags import plan_off, plan_on

    prices = read_price_list(document)
    n = int(as_finite(document.get("replications")) or 0)
    as_of = read_date(document.get("as_of"))
    known = f"As known on the morning of {say_date(as_of)}; " if as_of is not None else ""
    charts: list[Plan] = [*plan_on(prices), *plan_off(prices), *plan_paybacks(prices)]
    return Study(
        kicker="What things cost",
        name=clean(document.get("scenario")) or "the portfolio",
        subtitles=(
            f"{known}{n:,} futures, played again with one mechanism after the other the other way "
            "round, on the same luck.",
        ),
        lead=prices.words.get("dearest", "") or "Nothing was switched.",
        numbers=_key_numbers(prices),
        cards=_cards(prices),
        charts=tuple(charts),
        sections=_sections(prices),
        terms=TERMS,
    )


def read_price_list(document: Mapping[str, Any]) -> PriceList:
    """Read the document."""
    tags = tuple(_read_tag(as_mapping(raw)) for raw in _list(document.get("mechanisms")))
    dearest = clean(document.get("dearest"))
    return PriceList(
        measure=clean(document.get("ranked_by")) or "finish_mean_days",
        currency=clean(document.get("currency")),
        tags=tags,
        hires=tuple(
            _read_hire(as_mapping(raw), number)
            for number, raw in enumerate(_list(document.get("hires")), start=1)
        ),
        dearest=next((tag for tag in tags if tag.is_on and tag.id == dearest), None),
        words={key: clean(text) for key, text in as_mapping(document.get("words")).items()},
    )


def _list(raw: object) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _read_tag(raw: Mapping[str, Any]) -> Tag:
    effects = as_mapping(raw.get("effects"))
    return Tag(
        id=clean(raw.get("id")),
        name=clean(raw.get("name")) or clean(raw.get("id")),
        is_on=raw.get("state") == "on",
        is_assumed=raw.get("basis") == "assumed",
        switched=clean(raw.get("switched")),
        effects={str(measure): read_difference(each) for measure, each in effects.items()},
        prior={key: clean(text) for key, text in as_mapping(raw.get("prior")).items()},
        reason=read_prose(raw.get("reason")),
    )


def _read_hire(raw: Mapping[str, Any], number: int) -> Hire:
    turn, anyway = (as_mapping(raw.get(key)) for key in ("break_even", "break_even_paid_anyway"))
    months = [_read_month(as_mapping(month)) for month in _list(raw.get("months"))]
    return Hire(
        id=f"hire-{number}",
        words=clean(raw.get("words")),
        text=clean(raw.get("text")),
        month=clean(turn.get("month")),
        earliest=clean(turn.get("earliest")),
        latest=clean(turn.get("latest")),
        anyway=clean(anyway.get("month")),
        months=tuple(month for month in months if month is not None),
        lifetime=read_difference(raw.get("lifetime_npv")),
        slides=raw.get("slides") is True,
    )


def _read_month(raw: Mapping[str, Any]) -> MonthEnd | None:
    brought, paid = as_finite(raw.get("value")), as_finite(raw.get("price"))
    if brought is None or paid is None:
        return None
    net = read_difference(raw.get("net"))
    return MonthEnd(
        label=clean(raw.get("month")),
        brought=brought,
        low=brought if net.low is None else net.low + paid,
        high=brought if net.high is None else net.high + paid,
        paid=paid,
    )


# ---------------------------------------------------------------------------- the words


def say_price(change: Change, measure: str, currency: str) -> str:
    """Return what is so with a mechanism: ``everything committed ends 8 working days later``."""
    if change.leaves:
        where = "after the planning window" if change.leaves > 0 else "within the planning window"
        return f"everything committed ends {where}"
    value = change.value
    if value is None:
        return "what it changes is not known"
    if measure == "p_late":
        more = "more" if value > 0 else "fewer"
        return f"{100 * abs(value):.1f} {more} of 100 promised dates are missed"
    if measure == "cost_mean":
        return f"it costs {money_in_words(abs(value), currency)} {'more' if value > 0 else 'less'}"
    if measure == VALUE:
        more = "more" if value > 0 else "less"
        return f"it is worth {money_in_words(abs(value), currency)} {more}"
    whom = {
        "finish_p80_days": "in 80 of 100 everything committed ends",
        "project_days": "all listed projects together end",
    }.get(measure, "everything committed ends")
    return f"{whom} {abs(value):,.1f} working days {'later' if value > 0 else 'earlier'}"


def _key_numbers(prices: PriceList) -> tuple[KeyNumber, ...]:
    dearest, numbers = prices.dearest, []
    if dearest is None:
        return ()
    units = {"p_late": "of 100", "cost_mean": prices.currency, VALUE: prices.currency}
    texts = {
        "finish_mean_days": "until all committed is done, on average",
        "finish_p80_days": "until all committed is done in 80 of 100",
        "project_days": "that the listed projects end later, together",
        "p_late": "promised dates missed",
        "cost_mean": "cost",
        VALUE: "net present value",
    }
    for measure in prices.drawn:
        change = dearest.of(measure)
        words = prices.words_of(measure)
        plain = money_saying("") if measure in {"cost_mean", VALUE} else words
        if change.value is None or words(change.value) == "0" or measure not in texts:
            continue
        interval = say_interval(change, words)
        doubt = "" if change.is_settled else "; not yet certain"
        numbers.append(
            KeyNumber(
                value=plain(change.value),
                of=units.get(measure, "working days"),
                text=f"{texts[measure]}, with {dearest.name}"
                + (f" (from {interval}{doubt})" if interval else ""),
            )
        )
    return tuple(numbers)


def _cards(prices: PriceList) -> tuple[tuple[Card, ...], ...]:
    measure = prices.measure
    worse = [tag for tag in prices.on if prices.is_worse(tag.of(measure), measure)]
    better = [tag for tag in prices.on if prices.is_better(tag.of(measure), measure)]
    left = [
        Card(
            id="dearest",
            question="What costs most?",
            answer=f"{_list_tags(worse)}, in this order."
            if len(worse) > 1
            else f"{worse[0].name}."
            if worse
            else "Nothing for certain.",
            sentences=tuple(_say_tag(tag, prices) for tag in worse[:NAMED]),
            more=_more(len(worse)),
        )
    ]
    if better:
        left.append(
            Card(
                id="helping",
                question="What helps?",
                answer=f"{_list_tags(better)}.",
                sentences=tuple(_say_tag(tag, prices) for tag in better[::-1][:NAMED]),
                more=_more(len(better)),
            )
        )
    return tuple(left), tuple(_right_cards(prices))


def _right_cards(prices: PriceList) -> list[Card]:
    measure, right = prices.measure, []
    hidden = [tag for tag in prices.off if prices.is_worse(tag.of(measure), measure)]
    if hidden:
        right.append(
            Card(
                id="hidden",
                question="What is left out here, and what would it cost?",
                answer=f"{_list_tags(hidden)}: off in this scenario. With a value from published "
                "evidence:",
                sentences=tuple(_say_tag(tag, prices) for tag in hidden[:NAMED]),
                more=_more(len(hidden)),
            )
        )
    assumed = [tag for tag in prices.on if tag.is_assumed]
    if assumed:
        right.append(
            Card(
                id="assumed",
                question="Which prices rest on an assumption?",
                answer=f"{_list_tags(assumed)}: their values come from published evidence, wholly "
                "or in part. Say what they are here, and the price is yours.",
            )
        )
    for hire in prices.hires:
        anyway = say_month(hire.anyway) if hire.anyway else NEVER
        right.append(
            Card(
                id=f"pays-{hire.id}",
                question="When does the hire pay for itself?",
                answer=hire.text,
                more=f"With internal work taken as paid anyway: {anyway}.",
            )
        )
    if prices.on:
        right.append(
            Card(
                id="sum",
                question="May prices be added up?",
                answer="No. "
                + prices.words.get("adds_up", "")
                .removeprefix("The prices do not add up: ")
                .capitalize(),
            )
        )
    return right


def _list_tags(tags: Sequence[Tag]) -> str:
    names = [tag.name for tag in tags[:NAMED]]
    if len(tags) > NAMED:
        names.append(f"{len(tags) - NAMED} more")
    text = say_list(names)
    return text[:1].upper() + text[1:]


def _say_tag(tag: Tag, prices: PriceList) -> Sentence:
    change, words = tag.of(prices.measure), prices.words_of(prices.measure)
    interval = say_interval(change, words)
    doubt = "" if change.is_settled else ", not yet certain"
    return Sentence(
        strong=tag.name[:1].upper() + tag.name[1:],
        rest=f": {say_price(change, prices.measure, prices.currency)} with it"
        + (f" (from {interval}{doubt})." if interval else f"{doubt}."),
    )


def _more(n: int) -> str:
    return f"{n - NAMED} more in the table." if n > NAMED else ""


# --------------------------------------------------------------------------- the tables


def _sections(prices: PriceList) -> tuple[Section, ...]:
    sections = []
    if prices.on:
        sections.append(
            Section(
                id="every-price",
                heading="What each mechanism costs",
                table=tabulate_tags(
                    prices, prices.on, "With each mechanism minus without it, the dearest first"
                ),
            )
        )
    if prices.off:
        sections.append(
            Section(
                id="left-out",
                heading="What is off, and what it would cost",
                sentence="Each alone is switched on, with the value below it.",
                table=tabulate_tags(
                    prices, prices.off, "With each mechanism minus without it, were it on"
                ),
            )
        )
    priors = {tag.prior["name"]: tag for tag in prices.tags if tag.prior.get("name")}
    told = [tag for tag in priors.values() if tag.effects and (tag.is_assumed or not tag.is_on)]
    if told:
        sections.append(
            Section(
                id="evidence",
                heading="Where the assumed values come from",
                table=Table(
                    caption="Values from published evidence, and what the evidence allows",
                    head=("Mechanism", "Value", "It may be", "Evidence"),
                    rows=tuple(
                        (
                            Cell(text=tag.name),
                            Cell(text=tag.prior["value"], note=tag.prior.get("unit", "")),
                            Cell(text=tag.prior.get("range", "")),
                            Cell(
                                text=tag.prior.get("source", ""),
                                note=tag.prior.get("citation", ""),
                            ),
                        )
                        for tag in told
                    ),
                ),
            )
        )
    rest = [tag for tag in prices.tags if not tag.effects]
    if rest:
        sections.append(
            Section(
                id="silent",
                heading="What has no price here",
                table=Table(
                    caption="Mechanisms that were not switched, and why",
                    head=("Mechanism", "Now", "Why it has no price"),
                    rows=tuple(
                        (
                            Cell(text=tag.name, note=tag.switched if not tag.is_on else ""),
                            Cell(text="on" if tag.is_on else "off"),
                            Cell(text=tag.reason or "not asked"),
                        )
                        for tag in rest
                    ),
                ),
            )
        )
    return tuple(sections)


def tabulate_tags(prices: PriceList, tags: Sequence[Tag], caption: str) -> Table:
    """Return mechanisms with everything that they change."""
    measures = [measure for measure in HEADS if measure in prices.measures]
    rows = tuple(
        (
            Cell(
                text=tag.name + (" (assumed)" if tag.is_assumed else ""),
                note=f"{'without it' if tag.is_on else 'with it'}: {tag.switched}"
                if tag.switched
                else "",
            ),
            *(cell_of_change(tag.of(measure), prices.words_of(measure)) for measure in measures),
        )
        for tag in tags
    )
    return Table(
        caption=caption,
        head=("Mechanism", *(HEADS[measure] for measure in measures)),
        rows=rows,
        numeric=frozenset(range(1, len(measures) + 1)),
        note=f"{DOUBT} Days are working days.",
    )


def say_tag(tag: Tag, prices: PriceList, measure: str) -> str:
    """Return a change as it stands beside a mark."""
    return say_change(tag.of(measure), prices.words_of(measure))
