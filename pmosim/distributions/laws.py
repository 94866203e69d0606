"""Laws: uncertain amounts, by inverse CDF.

A law turns uniforms into values (``quantile``), says what a planner would write down (``plan``)
and how much lies below a value (``cdf``, to condition on what is already spent). Values are frozen
and carry no unit: minutes, person-minutes, money or a size, as their owner says. Nothing here is
random. Constructors raise ``ValueError`` with the value, the rule and the way out.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

NORMAL_P90 = 1.2815515655446004
"""The 90 % quantile of the standard normal."""

PERT_WEIGHT = 4.0
"""Weight of the likely value in a PERT (Malcolm, Roseboom, Clark and Fazar 1959)."""

LARGEST_CV = 100.0
"""More is taken for a percentage without its sign."""

SMALLEST_CV = 1e-6
"""Less is certain: a second in ten days."""

LARGEST_SIGMA = 10.0
"""Of a logarithm: a P90 of 370,000 times the median; more is taken for a slip of the pen."""

LARGEST_EXPONENT = 700.0
"""exp() of more is no float."""

SMALLEST_FLOAT = 2.0**-1022

FIRST = 2.0**-200
LAST = 1.0 - 2.0**-53
"""The uniforms nearest to 0 and 1 that a law without an end is asked for."""


@dataclass(frozen=True, kw_only=True)
class Law(ABC):
    """How an amount is distributed; never negative."""

    @abstractmethod
    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the values below which shares ``u`` (0 to 1) lie, in the shape of ``u``.

        Never decreasing in ``u``; each value depends on its own ``u`` only. A law without an
        upper end answers u = 1 with the value at ``LAST``, so that every value is finite.
        """

    @abstractmethod
    def cdf(self, x: float) -> float:
        """Return the probability of ``x`` or less."""

    @abstractmethod
    def scaled(self, factor: float) -> Law:
        """Return the law of the amount times ``factor`` (0 or more), of the same kind."""

    if TYPE_CHECKING:
        # A property here at run time would become the default of the fields named ``mean``.
        @property
        def mean(self) -> float:
            """Expected value, exact."""

    @property
    def plan(self) -> float:
        """What stands in the plan: the number, the likely of three, else the median."""
        return float(self.quantile(0.5))

    @property
    def is_certain(self) -> bool:
        """Whether only one value is possible."""
        return False

    def with_part_of_spread(self, left: float) -> Law:
        """Return the law with ``left`` (above 0, below 1) of its log-spread; see ``tightened``."""
        return Tightened(law=self, left=left)

    def score(self, x: float) -> float:
        """Return the normal score of a value, Phi^-1(cdf); finite for every value."""
        return float(normal_score(self.cdf(x)))

    def quantile_beyond(self, u: ArrayLike, spent: float) -> NDArray[np.float64]:
        """Return quantiles of the whole amount given that it is above ``spent``.

        u' = F(a) + u (1 - F(a)), model.md section 3; never less than ``spent``, which is also
        the answer where nothing lies above it.
        """
        shares = np.asarray(u, dtype=np.float64)
        below = self.cdf(spent)
        if below >= 1.0:
            return np.full(shares.shape, float(spent))
        return np.maximum(self.quantile(below + shares * (1.0 - below)), spent)


