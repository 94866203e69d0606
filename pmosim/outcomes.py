"""Outcomes: what happened in every replication, as arrays and as tidy frames.

In: blocks of replications from an engine. Out: columns that forecasts read.
Not here: estimates and their errors (``forecast``).

Rows are sorted by replication, within it by project order (listed, then demand by arrival).
Times are working minutes since day 0, NONE (-1) = not, or not yet.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.errors import Problem, RunFolderError
from pmosim.network.arrays import NONE
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from pmosim.money import Money
    from pmosim.network.arrays import FloatArray, IntArray, Network

STATUSES = (
    "finished",
    "active",
    "queued",
    "rejected",
    "withdrawn",
    "stopped",
    "blocked",
    "absent",
    "done",
    "cancelled",
)
"""Status of a project in one future; ``done`` and ``cancelled`` were so before day 0."""
FINISHED, ACTIVE, QUEUED, REJECTED, WITHDRAWN, STOPPED, BLOCKED, ABSENT, DONE, CANCELLED = range(10)

CAUSES = ("work", "lag", "date", "project", "intake")
"""Causes of elapsed time beside waiting for a role: the own work (pauses and absences included),
lags, dates not to start before, waiting for another project, waiting for release."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ProjectRows:
    """N projects in R replications."""

    replication: IntArray
    """Number of the replication within the run: ``first`` to ``first + R - 1``."""
    row: IntArray
    """Row in ``network.projects``; n_listed + d for stream d."""
    number: IntArray
    """0 for a listed project, k for the k-th arrival of a stream (from 1): id ``stream-k``."""
    status: IntArray
    """Index in STATUSES."""
    arrived: IntArray
    """Minute of the request."""
    eligible: IntArray
    """Minute at which its own links and dates allowed the release."""
    released: IntArray
    started: IntArray
    """Start of the first task."""
    finished: IntArray
    ended: IntArray
    """Finish, stop or rejection."""
    size: FloatArray
    fixed_cost: FloatArray
    """Realised fixed cost, size included; 0 = none."""
    benefit_per_year: FloatArray
    """Realised benefit a year, size included; 0 = none."""
    causes: IntArray
    """(N, len(CAUSES) + S) minutes from request to finish by cause, then by role waited for;
    0 where unfinished. Each row adds up to finished - arrived."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TaskRows:
    """M tasks of the projects above that came into being (phases, parts and milestones too)."""

    project_row: IntArray
    """Index into ProjectRows."""
    task: IntArray
    """Row in ``network.tasks``."""
    ready: IntArray
    started: IntArray
    work_done: IntArray
    """Minute at which its own work was done, before the links to its finish; NONE for phases."""
    finished: IntArray
    wait_role: IntArray
    """Role that became available last before the start (or is missing now), NONE."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Bookings:
    """B bookings of attention: one per person and task, or person and ``throughout`` share."""

    project_row: IntArray
    task_row: IntArray
    """Index into TaskRows, NONE = ``throughout``."""
    person: IntArray
    attention: IntArray
    """Billionths of person-minutes."""
    until: IntArray
    """Minute at which the labour falls due: the task's finish, the stop, or the end of the run."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Handovers:
    """H handovers: of each task that waited for people, who was given back to it last."""

    task_row: IntArray
    """Index into TaskRows: who got them."""
    by_project_row: IntArray
    """Index into ProjectRows: who had them; NONE = nobody, they came or came back."""
    by_task_row: IntArray
    """Index into TaskRows; NONE = nobody, or the shares of a project held ``throughout``."""
    minute: IntArray
    """Minute at which they were given back."""
    person: IntArray

    @staticmethod
    def none() -> Handovers:
        """Return no handovers."""
        return Handovers(**{column.name: np.zeros(0, np.int64) for column in fields(Handovers)})


@dataclass(frozen=True, kw_only=True, eq=False)
class Charges:
    """C costs of risks and their mitigation that came true."""

    project_row: IntArray
    """Index into ProjectRows."""
    minute: IntArray
    """Start of the first task that the risk hits: when it falls due."""
    amount: FloatArray

    @staticmethod
    def none() -> Charges:
        """Return no charges."""
        return Charges(
            project_row=np.zeros(0, np.int64), minute=np.zeros(0, np.int64), amount=np.zeros(0)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Repeats:
    """B tasks that were done again; their finish in ``TaskRows`` is the last one, or NONE."""

    task_row: IntArray
    """Index into TaskRows, sorted."""
    first_finished: IntArray
    """Minute of the finish of which what follows outside of the loop was told, NONE = not yet."""
    times: IntArray
    """How often this task sent work back; 0 where others did."""

    @staticmethod
    def none() -> Repeats:
        """Return no repeats."""
        return Repeats(**{column.name: np.zeros(0, np.int64) for column in fields(Repeats)})


@dataclass(frozen=True, kw_only=True, eq=False)
class Delays:
    """B tasks that risks have held back; their readiness in ``TaskRows`` is the one after that."""

    task_row: IntArray
    """Index into TaskRows, sorted."""
    start_minutes: IntArray
    """Minutes by which its start was held back, 0 = not."""
    finish_minutes: IntArray
    """Minutes by which the finish of work that ran on day 0 was held back, 0 = not."""

    @staticmethod
    def none() -> Delays:
        """Return no delays."""
        return Delays(**{column.name: np.zeros(0, np.int64) for column in fields(Delays)})


@dataclass(frozen=True, kw_only=True, eq=False)
class Unused:
    """B shares of people that were booked for a project and not used: they were idle."""

    project_row: IntArray
    """Index into ProjectRows."""
    person: IntArray
    attention: IntArray
    """Billionths of person-minutes."""

    @staticmethod
    def none() -> Unused:
        """Return no booked time that was not used."""
        return Unused(**{column.name: np.zeros(0, np.int64) for column in fields(Unused)})


CALLED_OFF, RESTED, SET_ASIDE, FIRST_REACTION = range(4)
"""Kinds of events: cancelled by chance, a rest by chance, set aside for an urgent request, and one
for each reaction of the management."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Events:
    """B events that struck active projects."""

    project_row: IntArray
    """Index into ProjectRows, sorted."""
    kind: IntArray
    """CALLED_OFF, RESTED, SET_ASIDE, or FIRST_REACTION + the number of the reaction."""
    minute: IntArray
    until: IntArray
    """Of a rest, and of being set aside, the minute at which it ended, or the project or the run
    did; else ``minute``."""

    @staticmethod
    def none() -> Events:
        """Return no events."""
        return Events(**{column.name: np.zeros(0, np.int64) for column in fields(Events)})


