"""Start rules: the page of a bake-off: which rule would be best, and what it costs elsewhere.

In: ``pmosim.policies/1``. Out: Study. Not here: the charts (``frontier``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmosim.forecast.wording import NOT_KNOWN, money_in_words
from pmosim.report.changes import (
    UNKNOWN,
    Change,
    money_saying,
    read_difference,
    say_change,
    say_count,
    say_interval,
    say_points,
    say_signed_days,
)
from pmosim.report.reading import Number, as_finite, as_mapping, clean, read_number
from pmosim.report.sentences import Card, KeyNumber, Sentence, say_list
from pmosim.report.study import INTERVAL, NOT_YET_CERTAIN, SAME_LUCK, Section, Study
from pmosim.report.tables import DASH, Cell, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LISTED = 6
"""Rules named on the first page; the table has all."""
TERMS = (
    (
        "Start rule",
        "What decides when a waiting project may begin: a limit of active projects, of work, of "
        "money; and who goes first.",
    ),
    (
        "From request, from release",
        "Working days to the finish from the day a project asks, and from the day it may begin. "
        "A rule that only lets projects wait longer before they begin shortens the second alone.",
    ),
    (
        "Beaten",
        "Another rule is better in something that counts, and worse in nothing.",
    ),
    (
        "Best in … of 100",
        "In how many futures this rule is the best of all, or as good; luck would have "
        "it so there, which is less than being best on average.",
    ),
    ("Loses", "How far it is from the best of each future, on average: what the choice may cost."),
    SAME_LUCK,
    INTERVAL,
    NOT_YET_CERTAIN,
)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What rules are judged by."""

    id: str
    words: str
    unit: str
    """``share``, ``money``, ``projects`` or ``working days``."""
    is_less_better: bool
    is_judged: bool
    reason: str
    currency: str

    def say(self, value: float) -> str:
        """Return a value in words."""
        if self.unit == "share":
            return f"{100 * value:.1f} of 100"
        if self.unit == "money":
            return money_in_words(value, self.currency)
        return f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"

    @property
    def changing(self) -> Callable[[float], str]:
        """What says a change of it."""
        return {
            "share": say_points,
            "money": money_saying(self.currency),
            "working days": say_signed_days,
        }.get(self.unit, say_count)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule with one setting."""

    id: str
    place: int
    """1 = best."""
    policy: str
    parameter: float | None
    order: str
    words: str
    is_today: bool
    values: Mapping[str, Number]
    changes: Mapping[str, Change]
    """Against the rule of today."""
    p_best: Number
    regret: Number
    dominated_by: str
    equal_to: str
    moves_waiting: bool
    text: str
    n: int


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The whole bake-off."""

    by: Measure | None
    measures: tuple[Measure, ...]
    rules: tuple[Rule, ...]
    frontier: tuple[str, ...]
    words: Mapping[str, str]
    is_decided: bool
    """Whether the best was chosen with its chance."""

    def measure(self, id_: str) -> Measure | None:
        """Return a measure that some rule has a value of."""
        found = next((m for m in self.measures if m.id == id_), None)
        return found if any(id_ in rule.values for rule in self.rules) else None

    @property
    def today(self) -> Rule | None:
        """The rule of today."""
        return next((rule for rule in self.rules if rule.is_today), None)

    def named(self, id_: str) -> str:
        """Return the words of a rule."""
        return next((rule.words for rule in self.rules if rule.id == id_), id_)


def read_start_rules(document: Mapping[str, Any]) -> Study:
    """Return the page of a bake-off."""
    from pmosim.report.frontier import plan_frontier, plan_leads

    rules = read_rules(document)
    futures = as_mapping(document.get("futures"))
    common = as_finite(futures.get("common"))
    total = as_finite(futures.get("all"))
    name = clean(document.get("scenario")) or "the portfolio"
    line = f"{len(rules.rules)} start rules on the same luck"
    if common is not None:
        line += f"; {common:,.0f} futures of each" + (
            f", {total:,.0f} in all, more of those that may be the best" if total else ""
        )
    return Study(
        kicker="Start rules",
        name=name,
        subtitles=(f"{line}.",),
        lead=rules.words.get("verdict") or "No start rule was tried.",
        numbers=_key_numbers(rules),
        cards=_cards(document, rules),
        charts=(*plan_frontier(rules), *plan_leads(rules)),
        sections=(
            Section(id="rules", heading="Every rule that was tried", table=tabulate_rules(rules)),
            *_left_out(document),
        ),
        terms=TERMS,
    )


