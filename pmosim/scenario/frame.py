"""Frame: day 0, the calendar, the length of units and the planning window of a scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pmosim.scenario import amounts, dates, shapes
from pmosim.scenario.amounts import AmissError, Measures
from pmosim.scenario.fitted import fitted_from
from pmosim.scenario.kinds import MISSING, Reader
from pmosim.scenario.portfolio import Settings
from pmosim.workdays import WorkCalendar

if TYPE_CHECKING:
    from pmosim.fitted import Fitted
    from pmosim.scenario.messages import Problems
    from pmosim.scenario.nodes import Node

FORMAT_VERSION = "1"
LONGEST_RUN_YEARS = 10
"""Without a horizon a run ends after this long at the latest (model.md, section 8)."""
LONGEST_MONTH_DAYS = 31
LATEST_WINDOW_YEAR = 9000
WORKWEEK = ("mon", "tue", "wed", "thu", "fri")
STAND_IN_DAY = date(2000, 1, 3)
"""Used to go on checking where ``as_of`` cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What has to be known before anything else can be read."""

    calendar: WorkCalendar
    settings: Settings
    measures: Measures
    horizon: date | int | None = None
    run_off: int = 0

    @property
    def last_day(self) -> date:
        """Last day that a run can reach."""
        if self.horizon is None:
            end = dates.years_later(self.calendar.as_of, Fraction(LONGEST_RUN_YEARS))
        else:
            end = _window_end(self.calendar, self.horizon)
        days = -(-self.run_off // self.calendar.minutes_per_day)
        return self.calendar.date_of(self.calendar.end_day(end) + days)

    @property
    def window_end(self) -> date | None:
        """Last day of the planning window, None without a horizon."""
        return None if self.horizon is None else _window_end(self.calendar, self.horizon)


def _window_end(calendar: WorkCalendar, horizon: date | int) -> date:
    if isinstance(horizon, date):
        return horizon
    return calendar.date_of(max(0, -(-horizon // calendar.minutes_per_day) - 1))


def read_frame(root: Node, problems: Problems) -> Frame:
    """Return day 0, calendar, units and window; what cannot be read stands in by a default.

    The keys of the scenario themselves are checked where it is put together; here only their
    values are noted.
    """
    reader = Reader(problems, Measures())
    _check_version(root, problems)
    as_of = _read_as_of(root, reader)
    calendar = _read_calendar(root, reader, as_of)
    settings_fields = _settings_fields(root, reader, calendar)
    measures = Measures(
        minutes_per_day=calendar.minutes_per_day,
        week_days=len(calendar.workweek),
        month_days=settings_fields["month"],
        year_days=calendar.working_days_between(as_of, as_of + timedelta(days=364)),
        range_means=settings_fields.get("range_means", "p10-p90"),
        spread=settings_fields.get("spread", 0.0),
        spread_includes_risks=settings_fields.get("spread_includes_risks", False),
        calibration=_read_calibration(root, problems),
    )
    settings = Settings(
        month_days=float(measures.month_days),
        range_means=measures.range_means,
        correlation=float(settings_fields.get("correlation", 0)),
        spread=measures.spread,
        spread_includes_risks=measures.spread_includes_risks,
        calibration=measures.calibration,
        parameter_uncertainty=settings_fields.get("parameter_uncertainty", True),
    )
    settings = _with_outlook(settings, root, reader)
    settings = _with_standard(settings, root, reader)
    settings = _with_uncovered(settings, root, reader)
    horizon = _read_horizon(root, problems, calendar, measures)
    run_off = _read_run_off(root, problems, calendar, measures, horizon)
    return Frame(
        calendar=calendar, settings=settings, measures=measures, horizon=horizon, run_off=run_off
    )


def _check_version(root: Node, problems: Problems) -> None:
    version = root.get("pmosim")
    if version is not None and (not version.is_scalar or version.text != FORMAT_VERSION):
        said = f"is {version.shown()}; this version of pmosim reads format {FORMAT_VERSION}."
        problems.error("PMO019", version, "pmosim", said)


def _read_calibration(root: Node, problems: Problems) -> Fitted | None:
    node = root.get("calibration")
    return None if node is None or node.is_null else fitted_from(node, problems)


def _read_as_of(root: Node, reader: Reader) -> date:
    key = "start" if root.get("as_of") is None and root.get("start") is not None else "as_of"
    node = root.get(key)
    if node is None:
        said = (
            "needs the key 'as_of': the day whose morning everything is as of, such as 2027-01-04."
        )
        reader.problems.error("PMO102", root, "the scenario", said)
        return STAND_IN_DAY
    found = reader.read(shapes.SCENARIO.keys[key], node, key)
    return found if isinstance(found, date) else STAND_IN_DAY


def _read_calendar(root: Node, reader: Reader, as_of: date) -> WorkCalendar:
    node = root.get("calendar")
    fields = reader.fields(shapes.CALENDAR, node, "calendar") if node else {}
    given = node.get("workweek") if node else None
    days = fields.get("workweek") or ([] if given is not None and not given.value else WORKWEEK)
    closures = fields.get("closures", [])
    minutes = Fraction(str(fields.get("hours_per_day", 8))) * 60
    if node and (minutes.denominator != 1 or not 0 < minutes <= 24 * 60):
        said = f"is {float(minutes / 60):g}; a day must have whole minutes, up to 24 hours: "
        said += "write 7.75 or 8."
        reader.problems.error(
            "PMO112", node.get("hours_per_day") or node, "calendar.hours_per_day", said
        )
        minutes = Fraction(480)
    try:
        return WorkCalendar(
            as_of=as_of,
            workweek=tuple(sorted({shapes.WEEKDAYS.index(name) for name in days})),
            minutes_per_day=int(minutes),
            closures=tuple(sorted({day for span in closures for day in dates.days_of(*span)})),
        )
    except ValueError as error:
        reader.problems.error("PMO117", node or root, "calendar", f"cannot be used: {error}.")
        return WorkCalendar(as_of=as_of, minutes_per_day=int(minutes))


def _settings_fields(root: Node, reader: Reader, calendar: WorkCalendar) -> dict[str, Any]:
    node = root.get("settings")
    fields = reader.fields(shapes.SETTINGS, node, "settings") if node else {}
    fields["month"] = Fraction(20)
    month = node.get("month") if node else None
    if month is None:
        return fields
    units = Measures(minutes_per_day=calendar.minutes_per_day, week_days=len(calendar.workweek))
    try:
        fields["month"] = _month_days(month, units)
    except AmissError as amiss:
        said = f"is {month.shown()}; {amiss.said}"
        reader.problems.error(amiss.code, month, "settings.month", said)
    return fields


def _with_outlook(settings: Settings, root: Node, reader: Reader) -> Settings:
    node = (root.get("settings") or root).get("outlook")
    if node is None:
        return settings
    path = "settings.outlook"
    given = reader.fields(shapes.OUTLOOK, node, path)
    at_risk = float(given.get("at_risk", settings.outlook_at_risk))
    needs_support = float(given.get("needs_support", settings.outlook_needs_support))
    if needs_support < at_risk:
        said = f"puts 'needs support' at {needs_support:.0%}, below 'at risk' at {at_risk:.0%}; "
        said += "it must be the higher chance of being late."
        reader.problems.error("PMO112", node, path, said)
    return replace(settings, outlook_at_risk=at_risk, outlook_needs_support=needs_support)


def _with_standard(settings: Settings, root: Node, reader: Reader) -> Settings:
    node = (root.get("settings") or root).get("standard")
    if node is None:
        return settings
    given = reader.fields(shapes.STANDARD, node, "settings.standard")
    return replace(
        settings,
        standard_spread=float(given.get("spread", settings.standard_spread)),
        standard_hand_over=float(given.get("hand_over", settings.standard_hand_over)),
        standard_rework=float(given.get("rework", settings.standard_rework)),
        standard_cover=float(given.get("cover", settings.standard_cover)),
    )


def _with_uncovered(settings: Settings, root: Node, reader: Reader) -> Settings:
    """Return the settings with ``uncovered``, read again now that units are known."""
    given = root.get("settings")
    node = given.get("uncovered") if given is not None else None
    if node is None or node.is_null:
        return settings
    minutes = reader.read(shapes.SETTINGS.keys["uncovered"], node, "settings.uncovered")
    if minutes is MISSING:
        return settings
    if not minutes:
        said = "is 0; say from how many working days on it counts, such as 5d."
        reader.problems.error("PMO112", node, "settings.uncovered", said)
        return settings
    return replace(settings, uncovered=minutes)


def _month_days(month: Node, units: Measures) -> Fraction:
    if not month.is_scalar or month.text.strip().endswith("mo"):
        raise AmissError("PMO111", "a month is a number of working days, such as 20d.")
    days = amounts.working_time(month.text, units) / units.minutes_per_day
    if not 0 < days <= LONGEST_MONTH_DAYS:
        raise AmissError("PMO112", "a month must be more than 0d and at most 31d.")
    return days


def _read_horizon(
    root: Node, problems: Problems, calendar: WorkCalendar, measures: Measures
) -> date | int | None:
    node = root.get("horizon")
    if node is None:
        return None
    try:
        horizon = _horizon_of(_scalar_text(node), calendar, measures)
        _check_horizon(horizon, calendar)
    except (AmissError, ValueError) as error:
        amiss = error if isinstance(error, AmissError) else AmissError("PMO112", f"{error}.")
        problems.error(amiss.code, node, "horizon", f"is {node.shown()}; {amiss.said}")
        return None
    return horizon


def _check_horizon(horizon: date | int, calendar: WorkCalendar) -> None:
    if isinstance(horizon, date) and horizon < calendar.date_of(0):
        raise AmissError("PMO112", f"the window must end after day 0, {calendar.date_of(0)}.")
    if horizon == 0:
        raise AmissError("PMO112", "the window must be longer than 0d.")
    if _window_end(calendar, horizon).year > LATEST_WINDOW_YEAR:
        raise AmissError("PMO112", f"the window must end before {LATEST_WINDOW_YEAR}.")


def _scalar_text(node: Node) -> str:
    if not node.is_scalar:
        raise AmissError(
            "PMO104", "it must be a span such as 2y, working time such as 400d, or a date."
        )
    return node.text


def _horizon_of(text: str, calendar: WorkCalendar, measures: Measures) -> date | int:
    if text.strip().endswith("y"):
        return dates.years_later(calendar.as_of, dates.years(text)) - timedelta(days=1)
    days = dates.calendar_days(text)
    if days is not None:
        return calendar.as_of + timedelta(days=days - 1)
    if "-" in text:
        return dates.day(text, end=True)
    return amounts.whole_minutes(amounts.working_time(text, measures))


def _read_run_off(
    root: Node,
    problems: Problems,
    calendar: WorkCalendar,
    measures: Measures,
    horizon: date | int | None,
) -> int:
    node = root.get("run_off")
    if node is None:
        return 0
    if horizon is None:
        if root.get("horizon") is None and not node.text.startswith("0"):
            said = "has no effect without a horizon: the run goes on until all projects have ended."
            problems.warning("PMO904", node, "run_off", said)
        return 0
    try:
        return _run_off_of(_scalar_text(node), calendar, measures, _window_end(calendar, horizon))
    except AmissError as amiss:
        problems.error(amiss.code, node, "run_off", f"is {node.shown()}; {amiss.said}")
        return 0


def _run_off_of(text: str, calendar: WorkCalendar, measures: Measures, end: date) -> int:
    if text.strip().endswith("y"):
        last = dates.years_later(end, dates.years(text))
    else:
        days = dates.calendar_days(text)
        if days is None:
            return amounts.whole_minutes(amounts.working_time(text, measures))
        last = end + timedelta(days=days)
    return (calendar.end_day(last) - calendar.end_day(end)) * calendar.minutes_per_day
