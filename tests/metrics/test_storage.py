"""Storage by technology, worked by hand on the good schedule of `tests.audit.good`."""

from __future__ import annotations

import pytest

from dispatch.metrics import measured
from dispatch.schedule.outcome import StorageMetrics
from tests.audit.good import good
from tests.metrics.joined import joined_case, joined_facts, random


@pytest.fixture(scope="module")
def by_technology() -> dict[str, StorageMetrics]:
    solved = good()
    total = measured(solved.case, solved.facts, solved.schedule).total
    return {use.technology: use for use in total.storage_technologies}


def test_a_battery_that_takes_20_mwh_makes_a_quarter_of_a_cycle(by_technology: dict[str, StorageMetrics]) -> None:
    """20 MWh in, 18 in the store, 16.2 out: 3.8 lost, 16.2 * 50 CNY of wear, 18 of 80 MWh."""
    use = by_technology["li_ion"]
    assert (use.power_mw, use.usable_mwh) == (40.0, 80.0)
    assert (use.charge_mwh, use.discharge_mwh, use.lost_mwh) == pytest.approx((20.0, 16.2, 3.8))
    assert use.wear_cny == pytest.approx(16.2 * 50)
    assert use.cycle_count == use.daily_cycle_count == pytest.approx(18 / 80)


def test_cycles_a_day_are_those_of_the_busiest_plant(by_technology: dict[str, StorageMetrics]) -> None:
    """Pumps 30 * 0.87 of 800 MWh, lake 20 * 0.87 of 100: together 43.5 of 900."""
    use = by_technology["pumped_hydro"]
    assert use.cycle_count == pytest.approx(43.5 / 900)
    assert use.daily_cycle_count == pytest.approx(17.4 / 100)


def test_of_two_grids_each_technology_is_the_sum_of_both() -> None:
    facts = joined_facts()
    case = joined_case(facts)
    metrics = measured(case, facts, random(facts, case, 7))
    for use in metrics.total.storage_technologies:
        parts = [m for g in metrics.members for m in g.storage_technologies if m.technology == use.technology]
        for name in ("power_mw", "usable_mwh", "charge_mwh", "discharge_mwh", "lost_mwh", "wear_cny"):
            assert getattr(use, name) == pytest.approx(sum(getattr(part, name) for part in parts)), name
        assert use.daily_cycle_count == max(part.daily_cycle_count for part in parts)
