"""Assumptions: what a scenario leaves out, in sentences a report can print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmosim.scenario.portfolio import Phase
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.distributions import Law
    from pmosim.scenario.facts import Facts

PERFECT_WORLD = (
    "Nobody is ever away for leave or sickness: about 15 % of the capacity shown does not exist."
)
"""30 days of leave and 10 of sickness of the 260 working days of a year."""


def stated_assumptions(facts: Facts) -> tuple[str, ...]:
    """Return one sentence per mechanism: off, or as stated in the file."""
    return tuple(
        sentence
        for part in (_absence, _operations, _spread, _work_rules, _money)
        for sentence in part(facts)
    )


def _absence(facts: Facts) -> Iterator[str]:
    people = facts.people.values()
    with_leave = sum(bool(person.leave) for person in people)
    has_holidays = any(place.holidays for place in facts.staff.organisation.places)
    if not with_leave:
        yield "Leave is off: no leave is planned for anybody."
    else:
        yield f"Leave is as stated, for {with_leave} of {len(facts.people)} people."
    yield "Holidays are as stated." if has_holidays else "Public holidays are off."
    yield "Sickness is off: nobody is ever ill."
    yield "Turnover is off: people leave and come only on the dates stated."
    if not with_leave:
        yield PERFECT_WORLD


def _operations(facts: Facts) -> Iterator[str]:
    shares = [person.bau / WHOLE for person in facts.people.values()]
    if not any(shares):
        yield "Operations are off: everybody's whole working time goes to projects (`bau`)."
    else:
        mean = sum(shares) / len(shares)
        yield f"Operations take {mean:.0%} of working time on average, as stated (`bau`)."
    if any(person.max_parallel > WHOLE for person in facts.people.values()):
        if all(set(person.focus) == {WHOLE} for person in facts.people.values()):
            yield "Switching between tasks costs nothing (`focus`)."
    else:
        yield "Nobody works on more than one full-time task at once (`max_parallel` 100%)."


def _laws(facts: Facts) -> Iterator[Law]:
    for site in facts.demand.all_sites:
        for activity in site.project.activities:
            if isinstance(activity, Phase) or activity.kind != "milestone":
                yield from activity.work.values()


def _spread(facts: Facts) -> Iterator[str]:
    laws = list(_laws(facts))
    n_certain = sum(law.is_certain for law in laws)
    if n_certain and n_certain == len(laws):
        yield "Spread is off: all work takes exactly what is planned, which no work ever did."
    elif n_certain:
        yield f"Spread is off for {n_certain} of {len(laws)} amounts of work: single numbers."
    correlation = facts.frame.settings.correlation
    if n_certain < len(laws):
        if correlation:
            yield f"Correlation within a project is {correlation:.0%}, as stated."
        else:
            yield (
                "Correlation is off: the tasks of a project run over independently of each "
                "other, which makes dates look surer than they are."
            )


def _work_rules(_facts: Facts) -> Iterator[str]:
    yield "Ramp-up, hand-over loss and mentoring are off: newcomers work at full speed."
    yield "Rework and risks are off: nothing has to be done twice, nothing unplanned happens."
    yield "Gates are off: no project is stopped early."


def _money(facts: Facts) -> Iterator[str]:
    if not any(person.day_rate for person in facts.people.values()):
        yield "Day rates are 0: work costs nothing in this forecast."
    if facts.root.get("discount_rate") is None:
        yield "The discount rate is 0: money later is worth as much as money now."
