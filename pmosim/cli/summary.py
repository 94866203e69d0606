"""Summary: a forecast in a few plain lines on the terminal.

In: the document of ``run --json``. Out: lines. The words are those of the report.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pmosim.forecast.wording import chance_in_words, money_in_words
from pmosim.report.answers import read_answers, read_number
from pmosim.report.sentences import (
    late_projects,
    live_projects,
    say_by,
    say_cause,
    say_day,
    say_days,
    say_share,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pmosim.report.answers import Answers, ProjectLine, RoleLine

SHOWN_PROJECTS, SHOWN_ROLES, SHOWN_WARNINGS = 8, 3, 5
LIKELY = 0.5
"""A promise kept in fewer futures is likelier missed than kept."""
LABEL = 22
"""Width of the column that says what a line is about."""


def summarise(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of the summary, the most important first."""
    answers = read_answers(document)
    yield portfolio_line(answers)
    if answers.track_record:
        yield f"  {answers.track_record}"
    yield from _disagreement_lines(document)
    yield from _late_lines(answers)
    yield from _promise_lines(document)
    yield from _done_lines(answers)
    yield from _group_lines(document)
    yield from _role_lines(answers)
    yield from _uncovered_lines(answers)
    yield from _value_lines(document)
    yield from _precision_lines(document)
    yield from warning_lines(answers)


def portfolio_line(answers: Answers) -> str:
    """Return the portfolio in one line: how much work, how many roles, which window."""
    counts = Counter(project.status for project in answers.projects)
    parts = ", ".join(f"{n} {status}" for status, n in counts.items())
    window = f", {answers.as_of}" if answers.as_of else ""
    window += f" to {answers.window_end}" if window and answers.window_end else ""
    n_projects, n_roles = len(answers.projects), len(answers.roles)
    return (
        f"{answers.name}: {n_projects} project{'s' * (n_projects != 1)} ({parts}), "
        f"{n_roles} role{'s' * (n_roles != 1)}{window}"
    )


def worst_project(document: Mapping[str, Any]) -> str | None:
    """Return the id of the project that is likeliest late, or of the one that ends last."""
    answers = read_answers(document)
    projects = live_projects(answers)
    if not projects:
        return None
    return max(projects, key=lambda p: (p.late.value or 0.0) if p.late else 0.0).id


def _late_lines(answers: Answers) -> Iterator[str]:
    promised = [p for p in live_projects(answers) if p.late is not None]
    if not promised:
        yield _line("promised dates", "no project has one inside the planning window")
        return
    late = late_projects(answers)
    verb = "is" if len(late) == 1 else "are"
    yield _line(
        "promised dates", f"{len(late)} of {len(promised)} {verb} likelier missed than kept"
    )
    for project in late[:SHOWN_PROJECTS]:
        yield f"    {_late_line(project, answers)}"
    if len(late) > SHOWN_PROJECTS:
        yield f"    and {len(late) - SHOWN_PROJECTS} more: see the report"


def _late_line(project: ProjectLine, answers: Answers) -> str:
    due = f"due {say_day(project.due)}, " if project.due else ""
    chance = project.late.value if project.late else None
    late = f"late in {chance_in_words(chance, answers.replications)} futures"
    half, most = say_by(project.p50, project), say_by(project.p80, project)
    until = f"half of the futures {half}"
    until += "" if half == most else f", 80 of 100 {most}"
    waits = (
        f"; waits longest for {say_cause(project.waits[0][0], answers)}" if project.waits else ""
    )
    return f"{project.name}: {due}{late}; {until}{waits}"


