"""Rework against queueing theory: customers who come back (Jackson 1957).

With Bernoulli feedback every visit ends with a return of probability p: 1 / (1 - p) visits each,
and the queue of exponential services is that of a server slower by that factor.
"""

from __future__ import annotations

import pytest

from tests.validation.proof import assert_mean
from tests.validation.shops import document, exponential, horizon_days, per_unit, visits


@pytest.mark.parametrize("again", [0.2, 0.5])
def test_a_queue_whose_customers_come_back_is_that_of_a_slower_server(again: float) -> None:
    rate = 0.6 * (1 - again)
    rework = {"probability": again, "of": "serve", "max_repeats": 100}
    serve = {"duration": exponential(), "needs": {"clerk": 1}, "rework": rework}
    demand = {"visit": {"tasks": {"serve": serve}, "rate": per_unit(rate)}}
    shop = document(staff={"clerk": 1}, demand=demand, days=horizon_days(rate, 500))
    sojourn = visits(shop).mean(lambda frame: frame["sojourn"])
    expected = 0.6 / (1 - 0.6) / rate
    assert_mean(f"M/M/1 with feedback {again:.0%}, rho=.6: mean time", sojourn, expected)
