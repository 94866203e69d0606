"""Study folder: what a what-if and its kin leave behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pmosim.errors import RunFolderError
from pmosim.workspace import (
    is_run_folder,
    is_study_folder,
    make_study,
    open_study,
    refuse_occupied,
    study_of,
    write_study_tables,
)
from tests.unit.report.studies import STUDIES, what_if

if TYPE_CHECKING:
    from pathlib import Path

KEY = {"versions": {"pmosim": "0.1.0"}, "machine": "linux x86_64"}


def leave(path: Path, document: dict[str, Any], *, began: str = "one", page: str = "page") -> None:
    source = path.parent / "scenario.yaml"
    source.write_text("pmosim: 1\n", encoding="utf-8")
    study = make_study(path, document, inputs={source.name: source}, key=KEY, run={"began": began})
    with study as draft:
        (draft.path / "report.html").write_text(page, encoding="utf-8")


def test_a_study_leaves_answer_tables_page_and_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    leave(folder, what_if())
    names = sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file())
    assert names == [
        "compare.json",
        "manifest.json",
        "report.html",
        *(f"tables/{name}.csv" for name in ("differences", "naive", "rank_first", "starts")),
    ]
    assert json.loads((folder / "compare.json").read_text(encoding="utf-8")) == what_if()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["schema"] == "pmosim.study/1"
    assert (manifest["kind"], manifest["seed"], manifest["replications"]) == ("compare", 1, 400)
    assert [part["path"] for part in manifest["inputs"]] == ["scenario.yaml"]
    assert sorted(manifest["files"]) == [name for name in names if name != "manifest.json"]
    assert not list(folder.parent.glob(".*"))


def test_the_same_study_gives_the_same_bytes_but_for_the_run_part(tmp_path: Path) -> None:
    for name in ("one", "two"):
        leave(tmp_path / name, what_if(), began=name)
    files = sorted(f.relative_to(tmp_path / "one") for f in (tmp_path / "one").rglob("*.*"))
    manifests = []
    for file in files:
        first, second = ((tmp_path / name / file).read_bytes() for name in ("one", "two"))
        if file.name == "manifest.json":
            manifests = [json.loads(content) for content in (first, second)]
        else:
            assert first == second
    assert [manifest.pop("run") for manifest in manifests] == [{"began": "one"}, {"began": "two"}]
    assert manifests[0] == manifests[1]


def test_a_new_study_removes_what_the_old_one_wrote_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    leave(folder, what_if())
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    document = what_if()
    del document["naive"], document["starts"]
    leave(folder, document)
    assert {f.name for f in (folder / "tables").iterdir()} == {"differences.csv", "rank_first.csv"}
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_study_of_another_kind_takes_the_place_of_the_old_answer(tmp_path: Path) -> None:
    leave(tmp_path / "x", what_if())
    leave(tmp_path / "x", STUDIES["policies"]())
    answers = {f.name for f in (tmp_path / "x").glob("*.json")}
    assert answers == {"policies.json", "manifest.json"}


def test_a_study_that_fails_leaves_the_last_one_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    leave(folder, what_if(), page="before")
    before = {f: f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    study = make_study(folder, what_if(), inputs={}, key=KEY, run={})
    with pytest.raises(NotADirectoryError), study as draft:
        (draft.answer / "beneath-a-file").write_text("half", encoding="utf-8")
    assert {f: f.read_bytes() for f in folder.rglob("*") if f.is_file()} == before
    assert [f.name for f in tmp_path.glob(".*")] == []


def test_a_study_is_no_run_and_is_never_written_over_one(tmp_path: Path) -> None:
    leave(tmp_path / "x", what_if())
    assert is_study_folder(tmp_path / "x")
    assert not is_run_folder(tmp_path / "x")
    run = tmp_path / "run"
    run.mkdir()
    (run / "manifest.json").write_text('{"schema": "pmosim.manifest/1"}', encoding="utf-8")
    assert is_run_folder(run)
    with pytest.raises(RunFolderError, match="something else than a study"):
        refuse_occupied(run)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(RunFolderError, match="this is a file"):
        refuse_occupied(tmp_path / "file")


def test_a_study_of_which_only_the_answer_was_kept_is_made_again_in_its_place(
    tmp_path: Path,
) -> None:
    leave(tmp_path / "x", what_if())
    (tmp_path / "x" / "manifest.json").unlink()
    (tmp_path / "x" / "tables" / "of-before.csv").write_text("", encoding="utf-8")
    leave(tmp_path / "x", what_if())
    assert is_study_folder(tmp_path / "x")
    assert not (tmp_path / "x" / "tables" / "of-before.csv").exists()


def test_a_study_is_found_by_its_path_and_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports").mkdir()
    leave(tmp_path / "reports" / "x", what_if())
    found = study_of("x")
    assert found is not None
    assert found == study_of("reports/x")
    assert study_of("y") is None
    study = open_study(found)
    assert study.document() == what_if()
    assert study.provenance()["version"] == "pmosim 0.1.0"
    assert "run" not in study.provenance()
    study.answer.write_text("[1]", encoding="utf-8")
    with pytest.raises(RunFolderError, match="no answer of pmosim"):
        study.document()
    with pytest.raises(RunFolderError, match="no folder of a study"):
        open_study(tmp_path)


def test_tables_of_a_study_hold_numbers_as_numbers_and_text_harmless(tmp_path: Path) -> None:
    document = what_if()
    document["names"]["crm"] = "=cmd()"
    write_study_tables(document, tmp_path)
    lines = (tmp_path / "differences.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("alternative,kind,entity,name,measure,base,value,difference")
    assert lines[1].startswith("what if,project,crm,'=cmd(),finish_mean_days,100.0,112.0,12.0,9.0")


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("each", {"projects", "gains"}),
        ("policies", {"rules", "left_out", "measures"}),
        ("bottlenecks", {"roles", "quarters", "persons"}),
    ],
)
def test_every_study_has_its_tables(tmp_path: Path, kind: str, names: set[str]) -> None:
    written = write_study_tables(STUDIES[kind](), tmp_path)
    assert {path.stem for path in written} == names
