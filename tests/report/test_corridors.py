"""Corridors: what their loading is."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np

from dispatch.report.corridors import corridor_csv, corridor_rows, corridors_of, members_of, word_of
from dispatch.report.series import Hourly, hourly_of
from tests.report.solved import solved, unsolved


def _with_corridor() -> Hourly:
    hourly = hourly_of(solved(0.05))
    assert hourly is not None
    tags = {"ab": "V1/V2", "ac": "V1"}
    lines = tuple(replace(line, corridor=tags.get(line.name, "")) for line in hourly.facts.lines)
    flow = hourly.schedule.flow_mw.assign(ab=[300.0, -150.0, 0, 0, 0, 0], ac=[0, 60.0, 0, 0, 0, 0])
    return replace(hourly, facts=replace(hourly.facts, lines=lines), schedule=replace(hourly.schedule, flow_mw=flow))


def test_a_corridor_is_as_full_as_its_fullest_line() -> None:
    """V1 is ab and ac, 300 MW each; 300, 150 and 60 MW flow in six hours: mean 510 / (6 * 600) = 14.17 %."""
    found = {c.corridor: c for c in corridors_of(_with_corridor())}

    assert found["V1"].most_loading_share == 1.0
    assert (found["V1"].most_branch, found["V1"].most_at) == ("ab", "2030-01-15 00:00")
    assert found["V1"].full_h == 1.0
    assert np.isclose(found["V1"].mean_loading_share, 510 / 3600)


def test_a_line_of_two_corridors_counts_in_both() -> None:
    found = members_of(_with_corridor())

    assert len(found["jibei", "V1"]) == 2
    assert len(found["jibei", "V2"]) == 1


def test_corridors_are_named_in_both_languages() -> None:
    assert str(word_of("H1")) == "横1 H1, horizontal"
    assert str(word_of("tie")) == "联络线 ties"


def test_the_table_stands_in_a_file_of_its_own() -> None:
    scenario = solved(0.05)
    rows = list(csv.DictReader(io.StringIO(corridor_csv([scenario, unsolved()]))))
    assert [row["scenario"] for row in rows] == [scenario.label] * len(corridor_rows(scenario))
    assert [float(row["rating_mw"]) for row in rows] == [row["rating_mw"] for row in corridor_rows(scenario)]
