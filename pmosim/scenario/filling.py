"""Filling: a project's report of itself becomes the progress of its phases and tasks.

``done`` says where the work stands: it fills phases and tasks in their order, each with its
planned work. ``remaining`` wins over everything else about what is left: it is spread over what
is open, in proportion to the planned work of each role. ``spent`` alone fills in order as if all
had gone to plan, as long as it is less than the plan; of more than that, what remains is that of
a project of this plan that is still going on, and never nothing. Beside ``done`` it tells the pace
so far, half of which (of its logarithm) is carried over to what is open. What a phase or task says
itself stands; the report is about the others.

``throughout`` is not counted (model.md, section 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

from pmosim import priors
from pmosim.distributions import Fixed, SplitLognormal
from pmosim.scenario.facts import ENDED
from pmosim.scenario.messages import did_you_mean, series
from pmosim.scenario.planned import SLIGHT, Item, by_role_of, items_of
from pmosim.scenario.portfolio import AsReported, Assumption, Progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pmosim.distributions import Law
    from pmosim.scenario.demand import Site
    from pmosim.scenario.facts import Facts
    from pmosim.scenario.nodes import Node
    from pmosim.scenario.portfolio import Project

UNDER_WAY = {"running", "on-hold"}
"""Statuses of projects that can have done some of their work."""
CARRIED_OVER = 0.5
"""Power of the pace so far (spent / planned work of what is done) that open work goes on with.

With a share r of the spread in common and n parts done, what is done tells r / (r + (1 - r) / n)
of the logarithm of what comes: one half for four parts and the prior of .2 (``priors``).
"""
MOST_CARRIED, LEAST_CARRIED = 2.0, 0.5
"""Bounds of what is carried over: more looks like a wrong unit or a report of something else."""
OVERRUN_SPREAD = float(priors.SPREAD.value)
"""Sigma of a project's whole work around its plan, once more than the plan was spent."""
CONTRADICTING = 0.25
"""A share done that is this far from what remains is told."""


def with_reports(facts: Facts) -> Facts:
    """Return the facts with every project's report spread over its phases and tasks."""
    notes: list[Assumption] = []
    sites = []
    for site in facts.demand.projects:
        filled, said = _filled(facts, site)
        sites.append(filled)
        notes.extend(said)
    demand = replace(facts.demand, projects=tuple(sites))
    return replace(facts, demand=demand, notes=tuple(notes))


# --- filling ------------------------------------------------------------------------------------


@dataclass
class _Filling:
    """One project while its report is spread."""

    facts: Facts
    site: Site
    report: AsReported
    items: list[Item]
    notes: list[Assumption] = field(default_factory=list)

    @property
    def project(self) -> Project:
        return self.site.project

    @property
    def status(self) -> str:
        return self.project.status

    @property
    def planned(self) -> float:
        return sum(item.weight for item in self.items)

    def node_of(self, key: str) -> tuple[Node | str, str]:
        """Return place and path of a key of the report."""
        given = self.site.node.mapping["as_reported"]
        found = given.get(key)
        place: Node | str = found if found is not None and found.is_scalar else given.place_of(key)
        return place, f"{self.site.path}.as_reported.{key}"

    def error(self, code: str, key: str, said: str) -> None:
        self.facts.problems.error(code, *self.node_of(key), said)

    def doubt(self, key: str, said: str) -> None:
        self.facts.problems.warning("PMO505", *self.node_of(key), said)

    def note(self, text: str) -> None:
        entry = Assumption(
            mechanism="work in progress", basis="assumed", text=f"{self.project.id}: {text}"
        )
        self.notes.append(entry)

    def days(self, minutes: float) -> str:
        return f"{minutes / self.facts.frame.calendar.minutes_per_day:.4g}pd"


