"""Away: what a file says becomes of the work in hand of somebody who goes away, by cause."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pmosim.scenario import kinds, shapes
from pmosim.scenario.facts import needs_of
from pmosim.scenario.kinds import MISSING
from pmosim.scenario.messages import did_you_mean
from pmosim.scenario.organisation import WhenAway
from pmosim.scenario.portfolio import Phase

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pmosim.scenario.demand import Site
    from pmosim.scenario.facts import Facts
    from pmosim.scenario.kinds import Reader
    from pmosim.scenario.nodes import Node

WORDS = ("pause", "hand_over", "finish")
_CANNOT = {
    ("sickness", "finish"): "nobody knows that they will be ill; say pause or hand_over",
    ("leaving", "pause"): "who leaves does not come back; say hand_over or finish",
}


def general_answers(root: Node, reader: Reader) -> WhenAway:
    """Return what holds for everybody who says nothing else (``settings.when_away``)."""
    settings = root.get("settings")
    node = settings.get("when_away") if settings is not None else None
    if node is None or not isinstance(node.value, dict):
        return WhenAway()
    return _answers(node, WhenAway(), reader, "settings.when_away")


def away_terms(fields: Mapping[str, Any], default: WhenAway, reader: Reader, path: str) -> WhenAway:
    """Return what a role and a person both can say, the default where nothing is said."""
    given = fields.get("when_away")
    return default if given is None else _answers(given, default, reader, f"{path}.when_away")


def _answers(node: Node, default: WhenAway, reader: Reader, path: str) -> WhenAway:
    fields = reader.fields(shapes.WHEN_AWAY, node, path)
    answers = default
    for cause, given in fields.items():
        answers = _answer(answers, cause, given, reader, f"{path}.{cause}")
    return answers


def _answer(answers: WhenAway, cause: str, node: Node, reader: Reader, path: str) -> WhenAway:
    word, least, problems = node.text, 0, reader.problems
    if isinstance(node.value, dict) and list(node.mapping) == ["hand_over"] and cause != "leaving":
        word = "hand_over"
        found = reader.read(kinds.TIME, node.mapping[word], f"{path}.{word}")
        least = 0 if found is MISSING else found
    elif not node.is_scalar:
        example = "" if cause == "leaving" else ", or {hand_over: 10d} from so many days on"
        words = [one for one in WORDS if (cause, one) not in _CANNOT]
        said = f"is {node.shown()}; say {' or '.join(words)}{example}."
        problems.error("PMO104", node, path, said)
        return answers
    if word not in WORDS:
        said = f"is {node.shown()}; it must be one of the following.{did_you_mean(word, WORDS)}"
        problems.error("PMO120", node, path, said)
        return answers
    if (cause, word) in _CANNOT:
        problems.error("PMO940", node, path, f"is {word}: {_CANNOT[cause, word]}.")
        return answers
    changed: dict[str, Any] = {cause: word}
    if cause != "leaving":
        changed[f"{cause}_least"] = least
    return replace(answers, **changed)


def check_withdrawn(facts: Facts) -> None:
    """Report people to withdraw who do not exist, and work that nobody else can do."""
    for site in facts.demand.projects:
        withdrawn = dict(site.project.withdrawn)
        for name in withdrawn:
            if name not in facts.people:
                node = site.node.get("withdrawn") or site.node
                said = f"names '{name}', who does not exist.{did_you_mean(name, facts.people)}"
                where = node.place_of(name) if node.mapping else node
                facts.problems.error("PMO202", where, f"{site.path}.withdrawn", said)
        for need, place, path in needs_of(site):
            if need.who in withdrawn and need.who in facts.people:
                said = (
                    f"asks for {need.who} by name, who is withdrawn on {withdrawn[need.who]}; what "
                    "is not done by then is never finished. Ask for the role if anybody may go on."
                )
                facts.problems.warning("PMO941", place, path, said)
        if withdrawn:
            _check_who_is_left(facts, site, withdrawn)


def _check_who_is_left(facts: Facts, site: Site, withdrawn: Collection[str]) -> None:
    """Warn where fewer people are left than a project asks for at a time."""
    asked: dict[str, int] = {}
    needs = [(need.who, need.heads) for need in site.project.throughout]
    for activity in site.project.activities:
        if activity.progress is not None and activity.progress.done == 1:
            continue
        if isinstance(activity, Phase):
            needs += [(role, 1) for role in activity.work]
        else:
            needs += [(need.who, need.heads) for need in activity.needs]
    for who, heads in needs:
        if who in facts.roles:
            asked[who] = max(heads, asked.get(who, 0))
    for role, heads in asked.items():
        able = facts.able.get(role, ())
        n_left = sum(person.id not in withdrawn for person in able)
        if n_left < heads <= len(able):
            said = (
                f"leaves {n_left} of the {len(able)} who can do {role}, and '{site.project.id}' "
                f"asks for {heads} at a time: what has not begun by then is never finished. Leave "
                "somebody, or train, hire or ask for others."
            )
            node = site.node.get("withdrawn") or site.node
            facts.problems.warning("PMO941", node, f"{site.path}.withdrawn", said)
