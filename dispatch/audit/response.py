"""
Demand response (需求响应): what a kind of contract may do, when, and how much.

cut = delayed + spared, extra = repaid + advanced + filled, MW; C capacity in season MW; dt length of a step h.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dispatch.audit.evidence import Evidence, belongs, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.case.demand_response import FILL, REDUCE, SHIFT, ContractState
from dispatch.units import ENERGY_MWH, POWER_MW

KIND = Rule("response-kind", "MW", POWER_MW)
CAPACITY = Rule("response-capacity", "MW", POWER_MW)
CAP = Rule("response-cap", "MW", POWER_MW)
AGGREGATOR = Rule("response-aggregator", "MW", POWER_MW)
HOURS = Rule("response-hours", "MW", POWER_MW)
DAILY_ENERGY = Rule("response-daily_energy", "MWh", ENERGY_MWH)

MAY_NOT = {
    REDUCE: ("advanced_mw", "spared_mw", "filled_mw"),
    SHIFT: ("filled_mw",),
    FILL: ("delayed_mw", "repaid_mw", "advanced_mw", "spared_mw"),
}


def kind(e: Evidence) -> Finding:
    """
    A contract does only what its kind may do.

        reduce: delayed, repaid;   shift: delayed, repaid, advanced, spared;   fill: filled
    """
    amount = np.zeros((len(e.inputs.times), len(e.facts.contracts)))
    for which, tables in MAY_NOT.items():
        own = [contract.kind == which for contract in e.facts.contracts]
        amount += own * np.add.reduce([np.abs(e.table(table)) for table in tables])
    return found(KIND, amount, names(e.facts.contracts), e.inputs.times)


def capacity(e: Evidence) -> Finding:
    """
    Cut and extra load together stay within the contract's capacity, which is nothing out of season.

        cut[t] + extra[t] <= C[t]
    """
    amount = cut_mw(e) + extra_mw(e) - e.inputs.contract_mw
    return found(CAPACITY, amount, names(e.facts.contracts), e.inputs.times)


def cap(e: Evidence) -> Finding:
    """
    The contracts of a grid together stay within the scenario's cap, each way.

        sum(cut[t]) <= share x peak,   sum(extra[t]) <= share x peak        of the year, or of the day in the horizon
    """
    members = e.facts.members
    own = np.array([belongs(e.facts.contracts, grid) for grid in members], dtype=float).T
    amount = np.maximum(cut_mw(e) @ own, extra_mw(e) @ own) - e.inputs.response_cap_mw
    return found(CAP, amount, members, e.inputs.times)


def aggregator(e: Evidence) -> Finding:
    """
    The contracts of a virtual power plant (虚拟电厂) together stay within its capacity, each way.

        sum(cut[t]) <= A,   sum(extra[t]) <= A
    """
    aggregators = e.facts.aggregators
    named = [contract.aggregator for contract in e.facts.contracts]
    own = np.array([[name == a.name for a in aggregators] for name in named], dtype=float)
    own = own.reshape(len(named), len(aggregators))
    amount = np.maximum(cut_mw(e) @ own, extra_mw(e) @ own) - numbers(aggregators, "capacity_mw")
    return found(AGGREGATOR, amount, names(aggregators), e.inputs.times)


def hours(e: Evidence) -> Finding:
    """
    A contract fills only in the hours of the day in which it may.

        filled[t] = 0        in any other hour
    """
    amount = e.table("filled_mw").copy()
    for k, contract in enumerate(e.facts.contracts):
        inside = [begin <= time.hour < end for time in e.inputs.times for begin, end in contract.fill_hours_h]
        if contract.fill_hours_h:
            may = np.array(inside).reshape(len(e.inputs.times), -1).any(axis=1)
            amount[may, k] = 0.0
        else:
            amount[:, k] = 0.0
    return found(HOURS, amount, names(e.facts.contracts), e.inputs.times)


def daily_energy(e: Evidence) -> Finding:
    """
    What is cut, and what is filled, in a calendar day (UTC+8) stays within hours at full capacity.

        sum(cut dt) <= hours x capacity - used,   sum(filled dt) <= hours x capacity - used

    What was moved before the first step is used of its day.
    """
    day_of_step = e.inputs.times.normalize()
    days = day_of_step.unique()
    within = (np.asarray(days)[:, None] == np.asarray(day_of_step)[None, :]).astype(float)
    contracts = e.facts.contracts
    allowed = numbers(contracts, "daily_energy_h") * numbers(contracts, "capacity_mw")
    used = [within @ power * e.inputs.step_h for power in (cut_mw(e), e.table("filled_mw"))]
    amount = np.maximum(*used) - allowed
    amount[0] += [state.moved_today_mwh for state in states(e)]
    return found(DAILY_ENERGY, np.where(np.maximum(*used) > 0, amount, 0.0), names(contracts), pd.DatetimeIndex(days))


def cut_mw(e: Evidence) -> np.ndarray:
    """Load taken away by each contract, MW, (T, contracts)."""
    return np.asarray(e.table("delayed_mw") + e.table("spared_mw"))


def extra_mw(e: Evidence) -> np.ndarray:
    """Load added by each contract, MW, (T, contracts)."""
    return np.asarray(e.table("repaid_mw") + e.table("advanced_mw") + e.table("filled_mw"))


def states(e: Evidence) -> list[ContractState]:
    """The state of each contract before the first step; one that is not given owes nothing and is at rest."""
    given = {state.contract: state for state in e.case.contracts}
    return [given.get(contract.name, ContractState(contract.name)) for contract in e.facts.contracts]
