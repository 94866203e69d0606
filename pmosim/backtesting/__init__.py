"""Backtesting: how good such forecasts would have been.

In: a history. Out: ``Score``. Forecasts are made again on earlier days, with what was known then,
and judged by what came of it, beside what a PMO could have said without them.
"""

from pmosim.backtesting.origins import backtest
from pmosim.backtesting.verdict import Score

__all__ = ["Score", "backtest"]