@dataclass(frozen=True, kw_only=True, eq=False)
class Gaps:
    """B times in which nobody of a role was there; only those as long as ``network.uncovered``."""

    replication: IntArray
    """As in ``ProjectRows``."""
    role: IntArray
    begin: IntArray
    end: IntArray
    """Minute after the last, of the planning window at the latest."""

    @staticmethod
    def none() -> Gaps:
        """Return no gaps."""
        return Gaps(**{column.name: np.zeros(0, np.int64) for column in fields(Gaps)})


Rows = (
    ProjectRows
    | TaskRows
    | Bookings
    | Handovers
    | Charges
    | Repeats
    | Delays
    | Unused
    | Events
    | Gaps
)

TABLES: dict[str, type[Rows]] = {
    "projects_": ProjectRows,
    "tasks_": TaskRows,
    "bookings": Bookings,
    "handovers": Handovers,
    "charges": Charges,
    "repeats": Repeats,
    "delays": Delays,
    "unused": Unused,
    "events": Events,
    "gaps": Gaps,
}
"""Tables of ``Outcomes``. Columns whose names end with ``project_row`` or ``task_row`` are rows of
``projects_`` or ``tasks_``."""

RARE = ("repeats", "delays", "unused", "events", "gaps")
"""Tables that are written only where they have rows."""

