"""How long and how far contracts and virtual power plants are used."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.case.demand_response import Aggregator
from dispatch.metrics import measured
from tests.metrics.joined import NORTH, SOUTH, constant, joined_case, joined_facts


def test_hours_power_and_share_of_the_cap_of_contracts_and_of_their_plant() -> None:
    """
    Four hours. Hebei South may move 5 % of 400 MW, 20, Jibei 5 % of 1,000, 50. factories cut 8 MW throughout: 40 %.
    wells cut 10 in the first two hours and add 15 in the last: 15 MW at most, 30 %, in three hours.
    """
    facts = joined_facts()
    facts = replace(
        facts,
        contracts=tuple(replace(c, aggregator="vpp") if c.name == "wells" else c for c in facts.contracts),
        aggregators=(Aggregator("vpp", NORTH, 100.0), Aggregator("idle", SOUTH, 100.0)),
    )
    case = joined_case(facts)
    schedule = constant(facts, case, {"delayed_mw": {"factories": 8.0}})
    delayed, repaid = schedule.delayed_mw.copy(), schedule.repaid_mw.copy()
    delayed["wells"], repaid["wells"] = [10.0, 10.0, 0.0, 0.0], [0.0, 0.0, 0.0, 15.0]
    metrics = measured(case, facts, replace(schedule, delayed_mw=delayed, repaid_mw=repaid)).total

    used = {m.contract: (m.hours_h, m.most_mw, m.cap_share) for m in metrics.contracts}
    assert list(used) == ["factories", "wells"]
    assert used["factories"] == pytest.approx((4.0, 8.0, 0.4))
    assert used["wells"] == pytest.approx((3.0, 15.0, 0.3))
    plants = {m.aggregator: (m.hours_h, m.most_mw, m.cap_share) for m in metrics.aggregators}
    assert plants["vpp"] == pytest.approx((3.0, 15.0, 0.3))
    assert plants["idle"] == (0.0, 0.0, None)


def test_no_cap_leaves_no_share_of_it() -> None:
    facts = joined_facts()
    case = replace(joined_case(facts), response_share=0.0)
    schedule = constant(facts, case, {"delayed_mw": {"factories": 8.0}})
    (contract,) = measured(case, facts, schedule).total.contracts
    assert (contract.most_mw, contract.cap_share) == (8.0, None)
