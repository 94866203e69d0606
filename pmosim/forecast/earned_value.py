"""Earned value: plan, progress and cost of running projects on one scale, beside the futures.

In: percent done (of the project, else of its tasks) and actual cost as reported, baseline dates,
baseline cost (else budget). Out: PV, EV, AC and what follows from them (PMI, Standard for Earned
Value Management, 2019): BAC is the baseline cost, PV = BAC x the planned share of day 0 (working
days gone of those between baseline start and finish), EV = BAC x reported share done,
CV = EV - AC, SV = EV - PV, CPI = EV / AC, SPI = EV / PV, EAC = AC + (BAC - EV) / CPI = BAC / CPI,
VAC = BAC - EAC, TCPI = (BAC - EV) / (BAC - AC).

EAC goes on as so far; it knows nothing of queues, of people and of chance: hence it stands beside
the share of the futures that cost more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pmosim.forecast.estimate import Estimate, probability, unknown
from pmosim.forecast.wording import chance_in_words, money_in_words
from pmosim.network.arrays import EFFORT, NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmosim.forecast.estimate import Json
    from pmosim.forecast.futures import ProjectFutures
    from pmosim.network.arrays import Network

BEFORE = ("done", "cancelled")


@dataclass(frozen=True, kw_only=True)
class EarnedValue:
    """The numbers of one project, or of several together; NaN = not known."""

    bac: float
    pv: float
    ev: float
    ac: float

    @property
    def cv(self) -> float:
        """Cost variance: below 0 = it cost more than it earned."""
        return self.ev - self.ac

    @property
    def sv(self) -> float:
        """Schedule variance: below 0 = behind the plan."""
        return self.ev - self.pv

    @property
    def cpi(self) -> float:
        """Cost performance index; NaN where nothing was spent."""
        return _ratio(self.ev, self.ac)

    @property
    def spi(self) -> float:
        """Schedule performance index; NaN where nothing was planned yet."""
        return _ratio(self.ev, self.pv)

    @property
    def eac(self) -> float:
        """Estimate at completion if it goes on as so far; NaN where nothing was earned yet."""
        return _ratio(self.bac, self.cpi)

    @property
    def vac(self) -> float:
        """Variance at completion: below 0 = it will cost more than planned."""
        return self.bac - self.eac

    @property
    def tcpi(self) -> float:
        """Performance that the rest needs to keep the BAC; NaN where no money is left."""
        left = self.bac - self.ac
        return _ratio(self.bac - self.ev, left) if left > 0 else math.nan


def earned_value(network: Network, row: int) -> EarnedValue:
    """Return the numbers of a project as reported; what was not stated is NaN."""
    projects = network.projects
    bac = budget_at_completion(network, row)
    return EarnedValue(
        bac=bac,
        pv=bac * planned_share(network, row),
        ev=bac * done_share(network, row),
        ac=float(projects.cost_to_date[row]),
    )


def budget_at_completion(network: Network, row: int) -> float:
    """Return the cost of the baseline, else the budget, else NaN."""
    cost = float(network.projects.baseline_cost[row])
    return float(network.projects.budget[row]) if math.isnan(cost) else cost


def done_share(network: Network, row: int) -> float:
    """Return the share done: the project's word, else that of its tasks by planned work.

    A task with ``remaining`` is done by what is spent of spent and remaining; what nobody reports
    on is not done. Time that is somebody else's (duration tasks) weighs nothing. NaN where nothing
    was reported, or of a task only what is spent: time that has passed is no progress.
    """
    stated = float(network.projects.reported_done[row])
    if not math.isnan(stated):
        return stated
    tasks, pools = network.tasks, network.pools
    first, last = network.projects.first_task[row : row + 2].tolist()
    planned = done = 0.0
    is_reported = False
    for pool in range(int(tasks.first_pool[first]), int(tasks.first_pool[last])):
        task = int(pools.task[pool])
        if tasks.kind[task] != EFFORT:
            continue
        share = 1.0 if tasks.is_done[task] else _pool_share(network, pool)
        is_reported = is_reported or share != 0.0
        planned += pools.law[pool].plan
        done += share * pools.law[pool].plan
    return done / planned if is_reported else math.nan


def _pool_share(network: Network, pool: int) -> float:
    """Return the share of an open amount of work that is done, NaN = begun, but not reported on."""
    pools = network.pools
    done, spent, remaining = pools.done[pool], pools.spent[pool], pools.remaining[pool]
    if done > 0.0:
        return float(done)
    if remaining is not None:
        total = float(spent) + remaining.plan
        return float(spent) / total if total > 0.0 else 1.0
    return math.nan if spent > 0.0 else 0.0


def planned_share(network: Network, row: int) -> float:
    """Return the share of the baseline's working days that lie before day 0, NaN = no baseline."""
    start = int(network.projects.baseline_start[row])
    finish = int(network.projects.baseline_finish[row])
    if start == NONE or finish == NONE or finish <= start:
        return math.nan
    return min(1.0, max(0.0, -start / (finish - start)))


