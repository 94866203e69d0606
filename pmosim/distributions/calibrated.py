"""Calibrated: a planned number as the law that past plans and actuals give it.

ln(amount / plan) is ``middle`` + ``spread`` x tail; of what would end early a part is recorded
exactly on plan (Parkinson). The spread holds what a project has in common and what is the task's
own; how they divide is the correlation of the scenario.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from pmosim.distributions.laws import FIRST, LARGEST_EXPONENT, LAST, Fixed, Law, normal_score
from pmosim.distributions.tails import Tail

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

MOST_LOG = 12.0
"""ln of the largest factor on a plan that is believed: 160,000 times."""


@dataclass(frozen=True, kw_only=True)
class Calibrated(Law):
    """A plan, and how far past work ended from its plans."""

    planned: float
    """What stands in the plan."""
    middle: float
    """ln(median / plan), mass on plan left out."""
    spread: float
    """Of ln(amount / plan), everything included."""
    tail: Tail = field(default_factory=Tail)
    stretched: float = 0.0
    """Share of what would end early that is recorded on plan."""
    log_size: float = 0.0
    """ln(plan / typical plan): how much of the size effect's own error it feels."""

    def __post_init__(self) -> None:
        """Refuse a plan of 0 and negative spreads."""
        if not (self.planned > 0.0 and math.isfinite(self.planned)):
            message = f"planned is {self.planned:g}; it must be above 0"
            raise ValueError(message)
        if self.spread < 0.0 or not 0.0 <= self.stretched <= 1.0:
            message = f"spread {self.spread:g} and stretched {self.stretched:g} must not be so"
            raise ValueError(message)

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return plan x exp(middle + spread x tail), early ends stretched to the plan in part."""
        return self.quantile_given(u, 0.0, 1.0)

    def quantile_given(
        self, u: ArrayLike, shift: ArrayLike, widening: ArrayLike
    ) -> NDArray[np.float64]:
        """Return quantiles with the middle moved by ``shift`` and the spread times ``widening``.

        Both of the last dimension of ``u``: how the parameters are in each future.
        """
        shares = np.clip(np.asarray(u, dtype=np.float64), FIRST, LAST)
        middle = self.middle + np.asarray(shift, dtype=np.float64)
        spread = self.spread * np.asarray(widening, dtype=np.float64)
        if self.stretched > 0.0:
            left = 1.0 - self.stretched
            early = self._share_early(middle, spread)
            spared = shares / max(left, 1e-12)
            core = np.where(shares < left * early, np.minimum(spared, LAST), shares)
            value = middle + spread * self.tail.quantile(normal_score(core))
            is_on_plan = (shares >= left * early) & (shares < early)
            value = np.where(is_on_plan, 0.0, value)
        else:
            value = middle + spread * self.tail.quantile(normal_score(shares))
        return np.asarray(self.planned * np.exp(np.clip(value, -MOST_LOG, MOST_LOG)))

    def _share_early(
        self, middle: NDArray[np.float64], spread: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the share of the core that ends before the plan."""
        with np.errstate(divide="ignore"):
            at = np.where(
                spread > 0.0, -middle / np.maximum(spread, 1e-12), -np.sign(middle) * 99.0
            )
        return self.tail.cdf(at)

    def cdf(self, x: float) -> float:
        """Return the probability of ``x`` or less."""
        if x <= 0.0:
            return 0.0
        y = math.log(x / self.planned)
        if self.spread == 0.0:
            return float(y >= self.middle)
        below = float(self.tail.cdf((y - self.middle) / self.spread))
        return below if y >= 0.0 else (1.0 - self.stretched) * below

    def scaled(self, factor: float) -> Law:
        """Return the plan times ``factor``, with the same spread."""
        if not (factor >= 0.0 and math.isfinite(factor)):
            message = f"factor is {factor:g}; it must be 0 or more"
            raise ValueError(message)
        return replace(self, planned=self.planned * factor) if factor else Fixed(value=0.0)

    def with_part_of_spread(self, left: float) -> Calibrated:
        """Return the law with ``left`` of its spread; plan, middle and mass on plan stay."""
        return replace(self, spread=self.spread * left)

    @property
    def mean(self) -> float:
        """Expected value; of heavy tails and mass on plan by 4,096 equal shares of the futures."""
        if self.tail.law == "normal" and self.stretched == 0.0:
            log = min(self.middle + self.spread**2 / 2.0, LARGEST_EXPONENT)
            return self.planned * math.exp(log)
        return float(self.quantile((np.arange(4096) + 0.5) / 4096).mean())

    @property
    def plan(self) -> float:
        """What stands in the plan; the median lies elsewhere."""
        return float(self.planned)

    @property
    def is_certain(self) -> bool:
        """Whether only one value is possible."""
        return self.spread == 0.0
