"""What a reader is told beside the numbers."""

from __future__ import annotations

from dataclasses import replace

from dispatch.metrics import causes_of
from dispatch.report.findings import DEFECT, NOTE, WARNING, findings_of, lines_of
from dispatch.report.scenario import Scenario, label_of, nested
from dispatch.schedule.outcome import Cost, Penalty, Slack
from tests.report.solved import solved, unsolved, with_metrics, with_proof


def pair(objectives_cny: tuple[float, float], bounds_cny: tuple[float, float]) -> tuple[Scenario, Scenario]:
    """No response and 5 %, with proofs as given and equal metrics."""
    base = with_metrics(solved(), response_cap_mw=0.0, carbon_tco2=0.0)
    case = replace(base.case, response_share=0.05)
    more = replace(base, case=case, label=label_of(case))
    return with_proof(base, objectives_cny[0], bounds_cny[0]), with_proof(more, objectives_cny[1], bounds_cny[1])


def costing(scenario: Scenario, fuel_cny: float) -> Scenario:
    return with_metrics(scenario, cost=Cost(fuel_cny, 0, 0, 0, 0, 0))  # type: ignore[arg-type]


def told(*scenarios: Scenario) -> list[tuple[str, str]]:
    return [(finding.severity, finding.english) for finding in findings_of(scenarios)]


def test_a_cost_that_rises_is_explained_in_numbers() -> None:
    """Fees of 738 k CNY more, 20 k less of fuel; 1,200 k less of curtailment: the objective falls by 482 k."""
    base, more = pair((5_000_000, 4_518_000), (5_000_000, 4_518_000))
    penalty = Penalty(2_000_000, 0, 0, 0)
    base = with_metrics(costing(base, 3_000_000), penalty=penalty)  # type: ignore[arg-type]
    cost, penalty = Cost(2_980_000, 0, 0, 0, 738_000, 0), Penalty(800_000, 0, 0, 0)
    more = with_metrics(more, cost=cost, penalty=penalty)  # type: ignore[arg-type]

    finding = findings_of([base, more])[-1]
    assert finding.severity == NOTE
    assert finding.english == (
        "cost +718 k CNY against response 0 %: response fees +738 k, everything else -20 k; "
        "curtailment at its price -1,200 k, so that the objective falls by 482 k CNY"
    )
    assert "成本较“响应 0 %”+718 k 元：响应费用 +738 k，其余 -20 k" in finding.chinese
    assert "目标函数下降 482 k 元" in finding.chinese


def test_an_objective_that_rises_beyond_the_gaps_is_a_warning() -> None:
    base, more = pair((1000, 1050), (1000, 1045))

    assert (WARNING, "objective moves the unexpected way: +50 CNY against response 0 %") in told(base, more)


def seeking(scenario: Scenario, objective: str) -> Scenario:
    case = replace(scenario.case, objective=objective)
    return replace(scenario, case=case, label=label_of(case))


def test_what_a_mwh_more_absorbed_costs_is_told_where_both_were_solved() -> None:
    """80,000 CNY of cost more for 50 MWh more: 1,600 CNY each; the gaps leave 10 + 20 CNY open."""
    cheap = with_proof(with_metrics(costing(solved(), 100_000), absorbed_mwh=100.0), 110, 100)
    first = seeking(
        with_proof(with_metrics(costing(solved(), 180_000), absorbed_mwh=150.0), 220, 200), "absorption_first"
    )

    words = "50.0 MWh more absorbed for +80 k CNY of cost against response 0 %, 1,600 CNY each (gaps leave 30 CNY open)"
    assert (NOTE, words) in told(cheap, first)
    assert "absorption first" in first.label


def test_what_a_tonne_less_costs_is_told_where_both_were_solved() -> None:
    """30,000 CNY of cost more for 50 t less: 600 CNY each."""
    cheap = with_metrics(costing(solved(), 20_000), carbon_tco2=90.0)
    least = seeking(with_metrics(costing(solved(), 50_000), carbon_tco2=40.0), "co2")

    assert any("50.0 tCO2 less for +30 k CNY" in words and "600 CNY each" in words for _, words in told(cheap, least))


def test_absorption_first_with_more_response_is_no_promise_of_a_lower_cost() -> None:
    """More response absorbs more first, whatever it costs: its objective may rise, and nothing contradicts anything."""
    base, more = (seeking(scenario, "absorption_first") for scenario in pair((1000, 1300), (1000, 1290)))
    assert not list(nested([base, more]))
    assert told(base, more) == []


def test_carbon_that_rises_is_a_note() -> None:
    base, more = pair((1000, 900), (1000, 900))

    found = told(base, with_metrics(more, carbon_tco2=8.0))
    assert (NOTE, "CO2 moves the unexpected way: +8 t against response 0 %") in found


