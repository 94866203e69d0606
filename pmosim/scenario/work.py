"""Work: one task or phase of a project, from its keys."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pmosim.distributions import Fixed, Lognormal, PastSpread
from pmosim.fitted import WORK
from pmosim.scenario import amounts, kinds, laws, links, shapes
from pmosim.scenario.amounts import AmissError
from pmosim.scenario.fitted import plan_law_classes
from pmosim.scenario.kinds import MISSING, Reader
from pmosim.scenario.messages import did_you_mean, series
from pmosim.scenario.portfolio import Baseline, Link, Need, Phase, Progress, Rework, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pmosim.distributions import Law
    from pmosim.fitted import Fitted
    from pmosim.scenario.amounts import Measures
    from pmosim.scenario.links import Names
    from pmosim.scenario.nodes import Node

_PERSON_TIME = kinds.law("person-time")


def read_needs(reader: Reader, node: Node | None, path: str) -> tuple[Need, ...]:
    """Return who is asked for, in the order written."""
    if node is None or not isinstance(node.value, dict):
        return ()
    found = []
    for who, entry in node.value.items():
        if entry.is_null:
            said = "is empty; it must be whole people (2) or a share of one person (40%)."
            reader.problems.error("PMO123", node.place_of(who), f"{path}.{who}", said)
            continue
        value = reader.read(kinds.HEADS, entry, f"{path}.{who}")
        if value is not MISSING:
            heads, share = value
            found.append(Need(who=who, heads=heads, share=amounts.billionths(share)))
    return tuple(found)


def read_held(reader: Reader, node: Node | None, path: str) -> tuple[Need, ...]:
    """Return who is held ``throughout``: a share, or ``{share: 20%, blocks: true}``."""
    if node is None or not isinstance(node.value, dict):
        return ()
    found: list[Need] = []
    for who, entry in node.value.items():
        if not isinstance(entry.value, dict):
            found += read_needs(reader, node.with_entries({who: entry}), path)
            continue
        given = reader.fields(shapes.HELD, entry, f"{path}.{who}")
        if "share" in given:
            heads, share = given["share"]
            blocks = given.get("blocks", False)
            share = amounts.billionths(share)
            found.append(Need(who=who, heads=heads, share=share, blocks=blocks))
    return tuple(found)


def read_amounts(
    reader: Reader, node: Node | None, path: str, kind: kinds.Kind = _PERSON_TIME
) -> dict[str, Law]:
    """Return amounts per role, or one amount under the empty key."""
    if node is None:
        return {}
    if node.is_scalar or laws.is_law(node) or not node.mapping:
        value = reader.read(kind, node, path)
        return {} if value is MISSING else {"": value}
    read = {
        who: reader.read(kind, entry, f"{path}.{who}")
        for who, entry in node.mapping.items()
        if not entry.is_null
    }
    return {who: law for who, law in read.items() if law is not MISSING}


def read_baseline(reader: Reader, node: Node, path: str) -> Baseline | None:
    """Return the plan that was agreed for a project, phase or task; None if there is none."""
    given = node.get("baseline")
    if given is None:
        return None
    here = f"{path}.baseline"
    fields = reader.fields(shapes.BASELINE, given, here)
    start, finish = fields.get("start"), fields.get("finish")
    if start is not None and finish is not None and finish < start:
        said = f"is {finish}, before the agreed start {start}; give a day after it."
        reader.problems.error("PMO117", given.mapping["finish"], f"{here}.finish", said)
    return Baseline(start=start, finish=finish, cost=fields.get("cost"))


def read_rework(reader: Reader, node: Node, path: str) -> Rework | None:
    """Return what is done again if a task or phase fails; None if nothing ever is."""
    given = node.get("rework")
    if given is None or (isinstance(given.value, dict) and not given.value):
        return None
    here = f"{path}.rework"
    fields = reader.fields(shapes.REWORK, given, here)
    probability = float(fields.get("probability", 0))
    if probability == 0 or "of" not in fields:
        return None
    if probability == 1 and "max_repeats" not in fields:
        said = "is 100%: this would go on for ever; say how often at the most: max_repeats: 1."
        reader.problems.error("PMO312", given.mapping["probability"], f"{here}.probability", said)
        return None
    return Rework(
        probability=probability,
        of=fields["of"],
        share=float(fields.get("share", 1)),
        max_repeats=fields.get("max_repeats", Rework.max_repeats),
    )


def _calibrated(plan: float, fitted: Fitted, who: str, kind: str, measures: Measures) -> Law:
    """Return a planned amount as the law of past plans and actuals; the plan if there is none."""
    if not fitted.has(WORK):
        return Fixed(value=plan)
    day = float(measures.minutes_per_day)
    law = fitted.plan_law(WORK, **plan_law_classes(who, kind)).law(plan / day, day)
    if not measures.spread_includes_risks:
        return law
    return PastSpread(median=plan * math.exp(law.middle), sigma=law.spread)


class Activities:
    """Reads the phases and tasks of one project."""

    def __init__(
        self,
        reader: Reader,
        names: Names,
        promise: Callable[[Node, Any, str], Any],
        *,
        near_names: Collection[str] = (),
    ) -> None:
        """``promise`` makes a due date plain, ``near_names`` are for "did you mean"."""
        self._reader = reader
        self._names = names
        self._promise = promise
        self._near_names = near_names

    def task(self, name: str, node: Node, path: str) -> Task | None:
        """Return a task, None if it cannot be one."""
        fields = self._reader.fields(shapes.TASK, node, path)
        kind = self._kind(name, node, fields, path)
        if kind is None:
            return None
        needs = read_needs(self._reader, node.get("needs"), f"{path}.needs")
        work = self._work(node, kind, fields, path)
        needs = self._complete_needs(node, kind, work, needs, path)
        self._check_asks_for_something(node, kind, work, path)
        progress = self._progress(node, fields, path, kind, work)
        return Task(
            id=name, kind=kind, work=work, needs=needs, progress=progress,
            after=self._links(node, path), gate=fields.get("gate", False),
            rework=read_rework(self._reader, node, path) if kind != "milestone" else None,
            kind_of_work=fields.get("kind_of_work", ""),
            **self._dates(node, fields, path),
            **self._status(node, fields, path),
        )  # fmt: skip

    def phase(self, name: str, node: Node, path: str, previous: str | None) -> Phase | None:
        """Return a phase; without ``after`` it follows the ``previous`` one."""
        fields = self._reader.fields(shapes.PHASE, node, path)
        work = self._phase_work(node, path)
        if fields.get("lasts") is None:
            if node.get("lasts") is None:
                hint = self._near(name)
                said = f"needs the key 'lasts': how long the phase takes, such as 3mo.{hint}"
                self._reader.problems.error("PMO102", node, path, said)
            return None
        if fields["lasts"] == 0:
            said = "is 0; a phase must last longer. Use a task {milestone: true} for a moment."
            self._reader.problems.error("PMO306", node.mapping["lasts"], f"{path}.lasts", said)
        after = self._links(node, path)
        if "after" not in node.mapping or node.mapping["after"].is_null:
            after = (Link(task=previous),) if previous is not None else ()
        return Phase(
            id=name, lasts=fields["lasts"], work=work, after=after,
            capex=float(fields.get("capex", 0)), gate=fields.get("gate", False),
            rework=read_rework(self._reader, node, path),
            progress=self._progress(node, fields, path, "phase", work),
            kind_of_work=fields.get("kind_of_work", ""),
            **self._dates(node, fields, path), **self._status(node, fields, path),
        )  # fmt: skip

    def _near(self, name: str) -> str:
        others = [other for other in self._near_names if other != name]
        hint = did_you_mean(name, others)
        return hint.split(" Known:")[0] if "Did you mean" in hint else ""

    def _kind(self, name: str, node: Node, fields: Mapping[str, Any], path: str) -> Any:
        if fields.get("milestone"):
            for key in ("needs", "effort", "duration", "spent", "remaining", "by", "rework"):
                if node.get(key) is not None:
                    said = "stands on a milestone, which takes no time and nobody; leave it out."
                    place = node.place_of(key)
                    self._reader.problems.error("PMO304", place, f"{path}.{key}", said)
            return "milestone"
        if node.get("effort") is not None:
            return "effort"
        if node.get("duration") is not None:
            return "duration"
        if isinstance(node.value, dict) or node.is_null:
            said = "says neither effort (person-time), duration (working time) nor milestone: true."
            self._reader.problems.error("PMO307", node, path, said + self._near(name))
        return None

    def _work(self, node: Node, kind: str, fields: Mapping[str, Any], path: str) -> dict[str, Law]:
        if kind == "effort":
            return self._amounts(
                node.get("effort"), f"{path}.effort", fields.get("kind_of_work", "")
            )
        if kind == "duration" and "duration" in fields:
            return {"": self._with_spread(fields["duration"], node.mapping["duration"])}
        return {}

    def _amounts(self, node: Node | None, path: str, kind: str = "") -> dict[str, Law]:
        """Return planned work of a kind, as one amount or per role."""
        work = read_amounts(self._reader, node, path)
        return {
            who: self._with_spread(law, node.get(who) or node if node else None, who, kind)
            for who, law in work.items()
        }

    def _with_spread(
        self, law: Law, node: Node | None, who: str | None = None, kind_of_work: str = ""
    ) -> Law:
        """Return a plain amount as what may come of it; a stated law as it is.

        Work takes the law of past plans (``calibration``), else the plan is the median of a
        ``spread``. ``who`` None = a duration: it is nobody's work.
        """
        measures = self._reader.measures
        spread = measures.spread
        is_plain = node is not None and node.is_scalar and "/" not in node.text
        fitted = measures.calibration
        if fitted is not None and who is not None and is_plain and law.plan > 0:
            return _calibrated(law.plan, fitted, who, kind_of_work, measures)
        if not spread or not is_plain or law.plan <= 0:
            return law
        has_risks = self._reader.measures.spread_includes_risks
        return (PastSpread if has_risks else Lognormal)(median=law.plan, sigma=spread)

    def _complete_needs(
        self,
        node: Node,
        kind: str,
        work: Mapping[str, Law],
        needs: tuple[Need, ...],
        path: str,
    ) -> tuple[Need, ...]:
        if kind == "milestone":
            return ()
        if kind != "effort" or not work:
            return needs
        if "" in work:
            given = node.get("needs")
            if not needs and (given is None or not given.mapping):
                said = (
                    "does not say who does the work; add needs, such as {developer: 2}, "
                    "or give each role its own: effort: {developer: 60pd, analyst: 10pd}."
                )
                self._reader.problems.error(
                    "PMO305", node.mapping["effort"], f"{path}.effort", said
                )
            return needs
        stated = {need.who: need for need in needs}
        for who in stated.keys() - work.keys():
            said = (
                f"has no work of its own in effort ({series(work)}); give it a part there, "
                "or leave the need out."
            )
            needs_node = node.mapping["needs"]
            self._reader.problems.error(
                "PMO308", needs_node.place_of(who), f"{path}.needs.{who}", said
            )
        return tuple(stated.get(who, Need(who=who)) for who in work)

    def _check_asks_for_something(
        self, node: Node, kind: str, work: Mapping[str, Law], path: str
    ) -> None:
        for who, law in work.items():
            if law.mean > 0:
                continue
            here = f"{path}.{kind}.{who}" if who else f"{path}.{kind}"
            said = "asks for 0; give it work, make it {milestone: true}, or leave it out."
            entry = node.mapping[kind]
            self._reader.problems.error("PMO306", entry.get(who) or entry, here, said)

    def _phase_work(self, node: Node, path: str) -> dict[str, Law]:
        given = node.get("work")
        if given is None:
            if isinstance(node.value, dict):
                said = "needs the key 'work': person-time per role, such as {developer: 6pm}."
                self._reader.problems.error("PMO102", node, path, said)
            return {}
        if laws.is_law(given) or not isinstance(given.value, dict):
            return {}
        if not given.mapping:
            said = "is empty; a phase needs the work of one role at least."
            self._reader.problems.error("PMO306", given, f"{path}.work", said)
            return {}
        work = self._amounts(given, f"{path}.work")
        for who, law in work.items():
            if law.mean <= 0:
                said = "asks for 0; leave the role out of this phase."
                self._reader.problems.error(
                    "PMO306", given.mapping[who], f"{path}.work.{who}", said
                )
        return work

    def _links(self, node: Node, path: str) -> tuple[Link, ...]:
        return links.read_links(self._reader, node.get("after"), f"{path}.after", self._names)

    def _dates(self, node: Node, fields: Mapping[str, Any], path: str) -> dict[str, Any]:
        return {"not_before": fields.get("not_before")} | {
            key: self._promise(node.mapping[key], fields[key], f"{path}.{key}")
            for key in ("due", "deadline")
            if key in fields
        }

    def _status(self, node: Node, fields: Mapping[str, Any], path: str) -> dict[str, Any]:
        return {
            "actual_cost": fields.get("actual_cost"),
            "rag": fields.get("rag", ""),
            "baseline": read_baseline(self._reader, node, path),
        }

    def _progress(
        self,
        node: Node,
        fields: Mapping[str, Any],
        path: str,
        kind: str,
        work: Mapping[str, Law],
    ) -> Progress | None:
        done = fields.get("done")
        spent = self._keyed(node, "spent", path, kind, work)
        remaining = self._keyed(node, "remaining", path, kind, work)
        for who, law in spent.items():
            if not law.is_certain:
                said = "is what was spent, a fact: it must be a single amount."
                self._reader.problems.error("PMO310", node.mapping["spent"], f"{path}.spent", said)
                spent[who] = law
        by = tuple(dict.fromkeys(fields.get("by", ())))
        booked = {who: float(law.plan) for who, law in spent.items() if law.plan > 0}
        if not done and not booked and not by and not remaining:
            return None
        if kind == "milestone" and done is not None and done < 1:
            said = "is a part; a milestone is either done or not."
            self._reader.problems.error("PMO505", node.mapping["done"], f"{path}.done", said)
        return Progress(done=done or None, spent=booked, by=by, remaining=remaining)

    def _keyed(
        self, node: Node, key: str, path: str, kind: str, work: Mapping[str, Law]
    ) -> dict[str, Law]:
        given = node.get(key)
        if given is None or kind == "milestone":
            return {}
        here = f"{path}.{key}"
        unit = kinds.law("time") if kind == "duration" else _PERSON_TIME
        found = read_amounts(self._reader, given, here, unit)
        if "" in work:
            return self._pooled(given, here, found)
        if "" in found:
            if len(work) == 1:
                return {next(iter(work)): found[""]}
            if work:
                said = (
                    f"is one amount, but the work is per role; say it for each of {series(work)}."
                )
                self._reader.problems.error("PMO505", given, here, said)
            return {}
        for who in [who for who in found if work and who not in work]:
            said = f"has no work in this task.{did_you_mean(who, work)}"
            self._reader.problems.error("PMO505", given.place_of(who), f"{here}.{who}", said)
            del found[who]
        return found

    def _pooled(self, given: Node, here: str, found: dict[str, Law]) -> dict[str, Law]:
        if "" not in found and found:
            said = "is per role, but the work of this task is one amount; give one amount."
            self._reader.problems.error("PMO505", given, here, said)
            return {}
        return found


def no_calendar_days(days: int) -> AmissError:
    """Return the problem of calendar days whose start is not known."""
    said = "calendar days can stand only where a date results, and arrivals of this one are open;"
    working = round(Fraction(days * 5, 7))
    return AmissError("PMO124", f"{said} write working time, such as {working}d.")
