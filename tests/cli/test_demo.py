"""The demo without its solves: what it asks, and where it keeps the answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.__main__ import main
from dispatch.cli.demo import Keeper, folder_name, outcome_of
from dispatch.errors import SolverFailed
from dispatch.report.scenario import Scenario, label_of
from dispatch.schedule.outcome import Outcome, Proof, Status
from dispatch.schedule.progress import Progress
from dispatch.study.scenarios import scenarios_of
from tests.report.solved import solved
from tests.small import small_case, small_facts


def test_each_grid_is_asked_for_three_responses_from_one_state() -> None:
    base = small_case(small_facts())
    cases = list(scenarios_of(base))

    assert [case.response_share for case in cases] == [0, 0.025, 0.05]
    assert all((case.units, case.stores, case.horizon) == (base.units, base.stores, base.horizon) for case in cases)


def test_both_grids_joined_are_asked_once_more_with_the_plan_free_within_a_tenth() -> None:
    *_, last = scenarios_of(small_case(small_facts(), grid="hebei"))

    assert (last.response_share, last.interchange.band_share) == (0, 0.1)
    assert label_of(last) == "response 0 %, plan ±10 %"


def test_every_scenario_has_a_folder_of_its_own() -> None:
    names = [folder_name(case) for case in scenarios_of(small_case(small_facts(), grid="hebei"))]

    assert names == ["hebei-response-0", "hebei-response-2.5", "hebei-response-5", "hebei-response-0-band-10"]


def test_progress_is_told_until_the_outcome_comes() -> None:
    heard: list[Progress] = []
    outcome = Outcome(Status.NO_SOLUTION, Proof(None, None))

    answers: list[Progress | Outcome] = [Progress("placing", 1.0), outcome]

    assert outcome_of(answers, heard.append) is outcome
    assert [progress.stage for progress in heard] == ["placing"]


def test_a_call_that_ends_without_an_outcome_is_our_fault() -> None:
    def nothing() -> Iterator[Progress | Outcome]:
        yield Progress("placing", 1.0)

    with pytest.raises(SolverFailed):
        outcome_of(nothing(), lambda _: None)


def test_what_is_finished_is_kept_when_the_demo_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def one_and_then_interrupted(live: object, keep: Keeper) -> list[Scenario]:
        keep.keep(solved(0.05))
        raise KeyboardInterrupt

    monkeypatch.setattr("dispatch.cli.demo._all_asked", one_and_then_interrupted)

    assert main(["demo", "--out", str(tmp_path)]) == 130
    assert (tmp_path / "jibei-response-5" / "outcome.json").exists()
    assert (tmp_path / "report.html").exists()
    assert capsys.readouterr().err.splitlines()[-1] == "dispatch: interrupted"