def test_a_change_within_the_gaps_is_said_to_be_untold() -> None:
    """The gaps leave 100 CNY open, 0.2 MWh at 500 CNY/MWh."""
    base, more = pair((1000, 1000), (950, 950))
    ((severity, english),) = told(costing(base, 900), costing(more, 950))

    assert severity == NOTE
    assert "by less than the gaps can tell: cost +50 CNY (gaps leave 100 open)" in english
    assert "absorption +0 MWh (gaps leave 0 open)" in english


def test_absorption_that_falls_beyond_the_gaps_is_named() -> None:
    """The gaps leave 500 CNY open, 1 MWh; 8 MWh less are absorbed and the cost falls, as it should."""
    base, more = pair((10_000, 9_000), (9_750, 8_750))
    base = with_metrics(costing(base, 900_000), absorbed_mwh=100.0)
    more = with_metrics(costing(more, 800_000), absorbed_mwh=92.0)

    assert told(base, more) == [(WARNING, "absorption moves the unexpected way: -8 MWh against response 0 %")]


def test_a_bound_above_a_schedule_of_a_narrower_scenario_is_a_defect() -> None:
    base, more = pair((1000, 1200), (990, 1100))

    assert [severity for severity, _ in told(base, more)].count(DEFECT) == 1


def test_contracts_that_cannot_reach_the_share_are_named_with_what_they_reach() -> None:
    scenario = with_metrics(solved(0.05), response_cap_mw=30.0, response_reach_mw=20.0)

    assert told(scenario) == [(WARNING, "jibei: contracts in season reach 20 MW of the 30 MW allowed")]


def causing(*slacks: Slack) -> Scenario:
    """The solved scenario with these slacks in use."""
    base = solved()
    causes = causes_of(base.case, base.facts, slacks)
    return replace(base, outcome=replace(base.outcome, causes=causes))


def test_slack_in_use_is_told_in_both_languages_with_hours_energy_and_price() -> None:
    """5 and 7.5 MW over an hour each, at 10,000 CNY/MWh: 0.125 million."""
    starred = causing(
        Slack("reserve_up", "jibei", "2030-01-15T17:00+08:00", 5.0),
        Slack("reserve_up", "jibei", "2030-01-15T18:00+08:00", 7.5),
    )
    (finding,) = findings_of([starred])
    assert (finding.severity, finding.is_cause) == (WARNING, True)
    assert finding.english == (
        "reserve: up-reserve short in Jibei: 01-15 17:00-19:00 (2 h), at most 7.5 MW, 12.5 MWh; "
        "at 10,000 CNY/MWh 0.125 M CNY"
    )
    assert finding.chinese == (
        "备用：冀北电网正备用不足：01-15 17:00-19:00（2 小时），最大 7.5 MW，电量 12.5 MWh；"
        "按 10,000 元/MWh 计 0.125 百万元"
    )
    assert lines_of(finding, "jibei: ") == [f"warning: jibei: {finding.english}", f"  原因：{finding.chinese}"]


def test_causes_beyond_a_dozen_are_counted_and_added_up() -> None:
    """Fourteen lines of 1 to 14 MW over an hour at 20,000 CNY: the two least, 1 and 2 MW, cost 0.06 million."""
    lines = tuple(replace(solved().facts.lines[0], name=f"line {k}") for k in range(14))
    base = solved()
    facts = replace(base.facts, lines=lines)
    slacks = tuple(Slack("line_overload", f"line {k}", "2030-01-15T17:00+08:00", k + 1.0) for k in range(14))
    outcome = replace(base.outcome, causes=causes_of(base.case, facts, slacks))
    found = findings_of([replace(base, outcome=outcome)])
    assert len(found) == 13
    assert "line line 13 overloaded" in found[0].english
    assert found[-1].english == "and 2 causes more, 0.060 M CNY in all"
    assert found[-1].chinese == "另有 2 项，合计 0.060 百万元"


def test_an_ending_other_than_optimal_is_told() -> None:
    assert told(unsolved()) == [(WARNING, "ended INFEASIBLE: 420 MW are missing")]


def test_only_scenarios_that_differ_in_what_they_allow_are_compared() -> None:
    base, more = pair((1, 1), (1, 1))
    other_day = replace(more, case=replace(more.case, scales=replace(more.case.scales, load_share=2.0)))

    assert list(nested([more, base])) == [(base, more)]
    assert list(nested([base, other_day])) == []


def test_a_good_scenario_has_nothing_to_be_told() -> None:
    assert told(with_metrics(solved(), response_cap_mw=0.0)) == []
