"""`dispatch replay`, from what `dispatch solve --out` writes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dispatch.__main__ import main
from dispatch.case.case import Limits
from dispatch.cli.folder import write_solved
from dispatch.report.scenario import Scenario
from dispatch.run import run
from dispatch.schedule.outcome import Proof
from dispatch.wire.files import write_case
from tests.cli.grids import known_as_jibei
from tests.formats.instances import TINY, written
from tests.small import small_case, small_facts

GAP = Limits(gap_share=0.001, time_s=30.0)


@pytest.fixture(autouse=True)
def _small_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases of jibei are about the triangle here."""
    known_as_jibei(monkeypatch, small_facts())


@pytest.fixture(scope="module")
def solved() -> Scenario:
    facts = small_facts()
    case = small_case(facts, hours=3)
    return Scenario("three hours", case, facts, run(case, facts, GAP))


def kept(folder: Path, scenario: Scenario) -> Path:
    write_solved(folder, scenario, limits=GAP, network=False)
    return folder


def replay(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = main(["replay", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_what_solve_writes_is_a_bundle_and_replays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A case in Beijing time, as people write it: its hash is that of the same moment in UTC."""
    write_case(small_case(small_facts(), hours=3), tmp_path / "case.json")
    case = json.loads((tmp_path / "case.json").read_text(encoding="utf-8"))
    case["horizon"]["start"] = "2030-01-15T00:00:00+08:00"
    (tmp_path / "case.json").write_text(json.dumps(case), encoding="utf-8")
    out = str(tmp_path / "out")
    assert main(["solve", str(tmp_path / "case.json"), "--out", out, "--gap", "0.002"]) == 0
    capsys.readouterr()

    assert main(["replay", out]) == 0
    told = capsys.readouterr().out
    assert "1 replayed, all the same" in told
    assert json.loads((tmp_path / "out" / "limits.json").read_text(encoding="utf-8"))["gap_share"] == 0.002


def test_an_instance_of_pglib_is_replayed_on_its_own_grid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    instance = written(TINY, tmp_path, "tiny.json.gz")
    assert main(["solve", str(instance), "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    code, told = replay(capsys, str(tmp_path / "out"))
    assert (code, told["same"]) == (0, True)


def test_one_coefficient_changed_by_1_percent_is_exit_code_1_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, solved: Scenario
) -> None:
    folder, facts = kept(tmp_path / "out", solved), small_facts()
    first, *others = facts.units
    dearer = replace(first, other_cny_per_mwh=1.01 * first.other_cny_per_mwh)
    known_as_jibei(monkeypatch, replace(facts, units=(dearer, *others)))

    assert main(["replay", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "! recorded.metrics.total.cost.operation_cny" in told
    assert "1 of 1 differ" in told


def test_a_grid_that_the_case_does_not_fit_any_more_is_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, solved: Scenario
) -> None:
    folder, facts = kept(tmp_path / "out", solved), small_facts()
    known_as_jibei(monkeypatch, replace(facts, units=facts.units[:-1]))
    code, told = replay(capsys, str(folder))
    assert (code, told["bundles"][0]["again"]) == (1, None)
    assert told["bundles"][0]["differences"][0]["today"] == "refused"


def test_a_spoilt_bundle_is_refused_with_every_flaw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], solved: Scenario
) -> None:
    folder = kept(tmp_path / "out", solved)
    (folder / "schedule.json").write_text("{}", encoding="utf-8")
    (folder / "limits.json").unlink()
    code, told = replay(capsys, str(folder))
    assert code == 1
    assert {flaw["code"] for flaw in told["flaws"]} == {"HASH_MISMATCH", "INCOMPLETE"}


def test_two_sets_are_set_beside_each_other_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], solved: Scenario
) -> None:
    """One the same, one worse, one alone; versions and seconds of both are there. Nothing is solved."""
    outcome = solved.outcome
    assert outcome.certificate is not None
    assert outcome.proof.objective_cny is not None
    newer = tuple((tool, "9.9" if tool == "highspy" else at) for tool, at in outcome.certificate.versions)
    certificate = replace(outcome.certificate, versions=newer)
    worse = Proof(1.01 * outcome.proof.objective_cny, outcome.proof.bound_cny)
    for name in ("same", "worse", "alone"):
        kept(tmp_path / "old" / name, solved)
    kept(tmp_path / "new" / "same", replace(solved, outcome=replace(outcome, certificate=certificate)))
    kept(tmp_path / "new" / "worse", replace(solved, outcome=replace(outcome, proof=worse)))

    code, told = replay(capsys, str(tmp_path / "old"), "--against", str(tmp_path / "new"))
    assert code == 1
    found = {bundle["name"]: bundle for bundle in told["bundles"]}
    assert {name: bundle["same"] for name, bundle in found.items()} == {"same": True, "worse": False, "alone": False}
    assert found["same"]["again"]["versions"]["highspy"] == "9.9"
    assert found["same"]["recorded"]["versions"]["highspy"] != "9.9"
    assert found["same"]["again"]["seconds"] > 0