def _filled(facts: Facts, site: Site) -> tuple[Site, list[Assumption]]:
    report = site.project.as_reported
    _doubt_costs(facts, site)
    if report is None or not (report.done or report.spent or report.remaining):
        return site, []
    items = items_of(facts, site.project)
    filling = _Filling(facts=facts, site=site, report=report, items=items)
    if not _is_sound(filling) or site.project.status in ENDED or not items:
        return site, []
    remaining = _place(filling)
    if remaining:
        progress = dict(_spread_remaining(filling, remaining))
    else:
        progress = dict(_progress_so_far(filling))
    activities = tuple(
        replace(activity, progress=progress.get(activity.id, activity.progress))
        for activity in site.project.activities
    )
    project = replace(site.project, activities=activities)
    return replace(site, project=project), filling.notes


def _doubt_costs(facts: Facts, site: Site) -> None:
    """Doubt a cost to date that is less than what the phases or tasks have cost together."""
    report = site.project.as_reported
    if report is None or report.actual_cost is None:
        return
    parts = sum(activity.actual_cost or 0.0 for activity in site.project.activities)
    if parts > report.actual_cost:
        place = site.node.mapping["as_reported"].place_of("actual_cost")
        said = (
            f"is {report.actual_cost:,.0f}, but its phases or tasks have cost {parts:,.0f} "
            "together; the project's own figure is used. Correct one of them."
        )
        path = f"{site.path}.as_reported.actual_cost"
        facts.problems.warning("PMO505", place, path, said)


def _is_sound(filling: _Filling) -> bool:
    """Report what contradicts itself, or names what does not exist."""
    report, status = filling.report, filling.status
    roles = filling.facts.roles
    is_sound = True
    for key, amounts in (("spent", report.spent), ("remaining", report.remaining)):
        for who in amounts:
            if who and who not in roles:
                said = f"names '{who}', which is no role.{did_you_mean(who, roles)}"
                filling.error("PMO201", key, said)
                is_sound = False
    left = sum(law.plan for law in report.remaining.values())
    if status in ENDED:
        if status == "done" and left > 0:
            said = f"says that {filling.days(left)} remain, but the project is done; leave it out, "
            said += "or set `status: running`."
            filling.error("PMO505", "remaining", said)
        return is_sound
    if status not in UNDER_WAY and (report.done or any(report.spent.values())):
        key = "done" if report.done else "spent"
        said = (
            f"is progress, but the project is '{status}'; set `status: running`, or leave it out."
        )
        filling.error("PMO504", key, said)
        return False
    if report.done == 1 and left > 0:
        said = (
            f"says that {filling.days(left)} remain of a project that is 100% done; lower `done`, "
            "or leave `remaining` out."
        )
        filling.error("PMO505", "remaining", said)
        return False
    return is_sound


def _place(filling: _Filling) -> dict[str, Law]:
    """Decide what is finished and where the work stands; return what remains, {} = by the plan."""
    report = filling.report
    left = sum(law.plan for law in report.remaining.values())
    if report.remaining and left <= 0 and filling.status in UNDER_WAY:
        if report.done is not None and report.done < 1:
            said = f"is 0, although `done` is {report.done:.0%}: the project counts as finished. "
            filling.doubt("remaining", f"{said}Say `done: 100%`, or what remains.")
        _fill(filling, filling.planned, to_the_end=True)
        return {}
    if report.done:
        _fill(filling, report.done * filling.planned, to_the_end=report.done == 1)
    elif filling.status in UNDER_WAY and _is_overrun(filling):
        return _overrun(filling)
    elif filling.status in UNDER_WAY:
        _fill_without_done(filling, left)
    if report.remaining:
        _doubt_contradiction(filling, left)
        return dict(report.remaining)
    if report.done and report.done < 1 and report.spent:
        return _at_the_pace_so_far(filling)
    return {}


def _fill_without_done(filling: _Filling, left: float) -> None:
    report = filling.report
    if any(report.spent.values()) and not report.remaining:
        _fill(filling, _counted_spent(filling), is_spent=True)
    elif report.remaining and report.done is None:
        _fill(filling, _left_to_done(filling) * filling.planned)


