"""The whole is the sum of its members, whatever the numbers."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.metrics import measured
from tests.metrics.joined import joined_case, joined_facts, random

FACTS = joined_facts()
CASE = joined_case(FACTS)
NOT_ADDITIVE = {
    "grid",
    "utilisation_share",  # a ratio
    "technologies",  # compared one by one
    "contracts",  # of the members, one after another
    "aggregators",
    "storage_technologies",  # of each technology the sum of the members
    "local_consumption_mwh",  # what one member sends the other is export of one and no interface of the other
}


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_energies_costs_and_counts_of_the_members_add_up(seed: int) -> None:
    metrics = measured(CASE, FACTS, random(FACTS, CASE, seed))
    total, members = asdict(metrics.total), [asdict(member) for member in metrics.members]

    for name in set(total) - NOT_ADDITIVE:
        if isinstance(total[name], dict):
            for part in total[name]:
                assert total[name][part] == pytest.approx(sum(m[name][part] for m in members)), part
        else:
            assert total[name] == pytest.approx(sum(m[name] for m in members)), name


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_technologies_add_up_to_all_wind_and_sun(seed: int) -> None:
    metrics = measured(CASE, FACTS, random(FACTS, CASE, seed))
    for area in (metrics.total, *metrics.members):
        assert area.absorbed_mwh == pytest.approx(sum(t.absorbed_mwh for t in area.technologies))
        assert area.available_mwh == pytest.approx(sum(t.available_mwh for t in area.technologies))
        assert area.curtailed_mwh == pytest.approx(sum(t.curtailed_mwh for t in area.technologies))
