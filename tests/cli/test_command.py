"""What a person or a script meets at the command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dispatch import __version__
from dispatch.__main__ import main
from dispatch.case.case import Case, Limits
from dispatch.case.renewable import LoadForecast
from dispatch.cli.folder import asked_in, solved_in, write_solved
from dispatch.cli.values import step_h
from dispatch.eve import states_after
from dispatch.formats.pglib import read_pglib
from dispatch.report.scenario import Scenario
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Proof, Status
from dispatch.wire.files import write_case
from tests.cli.grids import known_as_jibei
from tests.formats.instances import TINY, written
from tests.formats.instances import changed as changed_instance
from tests.report.solved import solved, unsolved
from tests.small import small_case, small_facts

VERBS = ["demo", "serve", "grids", "case", "validate", "solve", "audit", "report", "study", "replay"]


@pytest.fixture(autouse=True)
def _small_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases of jibei are about the triangle here; other names stay unknown."""
    known_as_jibei(monkeypatch, small_facts(), ("cli.folder", "grid.known"))


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    write_case(small_case(small_facts(), hours=4), path)
    return path


def changed(path: Path, **fields: object) -> Path:
    """The case file with other fields."""
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | fields), encoding="utf-8")
    return path


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    assert verb in capsys.readouterr().out


