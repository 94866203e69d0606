"""Verbs: what is typed behind an option becomes a change in the words of an overlay.

In: ``--add 3:medium@2027-03`` and its kin, in the order typed. Out: the changed scenario, and each
change as a verb that an overlay can hold. Every problem of every option is found in one pass; its
place is the option as typed.
Not here: what a verb does to a scenario (``scenario.changes``).
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pmosim import priors
from pmosim.errors import InputError, Problem
from pmosim.forecast.wording import MONTHS
from pmosim.scenario import amounts, changes, dates, files
from pmosim.scenario.amounts import AmissError
from pmosim.scenario.assembly import assembled, written
from pmosim.scenario.draft import Draft
from pmosim.scenario.frame import read_frame
from pmosim.scenario.messages import Problems, did_you_mean
from pmosim.scenario.nodes import Node, core_value, from_python, scalar, to_plain
from pmosim.scenario.rules import MAIN_PARAMETERS, POLICY_KEYS, short_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pmosim.scenario import Scenario
    from pmosim.scenario.frame import Frame

FORMS: dict[str, str] = {
    "--add": "3:medium@2027-03",
    "--request": "3:medium@2027-03",
    "--cancel": "crm@2027-03",
    "--remove": "dwh",
    "--pause": "crm=2027-03..2027-06",
    "--delay": "portal=6w",
    "--rank": "crm=1",
    "--hire": "2:developer@2027-04",
    "--absent": "ana=6w",
    "--cross-train": "ana:developer@2027-04",
    "--withdraw": "ana:crm@2027-04",
    "--policy": "wip_limit:6",
    "--set": "roles.developer.day_rate=750",
}
"""Every option that changes something, with an example of what stands behind it."""

_COUNT = re.compile(r"(\d+):(.*)\Z", re.DOTALL)
_FURTHER = re.compile(r",\s*([a-z_]+)=", re.ASCII)
_WAYS_OUT = (
    (re.compile(r"Use cancel: \{(.*): ([\d-]+)\}"), r"Use --cancel \1@\2"),
    (re.compile(r"Use pause: or cancel: instead"), "Use --pause or --cancel instead"),
    (re.compile(r"use set: \{(.*): \.\.\.\}"), r"use --set \1=DATE"),
)
"""What the messages of an overlay offer, and the option for it."""
_PATH = re.compile(r"(changes|projects|people)\[\d+\](\.|(?= ))")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change, as it was typed and as an overlay has it."""

    option: str
    """Such as ``--add``."""
    typed: str
    verb: str
    value: Any
    """What stands behind the verb in an overlay, plain."""
    words: str
    """Such as ``3 medium projects start in March 2027``."""
    added: tuple[str, ...] = ()
    """Ids of the projects that it adds."""
    shown: tuple[str, Any] | None = None
    """What was typed and the value with people called as reports call them; None = the same."""

    def to_entry(self) -> dict[str, Any]:
        """Return the entry of a list of changes."""
        return {self.verb: self.value}


@dataclass(frozen=True, kw_only=True, eq=False)
class Changed:
    """A scenario after changes."""

    before: Scenario
    after: Scenario
    changes: tuple[Change, ...]
    warnings: tuple[Problem, ...] = ()
    """What the changed scenario gives reason to doubt and the one before did not."""

    @property
    def words(self) -> str:
        """All changes in one line."""
        parts = [change.words for change in self.changes]
        return " and ".join(parts) if len(parts) < 3 else "; ".join(parts)

    @property
    def added(self) -> tuple[str, ...]:
        """Ids of the projects that the changes add, in their order."""
        return tuple(name for change in self.changes for name in change.added)


def make_changes(scenario: Scenario, typed: Sequence[tuple[str, str]]) -> Changed:
    """Return the scenario with changes made, in the order given.

    Parameters
    ----------
    typed : (option, text) such as ``("--add", "3:medium@2027-03")``; see ``FORMS``.

    Raises
    ------
    InputError : with every problem of every option.
    """
    maker = _Maker(scenario)
    for option, text in typed:
        maker.make(option, text)
    return maker.result()


