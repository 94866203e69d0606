"""Origins: forecasts made again on earlier days, with nothing but what was known then.

At each cut the log is frozen (``History.known_at``), fitted anew (``calibrate``), the office built
and simulated, and every project that was open then is forecast. Out: ``Score``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pmosim.backtesting.baselines import BASELINES, FEWEST
from pmosim.backtesting.cases import (
    Case,
    cases_at,
    known_table,
    measures_of,
    past_of,
    table_of_projects,
)
from pmosim.backtesting.office import simulate_office, whole_quarters
from pmosim.backtesting.portfolio import has_people
from pmosim.backtesting.scores import (
    LEVELS,
    brier,
    crps,
    cut_off,
    log_crps,
    pinball,
    quantile_of,
    randomised_pit,
)
from pmosim.backtesting.throughput import FEWEST_WEEKS, LEVEL_WEEKS, forecast_count, weekly_counts
from pmosim.backtesting.verdict import OURS, Score
from pmosim.backtesting.without_queues import forecast_from_plan
from pmosim.errors import InputError, Problem
from pmosim.streams import uniforms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from pmosim.backtesting.cases import Past
    from pmosim.backtesting.office import OfficeForecast
    from pmosim.fitted import Fitted
    from pmosim.history import History
    from pmosim.scenario import Scenario

    FloatArray = NDArray[np.float64]

FUTURES = 200
"""Of each cut: the error of a P80 is then small beside that of a few dozen projects."""
MOST_CUTS = 8
"""Quarters that are looked at unless the user names days."""
FRESH_DAYS = 92
"""What asked so long before the first cut is new at it."""
LEAST_PAST = 10
"""Finished projects (or weeks of counts) before the first cut that is chosen for the user."""
CODE = {"late": "PMO990", "early": "PMO991", "nothing": "PMO992"}


def backtest(
    history: History,
    cuts: Sequence[date] | None = None,
    *,
    scenario: Scenario | None = None,
    name: str = "",
    replications: int = FUTURES,
    seed: int = 1,
    jobs: int | Literal["auto"] = 1,
    fit: Callable[[History], Fitted] | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Score:
    """Return how good forecasts made at earlier days would have been.

    Parameters
    ----------
    cuts : mornings on which forecasts are made; else the beginnings of the latest quarters, up to
        eight, before which at least ten projects were finished.
    scenario : its start rule, who goes first, calendar and roles; else they are read from the
        history as far as it shows them. People of the history win over those of the scenario.
    fit : replaces ``calibrate``.
    tell : called with (cuts done, cuts in all).

    Raises
    ------
    InputError
        If a cut lies outside the data, or there is nothing to score.
    """
    from pmosim.calibration import calibrate

    days = tuple(sorted(set(cuts))) if cuts else chosen_cuts(history)
    _check(history, days)
    base = None if scenario is None else scenario.document
    trial = _Trial(
        history=history,
        base=base,
        replications=replications,
        seed=seed,
        jobs=jobs,
        fit=fit or calibrate,
    )
    for n, day in enumerate(days):
        if tell is not None:
            tell(n, len(days))
        trial.look_back(day)
    if tell is not None:
        tell(len(days), len(days))
    return trial.score(name, days)


def chosen_cuts(history: History) -> tuple[date, ...]:
    """Return the beginnings of the latest quarters.

    Enough lies behind the first, and a quarter or more before the end of the data behind the last,
    so that something came of it.
    """
    import pandas as pd

    finished = _finishes(history)
    enough = finished.iloc[LEAST_PAST - 1] if len(finished) >= LEAST_PAST else None
    if enough is None:
        return ()
    first = pd.Timestamp(enough) + pd.Timedelta(days=1)
    if table_of_projects(history) is None:
        first = max(first, finished.iloc[0] + pd.Timedelta(weeks=FEWEST_WEEKS))
    quarters = whole_quarters(first, history.as_of)
    if not quarters:
        return ()
    begin = pd.Period(quarters[0].replace("-", ""), freq="Q").start_time
    end = pd.Timestamp(history.as_of) - pd.DateOffset(months=3)
    found = pd.date_range(begin, end, freq="QS")
    return tuple(day.date() for day in found[-MOST_CUTS:])


def _finishes(history: History) -> pd.Series:
    """Return the finishes of projects, else of tasks, the first first."""
    import pandas as pd

    for frame in (history.projects, history.tasks):
        if frame is not None:
            done = frame.loc[frame["status"] == "finished", "finished"].dropna()
            if len(done):
                return done.sort_values(ignore_index=True)
    return pd.Series([], dtype="datetime64[ns]")


def _check(history: History, days: Sequence[date]) -> None:
    problems = []
    finished = _finishes(history)
    if finished.empty:
        text = (
            "the history has no finished projects and no finished tasks; a backtest needs what "
            "came of earlier plans. Give projects.csv or tasks.csv with `finished`."
        )
        raise InputError([Problem(place="history", code=CODE["nothing"], text=text)])
    if not days:
        text = (
            f"the history is too short to choose cuts: {len(finished)} are finished, and the first "
            f"cut needs {LEAST_PAST} before it and a whole quarter after it. Name days: --cut DATE"
        )
        raise InputError([Problem(place="history", code=CODE["early"], text=text)])
    first = finished.iloc[0].date()
    for day in days:
        if day >= history.as_of:
            text = (
                f"--cut is {day}, but the data end on {history.as_of}: nothing has come of it. "
                "Give an earlier day."
            )
            problems.append(Problem(place=f"--cut {day}", code=CODE["late"], text=text))
        elif day <= first:
            text = (
                f"--cut is {day}, but the first finish is on {first}: nothing could be learned "
                "before it. Give a later day."
            )
            problems.append(Problem(place=f"--cut {day}", code=CODE["early"], text=text))
    if problems:
        raise InputError(problems)


@dataclass
class _Trial:
    """The cuts so far."""

    history: History
    base: Mapping[str, Any] | None
    replications: int
    seed: int
    jobs: int | Literal["auto"]
    fit: Callable[[History], Fitted]
    rows: list[dict[str, Any]] = field(default_factory=list)
    totals: list[dict[str, Any]] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    bases: set[str] = field(default_factory=set)
    fresh_from: date | None = None
    """The cut before: what asked since then is new."""

    def look_back(self, day: date) -> None:
        """Forecast on a day and score what came of it."""
        known = self.history.known_at(day)
        frame = known_table(known)
        if frame is None:
            self._count(known)
            return
        fitted = self.fit(known)
        office = self._office(known, fitted)
        now = table_of_projects(self.history)
        for measure in [] if now is None else measures_of(now):
            past = past_of(frame, measure)
            since = self.fresh_from or day - timedelta(days=FRESH_DAYS)
            for case in cases_at(self.history, frame, measure, self.seen, since):
                self._forecast(case, past, fitted, office)
        self.fresh_from = day
        if office is None:
            self._count(known)
        else:
            self._total(day, office)

    def score(self, name: str, days: tuple[date, ...]) -> Score:
        """Return what came out."""
        import pandas as pd

        basis = next(
            (one for one in ("simulated", "without queues") if one in self.bases), "counts"
        )
        return Score(
            name=name,
            as_of=self.history.as_of,
            seed=self.seed,
            replications=self.replications,
            cuts=days,
            basis=basis,
            rows=pd.DataFrame(self.rows),
            totals=pd.DataFrame(self.totals),
            assumed=tuple(self.assumed),
        )

    def _office(self, known: History, fitted: Fitted) -> OfficeForecast | None:
        if not has_people(known) or not fitted.has("work"):
            return None
        try:
            office = simulate_office(
                self.history,
                known,
                fitted,
                base=self.base,
                replications=self.replications,
                seed=self.seed,
                jobs=self.jobs,
            )
        except InputError as error:
            first = error.problems[0].text
            self.assumed.append(
                f"{known.as_of}: the office cannot be simulated ({first}), so its projects are "
                "forecast without queues."
            )
            return None
        self.assumed += office.assumed
        return office

    # --------------------------------------------------------------------- one project

    def _forecast(
        self, case: Case, past: Past, fitted: Fitted, office: OfficeForecast | None
    ) -> None:
        """Score our forecast and, where there is a plan, every baseline on the same case."""
        ours: FloatArray | None = None
        if case.measure == "finish" and office is not None:
            days = office.finish_days.get(case.project)
            ours = None if days is None else case.floor + days
            self.bases.add("simulated")
        elif case.plan > 0.0:
            ours = forecast_from_plan(fitted, case, seed=self.seed)
            self.bases.add("without queues")
        if math.isnan(case.scored):
            return
        if ours is not None:
            self.rows.append(self._row(case, OURS, ours))
        if not case.plan > 0.0:
            return
        for name, baseline in BASELINES.items():
            if name == "plan" or len(past) >= FEWEST:
                self.rows.append(self._row(case, name, baseline(case, past)))

    def _row(self, case: Case, name: str, sample: FloatArray) -> dict[str, Any]:
        truth, end = case.scored, case.end
        clipped = cut_off(sample, end)
        quantiles = {level: quantile_of(sample, level) for level in (0.1, *LEVELS)}
        row: dict[str, Any] = {
            "cut": case.cut,
            "measure": case.measure,
            "project": case.project,
            "kind": case.kind,
            "forecaster": name,
            "is_first": case.is_first,
            "has_begun": case.has_begun,
            "plan": case.plan,
            "floor": case.floor,
            "truth": case.truth,
            "end": end,
            "quarter": case.quarter,
            "p10": quantiles[0.1],
            **{f"p{100 * level:.0f}": quantiles[level] for level in LEVELS},
            "width": quantiles[0.9] - quantiles[0.1] if math.isfinite(quantiles[0.9]) else math.inf,
            "crps": crps(clipped, truth),
            "log_crps": log_crps(clipped, truth) if clipped.min() > 0.0 < truth else math.nan,
        }
        for level in LEVELS:
            key, quantile = f"{100 * level:.0f}", quantiles[level]
            row[f"pinball_{key}"] = pinball(min(quantile, end), truth, level)
            row[f"hit_{key}"] = bool(truth <= quantile) if quantile <= end else None
            if quantile <= end and math.isnan(case.truth):
                row[f"hit_{key}"] = False  # its date has come, and it is still open
        entity = f"{case.cut}/{case.measure}/{case.project}"
        chance = float(uniforms(self.seed, entity, "pit", 0, 0, 1)[0])
        row["pit"] = randomised_pit(clipped, truth, chance)
        return row | self._on_time(case, sample)

    @staticmethod
    def _on_time(case: Case, sample: FloatArray) -> dict[str, Any]:
        """Return the chance of being in time and whether it was; of due dates still ahead."""
        found: dict[str, Any] = {"p_on_time": math.nan, "on_time": None, "brier": math.nan}
        if case.measure != "finish" or not case.plan > case.floor:
            return found
        found["p_on_time"] = float(np.mean(sample <= case.plan))
        if not math.isnan(case.truth) or case.end >= case.plan:
            found["on_time"] = bool(case.truth <= case.plan)
            found["brier"] = brier(found["p_on_time"], happened=found["on_time"])
        return found

    # -------------------------------------------------------------------- all together

    def _total(self, day: date, office: OfficeForecast) -> None:
        """Score finishes and load of each whole quarter behind a cut."""
        finished = _finishes_by_quarter(self.history)
        for quarter, sample in office.finished.items():
            truth = float(finished.get(quarter, 0))
            self.totals.append(self._total_row("finished", "", day, quarter, sample, truth))
        worked = _load_by_quarter(self.history)
        for (role, quarter), sample in office.load.items():
            if worked is not None:
                truth = float(worked.get((role, quarter), 0.0))
                self.totals.append(self._total_row("load", role, day, quarter, sample, truth))

    def _count(self, known: History) -> None:
        """Score how many items finish in the quarter of weeks behind a cut, from counts alone."""
        end = np.datetime64(known.as_of, "D")
        after = end + np.timedelta64(7 * LEVEL_WEEKS, "D")
        finished = _finishes(self.history).to_numpy(dtype="datetime64[D]")
        if after > np.datetime64(self.history.as_of, "D") or not len(finished):
            return
        counts = weekly_counts(finished[finished < end], finished[0], end)
        if len(counts) < FEWEST_WEEKS:
            return
        truth = float(np.count_nonzero((finished >= end) & (finished < after)))
        sample = forecast_count(counts, LEVEL_WEEKS)
        label = f"{LEVEL_WEEKS} weeks from {known.as_of}"
        self.totals.append(self._total_row("finished", "", known.as_of, label, sample, truth))

    def _total_row(
        self, kind: str, role: str, day: date, quarter: str, sample: FloatArray, truth: float
    ) -> dict[str, Any]:
        chance = float(uniforms(self.seed, f"{day}/{kind}/{role}/{quarter}", "pit", 0, 0, 1)[0])
        return {
            "kind": kind,
            "role": role,
            "cut": day,
            "quarter": quarter,
            "truth": truth,
            **{f"p{100 * level:.0f}": quantile_of(sample, level) for level in (0.1, *LEVELS)},
            "crps": crps(sample, truth),
            "pit": randomised_pit(sample, truth, chance),
        }


def _finishes_by_quarter(history: History) -> dict[str, int]:
    """Return how many projects were finished in each quarter."""
    projects = history.projects
    if projects is None:
        return {}
    done = projects.loc[projects["status"] == "finished", "finished"].dropna().dt.to_period("Q")
    return {f"{q.year}-Q{q.quarter}": int(n) for q, n in done.value_counts().items()}


def _load_by_quarter(history: History) -> dict[tuple[str, str], float] | None:
    """Return the person-days that people of each role booked in each quarter; None = no time."""
    time, people = history.time, history.people
    if time is None or time.empty or people is None:
        return None
    role = people.drop_duplicates("person", keep="last").set_index("person")["role"]
    dates = time["date"].dt
    quarter = dates.year.astype(str) + "-Q" + dates.quarter.astype(str)
    sums = time["hours"].groupby([time["person"].map(role), quarter]).sum()
    names, quarters = (sums.index.get_level_values(level).astype(str) for level in (0, 1))
    days = sums.to_numpy(dtype=np.float64) / history.hours_per_day
    return dict(zip(zip(names, quarters, strict=True), days.tolist(), strict=True))