@dataclass(frozen=True, kw_only=True)
class Fixed(Law):
    """A single number."""

    value: float

    def __post_init__(self) -> None:
        """Refuse a negative number."""
        _check_not_negative("value", self.value)

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the number for every ``u``."""
        return np.full(np.shape(u), float(self.value))

    def cdf(self, x: float) -> float:
        """Return 1 from the number on."""
        return float(x >= self.value)

    def scaled(self, factor: float) -> Fixed:
        """Return the number times ``factor``."""
        _check_factor(factor)
        return Fixed(value=self.value * factor)

    @property
    def mean(self) -> float:
        """The number."""
        return float(self.value)

    @property
    def plan(self) -> float:
        """The number."""
        return float(self.value)

    @property
    def is_certain(self) -> bool:
        """Always."""
        return True


@dataclass(frozen=True, kw_only=True)
class Uniform(Law):
    """Every value from ``low`` to ``high`` alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse what is out of order."""
        _check_not_negative("low", self.low)
        _check_order("low", self.low, "high", self.high)

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the value at the share ``u`` of the way."""
        shares = np.asarray(u, dtype=np.float64)
        return np.clip(self.low + shares * (self.high - self.low), self.low, self.high)

    def cdf(self, x: float) -> float:
        """Return the share of the way that lies behind ``x``."""
        if x >= self.high:
            return 1.0
        return max(0.0, (x - self.low) / (self.high - self.low)) if x > self.low else 0.0

    def scaled(self, factor: float) -> Law:
        """Return both ends times ``factor``."""
        _check_factor(factor)
        return Uniform(low=self.low * factor, high=self.high * factor)

    @property
    def mean(self) -> float:
        """Middle of both ends."""
        return self.low + (self.high - self.low) / 2.0

    @property
    def is_certain(self) -> bool:
        """Whether both ends are one."""
        return self.low == self.high


@dataclass(frozen=True, kw_only=True)
class _ThreePoint(Law):
    """``likely`` is what stands in the plan."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        """Refuse what is out of order."""
        _check_not_negative("low", self.low)
        _check_order("low", self.low, "likely", self.likely)
        _check_order("likely", self.likely, "high", self.high)

    @property
    def plan(self) -> float:
        """The likely value."""
        return float(self.likely)

    @property
    def is_certain(self) -> bool:
        """Whether all three are one."""
        return self.low == self.high


@dataclass(frozen=True, kw_only=True)
class Triangular(_ThreePoint):
    """A density that rises in a line from ``low`` to ``likely`` and falls to ``high``."""

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the value below which the share ``u`` lies."""
        shares = np.asarray(u, dtype=np.float64)
        if self.is_certain:
            return np.full(shares.shape, float(self.likely))
        width = self.high - self.low
        rising = self.low + np.sqrt(shares * width * (self.likely - self.low))
        falling = self.high - np.sqrt((1.0 - shares) * width * (self.high - self.likely))
        is_rising = shares * width < self.likely - self.low
        return np.where(
            is_rising, np.minimum(rising, self.likely), np.maximum(falling, self.likely)
        )

    def cdf(self, x: float) -> float:
        """Return the area below ``x``."""
        if x >= self.high:
            return 1.0
        if x <= self.low:
            return 0.0
        width = self.high - self.low
        if x < self.likely:
            return (x - self.low) / width * ((x - self.low) / (self.likely - self.low))
        return 1.0 - (self.high - x) / width * ((self.high - x) / (self.high - self.likely))

    def scaled(self, factor: float) -> Law:
        """Return all three times ``factor``."""
        _check_factor(factor)
        return Triangular(
            low=self.low * factor, likely=self.likely * factor, high=self.high * factor
        )

    @property
    def mean(self) -> float:
        """Mean of the three."""
        return (self.low + self.likely + self.high) / 3.0


