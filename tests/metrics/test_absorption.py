"""Who exports to whom, and whose wind and sun it is."""

from __future__ import annotations

import pytest

from dispatch.metrics import measured
from dispatch.schedule.outcome import GridMetrics
from tests.metrics.joined import NORTH, SOUTH, STEPS, Values, constant, joined_case, joined_facts
from tests.small import WINTER_DAY, one_bus_facts, small_case, unit


def _measured(values: Values) -> dict[str, GridMetrics]:
    facts = joined_facts()
    case = joined_case(facts)
    metrics = measured(case, facts, constant(facts, case, values))
    return {area.grid: area for area in (metrics.total, *metrics.members)}


def test_flow_between_the_members_is_exported_by_one_and_stays_inside_the_whole() -> None:
    """Lines bc (from South) carries -60, ac (from South) -10: Jibei exports 70 MW; 4 h = 280 MWh."""
    by_grid = _measured({"flow_mw": {"bc": -60, "ac": -10, "ab": 40, "cd": 10}})

    assert by_grid[NORTH].net_export_mwh == pytest.approx(70 * STEPS)
    assert by_grid[SOUTH].net_export_mwh == pytest.approx(-70 * STEPS)
    assert by_grid["hebei"].net_export_mwh == pytest.approx(0)


def test_an_interface_is_counted_once_wherever_it_sits() -> None:
    """The tie brings 30 MW over its line to South; the other takes 20 MW from bus c itself: 10 MW come in."""
    by_grid = _measured({"flow_mw": {"tie": 30}, "net_import_mw": {"tie": 30, "direct": -20}})

    assert by_grid[SOUTH].net_export_mwh == pytest.approx(-30 * STEPS)
    assert by_grid[NORTH].net_export_mwh == pytest.approx(20 * STEPS)
    assert by_grid["hebei"].net_export_mwh == pytest.approx(-10 * STEPS)


def test_an_export_carries_wind_and_sun_in_the_share_of_what_is_generated() -> None:
    """Jibei: 60 MW wind, 30 gas, 10 battery; 40 MW leave, of which 40 x 60/100 = 24 are wind: 36 stay."""
    by_grid = _measured(
        {
            "injected_mw": {"wind": 60},
            "output_mw": {"gas": 30},
            "on": {"gas": 1},
            "discharge_mw": {"battery": 10},
            "flow_mw": {"bc": -40},
        }
    )
    assert by_grid[NORTH].local_consumption_mwh == pytest.approx(36 * STEPS)


def test_renewable_import_is_what_the_interfaces_bring_and_never_more_than_stays() -> None:
    """
    The tie brings 30 MW, half renewable; South passes 20 MW on to Jibei: 10 MW stay, so 10 and not 15 count.

    Jibei takes 20 MW over a line, which is no interface: no share of it is known, nothing counts.
    """
    by_grid = _measured({"net_import_mw": {"tie": 30}, "flow_mw": {"tie": 30, "ac": 20}})

    assert by_grid[SOUTH].local_consumption_mwh == pytest.approx(10 * STEPS)
    assert by_grid[NORTH].local_consumption_mwh == pytest.approx(0)
    assert by_grid["hebei"].local_consumption_mwh == pytest.approx(15 * STEPS)


def test_utilisation_is_summed_before_it_is_divided() -> None:
    """Jibei 100 of 100 MW, South 25 of 50 MW: 125/150, not the mean of 1 and 1/2."""
    by_grid = _measured({"injected_mw": {"wind": 100, "roofs": 25}, "curtailed_mw": {"roofs": 25}})

    assert by_grid[NORTH].utilisation_share == pytest.approx(1)
    assert by_grid[SOUTH].utilisation_share == pytest.approx(0.5)
    assert by_grid["hebei"].utilisation_share == pytest.approx(125 / 150)


def test_where_nothing_was_available_there_is_no_utilisation() -> None:
    facts = one_bus_facts(unit("coal"), load_mw=150.0)
    case = small_case(facts, hours=STEPS, start=WINTER_DAY)
    schedule = constant(facts, case, {"on": {"coal": 1}, "output_mw": {"coal": 150}})

    total = measured(case, facts, schedule).total
    assert total.utilisation_share is None
    assert total.technologies == ()
