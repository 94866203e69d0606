"""Messages: the codes of everything that can be wrong in the input, and how they are collected.

A code keeps its one meaning for good; ``docs/reference/messages.md`` is written from ``CODES``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pmosim.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmosim.scenario.nodes import Node

Severity = Literal["error", "warning"]

CODES: dict[str, str] = {
    "PMO001": "An argument that cannot be used.",
    "PMO010": "A file is missing or cannot be read.",
    "PMO011": "A file is not valid YAML or JSON.",
    "PMO012": "A key stands twice in the same mapping.",
    "PMO013": "A tag, anchor, alias or merge key, which scenario files do not use.",
    "PMO014": "A file is too large or nested too deeply.",
    "PMO015": "A path leaves the workspace.",
    "PMO016": "Files extend each other in a circle, or through too many files.",
    "PMO017": "A file is not text in an encoding that can be read.",
    "PMO018": "A file is empty, or holds something else than keys with values.",
    "PMO019": "The format version is not one that this pmosim reads.",
    "PMO031": "No file, folder or name that a command asks for.",
    "PMO032": "A file or folder that a command cannot use in this place.",
    "PMO033": "A run that is not there, or did not come to its end.",
    "PMO034": "A file that is there already and is not overwritten.",
    "PMO035": "A run that asks something else than the one to go on with.",
    "PMO036": "A file of a run folder that is damaged, or from another scenario or version.",
    "PMO037": "A condition (--fail-if, --keep) that cannot be answered.",
    "PMO038": "A selection of --only that cannot be made.",
    "PMO039": "A key of --by that no project has.",
    "PMO040": "An ending of a file that cannot be written.",
    "PMO041": "A place where the system lets nothing be read or written.",
    "PMO042": "A precision of --until that cannot be asked for or reached.",
    "PMO043": "A --sweep, or a choice of policies, that cannot be made.",
    "PMO044": "Runs that do not share their luck and cannot be compared.",
    "PMO101": "A key that does not exist here.",
    "PMO102": "A key that has to be there is missing.",
    "PMO103": "A mechanism that is not available yet.",
    "PMO104": "A value of the wrong shape: a list, a mapping or a single value was expected.",
    "PMO105": "An id that cannot be used.",
    "PMO106": "An id that stands twice.",
    "PMO107": "Two keys that exclude each other.",
    "PMO108": "A key that has no meaning in this combination.",
    "PMO110": "Not a number, or not a whole one where only a whole one makes sense.",
    "PMO111": "Not a working time.",
    "PMO112": "A number outside its bounds.",
    "PMO113": "Not person-time.",
    "PMO114": "Not an amount of money, or of money per time.",
    "PMO115": "Not a share.",
    "PMO116": "Not a date.",
    "PMO117": "Not a range of dates, or one that ends before it begins.",
    "PMO118": "Not an uncertain amount.",
    "PMO119": "Not a rate.",
    "PMO120": "Not one of the words that can stand here.",
    "PMO121": "Text that cannot be used.",
    "PMO122": "Not true or false.",
    "PMO123": "Not a need.",
    "PMO124": "Calendar days where no date results.",
    "PMO201": "A role that does not exist.",
    "PMO202": "A person, or a role or person, that does not exist.",
    "PMO203": "A template that does not exist.",
    "PMO204": "A place that does not exist.",
    "PMO205": "A project or task that does not exist.",
    "PMO206": "One id for a role and a person.",
    "PMO207": "A country or subdivision whose holidays are not known.",
    "PMO301": "Work that waits for itself.",
    "PMO302": "A start-to-finish link.",
    "PMO303": "A lag below 0.",
    "PMO304": "A milestone that asks for people or work.",
    "PMO305": "Work without the people who do it.",
    "PMO306": "A task that asks for nothing.",
    "PMO307": "A task that does not say what it is.",
    "PMO308": "A need for a role that has no work of its own.",
    "PMO309": "A project without tasks and phases.",
    "PMO310": "A range where only a single number has a meaning.",
    "PMO311": "A predecessor that never happens.",
    "PMO312": "Rework that leads nowhere, or never ends.",
    "PMO401": "A task that nobody can ever do.",
    "PMO402": "A task that asks for more people than can do it.",
    "PMO403": "A share above what anybody takes at a time.",
    "PMO404": "A team that cannot be put together from different people.",
    "PMO405": "A person who leaves before starting, or is never there.",
    "PMO406": "A phase that needs more heads than the role has, and stretches.",
    "PMO501": "Work that is done although what comes before it is not.",
    "PMO502": "A person who holds more work than allowed.",
    "PMO503": "A person who cannot hold the work: without the skill, away or not employed.",
    "PMO504": "Progress in a project that does not run.",
    "PMO505": "Progress that contradicts itself.",
    "PMO506": "More people on a task than it asks for.",
    "PMO507": "Work in progress whose predecessors are not done.",
    "PMO601": "A priority column that looks like ranks.",
    "PMO602": "A rule that needs a value, cost or benefit which projects do not have.",
    "PMO603": "A rule that needs a rank, due date or the like, which no project has.",
    "PMO604": "A rule that never starts a project, or always stops it.",
    "PMO701": "A change that finds no target.",
    "PMO702": "A change without effect.",
    "PMO703": "A change that cannot be made.",
    "PMO704": "A change that is not one of the verbs.",
    "PMO801": "A table that cannot be read.",
    "PMO802": "A column that is missing or stands twice.",
    "PMO803": "Dates or numbers in a column that can be read in two ways.",
    "PMO804": "A row that does not fit the table.",
    "PMO805": "A cell of a workbook that holds an error, or a formula that was never calculated.",
    "PMO806": "A sheet of a workbook that is missing, stands twice or has no row of headers.",
    "PMO807": "A part of a workbook that is not read.",
    "PMO808": "A workbook that does not say its day 0.",
    "PMO901": "A role that nobody asks for, or nobody has.",
    "PMO902": "More work than people.",
    "PMO903": "A promise that was due before the forecast begins.",
    "PMO904": "A key that has no effect here.",
    "PMO905": "Risks on top of a spread that holds them already.",
    "PMO906": "Work asked of somebody by name who may leave.",
    "PMO930": "Experience with a kind of work that nothing asks for.",
    "PMO931": "Training that cannot bring what it says.",
    "PMO940": "An answer to somebody going away that makes no sense for the cause.",
    "PMO941": "Work that only people who are withdrawn from it can do.",
    "PMO950": "Risks that explain more than all the spread of past work.",
    "PMO951": "A reaction that is never taken.",
    "PMO990": "A day of a backtest at or after the end of the data.",
    "PMO991": "A day of a backtest, or a history, with too little behind it.",
    "PMO992": "A history in which nothing was finished.",
    "PMO993": "A file that is no calibration, where a backtest is to be written.",
    "PMO970": "A table that is no table of a history.",
    "PMO971": "An amount of a history whose measure or unit is not declared.",
    "PMO972": "A status of a history that nobody explained.",
    "PMO973": "A cell of a history that is no date or no number.",
    "PMO974": "Headings of an export that can mean several things.",
    "PMO975": "A mapping that cannot be used.",
    "PMO976": "An export that is not what it was said to be.",
    "PMO977": "An XML file with a document type or entities.",
    "PMO978": "A part of an exported plan that a scenario cannot say.",
    "PMO979": "A history that does not say its day, and whose dates cannot tell it.",
    "PMO980": "A file that is no fitted.yaml, or of another format.",
    "PMO981": "A value of a fitted.yaml that cannot be used.",
    "PMO982": "A reference class that is not known, or a row of its table that cannot be used.",
    "PMO920": "A booking of a role instead of a person.",
    "PMO921": "A booking for a project that has ended or is cancelled.",
    "PMO922": "A booking of somebody who is not there then.",
    "PMO923": "A person who is booked for more than there is.",
    "PMO924": "A project that is booked below its plan.",
    "PMO925": "A booking of somebody who can do nothing of what the project asks for.",
    "PMO926": "A row of bookings that says the same thing twice, or a unit that is not known.",
    "PMO927": "A booking that ends before its project can start.",
}


MOST_COMPARED = 300
"""Names that a misspelt one is compared with."""


@dataclass(frozen=True, kw_only=True)
class _Finding:
    place: str
    code: str
    path: str
    said: str
    severity: Severity
    column: tuple[str, str] | None
    shown: str


@dataclass
class Problems:
    """Everything found so far; the same fault at the same place is kept once."""

    _found: dict[tuple[str, str, str], _Finding] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)

    def error(self, code: str, node: Node | str, path: str, said: str) -> None:
        """Note an error: ``path`` names the value in the user's words, ``said`` is the rest."""
        self._note(code, node, path, said, "error")

    def warning(self, code: str, node: Node | str, path: str, said: str) -> None:
        """Note a doubt that stops nothing."""
        self._note(code, node, path, said, "warning")

    def _note(self, code: str, node: Node | str, path: str, said: str, severity: Severity) -> None:
        if code not in CODES:
            message = f"message code {code} is not in CODES"
            raise KeyError(message)
        place = node if isinstance(node, str) else node.place
        if code in _FOLLOWING and place in self._silent:
            return
        finding = _Finding(
            place=place,
            code=code,
            path=path,
            said=said,
            severity=severity,
            column=None if isinstance(node, str) else node.column,
            shown="" if isinstance(node, str) else node.shown(),
        )
        self._found.setdefault((finding.place, code, said), finding)

    def expect_gaps(self, row: str) -> None:
        """Do not tell what is missing in a row of which a cell could not be read."""
        self._silent.add(row)

    def has_told(self, code: str, node: Node) -> bool:
        """Return whether a fault of this kind was noted at a place."""
        return any((node.place, code) == key[:2] for key in self._found)

    @property
    def has_errors(self) -> bool:
        """Whether anything found forbids a run."""
        return any(finding.severity == "error" for finding in self._found.values())

    def listed(self) -> list[Problem]:
        """Return what was found in the order of the file, one message per fault of a column."""
        groups: dict[object, list[_Finding]] = {}
        for key, finding in self._found.items():
            group = (finding.code, finding.column, _rule(finding.said)) if finding.column else key
            groups.setdefault(group, []).append(finding)
        problems = [_problem(group) for group in groups.values()]
        return sorted(problems, key=lambda problem: place_order(problem.place))

    def __len__(self) -> int:
        """Return how many faults and doubts were found."""
        return len(self._found)


