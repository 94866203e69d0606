"""People who fall ill, against the chain of one clerk with breakdowns."""

from __future__ import annotations

from tests.validation.proof import assert_mean
from tests.validation.shops import UNIT_DAYS, document, exponential, horizon_days, per_unit, visits


def test_work_waits_longer_for_spells_of_absence_than_for_the_same_share_of_the_day() -> None:
    # M/M/1 with breakdowns at rate f, repairs at rate r, work going on where it stopped (White
    # and Christie 1958): W = (1 + f / (f + r)^2) / (r / (f + r) - lambda); here 4.6667, where a
    # mean factor says 1 / (.8 - .5) = 3.3333.
    arrivals, fails, returns = 0.5, 0.1, 0.4
    away = fails / (fails + returns)
    work = {"dist": "exponential", "mean": f"{UNIT_DAYS}pd"}
    sickness = {"share": f"{away:.0%}", "spell": exponential(1 / returns)}
    shop = document(
        staff={"clerk": 1},
        role={"sickness": sickness},
        demand={
            "visit": {
                "rate": per_unit(arrivals),
                "tasks": {"serve": {"effort": work, "needs": {"clerk": 1}}},
            }
        },
        days=horizon_days(arrivals),
    )
    expected = (1 + fails / (fails + returns) ** 2) / (1 - away - arrivals)
    assert abs(expected - 4.6667) < 5e-5
    sojourn = visits(shop).mean(lambda frame: frame["sojourn"])
    assert_mean("M/M/1 with spells of absence, time in system", sojourn, expected)