SCHEMA = "pmosim.outcomes/2"
META = "meta.json"
PER_FUTURE = ("run_end", "busy", "capacity", "queue")
"""Arrays of ``Outcomes`` with a row per replication."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcomes:
    """What happened; ``first`` is the number of the first replication."""

    network: Network
    seed: int
    first: int
    replications: int
    engine: str
    projects_: ProjectRows
    tasks_: TaskRows
    bookings: Bookings
    handovers: Handovers = field(default_factory=Handovers.none)
    charges: Charges = field(default_factory=Charges.none)
    repeats: Repeats = field(default_factory=Repeats.none)
    delays: Delays = field(default_factory=Delays.none)
    unused: Unused = field(default_factory=Unused.none)
    events: Events = field(default_factory=Events.none)
    gaps: Gaps = field(default_factory=Gaps.none)
    run_end: IntArray
    """(R,) minute at which each replication ended (window and run-off, or the last project)."""
    busy: IntArray
    """(R, S, M) attention booked by people of a home role per calendar month, billionths of
    person-minutes."""
    capacity: IntArray
    """(R, S, M) fte x (1 - bau) x time present, same unit."""
    queue: IntArray
    """(R, S, M) heads x share waiting for a role, same unit."""

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        _check_shapes(self)

    @cached_property
    def money(self) -> Money:
        """Cost and value of each row of ``projects_``."""
        from pmosim.money import project_money

        return project_money(self)

    @cached_property
    def future(self) -> IntArray:
        """(N,) place of each project row's replication in arrays of R rows."""
        return self.projects_.replication - self.first

    @property
    def months(self) -> list[tuple[str, int, int]]:
        """The M calendar months: label ``2027-01``, first working day, day after the last."""
        n_days = -(-(self.network.window_end + self.network.run_off) // self.minutes_per_day)
        longest = -(-int(self.run_end.max(initial=0)) // self.minutes_per_day)
        return self.network.calendar.month_bounds(max(n_days, longest))[: self.busy.shape[2]]

    @property
    def minutes_per_day(self) -> int:
        """Working minutes of a working day."""
        return self.network.minutes_per_day

    def has_status(self, *statuses: str) -> NDArray[np.bool_]:
        """(N,) whether each project row has one of the statuses (words of ``STATUSES``)."""
        return np.isin(self.projects_.status, [STATUSES.index(status) for status in statuses])

    def days(self, minutes: IntArray) -> FloatArray:
        """Return working days since day 0; NaN where the minute is NONE."""
        return np.where(minutes == NONE, np.nan, minutes / self.minutes_per_day)

    @cached_property
    def project_ids(self) -> NDArray[np.object_]:
        """(N,) id of each project row, ``small-3`` for the third arrival of ``small``."""
        names = np.array(self.network.projects.ids, dtype=object)[self.projects_.row]
        for index in np.flatnonzero(self.projects_.number > 0).tolist():
            names[index] = f"{names[index]}-{self.projects_.number[index]}"
        return names

    def has_event(self, kind: int) -> NDArray[np.bool_]:
        """(N,) whether an event of a kind struck each project row."""
        found = np.zeros(len(self.projects_.row), dtype=np.bool_)
        found[self.events.project_row[self.events.kind == kind]] = True
        return found

    def projects(self) -> pd.DataFrame:
        """Return one row per replication and project.

        Columns: replication, project (``small-3`` for demand), status; arrived_day, released_day,
        started_day, finished_day, ended_day in working days since day 0, NaN = not (yet); size;
        cost and npv; ``work lag date project intake`` with the prefix ``elapsed_`` and the roles
        with the prefix ``wait_``: the working days from request to finish by cause, NaN for
        unfinished projects. A running project's release and request are before day 0 and read 0.
        """
        import pandas as pd

        rows = self.projects_
        columns: dict[str, object] = {
            "replication": rows.replication,
            "project": self.project_ids,
            "status": _words(STATUSES)[rows.status],
            "arrived_day": self.days(rows.arrived),
            "released_day": self.days(rows.released),
            "started_day": self.days(rows.started),
            "finished_day": self.days(rows.finished),
            "ended_day": self.days(rows.ended),
            "size": rows.size,
            "cost": self.money.cost,
            "npv": self.money.npv,
        }
        elapsed = np.where(
            self.has_status("finished")[:, None], rows.causes / self.minutes_per_day, np.nan
        )
        headings = [f"elapsed_{cause}" for cause in CAUSES]
        headings += [f"wait_{role}" for role in self.network.role_ids]
        columns.update(zip(headings, elapsed.T, strict=True))
        return pd.DataFrame(columns)

    def tasks(self, *, show_people: bool = True) -> pd.DataFrame:
        """Return one row per replication, project and task that came into being.

        Columns: replication, project, task, ready_day, started_day, finished_day (working days
        since day 0, NaN = not yet), people (ids in file order, joined by ``, ``), waited_for (the
        role that became available last before the start, or is missing now).

        Parameters
        ----------
        show_people : real ids; else everybody is called by role and number (``public_names``).
        """
        import pandas as pd

        rows = self.tasks_
        return pd.DataFrame(
            {
                "replication": self.projects_.replication[rows.project_row],
                "project": self.project_ids[rows.project_row],
                "task": _words(self.network.tasks.ids)[rows.task],
                "ready_day": self.days(rows.ready),
                "started_day": self.days(rows.started),
                "finished_day": self.days(rows.finished),
                "people": self._people_of_tasks(
                    self.network.people.ids if show_people else public_names(self.network)
                ),
                # The empty word stands last, where index NONE (-1) finds it.
                "waited_for": _words((*self.network.role_ids, ""))[rows.wait_role],
            }
        )

    def roles(self) -> pd.DataFrame:
        """Return one row per replication, home role and calendar month (``2027-01``).

        Columns: replication, role, month; busy_days, capacity_days, queue_days in person-days.
        """
        import pandas as pd

        n_futures, n_roles, n_months = self.busy.shape
        unit = WHOLE * self.minutes_per_day
        labels = [label for label, _, _ in self.months]
        return pd.DataFrame(
            {
                "replication": np.repeat(
                    np.arange(self.first, self.first + n_futures), n_roles * n_months
                ),
                "role": np.tile(np.repeat(_words(self.network.role_ids), n_months), n_futures),
                "month": np.tile(_words(labels), n_futures * n_roles),
                "busy_days": self.busy.ravel() / unit,
                "capacity_days": self.capacity.ravel() / unit,
                "queue_days": self.queue.ravel() / unit,
            }
        )

    def save(self, path: str | Path) -> None:
        """Write everything but the network as an ``.npz`` file, the same bytes every time."""
        meta = {"schema": SCHEMA, "seed": self.seed, "first": self.first, "engine": self.engine}
        meta |= {"replications": self.replications, "network": _fingerprint(self.network)}
        with zipfile.ZipFile(path, "w") as archive:
            text = json.dumps(meta, sort_keys=True, ensure_ascii=True)
            _write_member(archive, META, text.encode("ascii"))
            for name, array in _arrays(self).items():
                buffer = io.BytesIO()
                np.lib.format.write_array(buffer, _narrow(array), allow_pickle=False)
                _write_member(archive, f"{name}.npy", buffer.getvalue())

    @staticmethod
    def load(path: str | Path, network: Network) -> Outcomes:
        """Read what ``save`` wrote; the file may come from anywhere, so nothing is executed.

        Raises
        ------
        RunFolderError : the file is missing or damaged, of another version or another network.
        """
        try:
            meta, arrays = _read_members(Path(path))
        except (OSError, KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise _damaged(path, f"cannot be read ({error})") from error
        if meta.get("schema") != SCHEMA:
            found = meta.get("schema")
            raise _damaged(path, f"has the format {found!r}; this version reads {SCHEMA!r}")
        if meta.get("network") != _fingerprint(network):
            raise _damaged(path, f"was not made from the scenario {network.name!r}")
        try:
            columns = _tables(arrays) | {name: arrays[name] for name in PER_FUTURE}
            return Outcomes(
                network=network,
                seed=int(meta["seed"]),
                first=int(meta["first"]),
                replications=int(meta["replications"]),
                engine=str(meta["engine"]),
                **columns,
            )
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise _damaged(path, f"does not fit together ({error})") from error

    @staticmethod
    def concatenate(blocks: Sequence[Outcomes]) -> Outcomes:
        """Return blocks of one run as one, whatever the order in which they were finished.

        Raises
        ------
        ValueError : no blocks, blocks of different runs, or replications missing or twice.
        """
        if not blocks:
            raise ValueError("there are no blocks of replications to put together")
        ordered = sorted(blocks, key=lambda block: block.first)
        for before, after in pairwise(ordered):
            _check_follows(before, after)
        if len(ordered) == 1:
            return ordered[0]
        by_project = _offsets([len(block.projects_.row) for block in ordered])
        by_task = _offsets([len(block.tasks_.task) for block in ordered])
        offsets = list(zip(by_project, by_task, strict=True))
        tables: dict[str, Any] = {
            name: _joined(
                [
                    _moved(getattr(block, name), *offset)
                    for block, offset in zip(ordered, offsets, strict=True)
                ]
            )
            for name in TABLES
        }
        n_months = max(block.busy.shape[2] for block in ordered)
        return Outcomes(
            network=ordered[0].network,
            seed=ordered[0].seed,
            first=ordered[0].first,
            replications=sum(block.replications for block in ordered),
            engine=ordered[0].engine,
            **tables,
            run_end=np.concatenate([block.run_end for block in ordered]),
            busy=np.concatenate([_padded(block.busy, n_months) for block in ordered]),
            capacity=np.concatenate([_padded(block.capacity, n_months) for block in ordered]),
            queue=np.concatenate([_padded(block.queue, n_months) for block in ordered]),
        )

    def _people_of_tasks(self, names: Sequence[str]) -> NDArray[np.object_]:
        """(M,) names of the people booked on each task row, in file order, joined by commas.

        A phase has the people of its parts.
        """
        n_tasks, n_people = len(self.tasks_.task), max(1, len(names))
        on_task = self.bookings.task_row != NONE
        at, people = self.bookings.task_row[on_task], self.bookings.person[on_task]
        task = self.tasks_.task[at]
        phase = self.network.tasks.phase[task]
        is_part = phase != NONE
        at_phase = (at - task + phase)[is_part]
        pairs = np.unique(
            np.concatenate([at, at_phase]) * n_people + np.concatenate([people, people[is_part]])
        )
        task_row, person = pairs // n_people, (pairs % n_people).tolist()
        ends = np.searchsorted(task_row, np.arange(1, n_tasks + 1)).tolist()
        known: dict[tuple[int, ...], str] = {}
        result = np.empty(n_tasks, dtype=object)
        first = 0
        for task, end in enumerate(ends):
            team = tuple(person[first:end])
            if team not in known:
                known[team] = ", ".join(names[one] for one in team)
            result[task] = known[team]
            first = end
        return result


def public_names(network: Network) -> tuple[str, ...]:
    """(N,) what people are called where the scenario does not show them: role and number.

    People of a ``headcount`` are called so already; those with an id of their own get the next
    free numbers of their role, in file order.
    """
    people = network.people
    if network.show_people:
        return people.ids
    taken = set(people.ids)
    names = []
    counts = dict.fromkeys(network.role_ids, 0)
    for own_id, home in zip(people.ids, people.role.tolist(), strict=True):
        role = network.role_ids[home]
        stem, _, number = own_id.rpartition("-")
        if stem == role and number.isascii() and number.isdigit():
            names.append(own_id)
            continue
        while (name := f"{role}-{counts[role] + 1}") in taken:
            counts[role] += 1
        counts[role] += 1
        names.append(name)
    return tuple(names)


def _words(words: Sequence[str]) -> NDArray[np.object_]:
    return np.array(words, dtype=object)


def _check_shapes(outcomes: Outcomes) -> None:
    rows, n_futures = outcomes.projects_, outcomes.replications
    n_roles = len(outcomes.network.role_ids)
    for name in PER_FUTURE:
        array = getattr(outcomes, name)
        expected = (n_futures,) if name == "run_end" else (n_futures, n_roles, array.shape[-1])
        if array.shape != expected:
            raise ValueError(f"{name} has the shape {array.shape}; it must be {expected}")
    if rows.causes.shape != (len(rows.row), len(CAUSES) + n_roles):
        raise ValueError(f"causes has the shape {rows.causes.shape}")
    for part in (getattr(outcomes, name) for name in TABLES):
        lengths = {len(getattr(part, column.name)) for column in fields(part)}
        if len(lengths) != 1:
            raise ValueError(f"the columns of {type(part).__name__} have different lengths")
    last = outcomes.first + n_futures
    network = outcomes.network
    _check_range("replication", rows.replication, outcomes.first, last)
    _check_range("row", rows.row, 0, len(network.projects.ids))
    _check_range("status", rows.status, 0, len(STATUSES))
    _check_range("task", outcomes.tasks_.task, 0, len(network.tasks.ids))
    _check_range("wait_role", outcomes.tasks_.wait_role, NONE, n_roles)
    _check_range("project_row of tasks", outcomes.tasks_.project_row, 0, len(rows.row))
    bookings = outcomes.bookings
    _check_range("project_row of bookings", bookings.project_row, 0, len(rows.row))
    _check_range("task_row of bookings", bookings.task_row, NONE, len(outcomes.tasks_.task))
    _check_range("person", bookings.person, 0, len(network.people.ids))
    _check_range("project_row of charges", outcomes.charges.project_row, 0, len(rows.row))
    handovers, n_tasks = outcomes.handovers, len(outcomes.tasks_.task)
    _check_range("task_row of handovers", handovers.task_row, 0, n_tasks)
    _check_range("by_project_row", handovers.by_project_row, NONE, len(rows.row))
    _check_range("by_task_row", handovers.by_task_row, NONE, n_tasks)
    _check_range("person of handovers", handovers.person, 0, len(network.people.ids))
    _check_range("task_row of repeats", outcomes.repeats.task_row, 0, n_tasks)
    _check_range("task_row of delays", outcomes.delays.task_row, 0, n_tasks)
    _check_range("project_row of unused", outcomes.unused.project_row, 0, len(rows.row))
    _check_range("person of unused", outcomes.unused.person, 0, len(network.people.ids))
    _check_range("project_row of events", outcomes.events.project_row, 0, len(rows.row))
    _check_range("replication of gaps", outcomes.gaps.replication, outcomes.first, last)
    _check_range("role of gaps", outcomes.gaps.role, 0, n_roles)


def _check_range(name: str, values: IntArray, low: int, end: int) -> None:
    if len(values) and (values.min() < low or values.max() >= end):
        raise ValueError(f"{name} runs from {values.min()} to {values.max()}, not {low} to {end}")


def _check_follows(before: Outcomes, after: Outcomes) -> None:
    mine, others = (
        (block.seed, block.engine, _fingerprint(block.network)) for block in (before, after)
    )
    if mine != others:
        raise ValueError(f"blocks of different runs: {mine} and {others}")
    expected = before.first + before.replications
    if after.first != expected:
        raise ValueError(
            f"a block begins with replication {after.first}, after the one before it ends "
            f"it must be {expected}"
        )


def _fingerprint(network: Network) -> list[object]:
    """Return what shows that a file belongs to a network; as JSON gives it back."""
    n_projects, n_tasks = len(network.projects.ids), len(network.tasks.ids)
    return [network.name, n_projects, n_tasks, len(network.role_ids), len(network.people.ids)]


def _arrays(outcomes: Outcomes) -> dict[str, IntArray | FloatArray]:
    arrays: dict[str, IntArray | FloatArray] = {}
    for name in TABLES:
        part = getattr(outcomes, name)
        columns = fields(part)
        if name in RARE and not len(getattr(part, columns[0].name)):
            continue
        for column in columns:
            arrays[_member(name, column.name)] = getattr(part, column.name)
    return arrays | {name: getattr(outcomes, name) for name in PER_FUTURE}


def _tables(arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the tables of a file; those that are rare have no rows where they are missing."""
    tables: dict[str, Any] = {}
    for name, kind in TABLES.items():
        head = _member(name, "")
        columns = {key[len(head) :]: array for key, array in arrays.items() if key.startswith(head)}
        if columns or name not in RARE:
            tables[name] = kind(**columns)
    return tables


def _member(table: str, column: str) -> str:
    """Return what a column is called in a file."""
    return f"{table.removesuffix('_')}.{column}"


def _narrow(array: IntArray | FloatArray) -> NDArray[Any]:
    """Return whole numbers in the narrowest type that holds them, to keep files small."""
    if array.dtype.kind != "i" or array.size == 0:
        return np.ascontiguousarray(array)
    low, high = int(array.min()), int(array.max())
    for kind in (np.int8, np.int16, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return np.ascontiguousarray(array.astype(kind))
    return np.ascontiguousarray(array)


def _write_member(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # The oldest date a zip file knows, so that the bytes do not depend on the day of the run.
    member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    member.create_system = 3
    archive.writestr(member, content, compresslevel=1)


def _read_members(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    arrays: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(path) as archive:
        meta = json.loads(archive.read(META))
        for name in archive.namelist():
            if name.endswith(".npy"):
                with archive.open(name) as member:
                    array = np.lib.format.read_array(member, allow_pickle=False)
                wide = np.int64 if array.dtype.kind == "i" else np.float64
                arrays[name.removesuffix(".npy")] = array.astype(wide)
    if not isinstance(meta, dict):
        raise TypeError(f"{META} is no mapping")
    return meta, arrays


def _damaged(path: str | Path, text: str) -> RunFolderError:
    problem = Problem(
        place=str(path),
        code="PMO036",
        text=f"{text}. Run the scenario again, or without --resume.",
    )
    return RunFolderError([problem])


def _offsets(lengths: Sequence[int]) -> list[int]:
    return [0, *accumulate(lengths[:-1])]


def _moved(part: Rows, by_project: int, by_task: int) -> Rows:
    """Return the rows of a block as they are counted in the whole run."""
    moved: dict[str, Any] = {}
    for column in fields(part):
        is_task = column.name.endswith("task_row")
        if is_task or column.name.endswith("project_row"):
            index = getattr(part, column.name)
            moved[column.name] = np.where(
                index == NONE, NONE, index + (by_task if is_task else by_project)
            )
    return replace(part, **moved)


def _joined(parts: Sequence[Rows]) -> Rows:
    columns = {
        column.name: np.concatenate([getattr(part, column.name) for part in parts])
        for column in fields(parts[0])
    }
    return type(parts[0])(**columns)


def _padded(array: IntArray, n_months: int) -> IntArray:
    """Return the array with months after its last one in which nothing happened."""
    return np.pad(array, ((0, 0), (0, 0), (0, n_months - array.shape[2])))
