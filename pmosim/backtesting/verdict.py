"""Verdict: all that a backtest says, from the rows of its forecasts to one line for page 1.

In: a row for each case and forecaster. Out: ``Score``: skill against each baseline with its paired
interval, hit rates with their bands, PIT, sharpness, on-time chances, aggregates, false alarms.

Hits and PIT count one forecast a project, its first: forecasts of one project at several cuts
share its fate. Skill counts all and lets whole quarters vary. A quantile is judged where its value
lies before the end of the data, whatever the truth was: choosing by the truth would flatter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pmosim.backtesting.baselines import BASELINES, WORDS
from pmosim.backtesting.cases import MEASURES
from pmosim.backtesting.scores import LEVELS, HitRate, Skill, hit_rate, skill, uniformity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from pmosim.backtesting.cases import Measure

    Json = dict[str, Any]

SCHEMA = "pmosim.backtest/1"
OURS = "forecast"
BINS = 10
UNITS: dict[Measure, str] = {
    "finish": "working days",
    "effort": "person-days",
    "cost": "money",
}
BASES = {
    "simulated": "the office simulated with its queue, work in progress and random requests",
    "without queues": "the fitted law of each plan, without queues: the history has no people, "
    "or no planned work of theirs",
    "counts": "counts of finished items alone: the history has no plans",
}
AT_RISK, NEEDS_SUPPORT = 0.2, 0.5
"""Chance of being late from which a project is shown as at risk, and as in need of support."""
FEW = 50
"""Below this a hit rate can only be not refuted (science: the band of a P80 is 34 to 45 of 50)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Score:
    """How good such forecasts would have been."""

    name: str
    as_of: date
    seed: int
    replications: int
    cuts: tuple[date, ...]
    basis: str
    """``simulated``, ``without queues`` or ``counts``."""
    rows: pd.DataFrame
    """A row for each case and forecaster; see ``to_frame``."""
    totals: pd.DataFrame
    """A row for each aggregate: kind, role, cut, quarter, truth, p10, p50, p80, p90, crps, pit."""
    assumed: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each project, cut, measure and forecaster.

        Columns: cut, measure, project, kind, forecaster, is_first, plan, floor, truth (NaN = not
        known by the end of the data), end, quarter, p10, p50, p80, p90, width, crps, log_crps,
        pinball_50, pinball_80, pinball_90, hit_50, hit_80, hit_90 (None = not known), pit,
        p_on_time, on_time, brier. Scores reach to the end of the data.
        """
        return self.rows.copy()

    # ------------------------------------------------------------------------ numbers

    @property
    def measures(self) -> list[Measure]:
        """What was forecast, the finish first."""
        ours = self.rows[self.rows["forecaster"] == OURS] if len(self.rows) else self.rows
        there = set(ours["measure"]) if len(ours) else set()
        return [measure for measure in MEASURES if measure in there]

    def of(self, measure: Measure, forecaster: str = OURS) -> pd.DataFrame:
        """Return the rows of one forecaster."""
        rows = self.rows
        return rows[(rows["measure"] == measure) & (rows["forecaster"] == forecaster)]

    def hits(self, measure: Measure, level: float) -> HitRate:
        """Return how often the quantile held, one forecast a project."""
        rows = self.of(measure)
        known = rows.loc[rows["is_first"], f"hit_{100 * level:.0f}"].dropna()
        return hit_rate(known.astype(bool).to_numpy(), level)

    def skill(self, measure: Measure, against: str, score: str = "log_crps") -> Skill:
        """Return the share of a baseline's score that the forecast saves, on the same cases."""
        keys = ["cut", "project"]
        both = self.of(measure).merge(self.of(measure, against), on=keys, suffixes=("", "_theirs"))
        mine, theirs = both[score].to_numpy(), both[f"{score}_theirs"].to_numpy()
        known = np.isfinite(mine) & np.isfinite(theirs)
        blocks = both["quarter"].to_numpy()[known].tolist()
        return skill(mine[known], theirs[known], blocks, seed=self.seed)

    def pit(self, measure: Measure) -> tuple[list[int], float]:
        """Return how many truths lie in each tenth of their forecast, and the p-value of even."""
        rows = self.of(measure)
        places = rows.loc[rows["is_first"], "pit"].to_numpy(dtype=np.float64)
        counts, _ = np.histogram(places, bins=BINS, range=(0.0, 1.0))
        return counts.tolist(), uniformity(places)

    # -------------------------------------------------------------------------- words

    @cached_property
    def line(self) -> str:
        """What page 1 of every report made with this calibration says; empty of nothing."""
        if not self.measures:
            return self._line_of_counts()
        measure = self.measures[0]
        found = self.hits(measure, 0.8)
        if not found.n:
            return ""
        verb = {"finish": "", "effort": " of effort", "cost": " of cost"}[measure]
        text = f"{self._when()} our P80{verb} held for {found.hits} of {found.n} projects"
        return f"{text} ({found.fewest} to {found.most} if such forecasts are right)."

    def _line_of_counts(self) -> str:
        totals = self.totals
        if totals.empty:
            return ""
        held = ((totals["truth"] >= totals["p10"]) & (totals["truth"] <= totals["p90"])).sum()
        return (
            f"{self._when()} {held} of {len(totals)} counts of finished items lay between our P10 "
            "and P90."
        )

    def _when(self) -> str:
        years = sorted({cut.year for cut in self.cuts})
        return f"In {years[0]}" if len(years) == 1 else f"From {years[0]} to {years[-1]}"

    @cached_property
    def words(self) -> dict[str, str]:
        """The verdict in a PMO's words: ``held``, ``against``, ``verdict``, ``outlook``."""
        found = {"line": self.line, "basis": BASES[self.basis]}
        if not self.measures:
            return found
        measure = self.measures[0]
        return found | {
            "held": self._say_held(measure),
            "against": self._say_against(measure),
            "outlook": self._say_outlook(),
        }

    def _say_held(self, measure: Measure) -> str:
        rate = self.hits(measure, 0.8)
        if not rate.n:
            return "No P80 has come yet: the data end too soon to judge one."
        if not rate.is_in_band:
            side = "too early" if rate.hits < rate.fewest else "too late"
            return (
                f"The P80 dates were {side}: {rate.hits} of {rate.n} held where {rate.fewest} to "
                f"{rate.most} are to be expected."
                if measure == "finish"
                else f"The P80 held for {rate.hits} of {rate.n} where {rate.fewest} to {rate.most} "
                "are to be expected."
            )
        doubt = "; so few cannot prove it" if rate.n < FEW else ""
        return (
            f"The P80 held for {rate.hits} of {rate.n}, as it should "
            f"({rate.fewest} to {rate.most}){doubt}."
        )

    def _say_against(self, measure: Measure) -> str:
        parts = []
        for name in self.baselines(measure):
            found = self.skill(measure, name)
            if not math.isfinite(found.value):
                continue
            share = f"{100 * abs(found.value):.0f} %"
            side = "closer" if found.value >= 0 else "further off"
            sure = (
                ""
                if math.isnan(found.low)
                else " (not yet certain)"
                if found.low <= 0.0 <= found.high
                else f" ({100 * found.low:.0f} to {100 * found.high:.0f} %)"
            )
            parts.append(f"{share} {side} than {WORDS[name]}{sure}")
        return f"The forecast was {'; '.join(parts)}." if parts else ""

    def _say_outlook(self) -> str:
        found = self.outlook()
        red, green = found["needs-support"], found["on-track"]
        if not red["n"] and not green["n"]:
            return ""
        parts = []
        if red["n"]:
            parts.append(
                f"of {red['n']} projects shown as needing support {red['wrong']} were in time "
                "(false alarms)"
            )
        if green["n"]:
            parts.append(f"of {green['n']} shown as on track {green['wrong']} were late")
        text = "; ".join(parts)
        return f"{text[:1].upper()}{text[1:]}."

    # ------------------------------------------------------------------------- tables

    def baselines(self, measure: Measure) -> list[str]:
        """Return the baselines that could say something."""
        return [name for name in BASELINES if len(self.of(measure, name))]

    def outlook(self) -> Json:
        """Return, for each word of the outlook, how many had it and how often it was wrong.

        ``wrong``: in time though shown as at risk or in need of support; late though on track.
        First forecasts of projects that had a due date ahead of them, and whose end is known.
        """
        rows = self.of("finish") if "finish" in self.measures else self.rows.head(0)
        if not rows.empty:
            rows = rows[rows["is_first"] & rows["on_time"].notna() & rows["p_on_time"].notna()]
        found: Json = {}
        late = 1.0 - rows["p_on_time"].to_numpy(dtype=np.float64) if len(rows) else np.empty(0)
        in_time = rows["on_time"].astype(bool).to_numpy() if len(rows) else np.empty(0, dtype=bool)
        for word, low, high in (
            ("on-track", -1.0, AT_RISK),
            ("at-risk", AT_RISK, NEEDS_SUPPORT),
            ("needs-support", NEEDS_SUPPORT, 2.0),
        ):
            chosen = (late >= low) & (late < high)
            wrong = ~in_time[chosen] if word == "on-track" else in_time[chosen]
            rate = hit_rate(wrong, 0.5)
            found[word] = {
                "from": max(0.0, low),
                "n": rate.n,
                "wrong": rate.hits,
                "rate": None if not rate.n else rate.rate,
                "low": None if not rate.n else rate.low,
                "high": None if not rate.n else rate.high,
            }
        return found

    def to_document(self) -> Json:
        """Return it as plain dicts, lists and scalars, schema ``pmosim.backtest/1``."""
        return {
            "schema": SCHEMA,
            "history": self.name,
            "as_of": self.as_of.isoformat(),
            "seed": self.seed,
            "replications": self.replications,
            "cuts": [cut.isoformat() for cut in self.cuts],
            "basis": self.basis,
            "line": self.line,
            "words": self.words,
            "measures": [self._measure(measure) for measure in self.measures],
            "aggregates": self._aggregates(),
            "outlook": self.outlook(),
            "assumed": list(dict.fromkeys(self.assumed)),
            "forecasts": [self._row(row) for row in self.rows.to_dict("records")],
        }

    def _measure(self, measure: Measure) -> Json:
        ours = self.of(measure)
        counts, p_value = self.pit(measure)
        first = ours[ours["is_first"]]
        due = first[first["brier"].notna()]
        return {
            "id": measure,
            "unit": UNITS[measure],
            "forecasts": len(ours),
            "projects": int(ours["project"].nunique()),
            "open": int(first["truth"].isna().sum()),
            "hits": [self._hit(self.hits(measure, level)) for level in LEVELS],
            "pit": {"counts": counts, "p_value": _number(p_value)},
            "width": _number(float(ours["width"].replace(math.inf, math.nan).median())),
            "on_time": {
                "n": len(due),
                "brier": _number(float(due["brier"].mean())) if len(due) else None,
                "in_time": int(due["on_time"].sum()) if len(due) else 0,
                "expected": _number(float(due["p_on_time"].sum())) if len(due) else None,
            },
            "forecasters": [
                self._forecaster(measure, name) for name in (OURS, *self.baselines(measure))
            ],
        }

    def _forecaster(self, measure: Measure, name: str) -> Json:
        rows = self.of(measure, name)
        found: Json = {
            "id": name,
            "words": "the forecast" if name == OURS else WORDS[name],
            "n": len(rows),
            "crps": _number(float(rows["crps"].mean())),
            "log_crps": _number(float(rows["log_crps"].mean())),
            "pinball": {
                f"p{100 * level:.0f}": _number(float(rows[f"pinball_{100 * level:.0f}"].mean()))
                for level in LEVELS
            },
        }
        if name != OURS:
            for score in ("crps", "log_crps"):
                one = self.skill(measure, name, score)
                found[f"skill_{score}"] = {
                    "value": _number(one.value),
                    "low": _number(one.low),
                    "high": _number(one.high),
                    "n": one.n,
                    "quarters": one.blocks,
                }
        return found

    @staticmethod
    def _hit(rate: HitRate) -> Json:
        return {
            "level": rate.level,
            "hits": rate.hits,
            "n": rate.n,
            "rate": _number(rate.rate),
            "low": rate.low,
            "high": rate.high,
            "fewest": rate.fewest,
            "most": rate.most,
            "is_in_band": rate.is_in_band,
        }

    def _aggregates(self) -> list[Json]:
        if self.totals.empty:
            return []
        found = []
        for (kind, role), rows in self.totals.groupby(["kind", "role"], sort=False):
            inside = (rows["truth"] >= rows["p10"]) & (rows["truth"] <= rows["p90"])
            rate = hit_rate(inside.to_numpy(), 0.8)
            found.append(
                {
                    "kind": kind,
                    "role": str(role) or None,
                    "n": rate.n,
                    "held": rate.hits,
                    "fewest": rate.fewest,
                    "most": rate.most,
                    "bias": _number(float((rows["p50"] - rows["truth"]).mean())),
                    "crps": _number(float(rows["crps"].mean())),
                    "quarters": [
                        {
                            key: value.isoformat() if key == "cut" else _number(value)
                            for key, value in row.items()
                            if key not in {"kind", "role", "pit"}
                        }
                        for row in rows.to_dict("records")
                    ],
                }
            )
        return found

    @staticmethod
    def _row(row: Mapping[Any, Any]) -> Json:
        return {
            str(key): value.isoformat() if key == "cut" else _number(value)
            for key, value in row.items()
        }


def _number(value: Any) -> Any:
    """Return a value as JSON takes it: null for what is not finite, plain Python types."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return bool(value)
    number = float(value)
    if not math.isfinite(number):
        return None
    return round(number, 6)
