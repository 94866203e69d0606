"""Distributions: the laws of uncertain amounts, and what they have in common."""

from pmosim.distributions.correlation import correlated, correlated_beyond, factor_given
from pmosim.distributions.laws import (
    Empirical,
    Exponential,
    Fixed,
    Gamma,
    Law,
    Lognormal,
    Normal,
    Pert,
    SplitLognormal,
    Tightened,
    Triangular,
    Uniform,
    Weibull,
    lognormal_from_median_p90,
    tightened,
)

__all__ = [
    "Empirical",
    "Exponential",
    "Fixed",
    "Gamma",
    "Law",
    "Lognormal",
    "Normal",
    "Pert",
    "SplitLognormal",
    "Tightened",
    "Triangular",
    "Uniform",
    "Weibull",
    "correlated",
    "correlated_beyond",
    "factor_given",
    "lognormal_from_median_p90",
    "tightened",
]