@dataclass(frozen=True, kw_only=True)
class Pert(_ThreePoint):
    """A beta from ``low`` to ``high`` with the mode ``likely``, which weighs 4 in the mean."""

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the value below which the share ``u`` lies."""
        shares = np.asarray(u, dtype=np.float64)
        if self.is_certain:
            return np.full(shares.shape, float(self.likely))
        from scipy.special import betaincinv

        shares = np.maximum(shares, FIRST)  # smaller ones do not converge
        part = np.asarray(betaincinv(*self._shape, shares), dtype=np.float64)
        return self.low + (self.high - self.low) * part

    def cdf(self, x: float) -> float:
        """Return the incomplete beta function below ``x``."""
        if x >= self.high:
            return 1.0
        if x <= self.low:
            return 0.0
        from scipy.special import betainc

        return float(betainc(*self._shape, (x - self.low) / (self.high - self.low)))

    def scaled(self, factor: float) -> Law:
        """Return all three times ``factor``."""
        _check_factor(factor)
        return Pert(low=self.low * factor, likely=self.likely * factor, high=self.high * factor)

    @property
    def mean(self) -> float:
        """Mean of the three, ``likely`` with its weight."""
        return (self.low + PERT_WEIGHT * self.likely + self.high) / (PERT_WEIGHT + 2.0)

    @property
    def _shape(self) -> tuple[float, float]:
        width = self.high - self.low
        return (
            1.0 + PERT_WEIGHT * ((self.likely - self.low) / width),
            1.0 + PERT_WEIGHT * ((self.high - self.likely) / width),
        )


@dataclass(frozen=True, kw_only=True)
class SplitLognormal(Law):
    """Two halves of lognormals that meet in the median ``likely`` and go through both others.

    A value equal to ``likely`` makes its half a point: half of the futures hit ``likely``.
    """

    p10: float
    likely: float
    p90: float

    def __post_init__(self) -> None:
        """Refuse what is out of order, and a P10 of 0, which no lognormal has."""
        _check_positive("p10", self.p10, "or let the range mean min-max")
        _check_order("p10", self.p10, "likely", self.likely)
        _check_order("likely", self.likely, "p90", self.p90)
        for half in self.sigmas:
            if half > LARGEST_SIGMA:
                message = (
                    f"p10, likely and p90 are {self.p10:g}, {self.likely:g} and {self.p90:g}; "
                    f"neighbours must be within {math.exp(LARGEST_SIGMA * NORMAL_P90):,.0f} times "
                    "of each other: check the units"
                )
                raise ValueError(message)

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return likely x exp(sigma z), sigma as of the half."""
        z = normal_score(u)
        low_sigma, high_sigma = self.sigmas
        return np.asarray(self.likely * np.exp(np.where(z < 0.0, low_sigma, high_sigma) * z))

    def cdf(self, x: float) -> float:
        """Return the normal share below the score of ``x``."""
        if x <= 0.0:
            return 0.0
        low_sigma, high_sigma = self.sigmas
        sigma = low_sigma if x < self.likely else high_sigma
        if sigma == 0.0:
            return float(x >= self.likely)
        return _normal_share(math.log(x / self.likely) / sigma)

    def scaled(self, factor: float) -> Law:
        """Return all three times ``factor``."""
        _check_factor(factor)
        if factor == 0.0:
            return Fixed(value=0.0)
        return SplitLognormal(
            p10=self.p10 * factor, likely=self.likely * factor, p90=self.p90 * factor
        )

    @property
    def mean(self) -> float:
        """Sum of the expectations of both halves."""
        low_sigma, high_sigma = self.sigmas
        lower = math.exp(low_sigma**2 / 2.0) * _normal_share(-low_sigma)
        upper = math.exp(high_sigma**2 / 2.0) * _normal_share(high_sigma)
        return self.likely * (lower + upper)

    @property
    def plan(self) -> float:
        """The likely value."""
        return float(self.likely)

    @property
    def is_certain(self) -> bool:
        """Whether all three are one."""
        return self.p10 == self.p90

    @property
    def sigmas(self) -> tuple[float, float]:
        """Spread of the logarithm of the half below and of the half above ``likely``."""
        return (
            math.log(self.likely / self.p10) / NORMAL_P90,
            math.log(self.p90 / self.likely) / NORMAL_P90,
        )


