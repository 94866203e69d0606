"""Links: what must come first, from the words after ``after``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pmosim.scenario import shapes
from pmosim.scenario.messages import did_you_mean
from pmosim.scenario.portfolio import Link

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pmosim.scenario.kinds import Reader
    from pmosim.scenario.nodes import Node


@dataclass(frozen=True, kw_only=True)
class Names:
    """What a link can name: the own tasks, and the tasks of every listed project."""

    own_project: str | None
    own_tasks: Collection[str] = ()
    is_task_level: bool = False
    projects: Mapping[str, Collection[str]] = field(default_factory=dict)


def entries_of(node: Node) -> list[Node]:
    """Return the links of an ``after``, which is one or a list of them."""
    return node.items if isinstance(node.value, list) else [node]


def read_links(reader: Reader, node: Node | None, path: str, names: Names) -> tuple[Link, ...]:
    """Return the links of an ``after``; what cannot be read is noted and left out."""
    if node is None:
        return ()
    is_list = isinstance(node.value, list)
    found = [
        _read_link(reader, entry, f"{path}[{n}]" if is_list else path, names)
        for n, entry in enumerate(entries_of(node))
        if not entry.is_null
    ]
    return tuple(dict.fromkeys(link for link in found if link is not None))


def _read_link(reader: Reader, node: Node, path: str, names: Names) -> Link | None:
    if isinstance(node.value, dict):
        return _read_mapping(reader, node, path, names)
    if isinstance(node.value, list):
        said = "is a list; a link must be a name or {project, task, type, lag, if_absent}."
        reader.problems.error("PMO104", node, path, said)
        return None
    target = target_of(node.text, names)
    if target is None:
        _report_unknown(reader, node, path, node.text, names)
        return None
    project, task = target
    return Link(project=project, task=task)


def target_of(text: str, names: Names) -> tuple[str | None, str | None] | None:
    """Return (project, task) of a name as a link means it, None if there is no such thing."""
    if names.is_task_level and text in names.own_tasks:
        return None, text
    if text in names.projects:
        return text, None
    project, dot, task = text.partition(".")
    if dot and project == names.own_project and names.is_task_level and task in names.own_tasks:
        return None, task
    if dot and task in names.projects.get(project, ()):
        return project, task
    return None


def _report_unknown(reader: Reader, node: Node, path: str, text: str, names: Names) -> None:
    project, dot, task = text.partition(".")
    if dot and project in names.projects:
        known = names.projects[project]
        said = f"is '{text}'; '{project}' has no task or phase '{task}'.{did_you_mean(task, known)}"
    else:
        known = (*(names.own_tasks if names.is_task_level else ()), *names.projects)
        what = "task of this project, nor a project" if names.is_task_level else "project"
        said = f"is '{text}'; that is no {what}.{did_you_mean(text, known)}"
    reader.problems.error("PMO205", node, path, said)


def _read_mapping(reader: Reader, node: Node, path: str, names: Names) -> Link | None:
    if _is_refused(reader, node, path):
        return None
    fields = reader.fields(shapes.LINK, node, path)
    target = _target_of_mapping(reader, node, path, names)
    if target is None:
        return None
    project, task = target
    if project is None and fields.get("if_absent") == "ignore":
        said = "has no effect on a link within the project."
        reader.problems.warning("PMO904", node.mapping["if_absent"], f"{path}.if_absent", said)
    return Link(
        project=project,
        task=task,
        kind=fields.get("type", "FS"),
        lag=fields.get("lag", 0),
        if_absent=fields.get("if_absent", "block"),
    )


def _is_refused(reader: Reader, node: Node, path: str) -> bool:
    lag, kind = node.get("lag"), node.get("type")
    if lag is not None and lag.is_scalar and lag.text.strip().startswith("-"):
        reader.problems.error("PMO303", lag, f"{path}.lag", f"is {lag.shown()}; {_NEGATIVE_LAG}")
        return True
    if kind is not None and kind.text == "SF":
        reader.problems.error("PMO302", kind, f"{path}.type", _START_TO_FINISH)
        return True
    return False


_NEGATIVE_LAG = (
    "a lag must be 0 or more. Instead of an overlap, split the predecessor where the successor "
    "can begin and link to its first part, or use {type: SS, lag: ...} from its start."
)
_START_TO_FINISH = (
    "is 'SF', which is not supported: turn the link round as {type: FS} if the other task must "
    "wait, or give this task a `not_before` or `due` date."
)


def _target_of_mapping(
    reader: Reader, node: Node, path: str, names: Names
) -> tuple[str | None, str | None] | None:
    project, task = node.get("project"), node.get("task")
    if project is None and task is None:
        said = "names nothing; it needs `task`, `project` or both."
        reader.problems.error("PMO102", node, path, said)
        return None
    if any(part is not None and not part.is_scalar for part in (project, task)):
        return None
    if project is None and task is not None:
        if names.is_task_level and task.text in names.own_tasks:
            return None, task.text
        if names.is_task_level:
            _unknown_task(reader, task, f"{path}.task", "this project", names.own_tasks)
            return None
        said = "needs the key `project` beside `task`: a project cannot wait for its own task."
        reader.problems.error("PMO102", node, path, said)
        return None
    assert project is not None
    if project.text not in names.projects:
        said = f"is '{project.text}'; there is no such project."
        said += did_you_mean(project.text, names.projects)
        reader.problems.error("PMO205", project, f"{path}.project", said)
        return None
    if task is None:
        return project.text, None
    tasks = names.projects[project.text]
    if task.text not in tasks:
        _unknown_task(reader, task, f"{path}.task", f"'{project.text}'", tasks)
        return None
    is_own = project.text == names.own_project and names.is_task_level
    return (None if is_own else project.text), task.text


def _unknown_task(
    reader: Reader, node: Node, path: str, owner: str, tasks: Collection[str]
) -> None:
    said = f"is '{node.text}'; {owner} has no such task or phase.{did_you_mean(node.text, tasks)}"
    reader.problems.error("PMO205", node, path, said)
