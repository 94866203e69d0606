"""Laws: quantile and cdf are inverse, means are exact, mistakes are refused with a way out."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from pmosim.distributions import (
    Empirical,
    Exponential,
    Fixed,
    Gamma,
    Law,
    Lognormal,
    Normal,
    Pert,
    SplitLognormal,
    Triangular,
    Uniform,
    Weibull,
    correlated,
    lognormal_from_median_p90,
)
from pmosim.streams import uniforms

AMOUNTS = st.floats(0.01, 1e6)
STEPS = st.floats(0.01, 5.0)
CVS = st.floats(0.05, 3.0)


def three_points(kind: type) -> st.SearchStrategy[Law]:
    """Return laws of one three-point kind."""
    low, likely, high = (
        ("p10", "likely", "p90")
        if kind is SplitLognormal
        else (
            "low",
            "likely",
            "high",
        )
    )
    return st.tuples(AMOUNTS, STEPS, STEPS).map(
        lambda t: kind(
            **{low: t[0], likely: t[0] * (1 + t[1]), high: t[0] * (1 + t[1]) * (1 + t[2])}
        )
    )


CONTINUOUS = st.one_of(
    st.tuples(AMOUNTS, STEPS).map(lambda t: Uniform(low=t[0], high=t[0] * (1 + t[1]))),
    three_points(Triangular),
    three_points(Pert),
    three_points(SplitLognormal),
    st.builds(Exponential, mean=AMOUNTS),
    st.builds(Gamma, mean=AMOUNTS, cv=CVS),
    st.builds(Weibull, mean=AMOUNTS, cv=CVS),
    st.builds(Normal, mean=AMOUNTS, cv=CVS),
    st.builds(Lognormal, median=AMOUNTS, sigma=st.floats(0.05, 3.0)),
)

ONE_OF_EACH: tuple[Law, ...] = (
    Fixed(value=3.0),
    Uniform(low=1.0, high=4.0),
    Triangular(low=1.0, likely=2.0, high=6.0),
    Pert(low=1.0, likely=2.0, high=6.0),
    SplitLognormal(p10=1.0, likely=2.0, p90=6.0),
    Exponential(mean=2.0),
    Gamma(mean=2.0, cv=0.7),
    Weibull(mean=2.0, cv=0.7),
    Normal(mean=2.0, cv=0.7),
    Lognormal(median=2.0, sigma=0.6),
    Empirical(values=(3.0, 1.0, 2.0), weights=(1.0, 1.0, 2.0)),
)
each_law = pytest.mark.parametrize("law", ONE_OF_EACH, ids=lambda law: type(law).__name__)

LEVELS = np.linspace(0.001, 0.999, 37)


@settings(max_examples=300, deadline=None)
@given(CONTINUOUS, st.floats(0.001, 0.999))
def test_the_quantile_of_the_share_below_a_value_is_the_value(law: Law, u: float) -> None:
    x = float(law.quantile(u))
    assert float(law.quantile(law.cdf(x))) == pytest.approx(x, rel=1e-11)
    assert law.cdf(x) == pytest.approx(u, rel=1e-9)


@settings(max_examples=300, deadline=None)
@given(CONTINUOUS, st.lists(st.floats(0.0, 1.0), min_size=2, max_size=30))
def test_values_rise_with_their_uniform_and_are_finite_and_not_negative(
    law: Law, us: list[float]
) -> None:
    values = law.quantile(np.sort(np.array([0.0, *us, 1.0])))
    assert np.all(np.isfinite(values))
    assert values[0] >= 0.0
    # Special functions are right to a few last places, so neighbours may swap there.
    assert np.all(np.diff(values) >= -1e-13 * values[1:])


@each_law
def test_a_value_depends_on_its_own_uniform_only(law: Law) -> None:
    u = uniforms(1, "law", "work", 0, 0, 3000)
    together = law.quantile(u)
    assert together.shape == (3000,)
    assert law.quantile(u.reshape(30, 100)).tolist() == together.reshape(30, 100).tolist()
    assert [float(law.quantile(v)) for v in u[:50]] == together[:50].tolist()
    assert law.quantile(np.empty(0)).shape == (0,)


@each_law
def test_the_mean_is_that_of_the_quantiles(law: Law) -> None:
    values = law.quantile(uniforms(1, type(law).__name__, "mean", 0, 0, 100_000))
    standard_error = float(np.std(values)) / math.sqrt(len(values))
    assert abs(float(np.mean(values)) - law.mean) <= 4 * standard_error


@pytest.mark.parametrize(
    "law", [law for law in ONE_OF_EACH if not isinstance(law, Fixed | Empirical)], ids=repr
)
def test_the_mean_is_the_area_above_the_cdf(law: Law) -> None:
    ends = [0.0, *law.quantile([1e-9, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9, 1 - 1e-15]).tolist()]
    area = sum(
        integrate.quad(lambda x: 1.0 - law.cdf(x), low, high)[0] for low, high in pairwise(ends)
    )
    assert law.mean == pytest.approx(area, rel=1e-7)


@pytest.mark.parametrize(
    ("law", "known"),
    [
        (Uniform(low=1.0, high=4.0), stats.uniform(1, 3)),
        (Triangular(low=1.0, likely=2.0, high=6.0), stats.triang(0.2, 1, 5)),
        (Triangular(low=1.0, likely=1.0, high=6.0), stats.triang(0, 1, 5)),
        (Triangular(low=1.0, likely=6.0, high=6.0), stats.triang(1, 1, 5)),
        (Pert(low=1.0, likely=2.0, high=6.0), stats.beta(1.8, 4.2, 1, 5)),
        (Exponential(mean=2.0), stats.expon(scale=2)),
        (Gamma(mean=2.0, cv=0.5), stats.gamma(4, scale=0.5)),
        (Gamma(mean=2.0, cv=2.0), stats.gamma(0.25, scale=8)),
        (Weibull(mean=3.0, cv=1.0), stats.expon(scale=3)),
        (Weibull(mean=math.gamma(1.5), cv=math.sqrt(4 / math.pi - 1)), stats.weibull_min(2)),
        (Normal(mean=2.0, cv=0.5), stats.truncnorm(-2, math.inf, 2, 1)),
        (Normal(mean=2.0, cv=0.05), stats.truncnorm(-20, math.inf, 2, 0.1)),
        (Lognormal(median=2.0, sigma=0.6), stats.lognorm(0.6, scale=2)),
    ],
    ids=repr,
)
def test_known_laws_have_their_known_quantiles_shares_and_mean(
    law: Law, known: stats.rv_continuous
) -> None:
    assert law.quantile(LEVELS) == pytest.approx(known.ppf(LEVELS), rel=1e-9)
    xs = known.ppf(LEVELS)
    assert [law.cdf(x) for x in xs] == pytest.approx(LEVELS, rel=1e-9)
    assert law.mean == pytest.approx(known.mean(), rel=1e-9)
    assert law.plan == pytest.approx(getattr(law, "likely", known.median()), rel=1e-9)


@settings(deadline=None)
@given(AMOUNTS, st.floats(0.01, 50.0))
def test_a_weibull_has_the_mean_and_cv_it_was_asked_for(mean: float, cv: float) -> None:
    power, scale = Weibull(mean=mean, cv=cv)._power_and_scale  # noqa: SLF001
    first, second = math.lgamma(1 + power), math.lgamma(1 + 2 * power)
    assert scale * math.exp(first) == pytest.approx(mean, rel=1e-12)
    assert math.sqrt(math.expm1(second - 2 * first)) == pytest.approx(cv, rel=1e-9)


@settings(deadline=None)
@given(AMOUNTS, st.floats(0.01, 50.0))
def test_a_lognormal_has_the_mean_and_cv_it_was_asked_for(mean: float, cv: float) -> None:
    law = Lognormal.from_mean_cv(mean, cv)
    assert law.mean == pytest.approx(mean, rel=1e-12)
    assert math.sqrt(math.expm1(law.sigma**2)) == pytest.approx(cv, rel=1e-9)


@settings(deadline=None)
@given(three_points(SplitLognormal))
def test_a_split_lognormal_goes_through_its_three_values(law: SplitLognormal) -> None:
    through = law.quantile([0.1, 0.5, 0.9]).tolist()
    assert through == pytest.approx([law.p10, law.likely, law.p90], rel=1e-12)
    assert through[1] == law.likely == law.plan


def test_a_split_lognormal_of_one_sigma_is_a_lognormal() -> None:
    factor = math.exp(0.6 * stats.norm.ppf(0.9))
    split = SplitLognormal(p10=2.0 / factor, likely=2.0, p90=2.0 * factor)
    whole = Lognormal(median=2.0, sigma=0.6)
    assert split.quantile(LEVELS) == pytest.approx(whole.quantile(LEVELS), rel=1e-12)
    assert split.mean == pytest.approx(whole.mean, rel=1e-12)


def test_a_half_without_width_is_a_point() -> None:
    no_lower = SplitLognormal(p10=2.0, likely=2.0, p90=6.0)
    assert no_lower.quantile([0.0, 0.1, 0.5]).tolist() == [2.0, 2.0, 2.0]
    assert float(no_lower.quantile(0.9)) == pytest.approx(6.0)
    assert (no_lower.cdf(1.999), no_lower.cdf(2.0)) == (0.0, 0.5)
    no_upper = SplitLognormal(p10=1.0, likely=2.0, p90=2.0)
    assert no_upper.quantile([0.5, 0.9, 1.0]).tolist() == [2.0, 2.0, 2.0]
    assert no_upper.cdf(1.999) == pytest.approx(0.5, abs=0.001)
    assert no_upper.cdf(2.0) == 1.0


@pytest.mark.parametrize(
    "law",
    [
        Fixed(value=2.0),
        Uniform(low=2.0, high=2.0),
        Triangular(low=2.0, likely=2.0, high=2.0),
        Pert(low=2.0, likely=2.0, high=2.0),
        SplitLognormal(p10=2.0, likely=2.0, p90=2.0),
        Gamma(mean=2.0, cv=0.0),
        Gamma(mean=2.0, cv=1e-300),
        Weibull(mean=2.0, cv=0.0),
        Normal(mean=2.0, cv=0.0),
        Lognormal(median=2.0, sigma=0.0),
        Lognormal.from_mean_cv(2.0, 0.0),
        Empirical(values=(2.0, 2.0)),
        Empirical(values=(2.0, 7.0), weights=(1.0, 0.0)),
    ],
    ids=repr,
)
def test_a_law_without_width_is_a_number(law: Law) -> None:
    assert law.is_certain
    assert law.quantile([0.0, 0.3, 1.0]).tolist() == [2.0, 2.0, 2.0]
    assert law.plan == law.mean == 2.0
    assert (law.cdf(1.999), law.cdf(2.0), law.cdf(2.001)) == (0.0, 1.0, 1.0)


@pytest.mark.parametrize("law", ONE_OF_EACH[1:], ids=lambda law: type(law).__name__)
def test_a_law_with_width_is_uncertain(law: Law) -> None:
    assert not law.is_certain


@pytest.mark.parametrize(
    "law",
    [
        Weibull(mean=2.0, cv=0.001),
        Weibull(mean=2.0, cv=100.0),
        Gamma(mean=2.0, cv=1e-5),
        Gamma(mean=2.0, cv=100.0),
        Normal(mean=2.0, cv=1e-6),
        Normal(mean=2.0, cv=100.0),
        Lognormal(median=2.0, sigma=10.0),
        Lognormal.from_mean_cv(2.0, 100.0),
        SplitLognormal(p10=1e-5, likely=2.0, p90=5e5),
        Pert(low=0.0, likely=0.0, high=1.0),
    ],
    ids=repr,
)
def test_extreme_shapes_stay_finite(law: Law) -> None:
    values = law.quantile([0.0, 2.0**-53, 0.5, 1.0 - 2.0**-53, 1.0])
    assert np.all(np.isfinite(values))
    assert np.all(np.diff(values) >= 0.0)
    assert math.isfinite(law.mean)
    assert [law.cdf(x) for x in (-1.0, 1e300)] == [0.0, 1.0]


def test_an_empirical_law_steps_at_its_values() -> None:
    law = Empirical(values=(3.0, 1.0, 2.0, 9.0), weights=(1.0, 1.0, 2.0, 0.0))
    assert law.quantile([0.0, 0.25, 0.26, 0.75, 0.76, 1.0]).tolist() == [1, 1, 2, 2, 3, 3]
    assert [law.cdf(x) for x in (0.9, 1.0, 2.5, 3.0, 10.0)] == [0.0, 0.25, 0.75, 1.0, 1.0]
    assert (law.mean, law.plan) == (2.0, 2.0)


def test_an_empirical_law_without_weights_counts_each_value_once() -> None:
    law = Empirical(values=(5.0, 1.0, 1.0, 1.0))
    assert law.cdf(1.0) == 0.75
    assert law.mean == 2.0


@each_law
def test_scaling_scales_every_value_and_keeps_the_kind(law: Law) -> None:
    scaled = law.scaled(2.0)
    assert type(scaled) is type(law)
    assert scaled.quantile(LEVELS) == pytest.approx(2.0 * law.quantile(LEVELS), rel=1e-12)
    assert scaled.mean == pytest.approx(2.0 * law.mean, rel=1e-12)
    assert scaled.plan == pytest.approx(2.0 * law.plan, rel=1e-12)
    assert law.scaled(1.0) == law
    nothing = law.scaled(0.0)
    assert (nothing.is_certain, nothing.mean) == (True, 0.0)
    with pytest.raises(ValueError, match="factor is -1; it must be 0 or more"):
        law.scaled(-1.0)


@each_law
def test_a_law_is_a_value(law: Law) -> None:
    assert law.is_certain in (True, False)  # fills what a law keeps for later
    copy = pickle.loads(pickle.dumps(law))
    assert copy == law
    assert hash(copy) == hash(law)
    assert copy.quantile(LEVELS).tolist() == law.quantile(LEVELS).tolist()
    assert law not in [other for other in ONE_OF_EACH if other is not law]


# Conditioning on what is spent


def remaining(law: Law, spent: float) -> float:
    """Return the mean of what is still to come after ``spent``."""
    u = (np.arange(200_000) + 0.5) / 200_000
    return float(np.mean(law.quantile_beyond(u, spent))) - spent


@pytest.mark.parametrize(("spent", "to_go"), [(10, 13.98), (20, 11.34), (40, 11.37)])
def test_remaining_life_of_a_lognormal_task(spent: float, to_go: float) -> None:
    assert round(remaining(Lognormal(median=20.0, sigma=0.5), spent), 2) == to_go


@settings(max_examples=200, deadline=None)
@given(CONTINUOUS, st.floats(0.01, 0.9), st.floats(0.01, 0.99))
def test_what_is_spent_rescales_the_share_above_it(law: Law, below: float, u: float) -> None:
    spent = float(law.quantile(below))
    total = float(law.quantile_beyond(u, spent))
    assert total >= spent
    assert law.cdf(total) == pytest.approx(below + u * (1.0 - below), rel=1e-9)


@each_law
def test_nothing_spent_changes_nothing(law: Law) -> None:
    assert law.quantile_beyond(LEVELS, 0.0).tolist() == law.quantile(LEVELS).tolist()


@each_law
def test_far_more_spent_than_thinkable_stays_finite(law: Law) -> None:
    totals = law.quantile_beyond([1e-9, 0.5, 1.0], 1e6)
    assert np.all(np.isfinite(totals))
    assert np.all(totals >= 1e6)


def test_a_lognormal_far_beyond_its_plan_still_has_something_to_go() -> None:
    totals = Lognormal(median=20.0, sigma=0.5).quantile_beyond(LEVELS, 20_000.0)
    assert np.all(np.diff(totals) > 0.0)
    assert totals[0] > 20_000.0


def test_a_discredited_estimate_is_the_lognormal_through_median_and_p90() -> None:
    law = lognormal_from_median_p90(20.0, 45.0)
    assert law.quantile([0.5, 0.9]).tolist() == pytest.approx([20.0, 45.0], rel=1e-12)
    assert lognormal_from_median_p90(20.0, 20.0).is_certain
    with pytest.raises(ValueError, match="median is 20 and p90 is 10"):
        lognormal_from_median_p90(20.0, 10.0)


# Correlation


def test_without_correlation_the_uniforms_stay_as_they_are() -> None:
    own, common = uniforms(1, "a", "work", 0, 0, 100), uniforms(1, "p", "factor", 0, 0, 100)
    assert correlated(own, common, 0.0).tolist() == own.tolist()


def test_full_correlation_is_the_common_uniform() -> None:
    own, common = uniforms(1, "a", "work", 0, 0, 100), uniforms(1, "p", "factor", 0, 0, 100)
    assert correlated(own, common, 1.0) == pytest.approx(common, rel=1e-12)


def test_correlated_uniforms_are_uniform_with_scores_correlated_as_said() -> None:
    n = 50_000
    common = uniforms(1, "p", "factor", 0, 0, n)
    one, other = (correlated(uniforms(1, e, "work", 0, 0, n), common, 0.3) for e in "ab")
    assert stats.kstest(one, "uniform").pvalue > math.erfc(4 / math.sqrt(2))
    found = np.corrcoef(stats.norm.ppf(one), stats.norm.ppf(other))[0, 1]
    assert abs(math.atanh(found) - math.atanh(0.3)) < 4 / math.sqrt(n - 3)


def test_correlated_uniforms_stay_strictly_between_0_and_1() -> None:
    ends = np.array([2.0**-53, 1.0 - 2.0**-53])
    mixed = correlated(ends, ends, 0.5)
    assert 0.0 < mixed[0] < mixed[1] < 1.0


# Mistakes


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (Fixed, {"value": -1.0}, "value is -1; it must be 0 or more"),
        (Fixed, {"value": math.nan}, "value is nan; it must be a finite number"),
        (Fixed, {"value": math.inf}, "value is inf; it must be a finite number"),
        (Uniform, {"low": -1.0, "high": 2.0}, "low is -1; it must be 0 or more"),
        (Uniform, {"low": 3.0, "high": 2.0}, "low is 3 and high is 2; low must not be above high"),
        (Uniform, {"low": 3.0, "high": math.inf}, "high is inf; it must be a finite number"),
        (Triangular, {"low": 3.0, "likely": 2.0, "high": 4.0}, "low is 3 and likely is 2"),
        (Triangular, {"low": 1.0, "likely": 5.0, "high": 4.0}, "likely is 5 and high is 4"),
        (Pert, {"low": 1.0, "likely": 5.0, "high": 4.0}, "likely must not be above high"),
        (Pert, {"low": 1.0, "likely": math.nan, "high": 4.0}, "likely is nan; it must be a finite"),
        (
            SplitLognormal,
            {"p10": 0.0, "likely": 5.0, "p90": 9.0},
            "p10 is 0; it must be above 0, or let the range mean min-max",
        ),
        (SplitLognormal, {"p10": 6.0, "likely": 5.0, "p90": 9.0}, "p10 is 6 and likely is 5"),
        (SplitLognormal, {"p10": 1.0, "likely": 5.0, "p90": 4.0}, "likely is 5 and p90 is 4"),
        (SplitLognormal, {"p10": 1.0, "likely": 5.0, "p90": 5e9}, "within 367,881 times"),
        (SplitLognormal, {"p10": 5e-324, "likely": 5.0, "p90": 9.0}, "check the units"),
        (Exponential, {"mean": 0.0}, "mean is 0; it must be above 0, or be a plain number"),
        (Gamma, {"mean": -2.0, "cv": 1.0}, "mean is -2; it must be above 0"),
        (Gamma, {"mean": 2.0, "cv": -1.0}, "cv is -1; it must be 0 or more"),
        (Weibull, {"mean": 2.0, "cv": 140.0}, "cv is 140; .* for a percentage write 140%"),
        (Weibull, {"mean": 2.0, "cv": math.inf}, "cv is inf; it must be a finite number"),
        (Normal, {"mean": 0.0, "cv": 1.0}, "mean is 0; it must be above 0"),
        (Normal, {"mean": 1.0, "cv": math.nan}, "cv is nan; it must be a finite number"),
        (Lognormal, {"median": 0.0, "sigma": 1.0}, "median is 0; it must be above 0"),
        (Lognormal, {"median": 1.0, "sigma": -1.0}, "sigma is -1; it must be 0 or more"),
        (Lognormal, {"median": 1.0, "sigma": 40.0}, "sigma is 40; .* write mean and cv"),
        (Lognormal.from_mean_cv, {"mean": 0.0, "cv": 1.0}, "mean is 0; it must be above 0"),
        (Lognormal.from_mean_cv, {"mean": 1.0, "cv": -0.1}, "cv is -0.1; it must be 0 or more"),
        (Empirical, {"values": ()}, "values is empty; give at least one observed value"),
        (Empirical, {"values": (1.0, -1.0)}, "values is -1; it must be 0 or more"),
        (
            Empirical,
            {"values": (1.0,), "weights": (1.0, 2.0)},
            "weights has 2 entries and values 1",
        ),
        (Empirical, {"values": (1.0,), "weights": (-1.0,)}, "weights is -1; it must be 0 or more"),
        (Empirical, {"values": (1.0,), "weights": (0.0,)}, "sum of weights is 0; it must be above"),
    ],
)
def test_what_is_no_law_is_refused_with_the_value_the_rule_and_the_way_out(
    kind: type[Law], values: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        kind(**values)


def test_scipy_is_loaded_only_when_a_law_needs_it() -> None:
    program = (
        "import sys\n"
        "from pmosim.distributions import SplitLognormal\n"
        "law = SplitLognormal(p10=1.0, likely=2.0, p90=6.0)\n"
        "law.plan, law.mean, law.cdf(3.0)\n"
        "assert 'scipy' not in sys.modules\n"
        "law.quantile(0.3)\n"
        "assert 'scipy.stats' not in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