@dataclass(frozen=True, kw_only=True)
class Exponential(Law):
    """Time to something that may happen at any moment alike."""

    mean: float

    def __post_init__(self) -> None:
        """Refuse a mean of 0 or less."""
        _check_positive("mean", self.mean)

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return -mean x ln(1 - u)."""
        return np.asarray(-self.mean * np.log1p(-_short_of_1(u)))

    def cdf(self, x: float) -> float:
        """Return 1 - exp(-x / mean)."""
        return -math.expm1(-x / self.mean) if x > 0.0 else 0.0

    def scaled(self, factor: float) -> Law:
        """Return the mean times ``factor``."""
        _check_factor(factor)
        return Exponential(mean=self.mean * factor) if factor > 0.0 else Fixed(value=0.0)

    def quantile_beyond(self, u: ArrayLike, spent: float) -> NDArray[np.float64]:
        """Return ``spent`` and a fresh draw: an exponential has no memory."""
        return max(0.0, spent) + self.quantile(u)


@dataclass(frozen=True, kw_only=True)
class _MeanCv(Law):
    """``cv`` is standard deviation / mean; less than ``SMALLEST_CV`` is certain."""

    mean: float
    cv: float

    def __post_init__(self) -> None:
        """Refuse a mean of 0 or less and a cv that is no share."""
        _check_positive("mean", self.mean)
        _check_cv(self.cv)

    @property
    def is_certain(self) -> bool:
        """Whether the cv is as good as 0."""
        return self.cv < SMALLEST_CV


@dataclass(frozen=True, kw_only=True)
class Gamma(_MeanCv):
    """Sum of many small exponential parts."""

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the inverse of the incomplete gamma function."""
        if self.is_certain:
            return np.full(np.shape(u), float(self.mean))
        from scipy.special import gammaincinv

        return np.asarray(gammaincinv(self.cv**-2.0, _short_of_1(u)) * (self.mean * self.cv**2))

    def cdf(self, x: float) -> float:
        """Return the incomplete gamma function."""
        if self.is_certain or x <= 0.0:
            return float(x >= self.mean)
        from scipy.special import gammainc

        return float(gammainc(self.cv**-2.0, x / (self.mean * self.cv**2)))

    def scaled(self, factor: float) -> Law:
        """Return the mean times ``factor``, with the same cv."""
        _check_factor(factor)
        return Gamma(mean=self.mean * factor, cv=self.cv) if factor > 0.0 else Fixed(value=0.0)


@dataclass(frozen=True, kw_only=True)
class Weibull(_MeanCv):
    """Time to the first of many failures."""

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return scale x (-ln(1 - u)) ** (1 / shape)."""
        if self.is_certain:
            return np.full(np.shape(u), float(self.mean))
        power, scale = self._power_and_scale
        return np.asarray(scale * (-np.log1p(-_short_of_1(u))) ** power)

    def cdf(self, x: float) -> float:
        """Return 1 - exp(-(x / scale) ** shape)."""
        if self.is_certain or x <= 0.0:
            return float(x >= self.mean)
        power, scale = self._power_and_scale
        return -math.expm1(-math.exp(min(math.log(x / scale) / power, LARGEST_EXPONENT)))

    def scaled(self, factor: float) -> Law:
        """Return the mean times ``factor``, with the same cv."""
        _check_factor(factor)
        return Weibull(mean=self.mean * factor, cv=self.cv) if factor > 0.0 else Fixed(value=0.0)

    @property
    def _power_and_scale(self) -> tuple[float, float]:
        power = _weibull_power(float(self.cv))
        return power, self.mean * math.exp(-math.lgamma(1.0 + power))


@dataclass(frozen=True, kw_only=True, init=False)
class Normal(Law):
    """A normal, given that it is 0 or more; built from mean and cv before the cut."""

    uncut_mean: float
    cv: float

    def __init__(self, *, mean: float, cv: float) -> None:
        _check_positive("mean", mean)
        _check_cv(cv)
        object.__setattr__(self, "uncut_mean", mean)
        object.__setattr__(self, "cv", cv)

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the normal quantile of the share that the cut leaves."""
        if self.is_certain:
            return np.full(np.shape(u), float(self.uncut_mean))
        from scipy.special import ndtr, ndtri

        shares = np.clip(np.asarray(u, dtype=np.float64), FIRST, LAST)
        below, above = ndtr(-1.0 / self.cv), ndtr(1.0 / self.cv)
        # Each half from its own end: 1 - u would swallow a small u, and the other way round.
        z = np.where(shares < 0.5, ndtri(below + shares * above), -ndtri((1.0 - shares) * above))
        return np.maximum(self.uncut_mean * (1.0 + self.cv * z), 0.0)

    def cdf(self, x: float) -> float:
        """Return the share of what the cut leaves that lies below ``x``."""
        if self.is_certain or x < 0.0:
            return float(x >= self.uncut_mean)
        below, above = _normal_share(-1.0 / self.cv), _normal_share(1.0 / self.cv)
        z = (x / self.uncut_mean - 1.0) / self.cv
        return min(1.0, max(0.0, (_normal_share(z) - below) / above))

    def scaled(self, factor: float) -> Law:
        """Return the mean times ``factor``, with the same cv."""
        _check_factor(factor)
        if factor == 0.0:
            return Fixed(value=0.0)
        return Normal(mean=self.uncut_mean * factor, cv=self.cv)

    @property
    def mean(self) -> float:
        """Expected value after the cut: m (1 + cv phi(1/cv) / Phi(1/cv))."""
        if self.is_certain:
            return float(self.uncut_mean)
        end = 1.0 / self.cv
        density = math.exp(-min(end * end / 2.0, LARGEST_EXPONENT)) / math.sqrt(2.0 * math.pi)
        return self.uncut_mean * (1.0 + self.cv * density / _normal_share(end))

    @property
    def is_certain(self) -> bool:
        """Whether the cv is as good as 0."""
        return self.cv < SMALLEST_CV


