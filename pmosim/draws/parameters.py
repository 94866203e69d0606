"""Parameters: how actual comes from plan in each future, where that is known with an error only.

One draw per future for all work: whoever is wrong about it is wrong everywhere. More futures make
what comes of it no smaller (science of simulation output: input uncertainty).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.distributions import Calibrated
from pmosim.network.parameters import parameter_scores

if TYPE_CHECKING:
    from pmosim.distributions import Law
    from pmosim.network import FloatArray, Network, ParameterErrors


@dataclass(frozen=True, kw_only=True, eq=False)
class Beliefs:
    """What is believed of past work in each of R futures, as distances from the best values."""

    bias: FloatArray
    """(R,) of ln(actual / plan) at the typical plan."""
    slope: FloatArray
    """(R,) of the size slope."""
    log_spread: FloatArray
    """(R,) of ln(spread)."""

    def values(self, law: Law, u: FloatArray) -> FloatArray:
        """(..., R) values of a law in the shape of ``u``, its parameters as they are believed."""
        if not isinstance(law, Calibrated):
            return law.quantile(u)
        shift = self.bias + self.slope * law.log_size
        return law.quantile_given(u, shift, np.exp(self.log_spread))


def draw_beliefs(errors: ParameterErrors, seed: int, first: int, count: int) -> Beliefs:
    """Return the parameters of each future, normal around their best values."""
    scores = parameter_scores(seed, first, count)
    return Beliefs(
        bias=errors.bias * scores[0],
        slope=errors.slope * scores[1],
        log_spread=errors.spread * scores[2],
    )


def beliefs_of(network: Network, seed: int, first: int, count: int) -> Beliefs | None:
    """Return the parameters of each future, None where they are taken as they are."""
    if network.parameters is None:
        return None
    return draw_beliefs(network.parameters, seed, first, count)
