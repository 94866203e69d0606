"""Portfolio: the office as it stood at a cut, as the document of a scenario.

In: a history frozen at the cut, the plans of its open projects, what was fitted to it, and perhaps
a scenario for the rules and the organisation. Out: ``Portfolio``: work in progress, the queue and
random future requests; which id stands for which project; what had to be assumed.

The user's ids may hold anything, so everything here gets an id of its own (``p3``, ``t2``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.fitted import FORMAT, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from pmosim.fitted import Fitted
    from pmosim.history import History

    Document = dict[str, Any]

RULES = (
    "intake", "dispatch", "calendar", "roles", "people", "places", "settings", "currency",
)  # fmt: skip
"""What a scenario gives to the office of a cut."""
WORKED = ("work", "touch")
"""Measures of amounts that people have to give."""
SIZES = 60
"""Latest projects of a kind whose sizes future requests take."""
OFTEN = 0.5
"""A task stands in the typical project of its kind if that share of them has it."""
STEADY = 1.35
"""Active projects are held by a limit if their P90 is at most that many times their P10."""
QUEUED = 0.5
"""... and if somebody waited on that share of the days."""
DAYS_A_YEAR = 365.25
LONG = 1.5
"""Times the longest lead time that was seen: how far the office is simulated."""
LEAST_SHARE = 0.05
WEEKLY = 2.0
"""Hours are booked by the week if one day in ten has more than that many days' hours."""


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """A scenario of the past, ready to be parsed."""

    document: Document
    projects: Mapping[str, str]
    """Id here -> the project of the history."""
    roles: Mapping[str, str]
    """Id here -> the role of the history."""
    assumed: tuple[str, ...]
    """What the history does not say and what stands for it, a sentence each."""


def has_people(history: History) -> bool:
    """Return whether people can be simulated: who they are, what they worked on, and how much."""
    tasks, people = history.tasks, history.people
    if tasks is None or people is None or history.projects is None:
        return False
    return worked_by(history) != "" and bool(people["role"].notna().any())


def worked_by(history: History) -> str:
    """Return which planned amount of the tasks is work: ``effort``, ``duration``, else nothing.

    Elapsed times hold the waiting for people, which a simulation makes itself.
    """
    tasks = history.tasks
    for name in ("effort", "duration"):
        is_work = history.measures.get(name, "work" if name == "effort" else "elapsed") in WORKED
        if tasks is not None and is_work and tasks[f"planned_{name}"].notna().any():
            return name
    return ""


def as_work(history: History) -> History:
    """Return the history with work as efforts, where it is told as days somebody was at it."""
    tasks = history.tasks
    if tasks is None or worked_by(history) != "duration":
        return history
    columns = {"planned_effort": tasks["planned_duration"], "effort": tasks["duration"]}
    return replace(history, tasks=tasks.assign(**columns))


def open_tasks(history: History, known: History) -> pd.DataFrame:
    """Return the planned and running tasks of the projects known at a cut, as known then.

    A project's tasks and their first estimates are known with the project: those that began later
    are there with their plan and nothing else.
    """
    import pandas as pd

    everything, then, projects = history.tasks, known.tasks, known.projects
    assert everything is not None
    assert then is not None
    assert projects is not None
    begun = projects.loc[projects["status"] == "open", "project"]
    frame = everything[everything["project"].isin(begun)].copy()
    is_new = ~frame.index.isin(then.index)
    for name in ("started", "finished"):
        frame.loc[is_new, name] = np.datetime64("NaT")
    frame.loc[is_new, ["effort", "duration"]] = math.nan
    frame.loc[is_new, "person"] = None
    frame.loc[is_new, "status"] = "open"
    old = then.reindex(frame.index[~is_new])
    for name in ("started", "finished", "effort", "duration", "status"):
        frame.loc[~is_new, name] = old[name]
    not_begun = frame["started"].isna()
    frame.loc[not_begun, "person"] = None
    return pd.DataFrame(frame)


