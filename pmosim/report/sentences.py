"""Sentences: the first page, in the words of a PMO lead.

In: Answers. Out: a lead, key numbers, cards of sentences; and how a chance, a date, an amount of
money is said anywhere in the report. Not here: reading the document (``answers``).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import (
    AFTER_WINDOW,
    MONTHS,
    chance_in_words,
    date_in_words,
    money_in_words,
)
from pmosim.report.answers import ENDED, OWN_WORK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pmosim.report.answers import Answers, Assumption, Number, ProjectLine, RoleLine, When

NOBODY_THERE = "none"
SHOWN = 5
"""Projects or roles named on one card; the others stand in the tables."""
CROWDED_SHOWN = 3
BASES_IN_SHORT = (
    ("off", "Left out"),
    ("assumed", "Assumed"),
    ("measured", "Measured"),
    ("stated", "As stated"),
    ("", "Also"),
)
NEAR_PLAN = 0.95
MOST_NAMES = 15
LONG_NAME = 60
"""Characters of an assumption in short."""
_BEFORE_VERB = re.compile(r": | (?:is|are|read|takes?|costs?|works?) |; |\. ")
SHORT_WAIT = 0.95
"""Working days; a shorter wait is not worth a sentence."""


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """``strong`` opens the sentence and is set in bold; together they are plain text."""

    strong: str
    rest: str = ""

    def __str__(self) -> str:
        """Return the whole sentence."""
        return f"{self.strong}{self.rest}"


@dataclass(frozen=True, kw_only=True)
class Card:
    """One question and its answer; ``sentences`` are a list, ``more`` says what is left out."""

    id: str
    question: str
    answer: str
    sentences: tuple[Sentence, ...] = ()
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class KeyNumber:
    """A number to read from across the room."""

    value: str
    of: str
    text: str


# ------------------------------------------------------------------ how things are said


def judge(chance: Number | None) -> str:
    """Return ``likely`` ``even`` ``unlikely``, or ``""`` where the chance is not known.

    Even means that the 95 % interval holds one half: more futures may tip it either way.
    """
    if chance is None or chance.value is None:
        return ""
    low = chance.value if chance.low is None else chance.low
    high = chance.value if chance.high is None else chance.high
    if low <= 0.5 <= high:
        return "even"
    return "likely" if chance.value > 0.5 else "unlikely"


def say_day(day: date) -> str:
    """Return ``30 Jun 2027``."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def say_date(day: date | None) -> str:
    """Return ``30 June 2027``."""
    return "no date" if day is None else f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def say_month(month: str) -> str:
    """Return ``Jan 2027`` for ``2027-01``."""
    year, _, number = month.partition("-")
    known = number.isdigit() and 1 <= int(number) <= len(MONTHS)
    return f"{MONTHS[int(number) - 1][:3]} {year}" if known else month


def say_quarter(quarter: str) -> str:
    """Return ``Q1 2027`` for ``2027-Q1``."""
    year, _, number = quarter.partition("-")
    return f"{number} {year}" if number else quarter


def say_by(when: When | None, project: ProjectLine | None = None) -> str:
    """Return ``by the week of 5 July 2027``, as exact as the band from P10 to P90 allows."""
    if when is None or when.day is None:
        return when.reason if when is not None and when.reason else AFTER_WINDOW
    low = project.p10.day if project is not None and project.p10 is not None else None
    high = project.p90.day if project is not None and project.p90 is not None else None
    return f"by {date_in_words(when.day, low, high)}"


def say_share(share: float | None) -> str:
    """Return ``97 %``; ``none`` where nobody is there."""
    if share is None:
        return NOBODY_THERE
    return "no one there" if math.isinf(share) else f"{_round_half_up(share * 100)} %"


def say_days(days: float) -> str:
    """Return ``19 working days``."""
    if days < SHORT_WAIT:
        return "less than a working day"
    n = _round_half_up(days)
    return "1 working day" if n == 1 else f"{n:,} working days"


def say_count(number: float | None) -> str:
    """Return ``2`` or ``2.5``."""
    return NOBODY_THERE if number is None else f"{number:.1f}".removesuffix(".0")


def say_error(replications: int) -> str:
    """Return how well a chance is known from that many futures: ``about 3 in 100``."""
    if replications < 1:
        return "not known"
    return f"about {max(1, _round_half_up(100 * 1.96 * 0.5 / math.sqrt(replications)))} in 100"


