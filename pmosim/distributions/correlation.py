"""Correlation: amounts that share part of their luck, and what some of them tell about the others.

One factor: the normal score of an amount is s = sqrt(r) g + sqrt(1 - r) z, g common to a project,
z its own (model.md, section 7). What is known of some amounts, reached exactly or exceeded
already, tells of g, and so of all others (section 3). Everything goes from uniforms to uniforms;
nothing here is random.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pmosim.distributions.laws import FIRST, LAST, normal_score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

WIDEST_SCORE = 9.0
"""Scores of the common factor looked at: beyond lie less than 1 in 10 ** 18."""
SCORE_STEP = 1.0 / 256.0
LEAST_OWN = 1e-6
"""Share of the variance that counts as an amount's own at the least, where luck is observed."""


def correlated(own: ArrayLike, common: ArrayLike, correlation: float) -> NDArray[np.float64]:
    """Return uniforms that share ``correlation`` (0 to 1) of their normal score with ``common``.

    u = Phi(sqrt(r) g + sqrt(1 - r) z): each is still uniform, and with r = 0 it is ``own`` to the
    last bit. Strictly between 0 and 1.
    """
    if correlation == 0.0:
        return np.asarray(own, dtype=np.float64)
    from scipy.special import ndtr

    score = math.sqrt(correlation) * normal_score(common)
    score = score + math.sqrt(1.0 - correlation) * normal_score(own)
    return np.clip(np.asarray(ndtr(score), dtype=np.float64), FIRST, LAST)


def factor_given(
    u: ArrayLike, correlation: float, reached: Sequence[float], exceeded: Sequence[float]
) -> NDArray[np.float64]:
    """Return uniforms of the common factor, given what amounts that share it came to.

    Parameters
    ----------
    u : uniforms of the factor when nothing is known.
    correlation : r, above 0, at most 1.
    reached : normal scores of finished amounts.
    exceeded : normal scores that unfinished amounts have exceeded already.

    Returns
    -------
    Phi(g) with g of the density phi(g) x prod phi((c - sqrt(r) g) / sqrt(1 - r)) over what was
    reached x prod Phi((sqrt(r) g - c) / sqrt(1 - r)) over what was exceeded (Bayes' rule), by
    inverse CDF on a grid; never decreasing in ``u``.
    """
    from scipy.special import log_ndtr, ndtr

    share, own = math.sqrt(correlation), math.sqrt(max(1.0 - correlation, LEAST_OWN))
    n_steps = round(2.0 * WIDEST_SCORE / SCORE_STEP)
    g = np.linspace(-WIDEST_SCORE, WIDEST_SCORE, n_steps + 1)
    log_density = -0.5 * g**2
    for score in reached:
        log_density -= 0.5 * ((score - share * g) / own) ** 2
    for score in exceeded:
        log_density += np.asarray(log_ndtr((share * g - score) / own), dtype=np.float64)
    density = np.exp(log_density - log_density.max())
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2.0)])
    drawn = np.interp(np.asarray(u, dtype=np.float64), below / below[-1], g)
    return np.clip(np.asarray(ndtr(drawn), dtype=np.float64), FIRST, LAST)


def correlated_beyond(
    own: ArrayLike, common: ArrayLike, correlation: float, exceeded: float
) -> NDArray[np.float64]:
    """Return where amounts lie within what is above a score they have exceeded, 0 to 1.

    The own part z is drawn above (c - sqrt(r) g) / sqrt(1 - r); the answer is
    u = 1 - P(S > s) / P(S > c), to be read by ``Law.quantile_beyond``. With r = 0 it is ``own``.

    Parameters
    ----------
    common : uniforms of the factor, as ``factor_given`` returns them.
    exceeded : c, the normal score of what is spent.
    """
    if correlation == 0.0:
        return np.asarray(own, dtype=np.float64)
    from scipy.special import log_ndtr, ndtri_exp

    share, alone = math.sqrt(correlation), math.sqrt(max(1.0 - correlation, LEAST_OWN))
    g = normal_score(common)
    least = (exceeded - share * g) / alone
    still = np.log1p(-np.clip(np.asarray(own, dtype=np.float64), FIRST, LAST))
    z = -np.asarray(ndtri_exp(log_ndtr(-least) + still), dtype=np.float64)
    score = np.maximum(share * g + alone * z, exceeded)
    above = np.asarray(log_ndtr(-score) - log_ndtr(-exceeded), dtype=np.float64)
    return np.clip(-np.expm1(above), 0.0, LAST)
