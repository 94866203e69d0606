"""Headings: what the columns of an export are likely to mean.

A guess is made by the words of a heading only, is printed and written into a file that the user
edits; two headings that could mean the same are a question, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pmosim.history import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ALIASES: dict[str, dict[str, str]] = {
    "tasks": {
        "project": "project/project key/project name/project id/projekt/projet/proyecto/progetto/"
        "projeto/team project/epic/epic link",
        "task": "task/task id/issue key/key/work item/work item id/item/item id/ticket/ticket id/"
        "activity/activity id/vorgang/aufgabe/tâche/tarea/attività/plan item/plan item key/issue/"
        "story/user story/id/task name/name/title/summary",
        "role": "role/discipline/skill/rolle/rôle/rol/ruolo/phase/phase short name/department/"
        "gewerk/resource group",
        "type": "type/issue type/work item type/task type/kind/category/class/typ/art/catégorie",
        "person": "person/person id/person key/assignee/assigned to/resource/resource name/owner/"
        "bearbeiter/mitarbeiter/zuständig/responsable/asignado",
        "requested": "requested/created/created date/raised/submitted/opened/reported/prioritised/"
        "prioritized/erstellt/angelegt/créé/creado/creato/request date/backlog date",
        "started": "started/start/actual start/start date/actual start date/dev started/begin/"
        "activated date/in progress date/beginn/ist beginn/ist start/gestartet/début/inicio/inizio",
        "finished": "finished/finish/actual finish/finish date/finished date/actual finish date/"
        "done/done date/closed/closed date/completed/completed date/completion date/resolved/"
        "resolved date/end/end date/ende/ist ende/erledigt/fertig/terminé/fin/fecha fin/fine",
        "status": "status/state/zustand/statut/estado/stato/resolution",
        "planned_effort": "planned effort/estimate/original estimate/estimated effort/plan effort/"
        "effort plan/planned work/baseline work/soll/plan aufwand/geplanter aufwand/"
        "aufwand plan/aufwand geplant/estimation/charge prévue/esfuerzo previsto/plan",
        "effort": "effort/actual effort/time spent/completed work/actual work/actual/work/"
        "ist aufwand/aufwand ist/aufwand/ist/charge réelle/charge/esfuerzo/effort actual/booked",
        "planned_duration": "planned duration/estimated duration/plan duration/baseline duration/"
        "soll dauer/geplante dauer/dauer plan/durée prévue",
        "duration": "duration/actual duration/cycle time/lead time/dauer/ist dauer/durée/duración",
        "predecessors": "predecessors/predecessor/depends on/after/vorgänger/prédécesseurs",
    },
    "projects": {
        "project": "project/project id/project key/project number/project code/project name/"
        "projekt/projektnummer/projet/proyecto/progetto/id/name/title/initiative",
        "template": "template/size/type/kind/category/class/project type/größe/typ",
        "requested": "requested/created/submitted/raised/idea date/request date/approval/approved/"
        "approval date/board date/beantragt",
        "released": "released/start/started/start date/actual start/actual start date/kick off/"
        "kickoff/launched/begin/beginn/projektstart/début/inicio/effective",
        "finished": "finished/finish/actual finish/finish date/actual finish date/end/end date/"
        "actual end/actual end date/closed/closing/closing date/completed/completion date/"
        "actual completion/actual completion date/go live/golive/ende/ist ende/projektende/fin",
        "due": "due/due date/deadline/target date/planned finish/planned end/planned end date/"
        "planned finish date/planned completion/planned completion date/estimated completion/"
        "baseline finish/baseline end/promised/soll ende/plan ende/geplantes ende/termin/échéance",
        "planned_effort": "planned effort/estimated effort/estimate/first estimate/plan effort/"
        "plan aufwand/geplanter aufwand/soll aufwand/baseline work",
        "effort": "effort/actual effort/booked effort/actual work/aufwand/ist aufwand/time spent",
        "budget": "budget/planned cost/approved cost/baseline cost/estimated cost/plan cost/"
        "plankosten/plan kosten/coût prévu/presupuesto/original budget/approved budget",
        "cost": "cost/actual cost/total cost/spend/spent/costs/istkosten/ist kosten/kosten/"
        "coût/coût réel/coste/final cost/expenditure/project cost",
        "status": "status/state/phase/zustand/statut/estado/stato",
        "duration": "duration/actual duration/dauer/ist dauer/durée",
    },
    "time": {
        "person": "person/person id/person key/user/author/employee/resource/name/mitarbeiter/"
        "worker/consultant",
        "project": "project/project key/project id/project name/projekt/job",
        "task": "task/task id/issue key/issue/ticket/activity/work item/plan item key/aufgabe/"
        "vorgang",
        "date": "date/day/work date/started/datum/tag/booking date/time log start date/logged",
        "hours": "hours/time spent/duration/effort/hours worked/stunden/std/time/quantity/"
        "time log delta",
    },
    "people": {
        "person": "person/person id/employee/employee id/name/resource/resource name/mitarbeiter/"
        "personalnummer",
        "role": "role/job/job title/position/function/rolle/funktion/profession",
        "fte": "fte/full time equivalent/stellenanteil/ftes/vzä",
        "from": "from/start/start date/hired/hire date/joined/entry date/eintritt/von/ab",
        "until": "until/contract end/end of contract/befristet bis/bis",
        "left": "left/leaving date/exit/exit date/termination date/terminated/end date/austritt",
    },
}
ALIASES = {
    table: {column: names.split("/") for column, names in columns.items()}
    for table, columns in _ALIASES.items()
}
"""Table -> column -> headings in lower case that mean it, the likelier first."""

_PLANNED = {
    "planned", "plan", "estimate", "estimated", "est", "original", "baseline", "budgeted", "target",
    "soll", "geplant", "geplante", "geplanter", "geplantes", "first", "approved", "initial",
}  # fmt: skip
_ACTUAL = {"actual", "real", "ist", "spent", "act", "tatsächlich"}
_CONCEPTS: dict[str, set[str]] = {
    "start": {"start", "started", "begin", "begun", "beginn", "activated", "kickoff"},
    "finish": {"finish", "finished", "end", "ended", "complete", "completed", "completion", "done",
               "closed", "close", "closing", "resolved", "ende", "delivered"},
    "request": {"created", "requested", "request", "raised", "submitted"},
    "due": {"due", "deadline"},
    "duration": {"duration", "dauer", "durée"},
    "effort": {"effort", "work", "aufwand", "hours", "time", "manhours"},
    "cost": {"cost", "costs", "kosten", "coût"},
    "budget": {"budget"},
}  # fmt: skip
_UNIT_WORDS: dict[str, str] = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "sekunden": "s",
    "min": "min", "mins": "min", "minute": "min", "minutes": "min", "minuten": "min",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "std": "h", "stunden": "h",
    "heures": "h", "ph": "ph", "horas": "h",
    "d": "d", "day": "d", "days": "d", "tage": "d", "jours": "d", "días": "d", "giorni": "d",
    "pd": "pd", "pt": "pd", "md": "pd", "mandays": "pd", "personentage": "pd", "persondays": "pd",
    "jh": "pd", "at": "d", "w": "w", "week": "w", "weeks": "w", "wochen": "w",
    "mo": "mo", "month": "mo", "months": "mo", "monate": "mo", "pm": "pm", "mm": "pm",
    "cd": "cd",
}  # fmt: skip
_OTHER_UNITS = {"usd", "eur", "gbp", "chf", "aud", "m", "k", "teur", "keur", "usdm", "mio"}


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What the headings of one table say."""

    table: str
    columns: dict[str, str]
    """Column of a history -> heading."""
    units: dict[str, str]
    """Column -> unit that its heading names."""
    doubts: dict[str, list[str]] = field(default_factory=dict)
    """Column -> headings that fit equally well."""

    @property
    def score(self) -> int:
        """How many columns it tells; 0 if it is no such table."""
        table = TABLES[self.table]
        told = {*self.columns, *self.doubts}
        facts = {*table.facts, *({"duration"} if self.table == "projects" else ())}
        return len(told) if told & set(table.names) and told & facts else 0


