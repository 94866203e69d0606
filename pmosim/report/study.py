"""Study: the page of a study: what-if, comparison, stop or delay list, start rules, bottlenecks.

In: the document of a study, by its schema. Out: ``report.html`` and ``charts/``, as for a run.
Not here: what each study says (``whatif``, ``stops``, ``startrules``, ``bottlenecks``,
``prices``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmosim.report.reading import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike

    from pmosim.report.figures import Plan
    from pmosim.report.sentences import Card, KeyNumber
    from pmosim.report.tables import Table

SAME_LUCK = (
    "Same luck",
    "Future 17 of the one and future 17 of the other have the same sick days, the same surprises "
    "and the same amounts of work; only what was changed differs. What is left of the difference "
    "is due to the change.",
)
NOT_YET_CERTAIN = (
    "Not yet certain",
    "So few futures cannot tell the change from none, or not closely enough to matter; more "
    "futures would.",
)
INTERVAL = (
    "From … to …",
    "Where the true change lies with a chance of 95 of 100, as far as the number of futures "
    "goes. It says nothing of what the scenario leaves out.",
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading with a table, or with a sentence only."""

    id: str
    heading: str
    sentence: str = ""
    table: Table | None = None


@dataclass(frozen=True, kw_only=True)
class Study:
    """What a page says, from the first line to the last."""

    kicker: str
    name: str
    subtitles: tuple[str, ...]
    lead: str
    answer: str = ""
    """The lead with all that belongs to it."""
    numbers: tuple[KeyNumber, ...] = ()
    cards: tuple[tuple[Card, ...], ...] = ()
    near: tuple[Section, ...] = ()
    """Tables of the first page."""
    charts: tuple[Plan, ...] = ()
    sections: tuple[Section, ...] = ()
    """Tables behind the charts."""
    terms: tuple[tuple[str, str], ...] = (SAME_LUCK, INTERVAL, NOT_YET_CERTAIN)


def write_study_report(
    document: Mapping[str, Any],
    folder: str | PathLike[str],
    provenance: Mapping[str, Any] | None = None,
) -> Path:
    """Write ``report.html`` and ``charts/*.svg|png`` of a study into a folder.

    Parameters
    ----------
    document : of ``whatif --json`` and its kin; the schema says which.
    folder : made where it is missing. Charts of another study are not removed.
    provenance : names and values shown at the end; no dates of a run.

    Raises
    ------
    ValueError
        If there is no page for the schema.
    """
    from pmosim.report.figures import write_chart

    study = read_study(document)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    page = target / "report.html"
    page.write_text(_render(study, document, provenance), encoding="utf-8", newline="\n")
    for plan in study.charts:
        write_chart(plan, target / "charts")
    return page


def render_study_page(
    document: Mapping[str, Any], provenance: Mapping[str, Any] | None = None
) -> str:
    """Return the page of a study as text."""
    return _render(read_study(document), document, provenance)


def read_study(document: Mapping[str, Any]) -> Study:
    """Return what the page of a study says (ValueError if there is none for its schema)."""
    schema = str(document.get("schema", ""))
    readers = _readers()
    if schema not in readers:
        known = ", ".join(readers)
        raise ValueError(f"no page shows {schema or 'a document without schema'}; known: {known}")
    return readers[schema](document)


def is_study(document: Mapping[str, Any]) -> bool:
    """Return whether there is a page for this document here."""
    return document.get("schema") in _readers()


def name_of(names: Mapping[str, Any], id_: str) -> str:
    """Return the name of a project; its id where it has none."""
    return clean(names.get(id_)) or clean(id_)


def _readers() -> dict[str, Callable[[Mapping[str, Any]], Study]]:
    from pmosim.report.backtest import read_backtest
    from pmosim.report.bottlenecks import read_bottlenecks
    from pmosim.report.calibrated import read_calibration
    from pmosim.report.prices import read_prices
    from pmosim.report.startrules import read_start_rules
    from pmosim.report.stops import read_stops
    from pmosim.report.whatif import read_what_if

    return {
        "pmosim.compare/1": read_what_if,
        "pmosim.each/1": read_stops,
        "pmosim.policies/1": read_start_rules,
        "pmosim.bottlenecks/1": read_bottlenecks,
        "pmosim.price/1": read_prices,
        "pmosim.backtest/1": read_backtest,
        "pmosim.calibration/1": read_calibration,
    }


def _render(study: Study, document: Mapping[str, Any], provenance: Mapping[str, Any] | None) -> str:
    from pmosim.report.figures import draw_chart
    from pmosim.report.page import environment, list_provenance, shown, theme

    return (
        environment()
        .get_template("study.html")
        .render(
            study=study,
            title=f"{study.name}: {study.kicker.lower()}",
            charts=[shown(draw_chart(plan)) for plan in study.charts],
            provenance=list_provenance(
                str(document.get("seed", "")), document.get("replications"), provenance
            ),
            **theme(),
        )
    )
