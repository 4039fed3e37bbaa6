"""The table for a terminal."""

from __future__ import annotations

from dataclasses import replace

from dispatch.report.table import aligned, table_of
from dispatch.schedule.outcome import Slack, Status
from tests.report.solved import solved, unsolved, with_metrics, with_proof


def test_a_scenario_is_a_row_with_its_numbers() -> None:
    changed = with_metrics(
        solved(0.025), available_mwh=12_345.6, absorbed_mwh=9_876.5, utilisation_share=0.8, start_count=3
    )
    row = table_of([with_proof(changed, 1000.0, 998.0)]).splitlines()[3]

    assert row.startswith("jibei  response 2.5 %")
    for text in ("12,346", "9,876", "80.00", " 3 ", "0.200"):
        assert text in row


def test_columns_stand_below_their_headings() -> None:
    lines = table_of([solved(), solved(0.05)]).splitlines()
    end = lines[0].index("absorbed") + len("absorbed")

    assert all(line[end : end + 2].strip() == "" for line in lines[:5])
    assert all(line[end - 1] not in " " for line in lines[2:5])


def test_a_number_that_does_not_exist_is_a_dash_and_the_reason_is_told() -> None:
    lines = table_of([unsolved()]).splitlines()

    assert set(lines[3].split()[4:]) >= {"-"}
    assert "nan" not in lines[3]
    assert lines[4] == "jibei, response 0 %: INFEASIBLE: 420 MW are missing"


def test_a_share_of_nothing_is_a_dash() -> None:
    row = table_of([with_metrics(solved(), utilisation_share=None)]).splitlines()[3]  # type: ignore[arg-type]

    assert " - " in row


def test_the_status_is_shown_with_a_star_where_priced_slack_is_in_use() -> None:
    base = solved()
    assert base.outcome.metrics is not None
    metrics = replace(base.outcome.metrics, slacks=(Slack("reserve_up", "jibei", "t0", 5.0),))
    slack = replace(base, outcome=replace(base.outcome, status=Status.FEASIBLE, metrics=metrics))
    lines = table_of([base, replace(slack, label="other")]).splitlines()

    assert [line.split()[-1] for line in lines[3:5]] == ["OPTIMAL", "FEASIBLE*"]
    assert lines[5:] == [
        "jibei, other: FEASIBLE",
        "* priced slack in use: a line overloaded, a section beyond its limit, a running minimum not kept, "
        "reserve short or a plan left",
        "jibei: compared with response 0 %, its first row",
    ]


def test_a_long_name_goes_on_below_its_row_and_is_not_said_again_in_the_next() -> None:
    """48 characters a line; numbers stand in the first line of their row."""
    long = "response 5 %, plan ±5 %, regulation up 1.5 % of load, carbon at 80 CNY/t"
    body = [["hebei", long, "1.5"], ["hebei", long, "2.0"], ["jibei", "as planned", "3.0"]]
    assert aligned([("grid", ""), ("scenario", ""), ("cost", "M CNY")], body, 2)[3:] == [
        "hebei  response 5 %, plan ±5 %, regulation up 1.5 % of    1.5",
        "       load, carbon at 80 CNY/t",
        "hebei                                                     2.0",
        "jibei  as planned                                         3.0",
    ]
