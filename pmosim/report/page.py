"""Page: one self-contained HTML file, and the charts beside it.

In: the document of ``run --json``, or anything that gives one (``Forecast.to_document``). Out:
``report.html`` and ``charts/``. The same document gives the same bytes.

Nothing in the page asks for anything from outside, nothing in it runs: a mail program, an archive
and a printer can hold it. Text from the scenario is escaped where it enters the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from pmosim.forecast.wording import MONTHS
from pmosim.report.answers import clean, read_answers
from pmosim.report.decisions import write_decisions
from pmosim.report.sentences import (
    say_day,
    write_assumed,
    write_cards,
    write_earned_heading,
    write_key_numbers,
    write_lead,
    write_outlook_heading,
)
from pmosim.report.study import is_study, write_study_report
from pmosim.report.tables import (
    tabulate_bookings,
    tabulate_earned_value,
    tabulate_groups,
    tabulate_outlook,
    tabulate_projects,
    tabulate_promises,
    tabulate_streams,
    tabulate_uncovered,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from jinja2 import Environment

    from pmosim.report.answers import Answers, Assumption
    from pmosim.report.figures import Chart, Plan

BASES = (
    ("off", "Left out of this forecast"),
    ("assumed", "Assumed"),
    ("measured", "Measured"),
    ("stated", "As the scenario states it"),
    ("", "Also"),
)
"""Groups of assumptions in the order in which they are read; another basis is its own heading."""


KINDS = frozenset(
    {
        *("gantt", "dates", "delays", "chain", "busy", "capacity"),
        *("joint", "spending", "worth-it", "finished"),
    }
)
"""Names of charts, each perhaps with a number."""
LISTED = 10
"""Assumptions of a group, and warnings, that are listed; the others are folded away."""
_MONTH = "(?:" + "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS) + r")\b"
_GLUE = re.compile(
    rf"(?<=\d) (?=%|of \d|working day|days?\b|{_MONTH})|(?<=\d of) (?=100\b)"
    r"|(?<=\b[A-Z]{3}) (?=-?\d)"
    rf"|(?<=\d (?:{'|'.join(month[:3] for month in MONTHS)})) (?=\d{{4}}\b)"
)
"""Spaces at which a line should not break: within a number and what it counts, within a date."""


@runtime_checkable
class Documented(Protocol):
    """What can say itself as a ``run --json`` document."""

    def to_document(self) -> Mapping[str, Any]:
        """Return the document."""
        ...


def write_report(
    forecast: Documented | Mapping[str, Any],
    folder: str | PathLike[str],
    provenance: Mapping[str, Any] | None = None,
) -> Path:
    """Write ``report.html`` and ``charts/*.svg|png`` into a folder.

    Parameters
    ----------
    forecast : a Forecast or a Comparison, or a document of ``--json``; a study has its own page.
    folder : made where it is missing; files of an earlier report are overwritten.
    provenance : names and values shown at the end (version, seed, digests); no dates of a run, so
        that the same inputs give the same bytes.

    Returns
    -------
    The path of the page.
    """
    from pmosim.report.figures import write_chart

    document = forecast.to_document() if isinstance(forecast, Documented) else forecast
    if is_study(document):
        return write_study_report(document, folder, provenance)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    page = target / "report.html"
    page.write_text(render_page(document, provenance), encoding="utf-8", newline="\n")
    charts = target / "charts"
    plans = plan_charts(read_answers(document))
    kept = {path.name for plan in plans for path in write_chart(plan, charts)}
    for old in sorted(charts.glob("*")):
        if old.suffix in {".svg", ".png"} and old.name not in kept and _is_ours(old.stem):
            old.unlink()
    return page


def render_page(document: Mapping[str, Any], provenance: Mapping[str, Any] | None = None) -> str:
    """Return the page as text."""
    from pmosim.report.figures import draw_chart

    answers = read_answers(document)
    page = environment().get_template("page.html")
    return page.render(
        title=f"{answers.name}: forecast",
        answers=answers,
        subtitle=_write_subtitle(answers),
        lead=write_lead(answers),
        key_numbers=write_key_numbers(answers),
        decisions=write_decisions(answers),
        cards=write_cards(answers),
        promises=tabulate_promises(answers),
        outlook=tabulate_outlook(answers),
        outlook_heading=write_outlook_heading(answers),
        assumed=write_assumed(answers),
        bookings=tabulate_bookings(answers),
        earned_value=tabulate_earned_value(answers),
        earned_heading=write_earned_heading(answers),
        projects=tabulate_projects(answers),
        streams=tabulate_streams(answers),
        uncovered=tabulate_uncovered(answers),
        groups=tabulate_groups(answers),
        charts=[shown(draw_chart(plan)) for plan in plan_charts(answers)],
        assumptions=_group_assumptions(answers),
        listed=LISTED,
        provenance=list_provenance(answers.seed, answers.replications, provenance),
        **theme(),
    )


def environment() -> Environment:
    """Return what fills the templates; text is escaped unless it says that it is markup."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    result = Environment(
        loader=PackageLoader("pmosim.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    result.filters["glue"] = glue
    return result


def shown(chart: Chart) -> dict[str, Any]:
    """Return a chart as a template takes it."""
    from markupsafe import Markup

    # the SVG was built as a tree and serialised: its text is escaped already
    return {**vars(chart), "svg": Markup(chart.svg)}


def theme() -> dict[str, list[tuple[str, str]]]:
    """Return the colours of both themes as a template takes them."""
    from pmosim.report.figures import THEME

    return {
        "light": [(name, light) for name, (light, _) in THEME.items()],
        "dark": [(name, dark) for name, (_, dark) in THEME.items()],
    }


def glue(text: str) -> str:
    """Return the text with spaces that do not break where a number belongs to its word."""
    return _GLUE.sub("\N{NO-BREAK SPACE}", text)


def plan_charts(answers: Answers) -> list[Plan]:
    """Return every chart of the report, in its order."""
    from pmosim.report.capacity import plan_capacity
    from pmosim.report.dates import plan_dates
    from pmosim.report.gantt import plan_gantts
    from pmosim.report.heatmap import plan_heat_maps
    from pmosim.report.joint import plan_joint
    from pmosim.report.reasons import plan_chain, plan_delays
    from pmosim.report.spending import plan_spending
    from pmosim.report.throughput import plan_throughput
    from pmosim.report.worth import plan_worth

    planners = (
        plan_gantts,
        plan_dates,
        plan_delays,
        plan_chain,
        plan_heat_maps,
        plan_capacity,
        plan_joint,
        plan_spending,
        plan_worth,
        plan_throughput,
    )
    return [plan for planner in planners for plan in planner(answers)]


def _is_ours(stem: str) -> bool:
    """Return whether a chart of that name comes from here (an earlier run may have had more)."""
    kind, _, number = stem.rpartition("-")
    return stem in KINDS or (kind in KINDS and number.isdigit())


def _write_subtitle(answers: Answers) -> str:
    n = answers.replications
    parts = [f"What {n:,} {'future' if n == 1 else 'futures'} of this portfolio have in common"]
    if answers.as_of is not None:
        parts.append(f"everything as known on the morning of {say_day(answers.as_of)}")
    return "; ".join(parts) + "."


def _group_assumptions(answers: Answers) -> list[tuple[str, list[str]]]:
    titles = dict(BASES)
    for assumption in answers.assumptions:
        titles.setdefault(assumption.basis, assumption.basis.capitalize())
    groups = [
        (title, [_say_assumption(a) for a in answers.assumptions if a.basis == basis])
        for basis, title in titles.items()
    ]
    return [(title, texts) for title, texts in groups if texts]


def _say_assumption(assumption: Assumption) -> str:
    return f"{assumption.text} {assumption.source}".strip()


def list_provenance(
    seed: str, replications: int | None, provenance: Mapping[str, Any] | None
) -> list[tuple[str, str]]:
    """Return the names and values at the end of a page."""
    from pmosim import __version__

    futures = "" if replications is None else f"{replications:,}"
    rows = {"pmosim": __version__, "seed": seed, "futures": futures}
    named = {"version": "pmosim", "replications": "futures"}
    for key, value in _flatten(provenance or {}):
        rows[named.get(key, clean(key.replace("_", " ")))] = clean(value)
    return [(key, value) for key, value in rows.items() if value]


def _flatten(values: Mapping[str, Any], prefix: Sequence[str] = ()) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in values.items():
        path = (*prefix, str(key))
        if isinstance(value, Mapping):
            rows += _flatten(value, path)
        elif isinstance(value, list | tuple):
            rows.append((" ".join(path), ", ".join(map(str, value))))
        elif value is not None:
            rows.append((" ".join(path), str(value)))
    return rows