def read_rules(document: Mapping[str, Any]) -> Rules:
    """Read the document."""
    currency = clean(document.get("currency"))
    measures = tuple(
        Measure(
            id=clean(raw.get("id")),
            words=clean(raw.get("words")),
            unit=clean(raw.get("unit")),
            is_less_better=raw.get("better") == "low",
            is_judged=raw.get("is_judged") is not False,
            reason=clean(raw.get("reason")),
            currency=currency,
        )
        for raw in _mappings(document.get("measures"))
    )
    by = clean(document.get("by"))
    return Rules(
        by=next((measure for measure in measures if measure.id == by), None),
        measures=measures,
        rules=tuple(
            _read_rule(raw, place)
            for place, raw in enumerate(_mappings(document.get("rules")), start=1)
        ),
        frontier=tuple(clean(id_) for id_ in document.get("frontier") or []),
        words={key: clean(text) for key, text in as_mapping(document.get("words")).items()},
        is_decided=as_mapping(document.get("selection")).get("is_decided") is True,
    )


def _mappings(raw: object) -> list[Mapping[str, Any]]:
    return [as_mapping(item) for item in raw] if isinstance(raw, list) else []


def _read_rule(raw: Mapping[str, Any], place: int) -> Rule:
    values, changes = {}, {}
    for id_, estimate in as_mapping(raw.get("measures")).items():
        number = read_number(estimate)
        if number.value is not None:
            values[str(id_)] = number
            changes[str(id_)] = read_difference(as_mapping(estimate).get("change"))
    return Rule(
        id=clean(raw.get("id")),
        place=place,
        policy=clean(raw.get("policy")),
        parameter=as_finite(raw.get("parameter")),
        order=clean(raw.get("order")),
        words=clean(raw.get("words")) or clean(raw.get("id")),
        is_today=raw.get("is_today") is True,
        values=values,
        changes=changes,
        p_best=read_number(raw.get("p_best")),
        regret=read_number(raw.get("regret")),
        dominated_by=clean(raw.get("dominated_by")),
        equal_to=clean(raw.get("equal_to")),
        moves_waiting=raw.get("moves_waiting") is True,
        text=clean(raw.get("text")),
        n=int(as_finite(raw.get("n")) or 0),
    )


def _key_numbers(rules: Rules) -> tuple[KeyNumber, ...]:
    if not rules.rules:
        return ()
    best, today, by = rules.rules[0], rules.today, rules.by
    numbers = [
        KeyNumber(
            value=str(len(rules.frontier)),
            of=f"of {len(rules.rules)}",
            text="start rules are not beaten by another",
        )
    ]
    if by is not None and by.id in best.values:
        value = by.say(best.values[by.id].value or 0.0)
        head, _, tail = value.partition(" of ")
        numbers.append(
            KeyNumber(value=head, of=f"of {tail}" if tail else "", text=f"{by.words}: {best.words}")
        )
        if today is not None and today is not best and by.id in today.values:
            head, _, tail = by.say(today.values[by.id].value or 0.0).partition(" of ")
            numbers.append(
                KeyNumber(
                    value=head, of=f"of {tail}" if tail else "", text=f"{by.words}: today's rule"
                )
            )
    if best.p_best.value is not None:
        numbers.append(
            KeyNumber(
                value=f"{100 * best.p_best.value:.0f}",
                of="of 100",
                text=f"futures in which {best.words} is the best, or as good",
            )
        )
    return tuple(numbers[:4])


