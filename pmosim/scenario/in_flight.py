"""In flight: whether the work in progress on day 0 agrees with itself and with the rules."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from pmosim.scenario.facts import activity_site, key_site, link_site
from pmosim.scenario.messages import series
from pmosim.scenario.portfolio import Phase
from pmosim.scenario.staffing import can_match
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from pmosim.scenario.demand import Site
    from pmosim.scenario.facts import Facts
    from pmosim.scenario.nodes import Node
    from pmosim.scenario.organisation import Person
    from pmosim.scenario.portfolio import Link, Progress, Task

_MAY_BE_DONE = {"running", "on-hold"}


@dataclass(frozen=True, kw_only=True)
class _InHand:
    """A task or phase with progress, and where it is written."""

    site: Site
    activity: Task | Phase
    progress: Progress
    node: Node
    path: str

    @property
    def is_done(self) -> bool:
        return self.progress.done == 1


@dataclass(frozen=True, kw_only=True)
class _Hold:
    """A share of a person that a task holds on day 0."""

    task: str
    share: Fraction
    where: tuple[Node | str, str]


def check_in_flight(facts: Facts) -> None:
    """Report progress that contradicts the rules."""
    held: dict[str, list[_Hold]] = defaultdict(list)
    for site in facts.demand.all_sites:
        for activity in site.project.activities:
            if activity.progress is None or not activity.progress.is_own:
                continue
            node, path = activity_site(site, activity)
            task = _InHand(
                site=site, activity=activity, progress=activity.progress, node=node, path=path
            )
            if not _is_allowed(facts, task):
                continue
            _check_itself(facts, task)
            _check_predecessors(facts, task)
            _check_holders(facts, task, held)
    _check_held(facts, held)


def _is_allowed(facts: Facts, task: _InHand) -> bool:
    status = task.site.project.status
    if not task.site.is_listed:
        said = "has progress, but the projects of a stream start from nothing; leave it out."
        facts.problems.error("PMO504", task.node, task.path, said)
        return False
    if status == "running" or (status in _MAY_BE_DONE and task.is_done):
        return True
    said = f"has progress, but the project is '{status}'; set `status: running` or leave it out."
    key = next(key for key in ("done", "spent", "by", "remaining") if task.node.get(key))
    facts.problems.error("PMO504", task.node.place_of(key), task.path, said)
    return False


def _check_itself(facts: Facts, task: _InHand) -> None:
    if not task.is_done:
        return
    for key in ("remaining", "by"):
        if task.node.get(key) is not None and getattr(task.progress, key):
            said = "stands on a task that is done; leave it out, or say what it took: `spent`."
            facts.problems.error("PMO505", task.node.place_of(key), f"{task.path}.{key}", said)


def _check_predecessors(facts: Facts, task: _InHand) -> None:
    for link in task.activity.after:
        state = _state_of(facts, task.site, link)
        if state == "done" or (link.kind == "SS" and state == "begun"):
            continue
        if link.kind == "FF" and not task.is_done:
            continue
        name = ".".join(part for part in (link.project, link.task) if part)
        wanted = "begun" if link.kind == "SS" else "done"
        key = "done" if task.is_done else _progress_key(task)
        place, here = key_site(task.node, task.path, key)
        own = "is done" if task.is_done else "is in progress"
        said = f"says that the task {own}, but '{name}', which comes first, is not {wanted}."
        said += f" Mark '{name}' as done, or remove the link."
        code = "PMO501" if task.is_done else "PMO507"
        if isinstance(place, str) or place is not task.node:
            facts.problems.error(code, place, here, said)
        else:
            facts.problems.error(code, *link_site(task.node, task.path, link), said)


def _progress_key(task: _InHand) -> str:
    return next(key for key in ("spent", "done", "by", "remaining") if task.node.get(key))


def _state_of(facts: Facts, site: Site, link: Link) -> str:
    project = site.project if link.project is None else facts.projects.get(link.project)
    if project is None or project.status == "done":
        return "done"
    if link.task is None:
        return "begun" if project.status == "running" else "open"
    activity = facts.activities.get((project.id, link.task))
    if activity is None or activity.progress is None:
        return "open"
    return "done" if activity.progress.done == 1 else "begun"


def _check_holders(facts: Facts, task: _InHand, held: dict[str, list[_Hold]]) -> None:
    if task.is_done or not task.progress.by:
        return
    people = [facts.people[name] for name in task.progress.by if name in facts.people]
    place = key_site(task.node, task.path, "by")
    for person in people:
        if _is_present(facts, task, person, place):
            share = _share_held(facts, task, person)
            name = f"{task.site.project.id}.{task.activity.id}"
            held[person.id].append(_Hold(task=name, share=share, where=place))
    if isinstance(task.activity, Phase):
        return
    heads = sum(need.heads for need in task.activity.needs)
    if len(people) > heads:
        said = f"names {len(people)} people, but the task asks for {heads}; leave some out."
        facts.problems.error("PMO506", *place, said)
        return
    slots = [_slots(facts, task.activity, person) for person in people]
    if all(slots) and not can_match(slots):
        said = "names people who cannot all be part of the team at once; see `needs`."
        facts.problems.error("PMO506", *place, said)


def _slots(facts: Facts, task: Task, person: Person) -> list[str]:
    return [
        f"{need.who} {head}"
        for need in task.needs
        if person in facts.able.get(need.who, ())
        for head in range(need.heads)
    ]


def _is_present(facts: Facts, task: _InHand, person: Person, where: tuple[Node | str, str]) -> bool:
    calendar = facts.frame.calendar
    as_of, day_0 = calendar.as_of, calendar.date_of(0)
    if person.employed_from is not None and person.employed_from > day_0:
        said = f"names '{person.id}', who comes only on {person.employed_from}."
        facts.problems.error("PMO503", *where, said)
        return False
    if person.employed_until is not None and person.employed_until < as_of:
        said = f"names '{person.id}', who left on {person.employed_until}."
        facts.problems.error("PMO503", *where, said)
        return False
    wanted = _asked_roles(task.activity)
    if not any(person in facts.able.get(who, ()) for who in wanted):
        said = f"names '{person.id}', who is no {series(wanted) or 'part of any need'}; "
        said += "name somebody with the role or skill, or add the skill."
        facts.problems.error("PMO503", *where, said)
        return False
    if any(first <= day_0 <= last for first, last in person.leave):
        said = f"names '{person.id}', who is on leave on day 0 ({day_0}): the work waits for them."
        facts.problems.warning("PMO503", *where, said)
    return True


def _asked_roles(activity: Task | Phase) -> list[str]:
    if isinstance(activity, Phase):
        return list(activity.work)
    return [need.who for need in activity.needs]


def _share_held(facts: Facts, task: _InHand, person: Person) -> Fraction:
    activity = task.activity
    for who in _asked_roles(activity):
        if person not in facts.able.get(who, ()):
            continue
        if isinstance(activity, Phase):
            return facts.share_of_phase(activity, who, task.site.project.size.plan)
        return Fraction(next(need.share for need in activity.needs if need.who == who), WHOLE)
    return Fraction(0)


def _check_held(facts: Facts, held: dict[str, list[_Hold]]) -> None:
    for name, holds in held.items():
        total = sum((hold.share for hold in holds), Fraction(0))
        most = Fraction(facts.people[name].max_parallel, WHOLE)
        if total <= most + Fraction(1, 10**6):
            continue
        listed = series(f"{hold.task} {float(hold.share):.0%}" for hold in holds)
        said = (
            f"puts '{name}' on {float(total):.0%} of work on day 0 ({listed}), but they take at "
            f"most {float(most):.0%} (max_parallel). Name somebody else, or raise max_parallel."
        )
        facts.problems.error("PMO502", *holds[-1].where, said)
