"""Response by contract and by virtual power plant."""

from __future__ import annotations

from dataclasses import replace

from dispatch.report.page import page_of
from dispatch.report.response import blocks_of, response_text
from dispatch.report.scenario import Scenario
from dispatch.schedule.outcome import AggregatorMetrics, ContractMetrics
from tests.report.solved import solved, unsolved, with_metrics

FURNACE = ContractMetrics("furnace", "vpp", 1_200.0, 0.0, 2, 30_000.0, 4_500.0, 0.0, 0.0, 6.0, 250.0, 0.125)
HEATERS = ContractMetrics("heaters", "", 0.0, 800.0, 0, 0.0, 0.0, 0.0, 0.0, 3.5, 300.0, None)
PLANT = AggregatorMetrics("vpp", 1_200.0, 0.0, 2, 34_500.0, 6.0, 250.0, 0.125)
IDLE = AggregatorMetrics("idle", 0.0, 0.0, 0, 0.0)


def responding() -> Scenario:
    return with_metrics(solved(0.05), contracts=(FURNACE, HEATERS), aggregators=(PLANT, IDLE))  # type: ignore[arg-type]


def test_energy_calls_hours_cost_and_share_of_the_cap_stand_in_a_row() -> None:
    contracts, plants = blocks_of(responding())
    assert contracts.names == ("furnace", "heaters")
    assert contracts.rows[0] == ("1,200", "0", "2", "6", "34.5", "250", "12.5")
    assert contracts.rows[1] == ("0", "800", "0", "3.5", "0.0", "300", "-")
    assert (plants.names, plants.rows) == (("vpp",), (("1,200", "0", "2", "6", "34.5", "250", "12.5"),))


def test_the_text_names_grid_scenario_and_contract() -> None:
    lines = response_text([responding()]).splitlines()
    assert "Response by contract 按响应合约" in lines
    assert "Response by virtual power plant 按虚拟电厂" in lines
    (row,) = [line for line in lines if "furnace" in line]
    assert row.split() == ["jibei", "response", "5", "%", "furnace", "1,200", "0", "2", "6", "34.5", "250", "12.5"]
    assert len({len(line) for line in lines if line.startswith(("grid", "jibei"))}) <= 2


def test_nothing_is_shown_where_there_is_no_response() -> None:
    idle = with_metrics(solved(), contracts=(), aggregators=(IDLE,))  # type: ignore[arg-type]
    owing = replace(HEATERS, extra_mwh=0.0, owed_mwh=5.0)
    waiting = with_metrics(solved(), contracts=(owing,), aggregators=())  # type: ignore[arg-type]
    for scenario in (idle, waiting, unsolved()):
        assert blocks_of(scenario) == []
        assert response_text([scenario]) == ""
        assert "按响应合约" not in page_of([scenario])


def test_the_page_has_both_tables_in_both_languages() -> None:
    page = page_of([responding()])
    for text in ("按响应合约", "Response by contract", "按虚拟电厂", "占上限", "of the cap", "furnace", "34.5"):
        assert text in page