def words_of(heading: str) -> tuple[str, str]:
    """Return a heading as words in lower case, and the unit that it names (empty if none).

    ``Custom field (Start date)`` is ``start date``; ``Effort [PT]`` is ``effort`` in ``pd``;
    ``taskActualTime_minutes`` is ``task actual time`` in ``min``.
    """
    text = heading.strip()
    custom = re.fullmatch(r"(?:Custom field|Benutzerdefiniertes Feld)\s*\((.*)\)", text)
    text = custom[1] if custom else text
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("Σ", " ").lower()
    words = re.findall(r"[^\W_]+", text)
    unit = ""
    if words[-2:] in (["person", "days"], ["man", "days"]):
        words, unit = words[:-2] or ["effort"], "pd"
    while len(words) > 1 and (words[-1] in _UNIT_WORDS or words[-1] in _OTHER_UNITS):
        last = words.pop()
        unit = unit or _UNIT_WORDS.get(last, "")
    if not unit and len(words) == 1 and words[0] in {"hours", "stunden", "minutes", "std"}:
        unit = _UNIT_WORDS[words[0]]
    return " ".join(words), unit


def guess(headings: Sequence[str], table: str) -> Guess:
    """Return what the headings say if they are those of a table."""
    read = {heading: words_of(heading) for heading in dict.fromkeys(headings) if heading}
    columns: dict[str, str] = {}
    doubts: dict[str, list[str]] = {}
    taken: set[str] = set()
    for column, names in ALIASES[table].items():
        for name in names:
            fitting = [h for h, (words, _) in read.items() if words == name and h not in taken]
            if fitting:
                _settle(column, fitting, columns, doubts)
                taken.update(fitting)
                break
    by_concept: dict[str, list[tuple[int, str]]] = {}
    for heading, (words, unit) in read.items():
        if heading in taken:
            continue
        column, strength = _by_concept(words.split(), unit, table)
        if column and column not in columns and column not in doubts:
            by_concept.setdefault(column, []).append((strength, heading))
    for column, found in by_concept.items():
        best = max(strength for strength, _ in found)
        _settle(column, [h for s, h in found if s == best], columns, doubts)
    units = {
        column: read[heading][1]
        for column, heading in columns.items()
        if read[heading][1] and TABLES[table].kind(column) == "number"
    }
    return Guess(table=table, columns=columns, units=units, doubts=doubts)


