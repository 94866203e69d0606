"""Contract: checks that every policy passes, built-in or a user's own.

    import pytest
    from pmosim.policy import contract

    @pytest.mark.parametrize("check", contract.INTAKE_CHECKS, ids=contract.name_of)
    def test_my_policy_keeps_the_contract(check):
        check(MyPolicy(limit=3))

Each check asks the policy in made-up situations (``offices``), the same ones every time, and
raises ``AssertionError`` with the situation in which the contract is broken. ``Watched`` holds a
policy to the same rules while it is at work: ``pm.simulate(scenario, intake=Watched(policy))``.

Not here: what only an engine can promise. Mandatory projects and those with a start date never
come before a policy, and one that rejects says so by ``on_full``.
"""

from __future__ import annotations

import math
import pickle
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from pmosim.policy.intake import Order, days_of_period
from pmosim.streams import uniforms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmosim.policy.dispatch import Dispatch
    from pmosim.policy.intake import Intake, Office, OrderKind

N_OFFICES = 60
MINUTES_PER_DAY = 480
PERIOD_DAYS = {"month": 20, "quarter": 60, "year": 240}
"""Lengths of the periods of the made-up calendar."""
CLASSES = ("", "urgent", "normal")


@dataclass(frozen=True, kw_only=True)
class PretendOffice:
    """A made-up situation; implements ``policy.intake.Office`` for any names of roles.

    What is planned for a project follows from its number alone, and a fifth of it is nothing.
    """

    number: int
    minute: int
    waiting: tuple[int, ...]
    active: tuple[int, ...]
    released: tuple[tuple[int, int], ...]

    def is_period_start(self, period: str) -> bool:
        """Return whether this minute begins a period."""
        return self.minute % _minutes(period) == 0

    def period_number(self, period: str, minute: int) -> int:
        """Return the number of the period a minute lies in."""
        return minute // _minutes(period)

    def planned_work(self, project: int, role: str) -> float:
        """Return planned person-days, whole ones, 0 to 40."""
        return float(max(0, math.floor(50 * _chance(project, role)) - 10))

    def open_work(self, role: str) -> float:
        """Return planned person-days of what is active."""
        return sum(self.planned_work(project, role) for project in self.active)

    def planned_cost(self, project: int) -> float:
        """Return planned money, up to 100 thousand."""
        return math.floor(100 * _chance(project, "cost")) * 1000.0

    def score(self, project: int, order: OrderKind) -> float:
        """Return the place of a project in an order."""
        return _chance(project, order)

    def request_minute(self, project: int) -> int:
        """Return the minute at which the project asked."""
        return math.floor(self.minute * _chance(project, "request"))

    def project_class(self, project: int) -> str:
        """Return the class of a project."""
        return CLASSES[math.floor(len(CLASSES) * _chance(project, "class"))]

    def was_running(self, project: int) -> bool:
        """Return whether the project was active before the run began: a quarter of those."""
        is_first = (project, 0) in self.released
        return is_first and _chance(project, "running") < 0.25

    def benefit_to_come(self, project: int) -> float:
        """Return planned money, up to 200 thousand."""
        return math.floor(200 * _chance(project, "benefit")) * 1000.0

    def cost_to_come(self, project: int) -> float:
        """Return planned money."""
        return self.planned_cost(project)

    def work_to_come(self, project: int, role: str) -> float:
        """Return planned person-days."""
        return self.planned_work(project, role)

    def after_release(self, project: int) -> PretendOffice:
        """Return the situation after a release."""
        return replace(
            self,
            waiting=tuple(other for other in self.waiting if other != project),
            active=(*self.active, project),
            released=(*self.released, (project, self.minute)),
        )


def offices(count: int = N_OFFICES) -> Iterator[PretendOffice]:
    """Yield situations: crowded and empty, on mornings, starts of periods and within days."""
    for number in range(count):
        u = uniforms(1, f"office {number}", "made up", 0, 0, 4)
        n_waiting, n_active, n_gone = (math.floor(x * 7) for x in u[:3].tolist())
        days = (0, 1, 13, 20, 60, 61, 240)[math.floor(float(u[3]) * 7)]
        minute = days * MINUTES_PER_DAY + (77 if number % 5 == 4 else 0)
        projects = iter(_shuffled(number, n_waiting + n_active + n_gone))
        waiting = tuple(next(projects) for _ in range(n_waiting))
        active = tuple(next(projects) for _ in range(n_active))
        gone = tuple(projects)
        minutes = uniforms(1, f"office {number}", "releases", 0, 0, n_active + n_gone)
        moments = sorted(math.floor(x * (minute + 1)) for x in minutes.tolist())
        released = tuple(zip((*gone, *active), moments, strict=True))
        yield PretendOffice(
            number=number, minute=minute, waiting=waiting, active=active, released=released
        )