@dataclass(frozen=True, kw_only=True)
class Lognormal(Law):
    """Product of many small factors; ``sigma`` is the spread of the logarithm."""

    median: float
    sigma: float

    def __post_init__(self) -> None:
        """Refuse a median of 0 or less and a negative sigma."""
        _check_positive("median", self.median)
        _check_not_negative("sigma", self.sigma)
        if self.sigma > LARGEST_SIGMA:
            message = (
                f"sigma is {self.sigma:g}; it is the spread of the logarithm and must be at most "
                f"{LARGEST_SIGMA:g}: to give standard deviation / mean, write mean and cv"
            )
            raise ValueError(message)

    @classmethod
    def from_mean_cv(cls, mean: float, cv: float) -> Lognormal:
        """Return the lognormal with this expected value and standard deviation / mean."""
        _check_positive("mean", mean)
        _check_cv(cv)
        variance = math.log1p(cv * cv)
        return cls(median=mean * math.exp(-variance / 2.0), sigma=math.sqrt(variance))

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return median x exp(sigma z)."""
        return np.asarray(self.median * np.exp(self.sigma * normal_score(u)))

    def cdf(self, x: float) -> float:
        """Return the normal share below the score of ``x``."""
        if self.is_certain or x <= 0.0:
            return float(x >= self.median)
        return _normal_share(math.log(x / self.median) / self.sigma)

    def scaled(self, factor: float) -> Law:
        """Return the median times ``factor``, with the same sigma."""
        _check_factor(factor)
        if factor == 0.0:
            return Fixed(value=0.0)
        return Lognormal(median=self.median * factor, sigma=self.sigma)

    def score(self, x: float) -> float:
        """Return ln(x / median) / sigma, exact however far out it lies."""
        if self.is_certain or x <= 0.0:
            return super().score(x)
        return math.log(x / self.median) / self.sigma

    def quantile_beyond(self, u: ArrayLike, spent: float) -> NDArray[np.float64]:
        """Return quantiles above ``spent``, exact however far out it lies."""
        if self.is_certain or spent <= 0.0:
            return np.maximum(self.quantile(u), spent)
        from scipy.special import log_ndtr, ndtri_exp

        z = math.log(spent / self.median) / self.sigma
        score = -ndtri_exp(log_ndtr(-z) + np.log1p(-_short_of_1(u)))
        return np.maximum(self.median * np.exp(self.sigma * score), spent)

    @property
    def mean(self) -> float:
        """Expected value: median x exp(sigma ** 2 / 2)."""
        return self.median * math.exp(self.sigma**2 / 2.0)

    @property
    def plan(self) -> float:
        """The median."""
        return float(self.median)

    @property
    def is_certain(self) -> bool:
        """Whether sigma is 0."""
        return self.sigma == 0.0


@dataclass(frozen=True, kw_only=True)
class PastSpread(Lognormal):
    """A lognormal whose spread is that of past work, in which what went wrong then is counted."""


@dataclass(frozen=True, kw_only=True)
class Empirical(Law):
    """Values as observed, each with its weight (none = all alike), in any order."""

    values: tuple[float, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse values and weights that do not fit together."""
        if not self.values:
            message = "values is empty; give at least one observed value"
            raise ValueError(message)
        for value in self.values:
            _check_not_negative("values", value)
        if not self.weights:
            return
        if len(self.weights) != len(self.values):
            message = (
                f"weights has {len(self.weights)} entries and values {len(self.values)}; "
                "give one weight for each value, or none"
            )
            raise ValueError(message)
        for weight in self.weights:
            _check_not_negative("weights", weight)
        _check_positive("sum of weights", math.fsum(self.weights))

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the smallest value at or below which at least the share ``u`` lies."""
        values, shares = self._steps
        return values[np.searchsorted(shares, np.asarray(u, dtype=np.float64), side="left")]

    def cdf(self, x: float) -> float:
        """Return the weighted share of values up to ``x``."""
        values, shares = self._steps
        n_below = int(np.searchsorted(values, x, side="right"))
        return float(shares[n_below - 1]) if n_below else 0.0

    def scaled(self, factor: float) -> Law:
        """Return every value times ``factor``."""
        _check_factor(factor)
        return Empirical(
            values=tuple(value * factor for value in self.values), weights=self.weights
        )

    @property
    def mean(self) -> float:
        """Weighted mean of the values."""
        weights = self.weights or (1.0,) * len(self.values)
        total = math.fsum(w * v for w, v in zip(weights, self.values, strict=True))
        return total / math.fsum(weights)

    @property
    def is_certain(self) -> bool:
        """Whether all values that weigh something are one."""
        values, _ = self._steps
        return bool(values[0] == values[-1])

    @cached_property
    def _steps(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Values in rising order and the share at or below each; no weight, no step."""
        values = np.array(self.values, dtype=np.float64)
        weights = np.array(self.weights or (1.0,) * len(self.values), dtype=np.float64)
        order = np.argsort(values, kind="stable")
        order = order[weights[order] > 0.0]
        shares = np.cumsum(weights[order])
        return values[order], shares / shares[-1]


