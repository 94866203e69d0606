"""CESAW: one organisation's software teams on a given morning, as a scenario.

The CESAW data (Jones and Nichols, arXiv 2106.03679) hold the tasks and the time logs of real
teams. ``scenario`` rebuilds what the organisation knew on the morning of a cut date: who works how
many hours, what is finished, what is under way with how much spent, what is planned, and which
projects come later. ``what_happened`` says when each project really ended.

    python -m scenarios.readers.cesaw /data/cesaw --organisation B --cut 2012-11-19 > today.yaml

Nothing dated on or after the cut enters the state of day 0. Plans do reach beyond it: that a task
exists, its plan minutes, and the day a later project begins are taken as planned.
``README.md`` has every rule and its reason.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from scenarios.readers import to_yaml

HOURS_PER_WEEK = 40
WINDOW = timedelta(weeks=26)
"""Hours logged in this time before the cut say how much somebody works."""
SILENCE = timedelta(weeks=8)
"""Who, or what project, logged nothing for this long before the cut has left, or rests."""
UNORDERED_PHASES = frozenset(
    ["Misc", "Strategy", "Planning", "Documentation", "Postmortem", "Product Life", ""]
)
"""Work that goes on beside the others: it neither waits nor is waited for."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One person's part of a plan item: a row of the task table."""

    project: str
    person: str
    team: str
    component: str
    item: str
    phase: str
    phase_number: int
    plan_minutes: float
    started: datetime | None
    """None where the table has no date (one row in a few hundred)."""
    completed: datetime | None

    @property
    def id(self) -> str:
        """Name within the project: a plan item has one part per person."""
        return f"{self.item}-{self.person}"


@dataclass(frozen=True, kw_only=True)
class Session:
    """One entry of a time log."""

    project: str
    person: str
    team: str
    item: str
    start: datetime
    minutes: float


