"""Until: what commands share that grow their runs until the answer is known well enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from pmosim.cli.options import MOST_FUTURES, WholeNumber

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pmosim.cli.steps import Steps
    from pmosim.forecast.precision import Reading
    from pmosim.outcomes import Outcomes
    from pmosim.scenario import Scenario
    from pmosim.study.comparison import Comparison
    from pmosim.study.precision import Settled, Until
    from pmosim.study.runs import Runs

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")


def until_options(function: Decorated) -> Decorated:
    """Add ``--until`` and ``--most``."""
    most = click.option(
        "--most",
        type=WholeNumber(1, MOST_FUTURES),
        metavar="N",
        help="With --until: stop here in any case. [default: 16 times the first look]",
    )
    until = click.option(
        "--until",
        metavar="TARGETS",
        help="Run until this is known: 'p80=2d and p_late(crm)=2%'; first look at -n [250].",
    )
    return until(most(function))


def read_until(text: str | None, replications: int, most: int | None) -> Until | None:
    """Return what ``--until`` asks for, None = nothing; ``-n`` counts where it was given."""
    if text is None:
        if most is not None:
            raise click.UsageError("--most has a meaning only with --until; or give -n alone.")
        return None
    from pmosim.study.precision import Until

    context = click.get_current_context()
    is_given = context.get_parameter_source("replications") != ParameterSource.DEFAULT
    return Until.read(text, replications if is_given else None, most)


def check_until(goal: Until, scenario: Scenario, *, of_differences: bool = False) -> None:
    """Refuse what no run of the scenario can know, before anything is run (InputError).

    ``of_differences``: the targets are those of a comparison with this base.
    """
    from pmosim.forecast.precision import check_differences, check_targets
    from pmosim.network import compile_network

    check_targets(goal.targets, compile_network(scenario), goal.most)
    if of_differences:
        check_differences(goal.targets)


def settle_differences(
    goal: Until,
    runs: Runs,
    scenarios: Sequence[Scenario],
    compare: Callable[[list[Outcomes]], Comparison],
    steps: Steps | None = None,
    known: Sequence[dict[int, Outcomes]] | None = None,
) -> Settled[Comparison]:
    """Grow several runs together until the differences that were asked for are known.

    Parameters
    ----------
    goal : checked with ``check_until(..., of_differences=True)``.
    runs : of the study.
    scenarios : the base, then its alternatives.
    compare : makes the comparison of their outcomes, given in that order.
    steps : is told how many runs are done.
    known : blocks of each scenario that are there already; those that are run are added.
    """
    from pmosim.forecast.precision import read_differences
    from pmosim.study.precision import settle

    blocks_of = [{} for _ in scenarios] if known is None else list(known)

    def attempt(n: int) -> Comparison:
        outcomes = []
        for number, (scenario, blocks) in enumerate(zip(scenarios, blocks_of, strict=True)):
            if steps is not None:
                steps.count_run(number, len(scenarios))
            outcomes.append(runs.run(scenario, replications=n, known=blocks))
        return compare(outcomes)

    def read(comparison: Comparison) -> Sequence[Reading]:
        return read_differences(comparison.to_document(), goal.targets, comparison.base.network)

    return settle(goal, attempt, read)