@dataclass(eq=False)
class _Maker:
    """Makes one change after the other to the document as written."""

    scenario: Scenario
    problems: Problems = field(default_factory=Problems)
    done: list[Change] = field(default_factory=list)
    root: Node = field(init=False)

    def __post_init__(self) -> None:
        self.root = written(self.scenario)

    def make(self, option: str, text: str) -> None:
        place = f"{option} {text}"
        readers: dict[str, Callable[[str], Change]] = {
            "--add": lambda text: self._add("--add", text, "starts"),
            "--request": lambda text: self._add("--request", text, "arrives"),
            "--cancel": self._cancel,
            "--remove": self._remove,
            "--pause": self._pause,
            "--delay": self._delay,
            "--rank": self._rank,
            "--hire": self._hire,
            "--absent": self._absent,
            "--cross-train": self._cross_train,
            "--withdraw": self._withdraw,
            "--policy": self._policy,
            "--set": self._set,
        }
        if not text.strip():
            said = f"nothing is given; write {option} {FORMS[option]}."
            self.problems.error("PMO001", place.strip(), "", said)
            return
        try:
            change = replace(readers[option](text.strip()), typed=text.strip())
        except AmissError as amiss:
            self.problems.error(amiss.code, place, f"'{text}':", amiss.said)
        except files.UnreadableError:
            return  # noted already
        else:
            self.apply(change, place)

    def apply(self, change: Change, place: str) -> None:
        """Make a change and note which projects came with it."""
        before = set(Draft(self.root, self.problems).ids())
        node = _placed(from_python([change.to_entry()]), place)
        self.root = changes.applied(self.root, node, self.problems)
        added = [name for name in Draft(self.root, self.problems).ids() if name not in before]
        self.done.append(replace(change, added=tuple(added)))

    def result(self) -> Changed:
        after = assembled(self.root, self.problems)
        told = [_told(problem) for problem in self.problems.listed()]
        errors = [problem for problem in told if problem.severity == "error"]
        if after is None or errors:
            raise InputError(errors)
        known = {(each.code, each.text) for each in map(_told, self.scenario.warnings)}
        doubts = tuple(each for each in told if (each.code, each.text) not in known)
        there = {project.id for project in after.projects}
        done = tuple(
            replace(change, added=tuple(name for name in change.added if name in there))
            for change in self.done
        )
        return Changed(before=self.scenario, after=after, changes=done, warnings=doubts)

    # ---- what is typed behind each option

    def _add(self, option: str, text: str, key: str) -> Change:
        text, further = _split_further(text, option)
        count, rest = _counted(text)
        template, day = _dated(rest)
        known = list(self._section("templates"))
        if not template:
            raise AmissError("PMO102", f"no template is named; write {option} {FORMS[option]}.")
        if template not in known:
            hint = did_you_mean(template, known) or " The scenario has no templates."
            raise AmissError("PMO203", f"there is no template '{template}'.{hint}")
        if count is not None and not 1 <= int(count) <= changes.MOST_ADDED:
            said = f"{count} projects cannot be added; it must be from 1 to {changes.MOST_ADDED:,}."
            raise AmissError("PMO112", said)
        when = self._day_text(day)
        value = {"template": template, key: when, **further}
        if count is not None:
            value["count"] = int(count)
        n = int(count or 1)
        verb = {"starts": "start", "arrives": "ask"}[key] + "s" * (n == 1)
        words = f"{n} {template} project{'s' * (n != 1)} {verb} {_when(when)}{_in_words(further)}"
        return Change(option=option, typed=text, verb="add", value=value, words=words)

    def _cancel(self, text: str) -> Change:
        name, day = self._project_perhaps_with(text)
        when = self._day_text(day)
        words = f"{name} is cancelled {_when(when)}"
        return Change(option="--cancel", typed=text, verb="cancel", value={name: when}, words=words)

    def _remove(self, text: str) -> Change:
        words = f"{text} never happens"
        return Change(option="--remove", typed=text, verb="remove", value=[text], words=words)

    def _pause(self, text: str) -> Change:
        name, span = self._project_with("--pause", text)
        dates.day_range(span)
        words = f"{name} pauses {_span(span)}"
        return Change(option="--pause", typed=text, verb="pause", value={name: span}, words=words)

    def _delay(self, text: str) -> Change:
        name, time = self._project_with("--delay", text)
        words = f"{name} begins {time} later"
        return Change(option="--delay", typed=text, verb="delay", value={name: time}, words=words)

    def _rank(self, text: str) -> Change:
        name, rank = self._project_with("--rank", text)
        words = f"{name} gets rank {rank}"
        value = {name: core_value(rank)}
        return Change(option="--rank", typed=text, verb="rank", value=value, words=words)

    def _hire(self, text: str) -> Change:
        typed, further = _split_further(text, "--hire")
        count, rest = _counted(typed, pattern=_HEADS)
        role, day = _dated(rest)
        known = list(self._section("roles"))
        if role not in known:
            raise AmissError("PMO201", f"there is no role '{role}'.{did_you_mean(role, known)}")
        first, _, last = (day or "").partition("..")
        when = self._day_text(first or None)
        value: dict[str, Any] = {"role": role, "headcount": core_value(count or "1"), "from": when}
        if last:
            dates.day(last)
            value["until"] = last
        value |= further
        one = (count or "1") == "1"
        until = f" until {_day_words(last)}" if last else ""
        words = f"{count or 1} {role}{'' if one else 's'} join{'s' * one} {_when(when)}{until}"
        words += _in_words(further)
        return Change(option="--hire", typed=text, verb="hire", value=value, words=words)

    def _absent(self, text: str) -> Change:
        name, _, rest = text.partition("=")
        if not name or not rest:
            raise AmissError("PMO104", _form("--absent"))
        person = self._people.get(name, name)
        span = self._span_of(rest)
        shown = self._shown(person)
        words = f"{shown} is away {_span(span)}"
        return Change(
            option="--absent", typed=text, verb="absent", value={person: span}, words=words,
            shown=(f"{shown}={rest}", {shown: span}),
        )  # fmt: skip

    def _cross_train(self, text: str) -> Change:
        typed, further = _split_further(text, "--cross-train")
        rest, day = _dated(typed)
        name, separator, role = rest.rpartition(":")
        known = list(self._section("roles"))
        if not separator or not name.strip() or not role.strip():
            raise AmissError("PMO104", _form("--cross-train"))
        role = role.strip()
        if role not in known:
            raise AmissError("PMO201", f"there is no role '{role}'.{did_you_mean(role, known)}")
        person = self._people.get(name.strip(), name.strip())
        when = self._day_text(day)
        value = {"role": role, "from": when, **self._training_terms(), **further}
        terms = [f"{value['lasts']} at {value['share']}, then {value['proficiency']} proficient"]
        if "to" in value:
            terms.append(f"{value['to']} after {value.get('practice')}")
        shown = self._shown(person)
        words = f"{shown} is trained as {role} {_since(when)} ({', '.join(terms)})"
        return Change(
            option="--cross-train", typed=text, verb="cross_train", value={person: value},
            words=words, shown=(f"{shown}{text[len(name):]}", {shown: value}),
        )  # fmt: skip

    @staticmethod
    def _training_terms() -> dict[str, Any]:
        """Return what a training is taken to be where nothing is said."""
        return {
            "lasts": f"{priors.TRAINING_DAYS}d",
            "share": f"{priors.TRAINING_SHARE:.0%}",
            "proficiency": f"{priors.TRAINING_PROFICIENCY:.0%}",
        }

    def _withdraw(self, text: str) -> Change:
        name, separator, rest = text.partition(":")
        if not name.strip() or not separator or not rest.strip():
            raise AmissError("PMO104", _form("--withdraw"))
        person = self._people.get(name.strip(), name.strip())
        project, day = self._project_perhaps_with(rest.strip())
        when = self._day_text(day)
        shown = self._shown(person)
        words = f"{shown} does not work for {project} any more from {_day_words(when)}"
        value = {"from": project, "on": when}
        return Change(
            option="--withdraw", typed=text, verb="withdraw", value={person: value}, words=words,
            shown=(f"{shown}:{rest}", {shown: value}),
        )  # fmt: skip

    def _span_of(self, text: str) -> str:
        """Return a range of days: as given, or so much working time from a day (day 0) on."""
        length, _, day = text.partition("@")
        if ".." in text or (not day and _looks_like_a_date(length)):
            dates.day_range(text)
            return text
        calendar = self._frame.calendar
        minutes = amounts.working_time(length, self._frame.measures)
        days = minutes / calendar.minutes_per_day
        if days.denominator != 1 or days < 1:
            said = "an absence must be one or more whole working days, such as 5d or 6w."
            raise AmissError("PMO111", said)
        begin = calendar.start_day(dates.day(day) if day else calendar.as_of)
        first, last = (calendar.date_of(at) for at in (begin, begin + int(days) - 1))
        return f"{first.isoformat()}..{last.isoformat()}"

    def _policy(self, text: str) -> Change:
        name, _, value = text.partition(":")
        if name not in POLICY_KEYS:
            begun = [known for known in POLICY_KEYS if name and known.startswith(name)][:1]
            hint = did_you_mean(begun[0] if begun else name, POLICY_KEYS)
            raise AmissError("PMO120", f"there is no policy '{name}'.{hint}")
        if value and name not in MAIN_PARAMETERS:
            raise AmissError("PMO108", f"'{name}' takes no value; write --policy {name}.")
        intake = self.root.get("intake")
        rule = short_form(name, value, None if intake is None else to_plain(intake))
        rule = {
            key: core_value(v) if isinstance(v, str) and key in _OWN else v
            for key, v in rule.items()
        }
        words = f"the start rule is {name.replace('_', ' ')}{' ' * bool(value)}{value}"
        return Change(option="--policy", typed=text, verb="policy", value=rule, words=words)

    def _set(self, text: str) -> Change:
        key, separator, written_value = text.partition("=")
        if not separator or not key.strip():
            raise AmissError("PMO104", _form("--set"))
        key = key.strip()
        value = _plain(written_value, f"--set {text}")
        section, *rest = key.split(".")
        shown, person = key, rest[0] if rest else ""
        if section == "people" and person in self._people:
            real = self._people[person]
            key = ".".join([section, real, *rest[1:]])
            shown = ".".join([section, self._shown(real), *rest[1:]])
        words = f"{shown} is {_flat(value)}"
        return Change(
            option="--set", typed=text, verb="set", value={key: value}, words=words,
            shown=(f"{shown}={written_value}", {shown: value}),
        )  # fmt: skip

    # ---- what is known of the scenario so far

    def _project_perhaps_with(self, text: str) -> tuple[str, str | None]:
        """Return a project, and the day behind ``@``; ids may hold one, too."""
        if text in Draft(self.root, self.problems).ids():
            return text, None
        return _dated(text)

    def _project_with(self, option: str, text: str) -> tuple[str, str]:
        """Return a project and what stands behind the last ``=``."""
        name, _, rest = text.rpartition("=")
        if not name.strip() or not rest.strip():
            raise AmissError("PMO104", _form(option))
        return name.strip(), rest.strip()

    def _day_text(self, text: str | None) -> str:
        """Return a date that can be read, day 0 if none is given."""
        if text is None:
            return self._frame.calendar.as_of.isoformat()
        dates.day(text)
        return text

    @property
    def _frame(self) -> Frame:
        return read_frame(self.root, Problems())

    def _section(self, key: str) -> Mapping[str, Node]:
        return Draft(self.root, self.problems).section(key).mapping

    @cached_property
    def _names(self) -> dict[str, str]:
        """Ids as written -> what people are called in reports."""
        from pmosim.network import compile_network
        from pmosim.outcomes import public_names

        network = compile_network(self.scenario)
        return dict(zip(network.people.ids, public_names(network), strict=True))

    @cached_property
    def _people(self) -> dict[str, str]:
        """What people are called, in the file or in reports -> ids as written, which win."""
        return {shown: own for own, shown in self._names.items()} | {n: n for n in self._names}

    def _shown(self, person: str) -> str:
        return self._names.get(person, person)


