"""In flight: what finished and running work tells of the rest of its project."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

import pmosim as pm
from pmosim.distributions import (
    Exponential,
    Lognormal,
    Triangular,
    correlated,
    correlated_beyond,
    factor_given,
)
from pmosim.draws import draw
from pmosim.in_flight import is_discredited
from pmosim.network import compile_network
from pmosim.streams import uniforms
from pmosim.units import WHOLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

R = 0.3
N = 40_000
FOUR = stats.norm.sf(4) * 2
"""Chance of four standard errors, for tests of goodness of fit."""


def drawn(
    first: dict[str, Any], correlation: float = R, n: int = N, size: float = 1
) -> NDArray[np.float64]:
    """Return the person-days of two alike tasks, (n, 2); the first has some progress."""
    law = {"dist": "lognormal", "median": "20pd", "sigma": 0.5}
    network = compile_network(
        pm.parse_scenario(
            {
                "pmosim": 1,
                "as_of": "2027-01-04",
                "settings": {"correlation": correlation},
                "roles": {"dev": {}},
                "people": [{"role": "dev", "headcount": 2}],
                "projects": [
                    {
                        "id": "a",
                        "status": "running",
                        "size": size,
                        "tasks": {
                            "one": {"effort": law, "needs": {"dev": 1}, **first},
                            "two": {"effort": law, "needs": {"dev": 1}},
                        },
                    }
                ],
            }
        )
    )
    return draw(network, 7, 0, n).amounts / (WHOLE * 480)


def scores(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the normal scores of amounts of the law above."""
    return np.log(days / 20.0) / 0.5


def test_a_task_that_has_reached_its_median_makes_the_next_one_longer() -> None:
    # Orthant of the bivariate normal: P(both above the median) = 1/4 + asin(r) / 2 pi.
    days = drawn({"spent": "20pd"})
    longer = (days[:, 1] > 20.0).mean()
    known = 0.5 + math.asin(R) / math.pi
    assert abs(longer - known) < 4 * math.sqrt(known * (1 - known) / N)


def test_the_next_task_moves_by_the_correlation_times_what_is_known() -> None:
    # E[s2 | s1 > c] = r phi(c) / (1 - Phi(c)), here c = ln(30 / 20) / .5.
    found = scores(drawn({"spent": "30pd"})[:, 1])
    c = math.log(1.5) / 0.5
    known = R * stats.norm.pdf(c) / stats.norm.sf(c)
    assert abs(found.mean() - known) < 4 * found.std() / math.sqrt(N)


def test_the_law_of_a_running_task_alone_stays_what_it_is_beyond_what_is_spent() -> None:
    left = drawn({"spent": "15pd"})[:, 0]
    law = Lognormal(median=20.0, sigma=0.5)
    below = law.cdf(15.0)
    shares = (stats.norm.cdf(scores(left + 15.0)) - below) / (1 - below)
    assert stats.kstest(shares, "uniform").pvalue > FOUR


def test_running_and_waiting_task_share_their_luck_as_said() -> None:
    # Cov(s1, s2 | s1 > c) = r Var(s1 | s1 > c).
    days = drawn({"spent": "20pd"})
    one, two = scores(days[:, 0] + 20.0), scores(days[:, 1])
    known = R * (1.0 - 2.0 / math.pi)
    products = (one - one.mean()) * (two - two.mean())
    assert abs(products.mean() - known) < 4 * products.std() / math.sqrt(N)


def test_a_finished_task_that_says_what_it_took_tells_just_that() -> None:
    # s2 | s1 = c is normal with mean r c and variance 1 - r^2.
    found = scores(drawn({"done": True, "spent": "35pd"})[:, 1])
    c = math.log(35 / 20) / 0.5
    assert stats.kstest(found, stats.norm(R * c, math.sqrt(1 - R * R)).cdf).pvalue > FOUR


def test_what_is_known_of_a_larger_project_is_read_by_its_size() -> None:
    # Twice as large, twice as much spent: the same is known of its luck.
    for known in ({"spent": "30pd"}, {"spent": "35pd", "done": True}):
        doubled = known | {"spent": f"{2 * int(str(known['spent'])[:2])}pd"}
        plain, large = drawn(known, n=200)[:, 1], drawn(doubled, n=200, size=2)[:, 1]
        assert large == pytest.approx(2 * plain, rel=1e-9)


