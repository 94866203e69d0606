"""Mechanisms: what makes a simulated world less than perfect, and how to switch each of it.

In: a scenario. Out: its ``Mechanism``s, on or off, each with the scenario (or network) in which it
alone is the other way round. ``SWITCHES`` is the one table of them; the risks of projects, which
have names of their own, follow behind it.
Not here: what it costs (``price``), where risks are listed (``registers``).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim import priors
from pmosim.distributions import Calibrated, Fixed
from pmosim.errors import ScenarioError
from pmosim.in_flight import left_law
from pmosim.network import compile_network
from pmosim.scenario import parse_scenario
from pmosim.scenario.rules import short_form
from pmosim.study.registers import leave_out, listed, mitigate
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pmosim.network import Network
    from pmosim.priors import Prior
    from pmosim.scenario import Scenario
    from pmosim.scenario.portfolio import Risk, Stream
    from pmosim.study.registers import Register

    Document = dict[str, Any]
    Edit = Callable[[Document], None]

MOST_RISKS = 12
"""Risks with a run of their own; the smaller ones are switched together."""
NOTHING_TO_CORRELATE = "all work takes exactly what is planned, so nothing runs long together"
UNKNOWN_EXPERIENCE = (
    "what people have done before (`experience`) is not known; `learning: prior` tries it as if "
    "they had done nothing"
)
NOBODY_NEW = "nobody is new here: no turnover with time_to_hire, no `from` after day 0"
NOTHING_LOST = "nothing is lost here when somebody leaves (`hand_over`)"
NOBODY_LEAVES = "nobody leaves here: no turnover, no `until`"
NO_RAMP = "newcomers are at full speed at once: there is no ramp to shorten"
NO_PRIOR = "there is no sourced value to switch it on with"
CANNOT = "it cannot be switched alone"


@dataclass(frozen=True, kw_only=True, eq=False)
class Mechanism:
    """One mechanism of a scenario, and the scenario in which it alone is the other way round."""

    id: str
    """``sickness``, ``risk:web-service.vendor-slip`` ..."""
    name: str
    is_on: bool
    switched: Scenario | Network | None
    """Without it where it is on; where it is off, with it. None = cannot be made."""
    text: str
    """What switching it means, such as ``nobody is ever ill``."""
    basis: str = ""
    """``stated`` or ``assumed`` (a prior) where it is on."""
    prior: Prior | None = None
    reason: str = ""
    """Why nothing can be switched."""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A row of the table: how to see that a mechanism is on, and how to switch it.

    Edits change a copy of the resolved document.
    """

    id: str
    name: str
    without: str
    """What a world without it is like."""
    is_on: Callable[[Subject], bool]
    off: Edit | None = None
    network_off: Callable[[Network], Network] | None = None
    """In place of ``off``: what no file can say."""
    prior: Prior | None = None
    on: Edit | None = None
    """Switches it on with its prior."""
    idle: Callable[[Subject], str] | None = None
    """Why it would do nothing, were it on; "" = it would do something."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """The scenario that is looked at, as words and as numbers."""

    scenario: Scenario

    @property
    def document(self) -> Mapping[str, Any]:
        """The resolved form."""
        return self.scenario.document

    @cached_property
    def network(self) -> Network:
        """Every default filled in."""
        return compile_network(self.scenario)

    @cached_property
    def has_spread(self) -> bool:
        """Whether some amount of work that is not done is uncertain."""
        pools, is_done = self.network.pools, self.network.tasks.is_done
        return any(
            not law.is_certain
            for law, task in zip(pools.law, pools.task.tolist(), strict=True)
            if not is_done[task]
        )

    def edited(self, edit: Edit) -> Scenario:
        """Return the scenario of an edited copy of the document (ScenarioError)."""
        document: Document = copy.deepcopy(dict(self.document))
        edit(document)
        return parse_scenario(document)


def find_mechanisms(scenario: Scenario) -> tuple[Mechanism, ...]:
    """Return every mechanism, on or off, in the order of the table, the risks behind it."""
    subject = Subject(scenario=scenario)
    table = [_of_switch(subject, switch) for switch in SWITCHES]
    return (*table, *_of_risks(subject), *_of_reactions(subject))


def _of_switch(subject: Subject, switch: Switch) -> Mechanism:
    is_on = switch.is_on(subject)
    if is_on and switch.network_off is not None:
        network = switch.network_off(subject.network)
        return _mechanism(subject, switch, is_on=True, switched=network)
    edit = switch.off if is_on else switch.on
    if edit is None:
        return _mechanism(subject, switch, is_on=is_on, reason=CANNOT if is_on else NO_PRIOR)
    if not is_on and switch.idle is not None and (reason := switch.idle(subject)):
        return _mechanism(subject, switch, is_on=False, reason=reason)
    try:
        switched = subject.edited(edit)
    except ScenarioError as error:
        reason = f"{CANNOT}: {error.problems[0].text}"
        return _mechanism(subject, switch, is_on=is_on, reason=reason)
    return _mechanism(subject, switch, is_on=is_on, switched=switched)


def _mechanism(
    subject: Subject,
    switch: Switch,
    *,
    is_on: bool,
    switched: Scenario | Network | None = None,
    reason: str = "",
) -> Mechanism:
    text = switch.without
    if not is_on and switch.prior is not None:
        text = f"{switch.prior.name} {switch.prior.value}, a prior"
    return Mechanism(
        id=switch.id,
        name=switch.name,
        is_on=is_on,
        switched=switched,
        text=text,
        basis=_basis(subject, switch) if is_on else "",
        prior=switch.prior,
        reason=reason,
    )


def _basis(subject: Subject, switch: Switch) -> str:
    """Return ``assumed`` where the value of some role or setting is the prior's."""
    assumed = subject.document.get("assumed") or ()
    is_assumed = switch.prior is not None and any(
        str(path).endswith(f".{switch.prior.name}") for path in assumed
    )
    return "assumed" if is_assumed else "stated"


