"""What a time log says of absence: days away within a task, not days with nothing to do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pmosim.calibration.spells import presence
from pmosim.streams import uniforms

AWAY, SPELL, TASK, IDLE, N_DAYS = 0.12, 4.0, 15, 3.0, 2_000


def log(seed: int, people: int = 20) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return person, day, hours and task of people who are away in spells and idle between tasks.

    Each day at work an absence of geometric length begins with the chance that makes ``AWAY`` of
    the working time; after ``TASK`` days of work comes an idle time.
    """
    luck = iter(uniforms(seed, "people", "log", 0, 0, 3 * people * N_DAYS).tolist())
    rows = []
    chance = AWAY / (1 - AWAY) / SPELL

    def geometric(mean: float) -> int:
        return 1 + int(math.log(next(luck)) / math.log(1 - 1 / mean))

    for person in range(people):
        day, task, done = 0, 0, 0
        while day < N_DAYS:
            rows.append((person, day, 6.0, task))
            day, done = day + 1, done + 1
            if next(luck) < chance:
                day += geometric(SPELL)
            if done == TASK:
                task, done = task + 1, 0
                day += geometric(IDLE)
    columns = np.array(rows).T
    return (
        columns[0].astype(np.int64),
        columns[1].astype(np.int64),
        columns[2],
        (columns[0] * 1000 + columns[3]).astype(np.int64),
    )


def test_days_with_nothing_to_do_are_no_absence_where_the_log_names_the_task() -> None:
    hits = 0
    for seed in range(40):
        person, day, hours, task = log(seed)
        seen = presence(person, day, hours, task)
        assert seen is not None
        hits += seen.absence_rate.low <= AWAY <= seen.absence_rate.high
        assert seen.spell_days.value == pytest.approx(SPELL, abs=4 * seen.spell_days.se)
        assert seen.hours_per_day.value == 6.0
    assert hits >= 33  # of 40 at 95 %: fewer come in 1 of 1,000 cases


def test_without_tasks_every_day_without_an_entry_counts() -> None:
    person, day, hours, task = log(1)
    bare, told = presence(person, day, hours), presence(person, day, hours, task)
    assert bare is not None
    assert told is not None
    assert bare.absence_rate.low > told.absence_rate.high


def test_a_gap_between_two_tasks_and_one_within_a_task_are_told_apart() -> None:
    days = np.array([*range(20), *range(25, 45), *range(50, 70)])
    tasks = np.array([0] * 20 + [0] * 20 + [1] * 20)
    people = np.repeat(np.arange(3), 60)
    seen = presence(people, np.tile(days, 3), np.full(180, 8.0), np.tile(tasks, 3))
    assert seen is not None
    assert seen.spell_days.value == 5.0
    assert seen.absence_rate.value == 5 / (44 + 19)
