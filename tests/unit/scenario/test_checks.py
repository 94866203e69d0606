"""Checks across keys: what is doubted, and what is left in peace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pmosim.errors import Problem, ScenarioError
from pmosim.scenario import Scenario, check_scenario, parse_scenario
from pmosim.scenario.messages import CODES, Problems
from pmosim.scenario.staffing import can_match

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Parse = Callable[..., Scenario]

TASK = {"effort": "5pd", "needs": {"dev": 1}}
USES_TEST = {"id": "z", "tasks": {"t": {"effort": "1pd", "needs": {"test": 1}}}}


def warned(scenario: Scenario) -> list[str]:
    return [problem.code for problem in scenario.warnings]


def text_of(scenario: Scenario, code: str) -> str:
    (text,) = [problem.text for problem in scenario.warnings if problem.code == code]
    return text


def refused(parse: Parse, **keys: Any) -> list[Problem]:
    with pytest.raises(ScenarioError) as error:
        parse(**keys)
    return list(error.value.problems)


def test_the_small_scenario_raises_no_doubt(parse: Parse) -> None:
    assert parse().warnings == ()


def test_more_work_than_people_is_a_warning_with_the_numbers(parse: Parse) -> None:
    big = {"id": "big", "tasks": {"t": {"effort": "300pd", "needs": {"dev": 2}}}}
    scenario = parse(projects=[big, USES_TEST], horizon="2027-05-21")
    text = text_of(scenario, "PMO902")
    assert "300 person-days planned" in text
    assert "200 on offer until 2027-05-21 (150%)" in text


def test_leave_holidays_and_operations_are_no_capacity(parse: Parse) -> None:
    people = [
        {"role": "dev", "bau": "50%"},
        {"role": "dev", "leave": ["2027-01-04..2027-05-14"], "place": "m"},
        {"role": "test"},
    ]
    places = {"n": {}, "m": {"holidays": ["2027-05-17", "2027-05-16"]}}
    big = {"id": "big", "tasks": {"t": {"effort": "55pd", "needs": {"dev": 1}}}}
    keys = {"people": people, "places": places, "projects": [big, USES_TEST]}
    assert "54 on offer" in text_of(parse(**keys, horizon="2027-05-21"), "PMO902")


def test_only_work_to_go_of_projects_that_happen_counts(parse: Parse) -> None:
    def work(days: int, **progress: Any) -> dict[str, Any]:
        return {"t": {"effort": f"{days}pd", "needs": {"dev": 1}} | progress}

    projects = [
        {"id": "a", "status": "running", "tasks": work(90, spent="50pd")},
        {"id": "b", "status": "running", "tasks": work(90, done=True)},
        {"id": "c", "status": "running", "tasks": work(90, remaining="20pd")},
        {"id": "d", "status": "candidate", "probability": "50%", "tasks": work(90)},
        {"id": "e", "status": "done", "tasks": work(90)},
        {"id": "f", "starts": "2028-01", "tasks": work(90)},
        {"id": "g", "size": 2, "tasks": work(20)},
    ]
    scenario = parse(projects=[*projects, USES_TEST], horizon="2027-01-29")
    assert "145 person-days planned" in text_of(scenario, "PMO902")


def test_a_role_nobody_asks_for_is_a_warning(parse: Parse) -> None:
    scenario = parse(roles={"dev": {}, "test": {}, "ux": {}})
    assert warned(scenario) == ["PMO901"]
    assert scenario.warnings[0].place == "roles.ux"


def test_a_phase_that_needs_more_heads_than_there_are_stretches(parse: Parse) -> None:
    phase = {"lasts": "1mo", "work": {"dev": "3pm", "test": "10pd"}}
    text = text_of(parse(projects=[{"id": "p", "phases": {"f": phase}}]), "PMO406")
    assert "needs 3.0 heads to last 20 working days" in text
    assert "about 30 days" in text


def test_a_promise_before_day_0_is_a_warning_unless_the_work_is_done(parse: Parse) -> None:
    late = {"id": "p", "template": "small", "due": "2026-12-31"}
    assert warned(parse(projects=[late])) == ["PMO903"]
    assert warned(parse(projects=[late | {"status": "done"}])) == []


def test_waiting_for_a_cancelled_project_is_a_warning(parse: Parse) -> None:
    projects = [
        {"id": "gone", "template": "small", "status": "cancelled"},
        {"id": "p", "template": "small", "after": "gone"},
        {"id": "q", "template": "small", "after": {"project": "gone", "if_absent": "ignore"}},
    ]
    scenario = parse(projects=projects)
    assert [problem.place for problem in scenario.warnings] == ["projects[1].after"]


def test_an_order_by_what_nobody_says_is_a_warning(parse: Parse) -> None:
    projects = [{"id": "p", "template": "small"}]
    assert warned(parse(projects=projects, dispatch={"rule": "rank"})) == ["PMO603"]


def test_the_projects_without_a_value_are_all_named(parse: Parse) -> None:
    projects = [
        {"id": "p", "template": "small"},
        {"id": "q", "template": "small", "benefit": {"per_year": "10k", "for": "2y"}},
        {"id": "r", "template": "small"},
        {"id": "s", "template": "small", "status": "done"},
    ]
    stream = {"s2": {"template": "small", "rate": "1/y"}}
    (problem,) = refused(parse, projects=projects, demand=stream, dispatch={"rule": "wsjf"})
    assert "missing for p, r, s2." in problem.text


def test_two_priorities_may_be_1_and_2(parse: Parse) -> None:
    projects = [{"id": str(n), "template": "small", "priority": n} for n in (1, 2)]
    assert parse(projects=projects)


def test_a_circle_needs_more_than_links_both_ways(parse: Parse) -> None:
    tasks = {"a": TASK | {"after": {"task": "b", "type": "SS"}}, "b": TASK}
    tasks["b"] = TASK | {"after": {"task": "a", "type": "FF"}}
    assert parse(projects=[{"id": "p", "tasks": tasks}, USES_TEST])


def test_a_circle_through_a_phase_and_two_projects_is_named(parse: Parse) -> None:
    phase = {"lasts": "1mo", "work": {"dev": "1pm"}}
    projects = [
        {"id": "p", "phases": {"a": phase, "b": phase | {"after": ["a", "q.y"]}}},
        {"id": "q", "tasks": {"x": TASK | {"after": "p"}, "y": TASK | {"after": "x"}}},
    ]
    (problem,) = refused(parse, projects=projects)
    assert problem.code == "PMO301"
    assert "p -> q.x -> q.y -> p.b -> p" in problem.text


def test_two_separate_circles_are_both_told(parse: Parse) -> None:
    tasks = {"a": TASK | {"after": "b"}, "b": TASK | {"after": "a"}}
    projects = [{"id": "p", "tasks": tasks}, {"id": "q", "tasks": tasks}]
    assert [problem.code for problem in refused(parse, projects=projects)] == ["PMO301"] * 2


def test_a_task_that_can_be_staffed_is_left_in_peace(parse: Parse) -> None:
    people = [{"id": "ana", "role": "dev", "skills": ["test"]}, {"role": "dev"}]
    tasks = {"t": {"effort": "5pd", "needs": {"dev": 1, "test": 1}}}
    assert parse(people=people, projects=[{"id": "p", "tasks": tasks}])


def test_a_team_that_needs_one_person_twice_is_refused(parse: Parse) -> None:
    people = [{"id": "ana", "role": "dev", "skills": ["test"]}, {"role": "test", "headcount": 0}]
    tasks = {"t": {"effort": "5pd", "needs": {"dev": 1, "test": 1}}}
    (problem,) = refused(parse, people=people, projects=[{"id": "p", "tasks": tasks}])
    assert problem.code == "PMO404"


def test_who_left_before_day_0_can_do_nothing(parse: Parse) -> None:
    people = [{"role": "dev", "until": "2026-12-31"}, {"role": "test"}]
    assert {problem.code for problem in refused(parse, people=people)} == {"PMO401"}


def test_a_holder_on_leave_on_day_0_is_a_warning(parse: Parse) -> None:
    people = [{"id": "ana", "role": "dev", "leave": ["2027-01"]}, {"role": "test"}]
    project = {"id": "p", "template": "small", "status": "running"}
    project |= {"tasks": {"build": {"by": ["ana"]}}}
    assert warned(parse(people=people, projects=[project])) == ["PMO503"]


def test_shares_in_hand_may_add_up_to_max_parallel(parse: Parse) -> None:
    tasks = {f"t{n}": {"effort": "5pd", "needs": {"dev": "50%"}, "by": ["dev-1"]} for n in range(3)}
    project = {"id": "p", "status": "running", "tasks": tasks}
    (problem,) = refused(parse, projects=[project, USES_TEST])
    assert "'dev-1' on 150% of work on day 0 (p.t0 50%, p.t1 50%, p.t2 50%)" in problem.text
    roles = {"dev": {"max_parallel": "150%"}, "test": {}}
    assert parse(roles=roles, projects=[project, USES_TEST])


@pytest.mark.parametrize(
    ("slots", "can"),
    [
        ([["a", "b"], ["a"]], True),
        ([["a"], ["a"]], False),
        ([["a", "b"], ["b", "c"], ["a", "c"]], True),
        ([["a", "b"], ["a", "b"], ["a", "b"], ["c"]], False),
        ([], True),
        ([[str(n) for n in range(3000)]] * 3000, True),
    ],
)
def test_slots_can_be_matched_with_different_people(slots: list[list[str]], can: bool) -> None:  # noqa: FBT001
    assert can_match(slots) is can


def test_an_assumption_names_the_price_of_a_perfect_world(parse: Parse) -> None:
    stated = " ".join(entry.text for entry in parse().assumptions)
    for mechanism in ("Leave is off", "Sickness is off", "Operations are off", "Spread is off"):
        assert mechanism in stated
    assert "15 % of the capacity shown does not exist" in stated


def test_what_is_stated_is_no_longer_off(parse: Parse) -> None:
    people = [
        {"role": "dev", "leave": ["2027-07"], "bau": "20%", "headcount": 2},
        {"role": "test"},
    ]
    stated = " ".join(entry.text for entry in parse(people=people).assumptions)
    assert "Leave is as stated, for 2 of 3 people." in stated
    assert "Operations take 13% of working time" in stated
    assert "does not exist" not in stated


def test_every_problem_of_every_file_is_told_in_one_pass_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,template,due\na,w,soon\nb,v,2027-03-01\n", encoding="utf-8")
    (tmp_path / "base.yaml").write_text(
        "as_of: 2027-01-04\nroles: {dev: {day_rat: 5}}\npeople: [{role: dev}]\n"
        "templates: {w: {tasks: {t: {effort: 5d, needs: {dev: 1}}}}}\nprojects: {csv: t.csv}\n",
        encoding="utf-8",
    )
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("extends: base.yaml\nchanges:\n  - cancel: {x: 2027-03}\n", encoding="utf-8")
    scenario, problems = check_scenario(overlay)
    found = [(problem.place.rpartition("/")[2], problem.code) for problem in problems]
    assert scenario is None
    assert found == [
        ("base.yaml:2:15", "PMO101"),
        ("base.yaml:4:37", "PMO113"),
        ("overlay.yaml:3:14", "PMO701"),
        ("t.csv:2:3", "PMO116"),
        ("t.csv:3:2", "PMO203"),
    ]


def test_a_link_out_of_the_workspace_is_refused_also_as_a_symbolic_link(tmp_path: Path) -> None:
    inside = tmp_path / "work" / "scenarios"
    inside.mkdir(parents=True)
    outside = tmp_path / "secret.csv"
    outside.write_text("id,template\n", encoding="utf-8")
    (inside / "link.csv").symlink_to(outside)
    (inside.parent / "near.csv").write_text("role\ndev\n", encoding="utf-8")
    file = inside / "s.yaml"
    file.write_text(
        "as_of: 2027-01-04\npeople: {csv: ../near.csv}\nprojects: {csv: link.csv}\n",
        encoding="utf-8",
    )
    _, problems = check_scenario(file)
    assert [problem.code for problem in problems if problem.severity == "error"] == ["PMO015"]


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_bytes(b"as_of: \xff\xfe\x00")
    _, problems = check_scenario(file)
    assert [problem.code for problem in problems] == ["PMO017"]
    _, problems = check_scenario(tmp_path / "nothing.yaml")
    assert [problem.code for problem in problems] == ["PMO010"]
    _, problems = check_scenario(tmp_path)
    assert [problem.code for problem in problems] == ["PMO010"]
    _, problems = check_scenario(tmp_path / "plan.xlsx")
    assert [problem.code for problem in problems] == ["PMO010"]


def test_a_scenario_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(ScenarioError, match="PMO018"):
        parse_scenario([])  # type: ignore[arg-type]


def test_a_code_that_is_not_listed_cannot_be_used() -> None:
    assert all(len(code) == len("PMO000") and code.startswith("PMO") for code in CODES)
    with pytest.raises(KeyError):
        Problems().error("PMO999", "here", "key", "is wrong.")


def test_a_phase_that_asks_for_more_of_a_person_than_anybody_gives_is_refused(parse: Parse) -> None:
    roles = {"dev": {"max_parallel": "50%"}, "test": {}}
    phase = {"lasts": "1mo", "work": {"dev": "15pd"}}
    projects = [{"id": "p", "phases": {"f": phase}}, USES_TEST]
    (problem,) = refused(parse, roles=roles, projects=projects, templates={})
    assert (problem.code, problem.place) == ("PMO403", "projects[0].phases.f.work.dev")
    assert "asks for 75% of a person" in problem.text


def test_dates_and_links_that_hold_back_what_runs_already_are_warnings(parse: Parse) -> None:
    running = {"id": "p", "template": "small", "status": "running", "starts": "2027-05"}
    projects = [running | {"after": "q", "not_before": "2027-06"}, {"id": "q", "template": "small"}]
    places = [problem.place for problem in parse(projects=projects).warnings]
    assert places == ["projects[0].starts", "projects[0].not_before", "projects[0].after"]


def test_a_task_that_a_driver_misnames_is_told_beside_the_tasks_there_are(parse: Parse) -> None:
    hits = ["a.biuld", "small.chek", "x.build"]
    found = refused(parse, risks=[{"id": "r", "probability": "10%", "work": 2, "hits": hits}])
    texts = [problem.text for problem in found]
    assert any("'a' has no task or phase 'biuld'. Did you mean 'build'?" in text for text in texts)
    assert any("of 'small' has a task or phase 'chek'. Did you mean 'check'?" in t for t in texts)
    assert any("no project, stream or template 'x'" in text for text in texts)


def test_an_object_that_is_no_mapping_is_told_once(parse: Parse) -> None:
    interrupted = [{"id": "z", "template": "small", "interruption": 5}]
    reactions = [{"id": "r", "when": 5, "do": "stop"}]
    found = refused(parse, projects=interrupted, reactions=reactions)
    places = ["projects.z.interruption", "reactions.r.when"]
    for place in places:
        assert sum(problem.text.startswith(f"{place} is 5;") for problem in found) == 1


def test_answers_to_absence_are_named_as_they_are_written(parse: Parse) -> None:
    answers = {"leave": ["x"], "sickness": {"y": 1}, "leaving": {"hand_over": "3d"}}
    texts = [one.text for one in refused(parse, settings={"when_away": answers})]
    assert any("say pause or hand_over or finish, or {hand_over: 10d}" in text for text in texts)
    assert any("say pause or hand_over, or {hand_over: 10d}" in text for text in texts)
    assert any(text.endswith("say hand_over or finish.") for text in texts)


def test_a_withdrawal_of_nobody_says_nothing_of_work_that_asks_for_a_role(parse: Parse) -> None:
    tasks = {"t": {"effort": "5pd", "needs": {"dev": 1}}}
    projects = [{"id": "z", "tasks": tasks, "withdrawn": {"dev": "2027-02"}}]
    assert [problem.code for problem in refused(parse, projects=projects)] == ["PMO202"]


def test_a_withdrawal_that_leaves_fewer_people_than_are_asked_for_is_a_warning(
    parse: Parse,
) -> None:
    tasks = {"t": {"effort": "5pd", "needs": {"dev": 2}}}
    projects = [{"id": "z", "tasks": tasks, "withdrawn": {"dev-1": "2027-02"}}]
    text = text_of(parse(projects=projects), "PMO941")
    assert "leaves 1 of the 2 who can do dev, and 'z' asks for 2 at a time" in text
    tasks["t"]["needs"] = {"dev": 1}
    assert "PMO941" not in warned(parse(projects=projects))
    projects[0]["withdrawn"] = {"dev-1": "2027-02", "dev-2": "2027-03"}
    assert "leaves 0 of the 2" in text_of(parse(projects=projects), "PMO941")