# --- the checks of an intake policy ------------------------------------------------------------


def it_admits_only_who_waits(policy: Intake) -> None:
    """Check that the answer is one of ``office.waiting``, as a whole number, or None."""
    for office in offices():
        answer = policy.admit(office)
        _hold(answer is None or _is_one_of(answer, office.waiting), office, answer)


def it_admits_nobody_where_nobody_waits(policy: Intake) -> None:
    """Check that the answer to an empty line is None."""
    for office in offices():
        empty = replace(office, waiting=())
        answer = policy.admit(empty)
        _hold(answer is None, empty, answer)


def it_comes_to_an_end(policy: Intake) -> None:
    """Check that it says None at the latest when nobody waits any more."""
    for office in offices():
        now = office
        for _ in range(len(office.waiting) + 1):
            answer = policy.admit(now)
            if answer is None:
                break
            now = now.after_release(answer)
        else:
            _fail(f"it never says None in {office}")


def it_answers_the_same_when_asked_again(policy: Intake) -> None:
    """Check that a situation gets the same answer, whatever it was asked in between."""
    first = [policy.admit(office) for office in offices()]
    for office, before in reversed(list(zip(offices(), first, strict=True))):
        answer = policy.admit(office)
        _hold(answer == before, office, f"{answer}, before {before}")


def it_answers_the_same_after_a_journey(policy: Intake) -> None:
    """Check that a pickled copy, as workers get it, answers the same."""
    copy = pickle.loads(pickle.dumps(policy))
    for office in offices():
        mine, other = policy.admit(office), copy.admit(office)
        _hold(mine == other, office, f"{other} by the copy, {mine} by the original")


def it_keeps_no_memory(policy: Intake) -> None:
    """Check that nothing on the policy changes while it is asked."""
    before = deepcopy(_state(policy))
    for office in offices():
        policy.admit(office)
        _hold(_state(policy) == before, office, f"state {_state(policy)}, before {before}")


def it_changes_nothing_in_the_office(policy: Intake) -> None:
    """Check that it changes no list of the office, also where it could."""
    for office in offices():
        open_to_all = _Careless(office)
        policy.admit(open_to_all)
        _hold(open_to_all.is_untouched, office, "the office was changed")


def it_says_how_it_wants_to_be_asked(policy: Intake) -> None:
    """Check that ``order`` and ``asked_at``, where they stand, are understood by the engines."""
    order, asked_at = getattr(policy, "order", Order()), getattr(policy, "asked_at", None)
    if not isinstance(order, Order):
        _fail(f"order is {order!r}; it must be an Order of pmosim.policy.intake")
    if asked_at is not None and not _is_period(asked_at):
        _fail(f"asked_at is {asked_at!r}; it must be None, month, quarter, year or e.g. 10d")


INTAKE_CHECKS: tuple[Callable[[Intake], None], ...] = (
    it_admits_only_who_waits,
    it_admits_nobody_where_nobody_waits,
    it_comes_to_an_end,
    it_answers_the_same_when_asked_again,
    it_answers_the_same_after_a_journey,
    it_keeps_no_memory,
    it_changes_nothing_in_the_office,
    it_says_how_it_wants_to_be_asked,
)


def check_intake(policy: Intake) -> None:
    """Run every check of an intake policy."""
    for check in INTAKE_CHECKS:
        check(policy)


@dataclass(frozen=True)
class Watched:
    """A policy that is held to the contract at every answer of a run, and otherwise the same."""

    policy: Any

    def admit(self, office: Office) -> int | None:
        """Return the answer of the policy after checking it."""
        before, line = deepcopy(_state(self.policy)), list(office.waiting)
        answer: int | None = self.policy.admit(office)
        again = self.policy.admit(office)
        where = f"at minute {office.minute}, {len(line)} waiting"
        if answer is not None and not _is_one_of(answer, line):
            _fail(f"{where}: {answer!r} does not wait")
        if answer != again:
            _fail(f"{where}: {answer!r} at first, {again!r} when asked again")
        if _state(self.policy) != before:
            _fail(f"{where}: the policy has changed")
        if list(office.waiting) != line:
            _fail(f"{where}: the policy changed who waits")
        return answer

    def __getattr__(self, name: str) -> Any:
        """Hand on the order, the gates and whatever else the policy has."""
        if name == "policy" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.policy, name)