# --- words of a document ------------------------------------------------------------------------


def _is_something(value: Any) -> bool:
    """Return whether a value switches something on: neither silent, nor no, nor zero."""
    if value is None or value is False:
        return False
    if isinstance(value, dict):
        return any(_is_something(value.get(key)) for key in ("share", "rate", "mean")) or (
            bool(value) and not {"share", "rate", "mean"} & set(value)
        )
    if isinstance(value, str | int | float):
        digits = str(value).strip().rstrip("%/hdpwmoy")
        return not digits.replace(".", "", 1).isdigit() or float(digits) != 0.0
    return bool(value)


def _entries(document: Mapping[str, Any], *sections: str) -> Iterator[dict[str, Any]]:
    """Yield every object of some sections that are mappings or lists of objects."""
    for section in sections:
        given = document.get(section) or ()
        yield from (
            entry
            for entry in (given.values() if isinstance(given, dict) else given)
            if isinstance(entry, dict)
        )


def _activities(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every task and phase of templates, projects and streams."""
    for owner in _entries(document, "templates", "projects", "demand"):
        yield from _entries(owner, "tasks", "phases")


def _has(entries: Iterable[Mapping[str, Any]], keys: Iterable[str]) -> bool:
    wanted = tuple(keys)
    return any(_is_something(entry.get(key)) for entry in entries for key in wanted)


def _drop(entries: Iterable[dict[str, Any]], keys: Iterable[str]) -> None:
    wanted = tuple(keys)
    for entry in entries:
        for key in wanted:
            entry.pop(key, None)


# --- kinds of switches --------------------------------------------------------------------------


def _of_keys(
    id_: str,
    name: str,
    without: str,
    keys: tuple[str, ...],
    sections: tuple[str, ...],
    prior: Prior | None = None,
    idle: Callable[[Subject], str] | None = None,
) -> Switch:
    """Return the switch of a mechanism that is off where some keys of some objects are silent."""
    return Switch(
        id=id_,
        name=name,
        without=without,
        is_on=lambda subject: _has(_entries(subject.document, *sections), keys),
        off=lambda document: _drop(_entries(document, *sections), keys),
        prior=prior,
        on=None if prior is None else partial(_give_prior, prior=prior),
        idle=idle,
    )


def _of_streams(
    id_: str, name: str, without: str, is_on: Callable[[Stream], bool], *keys: str
) -> Switch:
    """Return the switch of a mechanism of demand, which is on where it is in some stream."""
    return Switch(
        id=id_,
        name=name,
        without=without,
        is_on=lambda subject: any(is_on(stream) for stream in subject.scenario.streams),
        off=lambda document: _drop(_entries(document, *_STREAMS), keys),
    )


_STAFF = ("roles", "people")
_STREAMS = ("demand",)
_WORK = ("templates", "projects", "demand")


def _give_prior(document: Document, *, prior: Prior) -> None:
    """Let every role have the value of a prior, as ``assume: typical`` does where all is silent."""
    key = prior.name
    is_bau, is_leave = prior is priors.BAU, prior is priors.LEAVE_DAYS
    people = list(_entries(document, "people"))
    said: Document = dict(document.get("roles") or {})
    roles = {name: dict(said.get(name) or {}) for name in _role_names(said, people)}
    for role in roles.values():
        if not (is_bau and role.get("kind") == "contractor"):
            role[key] = "prior" if prior in priors.ON_REQUEST else prior.value
    document["roles"] = roles
    _drop(people, [key])
    for person in people:
        is_contractor = person.get("kind") == "contractor"
        if (is_bau and is_contractor) or (is_leave and person.get("leave")):
            person[key] = "0"


def _give_turnover(document: Document) -> None:
    """Let everybody leave and be replaced as the priors have it."""
    for prior in (priors.TURNOVER, priors.TIME_TO_HIRE):
        _give_prior(document, prior=prior)


def _without_newcomers(subject: Subject) -> str:
    people, as_of = subject.scenario.organisation.people, subject.network.calendar.as_of
    is_new = any(
        (person.employed_from is not None and person.employed_from > as_of)
        or (person.change.turnover and person.change.time_to_hire is not None)
        for person in people
    )
    return "" if is_new else NOBODY_NEW


def _without_leavers(subject: Subject) -> str:
    people, projects = subject.scenario.organisation.people, subject.scenario.projects
    leaves = any(
        person.change.turnover
        or person.employed_until is not None
        or "hand_over" in {person.when_away.leave, person.when_away.sickness}
        for person in people
    )
    return "" if leaves or any(project.withdrawn for project in projects) else NOBODY_LEAVES


def _without_losses(subject: Subject) -> str:
    people = subject.scenario.organisation.people
    is_lost = any(person.change.hand_over is not None for person in people)
    return _without_leavers(subject) if is_lost else NOTHING_LOST


def _without_ramp(subject: Subject) -> str:
    people = subject.scenario.organisation.people
    return "" if any(person.change.ramp is not None for person in people) else NO_RAMP


def _of_unknown_experience(_subject: Subject) -> str:
    return UNKNOWN_EXPERIENCE


def _without_spread(subject: Subject) -> str:
    return "" if subject.has_spread else NOTHING_TO_CORRELATE


def _role_names(said: Document, people: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Return the roles that stand in their section, then those that only people name."""
    return dict.fromkeys([*said, *(str(person["role"]) for person in people)])


def _set(document: Document, section: str, key: str, value: Any) -> None:
    """Say one key of a section, None = be silent about it."""
    entries = dict(document.get(section) or {})
    if value is None:
        entries.pop(key, None)
    else:
        entries[key] = value
    document[section] = entries


def _start_by(document: Document) -> None:
    document["intake"] = short_form("open", "", document.get("intake"))


def _stop_blocking(owners: Iterable[dict[str, Any]]) -> None:
    for owner in owners:
        held = owner.get("throughout")
        if isinstance(held, dict):
            owner["throughout"] = {
                who: share["share"] if isinstance(share, dict) else share
                for who, share in held.items()
            }


def _stop_growth(people: Iterable[dict[str, Any]]) -> None:
    for person in people:
        skills = person.get("skills")
        if isinstance(skills, dict):
            person["skills"] = {
                role: skill["proficiency"] if isinstance(skill, dict) else skill
                for role, skill in skills.items()
            }


def _stop_demand(document: Document) -> None:
    for stream in _entries(document, *_STREAMS):
        stream["rate"] = "0/y"


def _as_planned(network: Network) -> Network:
    """Return the network in which all work takes its plan; of running work, what the plan leaves.

    Where more is spent than was planned, or size decides, what is left stays with chance.
    """
    tasks, pools = network.tasks, network.pools
    plan = np.array([law.plan for law in pools.law], dtype=np.float64)
    for q in np.flatnonzero(tasks.is_part_done[pools.task]).tolist():
        size = network.projects.size[int(tasks.project[pools.task[q]])]
        law, spent = left_law(network, q, size.plan if pools.is_sized[q] else 1.0)
        left = law.plan - spent
        plan[q] = left if left > 0.0 else np.nan
    return replace(network, pools=replace(pools, settled=plan))


def _of_planned_size(network: Network) -> Network:
    sizes = tuple(Fixed(value=law.plan) for law in network.projects.size)
    return replace(network, projects=replace(network.projects, size=sizes))


def _as_always(document: Document) -> None:
    """Let work in hand pause with whoever is away, and be handed over by who leaves."""
    _set(document, "settings", "when_away", None)
    _drop(_entries(document, *_STAFF), ["when_away"])


def _has_gates(subject: Subject) -> bool:
    return subject.scenario.intake.gates.stop and bool(subject.network.tasks.is_gate.any())


SWITCHES: tuple[Switch, ...] = (
    _of_keys(
        "operations", "operations (bau)", "everybody's whole day goes to projects",
        ("bau",), _STAFF, priors.BAU,
    ),
    _of_keys(
        "leave", "leave without dates", "nobody takes leave of which the dates are not known yet",
        ("leave_days",), _STAFF, priors.LEAVE_DAYS,
    ),
    _of_keys(
        "leave with dates", "leave with dates", "nobody takes the leave that is planned",
        ("leave",), ("people",),
    ),
    _of_keys(
        "holidays", "public holidays", "holidays are working days (closures stay)",
        ("holidays",), ("places",),
    ),
    _of_keys(
        "sickness", "sickness", "nobody is ever ill", ("sickness",), _STAFF,
        priors.SICKNESS,
    ),
    Switch(
        id="spread",
        name="spread of work",
        without="work takes what is planned",
        is_on=lambda subject: subject.has_spread,
        network_off=_as_planned,
        prior=priors.SPREAD,
        on=lambda document: _set(document, "settings", "spread", priors.SPREAD.value),
    ),
    Switch(
        id="size",
        name="spread of sizes",
        without="projects are as large as planned",
        is_on=lambda subject: any(not law.is_certain for law in subject.network.projects.size),
        network_off=_of_planned_size,
    ),
    Switch(
        id="correlation",
        name="correlation",
        without="the tasks of a project do not run long together",
        is_on=lambda subject: subject.network.correlation > 0.0 and subject.has_spread,
        off=lambda document: _set(document, "settings", "correlation", None),
        prior=priors.CORRELATION,
        on=lambda document: _set(document, "settings", "correlation", priors.CORRELATION.value),
        idle=_without_spread,
    ),
    Switch(
        id="doubt",
        name="doubt about past work",
        without="what history says of work given as one number is taken for certain",
        is_on=lambda subject: subject.network.parameters is not None
        and any(isinstance(law, Calibrated) for law in subject.network.pools.law),
        network_off=lambda network: replace(network, parameters=None),
    ),
    Switch(
        id="demand",
        name="random demand",
        without="nothing comes but what is listed",
        is_on=lambda subject: any(stream.rate > 0.0 for stream in subject.scenario.streams),
        off=_stop_demand,
    ),
    _of_streams(
        "clusters", "clusters of demand", "requests come one by one, independently",
        lambda stream: stream.dispersion > 1.0 or stream.batch_size > 1, "dispersion", "batch_size",
    ),
    _of_streams(
        "boards", "board dates", "requests ask when they come",
        lambda stream: bool(stream.batches), "batches",
    ),
    _of_streams(
        "season", "season of demand", "all months are alike",
        lambda stream: len(set(stream.season)) > 1, "season",
    ),
    _of_streams(
        "trend", "trend of demand", "demand neither grows nor shrinks",
        lambda stream: stream.trend != 0.0, "trend",
    ),
    _of_streams(
        "patience", "patience", "no request is withdrawn",
        lambda stream: stream.patience is not None, "patience",
    ),
    Switch(
        id="bookings",
        name="bookings",
        without="nobody is reserved for a project",
        is_on=lambda subject: subject.network.bookings is not None,
        off=lambda document: _drop([document], ["bookings"]),
    ),
    Switch(
        id="several at once",
        name="several tasks at once (max_parallel)",
        without="nobody has more than one full-time task in hand",
        is_on=lambda subject: any(
            person.max_parallel > WHOLE for person in subject.scenario.organisation.people
        ),
        off=lambda document: _drop(_entries(document, *_STAFF), ["max_parallel"]),
    ),
    Switch(
        id="switching",
        name="switching between tasks (focus)",
        without="changing from one task to the other costs nothing",
        is_on=lambda subject: any(
            min(person.focus) < WHOLE for person in subject.scenario.organisation.people
        ),
        off=lambda document: _drop(_entries(document, *_STAFF), ["focus"]),
    ),
    Switch(
        id="turnover",
        name="turnover",
        without="people leave on the dates stated only",
        is_on=lambda subject: _has(_entries(subject.document, *_STAFF), ["turnover"]),
        off=lambda document: _drop(_entries(document, *_STAFF), ["turnover", "time_to_hire"]),
        prior=priors.TURNOVER,
        on=_give_turnover,
    ),
    _of_keys(
        "ramp", "ramp-up", "newcomers work at full speed", ("ramp",), _STAFF,
        priors.RAMP, _without_newcomers,
    ),
    _of_keys(
        "mentoring", "mentoring", "nobody helps newcomers", ("mentor",), _STAFF,
        priors.MENTOR, _without_ramp,
    ),
    _of_keys(
        "hand-over", "hand-over", "who leaves takes nothing along", ("hand_over",), _STAFF,
        priors.HAND_OVER, _without_leavers,
    ),
    _of_keys(
        "overlap", "overlap of leavers and successors",
        "successors come when the leavers have gone", ("overlap",), _STAFF,
        priors.OVERLAP, _without_losses,
    ),
    _of_keys(
        "learning", "learning kinds of work", "all work is done at full speed from the first day",
        ("learning",), _STAFF, priors.LEARNING, _of_unknown_experience,
    ),
    Switch(
        id="standing still",
        name="projects that wait for whom they hold throughout (blocks)",
        without="the absence of whom a project holds throughout stops nothing",
        is_on=lambda subject: subject.network.covers is not None,
        off=lambda document: _stop_blocking(_entries(document, *_WORK)),
    ),
    _of_keys(
        "cross-training", "cross-training", "nobody is trained in a further role",
        ("training",), ("people",),
    ),
    Switch(
        id="skill growth",
        name="skills that grow with practice",
        without="skills stay as they are on day 0",
        is_on=lambda subject: any(
            person.growth for person in subject.scenario.organisation.people
        ),
        off=lambda document: _stop_growth(_entries(document, "people")),
    ),
    Switch(
        id="when away",
        name="work in hand of who goes away (when_away)",
        without="work in hand pauses with whoever is away, and is handed over by who leaves",
        is_on=lambda subject: subject.network.people.when_away is not None,
        off=_as_always,
    ),
    _of_keys("coverage", "standards (coverage)", "no template covers anything", ("coverage",),
             _WORK),
    Switch(
        id="rework",
        name="rework",
        without="nothing has to be done twice",
        is_on=lambda subject: _has(_activities(subject.document), ["rework"]),
        off=lambda document: _drop(_activities(document), ["rework"]),
    ),
    _of_keys(
        "cancellation", "cancellation by chance", "no project is cancelled by chance",
        ("cancellation",), _WORK,
    ),
    _of_keys(
        "interruption", "interruption by chance", "no project has to rest by chance",
        ("interruption",), _WORK,
    ),
    Switch(
        id="gates",
        name="gates",
        without="no project is stopped at the end of a stage",
        is_on=_has_gates,
        off=lambda document: _set(document, "intake", "gates", None),
    ),
    Switch(
        id="urgent requests",
        name="interruptions by urgent requests",
        without="urgent requests wait for a place like all others",
        is_on=lambda subject: getattr(subject.scenario.intake, "interrupt", None) is not None,
        off=lambda document: _set(document, "intake", "interrupt", None),
    ),
    Switch(
        id="start rule",
        name="start rule",
        without="every request starts at once",
        is_on=lambda subject: str((subject.document.get("intake") or {}).get("policy", "open"))
        != "open",
        off=_start_by,
    ),
    Switch(
        id="hold_after",
        name="people kept free (hold_after)",
        without="a ready task never keeps people from others",
        is_on=lambda subject: subject.scenario.dispatch.hold_after is not None,
        off=lambda document: _set(document, "dispatch", "hold_after", None),
    ),
)  # fmt: skip
"""Every mechanism with keys of its own. A new one is a new row here and nothing else."""


# --- risks --------------------------------------------------------------------------------------


def _of_risks(subject: Subject) -> Iterator[Mechanism]:
    """Yield every risk and mitigation, the heaviest alone, the others together."""
    found = list(listed(subject.document))
    if not found:
        yield Mechanism(
            id="risks", name="risks", is_on=False, switched=None,
            text="nothing unplanned happens", reason=NO_PRIOR,
        )  # fmt: skip
        return
    weights = _weights(subject)
    found.sort(key=lambda one: -_weight(weights, *one))
    alone = found if len(found) <= MOST_RISKS else found[: MOST_RISKS - 1]
    for register, risk in alone:
        yield from _of_risk(subject, register, risk)
    rest = found[len(alone) :]
    if rest:
        yield _switched(
            subject,
            id_="risk:others",
            name=f"{len(rest)} smaller risks",
            text="none of them happens",
            edit=partial(leave_out, risks=[(register, one["id"]) for register, one in rest]),
        )


def _of_reactions(subject: Subject) -> Iterator[Mechanism]:
    """Yield every reaction of the management."""
    for entry in subject.document.get("reactions") or ():
        name = str(entry["id"])
        yield _switched(
            subject,
            id_=f"reaction:{name}",
            name=f"reaction {name} ({str(entry['do']).replace('_', ' ')})",
            text="management does nothing of the kind",
            edit=partial(_forget_reaction, reaction=name),
        )


def _forget_reaction(document: Document, *, reaction: str) -> None:
    kept = [one for one in document["reactions"] if str(one["id"]) != reaction]
    document["reactions"] = kept


def _weights(subject: Subject) -> dict[tuple[str, str], float]:
    """Return by project ("" = drivers) and risk: the share of its work that is expected on top.

    A delay of a month weighs as much as a tenth of the work.
    """
    weights: dict[tuple[str, str], float] = {}
    scenario, month = subject.scenario, subject.network.month_minutes

    def expected(risk: Risk) -> float:
        months = 0.0 if risk.delay is None else risk.delay.mean / month
        return risk.probability * (risk.work.mean - 1.0 + 0.1 * months)

    for risk in scenario.drivers:
        weights["", risk.id] = expected(risk) * len(risk.hits)
    for project in (*scenario.projects, *(stream.prototype for stream in scenario.streams)):
        for risk in project.risks:
            weights[project.id, risk.id] = expected(risk)
    return weights


def _weight(
    weights: Mapping[tuple[str, str], float], register: Register, risk: Mapping[str, Any]
) -> float:
    names = register.served or {register.name}
    return sum(weights.get((name, str(risk["id"])), 0.0) for name in names)


def _of_risk(subject: Subject, register: Register, risk: Mapping[str, Any]) -> Iterator[Mechanism]:
    risk_id = str(risk["id"])
    path = register.path(risk_id)
    kind = "driver" if not register.name else "risk"
    shared = f" ({len(register.served)} projects)" if len(register.served) > 1 else ""
    if _is_something(risk.get("probability")):
        yield _switched(
            subject,
            id_=f"{kind}:{path}",
            name=f"{kind} {path}{shared}",
            text="it never happens",
            edit=partial(leave_out, risks=[(register, risk_id)]),
        )
    measure = risk.get("mitigation")
    if measure is None:
        return
    is_on = measure.get("is_on", True) is not False
    yield _switched(
        subject,
        id_=f"mitigation:{path}",
        name=f"mitigation of {path}{shared}",
        text="nothing is done against it" if is_on else "it is done, as stated",
        edit=partial(mitigate, register=register, risk=risk_id, is_on=not is_on),
        is_on=is_on,
    )


def _switched(
    subject: Subject, *, id_: str, name: str, text: str, edit: Edit, is_on: bool = True
) -> Mechanism:
    switched, reason = None, ""
    try:
        switched = subject.edited(edit)
    except ScenarioError as error:
        reason = f"{CANNOT}: {error.problems[0].text}"
    return Mechanism(
        id=id_,
        name=name,
        is_on=is_on,
        switched=switched,
        text=text,
        basis="stated" if is_on else "",
        reason=reason,
    )
