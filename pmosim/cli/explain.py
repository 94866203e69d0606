"""``pmosim explain``: why a project ends when it does, for whom it waits, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pmosim.cli.options import MOST_FUTURES, WholeNumber, as_json, did_you_mean, talking
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmosim.cli.terminal import Terminal
    from pmosim.forecast.explanation import Cause, Diary, Event, Explanation
    from pmosim.outcomes import Outcomes

WORDS = {
    "work": "its own work",
    "lag": "agreed waiting times between tasks",
    "date": "agreed dates not to start before",
    "project": "other projects it comes after",
    "intake": "its start (the start rule lets others in first)",
}


@click.command("explain", short_help="Say why a project ends when it does.")
@click.argument("path", metavar="PATH")
@click.argument("project", metavar="PROJECT")
@click.option(
    "--future",
    type=WholeNumber(0, MOST_FUTURES),
    metavar="K",
    help="Tell one future day by day (from 0).",
)
@as_json
@talking
@click.pass_obj
def command(
    terminal: Terminal, path: str, project: str, future: int | None, *, is_json: bool
) -> None:
    """Say why a project ends when it does, and for whom it waits.

    \b
    pmosim explain baseline crm              mean working days per cause
    pmosim explain baseline crm --future 0   one future, day by day
    """  # fmt: skip
    from pmosim.forecast.explanation import explain, write_diary
    from pmosim.workspace import open_run, run_of

    run = open_run(run_of(path))
    outcomes = run.outcomes()
    _refuse_unknown(outcomes, project)
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
    terminal.next(typed("explain", path, project))


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
        yield f"  {day if day != shown else '':<10}  {_event_words(event, outcomes)}"
        shown = day


def _event_words(event: Event, outcomes: Outcomes) -> str:
    if event.kind == "asked":
        return "asks to start"
    if event.kind == "released":
        return "is released: its tasks may ask for people"
    if event.kind == "ended":
        return "ends"
    if event.kind == "ready":
        return f"{event.task} could start, but waits" + (
            f" for the {event.waited_for}" if event.waited_for else ""
        )
    if event.kind == "finished" and event.minute == 0:
        return f"{event.task} was finished before"
    words = f"{event.task} {'begins' if event.kind == 'started' else 'is finished'}"
    if event.people:
        words += f" with {', '.join(event.people)}"
    if event.waited > 0 and not event.is_summary:
        words += f", {event.waited / outcomes.minutes_per_day:.1f} days after it could have"
    return words


def _date(outcomes: Outcomes, event: Event) -> str:
    is_start = event.kind not in {"finished", "ended"}
    day = event.minute / outcomes.minutes_per_day
    return outcomes.network.calendar.to_date(day, start=is_start).isoformat()


def _what(cause: Cause) -> str:
    words = WORDS[cause.name]
    return words if cause.name == "work" else f"waits for {words}"


def _who(cause: Cause) -> str:
    return f"the {cause.name}" if cause.is_role else WORDS[cause.name]


def _refuse_unknown(outcomes: Outcomes, project: str) -> None:
    network = outcomes.network
    listed = network.projects.ids[: network.n_listed]
    if project in listed or project in set(outcomes.project_ids.tolist()):
        return
    if project in network.streams.ids:
        raise click.UsageError(
            f"'{project}' is demand; its projects are called {project}-1, {project}-2, ..."
        )
    hint = did_you_mean(project, listed)
    raise click.UsageError(f"There is no project '{project}'.{hint} Known: {', '.join(listed)}.")


def _explanation_document(outcomes: Outcomes, explanation: Explanation) -> dict[str, Any]:
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
            }
            for event in diary.events
        ],
    }
