"""``pmosim report``: the report of a run, written again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pmosim import __version__
from pmosim.cli.options import talking
from pmosim.cli.terminal import typed

if TYPE_CHECKING:
    from pathlib import Path

    from pmosim.cli.terminal import Terminal

NOT_YET = ("--xlsx", "--md", "--pdf", "--public")


def _refuse(_: click.Context, param: click.Parameter, value: object) -> None:
    if value:
        raise click.UsageError(f"{param.opts[0]} is not available yet in pmosim {__version__}.")


@click.command("report", short_help="Write the report of a run again.")
@click.argument("path", metavar="RUN")
@click.option("--html", is_flag=True, help="One HTML page (the default).")
@click.option(NOT_YET[0], is_flag=True, hidden=True, expose_value=False, callback=_refuse)
@click.option(NOT_YET[1], is_flag=True, hidden=True, expose_value=False, callback=_refuse)
@click.option(NOT_YET[2], is_flag=True, hidden=True, expose_value=False, callback=_refuse)
@click.option(NOT_YET[3], is_flag=True, hidden=True, expose_value=False, callback=_refuse)
@talking
@click.pass_obj
def command(terminal: Terminal, path: str, *, html: bool) -> None:
    """Write report.html and the tables of a run again, from its forecast.

    Also of a study, from its answer: reports/baseline-whatif, reports/baseline-policies.
    """
    from pmosim.report import write_report
    from pmosim.workspace import open_forecast, run_of, study_of, write_tables

    if (study := study_of(path)) is not None:
        _write_study(terminal, study)
        return
    run = open_forecast(run_of(path))
    document = run.forecast()
    write_tables(document, run.path / "tables")
    page = write_report(document, run.path, provenance=run.provenance())
    if run.is_finished:
        run.finish({})
    terminal.result(str(page))
    terminal.next(typed("explain", path, "PROJECT"))


def _write_study(terminal: Terminal, folder: Path) -> None:
    """Write page, charts and tables of a study again."""
    from pmosim.report import write_study_report
    from pmosim.workspace import open_study, write_study_tables

    study = open_study(folder)
    document = study.document()
    write_study_tables(document, folder / "tables")
    page = write_study_report(document, folder, study.provenance())
    study.seal()
    terminal.result(str(page))
