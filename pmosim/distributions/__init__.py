"""Distributions: the laws of uncertain amounts, and what they have in common."""

from pmosim.distributions.calibrated import Calibrated
from pmosim.distributions.correlation import correlated, correlated_beyond, factor_given
from pmosim.distributions.laws import (
    Empirical,
    Exponential,
    Fixed,
    Gamma,
    Law,
    Lognormal,
    Normal,
    PastSpread,
    Pert,
    SplitLognormal,
    Tightened,
    Triangular,
    Uniform,
    Weibull,
    log_moments,
    lognormal_from_median_p90,
    tightened,
)
from pmosim.distributions.tails import Tail

__all__ = [
    "Calibrated",
    "Empirical",
    "Exponential",
    "Fixed",
    "Gamma",
    "Law",
    "Lognormal",
    "Normal",
    "PastSpread",
    "Pert",
    "SplitLognormal",
    "Tail",
    "Tightened",
    "Triangular",
    "Uniform",
    "Weibull",
    "correlated",
    "correlated_beyond",
    "factor_given",
    "log_moments",
    "lognormal_from_median_p90",
    "tightened",
]