def _settle(
    column: str, fitting: list[str], columns: dict[str, str], doubts: dict[str, list[str]]
) -> None:
    if len(fitting) == 1:
        columns[column] = fitting[0]
    else:
        doubts[column] = fitting


def _by_concept(words: Sequence[str], unit: str, table: str) -> tuple[str, int]:
    """Return the column that the words of a heading mean, and how clearly (empty: none)."""
    said = set(words)
    planned, actual = bool(said & _PLANNED), bool(said & _ACTUAL)
    if said & {"variance", "remaining", "rest", "percent", "rate", "type", "name", "id",
                "forecast", "narrative", "interrupt"}:  # fmt: skip
        return "", 0
    concepts = [concept for concept, names in _CONCEPTS.items() if said & names]
    if (planned and actual) or not concepts:
        return "", 0
    concept = concepts[0]
    if concept == "effort" and "time" in said and not unit and not actual and not planned:
        return "", 0
    if concept in {"start", "finish"} and said & {"reason", "code", "by"}:
        return "", 0
    name = {
        ("start", False): "started" if table == "tasks" else "released",
        ("finish", False): "finished",
        ("finish", True): "due",
        ("request", False): "requested",
        ("due", False): "due",
        ("due", True): "due",
        ("duration", False): "duration",
        ("duration", True): "planned_duration",
        ("effort", False): "effort",
        ("effort", True): "planned_effort",
        ("cost", False): "cost",
        ("cost", True): "budget",
        ("budget", False): "budget",
        ("budget", True): "budget",
    }.get((concept, planned), "")
    known = {*TABLES[table].listed(), *({"duration"} if table == "projects" else ())}
    return (name, 2 * actual + planned + 1) if name in known else ("", 0)


def table_of(headings: Sequence[str]) -> tuple[Guess | None, list[Guess]]:
    """Return the guess that fits best, and all that could fit; None if it is not clear which."""
    fitting = [found for table in TABLES if (found := guess(headings, table)).score]
    if not fitting:
        return None, []
    words = {words_of(heading)[0] for heading in headings}
    by_table = {found.table: found for found in fitting}
    is_log = any({"log", "worklog", "timesheet", "booking"} & set(w.split()) for w in words)
    if "time" in by_table and (
        is_log or not _has(by_table.get("tasks"), "planned_effort", "finished")
    ):
        return by_table["time"], fitting
    if "tasks" in by_table and words & _OF_TASKS:
        return by_table["tasks"], fitting
    if "projects" in by_table and (words & _OF_PROJECTS or "tasks" not in by_table):
        return by_table["projects"], fitting
    if len(fitting) == 1:
        return fitting[0], fitting
    return None, fitting


_OF_TASKS = {*ALIASES["tasks"]["task"]} - {"id", "name", "title", "item", "summary", "issue"}
_OF_PROJECTS = {*ALIASES["projects"]["project"], "budget", "planned cost", "actual cost"}
_OF_PROJECTS -= {"id", "name", "title"}


def _has(found: Guess | None, *columns: str) -> bool:
    return found is not None and any(c in found.columns or c in found.doubts for c in columns)


def headings_shown(headings: Iterable[str]) -> str:
    """Return headings as a message shows them."""
    return " and ".join(f"'{heading}'" for heading in headings)
