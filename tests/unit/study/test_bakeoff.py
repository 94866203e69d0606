"""The bake-off of start rules: cases with a known best, and what is said of the others."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import pmosim as pm
from pmosim.errors import InputError
from pmosim.study.bakeoff import judge_rules
from pmosim.study.contenders import Ground, find_contenders, read_sweeps, without_rule
from pmosim.study.merits import Merits
from pmosim.study.runs import runs
from tests.unit.forecast.builders import DAY, NONE, P, Row, build_network, build_outcomes


def scenario(projects, people=("dev",), *, roles=None, **more):
    return pm.parse_scenario(
        {
            "pmosim": 1,
            "as_of": "2027-01-04",
            "horizon": "2y",
            "roles": roles or {role: {} for role in people},
            "people": [{"role": role, "headcount": 1} for role in people],
            "projects": projects,
            **more,
        }
    )


def project(name, effort, role="dev", **more):
    return {"id": name, "tasks": {"work": {"effort": effort, "needs": {role: 1}}}, **more}


def judge(portfolio, **more):
    with runs(replications=50, seed=5, jobs=1) as study:
        return judge_rules(portfolio, study, **more)


def entry(bakeoff, name):
    return next(each for each in bakeoff.entries if each.id == name)


# ---- the best is known


def test_by_value_the_order_of_smith_is_chosen_and_is_the_best_of_all_orders():
    """One developer, everything asks on day 0, benefits end on a fixed day: value is lost by
    the weighted sum of finishes, which cost of delay over work makes smallest (Smith 1956)."""
    works = {"a": (60, 100), "b": (20, 90), "c": (40, 30), "d": (10, 80), "e": (30, 40)}
    portfolio = scenario(
        [
            project(name, f"{days}pd", benefit={"per_year": f"{worth}k", "until": "2030-12-31"})
            for name, (days, worth) in works.items()
        ]
    )
    bakeoff = judge(portfolio, by="value")
    assert bakeoff.selection.is_decided
    orders = {each.contender.order for each in bakeoff.entries if each.regret.value == 0.0}
    assert "wsjf" in orders
    assert orders <= {"wsjf", "bottleneck"}  # which sorts these five in the same way
    ends = {
        order: sum(
            worth * end
            for end, (_, worth) in zip(
                itertools.accumulate(works[name][0] for name in order),
                (works[name] for name in order),
                strict=True,
            )
        )
        for order in itertools.permutations(works)
    }
    best = min(ends, key=lambda order: ends[order])
    found = pm.simulate(bakeoff.best.contender.scenario, replications=1).projects()
    assert tuple(found.sort_values("finished_day")["project"]) == best


def test_by_value_the_order_of_two_classes_with_uncertain_work_is_chosen():
    """Weighted shortest expected work is the best order in expectation (Rothkopf 1966)."""
    law = {
        "long": {"dist": "exponential", "mean": "40pd"},
        "short": {"dist": "exponential", "mean": "8pd"},
    }
    kinds = ["long", "long", "short", "short", "short"]
    portfolio = scenario(
        [
            project(f"{kind}-{n}", law[kind], benefit={"per_year": "100k", "until": "2031-12-31"})
            for n, kind in enumerate(kinds)
        ],
        horizon="8y",
    )
    bakeoff = judge(portfolio, by="value")
    assert bakeoff.selection.is_decided
    assert bakeoff.best.contender.order == "wsjf"
    assert bakeoff.best.changes["value"].low > 0.0


def test_where_nobody_is_shared_starting_everything_is_the_best():
    """Every project has a role of its own: whoever is held back loses, and nobody gains."""
    roles = [f"role-{n}" for n in range(6)]
    portfolio = scenario(
        [
            project(f"p{n}", "40pd/50pd/70pd", role, due="2027-04-15")
            for n, role in enumerate(roles)
        ],
        roles,
        intake={"policy": "wip_limit", "max_active": 2},
    )
    bakeoff = judge(portfolio, by="p_late")
    as_good = {each.id for each in bakeoff.entries if each.regret.value == 0.0}
    assert entry(bakeoff, "open").regret.value == 0.0
    assert entry(bakeoff, "open").p_best.value == 1.0
    assert bakeoff.best.id in as_good
    assert bakeoff.today.regret.low > 0.0
    assert bakeoff.today.dominated_by in as_good
    assert bakeoff.best.changes["p_late"].high < 0.0


def test_a_limit_is_the_best_where_doing_two_things_at_once_loses_time():
    """Half of the attention each, and a third of the pace lost: one after the other is quicker."""
    portfolio = scenario(
        [project(f"p{n}", "20pd") for n in range(6)],
        roles={"dev": {"max_parallel": 3, "focus": [1, 0.6, 0.4]}},
    )
    bakeoff = judge(portfolio, by="lead", sweeps={"wip_limit": (1, 2, 3)})
    assert bakeoff.best.id == "wip_limit:1"
    assert not bakeoff.best.moves_waiting
    assert (
        "Quicker from the request, too, than without a rule: wip_limit:1"
        in (bakeoff.words["backlog"])
    )


# ---- what is said of rules


def test_a_cap_that_only_moves_the_waiting_to_the_backlog_is_called_so():
    """One developer who does one thing at a time finishes at the same minutes, cap or none."""
    portfolio = scenario([project(f"p{n}", "15pd/20pd/30pd") for n in range(5)])
    bakeoff = judge(portfolio, by="lead", sweeps={"wip_limit": (1, 2)})
    one = entry(bakeoff, "wip_limit:1")
    assert one.lead_changes["lead_request"].is_zero
    assert one.lead_changes["lead_release"].high < 0.0
    assert one.moves_waiting
    assert "moves the waiting to the backlog" in bakeoff.say_of(one) or one.equal_to
    assert bakeoff.words["backlog"].startswith("2 of 2 rules make projects quicker only once")
    document = bakeoff.to_document()
    assert {rule["id"]: rule["moves_waiting"] for rule in document["rules"]} == {
        "today": False,
        "wip_limit:1": True,
        "wip_limit:2": True,
    }


def test_rules_without_their_data_are_left_out_with_the_reason():
    portfolio = scenario([project(f"p{n}", "20pd") for n in range(4)])
    left_out = dict(judge(portfolio, by="lead", most=50).left_out)
    assert "no project has a `class`" in left_out["reserve"]
    assert "no project has a rank" in left_out["order rank"]
    assert "no project has a due date" in left_out["order due"]
    assert "missing for p0, p1, p2, p3" in left_out["order wsjf"]
    assert "no role a day_rate" in left_out["budget"]
    assert "`gate: true`" in left_out["gates"]


def test_every_policy_takes_part_where_its_data_are_there():
    portfolio = scenario(
        [
            project(
                f"p{n}",
                "20pd",
                benefit={"per_year": "90k", "for": "2y"},
                rank=n + 1,
                due="2027-06-30",
                value=n + 1,
                **({"class": "urgent"} if n == 3 else {}),
            )
            for n in range(6)
        ],
        roles={"dev": {"day_rate": 700}},
        intake={"policy": "wip_limit", "max_active": 3, "order": "rank"},
    )
    ground = Ground.of(pm.simulate(without_rule(portfolio), replications=5))
    assert ground.peak_active == 6
    assert ground.drum == "dev"
    # Six times 20 days of work for one developer, over what one offers a month.
    assert ground.backlog_months["dev"] == pytest.approx(120 / ground.capacity["dev"])
    field = find_contenders(portfolio, ground)
    assert {each.policy for each in field.contenders} == {
        "open", "wip_limit", "load_limit", "stagger", "budget", "reserve",
    }  # fmt: skip
    assert {each.order for each in field.contenders} == {
        "rank", "request", "due", "value", "wsjf", "bottleneck",
    }  # fmt: skip
    assert {name for name, _ in field.left_out} == {"order priority", "gates"}
    names = [each.id for each in field.contenders]
    assert len(set(names)) == len(names)
    assert "wip_limit:3" not in names  # the rule of today


def test_the_same_futures_give_the_same_document_whoever_computes_them():
    portfolio = scenario([project(f"p{n}", "15pd/20pd/40pd", due="2027-03-31") for n in range(4)])
    found = []
    for jobs in (1, 2):
        with runs(replications=50, seed=5, jobs=jobs) as study:
            found.append(judge_rules(portfolio, study, most=100).to_document())
    assert found[0] == found[1]


def test_a_policy_of_the_users_own_takes_part():
    class Youngest:
        def admit(self, office):
            return office.waiting[-1] if office.waiting and not office.active else None

    portfolio = scenario([project(f"p{n}", f"{10 + 10 * n}pd") for n in range(3)])
    bakeoff = judge(portfolio, by="lead", sweeps={"wip_limit": (1,)}, own={"youngest": Youngest()})
    assert entry(bakeoff, "youngest").changes["lead_request"].value > 0.0  # the longest first


def test_what_there_are_no_data_for_cannot_be_chosen_by():
    portfolio = scenario([project("a", "20pd"), project("b", "20pd")])
    with pytest.raises(InputError, match="value cannot be judged: no project states a benefit"):
        judge(portfolio, by="value")
    with pytest.raises(InputError, match="0 must be above 0"):
        judge(portfolio, by="lead", matters=0.0)


def test_without_a_choice_due_dates_count_first_then_value_then_time():
    one = "20pd"
    benefit = {"per_year": "90k", "for": "2y"}
    cases = [
        (project("a", one, due="2027-02-26", benefit=benefit), "p_late"),
        (project("a", one, benefit=benefit), "value"),
        (project("a", one), "lead_request"),
    ]
    for each, name in cases:
        portfolio = scenario([each, project("b", one)])
        assert judge(portfolio, most=50, sweeps={"wip_limit": (1,)}).by.name == name


def test_a_document_holds_a_number_and_its_change_for_every_measure_and_rule():
    portfolio = scenario(
        [project(f"p{n}", "20pd/25pd/40pd", due="2027-02-26") for n in range(3)],
        intake={"policy": "wip_limit", "max_active": 2},
    )
    document = judge(portfolio, most=100).to_document()
    assert document["schema"] == "pmosim.policies/1"
    asked = {m["id"] for m in document["measures"] if "reason" not in m}
    assert asked == {"p_late", "throughput", "lead_request", "lead_release", "waiting"}
    for rule in document["rules"]:
        assert set(rule["measures"]) == asked
        for measure in rule["measures"].values():
            assert {"value", "low", "high", "change"} <= set(measure)
    today = next(rule for rule in document["rules"] if rule["is_today"])
    assert all(m["change"]["value"] == 0.0 for m in today["measures"].values())
    assert document["selection"]["best"] == document["rules"][0]["id"]
    assert set(document["frontier"]) <= {rule["id"] for rule in document["rules"]}


def test_the_best_of_each_future_loses_nothing_and_regret_counts_from_there():
    portfolio = scenario(
        [project(f"p{n}", "10pd/20pd/60pd") for n in range(3)],
        intake={"policy": "wip_limit", "max_active": 1},
    )
    bakeoff = judge(portfolio, by="lead", most=50)
    table = np.column_stack(
        [each.merits.values["lead_request"][: bakeoff.n_common] for each in bakeoff.entries]
    )
    for column, each in enumerate(bakeoff.entries):
        regret = (table[:, column] - table.min(axis=1)).mean()
        assert each.regret.value == pytest.approx(regret, abs=1e-12)
        share = (table[:, column] == table.min(axis=1)).mean()
        assert each.p_best.value == pytest.approx(share, abs=1e-12)


# ---- sweeps


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), None),
        (("wip_limit=2..5",), {"wip_limit": (2.0, 3.0, 4.0, 5.0)}),
        (("wip_limit=2,9",), {"wip_limit": (2.0, 9.0)}),
        (("load_limit=1mo..3mo",), {"load_limit": (1.0, 1.5, 2.0, 2.5, 3.0)}),
        (("stagger=0.5mo", "reserve=1..2"), {"stagger": (0.5,), "reserve": (1.0, 2.0)}),
        (("budget=200k..1M",), {"budget": (2e5, 4e5, 6e5, 8e5, 1e6)}),
    ],
)
def test_sweeps_are_read(texts, expected):
    assert read_sweeps(texts) == expected


def test_a_long_range_of_whole_numbers_is_thinned_out():
    found = read_sweeps(["wip_limit=2..60"])
    assert found is not None
    values = found["wip_limit"]
    assert (values[0], values[-1], len(values)) == (2.0, 60.0, 8)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("wip_limi=2..5", "Did you mean 'wip_limit'?"),
        ("wip_limit", "It must be like one of: wip_limit=2..12"),
        ("wip_limit=5..2", "runs backwards"),
        ("wip_limit=0..2", "'0' is no value above 0"),
        ("wip_limit=2.5", "a whole number"),
        ("wip_limit=2mo", "a whole number"),
        ("load_limit=3", "months of capacity"),
        ("budget=3mo", "money a quarter"),
        ("stagger=a..b", "'a' is no value above 0"),
    ],
)
def test_a_sweep_that_cannot_be_made_is_refused_with_a_way_out(text, says):
    with pytest.raises(InputError) as caught:
        read_sweeps([text, "budget=-"])
    first, second = caught.value.problems
    assert says in first.text
    assert (first.place, first.code) == ("--sweep", "PMO043")
    assert "Write it like budget=" in second.text


def test_a_sweep_leaves_the_other_rules_out():
    portfolio = scenario([project(f"p{n}", "20pd") for n in range(4)])
    bakeoff = judge(portfolio, by="lead", most=50, sweeps={"wip_limit": (1, 2)})
    assert {each.id for each in bakeoff.entries} == {"today", "wip_limit:1", "wip_limit:2"}


# ---- merits


def test_merits_count_up_to_the_moment_the_window_closes():
    network = build_network(
        [
            P("quick", due=20 * DAY),
            P("slow", due=30 * DAY),
            P("later", due=200 * DAY),
            P("running", status="running"),
        ],
        window_end=100 * DAY,
        has_horizon=True,
    )
    rows = [
        Row(0, 0, finished=10 * DAY, released=4 * DAY),
        Row(0, 1, finished=40 * DAY, released=0),
        Row(0, 2, status="queued", released=NONE),
        Row(0, 3, finished=5 * DAY),
    ]
    found = Merits.of(build_outcomes(network, rows, replications=1)).values
    assert found["p_late"].tolist() == [0.5]  # the third is due after the window
    assert found["throughput"].tolist() == [3.0]
    assert found["waiting"].tolist() == [1.0]
    assert found["lead_request"].tolist() == [pytest.approx((10 + 40 + 100) / 3)]
    assert found["lead_release"].tolist() == [pytest.approx((6 + 40) / 2)]
    assert "value" not in found


def test_who_was_refused_or_gave_up_was_not_served_and_does_not_wait():
    network = build_network([P("refused"), P("gone")], window_end=100 * DAY, has_horizon=True)
    rows = [
        Row(0, 0, status="rejected", released=NONE, ended=0),
        Row(0, 1, status="withdrawn", released=NONE, arrived=10 * DAY, ended=30 * DAY),
    ]
    found = Merits.of(build_outcomes(network, rows, replications=1)).values
    assert found["waiting"].tolist() == [0.0]
    assert found["lead_request"].tolist() == [pytest.approx((100 + 90) / 2)]


def test_value_is_that_of_projects_with_a_benefit_so_that_idleness_is_worth_nothing():
    """The second costs money and states no benefit: not doing it must not look good."""
    benefit = {"per_year": "200k", "for": "2y"}
    portfolio = scenario(
        [project("a", "20pd", benefit=benefit), project("b", "20pd")],
        roles={"dev": {"day_rate": 700}},
    )
    outcomes = pm.simulate(portfolio, replications=1)
    mine = outcomes.projects().set_index("project")["npv"]
    assert Merits.of(outcomes).values["value"].tolist() == [mine["a"]]
    assert mine["b"] < 0.0


def test_without_a_window_every_due_date_counts_under_every_rule():
    """A rule that ends early must not lose promises from the count, nor one that ends late."""
    projects = [project(f"p{n}", "20pd", due="2027-02-01") for n in range(2)]
    projects.append(project("later", "5pd", due="2030-01-31"))
    portfolio = scenario(projects, horizon=None)
    bakeoff = judge(portfolio, most=50, sweeps={"wip_limit": (1,)})
    assert [each.estimates["p_late"].value for each in bakeoff.entries] == [
        pytest.approx(1 / 3)
    ] * 2


def test_a_future_in_which_nothing_is_due_says_nothing_of_lateness():
    sometimes = project("p", "20pd", due="2027-01-15", status="candidate", probability="50%")
    portfolio = scenario([sometimes, project("q", "20pd")])
    bakeoff = judge(portfolio, by="p_late", most=50, sweeps={"wip_limit": (1,)})
    assert bakeoff.today.estimates["p_late"].value == 1.0
    assert 0 < bakeoff.today.estimates["p_late"].n < 50
