"""Decisions: what the forecast asks the reader to decide, each with the numbers that ask for it.

In: Answers. Out: Decisions in the order of urgency. Not here: whether a decision helps; only a
`pmosim whatif` tells, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmosim.forecast.wording import chance_in_words, money_in_words
from pmosim.report.answers import OWN_WORK, WORDS_OF_CAUSES
from pmosim.report.sentences import (
    Sentence,
    judge,
    late_projects,
    live_projects,
    most_at_stake,
    over_months,
    roles_waited_for,
    say_cause,
    say_date,
    say_days,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.report.answers import Answers, ProjectLine

SHOWN = 7
DATES, REPORTS, PROMISES, BUDGETS, WORTHS = 2, 1, 1, 1, 1
"""Decisions of one kind at most."""
LITTLE = 5.0
"""Working days of waiting per project from which on one more person is worth a try."""


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What to decide; ``more`` says what is left out."""

    items: tuple[Sentence, ...]
    more: str = ""


def write_decisions(answers: Answers) -> Decisions:
    """Return the decisions of the first page."""
    items = [
        *_on_dates(answers),
        *_on_reports(answers),
        *_on_promises(answers),
        *_on_people(answers),
        *_on_budgets(answers),
        *_on_worth(answers),
    ][:SHOWN]
    if not items:
        return Decisions(items=(), more="")
    return Decisions(
        items=tuple(items),
        more="What each of these would change, on the same luck: pmosim whatif.",
    )


def _on_dates(answers: Answers) -> Iterator[Sentence]:
    """Yield the promises likelier missed than kept: those reported green first, then at stake."""
    green = [item.project for item in answers.disagreements]
    late = {project.id for project in late_projects(answers)}
    projects = [p for p in most_at_stake(answers) if p.id in late]
    projects.sort(key=lambda p: green.index(p.id) if p.id in green else len(green))
    for project in projects[:DATES]:
        yield _on_date(project, answers, is_green=project.id in green)


def _on_date(project: ProjectLine, answers: Answers, *, is_green: bool) -> Sentence:
    stays = is_fixed(project)
    new = project.p80.day if project.p80 is not None else None
    due = say_date(project.due)
    strong = f"Make room for {project.name}" if stays else f"Move the promise of {project.name}"
    remedy = _remedy(project, answers)
    if not stays and remedy:
        strong += f" or {remedy}"
    elif stays and remedy:
        strong += f": {remedy}"
    chance = project.late.value if project.late is not None else None
    rest = f": {chance_in_words(chance, project.futures)} futures miss {due}"
    if is_green:
        rest = f": it is reported green, yet {rest.removeprefix(': ')}"
    if new is not None and project.due is not None and new > project.due:
        rest += f"; {say_date(new)} is kept in 80 of 100"
    elif new is None:
        rest += "; no date inside the planning window is kept in 80 of 100"
    if project.delay_per_day:
        amount = money_in_words(project.delay_per_day, answers.currency)
        rest += f". Each working day later costs {amount}"
    return Sentence(strong=strong, rest=f"{rest}.")


def is_fixed(project: ProjectLine) -> bool:
    """Return whether its date cannot be moved."""
    return project.is_mandatory or project.has_deadline


def _remedy(project: ProjectLine, answers: Answers) -> str:
    """Return what the main cause of being late asks for."""
    causes = project.late_causes or project.waits
    if not causes or causes[0][1] < 1.0:
        return ""
    cause = causes[0][0]
    if cause == OWN_WORK:
        return "put more people on it" if is_fixed(project) else "cut its scope"
    if cause == "intake":
        return "start it earlier"
    if cause == "project":
        return "untie it from other projects"
    if cause in WORDS_OF_CAUSES:
        return ""
    return f"free {say_cause(cause, answers)} for it"


def _on_reports(answers: Answers) -> Iterator[Sentence]:
    """Yield a project that is reported green, at risk, but likelier in time than not."""
    late = {project.id for project in late_projects(answers)}
    for item in [one for one in answers.disagreements if one.project not in late][:REPORTS]:
        project = next((p for p in live_projects(answers) if p.id == item.project), None)
        if project is None or item.late is None or project.due is None:
            continue
        chance = chance_in_words(item.late.value, project.futures)
        yield Sentence(
            strong=f"Look again at {project.name}",
            rest=f": it is reported {item.reported}, yet {chance} futures miss "
            f"{say_date(project.due)}.",
        )


def _on_promises(answers: Answers) -> Iterator[Sentence]:
    """Yield promises within projects, of the next 90 days, likelier missed than kept."""
    poor = [p for p in answers.promises if p.is_soon and p.item and judge(p.kept) == "unlikely"]
    for promise in poor[:PROMISES]:
        chance = promise.kept.value if promise.kept is not None else None
        rest = f": {say_date(promise.day)} is kept in "
        rest += f"{chance_in_words(chance, answers.replications)} futures"
        if promise.p80 is not None and promise.p80.day is not None:
            rest += f", {say_date(promise.p80.day)} in 80 of 100"
        strong = f"Agree a new date for {promise.item} of {promise.name}"
        yield Sentence(strong=strong, rest=f"{rest}.")


def _on_people(answers: Answers) -> Iterator[Sentence]:
    for role in roles_waited_for(answers)[:1]:
        days = role.wait_days or 0.0
        if days < LITTLE:
            return
        rest = f": an average finished project waits {say_days(days)} for the {role.words}"
        months = over_months(role)
        if months:
            n = "1 month" if len(months) == 1 else f"{len(months)} months"
            rest += f", and more is planned than is there in {n}"
        yield Sentence(
            strong=f"Find more {role.words} time, or start less at once", rest=f"{rest}."
        )


def _on_budgets(answers: Answers) -> Iterator[Sentence]:
    over = [p for p in live_projects(answers) if judge(p.over) == "likely" and p.budget]
    over.sort(key=lambda p: -((p.cost_p80 or 0.0) - (p.budget or 0.0)))
    for project in over[:BUDGETS]:
        budget = money_in_words(project.budget, answers.currency)
        chance = chance_in_words(project.over.value if project.over else None, project.futures)
        rest = f": {chance} futures cost more than {budget}"
        if project.cost_p80 is not None:
            most = money_in_words(project.cost_p80, answers.currency)
            rest += f"; {most} is enough in 80 of 100"
        yield Sentence(
            strong=f"Raise the budget of {project.name} or cut its scope", rest=f"{rest}."
        )


def _on_worth(answers: Answers) -> Iterator[Sentence]:
    poor = [p for p in live_projects(answers) if judge(p.pays) == "unlikely"]
    poor.sort(key=lambda p: p.npv_p50 if p.npv_p50 is not None else 0.0)
    for project in poor[:WORTHS]:
        chance = chance_in_words(project.pays.value if project.pays else None, project.futures)
        verb = "Go on with" if project.status == "running" else "Start"
        yield Sentence(
            strong=f"{verb} {project.name} only for reasons beside money",
            rest=f": its benefits cover its costs in {chance} futures.",
        )
