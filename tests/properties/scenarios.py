"""Scenarios: seeded random small portfolios, full of ties, shares, absences and links.

``random_scenario(seed)`` is a plain document as a user would write it, so a failing one can be
printed, shrunk by deleting keys (``shrink``) and pasted into a file.
"""

from __future__ import annotations

import copy
import datetime
import random  # noqa: TID251 - chooses what is tested, no result depends on it
from typing import TYPE_CHECKING, Any

import pmosim as pm

if TYPE_CHECKING:
    from collections.abc import Callable

Document = dict[str, Any]

MONDAY = datetime.date(2027, 1, 4)
RULES = (
    "rank priority fifo fcfs edd lft lst spt lpt mts grpw sasp wsjf intake".split()  # noqa: SIM905
)
ORDERS = ("request", "rank", "priority", "value", "due", "wsjf", "bottleneck")


class Dice:
    """A generator of random choices in the words of a scenario file."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        # a mechanism is on in some scenarios and off in others: small causes stay visible
        self.spice = self.random.choice([0.0, 0.15, 0.15, 0.3, 0.6])

    def flip(self, probability: float) -> bool:
        """Return True with this probability."""
        return self.random.random() < probability

    def often(self, scale: float = 1.0) -> bool:
        """Return whether to use a mechanism here."""
        return self.flip(self.spice * scale)

    def pick(self, *choices: Any) -> Any:
        """Return one of the choices."""
        return self.random.choice(choices)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        return self.random.randint(low, high)

    def date(self, low: int = 0, high: int = 40) -> datetime.date:
        """Return a date some calendar days after day 0, also on weekends."""
        return MONDAY + datetime.timedelta(days=self.whole(low, high))

    def spell(self, high: int = 40) -> str:
        """Return a range of days."""
        first = self.date(0, high)
        last = first + datetime.timedelta(days=self.pick(0, 0, 1, 2, 4, 7, 14))
        return f"{first}..{last}"


def random_organisation(dice: Dice, document: Document) -> None:
    """Add roles and people."""
    roles = [f"r{n}" for n in range(1, dice.whole(1, 4) + 1)]
    document["roles"] = {role: {"day_rate": dice.pick(500, 600, 800)} for role in roles}
    is_parallel = dice.often(2)
    for keys in document["roles"].values():
        if dice.often():
            keys["bau"] = dice.pick("10%", "20%", "25%", "50%")
        if is_parallel and dice.flip(0.6):
            keys["max_parallel"] = dice.pick(2, 3, 1.5)
        if is_parallel and dice.flip(0.4):
            keys["focus"] = dice.pick([1, 0.85, 0.7], [1, 0.8], [1, 1, 0.5])
    if dice.often():
        document["places"] = {
            "munich": {"holidays": [str(dice.date()) for _ in range(dice.whole(1, 3))]},
            "krakow": {"holidays": [str(dice.date()) for _ in range(dice.whole(0, 2))]},
        }
    people = []
    for n in range(dice.whole(len(roles), 8)):
        role = roles[n] if n < len(roles) else dice.pick(*roles)
        person: Document = {"id": f"p{n + 1}", "role": role}
        others = [other for other in roles if other != role]
        if others and dice.often(1.5):
            skilled = dice.random.sample(others, dice.whole(1, min(2, len(others))))
            person["skills"] = {other: dice.pick(1, 0.5, 0.6, 0.8, 1.2) for other in skilled}
        if dice.often():
            person["fte"] = dice.pick("50%", "80%", "60%", "90%")
        if dice.often(0.5):
            person["bau"] = dice.pick("10%", "30%")
        if is_parallel and dice.often(0.5):
            person["max_parallel"] = dice.pick(1, 2, 1.2)
        if dice.often():
            person["leave"] = [dice.spell() for _ in range(dice.whole(1, 2))]
        if dice.often(0.6):
            person["from"] = str(dice.date(1, 25))
        if dice.often(0.6):
            person["until"] = str(dice.date(26, 60) if "from" in person else dice.date(3, 40))
        if "places" in document and dice.flip(0.5):
            person["place"] = "krakow"
        people.append(person)
    if dice.often(0.5):
        crowd = {"role": dice.pick(*roles), "headcount": dice.pick(2, 1.5, 0.4)}
        people.insert(dice.whole(0, len(people)), crowd)
    document["people"] = people


def random_needs(dice: Dice, document: Document, *, at_most: int = 2) -> Document:
    """Return who is needed: roles (or a person), heads and shares."""
    people = document["people"]
    roles = list(document["roles"])
    needs: Document = {}
    for role in dice.random.sample(roles, dice.whole(1, min(at_most, len(roles)))):
        n_people = sum(role == p["role"] or role in p.get("skills", {}) for p in people)
        heads = dice.whole(1, min(3, n_people))
        if dice.often(1.5):
            share = dice.pick("50%", "50%", "40%", "30%", "25%")
            needs[role] = share if heads == 1 else f"{heads} x {share}"
        else:
            needs[role] = heads
    if dice.often(0.4):
        person = dice.pick(*(person for person in people if "id" in person))
        n_left = sum(
            needs.get(person["role"], 0) != 0 and p["role"] == person["role"] for p in people
        )
        if n_left != 1:
            needs[person["id"]] = dice.pick(1, "50%", "30%")
    return needs


def random_tasks(dice: Dice, document: Document) -> Document:
    """Return the tasks of a project, linked forwards."""
    tasks: Document = {}
    for n in range(dice.whole(1, dice.pick(2, 4, 8))):
        kind = dice.pick("effort", "effort", "effort", "duration", "duration", "roles", "milestone")
        task: Document = {}
        if kind == "milestone" and n > 0:
            task["milestone"] = True
        elif kind == "duration":
            task["duration"] = dice.pick("1d", "2d", "2d", "3d", "5d", "4h", "1w", "0.7d")
            if dice.flip(0.85):
                task["needs"] = random_needs(dice, document)
        elif kind == "roles":
            needs = {
                role: need
                for role, need in random_needs(dice, document).items()
                if role in document["roles"]
            }
            task["effort"] = {role: f"{dice.pick(1, 2, 3, 5, 8)}pd" for role in needs}
            task["needs"] = needs
        else:
            task["effort"] = dice.pick("1pd", "2pd", "3pd", "5pd", "7pd", "12pd", "12ph", "3.3pd")
            task["needs"] = random_needs(dice, document)
        links = [random_link(dice, before) for before in tasks if dice.flip(0.3)]
        if links:
            task["after"] = links if len(links) > 1 or dice.flip(0.2) else links[0]
        if dice.often(0.4):
            task["not_before"] = str(dice.date())
        tasks[f"t{n + 1}"] = task
    return tasks


def random_link(dice: Dice, before: str) -> Any:
    """Return a link within a project."""
    if not dice.often(2):
        return before
    link: Document = {"task": before, "type": dice.pick("FS", "SS", "FF", "SS", "FF")}
    if dice.flip(0.6):
        link["lag"] = dice.pick("0d", "1d", "2d", "1w", "4h")
    return link


def random_phases(dice: Dice, document: Document) -> Document:
    """Return the phases of a project."""
    phases: Document = {}
    roles = list(document["roles"])
    for n in range(dice.whole(1, 4)):
        chosen = dice.random.sample(roles, dice.whole(1, min(3, len(roles))))
        phase: Document = {
            "lasts": dice.pick("2d", "5d", "1w", "10d", "3d"),
            "work": {role: f"{dice.pick(1, 2, 3, 4, 6, 10)}pd" for role in chosen},
        }
        if n > 1 and dice.often(2):
            phase["after"] = random_link(dice, dice.pick(*phases))
        if dice.often(0.4):
            phase["not_before"] = str(dice.date())
        phases[f"f{n + 1}"] = phase
    return phases


def random_project(dice: Dice, document: Document, before: list[Document]) -> Document:
    """Return one project."""
    project: Document = {"id": f"a{len(before) + 1}"}
    work = "phases" if dice.flip(0.25) else "tasks"
    project[work] = (random_phases if work == "phases" else random_tasks)(dice, document)
    if dice.often(1.5):
        project["class"] = dice.pick("urgent", "urgent", "normal")
    if dice.often(0.7):
        needs = random_needs(dice, document)
        project["throughout"] = {who: dice.pick("10%", "20%", "50%") for who in needs}
    if dice.often(0.7):
        project["size"] = dice.pick(0.5, 1.4, 2, 1.5, 0.33)
    project["rank"] = dice.whole(1, 3)
    if dice.flip(0.3):
        del project["rank"]
        if dice.flip(0.6):
            project["priority"] = dice.pick("high", "medium", "low", 3)
    if dice.flip(0.5):
        project["due"] = dice.pick(str(dice.date(5, 60)), "10d", "30d")
    project["value"] = dice.whole(1, 4)
    project["cost_of_delay"] = dice.pick("1k/d", "2k/d", "5k/w")
    if dice.often(0.5):
        del project["cost_of_delay"]
    if "cost_of_delay" not in project or dice.flip(0.5):
        project["benefit"] = {"per_year": dice.pick("100k", "250k"), "for": dice.pick("1y", "2y")}
    if dice.often(0.5):
        project["fixed_cost"] = dice.pick("5k", "30k")
    project["status"] = "approved"
    random_fate(dice, project)
    if before and dice.often():
        links = [random_cross_link(dice, dice.pick(*before))]
        if dice.flip(0.2):
            links.append(random_cross_link(dice, dice.pick(*before)))
        if project["status"] != "running":
            project["after"] = links
    if before and project["status"] not in ("done", "cancelled") and dice.often():
        name = dice.pick(*project[work])
        activity = project[work][name]
        old = activity.get("after", [])
        if "after" not in activity and work == "phases":
            names = list(project[work])
            old = names[names.index(name) - 1] if names.index(name) > 0 else []
        old = old if isinstance(old, list) else [old]
        activity["after"] = [*old, random_cross_link(dice, dice.pick(*before))]
    if dice.often(0.5) and project["status"] != "running":
        project["not_before"] = str(dice.date(0, 25))
    if project["status"] == "running" and dice.flip(0.8):
        random_progress(dice, document, project, work)
    return project


def random_fate(dice: Dice, project: Document) -> None:
    """Give a project its status and its dates."""
    draw = dice.random.random()
    if dice.spice == 0:
        return
    if draw < 0.25:
        project["status"] = "running"
    elif draw < 0.30:
        project["status"] = "on-hold"
        when = dice.pick("starts", "arrives", None)
        if when:
            project[when] = str(dice.date(0, 30))
    elif draw < 0.33:
        project["status"] = dice.pick("done", "cancelled")
    elif draw < 0.38:
        project["status"] = "candidate"
        project["probability"] = dice.pick("0%", "100%")
    elif draw < 0.50:
        project["starts"] = str(dice.date(0, 30))
    elif draw < 0.62:
        project["arrives"] = str(dice.date(0, 30))
    if project["status"] in ("approved", "candidate") and dice.often(0.3):
        project["mandatory"] = True


def random_cross_link(dice: Dice, target: Document) -> Document:
    """Return a link to another project or one of its tasks."""
    link: Document = {"project": target["id"]}
    if dice.flip(0.5):
        link["task"] = dice.pick(*target.get("tasks", target.get("phases")))
    if dice.flip(0.3):
        link["type"] = "SS"
    if dice.flip(0.4):
        link["lag"] = dice.pick("1d", "2d", "1w")
    if dice.flip(0.3):
        link["if_absent"] = "ignore"
    return link


def random_progress(dice: Dice, document: Document, project: Document, work: str) -> None:
    """Put a running project into the middle of its work; what is done has done predecessors."""
    done: set[str] = set()
    names = list(project[work])
    previous = None
    held: set[str] = set()
    for name in names:
        activity = project[work][name]
        default = [previous] if work == "phases" and previous is not None else []
        previous = name
        after = activity.get("after", default)
        after = after if isinstance(after, list) else [after]
        inside = [link if isinstance(link, str) else link.get("task") for link in after]
        is_free = all(isinstance(link, str) or "project" not in link for link in after)
        if not is_free or any(link not in done for link in inside) or "not_before" in activity:
            continue
        if dice.flip(0.5):
            done.add(name)
            activity["done"] = True
        elif dice.flip(0.6) and "milestone" not in activity:
            random_remaining(dice, document, activity, held)


def random_remaining(dice: Dice, document: Document, activity: Document, held: set[str]) -> None:
    """Let a task run on day 0: what remains, and by whom."""
    if "duration" in activity:
        activity["remaining"] = dice.pick("1d", "3d", "4h")
    elif "work" in activity:
        activity["remaining"] = {role: dice.pick("1pd", "2pd") for role in activity["work"]}
    elif isinstance(activity["effort"], dict):
        activity["remaining"] = {role: dice.pick("1pd", "2pd") for role in activity["effort"]}
    else:
        activity["remaining"] = dice.pick("1pd", "2pd", "4pd")
    wanted = activity.get("needs", dict.fromkeys(activity.get("work", {}), 1))
    by = []
    for who, need in wanted.items():
        heads = need if isinstance(need, int) else 1
        able = [
            person["id"]
            for person in document["people"]
            if "id" in person
            and who in (person["role"], person["id"])
            and person["id"] not in held
            and "from" not in person
        ]
        for person in able[: dice.whole(0, heads)]:
            by.append(person)
            held.add(person)
    if by or dice.flip(0.5):
        activity["by"] = by
    if not activity.get("by"):
        activity.pop("by", None)


def random_scenario(seed: int) -> Document:
    """Return the document of one random scenario in which nothing is left to chance."""
    dice = Dice(seed)
    document: Document = {
        "pmosim": 1,
        "name": f"random {seed}",
        "as_of": str(MONDAY),
        "assume": "none",
    }
    if dice.often(0.5):
        document["as_of"] = dice.pick("2027-01-02", "2027-01-06")
    if dice.often(0.7):
        document["calendar"] = {"closures": [dice.spell() for _ in range(dice.whole(1, 2))]}
        if dice.flip(0.3):
            document["calendar"]["workweek"] = ["mon", "tue", "wed", "thu"]
        if dice.flip(0.3):
            document["calendar"]["hours_per_day"] = dice.pick(7.5, 6)
    random_organisation(dice, document)
    projects: list[Document] = []
    for _ in range(dice.whole(1, 6)):
        projects.append(random_project(dice, document, projects))
    document["projects"] = projects
    document["dispatch"] = {"rule": dice.pick(*RULES)}
    if dice.often():
        document["dispatch"]["hold_after"] = dice.pick("0d", "1d", "2d", "5d")
    document["intake"] = random_intake(dice, document)
    if document["intake"]["policy"] == "budget":
        document["horizon"] = "80d"  # what no budget pays for would wait for ten years
    for project in projects:
        is_open = project["status"] not in ("done", "cancelled")
        if is_open and dice.often(0.5):
            project["pauses"] = [dice.spell() for _ in range(dice.pick(1, 1, 2))]
        if is_open and dice.often(0.3):
            project["cancelled"] = str(dice.date(0, 40))
    if dice.often(0.7):
        document["horizon"] = dice.pick("20d", "30d", "10d")
        if dice.flip(0.5):
            document["run_off"] = dice.pick("5d", "20d")
    return document


def random_booked_scenario(seed: int) -> Document:
    """Return a random scenario in which people are booked, some of them more than once."""
    document = random_scenario(seed)
    add_bookings(Dice(seed + 2 * 10**6), document)
    return document


def add_bookings(dice: Dice, document: Document) -> None:
    """Book people for projects."""
    names = [person["id"] for person in document["people"] if "id" in person]
    bookings = []
    for _ in range(dice.whole(1, 7)):
        booking: Document = {
            "person": dice.pick(*names),
            "project": dice.pick(*document["projects"])["id"],
        }
        if dice.flip(0.6):
            booking["share"] = dice.pick("50%", "50%", "60%", "30%", "80%", "20%")
        if dice.flip(0.8):
            booking["from"] = str(dice.date(0, 30))
        first = booking.get("from", str(MONDAY))
        if dice.flip(0.85):
            last = datetime.date.fromisoformat(first) + datetime.timedelta(dice.whole(0, 14))
            booking["until"] = str(last)
        if dice.flip(0.4):
            booking["on_overrun"] = dice.pick("release", "extend")
        bookings.append(booking)
    document["bookings"] = bookings


def with_answers(document: Document, seed: int) -> Document:
    """Return a scenario in which people hand work over, finish it first, or are withdrawn."""
    dice = Dice(seed + 3 * 10**6)
    answers = ("pause", "hand_over", "finish", {"hand_over": "3d"})
    document["settings"] = dict(document.get("settings", {})) | {
        "when_away": {"leave": dice.pick(*answers), "leaving": dice.pick("hand_over", "finish")}
    }
    for role in document["roles"].values():
        if dice.flip(0.6):
            role["hand_over"] = dice.pick("1pd", "0.5pd", "4ph")
    named = [person for person in document["people"] if "id" in person]
    for person in named:
        if dice.flip(0.5):
            person["leave"] = [dice.spell() for _ in range(dice.whole(1, 2))]
        if dice.flip(0.3):
            person["when_away"] = {"leave": dice.pick(*answers)}
        if dice.flip(0.2) and "from" not in person:
            person["until"] = str(dice.date(3, 30))
    for project in document["projects"]:
        if dice.flip(0.4):
            project["withdrawn"] = {dice.pick(*named)["id"]: str(dice.date(0, 25))}
        if dice.flip(0.3):
            project["coverage"] = dice.pick("50%", "100%")
    return document


def random_intake(dice: Dice, document: Document) -> Document:
    """Return a start rule."""
    intake = random_policy(dice, document)
    if dice.flip(0.8):
        order = dice.pick(*ORDERS)
        intake["order"] = order
        if order == "bottleneck":
            intake["role"] = dice.pick(*document["roles"])
            if dice.flip(0.5):
                intake["of"] = "cost_of_delay"
        if order in ("value", "wsjf", "bottleneck") and dice.flip(0.4):
            intake["ageing"] = dice.pick("5%/mo", "200%/mo")
    if dice.often(1.5):
        intake["gates"] = random_gates(dice, document)
    return intake


def random_policy(dice: Dice, document: Document) -> Document:
    """Return who is let in, without an order."""
    roles = list(document["roles"])
    intake: Document = {
        "policy": dice.pick(
            "open", "open", "wip_limit", "wip_limit", "load_limit", "budget", "stagger", "reserve"
        )
    }
    if intake["policy"] in ("wip_limit", "reserve"):
        intake["max_active"] = dice.whole(1, 4)
        if dice.often(0.5):
            intake["on_full"] = dice.pick("reject", "wait")
    is_waiting = intake["policy"] in ("wip_limit", "reserve") and "reject" not in intake.values()
    if is_waiting and any("class" in project for project in document["projects"]):
        intake |= random_interruption(document)
    if intake["policy"] == "load_limit":
        chosen = dice.random.sample(roles, dice.whole(1, len(roles)))
        norms = {role: dice.pick("0pd", "5pd", "8pd", "12pd", "20pd", "33ph") for role in chosen}
        intake["norm"] = dice.pick(norms, norms, "10pd")
    elif intake["policy"] == "budget":
        intake["period"] = dice.pick("month", "quarter", "10d", "5d", "1d", "3d", "year")
        intake["amount"] = dice.pick("5k", "10k", "20k", "40k", "7777")
        if dice.flip(0.5):
            intake["carry_over"] = dice.pick("50%", "100%", "33%")
    elif intake["policy"] == "stagger":
        intake["drum"] = dice.pick(*roles)
        intake["buffer"] = dice.pick("0pd", "1pd", "4pd", "10pd", "20ph")
    elif intake["policy"] == "reserve":
        intake["reserved"] = dice.whole(0, intake["max_active"])
        intake["for"] = "urgent"
    return intake


def random_interruption(document: Document) -> Document:
    """Return who may interrupt, in half of the scenarios, with stages; moves no other choice."""
    dice = Dice(len(str(document)))
    if dice.flip(0.5):
        return {}
    for project in document["projects"]:
        for activity in (project.get("tasks") or project["phases"]).values():
            if dice.flip(0.5):
                activity["gate"] = True
        if dice.flip(0.4):
            project["class"] = "urgent"
    return {"interrupt": {"class": "urgent"}}


def random_gates(dice: Dice, document: Document) -> Document:
    """Return the gates, and put some at the ends of stages; what may be stopped can earn."""
    for project in document["projects"]:
        for activity in (project.get("tasks") or project["phases"]).values():
            if dice.flip(0.3):
                activity["gate"] = True
        benefit = {"per_year": dice.pick("1k", "4k", "10k")}
        if dice.flip(0.4):
            benefit["until"] = dice.pick("2027-01-20", "2027-02-10", "2027-07-01", "2029-12-31")
        else:
            benefit["for"] = dice.pick("1y", "2y", "0.5y")
        if dice.flip(0.7) and "benefit" not in project:
            project["benefit"] = benefit
    gates: Document = {"stop": dice.pick("true", "true", "true", "false")}
    if dice.flip(0.5):
        gates |= {"role": dice.pick(*document["roles"]), "shadow_price": dice.pick(0, 100, "1k")}
    if dice.flip(0.3):
        gates["compliance"] = dice.pick("100%", "0%")
    return gates


def random_chance_scenario(seed: int, *, is_open: bool = False) -> Document:
    """Return a random scenario in which much is left to chance, with streams of demand."""
    document = random_scenario(seed)
    dice = Dice(seed + 10**6)
    for project in document["projects"]:
        leave_to_chance(dice, project)
        if project["status"] in ("approved", "candidate") and dice.flip(0.2):
            project["status"] = "candidate"
            project["probability"] = dice.pick("50%", "80%")
    document["settings"] = {"correlation": dice.pick(0, 0.3, 0.8)}
    document["horizon"] = dice.pick("20d", "40d", "3mo")
    document["run_off"] = dice.pick("0d", "10d", "2mo")
    for n in range(dice.whole(0, 2)):
        stream: Document = {"rate": dice.pick("0.1/d", "2/mo", "20/y", "0.3/d")}
        stream["tasks"] = random_tasks(dice, document)
        stream["cost_of_delay"] = "1k/d"
        if dice.flip(0.3):
            stream["throughout"] = {dice.pick(*document["roles"]): "20%"}
        if dice.flip(0.3):
            stream["size"] = {"dist": "lognormal", "mean": 1, "cv": 0.5}
        if dice.flip(0.4):
            stream["due"] = dice.pick("10d", "30d")
        if dice.flip(0.4):
            stream["rank"] = dice.whole(1, 3)
        leave_to_chance(dice, stream)
        document.setdefault("demand", {})[f"s{n + 1}"] = stream
    if is_open:
        document["intake"] = {"policy": "open"}
    return document


def add_delays(document: Document, seed: int, *, is_sure: bool) -> Document:
    """Return a scenario with risks, of projects and shared, that hold work back."""
    document = copy.deepcopy(document)
    dice = Dice(seed + 2 * 10**6)
    names = [project["id"] for project in document["projects"]]

    def risk(name: str, hits: list[str]) -> Document:
        found: Document = {"id": name, "delay": dice.pick("1d", "2d", "1w", "0.3d", "3h")}
        found["probability"] = dice.pick("100%", "100%", "0%") if is_sure else "40%"
        if not is_sure and dice.flip(0.5):
            found |= {"delay": uncertain(dice, "2d"), "work": dice.pick(1.5, "1.2/1.5/2")}
        if dice.flip(0.6):
            found["hits"] = dice.random.sample(hits, dice.whole(1, min(3, len(hits))))
        return found

    for project in (*document["projects"], *document.get("demand", {}).values()):
        tasks = list(project.get("tasks") or project["phases"])
        if dice.flip(0.5):
            project["risks"] = [risk(f"own{n}", tasks) for n in range(dice.whole(1, 2))]
    if dice.flip(0.5):
        document["risks"] = [risk("shared", names)]
    return document


def add_fates(document: Document, seed: int) -> Document:
    """Return a scenario in which chance cancels projects and lets them rest, often."""
    document = copy.deepcopy(document)
    dice = Dice(seed + 3 * 10**6)
    for project in (*document["projects"], *document.get("demand", {}).values()):
        if dice.flip(0.5):
            project["cancellation"] = dice.pick("90%/y", "99.99%/y")
        if dice.flip(0.7):
            rate, lasts = dice.pick("99%/y", "99.9999%/y"), uncertain(dice, "3d")
            project["interruption"] = {"rate": rate, "lasts": lasts}
    return document


def add_reactions(document: Document, seed: int) -> Document:
    """Return a scenario in which management reacts to late projects, soon and often."""
    document = copy.deepcopy(document)
    dice = Dice(seed + 4 * 10**6)
    for project in (*document["projects"], *document.get("demand", {}).values()):
        if dice.flip(0.6):
            project["due"] = dice.pick("2027-01-08", "2027-01-20") if "id" in project else "3d"
        for activity in (project.get("tasks") or project["phases"]).values():
            if dice.flip(0.5):
                activity["gate"] = True
    document["reactions"] = []
    for n in range(dice.whole(1, 5)):
        what = dice.pick("add_people", "cut_scope", "cut_scope", "escalate", "escalate", "stop")
        reaction: Document = {"id": f"r{n}", "do": what}
        reaction["when"] = {"late_by": dice.pick("0d", "1d", "3d", "2w")}
        reaction["asked"] = dice.pick("stage end", "stage end", "monthly", "quarterly")
        if what == "add_people":
            reaction |= {"role": dice.pick(*document["roles"]), "heads": dice.whole(1, 2)}
            if dice.flip(0.5):
                reaction["briefing"] = dice.pick("1pd", "3ph")
        elif what == "cut_scope":
            reaction |= {"work": dice.pick("10%", "50%", "95%"), "benefit": dice.pick("0%", "30%")}
        if dice.flip(0.3):
            reaction["projects"] = [dice.pick(*document["projects"])["id"]]
        document["reactions"].append(reaction)
    return document


def valid_document(make: Callable[[int], Document], seed: int) -> Document:
    """Return a random scenario that the checks let pass (nobody is asked for the impossible)."""
    for attempt in range(100):
        document = make(seed + 10**6 * attempt)
        try:
            pm.parse_scenario(document)
        except pm.InputError:
            continue
        return document
    raise AssertionError("nearly every random scenario is refused")


def leave_to_chance(dice: Dice, project: Document) -> None:
    """Turn some of the plain amounts of a project into distributions."""
    for activity in (project.get("tasks") or project["phases"]).values():
        for key in ("effort", "duration", "remaining", "work"):
            amount = activity.get(key)
            if isinstance(amount, dict):
                activity[key] = {who: uncertain(dice, part) for who, part in amount.items()}
            elif amount is not None:
                activity[key] = uncertain(dice, amount)


def uncertain(dice: Dice, amount: str) -> Any:
    """Return an amount, or a distribution around it."""
    number = float(amount.rstrip("abcdefghijklmnopqrstuvwxyz"))
    unit = amount.lstrip("0123456789.")
    low, high = f"{number / 2:g}{unit}", f"{number * 2:g}{unit}"
    return dice.pick(
        amount,
        f"{low}/{amount}/{high}",
        {"low": low, "likely": amount, "high": high, "means": "min-max"},
        {"dist": "exponential", "mean": amount},
        {"dist": "lognormal", "mean": amount, "cv": 0.4},
        {"dist": "uniform", "low": low, "high": high},
        {"dist": "gamma", "mean": amount, "cv": 1},
    )


def paths_of(document: Any) -> list[tuple[Any, ...]]:
    """Return the way to every key and entry, big parts first, lists from their end."""
    paths: list[tuple[Any, ...]] = []

    def walk(node: Any, path: tuple[Any, ...]) -> None:
        for key in list(node) if isinstance(node, dict) else reversed(range(len(node))):
            paths.append((*path, key))
            if isinstance(node[key], dict | list):
                walk(node[key], (*path, key))

    walk(document, ())
    return sorted(paths, key=len)


def without(document: Document, path: tuple[Any, ...]) -> Document | None:
    """Return a copy without one key or entry, None where it is gone already."""
    copied: Document = copy.deepcopy(document)
    node: Any = copied
    try:
        for key in path[:-1]:
            node = node[key]
        del node[path[-1]]
    except (KeyError, IndexError, TypeError):
        return None
    return copied


def shrink(document: Document, is_failing: Callable[[Document], bool]) -> Document:
    """Return a scenario that still fails and from which nothing can be deleted."""
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for path in paths_of(document):
            trial = without(document, path)
            if trial is not None and is_failing(trial):
                document, is_smaller = trial, True
    return document