def say_list(items: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else ""


def say_months(months: Sequence[str]) -> str:
    """Return ``Mar to May 2027 and Sep 2027``; months that follow each other are one span."""
    spans: list[list[str]] = []
    for month in months:
        if spans and _month_number(month) == _month_number(spans[-1][-1]) + 1:
            spans[-1].append(month)
        else:
            spans.append([month])
    return say_list([_say_span(span[0], span[-1]) for span in spans])


def say_verdict(kind: str, likely: str, unlikely: str) -> str:
    """Return the words that go with ``judge``."""
    return {"likely": likely, "even": "could go either way", "unlikely": unlikely}.get(kind, "")


# ------------------------------------------------------------------------ the first page


def live_projects(answers: Answers) -> list[ProjectLine]:
    """Return the projects that had not ended before day 0."""
    return [project for project in answers.projects if project.status not in ENDED]


def late_projects(answers: Answers) -> list[ProjectLine]:
    """Return the projects that are likelier late than not, the likeliest first."""
    return _sorted_by(live_projects(answers), "late", "likely")


def most_at_stake(answers: Answers) -> list[ProjectLine]:
    """Return the promised projects with most at stake first: chance of missing times cost.

    Without any promise, the projects that cost most.
    """
    projects = live_projects(answers)
    promised = [p for p in projects if p.due is not None and p.late is not None]

    def stake(project: ProjectLine) -> float:
        late = project.late.value if project.late is not None else None
        chance = late or 0.0 if promised else 1.0
        return chance * (project.cost_p50 or 0.0)

    return sorted(promised or projects, key=lambda p: (-stake(p), p.name))


def write_lead(answers: Answers) -> str:
    """Return the one sentence to take away."""
    projects = live_projects(answers)
    if not projects:
        return "No project of this portfolio is open: there is nothing to forecast."
    promised = [project for project in projects if project.due is not None]
    late, waited = late_projects(answers), roles_waited_for(answers)
    if not promised:
        first = "No project has a promised date, so none can be late"
    elif len(promised) == 1:
        first = f"The one promised date is {'' if late else 'not '}likelier missed than kept"
    elif late:
        verb = "is" if len(late) == 1 else "are"
        first = f"{len(late)} of {len(promised)} promised dates {verb} likelier missed than kept"
    else:
        first = f"None of {len(promised)} promised dates is likelier missed than kept"
    if waited:
        return f"{first}; the work waits longest for the {waited[0].words}."
    return f"{first}; no work waits long for people."


def write_key_numbers(answers: Answers) -> tuple[KeyNumber, ...]:
    """Return up to four numbers to read from across the room."""
    projects, numbers = live_projects(answers), []
    promised = [p for p in projects if p.due is not None]
    funded = [p for p in projects if p.budget is not None]
    judged = [p for p in projects if p.pays is not None]
    for asked, bad, text in (
        (promised, late_projects(answers), "promised dates likelier missed than kept"),
        (funded, _sorted_by(funded, "over", "likely"), "budgets likelier exceeded than kept"),
        (judged, _sorted_by(judged, "pays", "unlikely"), "projects likelier not worth their cost"),
    ):
        if asked:
            numbers.append(KeyNumber(value=str(len(bad)), of=f"of {len(asked)}", text=text))
    waited = roles_waited_for(answers)
    if waited:
        numbers.append(
            KeyNumber(
                value=f"{_round_half_up(waited[0].wait_days or 0.0):,}",
                of="days",
                text=f"of waiting for the {waited[0].words} in an average project",
            )
        )
    return tuple(numbers)


def write_cards(answers: Answers) -> tuple[tuple[Card, ...], ...]:
    """Return the questions of the first page with their answers, in columns.

    The first stands beside the decisions, the others below them.
    """
    return (
        (_write_late(answers),),
        (_write_waiting(answers),),
        (_write_over(answers), _write_worth(answers), _write_certainty(answers)),
    )


def _write_late(answers: Answers) -> Card:
    projects = live_projects(answers)
    promised = [p for p in projects if p.due is not None]
    late, even = late_projects(answers), _sorted_by(projects, "late", "even")
    closest = _sorted_by(projects, "late", "unlikely")[:1]
    more = []
    if not promised:
        answer = "No project has a promised date: give it a “due” to ask."
    else:
        answer = _write_answer(late, even, f"{len(promised)} with a promised date", "likelier late")
        if not late and not even and closest:
            more.append("Shown is the one closest to being late.")
    if len(late) > SHOWN:
        more.append(f"{_count(len(late) - SHOWN, 'more project')} in the table.")
    for p in promised:
        if p.late is None or p.late.value is None:
            reason = p.late.reason if p.late is not None else ""
            more.append(f"Not known for {p.name}: {reason or 'the chance is not in the forecast'}.")
    return Card(
        id="late",
        question="Which projects will be late?",
        answer=answer,
        sentences=tuple(_say_late(p, answers) for p in (late or even or closest)[:SHOWN]),
        more=" ".join([*more, *_say_all_done(answers)]),
    )


def _say_late(project: ProjectLine, answers: Answers) -> Sentence:
    chance = chance_in_words(project.late.value if project.late else None, project.futures)
    text = f" {project.name} misses"
    if project.due is not None:
        text += f" {say_date(project.due)}"
    if project.p50 is not None and project.p50.is_after:
        text += "; in most it is not finished when the planning window ends"
    elif project.p50 is not None and project.p50.day is not None:
        text += f"; half of them finish it {say_by(project.p50, project)}"
        if project.p80 is not None and project.p80.is_after:
            text += ", more than 20 of 100 only after the planning window"
        elif project.p80 is not None and project.p80.day is not None:
            text += f", 80 of 100 {say_by(project.p80, project)}"
    return Sentence(strong=f"In {chance} futures", rest=f"{text}.{_say_why(project, answers)}")


def _say_why(project: ProjectLine, answers: Answers) -> str:
    """Return what most of the days late are, or what is waited for where that is not known."""
    if project.days_late is not None and project.late_causes:
        cause, days = project.late_causes[0]
        text = f" Where late, it is {say_days(project.days_late)} late on average"
        if days < SHORT_WAIT:
            return f"{text}."
        if cause == OWN_WORK:
            return f"{text}; {_round_half_up(days):,} of that is its own work."
        return (
            f"{text}; {_round_half_up(days):,} of that is waiting for {say_cause(cause, answers)}."
        )
    if project.waits and project.waits[0][1] >= SHORT_WAIT:
        cause, days = project.waits[0]
        text = f" On average {say_days(days)} of its time is waiting"
        return f"{text} for {say_cause(cause, answers)}."
    return ""


def say_cause(cause: str, answers: Answers) -> str:
    """Return ``the architect`` or ``its start (start rule)``."""
    words = answers.words_of(cause)
    if any(role.id == cause for role in answers.roles):
        return f"the {words}"
    return f"{words} (start rule)" if cause == "intake" else words


def _say_all_done(answers: Answers) -> list[str]:
    half, most = answers.all_done
    if half is None or half.reason:
        return []
    if half.day is None:
        return ["Half of the futures finish the last committed project after the planning window."]
    text = f"Half of the futures finish the last committed project {say_by(half)}"
    if most is not None and most.day is not None:
        text += f", 80 of 100 {say_by(most)}"
    return [f"{text}."]


def _write_over(answers: Answers) -> Card:
    asked = [p for p in live_projects(answers) if p.budget is not None]
    over, even = _sorted_by(asked, "over", "likely"), _sorted_by(asked, "over", "even")
    answer = "No project has a budget: give it one to ask."
    if asked:
        answer = _write_answer(over, even, f"{len(asked)} with a budget", "likelier over it")
    more = f"{_count(len(over) - SHOWN, 'more project')} in the table." if len(over) > SHOWN else ""
    return Card(
        id="over",
        question="Which go over budget?",
        answer=answer,
        sentences=tuple(_say_over(p, answers.currency) for p in (over or even)[:SHOWN]),
        more=more,
    )


def _say_over(project: ProjectLine, currency: str) -> Sentence:
    chance = chance_in_words(project.over.value if project.over else None, project.futures)
    text = f" {project.name} costs more than its {money_in_words(project.budget, currency)}"
    if project.cost_p50 is not None:
        text += f"; half of them cost up to {money_in_words(project.cost_p50, currency)}"
        if project.cost_p80 is not None:
            text += f", 80 of 100 up to {money_in_words(project.cost_p80, currency)}"
    return Sentence(strong=f"In {chance} futures", rest=f"{text}.")


def _write_worth(answers: Answers) -> Card:
    projects = live_projects(answers)
    asked = [p for p in projects if p.pays is not None]
    poor, even = _sorted_by(asked, "pays", "unlikely"), _sorted_by(asked, "pays", "even")
    answer = "No project states a benefit: give it one to ask."
    if asked:
        of = f"{len(asked)} with a stated benefit"
        answer = _write_answer(poor, even, of, "likelier not worth it")
    more = []
    if len(poor) > SHOWN:
        more.append(f"{_count(len(poor) - SHOWN, 'more project')} in the table.")
    silent = len(projects) - len(asked)
    if asked and silent:
        verb = "states no benefit and is" if silent == 1 else "state no benefit and are"
        more.append(f"{_count(silent, 'project')} {verb} not judged.")
    return Card(
        id="worth",
        question="Which are not worth their cost?",
        answer=answer,
        sentences=tuple(_say_worth(p, answers.currency) for p in (poor or even)[:SHOWN]),
        more=" ".join(more),
    )


def _say_worth(project: ProjectLine, currency: str) -> Sentence:
    chance = chance_in_words(project.pays.value if project.pays else None, project.futures)
    text = f" the benefits of {project.name} cover its costs"
    if project.npv_p50 is not None:
        side = "costs" if project.npv_p50 < 0 else "earns"
        amount = money_in_words(abs(project.npv_p50), currency)
        text += f"; the middle future {side} {amount} more than it "
        text += "earns" if side == "costs" else "costs"
    return Sentence(strong=f"In only {chance} futures", rest=f"{text}.")


def _write_answer(
    bad: Sequence[ProjectLine], even: Sequence[ProjectLine], of: str, words: str
) -> str:
    """Return ``5 of 10 with a promised date are likelier late, 1 could go either way``."""
    verb = "is" if len(bad) == 1 else "are"
    text = f"{len(bad)} of {of} {verb} {words}" if bad else f"None of {of} is {words}"
    return f"{text}, {len(even)} could go either way." if even else f"{text}."


def _write_waiting(answers: Answers) -> Card:
    waited = roles_waited_for(answers)
    crowded = [(role, months) for role in answers.roles if (months := over_months(role))]
    crowded.sort(key=lambda item: -len(item[1]))
    if not answers.roles:
        answer = "No roles are listed, so no work waits for people."
    elif not waited:
        answer = "Nobody: an average project waits less than a working day for any role."
    else:
        answer = f"Mostly for the {waited[0].words}. An average finished project waited:"
    sentences = [
        Sentence(
            strong=say_days(role.wait_days or 0.0),
            rest=f" for the {role.words}"
            + ("" if role.busy is None else f" (busy share {say_share(role.busy)})"),
        )
        for role in waited[:SHOWN]
    ]
    sentences += [
        Sentence(
            strong=f"More {role.words} work is planned than people are there",
            rest=f" in {say_months(months) if len(months) <= 6 else _count(months, 'month')}.",
        )
        for role, months in crowded[:CROWDED_SHOWN]
    ]
    more = "Who is busiest is not always whom to hire: pmosim bottlenecks tells."
    return Card(
        id="waiting",
        question="Whom does the work wait for?",
        answer=answer,
        sentences=tuple(sentences),
        more=more if waited else "",
    )


def write_outlook_heading(answers: Answers) -> str:
    """Return what the outlook of the running projects amounts to."""
    n = len(answers.disagreements)
    if n:
        verb = "is" if n == 1 else "are"
        return f"{_count(n, 'running project')} {verb} reported green and forecast red or amber"
    running = [p for p in answers.projects if p.status == "running"]
    poor = [p for p in running if p.outlook == "needs-support"]
    verb = "needs" if len(poor) == 1 else "need"
    return f"{len(poor)} of {_count(running, 'running project')} {verb} support"


def write_earned_heading(answers: Answers) -> str:
    """Return which project has earned least for what it cost so far."""
    indices = [
        (p.earned_value.cost_index, p.name)
        for p in answers.projects
        if p.earned_value is not None and p.earned_value.cost_index is not None
    ]
    if not indices:
        return "Earned value beside the forecast"
    index, name = min(indices)
    if index >= NEAR_PLAN:
        return "Every project with an account has earned about what it cost so far"
    return f"{name} has earned {index:.2f} of its plan for each 1.00 spent"


def write_assumed(answers: Answers) -> tuple[Sentence, ...]:
    """Return every assumption in short: what is left out, assumed, measured, stated."""
    sentences = []
    for basis, title in BASES_IN_SHORT:
        names = [_name_of(a) for a in answers.assumptions if a.basis == basis]
        if not names:
            continue
        counts = {name: names.count(name) for name in names}
        texts = [name if n == 1 else f"{name} ({n} points)" for name, n in counts.items()]
        if len(texts) > MOST_NAMES:
            texts = [*texts[:MOST_NAMES], f"and {len(texts) - MOST_NAMES} more"]
        after = "; so real dates are likelier later than sooner" if basis == "off" else ""
        sentences.append(Sentence(strong=title, rest=f": {', '.join(texts)}{after}."))
    if answers.reactions:
        sentences.append(_write_reactions(answers))
    return tuple(sentences)


def _say_projects(number: float | None) -> str:
    if number is None:
        return "some projects"
    return f"{number:.2g} project{'' if number == 1 else 's'}"


def _write_reactions(answers: Answers) -> Sentence:
    """Return how often management does something about late projects within these futures."""
    texts = [
        f"{one.id} ({one.action.replace('_', ' ')}) in "
        f"{chance_in_words(one.p_used, answers.replications)} futures, for "
        f"{_say_projects(one.per_future)} on average"
        for one in answers.reactions
    ]
    return Sentence(
        strong="In these futures management reacts to late projects",
        rest=f": {'; '.join(texts)}.",
    )


def _name_of(assumption: Assumption) -> str:
    """Return the mechanism; of an older document the words before its verb."""
    if assumption.mechanism:
        return assumption.mechanism
    if assumption.is_of_one:
        return "single tasks"
    words = _BEFORE_VERB.split(assumption.text, maxsplit=1)[0].strip(" .;,")
    words = words if len(words) <= LONG_NAME else f"{words[:LONG_NAME].rsplit(' ', 1)[0]} …"
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def _write_certainty(answers: Answers) -> Card:
    n = answers.replications
    sentences = [
        Sentence(
            strong=f"A chance is known to {say_error(n)}",
            rest=f" with {_count(n, 'future')}; more futures sharpen it, not the plan.",
        )
    ]
    error = typical_date_error(answers)
    if error is not None:
        sentences.append(
            Sentence(
                strong=f"A date is known to about {_count(error, 'day')} either way",
                rest=": the date that 80 of 100 futures keep, in the middle one of the projects.",
            )
        )
    if answers.warnings:
        verb = "stands" if len(answers.warnings) == 1 else "stand"
        sentences.append(
            Sentence(
                strong=_count(answers.warnings, "warning"),
                rest=f" of this run {verb} at the end.",
            )
        )
    return Card(
        id="sure",
        question="How sure is that?",
        answer="As sure as its input: every future follows the amounts, people and rules given.",
        sentences=tuple(sentences),
        more=(
            f"{answers.precision} The same seed gives every project the same luck again, so runs "
            "can be compared."
        ).strip(),
    )


def typical_date_error(answers: Answers) -> int | None:
    """Return half the interval of the P80 date in calendar days, the middle of all projects."""
    widths = sorted(
        (p.p80.high - p.p80.low).days / 2
        for p in live_projects(answers)
        if p.p80 is not None and p.p80.low is not None and p.p80.high is not None
    )
    return max(1, math.ceil(widths[len(widths) // 2])) if widths else None


def over_months(role: RoleLine) -> list[str]:
    """Return the months in which more is planned than the people there can do."""
    return [load.month for load in role.months if load.is_over]


def roles_waited_for(answers: Answers) -> list[RoleLine]:
    """Return the roles that an average project waits for a day or more, the longest first."""
    roles = [role for role in answers.roles if (role.wait_days or 0.0) >= SHORT_WAIT]
    return sorted(roles, key=lambda role: -(role.wait_days or 0.0))


def _sorted_by(projects: Sequence[ProjectLine], field: str, kind: str) -> list[ProjectLine]:
    found = [p for p in projects if judge(getattr(p, field)) == kind]
    return sorted(found, key=lambda p: getattr(p, field).value, reverse=field != "pays")


def _count(items: Sequence[object] | int, noun: str) -> str:
    n = items if isinstance(items, int) else len(items)
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _say_span(first: str, last: str) -> str:
    if first == last:
        return say_month(first)
    if first[:4] == last[:4]:
        return f"{say_month(first).split()[0]} to {say_month(last)}"
    return f"{say_month(first)} to {say_month(last)}"


def _month_number(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) if year.isdigit() and number.isdigit() else -1


def _round_half_up(value: float) -> int:
    return math.floor(value + 0.5)