def _is_overrun(filling: _Filling) -> bool:
    """Return whether nothing is said but that more was spent than several pieces were planned."""
    report = filling.report
    if report.remaining or report.done is not None or any(item.is_own for item in filling.items):
        return False
    return len([item for item in filling.items if item.work]) > 1 and (
        _counted_spent(filling) > filling.planned * (1 + SLIGHT)
    )


def _overrun(filling: _Filling) -> dict[str, Law]:
    """Place the work, and return what remains: the whole is more than what was spent already."""
    plan, spent = filling.planned, _counted_spent(filling)
    normal = NormalDist()
    below = normal.cdf(math.log(spent / plan) / OVERRUN_SPREAD)

    def remains(u: float) -> float:
        z = normal.inv_cdf(min(below + u * (1 - below), 1 - SLIGHT))
        return max(plan * math.exp(OVERRUN_SPREAD * z) - spent, SLIGHT * spent)

    low, likely, high = (remains(u) for u in (0.1, 0.5, 0.9))
    _fill(filling, plan * spent / (spent + likely))
    filling.note(
        f"{filling.days(spent)} were spent on a plan of {filling.days(plan)}; what remains is "
        f"drawn as of a project of this plan that goes on, around {filling.days(likely)}; give "
        "`remaining`."
    )
    return {"": SplitLognormal(p10=low, likely=likely, p90=max(high, likely))}


def _left_to_done(filling: _Filling) -> float:
    """Return the share that is done if the roles that are named still have so much to do."""
    planned = by_role_of(filling.items, lambda _item: 1.0)
    left = filling.report.remaining
    whole = sum(planned.values()) if "" in left else sum(planned.get(who, 0.0) for who in left)
    return max(0.0, 1.0 - sum(law.plan for law in left.values()) / whole) if whole else 0.0


def _counted_spent(filling: _Filling) -> float:
    """Return what was spent on planned work; of roles that only go along nothing is planned."""
    planned = {role for item in filling.items for part in item.parts for role in part.by_role}
    return sum(spent for who, spent in filling.report.spent.items() if not who or who in planned)


def _fill(
    filling: _Filling, amount: float, *, to_the_end: bool = False, is_spent: bool = False
) -> None:
    """Fill phases and tasks in order with an amount of planned work."""
    left = amount
    for item in filling.items:
        if item.is_own:
            item.done = _own_share(item, filling.project)
            item.is_done = item.done >= 1 and _is_finished(item)
            left -= item.done * item.weight
    free = [item for item in filling.items if not item.is_own and not item.is_blocked]
    heavy = [item for item in free if item.weight > 0]
    slight = SLIGHT * filling.planned
    for item in heavy:
        # What is spent finishes nothing where nothing is said to be done, and never everything.
        is_last = is_spent and (item is heavy[-1] or filling.report.done == 0)
        if left <= slight and not to_the_end:
            break
        if (left >= item.weight - slight and not is_last) or to_the_end:
            item.done, item.is_done = 1.0, True
        else:
            item.done = left / item.weight
        left = 0.0 if is_last else left - item.weight
    _pass_by(filling.items, to_the_end=to_the_end)
    if not to_the_end and not is_spent and left > slight and len(free) < len(filling.items):
        waiting = series(item.activity.id for item in filling.items if item.is_blocked)
        if waiting:
            said = f"is more than what can have been done: {waiting} waits for other projects."
            filling.doubt("done" if filling.report.done else "remaining", said)


def _own_share(item: Item, project: Project) -> float:
    """Return the share of its plan that a phase or task with own progress has done."""
    progress = item.activity.progress or Progress()
    if progress.done:
        return progress.done
    plan = sum(part.plan for part in item.parts)
    if progress.remaining and plan:
        return max(0.0, 1 - sum(law.plan for law in progress.remaining.values()) / plan)
    return min(1.0, sum(progress.spent.values()) / plan) if plan else 0.0


def _is_finished(item: Item) -> bool:
    return item.activity.progress is not None and item.activity.progress.done == 1


