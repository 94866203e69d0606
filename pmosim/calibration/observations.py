"""Observations: ln(actual / plan) of finished work, and how far unfinished work has come.

In: plain arrays of one history. Out: ``Observations``, sorted by nothing, each row with what is
known of it: exactly, within the grid it was rounded to, or only that it is more than that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from pmosim.calibration.parts import BoolArray, FloatArray, IntArray

ON_PLAN = 1e-9
"""Relative difference below which actual is plan."""
WIDE_CELL = 0.05
"""A grid is felt where its cell is wider than this part of the value."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Observations:
    """N pieces of work with a plan."""

    log_plan: FloatArray
    y: FloatArray
    """ln(actual / plan); of open and cancelled work ln(spent / plan)."""
    low: FloatArray
    high: FloatArray
    """Ends of the cell that ``y`` was rounded within; both ``y`` where rounding is not felt."""
    is_open: BoolArray
    """More than ``y``, unknown how much: open, or cancelled (a competing end)."""
    is_on_plan: BoolArray
    project: IntArray
    """Number of the project, from 0."""
    project_names: tuple[str, ...]
    classes: Mapping[str, tuple[IntArray, tuple[str, ...]]]
    """Class key -> number of the class of each row, names of the classes."""
    period: IntArray
    """Quarter in which the project began, counted from year 0; -1 = not known."""
    is_cancelled: BoolArray

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.y)

    @property
    def is_finished(self) -> BoolArray:
        """Rows whose end is known."""
        return np.asarray(~self.is_open, dtype=np.bool_)

    @property
    def n_projects(self) -> int:
        """Projects with at least one row."""
        return len(np.unique(self.project))

    def only(self, rows: BoolArray | IntArray) -> Observations:
        """Return some rows; projects and classes keep their numbers."""
        return replace(
            self,
            log_plan=self.log_plan[rows],
            y=self.y[rows],
            low=self.low[rows],
            high=self.high[rows],
            is_open=self.is_open[rows],
            is_on_plan=self.is_on_plan[rows],
            project=self.project[rows],
            period=self.period[rows],
            is_cancelled=self.is_cancelled[rows],
            classes={key: (number[rows], names) for key, (number, names) in self.classes.items()},
        )


def observe(
    plan: ArrayLike,
    actual: ArrayLike,
    *,
    project: ArrayLike | None = None,
    is_open: ArrayLike | None = None,
    is_cancelled: ArrayLike | None = None,
    classes: Mapping[str, ArrayLike] | None = None,
    period: ArrayLike | None = None,
    grid: float | None = None,
) -> Observations:
    """Return observations of work.

    Parameters
    ----------
    plan, actual : (N,) in one unit, e.g. person-days. Rows without a plan above 0 are left out, and
        finished rows without an actual above 0; unfinished work on which nothing was spent tells
        nothing and is left out too.
    project : (N,) any labels; absent = each row is a project of its own.
    is_open, is_cancelled : (N,) flags; ``actual`` is then what was spent so far.
    classes : labels of each row by class key (``role``, ``type``, ``template``).
    period : (N,) quarter in which the row's project began, -1 unknown.
    grid : step that actuals were rounded to, in their unit; absent = found from the data, 0 = none.
    """
    plans, actuals = (np.asarray(values, dtype=np.float64) for values in (plan, actual))
    n = len(plans)
    none = np.zeros(n, dtype=np.bool_)
    cancelled = none if is_cancelled is None else np.asarray(is_cancelled, dtype=np.bool_)
    unfinished = cancelled if is_open is None else np.asarray(is_open, dtype=np.bool_) | cancelled
    kept = np.isfinite(plans) & (plans > 0.0) & np.isfinite(actuals) & (actuals > 0.0)
    names, numbers = _numbered(np.arange(n) if project is None else project, kept)
    step = rounding_step(actuals[kept & ~unfinished]) if grid is None else grid
    plans, actuals, unfinished = plans[kept], actuals[kept], unfinished[kept]
    half = step / 2.0
    is_felt = (
        (step > WIDE_CELL * actuals) & ~unfinished if step > 0.0 else np.zeros(len(plans), bool)
    )
    y = np.log(actuals / plans)
    low = np.where(is_felt, np.log(np.maximum(actuals - half, step * 1e-3 + 1e-12) / plans), y)
    high = np.where(is_felt, np.log((actuals + half) / plans), y)
    on_plan = (np.abs(actuals - plans) <= ON_PLAN * plans) & ~unfinished
    labelled = {key: _numbered(labels, kept) for key, labels in (classes or {}).items()}
    quarter = np.full(n, -1) if period is None else np.asarray(period)
    return Observations(
        log_plan=np.log(plans),
        y=y,
        low=low,
        high=high,
        is_open=unfinished,
        is_on_plan=on_plan,
        project=numbers,
        project_names=names,
        classes={key: (number, known) for key, (known, number) in labelled.items()},
        period=quarter[kept].astype(np.int64),
        is_cancelled=cancelled[kept],
    )


def _numbered(labels: ArrayLike, kept: BoolArray) -> tuple[tuple[str, ...], IntArray]:
    texts = np.asarray(labels, dtype=object)[kept]
    texts = np.array(["" if _is_blank(text) else str(text) for text in texts], dtype=object)
    names, numbers = np.unique(texts, return_inverse=True)
    return tuple(str(name) for name in names), numbers.astype(np.int64)


def _is_blank(label: object) -> bool:
    return label is None or label != label


GRIDS = (5.0, 1.0, 0.5, 0.25, 0.125, 0.1, 0.05)
"""Steps that people round days to: a week, a day, half a day, two hours, an hour, ..."""
MOST_OFF_GRID = 0.02
LEAST_FOR_A_GRID = 20


def rounding_step(actual: FloatArray) -> float:
    """Return the coarsest usual step that at least 98 % of the values stand on, 0 if none."""
    values = actual[np.isfinite(actual)]
    if len(values) < LEAST_FOR_A_GRID:
        return 0.0
    for step in GRIDS:
        steps = values / step
        if np.mean(np.abs(steps - np.round(steps)) > 1e-6) <= MOST_OFF_GRID:
            return step
    return 0.0
