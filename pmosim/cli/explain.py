"""``pmosim explain``: why a project ends when it does, for whom it waits, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from pmosim.cli.options import (
    MOST_FUTURES,
    WholeNumber,
    as_json,
    did_you_mean,
    futures,
    processes,
    talking,
)
from pmosim.cli.steps import studying
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmosim.cli.terminal import Terminal
    from pmosim.forecast.delay import Hangs, Held, Slip
    from pmosim.forecast.explanation import Cause, Diary, Event, Explanation, Link
    from pmosim.forecast.paired import Difference
    from pmosim.network import Network
    from pmosim.outcomes import Outcomes
    from pmosim.study.drivers import Driver, Drivers

WORDS = {
    "work": "its own work",
    "lag": "agreed waiting times between tasks",
    "date": "agreed dates not to start before",
    "project": "other projects it comes after",
    "intake": "its start (the start rule lets others in first)",
}
SLIP_WORDS = {
    "plan": "its own work takes longer than the time given (the plan is shorter than the work)",
    "reserve": "less, because the time given is longer than its own work",
}
END_WORDS = {
    "stopped": "is stopped: its people go",
    "rejected": "finds no place and is turned away",
    "withdrawn": "is withdrawn",
    "blocked": "is given up: what it has to wait for does not happen",
}
OPEN_WORDS = {
    "active": "is not finished when the run ends",
    "queued": "is still waiting to be started when the run ends",
}
BEYOND = "it lies beyond the planning window"
SHOWN = 5
"""Entries of a list on the terminal; the others are summed up."""


@click.command("explain", short_help="Say why a project ends when it does.")
@click.argument("path", metavar="PATH")
@click.argument("project", metavar="[PROJECT]", required=False)
@click.option(
    "--future",
    type=WholeNumber(0, MOST_FUTURES),
    metavar="K",
    help="Tell one future day by day (from 0).",
)
@click.option(
    "--drivers",
    is_flag=True,
    help="What knowing each uncertain thing would save (of PROJECT, else of all committed).",
)
@futures(
    None,
    "With --drivers: futures of each run. [default: about a minute's worth]",
    envvar=None,  # it is refused without --drivers
)
@processes("With --drivers: processes; the results do not depend on it.")
@as_json
@talking
@click.pass_obj
def command(
    terminal: Terminal,
    path: str,
    project: str | None,
    future: int | None,
    replications: int | None,
    jobs: int | Literal["auto"],
    *,
    drivers: bool,
    is_json: bool,
) -> None:
    """Say why a project ends when it does, and for whom it waits.

    \b
    pmosim explain baseline crm              mean working days per cause, and who holds it up
    pmosim explain baseline crm --future 0   one future, day by day
    pmosim explain baseline crm --drivers    what it would save to know each uncertain thing
    pmosim explain baseline --drivers        the same for everything committed
    """  # fmt: skip
    if drivers:
        if future is not None:
            raise click.UsageError("--drivers is about all futures; leave out --future.")
        _explain_drivers(terminal, path, project, replications, jobs, is_json=is_json)
        return
    if replications is not None:
        raise click.UsageError("-n is for --drivers; explain reads the run that is there.")
    _explain_run(terminal, path, project, future, is_json=is_json)


def _explain_run(
    terminal: Terminal, path: str, project: str | None, future: int | None, *, is_json: bool
) -> None:
    from pmosim.forecast.explanation import explain, write_diary
    from pmosim.workspace import open_run, run_of

    run = open_run(run_of(path))
    outcomes = run.outcomes()
    if project is None:
        listed = ", ".join(outcomes.network.projects.ids[: outcomes.network.n_listed])
        raise click.UsageError(f"Say which PROJECT, or --drivers for all. Known: {listed}.")
    _refuse_unknown(outcomes.network, project, set(outcomes.project_ids.tolist()))
    if future is None:
        explanation = explain(outcomes, project)
        if is_json:
            terminal.document(_explanation_document(outcomes, explanation))
            return
        for line in tell(explanation):
            terminal.result(line)
        if explanation.slowest_future is not None:
            terminal.next(
                typed("explain", path, project, options=f"--future {explanation.slowest_future}")
            )
        return
    last = outcomes.first + outcomes.replications - 1
    if future > last:
        raise click.UsageError(f"--future {future}: this run has the futures 0 to {last}.")
    try:
        diary = write_diary(outcomes, project, future)
    except KeyError:
        raise click.UsageError(f"There is no '{project}' in future {future}.") from None
    if is_json:
        terminal.document(_diary_document(outcomes, diary))
        return
    for line in tell_days(outcomes, diary):
        terminal.result(line)
    terminal.next(typed("explain", path, project, options="--drivers"))


def _explain_drivers(
    terminal: Terminal,
    path: str,
    project: str | None,
    replications: int | None,
    jobs: int | Literal["auto"],
    *,
    is_json: bool,
) -> None:
    """Take away one source of uncertainty after the other, on the luck of the run."""
    from pmosim.network import compile_network
    from pmosim.scenario import read_scenario
    from pmosim.study.drivers import enough_futures, find_drivers
    from pmosim.workspace import open_run, run_of

    run = open_run(run_of(path))
    scenario = read_scenario(run.scenario)
    if project is not None:
        _refuse_unknown(compile_network(scenario), project, set())
    n = enough_futures(scenario, project) if replications is None else replications
    with studying(terminal, n, int(run.manifest["seed"]), jobs) as (study, steps):
        found = find_drivers(scenario, study, project=project, on_run=steps.count_run)
    if is_json:
        terminal.document(found.to_document(scenario.name))
        return
    for line in tell_drivers(found):
        terminal.result(line)
    if project is None:
        terminal.next(typed("bottlenecks", path))
    else:
        terminal.next(typed("explain", path, project))


def tell_drivers(found: Drivers) -> Iterator[str]:
    """Yield what knowing each source of uncertainty would save, the most first."""
    whom = "everything committed" if found.project is None else found.project
    if not found.p80.is_known:
        yield f"{whom}: the P80 of the finish is not known ({found.p80.reason or BEYOND})."
    else:
        yield (
            f"{whom}: finished after {found.p80.value:.1f} working days in 80 of 100 futures "
            f"(P50 {found.p50.value:.1f})"
        )
    if found.everything is None:
        yield "Nothing that it depends on is left to chance."
        return
    n = f"{found.replications:,} futures"
    yield f"If one thing were known from the start (its mean), on the same luck ({n}):"
    yield ""
    yield f"  {'saves days of P80':>20}  {'of the mean':>16}"
    for driver in (*found.drivers, found.everything):
        yield f"  {_saved(driver.p80_days):>20}  {_saved(driver.mean_days):>16}  {driver.text}"
    money = [driver for driver in found.drivers if _moves_money(driver)]
    if money:
        yield ""
        yield f"  {'less cost at P80':>20}  {'more NPV at P10':>20}"
    for driver in money:
        cost, npv = (
            "-" if change is None else _saved_money(change)
            for change in (driver.cost_p80, driver.npv_p10)
        )
        yield f"  {cost:>20}  {npv:>20}  {driver.text}"
    yield ""
    yield "  ±: 95 of 100; ? = not yet certain: more futures (-n) would tell. The savings do not"
    yield "  add up: where two sources lie side by side, knowing one of them saves little."


def _saved(change: Difference) -> str:
    """Return ``4.1 ±0.9``, with a ``?`` where it is not yet certain."""
    if not change.is_known:
        return "not known"
    if change.is_zero:
        return "nothing"
    half = max(change.high - change.value, change.value - change.low)
    return f"{change.value:.1f} ±{half:.1f}{'' if change.is_settled else '?'}"


def _saved_money(change: Difference) -> str:
    from pmosim.forecast.wording import money_in_words

    if not change.is_known:
        return "not known"
    if change.is_zero:
        return "nothing"
    half = max(change.high - change.value, change.value - change.low)
    mark = "" if change.is_settled else "?"
    return f"{money_in_words(change.value)} ±{money_in_words(half)}{mark}"


def _moves_money(driver: Driver) -> bool:
    return any(
        change is not None and change.is_settled and not change.is_zero and abs(change.value) > 0.0
        for change in (driver.cost_p80, driver.npv_p10)
    )


def tell(explanation: Explanation) -> Iterator[str]:
    """Yield the mean working days per cause, the longest first."""
    from pmosim.forecast.wording import chance_in_words

    name = explanation.project
    if explanation.n_futures == 0:
        yield f"{name} is in no future of this run."
        return
    finished = chance_in_words(explanation.p_finished.value, explanation.n_futures)
    if not explanation.causes:
        yield f"{name} is finished in {finished} futures; there is nothing to explain."
        return
    days = explanation.days
    yield (
        f"{name}: {days.value:.1f} working days from request (or day 0) to finish on average "
        f"({days.low:.1f} to {days.high:.1f}), finished in {finished} futures"
    )
    waits = explanation.waits
    if waits:
        yield f"It waits longest for {_who(waits[0])}: {waits[0].days.value:.1f} days on average."
    else:
        yield "It never waits: it lasts as long as its own work."
    yield ""
    for cause in explanation.causes:
        words = f"waits for the {cause.name}" if cause.is_role else _what(cause)
        yield f"  {cause.days.value:7.1f} d  {cause.share:4.0%}  {words}"
    yield f"  {days.value:7.1f} d  100%  in all"
    if explanation.slip is not None:
        yield from tell_slip(explanation.slip)
    yield from tell_held(explanation.held)
    if explanation.hangs is not None:
        yield from tell_hangs(name, explanation.hangs)


def tell_slip(slip: Slip) -> Iterator[str]:
    """Yield how much later than agreed a project ends, and what adds up to that."""
    days, agreed = slip.days, "due date" if slip.since == "due" else "baseline"
    late = f"{abs(days.value):.1f} working days {'after' if days.value >= 0 else 'before'}"
    yield ""
    sign = "; minus is early" if days.low < 0 else ""
    yield f"It ends {late} its {agreed} on average ({days.low:.1f} to {days.high:.1f}{sign}):"
    for part in slip.parts:
        if part.cause in SLIP_WORDS:
            words = SLIP_WORDS[part.cause]
        else:
            words = f"waits for {f'the {part.role}' if part.role else WORDS[part.cause]}"
        yield f"  {part.days.value:7.1f} d  {words}"


def tell_held(held: Sequence[Held]) -> Iterator[str]:
    """Yield whom a project waits for itself, and how often."""
    from pmosim.forecast.delay import what_waits
    from pmosim.forecast.wording import chance_in_words

    if held:
        yield ""
        yield "Who has what it waits for (share of the futures, mean days):"
    for one in held[:SHOWN]:
        chance = chance_in_words(one.share.value, one.share.n)
        yield f"  {chance:>10}  {one.days.value:7.1f} d  {what_waits(one)}"
    if len(held) > SHOWN:
        rest = sum(one.days.value for one in held[SHOWN:])
        yield f"  {'':>10}  {rest:7.1f} d  {len(held) - SHOWN} others"


def tell_hangs(name: str, hangs: Hangs) -> Iterator[str]:
    """Yield who stands on the chain of work behind a finish, and how often."""
    from pmosim.forecast.wording import chance_in_words

    yield ""
    yield "What its finish hangs on: the chain of those who gave people to each other, back to its"
    yield "request (share of the futures, mean days of the chain):"
    if hangs.own_days is not None:
        yield f"  {'':>10}  {hangs.own_days.value:7.1f} d  {name} itself"
    for one in hangs.projects[:SHOWN]:
        chance = chance_in_words(one.share.value, one.share.n)
        yield f"  {chance:>10}  {one.days.value:7.1f} d  {one.name}"
    if len(hangs.projects) > SHOWN:
        rest = sum(one.days.value for one in hangs.projects[SHOWN:])
        yield f"  {'':>10}  {rest:7.1f} d  {len(hangs.projects) - SHOWN} others"
    roles = [
        f"{one.name} {chance_in_words(one.share.value, one.share.n)}" for one in hangs.roles[:SHOWN]
    ]
    if roles:
        yield f"  The role waited for on it: {', '.join(roles)}."


def tell_days(outcomes: Outcomes, diary: Diary) -> Iterator[str]:
    """Yield one future day by day."""
    yield f"{diary.project} in future {diary.replication}: {diary.status}"
    shown = ""
    ids, statuses = outcomes.network.projects.ids, outcomes.network.projects.status
    runs_already = diary.project in ids and statuses[ids.index(diary.project)] == "running"
    for event in diary.events:
        if runs_already and event.kind in {"asked", "released"}:
            continue
        day = _date(outcomes, event)
        words = _event_words(event, outcomes, diary.status)
        yield f"  {day if day != shown else '':<10}  {words}"
        shown = day
    if diary.status in OPEN_WORDS:
        yield f"  {'':<10}  {OPEN_WORDS[diary.status]}"
    if diary.chain:
        yield ""
        yield "What the finish hangs on, from the end back:"
    for link in diary.chain:
        yield f"  {_span(outcomes, link)}  {_link_words(diary.project, link)}"


def _span(outcomes: Outcomes, link: Link) -> str:
    calendar, per_day = outcomes.network.calendar, outcomes.minutes_per_day
    begin = calendar.to_date(link.begin / per_day, start=True)
    end = calendar.to_date(link.end / per_day, start=False)
    return f"{begin} to {end}  {(link.end - link.begin) / per_day:6.1f} d"


def _link_words(project: str, link: Link) -> str:
    who = f"{link.project}.{link.task}" if link.task else link.project
    if link.cause == "role":
        return f"{who} waits for the {link.role}, held by nobody: away, not there yet, or kept free"
    if link.cause == "lag":
        return f"{who}: an agreed waiting time"
    if link.cause == "date":
        asked = "a date" if link.project == project else f"the date of {link.project}"
        return f"{who}: {asked} not to start before"
    if link.cause == "intake":
        return f"{who} waits to be started"
    if link.cause == "project":
        return f"{who} waits for another project"
    reason = {
        "role": f", which held the {link.role}",
        "intake": ", which held the place",
        "project": ", which had to come first",
    }
    return f"{who} is worked on{reason.get(link.via, '')}"


def _event_words(event: Event, outcomes: Outcomes, status: str) -> str:
    people = ", ".join(event.people)
    if event.kind == "asked":
        return "asks to start"
    if event.kind == "released":
        room = f"; {event.by} made room" if event.by else ""
        return f"is released: its tasks may ask for people{room}"
    if event.kind == "ended":
        return END_WORDS.get(status, "ends")
    if event.kind == "paused":
        return "is paused: its people go"
    if event.kind == "aside":
        return f"gives its place to {event.by or 'an urgent request'}, and waits first for another"
    if event.kind == "placed":
        return "has a place again: its tasks ask for people"
    if event.kind == "resumed":
        return "goes on: its tasks ask for people again"
    if event.kind == "gone":
        return f"{event.task} gives {people} back, who goes on to {event.by}"
    if event.kind == "away":
        return f"away: {people}"
    if event.kind == "back":
        return f"back: {people}"
    if event.kind == "ready":
        return f"{event.task} could start, but waits" + (
            f" for the {event.waited_for}" if event.waited_for else ""
        )
    if event.kind == "finished" and event.minute == 0:
        return f"{event.task} was finished before"
    words = f"{event.task} {'begins' if event.kind == 'started' else 'is finished'}"
    if event.people:
        words += f" with {people}"
    if event.waited > 0 and not event.is_summary:
        words += f", {event.waited / outcomes.minutes_per_day:.1f} days after it could have"
        if event.by:
            words += f": {event.by} gave back the {event.waited_for or 'people'}"
    return words


def _date(outcomes: Outcomes, event: Event) -> str:
    is_start = event.kind not in {"finished", "ended", "gone"}
    day = event.minute / outcomes.minutes_per_day
    return outcomes.network.calendar.to_date(day, start=is_start).isoformat()


def _what(cause: Cause) -> str:
    words = WORDS[cause.name]
    return words if cause.name == "work" else f"waits for {words}"


def _who(cause: Cause) -> str:
    return f"the {cause.name}" if cause.is_role else WORDS[cause.name]


def _refuse_unknown(network: Network, project: str, others: set[str]) -> None:
    listed = network.projects.ids[: network.n_listed]
    if project in listed or project in others:
        return
    if project in network.streams.ids:
        raise click.UsageError(
            f"'{project}' is demand; its projects are called {project}-1, {project}-2, ..."
        )
    hint = did_you_mean(project, listed)
    raise click.UsageError(f"There is no project '{project}'.{hint} Known: {', '.join(listed)}.")


def _explanation_document(outcomes: Outcomes, explanation: Explanation) -> dict[str, Any]:
    from pmosim.forecast import delay

    hangs = explanation.hangs
    return {
        "schema": "pmosim.explain/1",
        "scenario": outcomes.network.name,
        "project": explanation.project,
        "futures": explanation.n_futures,
        "p_finished": explanation.p_finished.to_json(),
        "days": explanation.days.to_json(),
        "causes": [
            {
                "cause": cause.name,
                "is_role": cause.is_role,
                "days": cause.days.to_json(),
                "share": cause.share,
            }
            for cause in explanation.causes
        ],
        "look_at_future": explanation.slowest_future,
        "slip": None if explanation.slip is None else delay.slip_json(explanation.slip),
        "waits_on": None if hangs is None else delay.waits_json(explanation.held, hangs.n),
        "chain": None if hangs is None else delay.hangs_json(hangs),
    }


def _diary_document(outcomes: Outcomes, diary: Diary) -> dict[str, Any]:
    return {
        "schema": "pmosim.explain/1",
        "scenario": outcomes.network.name,
        "project": diary.project,
        "future": diary.replication,
        "status": diary.status,
        "events": [
            {
                "day": event.minute / outcomes.minutes_per_day,
                "date": _date(outcomes, event),
                "event": event.kind,
                "task": event.task or None,
                "people": list(event.people),
                "waited_days": max(0, event.waited) / outcomes.minutes_per_day,
                "waited_for": event.waited_for or None,
                "by": event.by or None,
            }
            for event in diary.events
        ],
        "chain": [
            {
                "from_day": link.begin / outcomes.minutes_per_day,
                "to_day": link.end / outcomes.minutes_per_day,
                "project": link.project,
                "task": link.task or None,
                "cause": link.cause,
                "role": link.role or None,
                "via": link.via or None,
            }
            for link in diary.chain
        ],
    }