_HEADS = re.compile(r"(\d+(?:\.\d+)?):(.*)\Z", re.DOTALL)
_OWN = {*MAIN_PARAMETERS.values()}


def _counted(text: str, pattern: re.Pattern[str] = _COUNT) -> tuple[str | None, str]:
    found = pattern.match(text)
    return (found[1], found[2].strip()) if found else (None, text)


def _dated(text: str) -> tuple[str, str | None]:
    name, separator, day = text.rpartition("@")
    return (name.strip(), day.strip()) if separator else (text, None)


def _split_further(text: str, option: str) -> tuple[str, dict[str, Any]]:
    """Return what stands before ``,rank=6,due=2028-03``, and those keys."""
    found = _FURTHER.search(text)
    if found is None:
        return text, {}
    head, tail = text[: found.start()], text[found.start() :]
    pieces = list(_FURTHER.finditer(tail))
    ends = [*(piece.start() for piece in pieces[1:]), len(tail)]
    further = {
        piece[1]: _plain(tail[piece.end() : end], f"{option} {text}")
        for piece, end in zip(pieces, ends, strict=True)
    }
    return head, further


def _in_words(further: Mapping[str, Any]) -> str:
    """Return `` (rank 6, due 2028-03)``, nothing of nothing."""
    parts = [f"{key} {_flat(value)}" for key, value in further.items()]
    return f" ({', '.join(parts)})" if parts else ""


