"""
A good schedule of the triangle of `tests.small`, eight winter hours, decided by hand.

What is decided stands in `DECIDED`; what follows from it is worked out here in plain arithmetic: `coal_1`
balances the load, levels follow from charge and discharge, flows split on the triangle by thirds, and missing
reserve is short. In MW, hour by hour:

                    0      1      2      3      4      5      6      7
    load          550    550    550    550    550    550    550    550
    + response     13     -8    -20      5     10      0      0      0
    + charge       30     20      0      0      0      0      0      0
    - discharge     0      0      0      0      0   16.2  22.71      0
    - wind, sun   140    140    130    125    140    140    140    140
    - import       60     52     60     60     60     60     60     70     plan 60, band 54 to 66
    - gas           0      0     25     35     25      0      0      0     starts in 2, stops in 5
    - coal_2      170    170    170    170    170    170    170    170
    + pumps by unit 0      0     20      0      0      0      0      0     the lake's first unit pumps, then generates
    - lake          0      0      0      0  15.14      0      0      0
    = coal_1      223    200    165    165 149.86  163.8 157.29    170

coal_2 lacks 10 MW to its normal minimum of 180 in every hour, and would need oil below 109.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dispatch.audit.evidence import Evidence
from dispatch.audit.objective import objective_cny
from dispatch.audit.shape import columns_of
from dispatch.case.as_asked import as_asked
from dispatch.case.case import Case, Interchange
from dispatch.case.connection import Connection
from dispatch.case.demand_response import Aggregator
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.network import Section
from dispatch.case.reserve import LARGEST_UNIT
from dispatch.case.security import Security
from dispatch.case.thermal import DeepBand, OilSupport, StartType, UnitState
from dispatch.schedule.outcome import Proof
from dispatch.schedule.schedule import TABLES, Schedule
from tests.small import STORES, lake, product_rules, small_case, small_facts

HOURS = 8
LARGEST_UNIT_MW = 250.0  # coal_1 and coal_2, while they heat
FIXED_RESERVE_MW = 0.03 * 550 + 0.05 * (120 + 20)

Series = list[float]
Edits = Mapping[tuple[str, str], Mapping[int, float]]  # (table, component): {hour: value}


def at(values: Mapping[int, float], otherwise: float = 0.0) -> Series:
    """One value in some hours, another in the rest."""
    return [values.get(hour, otherwise) for hour in range(HOURS)]


DECIDED: Mapping[tuple[str, str], Series] = {
    ("on", "coal_1"): at({}, 1),
    ("on", "coal_2"): at({}, 1),
    ("on", "gas"): at({2: 1, 3: 1, 4: 1}),
    ("output_mw", "coal_2"): at({}, 170),
    ("output_mw", "gas"): at({2: 25, 3: 35, 4: 25}),
    ("curtailed_mw", "wind"): at({2: 10, 3: 10}),
    ("curtailed_mw", "roofs"): at({3: 5}),
    ("charge_mw", "battery"): at({1: 20}),
    ("discharge_mw", "battery"): at({5: 20 * 0.9 * 0.9}),
    ("charge_mw", "pumps"): at({0: 30}),
    ("discharge_mw", "pumps"): at({6: 30 * 0.87 * 0.87}),
    ("charge_mw", "lake"): at({2: 20}),
    ("discharge_mw", "lake"): at({4: 20 * 0.87 * 0.87}),
    ("pumping_count", "lake fixed"): at({2: 1}),
    ("pumping", "lake fixed 1"): at({2: 1}),
    ("generating_count", "lake fixed"): at({4: 1}),
    ("generating", "lake fixed 1"): at({4: 1}),
    ("reserve_up_mw", "lake"): at({3: 5}),
    ("delayed_mw", "factories"): at({2: 10}),
    ("repaid_mw", "factories"): at({3: 5}),
    ("advanced_mw", "irrigation"): at({0: 8}),
    ("spared_mw", "irrigation"): at({1: 8}),
    ("delayed_mw", "irrigation"): at({2: 10}),
    ("repaid_mw", "irrigation"): at({4: 10}),
    ("filled_mw", "cold_stores"): at({0: 5}),
    ("net_import_mw", "import"): at({1: 52, 7: 70}, 60),
    ("under_plan_mw", "import"): at({1: 2}),
    ("over_plan_mw", "import"): at({7: 4}),
    ("reserve_up_mw", "coal_1"): at({}, 20),
    ("reserve_up_mw", "coal_2"): at({}, 40),
    ("reserve_up_mw", "gas"): at({3: 5}),
    ("reserve_up_mw", "battery"): at({}, 20),
    ("reserve_up_mw", "pumps"): at({5: 165}, 175),
    ("reserve_down_mw", "coal_1"): at({}, 20),
    ("reserve_down_mw", "coal_2"): at({}, 10),
    ("reserve_down_mw", "battery"): at({}, 2),
}


@dataclass(frozen=True)
class Solved:
    """A case, its facts, a schedule and its proof: what an audit is asked about."""

    case: Case
    facts: GridFacts
    schedule: Schedule
    proof: Proof


def good_facts() -> GridFacts:
    """The triangle: two coal units and a gas unit that heat, a section, a lake, factories that are called, the rest."""
    facts = small_facts(stores=(*STORES, lake()), sections=(Section("from a", ("ab", "ac"), (), 300.0, 300.0),))
    coal_1, coal_2, gas = facts.units
    types = (StartType(4, 20_000), StartType(8, 25_000), StartType(50, 30_000))  # cold just when it starts, in hour 2
    paid = replace(
        coal_2,
        deep_bands=(DeepBand(180.0, 200.0), DeepBand(160.0, 300.0)),
        oil_support=OilSupport(109.0, 2.0, 7_000.0, 3.0, least_h=2.0, most_h=3.0, apart_h=2.0),
    )
    factories, irrigation, cold_stores = facts.contracts
    terms: dict[str, Any] = {"notice_h": 2.0, "least_call_share": 0.1, "min_event_h": 1.0, "max_event_h": 4.0}
    counts: dict[str, Any] = {"min_rest_h": 1.0, "calls_per_day_count": 2, "calls_per_season_count": 20}
    called = replace(factories, **terms, **counts, call_fee_cny=1_000.0, aggregator="vpp")
    return replace(
        facts,
        units=(coal_1, paid, replace(gas, start_types=types)),
        contracts=(called, replace(irrigation, aggregator="vpp"), cold_stores),
        aggregators=(Aggregator("vpp", "jibei", 100.0),),
        connections=(Connection("shared", ("wind",), ("battery",), 200.0),),
        product_rules=product_rules(),
    )


def good_case(facts: GridFacts, step_h: float = 1.0) -> Case:
    """Eight hours from midnight of 15 January, 5 % response, the plan within 10 %."""
    states = (
        UnitState("coal_1", on=True, hours_h=48, output_mw=200),
        UnitState("coal_2", on=True, hours_h=48, output_mw=170),
        UnitState("gas", on=False, hours_h=48, output_mw=0),
    )
    return small_case(
        facts,
        hours=HOURS,
        step_h=step_h,
        units=states,
        response_share=0.05,
        interchange=Interchange(band_share=0.1),
        security=Security(n_minus_1=True, emergency_share=1.3),
    )


def good(step_h: float = 1.0) -> Solved:
    """The good schedule, with its proof."""
    facts = good_facts()
    case = good_case(facts, step_h)
    schedule = schedule_of(case, facts)
    return Solved(case, facts, schedule, proof_of(case, facts, schedule))


def proof_of(case: Case, facts: GridFacts, schedule: Schedule) -> Proof:
    """The proof of an engine that prices the schedule as the audit does."""
    blank = Proof(None, None)
    objective = objective_cny(Evidence(case, facts, inputs_of(case, facts), schedule, blank))
    return Proof(objective, objective)


def schedule_of(case: Case, facts: GridFacts, decided: Edits | None = None) -> Schedule:
    """All tables, from the decisions as they stand but for `decided`."""
    series = {place: list(values) for place, values in DECIDED.items()}
    for place, changes in (decided or {}).items():
        series[place] = [changes.get(hour, old) for hour, old in enumerate(series.get(place, [0.0] * HOURS))]
    times, steps_an_hour = case.horizon.times, round(1 / case.horizon.step_h)
    tables = {
        table: pd.DataFrame(0.0, index=times, columns=list(columns))
        for table, columns in columns_of(facts, inputs_of(case, facts).product_mw).items()
    }
    for (table, component), values in series.items():
        tables[table][component] = np.repeat(np.array(values, dtype=float), steps_an_hour)
    _follow_state(tables, case)
    _follow_calls(tables, facts)
    _balance(tables, case, facts)
    _flow(tables, case, facts)
    _follow_output(tables)
    needed = {"short_up_mw": LARGEST_UNIT_MW, "short_down_mw": FIXED_RESERVE_MW}
    for table, needed_mw in needed.items():
        held = tables[table.replace("short", "reserve")].sum(axis=1)
        tables[table]["jibei"] = np.maximum(needed_mw - held, 0.0)
    schedule = Schedule(step_h=case.horizon.step_h, **{name: tables[name] for name in TABLES})
    return telling_required(schedule, case, facts)


def telling_required(schedule: Schedule, case: Case, facts: GridFacts) -> Schedule:
    """The schedule, telling what a case requires of reserve, and what products lack; the largest unit asks up too."""
    facts = as_asked(case, facts)
    inputs = inputs_of(case, facts)
    largest = (inputs.output_max_mw * schedule.on.to_numpy()).max(axis=1) * facts.reserve_rules[0].largest_unit
    up, down = inputs.reserve_up_mw[:, 0], inputs.reserve_down_mw[:, 0]
    told: dict[str, Any] = {
        "required_up_mw": np.maximum(up, largest),
        "required_down_mw": down,
        "up_decided_by": np.where(largest > up, LARGEST_UNIT, inputs.up_decided_by[:, 0]),
        "down_decided_by": inputs.down_decided_by[:, 0],
    }
    for product, required in inputs.product_mw.items():
        told[f"required_{product}_mw"] = required[:, 0]
        held = getattr(schedule, f"{product}_mw").sum(axis=1).to_numpy()
        told[f"short_{product}_mw"] = np.maximum(required[:, 0] - held, 0.0)
    told = {name: pd.DataFrame({"jibei": values}, index=schedule.on.index) for name, values in told.items()}
    return replace(schedule, **told)


def added(schedule: Schedule, amounts: Edits) -> Schedule:
    """A schedule with amounts added to some entries, and nothing else following from it."""
    for (table, component), by_hour in amounts.items():
        changed = getattr(schedule, table).copy()
        for hour, amount in by_hour.items():
            changed.iloc[hour, changed.columns.get_loc(component)] += amount
        schedule = replace(schedule, **{table: changed})
    return schedule


def _follow_state(tables: dict[str, pd.DataFrame], case: Case) -> None:
    """Starts and stops from on and off; levels from charge and discharge at 90 % and 87 % each way."""
    before = tables["on"].shift(1)
    before.iloc[0] = [float(state.on) for state in case.units]
    tables["started"] = (tables["on"] - before).clip(lower=0)
    tables["stopped"] = (before - tables["on"]).clip(lower=0)
    for store, efficiency, start_mwh in (("battery", 0.9, 60.0), ("pumps", 0.87, 400.0), ("lake", 0.87, 50.0)):
        into = tables["charge_mw"][store] * efficiency - tables["discharge_mw"][store] / efficiency
        tables["level_mwh"][store] = start_mwh + into.cumsum() * case.horizon.step_h


def _follow_calls(tables: dict[str, pd.DataFrame], facts: GridFacts) -> None:
    """Events from what is cut or filled; at rest before the first hour."""
    for contract in facts.contracts:
        if contract.has_calls:
            delayed, spared, filled = (tables[f"{name}_mw"][contract.name] for name in ("delayed", "spared", "filled"))
            called = (delayed + spared + filled > 0).astype(float)
            tables["called"][contract.name] = called
            tables["call_started"][contract.name] = (called - called.shift(1, fill_value=0.0)).clip(lower=0)


def _balance(tables: dict[str, pd.DataFrame], case: Case, facts: GridFacts) -> None:
    """Wind and sun less what is curtailed; coal_1 gives what is then missing."""
    inputs = inputs_of(case, facts)
    tables["injected_mw"] = -(tables["curtailed_mw"] - inputs.available_mw)
    missing = inputs.load_mw.sum(axis=1) - _cut_mw(tables).sum(axis=1)
    missing += tables["charge_mw"].sum(axis=1) - tables["discharge_mw"].sum(axis=1)
    missing -= tables["injected_mw"].sum(axis=1) + tables["net_import_mw"].sum(axis=1)
    tables["output_mw"]["coal_1"] = missing - tables["output_mw"][["coal_2", "gas"]].sum(axis=1)


def _flow(tables: dict[str, pd.DataFrame], case: Case, facts: GridFacts) -> None:
    """
    Flows on three lines of equal reactance: each carries a third of the difference of its ends.

        ab = (A - B) / 3,   bc = (B - C) / 3,   ac = (A - C) / 3        A, B, C: what each bus gives, in all 0
    """
    load = inputs_of(case, facts).load_mw
    output, injected, cut = tables["output_mw"], tables["injected_mw"], _cut_mw(tables)
    discharge = tables["discharge_mw"] - tables["charge_mw"]
    imported, spur = tables["net_import_mw"]["import"], load[:, 3]
    half = cut["irrigation"] / 2
    at_a = output["coal_1"] + output["coal_2"] + discharge["pumps"] + discharge["lake"] + imported
    at_a += half + cut["cold_stores"] - load[:, 0]
    at_b = output["gas"] + injected["roofs"] + half + cut["factories"] - load[:, 1]
    at_c = injected["wind"] + discharge["battery"] - load[:, 2] - spur
    flow = {
        "ab": (at_a - at_b) / 3,
        "bc": (at_b - at_c) / 3,
        "ac": (at_a - at_c) / 3,
        "tie": imported,
        "cd": spur,
    }
    for branch, flow_mw in flow.items():
        tables["flow_mw"][branch] = flow_mw


def _follow_output(tables: dict[str, pd.DataFrame]) -> None:
    """What coal_2 lacks to 180 MW, and oil below 109 MW, 2 t an hour."""
    output, on = tables["output_mw"]["coal_2"], tables["on"]["coal_2"] > 0
    tables["below_normal_mw"]["coal_2"] = (180 - output).clip(lower=0) * on
    tables["oil_support"]["coal_2"] = ((output < 109) & on).astype(float)
    tables["oil_t_per_h"]["coal_2"] = 2 * tables["oil_support"]["coal_2"]


def _cut_mw(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Load taken away less load added by each contract."""
    cut = tables["delayed_mw"] + tables["spared_mw"]
    return cut - tables["repaid_mw"] - tables["advanced_mw"] - tables["filled_mw"]
