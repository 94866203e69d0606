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

TURNOVER = Prior(
    name="turnover",
    value="13%/y",
    unit="share of the people that leaves in a year",
    range="5%/y to 20%/y",
    source=(
        "Of the people of professional service firms 13.2% left in 2019 and 13.9% in 2018; of IT "
        "departments of other companies fewer, by judgement."
    ),
    citation="SPI Research, Professional services maturity benchmark 2020",
)

TIME_TO_HIRE = Prior(
    name="time_to_hire",
    value="{dist: lognormal, median: 45d, sigma: 0.4}",
    unit="working days from the last day of a leaver to the first of who comes after",
    range="27d to 75d",
    source=(
        "To find, hire and ramp up a consultant took 117 working days on average; without the ramp "
        "(see there) about 45 are left, the spread is judgement."
    ),
    citation="SPI Research, Professional services maturity benchmark 2020",
)

RAMP = Prior(
    name="ramp",
    value="{start: 30%, lasts: 90d}",
    unit="progress on the first day, and working days to full speed",
    range="10% and 200d to 60% and 45d",
    source=(
        "Developers of a large project reached a plateau within a few months, and took up to a "
        "year for difficult work; newcomers are commonly taken to be half as productive for 80 "
        "days."
    ),
    citation="Zhou and Mockus 2010 (FSE); Abdel-Hamid and Madnick 1991, Software project dynamics",
)

MENTOR = Prior(
    name="mentor",
    value="{share: 15%, shortens: 30%}",
    unit="share of the mentor's attention, and part of the ramp that is saved",
    range="5% and 0% to 25% and 50%",
    source=(
        "A newcomer is commonly taken to cost a veteran a fifth of the time; that mentoring "
        "shortens the ramp is well attested, by how much is judgement."
    ),
    citation="Abdel-Hamid and Madnick 1991, Software project dynamics; Brooks 1975",
)

HAND_OVER = Prior(
    name="hand_over",
    value="5pd",
    unit="work that a task in hand costs more when one of its people leaves",
    range="0pd to 15pd",
    source=(
        "That leavers in midstream disrupt work is well attested, the size is not: 67 project "
        "managers said so without a measure. A week of the one who takes over, by judgement."
    ),
    citation="Parker and Skitmore 2005 (Int. J. of Project Management)",
)

OVERLAP = Prior(
    name="overlap",
    value="{lasts: 3d, saves: 20%}",
    unit="days with the successor before a known departure, and part of the loss that each saves",
    range="0d to 10d, 0% to 40%",
    source=(
        "That leaver and successor should meet is common advice; nobody has measured what it "
        "saves. As much as it costs by judgement: one day of the usual hand-over of five."
    ),
    citation="no measurement known",
)
OVERLAP_SAVES = "20%"
"""What a day of overlap saves where only its length is said."""

LEARNING = Prior(
    name="learning",
    value="{start: 70%, practice: 40pd}",
    unit="progress at a kind of work never done before, and attention to full speed",
    range="90% and 10pd to 40% and 120pd",
    source=(
        "In 108 field studies of repeated work each doubling took about a fifth off the effort per "
        "piece, in some nearly half, in some nothing; a bit less than two doublings are from 70% "
        "to full speed. How long one person takes for them in project work is judgement."
    ),
    citation="Dutton and Thomas 1984 (Academy of Management Review)",
)

TRAINING_DAYS, TRAINING_SHARE, TRAINING_PROFICIENCY = 20, 0.5, 0.6
"""What `cross_train` takes where it is silent: working days, the share of each of them, and the
proficiency in the end. Judgement: two weeks of full-time training, then somewhat below a newcomer
halfway up the ramp (see RAMP)."""

STANDARD_COVER = 0.5
"""Efficiency of somebody who covers for a project manager where nothing is done by a standard; 1
where all is. An assumption without a measure: that a change of the project manager in midstream
disrupts is well attested (Parker and Skitmore 2005), by how much is not."""

CANCELLATION = Prior(
    name="cancellation",
    value="12%/y",
    unit="share of active projects that is cancelled in a year",
    range="5%/y to 20%/y",
    source=(
        "Of the IT projects in two worldwide surveys of IT departments 11 to 16 of 100 were "
        "cancelled before they delivered anything; that they last about a year is judgement, and "
        "so is that one is as likely as the other."
    ),
    citation="El Emam and Koru 2008 (IEEE Software)",
)

STANDARD_SPREAD, STANDARD_HAND_OVER, STANDARD_REWORK = 0.3, 0.5, 0.3
"""What a standard takes away where it covers all work: of the log-spread, of a hand-over, of the
chance of rework. All are assumptions without a measure: try others (``settings.standard``)."""

PRIORS = (
    SPREAD,
    CORRELATION,
    LEAVE_DAYS,
    SICKNESS,
    BAU,
    TURNOVER,
    TIME_TO_HIRE,
    HAND_OVER,
    OVERLAP,
    RAMP,
    MENTOR,
    LEARNING,
    CANCELLATION,
)

SETTINGS = (CORRELATION, SPREAD)
"""Stand under ``settings``."""
PEOPLE = (BAU, LEAVE_DAYS, SICKNESS)
"""Stand on roles and people, and are taken where ``assume: typical`` finds nothing."""
ON_REQUEST = (TURNOVER, TIME_TO_HIRE, HAND_OVER, OVERLAP, RAMP, MENTOR, LEARNING)
"""Stand on roles and people; taken only where the value is ``prior``."""
WORK = (CANCELLATION,)
"""Stand on projects, templates and streams of demand; taken only where the value is ``prior``."""