def _plain(text: str, place: str) -> Any:
    """Return a value as YAML has it, on one line."""
    text = text.strip()
    if not text[:1] or text[:1] not in "{['\"":
        return core_value(text)
    problems = Problems()
    with _noted(problems):
        return to_plain(files.document_of_text(text, place, problems))


@contextmanager
def _noted(problems: Problems) -> Iterator[None]:
    """Turn what a YAML text is refused for into one rule."""
    try:
        yield
    except files.UnreadableError:
        first = problems.listed()[0]
        raise AmissError(first.code, first.text) from None


def _form(option: str) -> str:
    return f"it must look like {option} {FORMS[option]}."


def _looks_like_a_date(text: str) -> bool:
    return re.match(r"\d{4}-", text) is not None


def _placed(node: Node, place: str) -> Node:
    """Return a node all of whose parts say that they were typed."""
    value: Any = node.value
    if isinstance(value, dict):
        value = {key: _placed(entry, place) for key, entry in value.items()}
        return Node(value, place, node.text, dict.fromkeys(value, place))
    if isinstance(value, list):
        return Node([_placed(entry, place) for entry in value], place)
    return scalar(value, place)


def _told(problem: Problem) -> Problem:
    """Return a problem of what was typed: no numbers of lists, and options as the way out."""
    text = _PATH.sub("", problem.text, count=1)
    for pattern, way_out in _WAYS_OUT:
        text = pattern.sub(way_out, text)
    return replace(problem, text=text)


def _flat(value: Any) -> str:
    from pmosim.scenario.resolution import flow_text

    return str(value) if not isinstance(value, dict | list) else flow_text(value)


def _since(text: str) -> str:
    """Return ``from March 2027 on``, or ``from 4 January 2027 on``."""
    return f"from {_day_words(text)} on"


def _when(text: str) -> str:
    """Return ``in March 2027``, ``on 4 January 2027`` or ``in 2027-Q1``."""
    return f"{'on' if text.count('-') == 2 else 'in'} {_day_words(text)}"


def _day_words(text: str) -> str:
    parts = text.split("-")
    if not all(part.isdigit() for part in parts) or len(parts) not in {2, 3}:
        return text
    month = MONTHS[int(parts[1]) - 1]
    day = f"{int(parts[2])} " if len(parts) == 3 else ""
    return f"{day}{month} {parts[0]}"


def _span(text: str) -> str:
    """Return ``from 1 July 2027 to 23 July 2027``, or ``in July 2027`` of a single month."""
    if ".." not in text:
        return _when(text)
    ends = text.split("..")
    return f"from {_day_words(ends[0])} to {_day_words(ends[1])}" if len(ends) == 2 else text