_FOLLOWING = {"PMO102", "PMO306", "PMO307", "PMO309"}
"""Codes of what is missing."""
_SAID_OF_IT = re.compile(r"'[^']*'|\d[\w.,/-]*|( Did you mean| Write| Known:).*", re.DOTALL)
"""What a message says of one value only."""


def _rule(said: str) -> str:
    return _SAID_OF_IT.sub("", said)


def _problem(group: list[_Finding]) -> Problem:
    first = group[0]
    text = f"{first.path} {first.said}".strip()
    if len(group) > 1:
        text += f" The same in {_other_rows(group[1:])}."
    return Problem(place=first.place, code=first.code, text=text, severity=first.severity)


def _other_rows(others: list[_Finding]) -> str:
    rows = [f"{_line(finding.place)} ({finding.shown})" for finding in others[:5]]
    more = f" and {len(others) - 5} more" if len(others) > 5 else ""
    what = "" if _line(others[0].place) == others[0].place else "line"
    what = "cell" if _CELL.match(others[0].place) else what
    what += "s " if what and len(others) > 1 else " " * bool(what)
    return f"{what}{', '.join(rows)}{more}"


_CELL = re.compile(r"(.*\])!([A-Z]{1,3})(\d+)\Z", re.DOTALL)
"""A place in a workbook: ``book.xlsx[Sheet]!D17``."""