def _cards(document: Mapping[str, Any], rules: Rules) -> tuple[tuple[Card, ...], ...]:
    left = []
    guarantee = rules.words.get("guarantee") or clean(
        as_mapping(document.get("selection")).get("text")
    )
    if guarantee:
        left.append(Card(id="certainty", question="How sure is the choice?", answer=guarantee))
    on_frontier = [rule for rule in rules.rules if rule.id in rules.frontier]
    if rules.words.get("frontier"):
        left.append(
            Card(
                id="left",
                question="Which rules are left to choose from?",
                answer=f"{len(on_frontier)} of {len(rules.rules)}: each of them is better than "
                "every other in something that counts.",
                sentences=tuple(_say_rule(rule, rules) for rule in on_frontier[:LISTED]),
                more=f"{len(on_frontier) - LISTED} more in the table."
                if len(on_frontier) > LISTED
                else "",
            )
        )
    right = []
    if rules.words.get("backlog"):
        right.append(
            Card(
                id="backlog",
                question="Do projects get quicker, or do they only wait elsewhere?",
                answer=rules.words["backlog"],
                more="Count from the request: that is what the client of a project does.",
            )
        )
    missing = [m for m in rules.measures if m.reason]
    if missing:
        right.append(
            Card(
                id="missing",
                question="What could not be judged?",
                answer=f"{say_list([m.words for m in missing]).capitalize()}.",
                sentences=tuple(
                    Sentence(strong=m.words.capitalize(), rest=f": {m.reason}.") for m in missing
                ),
            )
        )
    return tuple(tuple(cards) for cards in (left, right) if cards)


def _say_rule(rule: Rule, rules: Rules) -> Sentence:
    parts = [
        f"{measure.words} {measure.say(rule.values[measure.id].value or 0.0)}"
        for measure in rules.measures
        if measure.is_judged and measure.id in rule.values
    ]
    return Sentence(strong=capital(rule.words), rest=f": {'; '.join(parts)}.")


def capital(text: str) -> str:
    """Return the text with its first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def tabulate_rules(rules: Rules) -> Table:
    """Return every rule with its values, the change against today, and what is said of it."""
    measures = [m for m in rules.measures if rules.measure(m.id) is not None]
    rows = tuple(
        (
            Cell(text=f"{rule.place}. {capital(rule.words)}", note=rule.id),
            *(_cell_of(rule, measure) for measure in measures),
            Cell(text=_say_share(rule.p_best)),
            Cell(text=_say_regret(rule, rules)),
            Cell(text=_say_standing(rule, rules)),
        )
        for rule in rules.rules
    )
    return Table(
        caption="Start rules, the best first; below each value the change against today's rule",
        head=(
            "Rule",
            *(capital(measure.words) for measure in measures),
            "Best in",
            "Loses",
            "Standing",
        ),
        rows=rows,
        numeric=frozenset(range(1, len(measures) + 1)),
        note="A question mark: the change is not yet certain. Days are working days.",
    )


def _cell_of(rule: Rule, measure: Measure) -> Cell:
    number = rule.values.get(measure.id)
    if number is None or number.value is None:
        return Cell(text=DASH)
    change = rule.changes.get(measure.id, UNKNOWN)
    note = ""
    if not rule.is_today and change.value is not None:
        note = say_change(change, measure.changing)
        interval = say_interval(change, measure.changing)
        note += f" ({interval})" if interval else ""
    return Cell(text=measure.say(number.value), note=note)


def _say_share(number: Number) -> str:
    return NOT_KNOWN if number.value is None else f"{100 * number.value:.0f} of 100"


def _say_regret(rule: Rule, rules: Rules) -> str:
    if rule.regret.value is None or rules.by is None:
        return NOT_KNOWN
    return rules.by.say(rule.regret.value)


def _say_standing(rule: Rule, rules: Rules) -> str:
    parts = ["today's rule"] if rule.is_today else []
    if rule.dominated_by:
        parts.append(f"beaten by: {rules.named(rule.dominated_by)}")
    elif rule.id in rules.frontier:
        parts.append("not beaten")
    if rule.equal_to:
        parts.append(f"as good as: {rules.named(rule.equal_to)}")
    if rule.moves_waiting:
        parts.append("moves the waiting to the backlog")
    return "; ".join(parts) or DASH


def _left_out(document: Mapping[str, Any]) -> Sequence[Section]:
    rows = tuple(
        (
            Cell(text=clean(raw.get("rule") or raw.get("policy"))),
            Cell(text=clean(raw.get("reason"))),
        )
        for raw in _mappings(document.get("left_out"))
    )
    if not rows:
        return ()
    return (
        Section(
            id="left-out",
            heading="Rules that could not be tried",
            table=Table(
                caption="Rules that the scenario has no data for",
                head=("Rule", "Why it was left out"),
                rows=rows,
            ),
        ),
    )
