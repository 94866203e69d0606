"""Words: what the statuses of usual tools mean; any other word has to be said, never guessed."""

from __future__ import annotations

_FINISHED = (
    "finished fixed done closed resolved complete completed delivered deployed released accepted "
    "live "
    "fertig erledigt geschlossen abgeschlossen abgenommen gelöst terminé fermé résolu clos "
    "hecho cerrado completado resuelto fatto chiuso completato concluído fechado"
)
_OPEN = (
    "open unresolved new active approved committed running todo backlog reopened blocked waiting "
    "review "
    "testing planned proposed ready selected started ongoing assigned analysis design build test "
    "offen neu laufend geplant bereit wartend ouvert nouveau abierto nuevo aperto nuovo aberto"
)
_CANCELLED = (
    "cancelled canceled removed rejected abandoned withdrawn stopped duplicate invalid terminated "
    "abgebrochen abgelehnt verworfen annulé abandonné rejeté cancelado annullato rechazado"
)
_PHRASES = {
    "to do": "open", "in progress": "open", "in review": "open", "in test": "open",
    "in development": "open", "in arbeit": "open", "in bearbeitung": "open", "zu erledigen": "open",
    "on hold": "open", "on-hold": "open", "not started": "open", "en cours": "open",
    "à faire": "open", "en curso": "open", "por hacer": "open", "in corso": "open",
    "da fare": "open", "em andamento": "open", "code review": "open", "in testing": "open",
    "ready for test": "open", "selected for development": "open", "ready to test": "open",
    "won't do": "cancelled", "won't fix": "cancelled", "wontfix": "cancelled",
    "wont do": "cancelled", "wont fix": "cancelled", "cannot reproduce": "cancelled",
    "cut": "cancelled", "obsolete": "cancelled",
    "100%": "finished", "1": "finished", "true": "finished", "0": "open", "false": "open",
}  # fmt: skip

STATUS_WORDS: dict[str, str] = {
    **dict.fromkeys(_FINISHED.split(), "finished"),
    **dict.fromkeys(_OPEN.split(), "open"),
    **dict.fromkeys(_CANCELLED.split(), "cancelled"),
    **_PHRASES,
}
"""Word in lower case -> what it means."""


def status_of(word: str, own: dict[str, str]) -> str | None:
    """Return what a status means; ``own`` are words that the user explained (lower case)."""
    text = word.strip().lower()
    return own.get(text) or STATUS_WORDS.get(text)
