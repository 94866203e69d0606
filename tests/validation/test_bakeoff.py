"""The whole bake-off on a case whose best order is known, over many seeds."""

from __future__ import annotations

import math

import pmosim as pm
from pmosim.study.bakeoff import judge_rules
from pmosim.study.runs import runs

N_SEEDS = 25
LONG, SHORT = 40, 8
PER_YEAR = 100_000


def portfolio():
    """Two long and three short projects of the same worth, one developer, the long ones first.

    Their work is exponential; the benefit ends on a fixed day, so that every day of every finish
    costs the same. Weighted shortest expected work is the best order (Rothkopf 1966).
    """
    projects = [
        {
            "id": f"p{n}",
            "tasks": {
                "work": {
                    "effort": {"dist": "exponential", "mean": f"{mean}pd"},
                    "needs": {"dev": 1},
                }
            },
            "benefit": {"per_year": PER_YEAR, "until": "2035-12-31"},
        }
        for n, mean in enumerate([LONG, LONG, SHORT, SHORT, SHORT])
    ]
    return pm.parse_scenario(
        {
            "pmosim": 1,
            "as_of": "2027-01-04",
            "horizon": "9y",
            "roles": {"dev": {}},
            "people": [{"role": "dev", "headcount": 1}],
            "projects": projects,
        }
    )


def mean_loss(works):
    """Money lost on average by the finishes of works done one after the other."""
    ends = [sum(works[: k + 1]) for k in range(len(works))]
    return sum(ends) * 7 / 5 / 365.25 * PER_YEAR


def test_the_best_order_is_chosen_as_often_as_promised_and_by_as_much_as_the_formula_says() -> None:
    scenario = portfolio()
    gain = mean_loss([LONG, LONG, SHORT, SHORT, SHORT]) - mean_loss(
        [SHORT, SHORT, SHORT, LONG, LONG]
    )
    right, gains, errors = 0, [], []
    for seed in range(N_SEEDS):
        with runs(replications=50, seed=seed, jobs=1) as study:
            found = judge_rules(
                scenario, study, by="value", matters=gain, most=2000, sweeps={"wip_limit": (1,)},
                own={"shortest first": Shortest()},
            )  # fmt: skip
        assert found.selection.is_decided
        right += found.best.id == "shortest first"
        mine = next(each for each in found.entries if each.id == "shortest first")
        change = mine.changes["value"]
        gains.append(change.value)
        errors.append((change.high - change.low) / 2 / 1.96)
    assert right / N_SEEDS >= 0.95 - 2 * math.sqrt(0.95 * 0.05 / N_SEEDS)
    error = math.sqrt(sum(each**2 for each in errors)) / N_SEEDS
    assert abs(sum(gains) / N_SEEDS - gain) <= 4 * error


class Shortest:
    """Starts the project with the least planned work when nobody is busy."""

    def admit(self, office):
        if office.active or not office.waiting:
            return None
        return min(office.waiting, key=lambda project: office.planned_work(project, "dev"))