@dataclass(kw_only=True)
class Day0:
    """What the logs before the cut say."""

    spent: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    """Minutes per (project, task id)."""
    last_worked: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """Last session per (project, task id)."""
    project_heard: dict[str, datetime] = field(default_factory=dict)
    """Last session per project."""
    person_heard: dict[str, datetime] = field(default_factory=dict)
    person_since: dict[str, datetime] = field(default_factory=dict)
    """Last and first session per person."""
    team: dict[str, str] = field(default_factory=dict)
    """Team each person last worked for."""
    minutes_in_window: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Minutes per person in the window before the cut."""


def read_jobs(folder: Path, organisation: str) -> list[Job]:
    """Return the tasks of an organisation, in the order in which they were planned."""
    jobs = [
        Job(
            project=row["project_key"],
            person=row["person_key"],
            team=row["team_key"],
            component=row["wbs_element_key"],
            item=row["plan_item_key"],
            phase=row["phase_short_name"],
            phase_number=int(float(row["phase_key"] or 0)),
            plan_minutes=float(row["task_plan_time_minutes"] or 0),
            started=_moment(row["task_actual_start_date"]),
            completed=_moment(row["task_actual_complete_date"]),
        )
        for row in _rows(folder / "cesaw_task.csv.gz")
        if row["organization"] == organisation
    ]
    return sorted(jobs, key=lambda job: (int(job.project), int(job.item), int(job.person)))


def read_sessions(folder: Path, organisation: str) -> list[Session]:
    """Return the time log of an organisation."""
    return [
        Session(
            project=row["project_key"],
            person=row["person_key"],
            team=row["team_key"],
            item=row["plan_item_key"],
            start=datetime.fromisoformat(row["time_log_start_date"]),
            minutes=float(row["time_log_delta_minutes"]),
        )
        for row in _rows(folder / "cesaw_time.csv.gz")
        if row["organization"] == organisation
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def look_back(sessions: list[Session], cut: datetime) -> Day0:
    """Return what the time log says up to the cut; later sessions are not looked at."""
    day0 = Day0()
    for session in sorted(sessions, key=lambda session: session.start):
        if session.start >= cut:
            break
        task = (session.project, f"{session.item}-{session.person}")
        day0.spent[task] += session.minutes
        day0.last_worked[task] = session.start
        day0.project_heard[session.project] = session.start
        day0.person_heard[session.person] = session.start
        day0.team[session.person] = session.team
        day0.person_since.setdefault(session.person, session.start)
        if session.start >= cut - WINDOW:
            day0.minutes_in_window[session.person] += session.minutes
    return day0


def people_at(day0: Day0, cut: datetime) -> dict[str, float]:
    """Return the full-time equivalent of everybody who was there, by the hours they logged."""
    staff = {}
    for person in sorted(day0.minutes_in_window, key=int):
        if day0.person_heard[person] < cut - SILENCE:
            continue
        weeks = (cut - max(cut - WINDOW, day0.person_since[person])) / timedelta(weeks=1)
        hours = day0.minutes_in_window[person] / 60 / max(weeks, 1.0)
        staff[person] = min(1.0, hours / HOURS_PER_WEEK)
    return staff


def scenario(folder: Path, *, organisation: str = "B", cut: date) -> dict[str, Any]:
    """Return the organisation as known on the morning of ``cut``."""
    morning = datetime.combine(cut, datetime.min.time())
    jobs = read_jobs(folder, organisation)
    day0 = look_back(read_sessions(folder, organisation), morning)
    staff = people_at(day0, morning)
    usual = median(job.plan_minutes for job in jobs if job.plan_minutes and _is_done(job, morning))
    by_project: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        by_project[job.project].append(job)
    projects = [
        (entry, by_project[project][0].team)
        for project in sorted(by_project, key=lambda name: _begin(by_project[name]))
        if (entry := _project(by_project[project], day0, morning, staff, usual))
    ]
    teams = sorted({team for _, team in projects}, key=int)
    return {
        "pmosim": 1,
        "name": f"CESAW organisation {organisation} on {cut}",
        "as_of": cut.isoformat(),
        "roles": {f"team-{team}": {} for team in teams},
        "people": [
            {"id": f"p{person}", "role": f"team-{day0.team[person]}", "fte": f"{100 * fte:.2f}%"}
            for person, fte in staff.items()
            if day0.team[person] in teams
        ],
        "projects": [entry for entry, _ in projects],
    }


def _project(
    jobs: list[Job], day0: Day0, cut: datetime, staff: dict[str, float], usual: float
) -> dict[str, Any] | None:
    """Return a project that runs or is to come; None for one that has ended or rests."""
    project = jobs[0].project
    begins = _begin(jobs)
    if begins >= cut:
        state: dict[str, Any] = {"status": "approved", "arrives": begins.date().isoformat()}
    elif day0.project_heard.get(project, begins) < cut - SILENCE or all(
        _is_done(job, cut) for job in jobs
    ):
        return None
    else:
        state = {"status": "running"}
    held = _held_tasks(jobs, day0, cut, staff)
    waits_for = _links([job for job in jobs if not _is_done(job, cut)], day0)
    tasks = {}
    for job in jobs:
        minutes = job.plan_minutes or usual
        is_begun = (project, job.id) in day0.spent
        who = f"p{job.person}" if is_begun and job.person in staff else f"team-{job.team}"
        task: dict[str, Any] = {"effort": _person_hours(minutes), "needs": {who: 1}}
        if _is_done(job, cut):
            task["done"] = True
        elif spent := day0.spent.get((project, job.id), 0.0):
            task["spent"] = _person_hours(spent)
            if job.id in held:
                task["by"] = [who]
        if job.id in waits_for:
            task["after"] = waits_for[job.id]
        tasks[job.id] = task
    return {"id": f"project-{project}", **state, "tasks": tasks}


def _begin(jobs: list[Job]) -> datetime:
    return min(job.started for job in jobs if job.started is not None)


def _is_done(job: Job, cut: datetime) -> bool:
    return job.completed is not None and job.completed < cut


def _held_tasks(
    jobs: list[Job], day0: Day0, cut: datetime, staff: dict[str, float]
) -> frozenset[str]:
    """Return the task each person worked on last of all they have open, in any project.

    People had a handful of tasks begun; on day 0 each holds one, the others ask for their person
    again before anything new starts.
    """
    last: dict[str, tuple[datetime, str]] = {}
    for job in jobs:
        moment = day0.last_worked.get((job.project, job.id))
        if moment is None or _is_done(job, cut) or job.person not in staff:
            continue
        last[job.person] = max(last.get(job.person, (moment, job.id)), (moment, job.id))
    return frozenset(
        task
        for person, (moment, task) in last.items()
        if moment >= max(_elsewhere(person, jobs[0].project, day0), default=moment)
    )


def _elsewhere(person: str, project: str, day0: Day0) -> list[datetime]:
    """Return when a person last worked on the tasks of other projects."""
    return [
        moment
        for (other, task), moment in day0.last_worked.items()
        if other != project and task.endswith(f"-{person}")
    ]


def _links(open_jobs: list[Job], day0: Day0) -> dict[str, list[str]]:
    """Return what each task waits for: in its component, the nearest earlier phase still open.

    A task that has begun waits for nothing any more: its start was allowed, whatever the process
    says.
    """
    components: dict[str, dict[int, list[Job]]] = defaultdict(lambda: defaultdict(list))
    for job in open_jobs:
        if job.phase not in UNORDERED_PHASES:
            components[job.component][job.phase_number].append(job)
    links: dict[str, list[str]] = {}
    for phases in components.values():
        earlier: list[Job] = []
        for number in sorted(phases):
            for job in phases[number]:
                if earlier and not day0.spent.get((job.project, job.id)):
                    links[job.id] = [before.id for before in earlier]
            earlier = phases[number]
    return links


def _person_hours(minutes: float) -> str:
    return f"{minutes / 60:.4f}".rstrip("0").rstrip(".") + "ph"


def what_happened(folder: Path, *, organisation: str = "B") -> dict[str, date]:
    """Return the day on which each project really ended its last task."""
    ended: dict[str, date] = {}
    for job in read_jobs(folder, organisation):
        project = f"project-{job.project}"
        if job.completed is not None:
            ended[project] = max(ended.get(project, date.min), job.completed.date())
    return ended


def main() -> None:
    """Write the scenario to the standard output."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where cesaw_task.csv.gz lies")
    parser.add_argument("--organisation", default="B")
    parser.add_argument("--cut", type=date.fromisoformat, required=True)
    arguments = parser.parse_args()
    document = scenario(arguments.folder, organisation=arguments.organisation, cut=arguments.cut)
    sys.stdout.write(to_yaml(document))


if __name__ == "__main__":
    main()