def test_what_remains_in_one_number_keeps_the_relative_spread_of_the_plan() -> None:
    left = drawn({"spent": "15pd", "remaining": "3pd"})[:, 0]
    assert stats.kstest(np.log(left / 3.0) / 0.5, "norm").pvalue > FOUR


def test_an_estimate_is_believed_while_a_tenth_of_it_lies_above_what_is_spent() -> None:
    law = Triangular(low=0.0, likely=0.0, high=10.0)  # above x lies (1 - x / 10) ** 2
    assert not is_discredited(law, 10 * (1 - math.sqrt(0.101)))
    assert is_discredited(law, 10 * (1 - math.sqrt(0.099)))


def test_a_finished_task_that_says_nothing_changes_nothing() -> None:
    before, after = drawn({}, n=100), drawn({"done": True}, n=100)
    assert before[:, 1].tolist() == after[:, 1].tolist()


def test_a_new_estimate_of_what_remains_changes_nothing_for_the_others() -> None:
    before, after = drawn({}, n=100), drawn({"spent": "15pd", "remaining": "3pd"}, n=100)
    assert before[:, 1].tolist() == after[:, 1].tolist()


def test_without_correlation_running_work_tells_nothing_of_the_rest() -> None:
    before, after = drawn({}, correlation=0.0, n=100), drawn({"spent": "30pd"}, 0.0, n=100)
    assert before[:, 1].tolist() == after[:, 1].tolist()


def test_what_is_spent_far_beyond_the_plan_leaves_work_that_is_finite() -> None:
    left = drawn({"spent": "4000pd"}, n=500)
    assert np.isfinite(left).all()
    assert (left > 0).all()


@pytest.mark.parametrize("r", [0.05, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("known", [((), ()), ((1.5,), ()), ((), (0.7, -0.4)), ((-2.0,), (6.0,))])
def test_the_factor_rises_with_its_uniform_and_stays_a_uniform(
    r: float, known: tuple[tuple[float, ...], tuple[float, ...]]
) -> None:
    factors = factor_given(np.linspace(0.001, 0.999, 999), r, *known)
    assert (np.diff(factors) >= 0).all()
    assert 0.0 < factors[0] <= factors[-1] < 1.0


def test_the_factor_of_nothing_known_is_itself() -> None:
    u = uniforms(1, "p", "project factor", 0, 0, 1000)
    assert stats.norm.ppf(factor_given(u, R, (), ())) == pytest.approx(stats.norm.ppf(u), abs=1e-4)


def test_the_factor_given_finished_work_is_normal_by_bayes_rule() -> None:
    reached = (1.0, 2.0, -0.5)
    precision = 1 + len(reached) * R / (1 - R)
    mean = math.sqrt(R) / (1 - R) * sum(reached) / precision
    u = np.array([0.01, 0.3, 0.5, 0.9, 0.999])
    found = stats.norm.ppf(factor_given(u, R, reached, ()))
    known = stats.norm(mean, 1 / math.sqrt(precision)).ppf(u)
    assert found == pytest.approx(known, abs=1e-4)


def test_where_amounts_share_nothing_the_own_uniform_decides() -> None:
    own, common = uniforms(1, "a", "work", 0, 0, 50), uniforms(1, "p", "factor", 0, 0, 50)
    assert correlated_beyond(own, common, 0.0, 1.3).tolist() == own.tolist()


def test_what_was_exceeded_long_ago_leaves_luck_as_it_was() -> None:
    # Above a score of -30 lies everything: no condition at all.
    own, common = uniforms(1, "a", "work", 0, 0, 500), uniforms(1, "p", "factor", 0, 0, 500)
    beyond = correlated_beyond(own, common, R, -30.0)
    assert beyond == pytest.approx(correlated(own, common, R), rel=1e-9)


@pytest.mark.parametrize("law", [Lognormal(median=20.0, sigma=0.5), Exponential(mean=4.0)])
def test_the_score_of_a_value_leads_back_to_it(law: Lognormal | Exponential) -> None:
    for value in (0.5, 3.0, 20.0, 31.0):
        assert float(law.quantile(stats.norm.cdf(law.score(value)))) == pytest.approx(value)
