from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

import pmosim as pm
from benchmarks import commands, engine, growth, mechanisms, twin
from benchmarks.workload import CALENDAR_DAYS, STAGES, TASKS, WORKING_DAYS, portfolio, staff
from pmosim.draws import draw
from pmosim.network import NONE, compile_network
from pmosim.study.mechanisms import find_mechanisms

TINY = 8


def table(output: str) -> list[list[str]]:
    rows = [line for line in output.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_portfolio_is_the_one_the_issue_names() -> None:
    document = portfolio()
    scenario = pm.parse_scenario(document)
    assert len(scenario.projects) == 60
    status = Counter(project.get("status", "arriving") for project in document["projects"])
    assert status == {"running": 15, "arriving": 45}
    assert all(sum(widths) == TASKS for widths in STAGES.values())
    assert len(staff()) == 8
    assert all(5 <= heads <= 12 for heads in staff().values())
    needs = [task["needs"] for t in document["templates"].values() for task in t["tasks"].values()]
    assert {heads for need in needs for heads in need.values()} == {1, 2, 3}
    assert CALENDAR_DAYS == 2 * 364
    assert WORKING_DAYS == 2 * 52 * 5


@pytest.mark.parametrize("amount", ["duration", "effort"])
def test_the_twin_does_the_same_work_as_the_engine(amount: str) -> None:
    scenario = pm.parse_scenario(portfolio(n_projects=TINY, amount=amount))
    network = compile_network(scenario)
    shop = twin.shop(network)
    minutes = twin.durations(shop, draw(network, 1, 0, 1), 0)
    run = twin.Twin(shop, minutes)
    run.run()
    tasks = pm.simulate(scenario, replications=1, seed=1).tasks()
    lasts = ((tasks["finished_day"] - tasks["started_day"]) * network.minutes_per_day).round()
    for task, ours in enumerate(lasts.astype(int).tolist()):
        is_done = bool(network.tasks.is_done[task])
        assert (run.finished[task] == NONE) == is_done
        assert is_done or run.finished[task] - run.started[task] == ours
    assert min(run.ended) > NONE


def test_the_twin_never_starts_a_task_before_its_predecessors_have_finished() -> None:
    network = compile_network(pm.parse_scenario(portfolio(n_projects=TINY)))
    shop = twin.shop(network)
    run = twin.Twin(shop, twin.durations(shop, draw(network, 1, 0, 1), 0))
    run.run()
    jobs = [job for _, _, jobs in shop.projects for job in jobs]
    assert sum(len(job.predecessors) for job in jobs) > len(jobs)
    for job in jobs:
        assert all(run.finished[before] <= run.started[job.task] for before in job.predecessors)


def test_the_engines_are_compared_in_one_table_for_each_kind_of_amount(
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine.main(["--projects", str(TINY), "--rounds", "1", "--block", "1"])
    output = capsys.readouterr().out
    names = [row[0] for row in table(output)]
    assert names.count("stock SimPy") == names.count("pmosim, the run") == 2
    assert output.count("times faster; it is") == 2


def test_growth_is_shown_with_more_and_with_the_same_people(
    capsys: pytest.CaptureFixture[str],
) -> None:
    growth.main(["--projects", str(TINY), "--rounds", "1", "--times", "1", "2"])
    names = [row[0] for row in table(capsys.readouterr().out)][2:]
    assert names == [
        f"{times} x projects, {people} people" for people in ("more", "same") for times in (1, 2)
    ]


def test_commands_are_shown_beside_a_bare_python(capsys: pytest.CaptureFixture[str]) -> None:
    commands.main(["--projects", str(TINY), "--rounds", "1"])
    rows = table(capsys.readouterr().out)[2:]
    assert [row[0] for row in rows] == [
        "python -c pass",
        "pmosim --help",
        f"pmosim check, {TINY} projects",
    ]
    assert all(int(row[1]) > 0 for row in rows)


def test_every_mechanism_is_measured_beside_silence(capsys: pytest.CaptureFixture[str]) -> None:
    mechanisms.main(["--projects", str(TINY), "--rounds", "1"])
    rows = table(capsys.readouterr().out)
    assert [row[0] for row in rows[2:]] == [
        "silent", *mechanisms.MECHANISMS, mechanisms.TOGETHER,
    ]  # fmt: skip
    assert rows[2][2].startswith("1.00")


def test_each_mechanism_that_is_measured_is_on_and_together_all_are() -> None:
    silent = portfolio(n_projects=TINY, amount="effort", horizon=mechanisms.HORIZON)
    off = on_in(silent)
    found = {name: on_in(document) for name, document in mechanisms.switched(silent).items()}
    together = found.pop(mechanisms.TOGETHER)
    for name, on in found.items():
        assert on - off, name
        assert on <= together
    assert len(together - off) >= 18


def on_in(document: dict[str, Any]) -> set[str]:
    scenario = pm.parse_scenario(document)
    return {one.id for one in find_mechanisms(scenario) if one.is_on}