def earned_value_document(futures: ProjectFutures) -> Json | None:
    """Return the earned value of a project; None where nothing of it can be said.

    ``missing`` names what has to be stated for the rest.
    """
    network, row = futures.outcomes.network, futures.project
    status = network.projects.status[row]
    numbers = earned_value(network, row)
    said = (float(network.projects.reported_done[row]), numbers.ac, numbers.ev + numbers.pv)
    if status in BEFORE or math.isnan(numbers.bac) or all(map(math.isnan, said)):
        return None
    above = unknown(futures.reason or "without percent done and actual cost there is no EAC")
    if math.isfinite(numbers.eac) and not futures.reason:
        above = probability(futures.outcomes.money.cost[futures.rows] > numbers.eac)
    has_cost = not math.isnan(float(network.projects.baseline_cost[row]))
    return {
        "bac_from": "baseline" if has_cost else "budget",
        "planned_share": _plain(planned_share(network, row)),
        "done": _plain(done_share(network, row)),
        "done_from": _done_from(network, row),
        **_numbers(numbers),
        "p_above_eac": above.to_json(),
        "text": _sentence(network, numbers, above),
        "missing": _missing(network, row),
    }


def summed_document(projects: Sequence[ProjectFutures]) -> Json | None:
    """Return the earned value of all projects together that state everything; None if none does."""
    if not projects:
        return None
    network, outcomes = projects[0].outcomes.network, projects[0].outcomes
    parts = []
    cost = np.zeros(outcomes.replications)
    for futures in projects:
        numbers = earned_value(network, futures.project)
        status = network.projects.status[futures.project]
        is_whole = not math.isnan(numbers.pv + numbers.ev + numbers.ac)
        if is_whole and status not in BEFORE and futures.n == outcomes.replications:
            parts.append((network.projects.ids[futures.project], numbers))
            cost += outcomes.money.cost[futures.rows]
    if not parts:
        return None
    total = EarnedValue(
        **{
            name: math.fsum(getattr(numbers, name) for _, numbers in parts)
            for name in ("bac", "pv", "ev", "ac")
        }
    )
    above = unknown("nothing was earned or spent yet")
    if math.isfinite(total.eac):
        above = probability(cost > total.eac)
    return {
        "projects": [name for name, _ in parts],
        **_numbers(total),
        "p_above_eac": above.to_json(),
        "text": _sentence(network, total, above),
    }


def _numbers(numbers: EarnedValue) -> Json:
    names = ("bac", "pv", "ev", "ac", "sv", "cv", "cpi", "spi", "eac", "vac", "tcpi")
    return {name: _plain(getattr(numbers, name)) for name in names}


def _sentence(network: Network, numbers: EarnedValue, above: Estimate) -> str:
    if not math.isfinite(numbers.eac):
        return ""
    money = money_in_words(numbers.eac, network.currency)
    rate = f"CPI {numbers.cpi:.2f}"
    text = f"If it goes on as so far ({rate}) it costs {money}"
    if not above.is_known:
        return f"{text}."
    return f"{text}; it costs more than that in {chance_in_words(above.value, above.n)} futures."


def _done_from(network: Network, row: int) -> str | None:
    if not math.isnan(float(network.projects.reported_done[row])):
        return "project"
    return None if math.isnan(done_share(network, row)) else "tasks"


def _missing(network: Network, row: int) -> list[str]:
    projects = network.projects
    stated = {
        "baseline start and finish": not math.isnan(planned_share(network, row)),
        "percent done": not math.isnan(done_share(network, row)),
        "actual cost": not math.isnan(float(projects.cost_to_date[row])),
    }
    return [name for name, is_stated in stated.items() if not is_stated]


def _ratio(above: float, below: float) -> float:
    if math.isnan(below) or below == 0.0:
        return math.nan
    return above / below


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