def test_help_comes_at_once() -> None:
    """A loaded machine is slow: what may not happen is that half the libraries are imported first."""
    code = "import sys; from dispatch.__main__ import main; main(['--help']); print(*sys.modules)"
    began = time.monotonic()
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert time.monotonic() - began < 10
    assert {"numpy", "pandas", "pypsa", "grpc", "google.protobuf"} & set(told.split()) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["solve"],
        *(["solve", "case.json", "--gap", gap] for gap in ("2", "1", "-0.1", "nan", "inf", "much")),
        *(["solve", "case.json", "--time-limit", time] for time in ("-1", "0", "nan", "inf", "1e9", "long")),
        *(["solve", "case.json", "--memory-gb", memory] for memory in ("-1", "0", "nan", "inf", "much")),
        ["study", "dr-curve", "--gap", "1"],
        ["case", "new", "--grid", "jibei", "--date", "yesterday"],
        ["case", "new", "--grid", "jibei", "--date", "2030-01-15", "--step", "often"],
        ["case", "new", "--grid", "jibei", "--date", "2030-01-15", "--step", "0"],
        ["case", "new", "--grid", "jibei", "--date", "2030-01-15", "--step", "1min"],
        ["case", "new", "--grid", "jibei", "--date", "2030-01-15", "--step", "7min"],
        ["case", "new", "--grid", "jibei", "--date", "2030-01-15", "--step", "2h"],
        ["serve", "--listen", "nowhere"],
        ["serve", "--listen", "127.0.0.1:99999"],
        ["grids", "export", "jibei", "jibei.csv"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert all(argument in told.err for argument in arguments if argument in {"--gap", "--time-limit", "--memory-gb"})


@pytest.mark.parametrize(("text", "hours"), [("1h", 1), ("15min", 0.25), ("0.5", 0.5), ("20min", 1 / 3)])
def test_a_step_is_read_as_people_write_it(text: str, hours: float) -> None:
    assert step_h(text) == hours


def test_a_refusal_names_every_flaw_in_a_line_of_its_own(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(case_file, response_share=-1.0, outages=[], prices={"large_curtailment_cny_per_mwh": -5})

    assert main(["validate", str(case_file)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("dispatch: response_share: -1")
    assert "prices.large_curtailment_cny_per_mwh" in lines[1]


def test_a_refusal_is_json_for_machines(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(case_file, response_share=7)

    assert main(["solve", str(case_file), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["accepted"] is False
    assert [(flaw["code"], flaw["field"]) for flaw in told["flaws"]] == [("SHARE_OUT_OF_RANGE", "response_share")]


def test_an_unknown_grid_is_refused_with_the_other_flaws(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(case_file, grid="atlantis", response_share=7)

    assert main(["validate", str(case_file)]) == 1
    told = capsys.readouterr().err
    assert "grid: 'atlantis' is not known" in told
    assert "response_share" in told


def test_a_file_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "nowhere.json"]) == 1
    assert "nowhere.json" in capsys.readouterr().err


def test_a_good_case_is_accepted(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(case_file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"accepted": True, "flaws": []}


def test_a_case_is_solved_kept_audited_and_shown(
    case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    assert main(["solve", str(case_file), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "OPTIMAL"
    assert told == json.loads((out / "outcome.json").read_text(encoding="utf-8"))
    assert {path.name for path in out.iterdir()} == {
        "case.json",
        "limits.json",
        "manifest.json",
        "outcome.json",
        "schedule.json",
        "schedule.nc",
    }

    assert main(["audit", str(out)]) == 0
    assert "passed" in capsys.readouterr().out

    assert main(["report", str(out)]) == 0
    captured = capsys.readouterr()
    assert "jibei  response 0 %" in captured.out
    assert captured.err == ""  # quiet in a pipe
    assert (out / "report.html").exists()
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["scenarios"][0]["grid"] == "jibei"


def test_prices_are_shown_kept_as_json_and_csv_and_read_again(
    case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["solve", str(case_file), "--prices", "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "price, CNY/MWh" in shown
    assert "no tariff" in shown

    (scenario,) = solved_in(out)
    report = scenario.outcome.prices
    assert report is not None
    assert report.tables is not None
    header, first, *rest = (out / "prices" / "price_cny_per_mwh.csv").read_text().splitlines()
    assert header == "step_start,a,b,c,d,neighbour"
    assert len(rest) == 3
    numbers = [float(value) for value in first.split(",")[1:]]
    assert numbers == pytest.approx(report.tables.price_cny_per_mwh.iloc[0].tolist(), abs=1e-4)

    assert main(["solve", str(case_file), "--out", str(out)]) == 0
    assert not (out / "prices.json").exists()
    assert not list((out / "prices").iterdir())


def test_a_curve_of_a_case_that_seeks_absorption_is_refused(
    case_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(case_file, objective="ABSORPTION_FIRST")
    assert main(["study", "dr-curve", "--case", str(case_file)]) == 1
    assert "objective" in capsys.readouterr().err


def test_an_audit_finds_a_number_that_was_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_solved(tmp_path, solved(0.05))
    assert main(["audit", str(tmp_path)]) == 0
    path = tmp_path / "schedule.json"
    schedule = json.loads(path.read_text(encoding="utf-8"))
    schedule["units"][0]["output_mw"][2] += 10.0
    path.write_text(json.dumps(schedule), encoding="utf-8")

    capsys.readouterr()
    assert main(["audit", str(tmp_path)]) == 1
    assert "network-balance" in capsys.readouterr().out


ENDINGS = {
    Status.OPTIMAL: 0,
    Status.FEASIBLE: 0,
    Status.INFEASIBLE: 1,
    Status.NO_SOLUTION: 1,
    Status.FAILED: 3,
}


@pytest.mark.parametrize(("status", "code"), ENDINGS.items())
def test_the_exit_code_tells_how_a_run_ended(
    status: Status, code: int, case_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario: Scenario = solved() if code == 0 else unsolved()
    ended = Outcome(status, Proof(None, None), schedule=None, metrics=scenario.outcome.metrics)
    monkeypatch.setattr("dispatch.run.run", lambda *_, **__: ended)

    assert main(["solve", str(case_file)]) == code


def test_our_own_fault_is_exit_code_3(
    case_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> Outcome:
        message = "a wheel came off"
        raise ZeroDivisionError(message)

    monkeypatch.setattr("dispatch.run.run", broken)

    assert main(["solve", str(case_file), "--json"]) == 3
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"error": "ZeroDivisionError", "message": "a wheel came off"}
    assert "our fault" in captured.err


def test_the_grids_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grids", "list", "--json"]) == 0
    assert {grid["grid"] for grid in json.loads(capsys.readouterr().out)} == {"hebei_south", "jibei", "hebei"}


def test_a_grid_is_shown_with_how_well_it_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grids", "show", "jibei"]) == 0
    told = capsys.readouterr().out
    assert "annual peak" in told
    assert "% estimated" in told


def test_a_grid_that_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grids", "show", "atlantis"]) == 1
    assert "atlantis" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"dispatch {__version__}\n"


def test_a_port_in_use_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert main(["serve", "--listen", listen]) == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"dispatch: cannot listen on {listen}: Address already in use"


def test_a_folder_that_cannot_be_made_is_refused_before_solving(
    case_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dispatch.run.run", lambda *_, **__: pytest.fail("solved"))

    assert main(["solve", str(case_file), "--out", str(case_file)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"dispatch: --out {case_file} cannot be a folder")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["--grid", "atlantis"], "grid"),
        (["--grid", "jibei", "--hours", "0"], "horizon.step_count"),
        (["--grid", "jibei", "--hours", "1" + 400 * "0"], "horizon.step_count"),
        (["--grid", "jibei", "--hours", "100000", "--step", "15min"], "horizon.step_count"),
        (["--grid", "jibei", "--edition", "1900"], "edition"),
    ],
)
def test_an_absurd_case_is_refused_before_the_day_before_is_solved(
    arguments: list[str], field: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dispatch.cli.case.case_of", lambda *_, **__: pytest.fail("solved"))

    assert main(["case", "new", "--date", "2030-01-15", *arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"dispatch: {field}: ")


def test_a_new_case_says_which_edition_and_weather_it_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dispatch.cli.case.facts_of", lambda *_: small_facts())
    monkeypatch.setattr("dispatch.cli.case.case_of", lambda facts, *_, **__: small_case(facts))

    assert main(["case", "new", "--grid", "jibei", "--date", "2030-01-15"]) == 0
    told = capsys.readouterr()
    assert told.err == "dispatch: edition 2030; weather and load of the stored synthetic year 2030, by month and day\n"
    assert json.loads(told.out)["grid"] == "jibei"


def test_one_interrupt_during_a_solve_is_a_wish_to_stop_that_keeps_what_there_is(
    case_file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    wishes: list[bool] = []

    def pressed(*_: object, stop: Callable[[], bool]) -> Outcome:
        wishes.append(stop())
        os.kill(os.getpid(), signal.SIGINT)
        wishes.append(stop())
        return solved().outcome

    monkeypatch.setattr("dispatch.run.run", pressed)

    usual = signal.getsignal(signal.SIGINT)
    assert main(["solve", str(case_file)]) == 0
    assert wishes == [False, True]
    assert signal.getsignal(signal.SIGINT) is usual
    told = capfd.readouterr()
    assert "OPTIMAL" in told.out
    assert told.err == ""  # quiet in a pipe


def test_a_second_interrupt_ends_at_once(case_file: Path) -> None:
    code = """if True:
        import os, signal, sys, time
        import dispatch.run
        from dispatch.__main__ import main

        def pressed_twice(*_, **__):
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGINT)
            time.sleep(600)

        dispatch.run.run = pressed_twice
        sys.exit(main(["solve", sys.argv[1]]))
    """
    case = written(TINY, case_file.parent)
    ended = subprocess.run([sys.executable, "-c", code, str(case)], capture_output=True, check=False, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "\ndispatch: interrupted\n")


def test_a_solve_beyond_its_memory_is_failed_with_its_reason(
    case_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["solve", str(case_file), "--memory-gb", "0.01", "--json"]) == 3
    told = capsys.readouterr()
    outcome = json.loads(told.out)
    assert (outcome["status"], "metrics" in outcome) == ("FAILED", False)
    assert outcome["reason"].startswith("the solve needed more than 0.01 GB of memory")
    assert outcome["reason"] in told.err


def test_an_interruption_is_told(
    case_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> Outcome:
        raise KeyboardInterrupt

    monkeypatch.setattr("dispatch.run.run", interrupted)

    assert main(["solve", str(case_file)]) == 130
    assert capsys.readouterr().err == "dispatch: interrupted\n"


def test_folders_keep_the_order_given_and_those_inside_go_by_number(tmp_path: Path) -> None:
    for name in ("response-10", "response-2.5", "response-0"):
        write_solved(tmp_path / name, solved(0.05))

    inside = [scenario.label for scenario in solved_in(tmp_path)]
    assert inside == [f"response 5 % [{name}]" for name in ("response-0", "response-2.5", "response-10")]
    given = [scenario.label for scenario in solved_in(tmp_path / "response-10", tmp_path / "response-0")]
    assert given == ["response 5 % [response-10]", "response 5 % [response-0]"]


def test_a_new_case_has_the_price_of_carbon_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = small_facts()
    monkeypatch.setattr("dispatch.cli.case.facts_of", lambda *_: facts)
    monkeypatch.setattr("dispatch.cli.case.case_of", lambda *_, **__: small_case(facts))

    new = ["case", "new", "--grid", "jibei", "--date", "2030-01-15"]
    for wish, price in (([], 0.0), (["--carbon-price", "80"], 80.0)):
        assert main([*new, *wish]) == 0
        assert json.loads(capsys.readouterr().out)["prices"]["carbon_cny_per_t"] == price
    assert main([*new, "--carbon-price", "-1"]) == 1
    assert "prices.carbon_cny_per_t" in capsys.readouterr().err


@pytest.mark.parametrize("asked", [True, False])
def test_a_new_case_stands_n_1_and_counts_self_use_where_it_is_asked_to(
    asked: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = small_facts()
    facts = replace(base, units=tuple(replace(own, self_use_share=0.05) for own in base.units))
    monkeypatch.setattr("dispatch.cli.case.facts_of", lambda *_: facts)
    monkeypatch.setattr("dispatch.cli.case.case_of", lambda *_, **__: small_case(facts))

    wish = ["--n-1", "--self-use"] if asked else []
    assert main(["case", "new", "--grid", "jibei", "--date", "2030-01-15", *wish]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["self_use"] == asked
    assert content["security"] == {
        "n_minus_1": asked,
        "emergency_share": 1.0,
        "overload_cny_per_mwh": 20_000.0,
        "unwatched": [],
    }


def test_an_instance_of_pglib_is_a_case_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(written(TINY, tmp_path, "tiny.json.gz"))]) == 0
    assert "accepted" in capsys.readouterr().out


def test_a_flawed_instance_of_pglib_is_refused_by_the_paths_of_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(changed_instance("thermal_generators/A/time_up_t0", 0), tmp_path)
    assert main(["solve", str(path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [flaw["field"] for flaw in told["flaws"]] == ["thermal_generators.A.time_up_t0"]


def test_a_solved_instance_is_kept_with_its_file_and_read_again(tmp_path: Path) -> None:
    instance = written(TINY, tmp_path, "tiny.json.gz")
    case, facts = read_pglib(instance)
    outcome = Outcome(Status.NO_SOLUTION, Proof(None, None), reason="stopped")
    write_solved(tmp_path / "out", Scenario("tiny", case, facts, outcome), instance)

    (scenario,) = solved_in(tmp_path / "out")
    assert scenario.case == case
    assert scenario.facts.content_sha256 == facts.content_sha256

    small = small_facts()
    write_solved(tmp_path / "out", Scenario("other", small_case(small, hours=4), small, outcome))
    assert not (tmp_path / "out" / "instance.json").exists()


def answered(folder: Path, **changes: Any) -> tuple[Case, Outcome]:
    """Six winter hours of the triangle with response, solved and kept."""
    case = replace(solved().case, **changes)
    outcome = run(case, small_facts(), Limits(gap_share=0.001, time_s=30))
    write_solved(folder, Scenario("s", case, small_facts(), outcome))
    return case, outcome


def test_a_case_goes_on_where_an_answer_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Six hours, then six more: units, stores and contracts as the first answer leaves them, and solved again."""
    before, outcome = answered(tmp_path / "first", response_share=0.05)
    assert outcome.schedule is not None
    assert outcome.metrics is not None
    assert outcome.metrics.contract_states

    assert main(["case", "new", "--after", str(tmp_path / "first"), "--hours", "6"]) == 0
    told = capsys.readouterr()
    assert "goes on at 2030-01-15 06:00" in told.err
    (tmp_path / "next.json").write_text(told.out, encoding="utf-8")
    case, _ = asked_in(tmp_path / "next.json")
    assert case.contracts == outcome.metrics.contract_states
    assert case.units == states_after(before, small_facts(), outcome.schedule)
    last = outcome.schedule.level_mwh.iloc[-1]
    assert {s.store: s.start_level_mwh for s in case.stores} == pytest.approx(last.to_dict())
    assert [s.end_level_mwh for s in case.stores] == [s.end_level_mwh for s in before.stores]
    assert (case.response_share, case.horizon.step_count) == (0.05, 6)

    assert main(["solve", str(tmp_path / "next.json"), "--out", str(tmp_path / "second"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["audit"]["passed"] is True


def test_what_the_command_line_says_stands_above_the_answer_it_goes_on_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(tmp_path, load_forecasts=(LoadForecast("jibei", (300.0,) * 6),))
    wishes = ["--response", "0.02", "--interchange", "low", "--n-1", "--step", "30min", "--hours", "3"]
    assert main(["case", "new", "--after", str(tmp_path), *wishes]) == 0
    told = capsys.readouterr()
    content = json.loads(told.out)
    assert (content["response_share"], content["interchange"]["variant"]) == (0.02, "LOW")
    assert (content["security"]["n_minus_1"], content["horizon"]["step_count"]) == (True, 6)
    assert content["load_forecasts"] == []
    assert "left behind, as they are of the earlier hours: load_forecasts" in told.err


@pytest.mark.parametrize(
    ("arguments", "field"),
    [(["--grid", "hebei"], "grid"), (["--edition", "2025"], "edition"), (["--date", "2030-01-17"], "horizon.start")],
)
def test_a_case_that_is_not_the_next_is_refused(
    arguments: list[str], field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(tmp_path)
    assert main(["case", "new", "--after", str(tmp_path), *arguments]) == 1
    assert capsys.readouterr().err.startswith(f"dispatch: {field}: ")


def test_an_answer_without_a_schedule_leaves_nothing_to_go_on_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_solved(tmp_path, unsolved())
    assert main(["case", "new", "--after", str(tmp_path)]) == 1
    assert "ended INFEASIBLE: there is no schedule to go on from" in capsys.readouterr().err


def test_a_new_case_needs_a_grid_and_a_day_or_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["case", "new", "--grid", "jibei"]) == 2
    assert "--after" in capsys.readouterr().err
