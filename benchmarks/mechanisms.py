"""Mechanisms: what each costs in engine time, beside the same portfolio that is silent about it.

``python -m benchmarks.mechanisms``. See README.md.
"""

from __future__ import annotations

import argparse
import copy
from statistics import median
from typing import TYPE_CHECKING, Any

import pmosim as pm
from benchmarks.clock import no_collector, print_table, ratios, spread, take_turns
from benchmarks.workload import BASE, FIRST_DAY, portfolio
from pmosim.draws import draw
from pmosim.engine.blueprint import Blueprint
from pmosim.engine.booked import future_kind
from pmosim.engine.luck import Luck
from pmosim.network import compile_network

if TYPE_CHECKING:
    from collections.abc import Callable

    Document = dict[str, Any]
    Edit = Callable[[Document], None]

SEED = 1
AT_MOST = 2.0
"""How many times longer a run with every mechanism may take than one with none."""
HORIZON = "4y"
"""People leave and fall ill as long as a run lasts: it ends on the same day with and without."""
TOGETHER = "all of these together"


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=BASE)
    parser.add_argument("--rounds", type=int, default=11)
    given = parser.parse_args(arguments)
    silent = portfolio(n_projects=given.projects, amount="effort", horizon=HORIZON)
    documents = {"silent": silent} | switched(silent)
    runs = {name: run_of(document, given.rounds) for name, document in documents.items()}
    for run in runs.values():
        run(0)
    times = take_turns(runs, given.rounds)
    print_table(
        f"{given.projects} projects of 25 tasks, amounts as effort; {given.rounds} rounds",
        ("mechanism", "ms a replication", "times as long as the silent one"),
        [
            (name, f"{1e3 * median(seconds):.1f}", spread(ratios(seconds, times["silent"])))
            for name, seconds in times.items()
        ],
    )
    print(f"\nWanted: {TOGETHER} at most {AT_MOST:g} times as long as the silent one.")


def run_of(document: Document, rounds: int) -> Callable[[int], object]:
    """Return what runs replication k of a scenario, its draws made before."""
    network = compile_network(pm.parse_scenario(document))
    draws, blueprint = draw(network, SEED, 0, rounds), Blueprint(network)

    def run(k: int) -> None:
        with no_collector():
            future_kind(network)(blueprint, Luck(network, draws, k)).run()

    return run


def switched(silent: Document) -> dict[str, Document]:
    """Return by mechanism the scenario in which it alone is on, then that in which all are."""
    found = {}
    for name, edit in MECHANISMS.items():
        found[name] = copy.deepcopy(silent)
        edit(found[name])
    together = copy.deepcopy(silent)
    for edit in MECHANISMS.values():
        edit(together)
    return found | {TOGETHER: together}


def of_roles(**keys: Any) -> Edit:
    """Return the edit that says keys of every role."""

    def edit(document: Document) -> None:
        for role in document["roles"].values():
            role |= copy.deepcopy(keys)

    return edit


def of_projects(**keys: Any) -> Edit:
    """Return the edit that says keys of every project."""

    def edit(document: Document) -> None:
        for project in document["projects"]:
            project |= copy.deepcopy(keys)

    return edit


def of_templates(**keys: Any) -> Edit:
    """Return the edit that says keys of every template."""

    def edit(document: Document) -> None:
        for template in document["templates"].values():
            template |= copy.deepcopy(keys)

    return edit


def with_rework(document: Document) -> None:
    """Let the last task of every template send itself back."""
    for template in document["templates"].values():
        name, last = list(template["tasks"].items())[-1]
        last["rework"] = {"probability": "20%", "of": name, "share": "50%"}


def with_drivers(document: Document) -> None:
    """Let three things happen to many projects."""
    document["risks"] = [{"id": f"driver-{n}", "probability": "20%", "work": 1.2} for n in range(3)]


def with_bookings(document: Document) -> None:
    """Book a person of each role for half a year."""
    people = [{"id": f"booked-{role}", "role": role} for role in document["roles"]]
    document["people"] += people
    document["bookings"] = [
        {
            "person": person["id"],
            "project": project["id"],
            "share": "50%",
            "from": str(FIRST_DAY),
            "until": "2027-06-30",
        }
        for person, project in zip(people, document["projects"], strict=False)
    ]


def with_departures(document: Document) -> None:
    """Let work in hand be handed over when people leave or are away for long."""
    of_roles(
        turnover="13%/y",
        time_to_hire="45d",
        hand_over="5pd",
        overlap={"lasts": "3d", "saves": "20%", "notice": "30d"},
    )(document)
    document.setdefault("settings", {})["when_away"] = {"sickness": {"hand_over": "5d"}}


def with_blocks(document: Document) -> None:
    """Let projects stand still while whom they hold throughout is ill and nobody covers."""
    of_roles(sickness="3.4%")(document)
    for template in document["templates"].values():
        template["throughout"] = {"analyst": {"share": "5%", "blocks": True}}


def with_reactions(document: Document) -> None:
    """Let management look at late projects every month."""
    for project in document["projects"]:
        project["due"] = "120d"
    document["reactions"] = [
        {"id": "help", "do": "add_people", "role": "tester", "heads": 1, "asked": "monthly",
         "when": {"late_by": "10d"}},
        {"id": "cut", "do": "cut_scope", "work": "10%", "benefit": "10%", "asked": "monthly",
         "when": {"late_by": "20d"}},
    ]  # fmt: skip


def with_gates(document: Document) -> None:
    """Ask at the end of the fifth task whether a project goes on, and what it is worth."""
    for template in document["templates"].values():
        list(template["tasks"].values())[4]["gate"] = True
        template["benefit"] = {"per_year": "10M", "for": "5y"}
    document["intake"]["gates"] = {"stop": True}


MECHANISMS: dict[str, Edit] = {
    "operations, leave without dates": of_roles(bau="20%", leave_days=30),
    "sickness in spells": of_roles(sickness="3.4%"),
    "turnover": of_roles(turnover="13%/y", time_to_hire="45d"),
    "turnover, ramp-up, mentoring": of_roles(
        turnover="13%/y",
        time_to_hire="45d",
        ramp={"start": "30%", "lasts": "90d"},
        mentor={"share": "15%", "shortens": "30%"},
    ),
    "turnover, hand-over": of_roles(turnover="13%/y", time_to_hire="45d", hand_over="5pd"),
    "turnover, work handed over, overlap": with_departures,
    "sickness, projects that stand still": with_blocks,
    "learning of kinds of work": of_roles(learning={"start": "60%", "practice": "40pd"}),
    "standards": of_templates(coverage="60%"),
    "rework": with_rework,
    "risks of projects, with delays": of_templates(
        risks=[{"id": "vendor", "probability": "20%", "work": 1.3, "delay": "10d", "hits": ["t3"]}]
    ),
    "drivers": with_drivers,
    "interruption and cancellation": of_projects(
        interruption={"rate": "20%/y", "lasts": "20d"}, cancellation="1%/y"
    ),
    "bookings": with_bookings,
    "gates": with_gates,
    "reactions to late projects": with_reactions,
    "people kept free": lambda document: document["dispatch"].update(hold_after="5d"),
    "two tasks at once, with loss": of_roles(max_parallel=2, focus=[1, 0.85]),
}
"""Mechanism -> the edit of a silent document that switches it on."""


if __name__ == "__main__":
    main()
