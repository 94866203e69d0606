"""Every question of docs/how-to/what-if.md can be asked of the worked example."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import pmosim as pm
from pmosim.cli.whatif import FUTURES, FUTURES_OF_EACH
from pmosim.study.singly import parse_each
from pmosim.study.starts import FUTURES as SEARCH_FUTURES
from pmosim.study.starts import MOST_RUNS
from pmosim.study.verbs import FORMS, make_changes
from pmosim.study.whatif import RANK_FUTURES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "how-to" / "what-if.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"pmosim whatif baseline(?: [^`\n]*)?", TEXT)


@pytest.fixture(scope="module")
def baseline() -> pm.Scenario:
    return pm.read_scenario(ROOT / "scenarios" / "baseline.yaml")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_is_understood(baseline: pm.Scenario, command: str) -> None:
    words = shlex.split(command)[3:]
    options = dict(zip(words[::2], words[1::2], strict=True))
    typed = [
        (option, text)
        for option, text in zip(words[::2], words[1::2], strict=True)
        if option in FORMS
    ]
    made = make_changes(baseline, typed)
    assert [change.option for change in made.changes] == [option for option, _ in typed]
    assert set(options) <= {*FORMS, "--save", "--each"}
    if "--each" in options:
        assert parse_each(options["--each"], baseline).text == options["--each"]


def test_the_page_knows_every_option_and_the_size_of_the_runs() -> None:
    assert all(f"`{option} {form}`" in TEXT for option, form in FORMS.items())
    assert len(COMMANDS) >= 6
    for said in (
        f"{FUTURES} futures of both scenarios",
        f"{RANK_FUTURES} with the newcomers first",
        f"{MOST_RUNS} times {SEARCH_FUTURES} for the starts",
        f"runs of {FUTURES_OF_EACH} futures",
    ):
        assert said in " ".join(TEXT.split())
