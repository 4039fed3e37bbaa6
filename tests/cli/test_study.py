"""`dispatch study dr-curve` on small grids: what is shown, what is kept, what is refused."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.__main__ import main
from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.errors import SolverFailed
from dispatch.report.curve_page import curve_page_of
from dispatch.report.curve_table import curve_table_of
from dispatch.schedule.outcome import Outcome, Proof, Status
from dispatch.study.curve import Curve
from dispatch.wire.files import write_case
from tests.cli.grids import known_as_jibei
from tests.report.solved import solved, unsolved
from tests.small import small_case, small_facts

VERB = ["study", "dr-curve"]
SMALL = ["--hours", "4", "--steps", "3"]


@pytest.fixture(autouse=True)
def _small_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jibei is the triangle here, from a state that nobody solves for."""

    def case_of(facts: GridFacts, day: object, *, hours: int, **_: object) -> Case:
        return small_case(facts, hours=hours)

    known_as_jibei(monkeypatch, small_facts())
    monkeypatch.setattr("dispatch.cli.study.case_of", case_of)


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    write_case(small_case(small_facts(), hours=4, response_share=0.03), path)
    return path


def test_a_curve_is_shown_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*VERB, "--grid", "jibei", *SMALL, "--out", str(tmp_path)]) == 0

    told = capsys.readouterr()
    rows = [line for line in told.out.splitlines() if re.match(r"jibei +\d", line)]
    assert [row.split()[1].rstrip("<") for row in rows] == ["0", "5", "10"]
    assert re.fullmatch(r"jibei: 3 shares in .* s, .* times the first alone \(.* s\)", told.out.splitlines()[-1])
    assert "2030-03-12, 4 h, edition 2030, synthetic weather" in told.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curve.csv", "curve.html", "curve.json"]


def test_csv_json_and_what_is_printed_hold_the_same_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*VERB, "--grid", "jibei", *SMALL, "--json", "--out", str(tmp_path)]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "curve.json").read_text(encoding="utf-8"))
    (curve,) = printed["curves"]
    rows = list(csv.DictReader((tmp_path / "curve.csv").read_text(encoding="utf-8").splitlines()))
    assert [list(row) for row in rows] == [list(point) for point in curve["points"]]
    for row, point in zip(rows, curve["points"], strict=True):
        assert row == {name: "" if value is None else str(value) for name, value in point.items()}
    assert curve["points"][0]["case_sha256"] == curve["case_sha256"]


def test_a_case_file_is_the_base_and_its_own_response_is_left_aside(
    case_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*VERB, "--case", str(case_file), "--steps", "2", "--most", "0.05", "--json"]) == 0

    (curve,) = json.loads(capsys.readouterr().out)["curves"]
    assert (curve["grid"], curve["step_count"]) == ("jibei", 4)
    assert [point["response_share"] for point in curve["points"]] == [0.0, 0.05]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--steps", "1"],
        ["--steps", "2.5"],
        ["--steps", "many"],
        ["--most", "0"],
        ["--most", "1.1"],
        ["--date", "someday"],
        ["--case", "case.json", "--grid", "jibei"],
        ["--case", "case.json", "--hours", "0"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    assert main([*VERB, *arguments]) == 2


@pytest.mark.parametrize(
    ("arguments", "field"),
    [(["--grid", "jibei", "--grid", "atlantis"], "grid"), (["--hours", "0"], "horizon.step_count")],
)
def test_what_is_wrong_with_any_grid_is_told_before_all_work(
    arguments: list[str], field: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dispatch.cli.study.case_of", lambda *_, **__: pytest.fail("solved"))

    assert main([*VERB, *arguments]) == 1
    assert capsys.readouterr().err.startswith(f"dispatch: {field}: ")


def test_a_share_without_an_answer_is_a_row_with_its_reason_and_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def one_is_infeasible(*_: object) -> Iterator[tuple[Case, Outcome]]:
        yield from [(s.case, s.outcome) for s in (solved(), unsolved(), solved(0.1))]

    monkeypatch.setattr("dispatch.cli.study.swept", one_is_infeasible)

    assert main([*VERB, "--grid", "jibei", "--out", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "warning: jibei: 0 %: ended INFEASIBLE: 420 MW are missing" in told
    rows = csv.DictReader((tmp_path / "curve.csv").read_text(encoding="utf-8").splitlines())
    assert [row["status"] for row in rows] == ["OPTIMAL", "INFEASIBLE", "OPTIMAL"]


def test_what_was_solved_is_kept_when_it_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def one_and_then_interrupted(*_: object) -> Iterator[tuple[Case, Outcome]]:
        yield solved().case, solved().outcome
        raise KeyboardInterrupt

    monkeypatch.setattr("dispatch.cli.study.swept", one_and_then_interrupted)

    assert main([*VERB, "--grid", "jibei", "--out", str(tmp_path)]) == 130
    assert len((tmp_path / "curve.csv").read_text(encoding="utf-8").splitlines()) == 2
    assert capsys.readouterr().out == ""


def test_what_was_solved_is_kept_when_another_grid_has_no_state_to_start_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_of_both_joined(facts: GridFacts, *_: object, **__: object) -> Case:
        if facts.grid == "hebei":
            message = "no schedule"
            raise SolverFailed(message)
        return small_case(facts, hours=4)

    monkeypatch.setattr("dispatch.cli.study.case_of", none_of_both_joined)

    assert main([*VERB, "--grid", "jibei", "--grid", "hebei", *SMALL, "--out", str(tmp_path)]) == 3
    assert len((tmp_path / "curve.csv").read_text(encoding="utf-8").splitlines()) == 4


def test_the_page_and_the_table_stand_where_no_share_has_an_answer() -> None:
    scenario = unsolved()
    none = Outcome(Status.NO_SOLUTION, Proof(None, None), reason="stopped <early>")
    curves = [Curve(scenario.facts, 0.001, ((scenario.case, none), (solved(0.1).case, none)))]

    assert "ended NO_SOLUTION: stopped <early>" in curve_table_of(curves)
    page = curve_page_of(curves)
    assert "stopped &lt;early&gt;" in page
    assert "Too few answers" in page


def test_the_page_draws_every_grid_and_says_what_it_rests_on() -> None:
    scenarios = (solved(), solved(0.05))
    curve = Curve(scenarios[0].facts, 0.001, tuple((s.case, s.outcome) for s in scenarios))
    page = curve_page_of([curve])
    (content,) = re.findall(r'<script type="application/json" id="figures">(.*?)</script>', page, re.DOTALL)
    figures = json.loads(content)

    assert sorted(re.findall(r'data-figure="([^"]+)"', page)) == sorted(figures)
    assert [trace["x"] for trace in figures["utilisation"]["data"] if trace["mode"] != "markers"] == [[0.0, 5.0]]
    assert "NaN" not in content
    assert "default-src 'none'" in page
    for told in (curve.points[0].facts_sha256, curve.points[0].day, "gap asked 0.1 %", "Weather is synthetic"):
        assert told in page
