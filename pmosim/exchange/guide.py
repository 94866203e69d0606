"""Guide: what the columns of a workbook mean, in words for whoever fills it in."""

from __future__ import annotations

COLUMNS: dict[str, dict[str, str]] = {
    "projects": {
        "id": "A short name, once only: letters, digits, dashes; no dot. Other sheets and `after` "
        "use it.",
        "name": "The name as the steering group knows it.",
        "template": "The kind of work: a name from the sheet Phases (or Templates).",
        "size": "1 is the work of the template, 1.4 is 40 % more. A range 0.8/1/1.5 says how "
        "uncertain it is.",
        "status": "running: at work this morning. on-hold: holds nobody, comes back at `starts`. "
        "approved: comes for sure. candidate: may come (`probability`). done, cancelled.",
        "rank": "1 is first; who gets people first, and who is let in first.",
        "priority": "high, medium, low or a number, larger first; instead of a rank.",
        "mandatory": "yes: never queued behind the limit of projects, never stopped.",
        "starts": "Starts on this day whatever the start rule says. A month (2027-03) is its "
        "first working day.",
        "arrives": "Asks to start on this day and may wait. Without both it asks on day 0.",
        "due": "The promise. A month (2027-06) or quarter (2027-Q2) is its last working day.",
        "deadline": "A hard date, such as one of the law.",
        "done": "How much is done, as reported: 40 %. Of running projects.",
        "remaining_pm": "Work that remains in person-months, as reported.",
        "spent_pd": "Work spent so far in person-days, as reported.",
        "actual_cost": "Cost to date in the currency.",
        "budget": "Budget in total, such as 120000 or 120k.",
        "rag": "The status as reported: green, amber or red.",
        "after": "Starts after these projects: crm; hr. Or after a part of one: crm.build.",
        "probability": "How likely a candidate comes, such as 60 %.",
        "benefit_per_year": "What it brings a year once it is finished.",
        "benefit_for": "For how long, such as 3y; it slides with the finish.",
        "benefit_until": "Until a fixed day; then a delay destroys value.",
    },
    "templates": {
        "template": "The kind of work, as the sheet Projects names it.",
        "throughout": "People held from the first day to the last: project-manager 20%; "
        "architect 5%.",
        "fixed_cost": "Licences and the like, due at the start: 20000 or 20k.",
    },
    "phases": {
        "template": "The kind of work that has this phase.",
        "project": "Instead of a template: the one project that has this phase.",
        "phase": "Phases follow each other in this order unless `after` says otherwise.",
        "lasts": "How long: 2mo, 6w or 30d (working days).",
        "after": "Phases that have to be over before: design; build.",
        "capex": "The share of its cost that is capitalised.",
        "gate": "yes: a stage ends here, and intake.gates may stop the project.",
    },
    "tasks": {
        "template": "The kind of work that has this task.",
        "project": "Instead of a template: the one project that has this task.",
        "task": "Its name, once in the template or project.",
        "effort": "Person-time: 20pd, 2pm, or a range 60pd/90pd/160pd.",
        "duration": "Working time that passes whoever is there: 5d, 2w.",
        "milestone": "yes: a moment without work.",
        "gate": "yes: a stage ends here, and intake.gates may stop the project.",
        "after": "Tasks that come first: build; test.",
        "done": "yes, or the share that is done: 40 %.",
    },
    "people": {
        "role": "What they do; a name that the sheet Phases has as a column.",
        "person": "Empty for several people of a role; else the name of the one person.",
        "fte": "How many of the role (3.5), or the part of a person (80 %).",
        "headcount": "How many people of the role.",
        "from": "First working day; empty: there already.",
        "until": "Last working day; empty: stays.",
        "holidays": "Where they work, for public holidays: DE, DE-BY, PL (or a name of the sheet "
        "Places).",
        "place": "Where they work: a country such as DE-BY, or a name of the sheet Places.",
        "kind": "internal or contractor.",
        "day_rate": "Cost of a day.",
        "bau": "Share of the day that running the business takes, such as 20 %.",
        "skills": "What they can do as well, and how well: developer 60%; tester 100%.",
        "leave": "Days off that are known: 2027-07-05..2027-07-23.",
    },
    "bookings": {
        "person": "A person of the sheet Staff: a name, or developer-1 of several without one.",
        "project": "The project that the person is booked for.",
        "share": "The share of the person's time, such as 60 %; or a column per month (2027-01).",
        "work": "Instead of a share: person-days in the window, such as 12pd.",
        "from": "First day; a month (2027-03) is its first working day. Empty: there already.",
        "until": "Last day; a month is its last working day. Empty: until the project ends.",
        "on_overrun": "extend: work that is late keeps the person. release: it does not.",
        "unit": "What a bare number in a month is: share, %, pd, ph or pm.",
    },
    "roles": {
        "role": "A kind of work that people do.",
        "day_rate": "Cost of a day.",
        "bau": "Share of the day that running the business takes, such as 20 %.",
        "kind": "internal or contractor.",
        "max_parallel": "How many tasks a person takes at a time: 2, or 150 %.",
    },
    "places": {
        "place": "A name for where people work; the first is the default.",
        "country": "ISO code: DE, PL, GB.",
        "subdivision": "ISO code of the region: BY.",
        "holidays": "Further days off: 2027-12-24; 2027-12-27..2027-12-31.",
    },
    "demand": {
        "stream": "Projects that will come although nobody has named them yet.",
        "template": "The kind of work.",
        "rate": "How many come: 6/y, 2/mo.",
    },
    "settings": {
        "key": "What is set. The words are those of a scenario file, such as intake.max_active.",
        "value": "Its value.",
    },
}
"""Section -> column -> what it means."""

CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "projects": {
        "status": ("running", "on-hold", "approved", "candidate", "done", "cancelled"),
        "mandatory": ("yes", "no"),
        "rag": ("green", "amber", "red"),
    },
    "people": {"kind": ("internal", "contractor")},
    "bookings": {"on_overrun": ("extend", "release"), "unit": ("share", "%", "pd", "ph", "pm")},
    "roles": {"kind": ("internal", "contractor")},
    "phases": {"gate": ("yes", "no")},
    "tasks": {"milestone": ("yes", "no"), "gate": ("yes", "no")},
}
"""Section -> column -> the words that can stand there."""

NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "projects": {"template": ("templates",)},
    "demand": {"template": ("templates",)},
    "people": {"role": ("roles",), "place": ("places",)},
    "bookings": {"project": ("projects",)},
}
"""Section -> column -> the sheet whose first column lists the names."""

READ_ME = (
    ("h", "A portfolio for pmosim"),
    ("", "Fill in three sheets; everything else has a default. Then, where this file lies:"),
    ("code", "pmosim check {file}"),
    ("code", "pmosim run {file}"),
    ("", "The first lists every problem with its cell and a way out; the second is the forecast."),
    ("h", "The sheets"),
    ("", "Projects: a row per project. The rows that are there are examples; type over them."),
    ("", "Phases: a row per phase of a kind of work, a column per role with its person-months."),
    ("", "  A range such as 4/5/8 says how uncertain it is: 10 of 100 below 4, half above 5, "
     "10 above 8."),
    ("", "  For another role, write its name into the next free column of the first row."),
    ("", "Staff: a row per role with how many they are, or per person."),
    ("", "Bookings: who is reserved for which project, a column per month: 60 % or 12pd. May stay "
     "empty."),
    ("", "Settings: the day everything is as of (as_of), how far to look (horizon), the start "
     "rule."),
    ("", "Templates: who is held throughout, and what a kind of work costs beside people."),
    ("h", "What may stand in a cell"),
    ("", "Dates, numbers and percentages as your spreadsheet has them."),
    ("", "Also 2027-03 (a month), 2027-Q1 (a quarter), 120k; crm; hr (several names)."),
    ("", "A column that is not known here becomes a group: programme, department, cost centre."),
    ("", "Further sheets: Tasks (for projects where single tasks matter), Roles, Places, Demand."),
    ("", "The headers are protected, without a password, so that no column is lost by accident."),
)  # fmt: skip
"""The sheet of instructions: kind of line and text."""