@dataclass(frozen=True, kw_only=True)
class Tightened(Law):
    """Another law, the logarithms of its values nearer to that of the median."""

    law: Law
    left: float
    """Part of the log-spread that is left, above 0, at most 1."""

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return median x (value / median) ** left."""
        return self._middle * (self.law.quantile(u) / self._middle) ** self.left

    def cdf(self, x: float) -> float:
        """Return the probability of the value that becomes ``x``."""
        return self.law.cdf(self._middle * (max(0.0, x) / self._middle) ** (1.0 / self.left))

    def scaled(self, factor: float) -> Law:
        """Return the law times ``factor``, as tight as before."""
        return tightened(self.law.scaled(factor), self.left)

    @property
    def mean(self) -> float:
        """Expected value, by the middle of 4,096 equal shares of the futures."""
        return float(self.quantile((np.arange(4096) + 0.5) / 4096).mean())

    @property
    def plan(self) -> float:
        """What stands in the plan does not change."""
        return self.law.plan

    @property
    def is_certain(self) -> bool:
        """Whether the law is."""
        return self.law.is_certain

    @cached_property
    def _middle(self) -> float:
        return float(self.law.quantile(0.5))


def tightened(law: Law, left: float) -> Law:
    """Return a law with ``left`` (0 to 1) of its log-spread; median and plan stay.

    Left 1, what is certain, and what has the median 0 stay as they are; of a lognormal the sigma
    is multiplied. With nothing left it is the median.
    """
    if left == 1.0 or law.is_certain or float(law.quantile(0.5)) <= 0.0:
        return law
    if left == 0.0:
        return Fixed(value=float(law.quantile(0.5)))
    if isinstance(law, Lognormal):
        return Lognormal(median=law.median, sigma=law.sigma * left)
    return law.with_part_of_spread(left)


def log_moments(law: Law) -> tuple[float, float]:
    """Return the mean and the mean square of the logarithm of a law.

    Exact where it is a number or made of lognormals, else by the trapezoidal rule over the normal
    score (values of 0 count as the smallest float).
    """
    if isinstance(law, Fixed | Lognormal):
        middle = law.value if isinstance(law, Fixed) else law.median
        mean = math.log(max(middle, SMALLEST_FLOAT))
        return mean, mean * mean + (law.sigma**2 if isinstance(law, Lognormal) else 0.0)
    if isinstance(law, SplitLognormal):
        below, above = law.sigmas
        shift = (above - below) / math.sqrt(2.0 * math.pi)
        middle = math.log(law.likely)
        return middle + shift, middle**2 + 2.0 * middle * shift + (below**2 + above**2) / 2.0
    from scipy.special import ndtr

    score = np.linspace(-8.0, 8.0, 3201)
    weight = np.exp(-score * score / 2.0)
    log = np.log(np.maximum(law.quantile(ndtr(score)), SMALLEST_FLOAT))
    weight /= weight.sum()
    return float(weight @ log), float(weight @ log**2)


def lognormal_from_median_p90(median: float, p90: float) -> Lognormal:
    """Return the lognormal through a median and a P90: the law of a discredited estimate."""
    _check_positive("median", median)
    _check_order("median", median, "p90", p90)
    return Lognormal(median=median, sigma=math.log(p90 / median) / NORMAL_P90)


def _short_of_1(u: ArrayLike) -> NDArray[np.float64]:
    return np.minimum(np.asarray(u, dtype=np.float64), LAST)


def normal_score(u: ArrayLike) -> NDArray[np.float64]:
    """Return the standard normal quantiles of uniforms, finite at 0 and 1 too."""
    from scipy.special import ndtri

    shares = np.clip(np.asarray(u, dtype=np.float64), FIRST, LAST)
    return np.asarray(ndtri(shares), dtype=np.float64)


def _normal_share(z: float) -> float:
    return math.erfc(-z / math.sqrt(2.0)) / 2.0


@lru_cache(maxsize=4096)
def _weibull_power(cv: float) -> float:
    """Return 1 / shape of the Weibull with this cv, by bisection down to neighbouring floats.

    Solves ln G(1 + 2t) - 2 ln G(1 + t) = ln(1 + cv ** 2), whose left side rises with t.
    """
    target = math.log1p(cv * cv)

    def excess(power: float) -> float:
        return math.lgamma(1.0 + 2.0 * power) - 2.0 * math.lgamma(1.0 + power) - target

    low, high = 0.0, 1.0
    while excess(high) < 0.0:
        low, high = high, 2.0 * high
    while True:
        middle = (low + high) / 2.0
        if middle in (low, high):
            return high
        if excess(middle) < 0.0:
            low = middle
        else:
            high = middle


def _check_finite(name: str, value: float) -> None:
    if not math.isfinite(value):
        message = f"{name} is {value}; it must be a finite number"
        raise ValueError(message)


def _check_not_negative(name: str, value: float) -> None:
    _check_finite(name, value)
    if value < 0.0:
        message = f"{name} is {value:g}; it must be 0 or more"
        raise ValueError(message)


def _check_positive(name: str, value: float, way_out: str = "or be a plain number") -> None:
    _check_finite(name, value)
    if value <= 0.0:
        message = f"{name} is {value:g}; it must be above 0, {way_out}"
        raise ValueError(message)


def _check_order(lower: str, low: float, upper: str, high: float) -> None:
    _check_finite(upper, high)
    if low > high:
        message = (
            f"{lower} is {low:g} and {upper} is {high:g}; "
            f"{lower} must not be above {upper}: check their order"
        )
        raise ValueError(message)


def _check_cv(cv: float) -> None:
    _check_not_negative("cv", cv)
    if cv > LARGEST_CV:
        message = (
            f"cv is {cv:g}; it is standard deviation / mean and must be at most {LARGEST_CV:g}: "
            f"for a percentage write {cv:g}%"
        )
        raise ValueError(message)


def _check_factor(factor: float) -> None:
    _check_not_negative("factor", factor)