def _disagreement_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the projects that report green and will be late: nobody else tells of them."""
    found = document.get("disagreements") or []
    for number, entry in enumerate(found[:SHOWN_PROJECTS]):
        yield _line("" if number else "reported green", entry["text"])
    if len(found) > SHOWN_PROJECTS:
        yield _line("", f"and {len(found) - SHOWN_PROJECTS} more: see the report")


def _promise_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the promises of the next 90 days that are likelier missed than kept."""
    soon = [p for p in document.get("promises") or [] if p["in_90_days"]]
    weak = [p for p in soon if (p["p_kept"]["value"] or 0.0) < LIKELY]
    if not soon:
        return
    verb = "is" if len(weak) == 1 else "are"
    yield _line(
        "next 90 days", f"{len(weak)} of {len(soon)} promises {verb} likelier missed than kept"
    )
    for promise in weak[:SHOWN_PROJECTS]:
        yield f"    {promise['text']}"


def _group_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line per group of the key that was asked for."""
    key = document.get("by")
    if key is None:
        return
    currency = document.get("currency") or ""
    for number, entry in enumerate(document["groups"][key]):
        yield _line("" if number else f"by {key}", _group_words(entry, currency))


def _group_words(entry: Mapping[str, Any], currency: str) -> str:
    n, cost = entry["n_projects"], entry["cost"]
    words = f"{entry['group']}: {n} project{'s' * (n != 1)}"
    if not n:
        words = f"{entry['group']}: random demand"
    words += f", costs {money_in_words(cost['mean']['value'], currency)} on average"
    if entry["budget"] is not None and entry["budget_complete"]:
        words += f" of a budget of {money_in_words(entry['budget'], currency)}"
    if entry["n_promised"]:
        late = entry["n_late"]["value"]
        words += f", {late:.1f} of {entry['n_promised']} due dates missed on average"
    return words


def _done_lines(answers: Answers) -> Iterator[str]:
    half, most = (say_by(when) for when in answers.all_done)
    if answers.all_done != (None, None):
        yield _line("all committed done", f"half of the futures {half}, 80 of 100 {most}")


def _role_lines(answers: Answers) -> Iterator[str]:
    waited = sorted(
        (role for role in answers.roles if role.wait_days), key=lambda role: -(role.wait_days or 0)
    )
    if not waited:
        yield _line("most contended", "no work waits for people")
    for number, role in enumerate(waited[:SHOWN_ROLES]):
        yield _line("" if number else "most contended", _role_words(role))


def _role_words(role: RoleLine) -> str:
    return f"{role.words}: busy {say_share(role.busy)}, work waits {say_days(role.wait_days or 0)}"


def _uncovered_lines(answers: Answers) -> Iterator[str]:
    """Yield the roles of which nobody may be there for long, the likeliest first."""
    found = [
        (chance.value, days, role.words)
        for role in answers.roles
        if role.uncovered is not None
        for days, chance in [role.uncovered]
        if chance.value
    ]
    for number, (chance, days, words) in enumerate(sorted(found, reverse=True)[:SHOWN_ROLES]):
        chance_words = chance_in_words(chance, answers.replications)
        text = f"{words}: for {say_days(days)} or longer in {chance_words} futures"
        yield _line("" if number else "nobody there", text)


def _value_lines(document: Mapping[str, Any]) -> Iterator[str]:
    chance = read_number(document["portfolio"].get("p_npv_positive"))
    if chance.value is not None:
        n = document["replications"]
        yield _line("benefits beat costs", f"in {chance_in_words(chance.value, n)} futures")
    elif chance.reason:
        yield _line("benefits beat costs", f"not known: {chance.reason}")


def _precision_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what this number of futures resolves."""
    if document.get("precision"):
        yield _line("how well known", document["precision"]["text"])


def warning_lines(answers: Answers) -> Iterator[str]:
    """Yield the warnings, the first few in full."""
    for warning in answers.warnings[:SHOWN_WARNINGS]:
        yield _line("mind", warning)
    more = len(answers.warnings) - SHOWN_WARNINGS
    if more > 0:
        yield _line("", f"and {more} more: see the report")


def _line(label: str, text: str) -> str:
    return f"  {label:<{LABEL}}{text}"
