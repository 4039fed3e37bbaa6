"""How far response can reach, and which store is which."""

from __future__ import annotations

import pytest

from dispatch.metrics import measured
from tests.metrics.joined import NORTH, SOUTH, STEPS, constant, joined_case, joined_facts


def test_response_reaches_the_cap_or_what_contracts_in_season_can_do() -> None:
    """
    South: 5 % of 400 MW = 20 MW, one contract of 20 MW: reaches 20.

    Jibei: 5 % of 1,000 MW = 50 MW, but 20 MW of irrigation, and valley filling out of season: reaches 20.
    """
    facts = joined_facts()
    case = joined_case(facts)
    metrics = measured(case, facts, constant(facts, case, {}))
    by_grid = {area.grid: (area.response_cap_mw, area.response_reach_mw) for area in metrics.members}

    assert by_grid == {SOUTH: (20, 20), NORTH: (50, 20)}
    assert (metrics.total.response_cap_mw, metrics.total.response_reach_mw) == (70, 40)


def test_pumped_hydro_and_new_type_storage_are_told_apart() -> None:
    facts = joined_facts()
    case = joined_case(facts)
    charge = {"charge_mw": {"pumps": 50, "other_battery": 7, "battery": 3}}
    south = measured(case, facts, constant(facts, case, charge)).members[0]

    assert south.grid == SOUTH
    assert south.pumped_charge_mwh == pytest.approx(50 * STEPS)
    assert south.storage_charge_mwh == pytest.approx(7 * STEPS)