def _pass_by(items: Sequence[Item], *, to_the_end: bool) -> None:
    """Finish what takes no work (milestones, other people's time) where the work has gone past."""
    known = {item.activity.id: item for item in items}
    begun_behind: set[str] = set()
    for item in reversed(items):
        if item.done > 0 or item.is_done or item.is_own or item.activity.id in begun_behind:
            begun_behind.update(item.before)
    for item in items:
        if item.is_own or item.weight > 0:
            continue
        is_free = all(known[name].is_done for name in item.before)
        if to_the_end or (is_free and item.activity.id in begun_behind):
            item.done, item.is_done = 1.0, True


def _at_the_pace_so_far(filling: _Filling) -> dict[str, Law]:
    """Return what remains where ``spent`` differs from the plan of what is done; {} = by plan."""
    done = by_role_of(filling.items, lambda item: min(1.0, item.done))
    spent = filling.report.spent
    whole = _pace(sum(spent.values()), sum(done.values())) if "" in spent else 1.0
    paces = {role: _pace(spent[role], done[role]) if role in spent else whole for role in done}
    factors = {role: _carried(pace) for role, pace in paces.items()}
    if all(math.isclose(factor, 1.0, abs_tol=1e-9) for factor in factors.values()):
        return {}
    still = by_role_of(_open_items(filling), Item.open_share)
    used = sum(spent.get(role, done[role]) for role in done) if "" not in spent else spent[""]
    ratio = used / (sum(done.values()) or 1.0)
    filling.note(
        f"{ratio:.0%} of the plan was spent on what is done; open work goes on at a part of that "
        "pace (its square root); give `remaining`."
    )
    return {role: Fixed(value=work * factors.get(role, whole)) for role, work in still.items()}


def _pace(spent: float, planned: float) -> float:
    return spent / planned if planned > 0 and spent > 0 else 1.0


def _carried(pace: float) -> float:
    return min(MOST_CARRIED, max(LEAST_CARRIED, float(pace**CARRIED_OVER)))


def _doubt_contradiction(filling: _Filling, left: float) -> None:
    report = filling.report
    if report.done is None or filling.status not in UNDER_WAY or not filling.planned:
        return
    spent = _counted_spent(filling)
    used = spent or report.done * filling.planned
    implied = used / (used + left)
    if abs(report.done - implied) > CONTRADICTING:
        on = f"{filling.days(spent)} spent" if spent else "the plan"
        said = (
            f"is {report.done:.0%}, but with {on} and {filling.days(left)} remaining it is "
            f"{implied:.0%}; `remaining` wins. Correct one of them."
        )
        filling.doubt("done", said)


# --- what follows -------------------------------------------------------------------------------


def _open_items(filling: _Filling) -> list[Item]:
    return [item for item in filling.items if not item.is_own and not item.is_done]


def _spread_remaining(
    filling: _Filling, remaining: Mapping[str, Law]
) -> Iterator[tuple[str, Progress]]:
    """Yield progress: what remains of each role, in proportion to its open planned work."""
    is_open = _open_items(filling)
    still = by_role_of(is_open, Item.open_share)
    stated = _without_own(filling, remaining)
    if stated is None:
        return
    whole = sum(still.values())
    laws: dict[str, Law] = {}
    for who, law in stated.items():
        planned = still.get(who, 0.0) if who else whole
        if planned <= 0 and law.plan > 0:
            what = f"of '{who}' " if who else ""
            said = (
                f"says that {filling.days(law.plan)} {what}remain, but nothing that is open has "
                "planned work for it. Lower `done`, or leave it out."
            )
            filling.error("PMO505", "remaining", said)
            return
        if planned > 0:
            laws[who] = law.scaled(1 / planned)
    yield from _finished(filling)
    front = next((item for item in is_open if item.done > 0), None)
    for item in is_open:
        left = _left_of(item, laws)
        progress = Progress(
            done=item.done if 0 < item.done < 1 else None,
            remaining=left,
            is_own=False,
            is_waiting=item is not front or filling.status != "running",
        )
        if left or progress.done:
            yield item.activity.id, progress


