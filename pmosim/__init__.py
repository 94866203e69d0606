"""pmosim: honest forecasts for a project portfolio.

Work asks, people offer, rules match; chance is decided first, then the clock runs, then we count.
Everything a user needs stands here and is loaded when it is first asked for, so that
``import pmosim`` and ``pmosim --help`` stay quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pmosim.backtesting import Score, backtest
    from pmosim.calibration import calibrate
    from pmosim.errors import (
        AuditError,
        InputError,
        PmosimError,
        Problem,
        RunFolderError,
        ScenarioError,
        UnpairedError,
    )
    from pmosim.exchange import scenario_from_frames
    from pmosim.fitted import Fitted
    from pmosim.forecast import Estimate, Forecast
    from pmosim.history import History, read_history, write_history
    from pmosim.outcomes import Outcomes
    from pmosim.replication import simulate
    from pmosim.report import write_report
    from pmosim.scenario import Scenario, check_scenario, parse_scenario, read_scenario
    from pmosim.study.comparison import compare

__version__ = "0.1.0"

_HOME = {
    "AuditError": "pmosim.errors",
    "Estimate": "pmosim.forecast",
    "Fitted": "pmosim.fitted",
    "Forecast": "pmosim.forecast",
    "History": "pmosim.history",
    "InputError": "pmosim.errors",
    "Outcomes": "pmosim.outcomes",
    "PmosimError": "pmosim.errors",
    "Problem": "pmosim.errors",
    "RunFolderError": "pmosim.errors",
    "Scenario": "pmosim.scenario",
    "ScenarioError": "pmosim.errors",
    "Score": "pmosim.backtesting",
    "UnpairedError": "pmosim.errors",
    "backtest": "pmosim.backtesting",
    "calibrate": "pmosim.calibration",
    "check_scenario": "pmosim.scenario",
    "compare": "pmosim.study.comparison",
    "parse_scenario": "pmosim.scenario",
    "read_history": "pmosim.history",
    "read_scenario": "pmosim.scenario",
    "scenario_from_frames": "pmosim.exchange",
    "simulate": "pmosim.replication",
    "write_history": "pmosim.history",
    "write_report": "pmosim.report",
}

__all__ = [
    "AuditError",
    "Estimate",
    "Fitted",
    "Forecast",
    "History",
    "InputError",
    "Outcomes",
    "PmosimError",
    "Problem",
    "RunFolderError",
    "Scenario",
    "ScenarioError",
    "Score",
    "UnpairedError",
    "__version__",
    "backtest",
    "calibrate",
    "check_scenario",
    "compare",
    "parse_scenario",
    "read_history",
    "read_scenario",
    "scenario_from_frames",
    "simulate",
    "write_history",
    "write_report",
]


def __getattr__(name: str) -> object:
    """Load a public name from its home when it is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'pmosim' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return sorted(__all__)
