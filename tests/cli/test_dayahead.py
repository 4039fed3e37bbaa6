"""From a template to an answer of 96 points, at the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dispatch.__main__ import main
from dispatch.formats.dayahead.template import filled
from dispatch.formats.dayahead.writing import write_dayahead
from dispatch.wire.files import read_case
from tests.cli.grids import known_as_jibei
from tests.small import small_case, small_facts


@pytest.fixture(autouse=True)
def _small_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases of jibei are about the triangle here."""
    known_as_jibei(monkeypatch, small_facts())


@pytest.fixture
def book(tmp_path: Path) -> Path:
    facts = small_facts()
    path = tmp_path / "day.xlsx"
    write_dayahead(path, filled(small_case(facts, hours=4), facts), "end", facts)
    return path


def test_a_template_is_accepted_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = ["case", "new", "--grid", "jibei", "--date", "2030-01-15"]
    assert main([*new, "--format", "xlsx", "--out", str(tmp_path / "day.xlsx")]) == 0
    assert main([*new, "--format", "csv", "--points", "start", "--step", "15min", "--out", str(tmp_path / "day")]) == 0
    assert capsys.readouterr().out == ""
    assert main(["validate", str(tmp_path / "day.xlsx")]) == 0
    assert main(["validate", str(tmp_path / "day")]) == 0
    with (tmp_path / "day" / "load.csv").open(encoding="utf-8-sig") as file:
        points = [row[0] for row in csv.reader(file)][1:]
    assert (len(points), points[0], points[-1]) == (96, "00:00", "23:45")


def test_json_goes_to_stdout_or_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = ["case", "new", "--grid", "jibei", "--date", "2030-01-15"]
    assert main(new) == 0
    told = capsys.readouterr().out
    assert main([*new, "--out", str(tmp_path / "case.json")]) == 0
    assert (tmp_path / "case.json").read_text("utf-8") == told


@pytest.mark.parametrize(
    "more", [["--format", "xlsx"], ["--format", "xlsx", "--out", "day.csv"], ["--format", "csv", "--out", "day.xlsx"]]
)
def test_a_template_without_a_place_is_wrong_usage(more: list[str]) -> None:
    assert main(["case", "new", "--grid", "jibei", "--date", "2030-01-15", *more]) == 2


def test_one_command_takes_a_workbook_to_an_answer_by_quarter_hours(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["solve", str(book), "--refine", "15min", "--out", str(tmp_path / "out")]) == 0
    assert "thermal units on or off by the hour" in capsys.readouterr().out
    answer = load_workbook(tmp_path / "out" / "schedule.xlsx")
    assert [answer["unit_curve"][f"A{r}"].value for r in (2, 17)] == ["00:15", "04:00"]
    assert read_case(tmp_path / "out" / "case.json").horizon.step_count == 16
    assert main(["audit", str(tmp_path / "out")]) == 0


def test_a_refined_answer_is_no_bundle_to_replay(book: Path, tmp_path: Path) -> None:
    """Replaying would decide the commitment anew, by quarter hours: its case and limits do not lead to the answer."""
    out = str(tmp_path / "out")
    assert main(["solve", str(book), "--out", out]) == 0
    assert main(["replay", out]) == 0
    assert main(["solve", str(book), "--refine", "30min", "--out", out]) == 0
    assert main(["replay", out]) == 1


def test_an_answer_to_a_folder_is_a_folder_and_replaces_the_one_before(book: Path, tmp_path: Path) -> None:
    facts = small_facts()
    write_dayahead(tmp_path / "day", filled(small_case(facts, hours=4), facts), "start")
    out = tmp_path / "out"
    assert main(["solve", str(book), "--out", str(out)]) == 0
    assert (out / "schedule.xlsx").exists()
    assert main(["solve", str(tmp_path / "day"), "--out", str(out)]) == 0
    assert not (out / "schedule.xlsx").exists()
    assert (out / "schedule" / "tie.csv").read_text("utf-8-sig").splitlines()[1].startswith("00:00,")


def test_lines_through_hours_are_said_in_the_answer(book: Path, tmp_path: Path) -> None:
    asked = ["solve", str(book), "--refine", "15min", "--quarters", "linear", "--out", str(tmp_path / "out")]
    assert main(asked) == 0
    steps = json.loads((tmp_path / "out" / "outcome.json").read_text("utf-8"))["certificate"]["steps"]
    assert "as lines that keep its mean" in steps[0]


def test_every_flaw_of_a_workbook_is_told_by_its_cell(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = load_workbook(book)
    opened["load"]["B3"], opened["units"]["D2"], opened["wind_sun"]["B4"] = "5,5", 999, "=1"
    opened.save(book)
    assert main(["validate", str(book)]) == 1
    told = [line.removeprefix("dispatch: ").partition(" ")[0] for line in capsys.readouterr().err.splitlines()]
    assert told == ["load!B3", "wind_sun!B4", "units!D2"]
