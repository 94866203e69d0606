"""Learning: what a role or a person says of getting faster with practice."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pmosim import priors
from pmosim.scenario import amounts, kinds, shapes
from pmosim.scenario.kinds import MISSING
from pmosim.scenario.messages import did_you_mean
from pmosim.scenario.organisation import Growth, Learning, Training
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pmosim.scenario.facts import Facts
    from pmosim.scenario.kinds import Reader
    from pmosim.scenario.nodes import Node


def learning_terms(
    fields: Mapping[str, Any], default: Mapping[str, Any], reader: Reader, path: str
) -> dict[str, Any]:
    """Return what a role and a person both can say, the role's where nothing is said."""
    terms = dict(default)
    if "learning" in fields:
        terms["learning"] = _learning(fields["learning"], reader, f"{path}.learning")
    if "experience" in fields:
        terms["experience"] = tuple(_experience(fields["experience"], reader, path))
    return terms


def _learning(node: Node, reader: Reader, path: str) -> Learning | None:
    given = reader.fields(shapes.LEARNING, node, path)
    if "start" not in given or "practice" not in given:
        return None
    start, practice = amounts.billionths(given["start"]), round(given["practice"] * WHOLE)
    return Learning(start=start, practice=practice) if practice and start < WHOLE else None


def _experience(node: Node, reader: Reader, path: str) -> Iterator[tuple[str, int]]:
    for kind, entry in node.mapping.items():
        if not entry.is_null:
            given = reader.read(kinds.PERSON_TIME, entry, f"{path}.experience.{kind}")
            if given is not MISSING:
                yield kind, round(given * WHOLE)


def read_growth(reader: Reader, node: Node, path: str) -> tuple[Any, Growth | None]:
    """Return (proficiency, growth) of a skill that is written as an object."""
    given = reader.fields(shapes.SKILL, node, path)
    proficiency = given.get("proficiency", MISSING)
    if proficiency is MISSING:
        return MISSING, None
    return _growth(given, proficiency, reader, node, path)


def _growth(
    given: Mapping[str, Any], proficiency: Fraction, reader: Reader, node: Node, path: str
) -> tuple[Fraction, Growth | None]:
    """Return (proficiency, growth) of what says ``to`` and ``practice``."""
    if "to" not in given and "practice" not in given:
        return proficiency, None
    if "to" not in given or "practice" not in given:
        said = "grows with practice only where it says both: to: 100% and practice: 60pd."
        reader.problems.error("PMO102", node, path, said)
        return proficiency, None
    if given["to"] < proficiency:
        said = (
            f"is {float(given['to']):.0%}, below the proficiency {float(proficiency):.0%} that is "
            "there already; practice makes nobody slower. Give a higher one."
        )
        reader.problems.error("PMO112", node.mapping["to"], f"{path}.to", said)
        return proficiency, None
    practice = round(given["practice"] * WHOLE)
    if not practice or given["to"] == proficiency:
        return given["to"] if not practice else proficiency, None
    return proficiency, Growth(to=amounts.billionths(given["to"]), practice=practice)


def read_trainings(reader: Reader, node: Node, home: str, path: str) -> tuple[Training, ...]:
    """Return what somebody is trained in; the roles are checked by the one who calls."""
    given = node.get("training")
    found = []
    for n, entry in enumerate(given.items if given is not None else []):
        here = f"{path}.training[{n}]"
        fields = reader.fields(shapes.TRAINING, entry, here)
        if "role" not in fields:
            continue
        if fields["role"] == home:
            said = "is the home role, which everybody has at 100%; leave it out."
            reader.problems.error("PMO108", entry.mapping["role"], f"{here}.role", said)
            continue
        day = reader.measures.minutes_per_day
        lasts = fields.get("lasts", priors.TRAINING_DAYS * day)
        if not lasts:
            said = "is 0d; a training takes some time. Say `skills` for what is there on day 0."
            reader.problems.error("PMO112", entry.mapping["lasts"], f"{here}.lasts", said)
        level = fields.get("proficiency", Fraction(str(priors.TRAINING_PROFICIENCY)))
        level, growth = _growth(fields, level, reader, entry, here)
        share = fields.get("share", Fraction(str(priors.TRAINING_SHARE)))
        found.append(
            Training(
                role=fields["role"],
                begins=fields.get("from"),
                lasts=lasts,
                share=amounts.billionths(share),
                proficiency=amounts.billionths(level),
                growth=growth,
            )
        )
    return tuple(found)


def check_training(facts: Facts) -> None:
    """Report training in what does not exist, is there already, or that nobody can be at."""
    calendar = facts.frame.calendar
    for person in facts.people.values():
        node, path = facts.staff.sites[person.id]
        spells: list[tuple[int, int, int]] = []
        given = node.get("training")
        for n, training in enumerate(person.training if given is not None else ()):
            here = f"{path}.training[{n}]"
            place = given.items[n] if given is not None else node
            if training.role not in facts.roles:
                said = f"is '{training.role}'; there is no such role."
                said += did_you_mean(training.role, facts.roles)
                facts.problems.error("PMO201", place, f"{here}.role", said)
                continue
            others = (*person.skills, *((other.role, 0) for other in person.training[:n]))
            if training.role in dict(others):
                said = (
                    f"is in '{training.role}', which {person.id} can do already, or is trained in "
                    "before. Say how a skill grows with practice: "
                    "{proficiency: 60%, to: 100%, practice: 60pd}."
                )
                facts.problems.error("PMO931", place, here, said)
            first = calendar.start_day(training.begins or calendar.as_of)
            last = first + -(-training.lasts // calendar.minutes_per_day)
            comes = calendar.start_day(person.employed_from or calendar.as_of)
            if first < max(0, comes) or (
                person.employed_until is not None and calendar.end_day(person.employed_until) < last
            ):
                said = (
                    f"goes from {calendar.date_of(first)} to {calendar.date_of(last - 1)}, when "
                    f"{person.id} is not there all the time. Give another `from`, or a shorter one."
                )
                facts.problems.error("PMO931", place, here, said)
            spells.append((first, last, training.share))
            busy = sum(share for begin, end, share in spells if begin < last and first < end)
            if busy > WHOLE:
                said = f"takes, with the others at that time, {busy / WHOLE:.0%} of {person.id}; "
                facts.problems.error("PMO112", place, here, said + "it must be 100% at most.")


def kinds_of_work(facts: Facts) -> tuple[str, ...]:
    """Return every kind of work that something asks for, in the order of the file."""
    found = {
        kind: None
        for site in facts.demand.all_sites
        for kind in (
            site.project.kind_of_work,
            *(activity.kind_of_work for activity in site.project.activities),
        )
        if kind
    }
    return tuple(found)


def check_learning(facts: Facts) -> None:
    """Warn of learning and experience that meet no work of their kind."""
    known = kinds_of_work(facts)
    sites = {f"roles.{name}": node for name, node in facts.staff.role_sites.items()}
    sites |= {path: node for node, path in facts.staff.sites.values()}
    for path, node in sites.items():
        if node.get("learning") is not None and not known:
            said = (
                "has no effect: no work has a kind. Name a `template` in the projects, or say "
                "`kind_of_work: web-service` at a project, phase or task."
            )
            place = node.mapping["learning"]
            facts.problems.warning("PMO904", place, f"{path}.learning", said)
        given = node.get("experience")
        for kind in given.mapping if given is not None and known else ():
            if kind not in known:
                said = f"is no kind of work that anything asks for.{did_you_mean(kind, known)}"
                at = given.place_of(kind) if given is not None else node.place
                facts.problems.warning("PMO930", at, f"{path}.experience.{kind}", said)
