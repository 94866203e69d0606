"""Calibration: what a history says of work, requests and people, and how sure that is.

In: ``History``. Out: ``Fitted``, which a scenario takes by ``calibration:``, and what a diagnosis
page shows. Not here: scores of such forecasts (``backtesting``), the page (``report``).
"""

from pmosim.calibration.fit import Calibration, calibrate, calibration_of
from pmosim.calibration.observations import Observations, observe
from pmosim.calibration.plan_fit import PlanFit, fit_plan

__all__ = [
    "Calibration",
    "Observations",
    "PlanFit",
    "calibrate",
    "calibration_of",
    "fit_plan",
    "observe",
]