# --- the checks of a dispatch rule -------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PretendTask:
    """A made-up task; implements ``policy.dispatch.ReadyTask``."""

    project: int
    planned_minutes: float
    latest_finish: float
    n_successors: int


def tasks(count: int = N_OFFICES) -> Iterator[tuple[PretendOffice, PretendTask]]:
    """Yield tasks that have just become ready, each in a situation."""
    for office in offices(count):
        project = office.active[0] if office.active else 0
        length = math.floor(4800 * _chance(project, "length"))
        yield (
            office,
            PretendTask(
                project=project,
                planned_minutes=float(length),
                latest_finish=office.minute + 2.0 * length - 2400.0,
                n_successors=office.number % 4,
            ),
        )


def its_keys_are_numbers(rule: Dispatch) -> None:
    """Check that every key is a number (it may be infinite), never NaN."""
    for office, task in tasks():
        key = rule.key(office, task)
        _hold(_is_number(key), office, f"key {key!r} of {task}")


def its_keys_stay_the_same(rule: Dispatch) -> None:
    """Check that a task gets the same key when asked again, also from a pickled copy."""
    copy = pickle.loads(pickle.dumps(rule))
    first = [rule.key(office, task) for office, task in tasks()]
    again = [rule.key(office, task) for office, task in reversed(list(tasks()))]
    if first != again[::-1]:
        _fail("the same task gets another key when asked again")
    copied = [copy.key(office, task) for office, task in tasks()]
    if first != copied:
        _fail("a pickled copy gives other keys")


DISPATCH_CHECKS: tuple[Callable[[Dispatch], None], ...] = (
    its_keys_are_numbers,
    its_keys_stay_the_same,
)


def name_of(check: Callable[..., None]) -> str:
    """Return what a check proves, to name a test."""
    return check.__name__


# --- made up ------------------------------------------------------------------------------------


class _Careless:
    """An office whose lists could be changed by mistake."""

    def __init__(self, office: PretendOffice) -> None:
        self._office = office
        self.waiting = list(office.waiting)
        self.active = list(office.active)
        self.released = list(office.released)

    @cached_property
    def _before(self) -> tuple[Any, ...]:
        office = self._office
        return office.waiting, office.active, office.released

    @property
    def is_untouched(self) -> bool:
        return (tuple(self.waiting), tuple(self.active), tuple(self.released)) == self._before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._office, name)


def _chance(project: int, purpose: str) -> float:
    return float(uniforms(1, f"project {project}", purpose, 0, 0, 1)[0])


def _shuffled(number: int, count: int) -> list[int]:
    """Return whole numbers in an order of their own: projects are not numbered as they wait."""
    u = uniforms(1, f"office {number}", "order", 0, 0, count)
    return sorted(range(count), key=lambda n: float(u[n]))


def _is_period(period: object) -> bool:
    try:
        return isinstance(period, str) and _minutes(period) > 0
    except ValueError:
        return False


def _minutes(period: str) -> int:
    days = days_of_period(period)
    return (PERIOD_DAYS[period] if days is None else days) * MINUTES_PER_DAY


def _is_one_of(answer: object, projects: Any) -> bool:
    return not isinstance(answer, bool) and isinstance(answer, int) and answer in projects


def _is_number(key: object) -> bool:
    return isinstance(key, int | float) and not math.isnan(key)


def _state(policy: object) -> object:
    """Return what a policy carries, however it is written."""
    names = [name for kind in type(policy).__mro__ for name in getattr(kind, "__slots__", ())]
    return vars(policy) if hasattr(policy, "__dict__") else {n: getattr(policy, n) for n in names}


def _hold(is_kept: bool, office: PretendOffice, answer: object) -> None:  # noqa: FBT001
    if not is_kept:
        _fail(f"answer {answer!r} in {office}")


def _fail(said: str) -> NoReturn:
    raise AssertionError(said)