def portfolio_of(
    history: History,
    known: History,
    fitted: Fitted,
    *,
    base: Mapping[str, Any] | None = None,
) -> Portfolio:
    """Return the office at the morning of ``known.as_of``.

    Parameters
    ----------
    history : all that is known now; of it only plans of projects known at the cut are read, and
        its ``as_of``, up to which the office is simulated.
    known : the history as known at the cut.
    base : resolved document of a scenario, for rules and organisation; people of the history win.
    """
    builder = _Builder(as_work(history), as_work(known), fitted, base or {})
    if worked_by(known) == "duration":
        builder.available = dict.fromkeys(_roles_of(known), 1.0)
    return builder.portfolio()


def _roles_of(history: History) -> list[str]:
    """Return the roles of people and tasks."""
    frames = [frame for frame in (history.people, history.tasks) if frame is not None]
    return list(dict.fromkeys(str(role) for frame in frames for role in frame["role"].dropna()))


@dataclass
class _Builder:
    history: History
    known: History
    fitted: Fitted
    base: Mapping[str, Any]
    assumed: list[str] = field(default_factory=list)
    available: dict[str, float] = field(default_factory=dict)

    def portfolio(self) -> Portfolio:
        self.tasks = open_tasks(self.history, self.known)
        self.people = self._people()
        self.person_ids = {
            person: f"w{n}" for n, person in enumerate(self._column(self.people, "person"), start=1)
        }
        self.person_roles = dict(
            zip(self.person_ids, self._column(self.people, "role"), strict=True)
        )
        self.role_ids = self._role_ids()
        self.project_ids: dict[str, str] = {}
        projects = self._projects()
        templates, demand = self._demand()
        correlation = self._correlation()
        document: Document = {key: self.base[key] for key in RULES if key in self.base}
        document |= {
            "pmosim": 1,
            "name": f"As of {self.known.as_of}",
            "as_of": self.known.as_of.isoformat(),
            "horizon": self._last_day().isoformat(),
            "run_off": "1y",
            "projects": projects,
            "templates": templates,
            "demand": demand,
            "settings": {**document.get("settings", {}), "correlation": correlation},
            "calibration": _document_of(self.fitted),
        }
        document.setdefault("calendar", self._calendar())
        document["roles"] = self._roles(document.get("roles", {}))
        if self.people is not None:
            document["people"] = self._staff()
        if "intake" not in document:
            document["intake"] = self._intake()
        return Portfolio(
            document=document,
            projects={id_: name for name, id_ in self.project_ids.items()},
            roles={id_: name for name, id_ in self.role_ids.items()},
            assumed=tuple(self.assumed),
        )

    # ------------------------------------------------------------------------- people

    def _people(self) -> pd.DataFrame | None:
        """Return who is there at the cut."""
        people = self.known.people
        assert people is not None
        morning = np.datetime64(self.known.as_of)
        there = people[people["role"].notna() & people["person"].notna()]
        gone = (there["left"] < morning) | (there["until"] < morning)
        there = there[~gone].drop_duplicates("person", keep="last")
        return there if len(there) else None

    def _role_ids(self) -> dict[str, str]:
        """Return the id of every role of people and tasks; those of the scenario keep theirs."""
        names = list(dict.fromkeys(self._column(self.people, "role")))
        names += [role for role in self._column(self.tasks, "role") if role not in names]
        known = self.base.get("roles", {})
        taken = set(known)
        ids: dict[str, str] = {}
        for n, name in enumerate(dict.fromkeys(names), start=1):
            own = name if name in known or _is_plain(name) else f"r{n}"
            while own in taken and own not in known:
                own = f"{own}-"
            taken.add(own)
            ids[name] = own
        return ids

    @staticmethod
    def _column(frame: pd.DataFrame | None, name: str) -> list[str]:
        return [] if frame is None else [str(v) for v in frame[name].dropna()]

    def _roles(self, stated: Mapping[str, Any]) -> Document:
        found = {id_: dict(stated.get(id_) or {}) for id_ in [*stated, *self.role_ids.values()]}
        if not stated:
            for name, id_ in self.role_ids.items():
                away = 1.0 - self._available(name)
                if away > LEAST_SHARE / 2:
                    found[id_]["bau"] = _share(away)
        return found

    def _available(self, role: str) -> float:
        """Return the share of the working days that people of a role book on work they have.

        Hours of the days on which anything was booked, times the share of such days among the
        working days of a person's running tasks (the others were leave, sickness, operations).
        """
        if role not in self.available:
            found = _hours_a_day(self.known, role)
            if found is None:
                self.assumed.append(f"{role}: nobody booked hours, so the whole day counts.")
            share = 1.0 if found is None else found / self.known.hours_per_day
            self.available[role] = min(1.0, max(LEAST_SHARE, share))
        return self.available[role]

    def _staff(self) -> list[Document]:
        assert self.people is not None
        staff = []
        for row in self.people.to_dict("records"):
            entry: Document = {
                "id": self.person_ids[str(row["person"])],
                "role": self.role_ids[str(row["role"])],
            }
            fte = row.get("fte")
            if fte is not None and 0.0 < float(fte) < 1.0:
                entry["fte"] = _share(float(fte))
            until = row.get("until")
            if until is not None and not _is_blank(until):
                entry["until"] = until.date().isoformat()
            staff.append(entry)
        return staff

    # --------------------------------------------------------------------------- work

    def _calendar(self) -> Document:
        calendar = self.known.calendar
        days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        return {
            "workweek": [days[day] for day in calendar.workweek],
            "hours_per_day": calendar.minutes_per_day / 60,
            "closures": [day.isoformat() for day in calendar.closures],
        }

    def _last_day(self) -> date:
        """Return the end of the planning window: where the data end, or long enough before.

        Long enough is a year, or one and a half times the longest lead time there was.
        """
        frame = self.known.projects
        assert frame is not None
        since = frame["requested"].fillna(frame["released"])
        longest = (frame["finished"] - since).max()
        days = 0.0 if _is_blank(longest) else longest.days
        enough = timedelta(days=max(366.0, LONG * days))
        end = min(self.history.as_of, self.known.as_of + enough)
        return max(end, self.known.as_of + timedelta(days=31))

    def _projects(self) -> list[Document]:
        frame = self.known.projects
        assert frame is not None
        since = frame["requested"].fillna(frame["released"])
        waiting = frame[(frame["status"] == "open") & since.notna()]
        order = since[waiting.index].sort_values(kind="stable").index
        holders = self._holders()
        found = []
        for n, (_, row) in enumerate(waiting.loc[order].iterrows(), start=1):
            name = str(row["project"])
            mine = self.tasks[self.tasks["project"] == name]
            tasks = self._tasks_of(mine, holders, _text(row["template"]))
            if not tasks:
                self.assumed.append(f"{name}: it has no planned work, so it is left out.")
                continue
            self.project_ids[name] = f"p{n}"
            has_begun = not _is_blank(row["released"]) or mine["started"].notna().any()
            entry: Document = {
                "id": f"p{n}",
                "status": "running" if has_begun else "approved",
                "tasks": tasks,
            }
            if not _is_blank(row["due"]):
                entry["due"] = max(row["due"].date(), self.known.as_of).isoformat()
            found.append(entry)
        return found

    def _holders(self) -> dict[str, int]:
        """Return person -> the row of the one running task they are held by, the latest begun."""
        running = self.tasks[(self.tasks["status"] == "open") & self.tasks["started"].notna()]
        running = running.sort_values("started", kind="stable")
        return {str(p): i for i, p in running["person"].dropna().items()}  # type: ignore[misc]

    def _tasks_of(
        self, frame: pd.DataFrame, holders: Mapping[str, int], kind: str
    ) -> dict[str, Document]:
        """Return the tasks of a project; rows of one name are one task of several people."""
        groups = {str(name): part for name, part in frame.groupby("task", sort=False)}
        groups = {name: part for name, part in groups.items() if self._role_of(part) is not None}
        ids = {name: f"t{n}" for n, name in enumerate(groups, start=1)}
        state = {name: _state(part) for name, part in groups.items()}
        links = _links(groups, self._has_links)
        found: dict[str, Document] = {}
        for name, part in groups.items():
            role = self._role_of(part)
            assert role is not None
            plan = self._plan_of(part)
            entry: Document = {
                "effort": {self.role_ids[role]: _person_days(plan)},
                "needs": {self.role_ids[role]: len(part)},
            }
            kind_of_work = _text(part["type"].iloc[0])
            if kind_of_work and _is_plain(kind_of_work):
                entry["kind_of_work"] = kind_of_work
            after = [
                ids[other]
                for other in links[name]
                if other in ids and (state[name] == "new" or state[other] == "done")
            ]
            if after:
                entry["after"] = after
            entry |= self._progress(part, state[name], role, holders, plan)
            found[ids[name]] = entry
        return found

    @property
    def _has_links(self) -> bool:
        tasks = self.history.tasks
        return tasks is not None and bool(tasks["predecessors"].notna().any())

    def _role_of(self, part: pd.DataFrame) -> str | None:
        for name in part["role"].dropna():
            if str(name) in self.role_ids:
                return str(name)
        people = self.known.people
        if people is not None:
            own = people[people["person"].isin(part["person"].dropna())]["role"].dropna()
            if len(own) and str(own.iloc[0]) in self.role_ids:
                return str(own.iloc[0])
        return None

    def _plan_of(self, part: pd.DataFrame) -> float:
        plans = part["planned_effort"]
        known = plans[plans > 0]
        if len(known):
            return float(known.sum())
        tasks = self.known.tasks
        assert tasks is not None
        alike = tasks.loc[tasks["task"] == part["task"].iloc[0], "planned_effort"]
        typical = alike[alike > 0] if (alike > 0).any() else tasks["planned_effort"].dropna()
        return float(typical.median())

    def _progress(
        self, part: pd.DataFrame, state: str, role: str, holders: Mapping[str, int], plan: float
    ) -> Document:
        spent = float(part["effort"].sum(min_count=1)) if state != "new" else 0.0
        if state == "done":
            return {"done": True} | ({"spent": _person_days(spent)} if spent > 0.0 else {})
        if state == "new":
            return {}
        if not spent > 0.0:
            days = float(np.nansum(self.known.age_days(part["started"])))
            spent = max(days * self._available(role), 0.01 * plan)
        by = [
            self.person_ids[str(person)]
            for index, person in part["person"].dropna().items()
            if holders.get(str(person)) == index and self.person_roles.get(str(person)) == role
        ]
        return {"spent": _person_days(spent)} | ({"by": by} if by else {})

    def _law(self, plan: float, role: str, type_: str, kind: str, more: float = 0.0) -> Document:
        """Return what work planned at so many person-days takes; ``more`` is further spread."""
        law = self.fitted.plan_law("work", role=role, type=type_, template=kind)
        sigma = math.hypot(law.own_spread(plan), law.project_factor, law.period_factor, more)
        median = plan * math.exp(law.middle(plan))
        if sigma < 1e-3:
            return {"dist": "fixed", "value": _person_days(median)}
        return {"dist": "lognormal", "median": _person_days(median), "sigma": round(sigma, 5)}

    def _correlation(self) -> float:
        """Return the share of the variance of ln(actual) that tasks of a project have in common."""
        law = self.fitted.plan_law("work")
        common = law.project_factor**2 + law.period_factor**2
        total = common + law.spread**2
        return round(common / total, 5) if total > 0.0 else 0.0

    # ------------------------------------------------------------------------- future

    def _demand(self) -> tuple[Document, Document]:
        """Return the typical project of each kind, and how often it is asked for."""
        frame = self.known.projects
        assert frame is not None
        since = frame["requested"].fillna(frame["released"])
        asked = frame[since.notna()].assign(since=since)
        templates: Document = {}
        demand: Document = {}
        kinds = asked["template"].fillna("")
        rate = self._rate(asked["since"])
        dispersion = self.fitted.value("dispersion", "arrivals", 1.0)
        for n, (kind, mine) in enumerate(asked.groupby(kinds, sort=True), start=1):
            tasks, sizes = self._typical(mine, str(kind))
            share = self.fitted.find("arrival_rate", f"arrivals template={kind}")
            own = share.value if share is not None else rate * len(mine) / len(asked)
            if not tasks or own <= 0.0:
                continue
            templates[f"kind{n}"] = {"tasks": tasks}
            stream: Document = {"template": f"kind{n}", "rate": f"{own:.4f}/y"}
            demand[f"new{n}"] = stream
            if len(sizes) > 1:
                stream["size"] = {"dist": "empirical", "values": sizes}
            if dispersion > 1.0:
                stream["dispersion"] = round(dispersion, 3)
        return templates, demand

    def _rate(self, since: pd.Series) -> float:
        """Return requests a year: fitted, else those of up to two years before the cut."""
        stated = self.fitted.find("arrival_rate", "arrivals")
        if stated is not None:
            return stated.value
        morning = np.datetime64(self.known.as_of)
        age = (morning - since.to_numpy(dtype="datetime64[D]")).astype("timedelta64[D]")
        days = age.astype(np.float64)
        window = min(float(days.max(initial=1.0)), 2 * DAYS_A_YEAR)
        return float((days <= window).sum()) / window * DAYS_A_YEAR

    def _typical(self, projects: pd.DataFrame, kind: str) -> tuple[Document, list[float]]:
        """Return the typical tasks of a kind and the sizes its projects had against them."""
        everything = self.history.tasks
        assert everything is not None
        latest = projects.sort_values("since", kind="stable")["project"].tail(SIZES)
        rows = everything[everything["project"].isin(latest) & (everything["planned_effort"] > 0)]
        if rows.empty:
            return {}, []
        plans = rows.pivot_table("planned_effort", "project", "task", aggfunc="sum")
        plans = plans.loc[:, plans.notna().mean() >= OFTEN]
        if plans.empty:
            return {}, []
        total = plans.sum(axis=1)
        size = total / total.median()
        relative = np.log(plans.div(size, axis=0))
        typical, noise = np.exp(relative.mean()), relative.std().fillna(0.0)
        law = self.fitted.plan_law("work")
        sizes = [round(float(s), 4) for s in size**law.size_slope]
        names = [str(name) for name in rows["task"].drop_duplicates() if name in plans.columns]
        ids = {name: f"t{n}" for n, name in enumerate(names, start=1)}
        groups = {name: rows[rows["task"] == name] for name in names}
        links = _links(groups, self._has_links)
        tasks: Document = {}
        for name, part in groups.items():
            role = self._role_of(part)
            if role is None:
                continue
            type_ = _text(part["type"].iloc[0])
            per_project = part.groupby("project").size()
            tasks[ids[name]] = {
                "effort": self._law(float(typical[name]), role, type_, kind, float(noise[name])),
                "needs": {self.role_ids[role]: int(per_project.median())},
            }
            after = [ids[other] for other in links[name] if other in ids]
            if after:
                tasks[ids[name]]["after"] = after
        for entry in tasks.values():
            entry["after"] = [other for other in entry.get("after", []) if other in tasks]
            if not entry["after"]:
                del entry["after"]
        return tasks, sizes

    def _intake(self) -> Document:
        """Return the start rule that the last year looks like: a limit, or none."""
        active, waiting = self._daily()
        if len(active) and float(np.mean(waiting > 0)) >= QUEUED:
            low, mid, high = np.quantile(active, [0.1, 0.5, 0.9])
            if high <= STEADY * max(low, 1.0):
                self.assumed.append(
                    f"start rule: about {mid:.0f} projects were active at a time while others "
                    "waited, so a limit of that many is taken for it."
                )
                return {"policy": "wip_limit", "max_active": max(1, round(float(mid)))}
        self.assumed.append("start rule: none; what is asked for may begin when people are free.")
        return {"policy": "open"}

    def _daily(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the active and the waiting projects of each day of the year before the cut."""
        frame = self.known.projects
        assert frame is not None
        requested, released, finished = (
            frame[name].to_numpy(dtype="datetime64[D]")
            for name in ("requested", "released", "finished")
        )
        cut = np.datetime64(self.known.as_of, "D")
        days = np.arange(cut - np.timedelta64(365, "D"), cut)[:, np.newaxis]
        has_begun, is_over = released <= days, finished < days
        active = (has_begun & ~is_over).sum(axis=1)
        waiting = ((requested <= days) & ~has_begun & ~is_over).sum(axis=1)
        return active, waiting


def _hours_a_day(known: History, role: str) -> float | None:
    """Return hours that somebody of a role books a working day with work in hand; None = none."""
    time, people = known.time, known.people
    if time is None or time.empty or people is None:
        return None
    own = people.loc[people["role"] == role, "person"]
    booked = time[time["person"].isin(own) & time["date"].notna() & (time["hours"] > 0)]
    if booked.empty:
        return None
    daily = booked.groupby(["person", "date"])["hours"].sum()
    if float(daily.quantile(0.9)) > WEEKLY * known.hours_per_day:  # booked by the week
        weeks = booked.groupby(["person", booked["date"].dt.to_period("W")])["hours"].sum()
        return float(weeks.median()) / len(known.calendar.workweek)
    return float(daily.median()) * _presence(known, booked)


def _presence(known: History, booked: pd.DataFrame) -> float:
    """Return the share of the working days between first and last hour of tasks with any hour."""
    spans = booked.groupby(["person", "project", "task"], dropna=False)["date"].agg(["min", "max"])
    there = inside = 0.0
    for person, mine in spans.groupby(level=0):
        days = np.unique(
            np.concatenate(
                [
                    np.arange(first, last + np.timedelta64(1, "D"))
                    for first, last in zip(
                        mine["min"].to_numpy("datetime64[D]"),
                        mine["max"].to_numpy("datetime64[D]"),
                        strict=True,
                    )
                ]
            )
        )
        mask = [weekday in known.calendar.workweek for weekday in range(7)]
        closed = np.array(known.calendar.closures, dtype="datetime64[D]")
        days = days[np.is_busday(days, weekmask=mask, holidays=closed)]
        dates = booked.loc[booked["person"] == person, "date"].to_numpy("datetime64[D]")
        inside += len(days)
        there += len(np.intersect1d(days, dates))
    return there / inside if inside else 1.0


def _document_of(fitted: Fitted) -> Document:
    """Return what was fitted as ``calibration:`` takes it."""
    return {
        "pmosim_fitted": FORMAT,
        "as_of": fitted.as_of.isoformat(),
        "tails": [
            {"group": group, "law": law} | ({"shape": list(shape)} if shape else {})
            for group, law, shape in fitted.tails
        ],
        "parameters": [
            {one.name: getattr(parameter, one.name) for one in fields(Parameter)}
            for parameter in fitted
        ],
    }


def _links(groups: Mapping[str, pd.DataFrame], has_links: bool) -> dict[str, list[str]]:  # noqa: FBT001
    """Return what comes before each task; a history that never says it means: one by one."""
    names = list(groups)
    if not has_links:
        return {name: names[max(0, n - 1) : n] for n, name in enumerate(names)}
    found = {}
    for name, part in groups.items():
        listed = [
            one.strip() for text in part["predecessors"].dropna() for one in str(text).split(";")
        ]
        others = dict.fromkeys(one for one in listed if one and one != name)
        found[name] = [one for one in others if one in groups]
    return found


def _state(part: pd.DataFrame) -> str:
    """Return ``done``, ``running`` or ``new``; what was cancelled is not waited for."""
    if (part["status"] != "open").all():
        return "done"
    return "running" if part["started"].notna().any() else "new"


def _person_days(value: float) -> str:
    return f"{value:.6f}pd"


def _share(value: float) -> str:
    return f"{100 * value:.4f}%"


def _is_blank(value: object) -> bool:
    return value is None or value != value


def _text(value: object) -> str:
    return "" if _is_blank(value) else str(value)


def _is_plain(name: str) -> bool:
    return name.replace("-", "").replace("_", "").isalnum() and name.isascii()
