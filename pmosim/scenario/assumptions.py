"""Assumptions: what a scenario leaves out or takes for granted, as entries a report can print."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from pmosim import priors
from pmosim.fitted import WORK
from pmosim.scenario import amounts
from pmosim.scenario.facts import is_alive
from pmosim.scenario.hazards import LEAST_LEFT, spreads_left
from pmosim.scenario.learning import kinds_of_work
from pmosim.scenario.portfolio import Assumption, Phase
from pmosim.scenario.reactions import describe
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.distributions import Law
    from pmosim.fitted import Fitted
    from pmosim.priors import Prior
    from pmosim.scenario.facts import Facts
    from pmosim.scenario.organisation import Person

Basis = Literal["off", "assumed", "measured", "stated"]


def stated_assumptions(facts: Facts) -> tuple[Assumption, ...]:
    """Return one entry per mechanism."""
    parts = (_absence, _operations, _spread, _work_rules, _money)
    return (*(entry for part in parts for entry in part(facts)), *facts.notes)


def _entry(mechanism: str, basis: Basis, text: str, prior: Prior | None = None) -> Assumption:
    source = f"{prior.source} {prior.citation}." if prior and basis == "assumed" else ""
    return Assumption(mechanism=mechanism, basis=basis, text=text, source=source)


def _basis(facts: Facts, prior: Prior) -> Basis:
    return "assumed" if facts.assumed_of(prior.name) else "stated"


def _how(basis: Basis) -> str:
    return "a prior, not measured here" if basis == "assumed" else "as stated"


# --- people -------------------------------------------------------------------------------------


def _absence(facts: Facts) -> Iterator[Assumption]:
    people = list(facts.people.values())
    with_dates = sum(bool(person.leave) for person in people)
    is_away = any(person.absence for person in people)
    yield from _leave(facts, with_dates)
    if any(place.holidays for place in facts.staff.organisation.places):
        yield _entry("holidays", "stated", "Holidays are as stated.")
    else:
        yield _entry("holidays", "off", "Public holidays are off.")
    yield from _sickness(facts)
    yield from _when_away(facts)
    yield from _turnover(facts)
    if not with_dates and not is_away:
        yield _entry("perfect world", "off", _price(facts))


def _price(facts: Facts) -> str:
    """Say what a world costs in which nobody is ever away."""
    days, ill = _value(priors.LEAVE_DAYS), _value(priors.SICKNESS)
    share = 1 - (1 - days / facts.frame.measures.year_days) * (1 - ill)
    text = "Nobody is ever away for leave or sickness: about "
    text += f"{share:.0%} of the capacity shown does not exist".replace("%", " %")
    if not any(person.bau for person in facts.people.values()):
        text += f", and operations usually take {_value(priors.BAU):.0%} of the day".replace(
            "%", " %"
        )
    return f"{text}. Say `assume: typical` to take sourced values for what is not said."


def _value(prior: Prior) -> float:
    return float(amounts.share(prior.value, most=None))


def _leave(facts: Facts, with_dates: int) -> Iterator[Assumption]:
    people = facts.people
    days = facts.staff.leave_days
    with_days = [name for name in people if days.get(name)]
    if with_dates:
        text = f"Leave is as stated, for {with_dates} of {len(people)} people."
        yield _entry("leave", "stated", text)
    if with_days:
        mean = sum(float(days[name]) for name in with_days) / len(with_days)
        basis = _basis(facts, priors.LEAVE_DAYS)
        text = (
            f"Leave without dates is {mean:.3g} working days a year, spread evenly, for "
            f"{len(with_days)} of {len(people)} people: {_how(basis)} (`leave_days`)."
        )
        yield _entry("leave", basis, text, priors.LEAVE_DAYS)
    elif not with_dates:
        yield _entry("leave", "off", "Leave is off: no leave is planned for anybody.")


def _sickness(facts: Facts) -> Iterator[Assumption]:
    shares = [float(share) for share in facts.staff.sickness.values()]
    if not any(shares):
        yield _entry("sickness", "off", "Sickness is off: nobody is ever ill.")
        return
    basis = _basis(facts, priors.SICKNESS)
    text = (
        f"Sickness takes {sum(shares) / len(shares):.1%} of the time on average: {_how(basis)}. It "
        f"comes in spells, of {priors.SPELL_DAYS:g} days on average where nothing is said "
        "(`sickness`)."
    )
    yield _entry("sickness", basis, text, priors.SICKNESS)


def _when_away(facts: Facts) -> Iterator[Assumption]:
    answers = [person.when_away for person in facts.people.values()]
    day = facts.frame.measures.minutes_per_day
    parts = []
    for cause, words in (("leave", "planned leave"), ("sickness", "illness")):
        handed = [getattr(a, f"{cause}_least") for a in answers if getattr(a, cause) == "hand_over"]
        if handed:
            least = f" of {min(handed) / day:.3g} days or more" if min(handed) else ""
            parts.append(f"{words}{least} hands the work over ({_people(len(handed))})")
    for cause, words in (("leave", "planned leave"), ("leaving", "a last day")):
        waiting = sum(getattr(answer, cause) == "finish" for answer in answers)
        if waiting:
            parts.append(f"{words} waits for the work in hand ({_people(waiting)})")
    if parts:
        text = f"Work in hand pauses with whoever is away, but {'; '.join(parts)} (`when_away`)."
        yield _entry("work in hand", "stated", text)


def _people(count: int) -> str:
    return f"{count} person" if count == 1 else f"{count} people"


def _turnover(facts: Facts) -> Iterator[Assumption]:
    terms = [person.change for person in facts.people.values()]
    leaving = [change for change in terms if change.turnover]
    if not leaving:
        off = "Turnover is off: people leave and come only on the dates stated."
        yield _entry("turnover", "off", off)
        return
    basis = _basis(facts, priors.TURNOVER)
    mean = 100 * sum(change.turnover for change in leaving) / len(leaving)
    text = (
        f"Of {len(leaving)} of {len(terms)} people {mean:.3g} of 100 leave in a year, at any time "
        f"alike: {_how(basis)} (`turnover`)."
    )
    yield _entry("turnover", basis, text, priors.TURNOVER)
    hired = [change.time_to_hire for change in leaving if change.time_to_hire is not None]
    if not hired:
        text = "Nobody comes for who leaves: the places stay empty (`time_to_hire`)."
        yield _entry("time to hire", "off", text)
        return
    basis = _basis(facts, priors.TIME_TO_HIRE)
    days = sum(law.mean for law in hired) / len(hired) / facts.frame.measures.minutes_per_day
    text = (
        f"{len(hired)} of these {len(leaving)} places are filled again, after {days:.3g} working "
        f"days on average: {_how(basis)} (`time_to_hire`)."
    )
    yield _entry("time to hire", basis, text, priors.TIME_TO_HIRE)


def _newcomers(facts: Facts) -> Iterator[Assumption]:
    people = facts.people.values()
    day = facts.frame.measures.minutes_per_day
    ramps = [person.change.ramp for person in people if person.change.ramp is not None]
    mentors = [person.change.mentor for person in people if person.change.mentor is not None]
    losses = [person.change.hand_over for person in people if person.change.hand_over is not None]
    if not ramps and not mentors and not losses:
        text = "Ramp-up, hand-over loss and mentoring are off: newcomers work at full speed."
        yield _entry("ramp-up", "off", text)
        return
    if not ramps:
        yield _entry("ramp-up", "off", "Ramp-up is off: newcomers work at full speed.")
    else:
        basis = _basis(facts, priors.RAMP)
        start = sum(ramp.start for ramp in ramps) / len(ramps) / WHOLE
        lasts = sum(ramp.lasts for ramp in ramps) / len(ramps) / day
        text = (
            f"Newcomers begin at {start:.0%} and are at full speed after {lasts:.3g} working days "
            f"on average: {_how(basis)} (`ramp`)."
        )
        yield _entry("ramp-up", basis, text, priors.RAMP)
    if not mentors:
        yield _entry("mentoring", "off", "Mentoring is off: nobody helps newcomers (`mentor`).")
    else:
        basis = _basis(facts, priors.MENTOR)
        share = sum(mentor.share for mentor in mentors) / len(mentors) / WHOLE
        part = sum(mentor.shortens for mentor in mentors) / len(mentors) / WHOLE
        text = (
            f"A mentor gives a newcomer {share:.0%} of the day, which saves {part:.0%} of the "
            f"ramp: {_how(basis)} (`mentor`)."
        )
        yield _entry("mentoring", basis, text, priors.MENTOR)
    if not losses:
        yield _entry("hand-over", "off", "Hand-over is off: leavers leave no work undone.")
    else:
        basis = _basis(facts, priors.HAND_OVER)
        days = sum(law.mean for law in losses) / len(losses) / day
        text = (
            f"Each task in hand takes {days:.3g} person-days more on average when one of its "
            f"people leaves: {_how(basis)} (`hand_over`)."
        )
        yield _entry("hand-over", basis, text, priors.HAND_OVER)
    yield from _overlaps(facts)


def _learning(facts: Facts) -> Iterator[Assumption]:
    people = facts.people.values()
    terms = [person.learning for person in people if person.learning is not None]
    if terms and kinds_of_work(facts):
        basis = _basis(facts, priors.LEARNING)
        start = sum(learning.start for learning in terms) / len(terms) / WHOLE
        day = facts.frame.measures.minutes_per_day * WHOLE
        days = sum(learning.practice for learning in terms) / len(terms) / day
        text = (
            f"{len(terms)} of {len(facts.people)} people begin a kind of work at {start:.0%} of "
            f"full speed, which takes {days:.3g} person-days of it on average: {_how(basis)} "
            "(`learning`)."
        )
        yield _entry("learning", basis, text, priors.LEARNING)
    growing = sum(bool(person.growth) for person in people)
    if growing:
        text = f"Skills of {growing} people grow with practice, as stated (`skills`)."
        yield _entry("skill growth", "stated", text)
    yield from _cross_training(facts)


def _cross_training(facts: Facts) -> Iterator[Assumption]:
    trained = [person for person in facts.people.values() if person.training]
    if not trained:
        return
    entries = [node.get("training") for node, _ in facts.staff.sites.values()]
    said = [entry for given in entries if given is not None for entry in given.items]
    keys = ("lasts", "share", "proficiency")
    is_said = all(entry.get(key) is not None for entry in said for key in keys)
    how = "as stated"
    if not is_said:
        how = (
            f"where nothing is said it takes {priors.TRAINING_SHARE:.0%} of the time for "
            f"{priors.TRAINING_DAYS} working days and brings {priors.TRAINING_PROFICIENCY:.0%}, a "
            "judgement without a measure"
        )
    number = f"{len(trained)} {'person is' if len(trained) == 1 else 'people are'}"
    text = f"{number} trained in a further role: {how} (`training`)."
    yield _entry("cross-training", "stated" if is_said else "assumed", text)


def _overlaps(facts: Facts) -> Iterator[Assumption]:
    terms = [person.change.overlap for person in facts.people.values()]
    overlaps = [overlap for overlap in terms if overlap is not None]
    if not overlaps:
        return
    day = facts.frame.measures.minutes_per_day
    staff = [facts.root.get(key) for key in ("roles", "people")]
    entries = [e for node in staff if node for e in (*node.mapping.values(), *node.items)]
    is_said = all(
        given.get("saves") is not None for e in entries if (given := e.get("overlap")) is not None
    )
    basis = _basis(facts, priors.OVERLAP) if is_said else "assumed"
    lasts = sum(overlap.lasts for overlap in overlaps) / len(overlaps) / day
    saves = sum(overlap.saves for overlap in overlaps) / len(overlaps) / WHOLE
    text = (
        f"Ahead of departures that are known, the successor is asked for {lasts:.3g} working days "
        f"before and is told, which is no progress; each day takes {saves:.0%} off the hand-over: "
        f"{'as stated' if basis == 'stated' else 'an assumption without a measure'} (`overlap`)."
    )
    yield _entry("overlap", basis, text, priors.OVERLAP)


def _standard(facts: Facts) -> Iterator[Assumption]:
    covered = [site for site in facts.demand.all_sites if site.project.coverage]
    if not covered:
        return
    settings = facts.frame.settings
    given = (facts.root.get("settings") or facts.root).get("standard")
    has_rework = any(a.rework is not None for site in covered for a in site.project.activities)
    keys = ("spread", "hand_over", *(["rework"] if has_rework else []))
    is_said = given is not None and all(given.get(key) for key in keys)
    rework = f" and {settings.standard_rework:.0%} off the chance of rework" if has_rework else ""
    mean = sum(site.project.coverage for site in covered) / len(covered)
    text = (
        f"A standard covers {mean:.0%} of the work of {len(covered)} projects or streams "
        f"(`coverage`). Where it covers all, it takes {settings.standard_spread:.0%} off the "
        f"spread and {settings.standard_hand_over:.0%} off a hand-over{rework}: "
        f"{'as stated' if is_said else 'an assumption without a measure'} (`settings.standard`)."
    )
    yield _entry("standard", "stated" if is_said else "assumed", text)


def _cover(facts: Facts) -> Iterator[Assumption]:
    blocked = [
        site
        for site in facts.demand.all_sites
        if any(need.blocks for need in site.project.throughout)
    ]
    if not blocked:
        return
    given = (facts.root.get("settings") or facts.root).get("standard")
    is_said = given is not None and given.get("cover") is not None
    base = facts.frame.settings.standard_cover
    text = (
        f"{len(blocked)} projects or streams stand still while a holder is away and nobody free "
        f"covers (`blocks`). Cover is {base:.0%} as efficient as the holder where no standard is "
        f"in use, as efficient where it covers all (`coverage`): "
        f"{'as stated' if is_said else 'an assumption without a measure'} "
        "(`settings.standard.cover`)."
    )
    yield _entry("cover", "stated" if is_said else "assumed", text)


def _operations(facts: Facts) -> Iterator[Assumption]:
    people = facts.people.values()
    shares = [person.bau / WHOLE for person in people]
    if not any(shares):
        off = "Operations are off: everybody's whole working time goes to projects (`bau`)."
        yield _entry("operations", "off", off)
    else:
        mean = sum(shares) / len(shares)
        assumed = facts.assumed_of(priors.BAU.name)
        basis: Basis = "assumed" if assumed else "stated"
        how = f"a prior for {_roles(assumed)}, else " if assumed else ""
        text = f"Operations take {mean:.0%} of working time on average, {how}as stated (`bau`)."
        yield _entry("operations", basis, text, priors.BAU)
    yield _switching(list(people))


def _roles(paths: tuple[str, ...]) -> str:
    return f"{len(paths)} role{'s' * (len(paths) > 1)}"


def _switching(people: list[Person]) -> Assumption:
    if not any(person.max_parallel > WHOLE for person in people):
        text = "Nobody works on more than one full-time task at once (`max_parallel` 100%)."
        return _entry("switching", "off", text)
    if all(set(person.focus) == {WHOLE} for person in people):
        return _entry("switching", "off", "Switching between tasks costs nothing (`focus`).")
    return _entry("switching", "stated", "Switching between tasks costs what is stated (`focus`).")


# --- work ---------------------------------------------------------------------------------------


def _laws(facts: Facts) -> Iterator[Law]:
    for site in facts.demand.all_sites:
        for activity in site.project.activities:
            if isinstance(activity, Phase) or activity.kind != "milestone":
                yield from activity.work.values()


def _spread(facts: Facts) -> Iterator[Assumption]:
    laws = list(_laws(facts))
    n_certain = sum(law.is_certain for law in laws)
    settings = facts.frame.settings
    fitted = settings.calibration
    if fitted is not None and fitted.has(WORK):
        yield from _past_work(fitted, is_doubted=settings.parameter_uncertainty)
        yield from _track_record(fitted)
    elif settings.spread:
        basis = _basis(facts, priors.SPREAD)
        text = (
            "Work given as one number is the middle of what may come: half of it takes longer, "
            f"with a spread of {settings.spread:g} (one in ten {_one_in_ten(settings.spread)} times"
            f" the plan or more): {_how(basis)} (`spread`)."
        )
        yield _entry("spread", basis, text, priors.SPREAD)
    if n_certain and n_certain == len(laws):
        text = "Spread is off: all work takes exactly what is planned, which no work ever did."
        yield _entry("spread", "off", text)
    elif n_certain:
        text = f"Spread is off for {n_certain} of {len(laws)} amounts of work: single numbers."
        yield _entry("spread", "off", text)
    if settings.spread and settings.spread_includes_risks:
        yield from _double_counting(facts)
    if n_certain < len(laws):
        yield _correlation(facts)


def _double_counting(facts: Facts) -> Iterator[Assumption]:
    projects = [site.project for site in facts.demand.all_sites]
    left = list(spreads_left(projects, facts.drivers))
    less = [each for each in left if each.part < 1.0]
    if not less:
        return
    lows, highs = min(each.spread for each in less), max(each.spread for each in less)
    least = sum(each.is_least for each in less)
    floor = f", the least that is ever left of it ({LEAST_LEFT:.0%}) for {least}" if least else ""
    text = (
        f"What the listed risks explain is taken off the spread of {len(less)} of {len(left)} "
        f"amounts of work, so that nothing is counted twice: {lows:.2g} to {highs:.2g} is left"
        f"{floor} (`spread_includes_risks`)."
    )
    yield _entry("double counting", "stated", text)


def _measured(facts: Facts) -> tuple[str, ...]:
    """Return the paths of what was taken from `calibration`."""
    given = facts.root.get("measured")
    return () if given is None else tuple(node.text for node in given.items)


def _past_work(fitted: Fitted, *, is_doubted: bool) -> Iterator[Assumption]:
    """Say how work given as one number comes out, by past work."""
    law, spread = fitted.plan_law(WORK), fitted.find("spread", WORK)
    middle = law.law(law.typical_plan)
    half, late = (float(middle.quantile(u)) / law.typical_plan for u in (0.5, 0.9))
    how = "measured" if spread is not None and spread.basis == "measured" else "assumed"
    text = (
        f"Work given as one number comes out as past work did: planned at "
        f"{law.typical_plan:.3g} days, half of it took {half:.2f} times the plan or more, one in "
        f"ten {late:.2f} times or more (`calibration`, as of {fitted.as_of.isoformat()})."
    )
    yield Assumption(
        mechanism="spread",
        basis="measured" if how == "measured" else "assumed",
        text=text,
        source=spread.source if spread is not None else "",
    )
    if is_doubted:
        text = (
            "How surely this is known is part of the forecast: bias, size effect and spread are "
            "drawn once in each future (`settings.parameter_uncertainty`)."
        )
        yield Assumption(mechanism="doubt about past work", basis="measured", text=text)


def _track_record(fitted: Fitted) -> Iterator[Assumption]:
    """Say how good such forecasts were, as ``backtest`` wrote it; page 1 shows it."""
    if fitted.track_record:
        yield Assumption(
            mechanism="track record",
            basis="measured",
            text=fitted.track_record,
            source="pmosim backtest",
        )


def _one_in_ten(spread: float) -> str:
    return f"{math.exp(1.2815515655446004 * spread):.2g}"


def _correlation(facts: Facts) -> Assumption:
    correlation = facts.frame.settings.correlation
    if correlation and "settings.correlation" in _measured(facts):
        found = facts.frame.settings.calibration
        factor = found.find("project_factor", WORK) if found is not None else None
        is_measured = factor is not None and factor.basis == "measured"
        how = "measured on past work" if is_measured else "a prior, too few past projects"
        text = f"Correlation within a project is {correlation:.0%}, {how}."
        return Assumption(
            mechanism="correlation",
            basis="measured" if is_measured else "assumed",
            text=text,
            source=factor.source if factor is not None else "",
        )
    if correlation:
        basis = _basis(facts, priors.CORRELATION)
        text = f"Correlation within a project is {correlation:.0%}, {_how(basis)}."
        return _entry("correlation", basis, text, priors.CORRELATION)
    text = (
        "Correlation is off: the tasks of a project run over independently of each other, which "
        "makes dates look surer than they are."
    )
    return _entry("correlation", "off", text)


def _work_rules(facts: Facts) -> Iterator[Assumption]:
    yield from _newcomers(facts)
    yield from _learning(facts)
    yield from _bookings(facts)
    yield _rework(facts)
    yield _risks(facts)
    yield from _standard(facts)
    yield from _cover(facts)
    yield from _fates(facts)
    yield from _reactions(facts)
    yield _gates(facts)
    yield from _interruptions(facts)


def _bookings(facts: Facts) -> Iterator[Assumption]:
    if not facts.bookings:
        return
    people = {site.booking.person for site in facts.bookings}
    projects = {site.booking.project for site in facts.bookings}
    released = sum(site.booking.on_overrun == "release" for site in facts.bookings)
    late = "keep who is late" if not released else "keep who is late, or release them as stated"
    text = (
        f"{len(people)} people are booked for {len(projects)} projects: their shares are reserved, "
        f"and idle where the project does not use them; bookings {late} (`bookings`)."
    )
    yield _entry("bookings", "stated", text)


def _rework(facts: Facts) -> Assumption:
    activities = (a for site in facts.demand.all_sites for a in site.project.activities)
    stated = sum(activity.rework is not None for activity in activities)
    if not stated:
        return _entry("rework", "off", "Rework is off: nothing has to be done twice.")
    text = f"Rework is as stated: {stated} of the tasks and phases may send work back."
    return _entry("rework", "stated", text)


def _risks(facts: Facts) -> Assumption:
    own = sum(len(site.project.risks) for site in facts.demand.all_sites)
    if not own and not facts.drivers:
        return _entry("risks", "off", "Risks are off: nothing unplanned happens.")
    parts = [f"{own} of single projects"] if own else []
    parts += [f"{len(facts.drivers)} that several share"] if facts.drivers else []
    return _entry("risks", "stated", f"Risks are as stated: {' and '.join(parts)}.")


def _reactions(facts: Facts) -> Iterator[Assumption]:
    day = facts.frame.measures.minutes_per_day
    listed = [describe(one, one.late_by / day) for one in facts.reactions]
    if not listed:
        return
    text = (
        f"Management reacts to projects that are planned to be late: {'; '.join(listed)}. Each at "
        "most once for a project, on what a manager sees (`reactions`)."
    )
    yield _entry("reactions of the management", "stated", text)
    if any(one.action == "add_people" and not one.briefing for one in facts.reactions):
        text = "Who is added to a late project costs nobody time (`briefing` is off)."
        yield _entry("briefing", "off", text)


def _fates(facts: Facts) -> Iterator[Assumption]:
    projects = [site.project for site in facts.demand.all_sites if is_alive(site)]
    ended = [project.cancellation for project in projects if project.cancellation]
    if ended:
        basis = _basis(facts, priors.CANCELLATION)
        text = (
            f"Chance cancels {len(ended)} of {len(projects)} projects and streams, "
            f"{100 * sum(ended) / len(ended):.3g} of 100 active ones in a year, at any time alike: "
            f"{_how(basis)} (`cancellation`). What they cost stays; mandatory ones are spared."
        )
        yield _entry("cancellation", basis, text, priors.CANCELLATION)
    rests = [project.interruption for project in projects if project.interruption is not None]
    if rests:
        day = facts.frame.measures.minutes_per_day
        text = (
            f"Chance lets {len(rests)} of {len(projects)} projects and streams rest, "
            f"{100 * sum(rest.rate for rest in rests) / len(rests):.3g} of 100 active ones in a "
            f"year, for {sum(rest.lasts.mean for rest in rests) / len(rests) / day:.3g} working "
            "days on average (`interruption`)."
        )
        yield _entry("rests by chance", "stated", text)


def _gates(facts: Facts) -> Assumption:
    gates = facts.intake.gates
    if not gates.stop:
        return _entry("gates", "off", "Gates are off: no project is stopped early.")
    price = ""
    if gates.role is not None:
        price = f" and {gates.shadow_price:,.0f} for each planned day of {gates.role}"
    obeyed = ""
    if gates.compliance < 1:
        obeyed = f"; that is obeyed in {gates.compliance:.0%} of the cases"
    text = (
        "A project is stopped at the end of a stage (`gate`) when it is planned to bring less than "
        f"it still costs{price}{obeyed}."
    )
    return _entry("gates", "stated", text)


def _interruptions(facts: Facts) -> Iterator[Assumption]:
    rule = getattr(facts.intake, "interrupt", None)
    if rule is not None:
        text = (
            f"A request of class {rule.for_class} that finds no place takes that of the "
            "lowest-ranked project at the end of a stage, which then waits first for another "
            "(`interrupt`)."
        )
        yield _entry("interruptions", "stated", text)


def _money(facts: Facts) -> Iterator[Assumption]:
    if not any(person.day_rate for person in facts.people.values()):
        yield _entry("day rates", "off", "Day rates are 0: work costs nothing in this forecast.")
    if facts.root.get("discount_rate") is None:
        text = "The discount rate is 0: money later is worth as much as money now."
        yield _entry("discount rate", "off", text)