def _line(place: str) -> str:
    cell = _CELL.match(place)
    if cell:
        return f"{cell[2]}{cell[3]}"
    parts = place.rsplit(":", 2)
    return parts[1] if len(parts) == 3 else place


def place_order(place: str) -> tuple[str, int, int]:
    """Return the key that sorts places by file, line and column."""
    cell = _CELL.match(place)
    if cell:
        column = 0
        for letter in cell[2]:
            column = column * 26 + ord(letter) - 64
        return cell[1], int(cell[3]), column
    parts = place.rsplit(":", 2)
    if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
        return parts[0], int(parts[1]), int(parts[2])
    return "", 0, 0


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'? Known: a, b, c." as far as it helps; empty if nothing does."""
    import difflib

    names = list(dict.fromkeys(known))
    if not names:
        return ""
    lowered = {candidate.lower(): candidate for candidate in _comparable(name, names)}
    near = difflib.get_close_matches(name.lower()[:200], lowered, n=1, cutoff=0.6)
    hint = f" Did you mean '{lowered[near[0]]}'?" if near else ""
    shown = ", ".join(sorted(names)[:12])
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"{hint} Known: {shown}{more}."


def _comparable(name: str, names: list[str]) -> list[str]:
    """Return the names worth comparing; of many only some, so that a message costs little."""
    if len(names) <= MOST_COMPARED:
        return names
    alike = [known for known in names if known[:1].lower() == name[:1].lower()]
    return alike[:MOST_COMPARED]


def series(names: Iterable[str], limit: int = 8) -> str:
    """Return names as ``a, b, c and 4 more``."""
    listed = list(names)
    more = f" and {len(listed) - limit} more" if len(listed) > limit else ""
    return ", ".join(listed[:limit]) + more