def _without_own(filling: _Filling, remaining: Mapping[str, Law]) -> dict[str, Law] | None:
    """Return what remains for the phases and tasks that say nothing themselves."""
    own = [item for item in filling.items if item.is_own and not item.is_done]
    taken = by_role_of(own, lambda item: max(0.0, 1.0 - item.done))
    found: dict[str, Law] = {}
    for who, law in remaining.items():
        used = taken.get(who, 0.0) if who else sum(taken.values())
        if used <= 0:
            found[who] = law
        elif law.plan > used:
            found[who] = law.scaled((law.plan - used) / law.plan)
        else:
            said = (
                f"is {filling.days(law.plan)}, but phases or tasks in progress say themselves that "
                f"{filling.days(used)} are open. Correct one of them."
            )
            if _open_items(filling):
                filling.error("PMO505", "remaining", said)
                return None
    return found


def _left_of(item: Item, laws: Mapping[str, Law]) -> dict[str, Law]:
    """Return what remains of each amount of a phase or task, as far as the report says."""
    found: dict[str, Law] = {}
    for part in item.parts:
        shares = {role: work * item.open_share() for role, work in part.by_role.items()}
        whole = sum(shares.values())
        if whole <= 0:
            continue
        # A duration is counted in the time of all its people together.
        unit = part.plan / part.work
        named = [role for role in shares if role in laws]
        if "" in laws and not named:
            found[part.key] = laws[""].scaled(whole * unit)
        elif len(named) == 1 and len(shares) == 1:
            found[part.key] = laws[named[0]].scaled(whole * unit)
        elif named:
            general = laws[""].plan if "" in laws else 1.0
            work = sum(
                share * (laws[role].plan if role in laws else general)
                for role, share in shares.items()
            )
            found[part.key] = Fixed(value=work * unit)
    return found


def _progress_so_far(filling: _Filling) -> Iterator[tuple[str, Progress]]:
    """Yield progress of what is finished, and of the one at which the work stands."""
    yield from _finished(filling)
    is_waiting = filling.status != "running"
    for item in _open_items(filling):
        if item.done <= 0:
            continue
        if filling.report.done:
            yield (
                item.activity.id,
                Progress(done=min(item.done, 1 - SLIGHT), is_own=False, is_waiting=is_waiting),
            )
        else:
            spent = _spent_on(filling, item)
            if spent:
                yield item.activity.id, Progress(spent=spent, is_own=False, is_waiting=is_waiting)
    _tell(filling)


def _finished(filling: _Filling) -> Iterator[tuple[str, Progress]]:
    for item in filling.items:
        if item.is_done and not item.is_own:
            yield item.activity.id, Progress(done=1.0, is_own=False)


def _spent_on(filling: _Filling, front: Item) -> dict[str, float]:
    """Return what was spent on each amount of the item at which the work stands."""
    said = filling.report.spent
    before = by_role_of([item for item in filling.items if item.is_done], lambda _item: 1.0)
    found = {}
    for part in front.parts:
        if part.work <= 0:
            continue
        spent = sum(
            max(0.0, said[role] - before.get(role, 0.0)) if role in said else work * front.done
            for role, work in part.by_role.items()
        )
        if spent > 0:
            found[part.key] = spent * part.plan / part.work
    return found


def _tell(filling: _Filling) -> None:
    """Say how the report was read."""
    done = [item.activity.id for item in filling.items if item.is_done and not item.is_own]
    front = next((item for item in _open_items(filling) if item.done > 0), None)
    told = [f"{series(done, 4)} finished"] if done else []
    if front is not None:
        told.append(f"'{front.activity.id}' at {front.done:.0%} of its plan")
    if not told or (not filling.report.spent and filling.report.done == 1):
        return
    if filling.report.done:
        said = f"{filling.report.done:.0%} done is read in the order of the work"
    else:
        spent = filling.days(sum(filling.report.spent.values()))
        said = f"{spent} spent are read in the order of the work, as if all had gone to plan"
    filling.note(f"{said}: {', '.join(told)}; give `remaining`.")
