"""Priors: what is taken for granted where a scenario is silent, and where each value comes from.

Used by ``assume: typical`` and by the value ``prior``. A prior is no measurement of the
organisation at hand: it is wide where evidence is thin and gives way to whatever the file says.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Prior:
    """One value with its evidence."""

    name: str
    """The key that it stands for."""
    value: str
    """As it is written in a scenario."""
    unit: str
    range: str
    """What the evidence allows, as it would be written."""
    source: str
    """Evidence and judgement in a sentence or two."""
    citation: str


SPREAD = Prior(
    name="spread",
    value="0.5",
    unit="standard deviation of ln(actual / plan)",
    range="0.35 to 0.75",
    source=(
        "Actual against planned time of 35,858 tasks: robust standard deviation .71 of the "
        "logarithm, .42 of tasks planned at one day or more; half of these end below plan."
    ),
    citation="CESAW data (Jones and Nichols 2021, arXiv 2106.03679)",
)

CORRELATION = Prior(
    name="correlation",
    value="0.2",
    unit="share of the spread that all work of a project has in common",
    range="0 to 0.5",
    source=(
        "Ten parts of spread .5 then add up to a project of spread .26; first estimates of 116 "
        "projects had .24 (robust) to .38. Within one well measured method tasks had only .05."
    ),
    citation="Kitchenham et al. 2002 (J. Systems and Software); CESAW data",
)

LEAVE_DAYS = Prior(
    name="leave_days",
    value="30",
    unit="working days a year",
    range="20 to 35",
    source=(
        "Collectively agreed paid leave was 25.4 days on average in the EU; 5 days of training and "
        "other planned absence are added by judgement."
    ),
    citation="Eurofound, Developments in collectively agreed working time 2013",
)

SICKNESS = Prior(
    name="sickness",
    value="3.4%",
    unit="share of the time that would be worked",
    range="2% to 5%",
    source="7.8 days a person and year: 5.8 in private companies, 10.6 in the public sector.",
    citation="CIPD, Health and wellbeing at work 2023",
)

SPELL_DAYS, SPELL_CV = 3.0, 1.0
"""Mean working days of a spell of sickness and its coefficient of variation: with 7.8 days a year
(see SICKNESS) that is 2.6 spells; judgement."""

BAU = Prior(
    name="bau",
    value="20%",
    unit="share of the day that running the business takes",
    range="10% to 50%",
    source=(
        "1,014 IT people spent 29% of a day on unplanned incidents; benchmarks of whole IT teams "
        "put operations at half the time and more. People who are listed for projects do less of "
        "it: a judgement. Say what it is for each role."
    ),
    citation="1E, IT incident and response report 2017; Info-Tech, IT spend and staffing 2025",
)

PRIORS = (SPREAD, CORRELATION, LEAVE_DAYS, SICKNESS, BAU)

SETTINGS = (CORRELATION, SPREAD)
"""Stand under ``settings``."""
PEOPLE = (BAU, LEAVE_DAYS, SICKNESS)
"""Stand on roles and people."""
