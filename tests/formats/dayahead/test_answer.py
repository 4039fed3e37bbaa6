"""A schedule as a scheduler gets it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

from dispatch.case.case import Case, Limits
from dispatch.formats.dayahead.answer import SHEETS, answer_sheets, write_answer
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Proof, Status
from tests.small import small_case, small_facts


@cache
def solved(step_h: float = 1.0, hours: int = 4) -> tuple[Case, Outcome]:
    facts = small_facts()
    case = small_case(facts, hours=hours, step_h=step_h, response_share=0.05)
    return case, run(case, facts, Limits(gap_share=0.01))


def test_every_table_has_a_row_a_point_named_as_the_caller_names_them() -> None:
    case, outcome = solved()
    sheets = answer_sheets(case, "end", outcome)
    for name, *_ in SHEETS:
        assert [row[0] for row in sheets[name]] == ["point 时点", "01:00", "02:00", "03:00", "04:00"], name
    assert [row[0] for row in answer_sheets(case, "start", outcome)["tie"]][1:] == ["00:00", "01:00", "02:00", "03:00"]


def test_tables_hold_the_schedule_to_the_kw() -> None:
    case, outcome = solved()
    assert outcome.schedule is not None
    sheets = answer_sheets(case, "end", outcome)
    for name, _, _, unit, attribute in SHEETS:
        table = getattr(outcome.schedule, attribute)
        assert sheets[name][0][1:] == [f"{column} [{unit}]" for column in table.columns]
        assert np.allclose([row[1:] for row in sheets[name][1:]], table, atol=5e-4), name


def test_a_curve_of_an_hourly_schedule_repeats_its_means_and_says_so() -> None:
    """Four hours are 16 quarters: 00:15 to 01:00 hold the mean of the first hour, so that energy is kept."""
    case, outcome = solved()
    sheets = answer_sheets(case, "end", outcome)
    curve, hourly = sheets["unit_curve"], sheets["unit_output"]
    assert [row[0] for row in curve[1:5]] == ["00:15", "00:30", "00:45", "01:00"]
    assert curve[-1][0] == "04:00"
    assert [row[1:] for row in curve[1:]] == [row[1:] for row in hourly[1:] for _ in range(4)]
    assert "repeated" in next(row[1] for row in sheets["answer"] if row[0] == "curves")


def test_a_curve_of_a_schedule_by_quarter_hours_is_the_schedule() -> None:
    case, outcome = solved(0.25, 2)
    sheets = answer_sheets(case, "start", outcome)
    assert sheets["tie_curve"] == sheets["tie"]
    assert sheets["unit_curve"] == sheets["unit_output"]


def test_a_curve_of_shorter_steps_takes_their_mean() -> None:
    """Three steps of 5 min make a quarter of an hour."""
    case, outcome = solved(1 / 12, 1)
    assert outcome.schedule is not None
    curve = answer_sheets(case, "end", outcome)["unit_curve"]
    assert [row[0] for row in curve[1:]] == ["00:15", "00:30", "00:45", "01:00"]
    means = outcome.schedule.output_mw.to_numpy().reshape(4, 3, -1).mean(axis=1)
    assert np.allclose([row[1:] for row in curve[1:]], means, atol=1e-3)


def test_the_summary_tells_what_the_answer_is_worth_and_what_to_know() -> None:
    case, outcome = solved()
    assert outcome.metrics is not None
    rows = {row[0]: row[1] for row in answer_sheets(case, "end", outcome, "held by the hour")["answer"]}
    assert rows["status"] == "OPTIMAL"
    assert rows["curtailed_mwh"] == outcome.metrics.total.curtailed_mwh
    assert rows["note"] == "held by the hour"


def test_without_a_schedule_there_is_the_summary_with_its_reason() -> None:
    case, _ = solved()
    none = Outcome(Status.INFEASIBLE, Proof(None, None), reason="no schedule meets the case")
    sheets = answer_sheets(case, "end", none)
    assert list(sheets) == ["answer"]
    assert ["note", "no schedule meets the case", None, "备注：what to know"] in sheets["answer"]


@pytest.mark.parametrize("name", ["schedule.xlsx", "schedule"])
def test_an_answer_is_written_in_the_shape_of_its_question(tmp_path: Path, name: str) -> None:
    case, outcome = solved()
    sheets = answer_sheets(replace(case), "end", outcome)
    write_answer(tmp_path / name, sheets)
    if name.endswith(".xlsx"):
        book = load_workbook(tmp_path / name)
        assert book.sheetnames == [*sheets, "notes"]
        assert book["commitment"]["B2"].value in (0, 1)
    else:
        assert {file.stem for file in (tmp_path / name).iterdir()} == set(sheets)
