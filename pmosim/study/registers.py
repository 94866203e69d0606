"""Registers: where a document lists its risks, and how one of them is taken out or mitigated.

In: a resolved document. Out: every risk with its ``Register``; the edits change the document given.
Not here: which risk is switched in which run (``mechanisms``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Register:
    """A place where risks are listed: the scenario (drivers), a template, a project or a stream."""

    name: str
    """"" = the scenario."""
    entry: Mapping[str, Any]
    served: frozenset[str] = frozenset()
    """Of a template: the projects and streams that have its risks."""

    def path(self, risk: str) -> str:
        """Return the name of a risk in a list."""
        return f"{self.name}.{risk}" if self.name else risk


def listed(document: Mapping[str, Any]) -> Iterator[tuple[Register, Mapping[str, Any]]]:
    """Yield every risk with its register; those of a template once, for all that it serves."""
    whole = Register(name="", entry=document)
    yield from ((whole, risk) for risk in document.get("risks") or ())
    templates = document.get("templates") or {}
    served: dict[tuple[str, str], set[str]] = {}
    own: list[tuple[Register, Mapping[str, Any]]] = []
    for name, entry in _served(document):
        template = str(entry.get("template") or "")
        theirs = {
            str(risk["id"]): risk for risk in (templates.get(template) or {}).get("risks", ())
        }
        for risk in entry.get("risks") or ():
            if theirs.get(str(risk["id"])) == risk:
                served.setdefault((template, str(risk["id"])), set()).add(name)
            else:
                own.append((Register(name=name, entry=entry), risk))
    for (template, risk_id), names in served.items():
        entry = templates[template]
        risk = next(one for one in entry["risks"] if str(one["id"]) == risk_id)
        yield Register(name=template, entry=entry, served=frozenset(names)), risk
    yield from own


def _served(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the id and entry of every project and stream."""
    yield from ((str(entry["id"]), entry) for entry in document.get("projects") or ())
    yield from ((str(name), entry) for name, entry in (document.get("demand") or {}).items())


def _owners(document: Document, register: Register) -> Iterator[dict[str, Any]]:
    """Yield every object of a document that lists the risks of a register."""
    if not register.name:
        yield document
        return
    if register.served:
        yield document["templates"][register.name]
    names = register.served or {register.name}
    yield from (entry for name, entry in _served(document) if name in names)


def leave_out(document: Document, *, risks: Iterable[tuple[Register, Any]]) -> None:
    """Take risks out of every object that lists them.

    Where the spread of past work includes them they stay listed and never happen: so what they
    explain of the past is still taken off.
    """
    is_of_past = (document.get("settings") or {}).get("spread_includes_risks") is True
    for register, risk in risks:
        for owner in _owners(document, register):
            if is_of_past:
                for one in owner.get("risks") or ():
                    if str(one["id"]) == str(risk):
                        one["mitigation"] = {"probability": 0}
                continue
            kept = [one for one in owner.get("risks") or () if str(one["id"]) != str(risk)]
            owner["risks"] = kept


def mitigate(document: Document, *, register: Register, risk: str, is_on: bool) -> None:
    """Do what is planned against a risk, or leave it."""
    for owner in _owners(document, register):
        for one in owner.get("risks") or ():
            if str(one["id"]) == risk:
                one["mitigation"]["is_on"] = is_on
