"""
Faults planted in the good schedule, each of them breaking one rule and no other.

`decided` changes a decision, and everything that follows from it follows; `added` changes entries of the
finished tables; `case` and `facts` change what was asked, so that the schedule is one that forgot it. The
objective is right for each of them, but where the fault is the objective.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from dispatch.case.case import Case, Prices, ProductAsked, Reserve, ReserveSeries, Scales
from dispatch.case.connection import Connection
from dispatch.case.demand_response import HANDED_OVER, ContractState, Parcel, ResponseTerms
from dispatch.case.facts import GridFacts
from dispatch.case.heat import EXTRACTION, Heat, HeatForecast, HeatRegion, HeatStore
from dispatch.case.interchange import TieRamp
from dispatch.case.losses import Losses
from dispatch.case.renewable import AvailableForecast
from dispatch.case.thermal import MustRun, NoStart, Outage, RunningMinimum, StartLimit, ThermalUnit, UnitState
from dispatch.schedule.outcome import Aim, Proof
from dispatch.schedule.schedule import Schedule
from tests.audit.good import HOURS, Edits, Solved, added, good_case, good_facts, proof_of, schedule_of, telling_required
from tests.small import WINTER_DAY


@dataclass(frozen=True)
class Fault:
    """What is wrong, and the one rule that must say so."""

    rule: str
    story: str
    decided: Edits = field(default_factory=dict)
    added: Edits = field(default_factory=dict)
    case: Callable[[Case], Case] = lambda case: case
    facts: Callable[[GridFacts], GridFacts] = lambda facts: facts
    schedule: Callable[[Schedule], Schedule] = lambda schedule: schedule
    proof: Callable[[Proof], Proof] = lambda proof: proof

    def __str__(self) -> str:
        return f"{self.rule}: {self.story}"


def planted(fault: Fault) -> Solved:
    """The good schedule with a fault in it."""
    facts = good_facts()
    case = good_case(facts)
    asked = fault.case(case)
    decided_for = asked if fault.rule.startswith("thermal") or asked.reserve.products else case
    schedule = schedule_of(decided_for, facts, fault.decided)
    case, facts = fault.case(case), fault.facts(facts)
    schedule = added(telling_required(schedule, case, facts), fault.added)
    proof = fault.proof(proof_of(case, facts, schedule))
    return Solved(case, facts, fault.schedule(schedule), proof)


def coal_2_heats(facts: GridFacts, **limits: Any) -> GridFacts:
    """The facts with a heat load on coal_2: 100 MW at most, 1 MW of power a MW at the back-pressure edge."""
    region = HeatRegion(EXTRACTION, design_heat_mw=100.0, back_pressure_share=1.0)
    units = tuple(replace(u, heat_region=region, **limits) if u.name == "coal_2" else u for u in facts.units)
    return replace(facts, units=units)


def heat_in_hour_5(share: float) -> Heat:
    """0.8 of the heat of the plant in every hour but 5."""
    return Heat(forecasts=(HeatForecast("heat", tuple(share if t == 5 else 0.8 for t in range(HOURS))),))


def with_tank(case: Case) -> Case:
    """A heat load of 80 MW for coal_2, beside a store of 200 MWh, half full, and 50 MW each way."""
    return replace(case, heat=Heat(scale_share=0.8, stores=(HeatStore("heat", 200.0, 50.0, 50.0),)))


def on_tank(facts: GridFacts) -> GridFacts:
    """Coal_2 alone carries the heat load of its plant."""
    return replace(coal_2_heats(facts, output_max_mw=250.0), running_minimums=(RunningMinimum("heat", 1),))


def heat_flows(**changes: Mapping[int, float]) -> Callable[[Schedule], Schedule]:
    """Coal_2 gives the 80 MW, and nothing moves; but for what is added, by table and hour."""

    def flow(schedule: Schedule) -> Schedule:
        tables: dict[str, Any] = {}
        for name, value in {"heat": 80.0, "charge": 0.0, "discharge": 0.0, "level": 100.0, "short": 0.0}.items():
            column = "coal_2" if name == "heat" else "heat"
            told = pd.DataFrame({column: [value + changes.get(name, {}).get(t, 0.0) for t in range(HOURS)]})
            table_name = {"heat": "heat_mw", "level": "heat_level_mwh"}.get(name, f"heat_{name}_mw")
            tables[table_name] = told.set_index(schedule.on.index)
        return replace(schedule, **tables)

    return flow


def tank(rule: str, story: str, **changes: Mapping[int, float]) -> Fault:
    """A fault of a plant with a heat store."""
    return Fault(rule, story, case=with_tank, facts=on_tank, schedule=heat_flows(**changes))


def gas_was(on: bool, hours_h: float, output_mw: float) -> Callable[[Case], Case]:
    """The gas unit was in another state before the first hour."""
    return unit_was(UnitState("gas", on, hours_h, output_mw))


def unit_was(state: UnitState) -> Callable[[Case], Case]:
    """A unit was in another state before the first hour."""
    return lambda case: replace(case, units=tuple(state if s.unit == state.unit else s for s in case.units))


def changed(part: str, name: str, **changes: Any) -> Callable[[GridFacts], GridFacts]:
    """One component of the facts is another."""

    def change(facts: GridFacts) -> GridFacts:
        components = getattr(facts, part)
        new: Any = tuple(replace(c, **changes) if c.name == name else c for c in components)
        return replace(facts, **{part: new})

    return change


def ruled(**changes: Any) -> Callable[[GridFacts], GridFacts]:
    """The grid has another reserve rule."""
    return lambda facts: replace(facts, reserve_rules=tuple(replace(r, **changes) for r in facts.reserve_rules))


def erring(**changes: Any) -> Callable[[GridFacts], GridFacts]:
    """Another rule, and errors drawn: a fifth of wind and sun, a tenth of load, to either side in every second hour."""
    errors = np.array([[0.2, 0.2, 0.1], [-0.2, -0.2, -0.1]])
    return lambda facts: replace(ruled(**changes)(facts), year=replace(facts.year, error_share={"jibei": errors}))


def asked(**series: float) -> Callable[[Case], Case]:
    """The case asks for reserve in MW."""
    by_direction = {name: (value,) * HOURS for name, value in series.items()}
    return lambda case: replace(case, reserve=Reserve(series=(ReserveSeries("jibei", **by_direction),)))


def seeking(objective: str) -> Callable[[Case], Case]:
    """The case seeks something before the cost."""
    return lambda case: replace(case, objective=objective)


def table(name: str, change: Callable[[Any], Any]) -> Callable[[Schedule], Schedule]:
    """One table of the schedule is another."""
    return lambda schedule: replace(schedule, **{name: change(getattr(schedule, name))})


def gas(table_name: str, by_hour: Mapping[int, float]) -> Edits:
    """A decision on the gas unit."""
    return {(table_name, "gas"): by_hour}


def was(name: str, **state: Any) -> Callable[[Case], Case]:
    """A contract was in another state before the first hour."""
    return lambda case: replace(case, contracts=(*case.contracts, ContractState(name, **state)))


def handing_over(case: Case) -> Case:
    """What is owed when the horizon ends is handed over."""
    return replace(case, response=ResponseTerms(backlog=HANDED_OVER))


GAS_OFF: Edits = {
    ("on", "gas"): dict.fromkeys((2, 3, 4), 0.0),
    ("output_mw", "gas"): dict.fromkeys((2, 3, 4), 0.0),
    ("reserve_up_mw", "gas"): {3: 0.0},
}
SIX, EIGHT = WINTER_DAY + timedelta(hours=6), WINTER_DAY + timedelta(hours=8)
THREE, FOUR = WINTER_DAY + timedelta(hours=3), WINTER_DAY + timedelta(hours=4)

SHAPE = (
    Fault("schedule-shape", "a level is no number", added={("level_mwh", "battery"): {3: float("nan")}}),
    Fault("schedule-shape", "a flow is infinite", added={("flow_mw", "ab"): {3: float("inf")}}),
    Fault("schedule-shape", "a slack is negative", added={("under_plan_mw", "import"): {3: -5}}),
    Fault("schedule-shape", "a column is missing", schedule=table("output_mw", lambda t: t.drop(columns="gas"))),
    Fault("schedule-shape", "columns changed places", schedule=table("on", lambda t: t[t.columns[::-1]])),
    Fault("schedule-shape", "the last hour is missing", schedule=table("on", lambda t: t.iloc[:-1])),
    Fault(
        "schedule-shape",
        "hours are shifted",
        schedule=table("on", lambda t: t.set_axis(t.index.shift(1, "h"))),
    ),
    Fault(
        "schedule-shape",
        "words in a table",
        schedule=table("on", lambda t: t.astype(object).replace(1, "on")),
    ),
    Fault("schedule-shape", "another step", schedule=lambda s: replace(s, step_h=0.5)),
)

THERMAL = (
    Fault("thermal-logic", "a start without coming on", added={("started", "gas"): {6: 1}}),
    Fault("thermal-logic", "a stop that did not happen", added={("stopped", "gas"): {5: -1}}),
    Fault(
        "thermal-logic",
        "0.7 on for an hour, with its 0.3 of a stop and of a start",
        added={("on", "gas"): {3: -0.3}, ("stopped", "gas"): {3: 0.3}, ("started", "gas"): {4: 0.3}},
    ),
    Fault(
        "thermal-logic",
        "start and stop at once",
        added={(t, "coal_2"): {3: 1} for t in ("started", "stopped")},
    ),
    Fault(
        "thermal-minimum_up_time",
        "gas stops after two hours of three",
        decided={
            ("on", "gas"): {4: 0},
            ("output_mw", "gas"): {3: 25, 4: 0},
            ("reserve_up_mw", "gas"): {3: 0},
        },
    ),
    Fault(
        "thermal-minimum_up_time",
        "gas, on for one hour before, stops at once",
        decided=GAS_OFF,
        case=gas_was(True, 1, 25),
    ),
    Fault(
        "thermal-minimum_down_time",
        "gas starts again after one hour of four",
        decided={("on", "gas"): {6: 1, 7: 1}, ("output_mw", "gas"): {6: 25, 7: 25}},
    ),
    Fault("thermal-minimum_down_time", "gas, off for one hour before, starts in 2", case=gas_was(False, 1, 0)),
    Fault("thermal-output_limits", "gas gives 10 MW while off", decided=gas("output_mw", {6: 10})),
    Fault("thermal-output_limits", "gas gives 10 MW of at least 20", decided=gas("output_mw", {3: 10})),
    Fault(
        "thermal-output_limits",
        "coal_1 gives 283 MW of at most 250 while it heats",
        decided={("output_mw", "coal_2"): {0: 110}, ("reserve_up_mw", "coal_1"): {0: 0}},
    ),
    Fault(
        "thermal-heat_region",
        "coal_2 gives 170 MW in the hour 5 of all its heat, whose floor is 180; it is 160 at 0.8",
        decided={("reserve_down_mw", "coal_2"): {5: 0}},
        case=lambda case: replace(case, heat=heat_in_hour_5(1.0)),
        facts=lambda facts: coal_2_heats(facts, heating_output_min_mw=180.0, heating_output_max_mw=235.0),
    ),
    Fault(
        "thermal-heat_region",
        "coal_2 gives 170 MW in the hour 5 of all its heat, whose ceiling is 165; it is 192 at 0.8",
        decided={("reserve_up_mw", "coal_2"): {5: 0, **dict.fromkeys((0, 1, 2, 3, 4, 6, 7), 20)}},
        case=lambda case: replace(case, heat=heat_in_hour_5(1.0)),
        facts=lambda facts: coal_2_heats(facts, heating_output_min_mw=100.0, heating_output_max_mw=165.0),
    ),
    Fault("thermal-start_stop_ramps", "gas starts at 40 MW of 30", decided=gas("output_mw", {2: 40})),
    Fault("thermal-start_stop_ramps", "gas stops from 40 MW of 30", decided=gas("output_mw", {4: 40})),
    Fault(
        "thermal-start_stop_ramps",
        "gas stops in the first hour from 60 MW of 30",
        decided=GAS_OFF,
        case=gas_was(True, 48, 60),
    ),
    Fault("thermal-ramps", "gas rises and falls 35 MW in an hour of 20", decided=gas("output_mw", {3: 60})),
    Fault(
        "thermal-ramps",
        "coal_1 rises 163 MW from the hour before",
        case=unit_was(UnitState("coal_1", on=True, hours_h=48, output_mw=60)),
    ),
    Fault(
        "thermal-must_run",
        "gas was to run from 6 to 8",
        case=lambda case: replace(case, must_run=(MustRun("gas", SIX, EIGHT),)),
    ),
    Fault(
        "thermal-in_service",
        "gas is out of service from 3 to 4",
        case=lambda case: replace(case, outages=(Outage("gas", THREE, FOUR),)),
    ),
    Fault(
        "thermal-output_limits",
        "gas gives 35 MW from 3 to 4, where it is derated to 30",
        decided=gas("reserve_up_mw", {3: 0}),
        case=lambda case: replace(case, outages=(Outage("gas", THREE, FOUR, 30.0),)),
    ),
    Fault(
        "thermal-no_start",
        "gas starts in 2, and may not from 2 to 4",
        case=lambda case: replace(case, no_start=(NoStart("gas", THREE - timedelta(hours=1), FOUR),)),
    ),
    Fault(
        "thermal-starts",
        "gas starts once, and may not in a day",
        case=lambda case: replace(case, start_limits=(StartLimit(plant="heat", per_day_count=0),)),
    ),
    Fault(
        "thermal-starts",
        "gas starts once in the horizon; its own limit goes before that of its class",
        case=lambda case: replace(
            case,
            start_limits=(StartLimit(unit="gas", horizon_count=0), StartLimit("gas_100", horizon_count=1)),
        ),
    ),
    Fault(
        "thermal-starts",
        "gas starts once, and had its two starts of the week before",
        case=lambda case: replace(
            case,
            start_limits=(StartLimit(unit="gas", per_week_count=2),),
            units=tuple(replace(s, starts_this_week_count=2) if s.unit == "gas" else s for s in case.units),
        ),
    ),
    Fault(
        "thermal-running_minimum",
        "all three units of the plant were to run",
        facts=lambda facts: replace(facts, running_minimums=(RunningMinimum("heat", 3),)),
    ),
)


HEAT = (
    tank("heat-load", "10 MW of heat are missing", heat={3: -10}),
    tank("heat-load", "they are told to be short, which has no price", heat={3: -10}, short={3: 10}),
    tank("heat-store_level", "5 MWh from nowhere", level=dict.fromkeys(range(3, HOURS), 5.0)),
    tank("heat-store_limits", "it ends 1 MWh lower than it began", heat={7: -1}, discharge={7: 1}, level={7: -1}),
    tank(
        "heat-store_limits",
        "it gives 60 MW of at most 50, and takes them back by 20",
        heat={3: -60, 4: 20, 5: 20, 6: 20},
        discharge={3: 60},
        charge={4: 20, 5: 20, 6: 20},
        level={3: -60, 4: -40, 5: -20},
    ),
)


def coal_2_at_105_in(*hours: int) -> Edits:
    """Below its oil line of 109 MW, with oil support."""
    return {("output_mw", "coal_2"): dict.fromkeys(hours, 105), ("reserve_down_mw", "coal_2"): dict.fromkeys(hours, 0)}


DEEP = (
    Fault("thermal-below_normal", "5 MW more than there were", added={("below_normal_mw", "coal_2"): {3: 5}}),
    Fault("thermal-below_normal", "nothing is said of 10 MW", added={("below_normal_mw", "coal_2"): {3: -10}}),
    Fault(
        "thermal-oil_support",
        "170 MW without oil, which is needed below 175",
        facts=lambda facts: replace(facts, units=tuple(_oil_below(175.0, u) for u in facts.units)),
    ),
    Fault(
        "thermal-oil_support",
        "oil at 170 MW",
        added={("oil_support", "coal_2"): {3: 1, 4: 1}, ("oil_t_per_h", "coal_2"): {3: 2, 4: 2}},
    ),
    Fault("thermal-oil_support", "oil in a unit that has none", added={("oil_support", "gas"): {3: 1}}),
    Fault("thermal-oil_rate", "a tonne from nowhere", added={("oil_t_per_h", "coal_2"): {3: 1}}),
    Fault("thermal-oil_least_time", "one hour of two", decided=coal_2_at_105_in(3)),
    Fault(
        "thermal-oil_least_time",
        "with oil for one hour before, and not in the first",
        case=unit_was(UnitState("coal_2", on=True, hours_h=48, output_mw=105, oil_hours_h=1)),
    ),
    Fault("thermal-oil_most_time", "four hours of three", decided=coal_2_at_105_in(3, 4, 5, 6)),
    Fault(
        "thermal-oil_most_time",
        "with oil for three hours of three before, and on",
        decided={("output_mw", "coal_2"): {0: 145}, ("reserve_up_mw", "coal_1"): {0: 0}},
        case=unit_was(UnitState("coal_2", on=True, hours_h=48, output_mw=140, oil_hours_h=3)),
        facts=lambda facts: replace(facts, units=tuple(_oil_below(150.0, u) for u in facts.units)),
        added={("oil_support", "coal_2"): {0: 1}, ("oil_t_per_h", "coal_2"): {0: 2}},
    ),
    Fault("thermal-oil_apart", "an hour apart, of two", decided=coal_2_at_105_in(2, 3, 5, 6)),
    Fault(
        "thermal-oil_apart",
        "without oil for one hour before",
        decided=coal_2_at_105_in(2, 3),
        case=unit_was(UnitState("coal_2", on=True, hours_h=48, output_mw=170, oil_hours_h=1)),
        facts=lambda facts: replace(facts, units=tuple(_apart(4.0, u) for u in facts.units)),
    ),
)


def _oil_below(below_mw: float, unit: ThermalUnit) -> ThermalUnit:
    return unit if unit.oil_support is None else replace(unit, oil_support=replace(unit.oil_support, below_mw=below_mw))


def _apart(apart_h: float, unit: ThermalUnit) -> ThermalUnit:
    return unit if unit.oil_support is None else replace(unit, oil_support=replace(unit.oil_support, apart_h=apart_h))


RENEWABLE = (
    Fault("renewable-available", "more is curtailed than was there", added={("curtailed_mw", "wind"): {2: 5}}),
    Fault(
        "renewable-available",
        "the forecast was lower",
        case=lambda case: replace(case, scales=Scales(renewable_share=0.9)),
    ),
    Fault(
        "renewable-must_take",
        "110 MW taken of at least 115",
        case=lambda case: replace(
            case, available_forecasts=(AvailableForecast("wind", (120.0,) * HOURS, (0.0, 0.0, 115.0, *[0.0] * 5)),)
        ),
    ),
)

NOTHING = dict.fromkeys(range(HOURS), 0.0)
NO_BATTERY_RESERVE: Edits = {(f"reserve_{way}_mw", "battery"): NOTHING for way in ("up", "down")}
LEAST_10 = changed("stores", "battery", charge_min_mw=10.0, discharge_min_mw=10.0)
STORAGE = (
    Fault("storage-level", "a level jumps", added={("level_mwh", "battery"): {3: 1}}),
    Fault("storage-level", "standing loss forgotten", facts=changed("stores", "pumps", hourly_loss_share=0.01)),
    Fault(
        "storage-level_limits",
        "114 MWh of 100",
        decided={
            ("charge_mw", "battery"): {2: 20, 3: 20},
            ("discharge_mw", "battery"): {6: 16.2, 7: 16.2},
            ("reserve_down_mw", "battery"): {3: 0, 4: 0},
        },
    ),
    Fault(
        "storage-level_limits",
        "15.6 MWh of at least 20",
        decided={
            ("discharge_mw", "battery"): {1: 40, 5: 0},
            ("charge_mw", "battery"): {1: 0, 5: 30, 6: 40 / 0.81 - 30},
            ("reserve_up_mw", "battery"): dict.fromkeys(range(1, 7), 0),
        },
    ),
    Fault(
        "storage-power",
        "charge of 41 MW of 40",
        decided={
            ("charge_mw", "battery"): {1: 41},
            ("discharge_mw", "battery"): {5: 41 * 0.405, 6: 41 * 0.405},
            ("reserve_down_mw", "battery"): {1: 0},
        },
    ),
    Fault(
        "storage-power",
        "discharge of 41 MW of 40",
        decided={
            ("charge_mw", "battery"): {6: 41 / 0.81 - 20},
            ("discharge_mw", "battery"): {5: 41},
            ("reserve_up_mw", "battery"): {5: 0},
        },
    ),
    Fault(
        "storage-one_direction",
        "10 MW in and 8.1 MW out in one hour",
        decided={("charge_mw", "battery"): {3: 10}, ("discharge_mw", "battery"): {3: 8.1}},
    ),
    Fault(
        "storage-least_power",
        "charge of 20 MW of at least 25",
        decided=NO_BATTERY_RESERVE,
        facts=changed("stores", "battery", charge_min_mw=25.0),
    ),
    Fault(
        "storage-least_power",
        "discharge of 16.2 MW of at least 17",
        decided=NO_BATTERY_RESERVE,
        facts=changed("stores", "battery", discharge_min_mw=17.0),
    ),
    Fault(
        "storage-cycles",
        "18 MWh taken out of 80, of 0.2 cycles",
        facts=changed("stores", "battery", daily_cycle_count=0.2),
    ),
    Fault("storage-end_level", "too little given back", decided={("discharge_mw", "battery"): {5: 10}}),
)

RESPONSE = (
    Fault(
        "response-kind",
        "factories take early",
        decided={("advanced_mw", "factories"): {5: 3}, ("spared_mw", "factories"): {6: 3}},
    ),
    Fault("response-kind", "irrigation fills", decided={("filled_mw", "irrigation"): {5: 3}}),
    Fault("response-kind", "cold stores cut", decided={("delayed_mw", "cold_stores"): {5: 3}}),
    Fault("response-capacity", "20 MW of 15", decided={("filled_mw", "cold_stores"): {5: 20}}),
    Fault(
        "response-capacity",
        "called out of season",
        facts=changed("contracts", "cold_stores", first_day="06-01", last_day="08-31"),
    ),
    Fault(
        "response-cap",
        "35 MW cut of 30",
        decided={
            ("delayed_mw", "factories"): {2: 20},
            ("repaid_mw", "factories"): {3: 10},
            ("delayed_mw", "irrigation"): {2: 15},
            ("repaid_mw", "irrigation"): {4: 15},
        },
    ),
    Fault(
        "response-cap",
        "35 MW extra of 30",
        decided={
            ("delayed_mw", "irrigation"): {2: 20},
            ("repaid_mw", "irrigation"): {4: 20},
            ("filled_mw", "cold_stores"): {4: 15},
        },
    ),
    Fault("response-payback", "repaid never", decided={("repaid_mw", "irrigation"): {4: 0}}),
    Fault("response-payback", "repaid after 4 hours of 3", decided={("repaid_mw", "irrigation"): {4: 0, 6: 10}}),
    Fault("response-payback", "repaid beforehand", decided={("repaid_mw", "irrigation"): {1: 10, 4: 0}}),
    Fault("response-payback", "repaid in the hour it is cut", decided={("repaid_mw", "irrigation"): {2: 10, 4: 0}}),
    Fault("response-payback", "repaid in full, not by half", decided={("repaid_mw", "factories"): {3: 10}}),
    Fault("response-advance", "spared never", decided={("spared_mw", "irrigation"): {1: 0}}),
    Fault("response-advance", "spared after 5 hours of 3", decided={("spared_mw", "irrigation"): {1: 0, 5: 8}}),
    Fault("response-advance", "spared beforehand", decided={("advanced_mw", "irrigation"): {0: 0, 2: 8}}),
    Fault("response-payback", "what was owed before is forgotten", case=was("irrigation", owed=(Parcel(5.0, 2.0),))),
    Fault("response-advance", "what was saved before is forgotten", case=was("irrigation", saved=(Parcel(5.0, 2.0),))),
    Fault(
        "response-payback",
        "handed over, but due before the end",
        decided={("repaid_mw", "irrigation"): {4: 0}},
        case=handing_over,
    ),
    Fault(
        "response-payback",
        "60 MWh due one hour after the end, of 30",
        decided={("delayed_mw", "irrigation"): {6: 10}},
        case=lambda case: handing_over(was("irrigation", owed=(Parcel(60.0, 9.0),))(case)),
    ),
    Fault("response-deadline", "10 MWh owed at 4 o'clock", facts=changed("contracts", "irrigation", repaid_by_h=4)),
    Fault("response-backlog", "10 MWh owed of 9", facts=changed("contracts", "irrigation", backlog_mwh=9.0)),
    Fault("response-aggregator", "20 MW cut of 15", facts=changed("aggregators", "vpp", capacity_mw=15.0)),
    Fault("response-hours", "filled at midnight", facts=changed("contracts", "cold_stores", fill_hours_h=((10, 16),))),
    Fault("response-season_energy", "10 MWh of 8", facts=changed("contracts", "factories", season_energy_h=0.4)),
    Fault(
        "response-season_energy",
        "395 MWh were moved before, of 400",
        facts=changed("contracts", "factories", season_energy_h=20.0),
        case=was("factories", moved_season_mwh=395.0),
    ),
    Fault("response-called", "an event is not told", added={("called", "factories"): {2: -1}}),
    Fault("response-called", "an event begins that is none", added={("call_started", "factories"): {5: 1}}),
    Fault("response-called", "irrigation is never called", added={("called", "irrigation"): {2: 1}}),
    Fault("response-least_call", "10 MW of at least 12", facts=changed("contracts", "factories", least_call_share=0.6)),
    Fault("response-notice", "called after 2 hours of 3", facts=changed("contracts", "factories", notice_h=3.0)),
    Fault("response-notice", "filled without any", facts=changed("contracts", "cold_stores", notice_h=1.0)),
    Fault("response-notice", "taken early without any", facts=changed("contracts", "irrigation", notice_h=1.0)),
    Fault("response-event_length", "one hour of two", facts=changed("contracts", "factories", min_event_h=2.0)),
    Fault("response-event_length", "one hour of half", facts=changed("contracts", "factories", max_event_h=0.5)),
    Fault(
        "response-event_length",
        "one that has run for an hour of two ends at once",
        facts=changed("contracts", "factories", min_event_h=2.0, max_event_h=4.0),
        decided={("delayed_mw", "factories"): {2: 10, 3: 10}, ("repaid_mw", "factories"): {3: 0, 4: 10}},
        case=was("factories", event_h=1.0),
    ),
    Fault(
        "response-rest",
        "three hours of four since the one before",
        facts=changed("contracts", "factories", min_rest_h=4.0),
        case=was("factories", rest_h=1.0),
    ),
    Fault("response-calls", "the third of a day", case=was("factories", calls_today_count=2)),
    Fault("response-calls", "the 21st of a season", case=was("factories", calls_season_count=20)),
    Fault("response-daily_energy", "35 MWh were moved before, of 40", case=was("factories", moved_today_mwh=35.0)),
    Fault(
        "response-daily_energy",
        "50 MWh cut of 40",
        decided={
            ("delayed_mw", "factories"): {2: 20, 4: 20, 5: 10},
            ("repaid_mw", "factories"): {3: 10, 5: 10, 6: 5},
        },
    ),
    Fault(
        "response-daily_energy",
        "60 MWh filled of 45",
        decided={("filled_mw", "cold_stores"): {0: 0, **dict.fromkeys(range(4, 8), 15)}},
    ),
)


def lake_has(**changes: Any) -> Callable[[GridFacts], GridFacts]:
    """The units of the lake are others."""

    def change(facts: GridFacts) -> GridFacts:
        (group,) = facts.pump_groups
        return changed("stores", "lake", groups=(replace(group, **changes),))(facts)

    return change


PUMPED = (
    Fault("pumped-counts", "one more is said to pump than does", added={("pumping_count", "lake fixed"): {2: 1}}),
    Fault("pumped-counts", "half a unit pumps", added={("pumping", "lake fixed 1"): {2: -0.1}}),
    Fault(
        "pumped-one_mode",
        "the second unit turns, for nothing, while the first pumps",
        added={("generating", "lake fixed 2"): {2: 1}, ("generating_count", "lake fixed"): {2: 1}},
        facts=lake_has(generate_min_mw=0.0),
    ),
    Fault("pumped-power", "a fixed pump of 21 MW takes 20", facts=lake_has(pump_min_mw=20.5, pump_max_mw=20.5)),
    Fault("pumped-power", "15.1 MW of at least 16", facts=lake_has(generate_min_mw=16.0)),
    Fault("pumped-power", "15.1 MW of at most 15", facts=lake_has(generate_max_mw=15.0)),
    Fault("pumped-changeover", "an hour at standstill of two", facts=lake_has(changeover_h=2.0)),
    Fault("pumped-starts", "two starts of one", facts=lake_has(daily_start_count=1)),
)

INTERCHANGE = (
    Fault("interchange-band", "70 MW of at most 66", decided={("net_import_mw", "import"): {4: 70}}),
    Fault("interchange-band", "50 MW of at least 54", decided={("net_import_mw", "import"): {4: 50}}),
    Fault(
        "interchange-limits",
        "85 MW of 80, priced as beyond the plan",
        decided={("net_import_mw", "import"): {7: 85}, ("over_plan_mw", "import"): {7: 19}},
    ),
    Fault(
        "interchange-limits",
        "5 MW exported of none",
        decided={
            ("net_import_mw", "import"): {6: -5},
            ("under_plan_mw", "import"): {6: 59},
            ("reserve_up_mw", "coal_1"): {6: 0},
        },
        facts=changed("interfaces", "import", export_limit_mw=0),
    ),
    Fault(
        "interchange-ramp", "10 MW more in an hour of 9", case=lambda c: replace(c, tie_ramps=(TieRamp("import", 9),))
    ),
    Fault("interchange-ramp", "the same of the facts", facts=changed("interfaces", "import", ramp_mw_per_h=9.0)),
)

ERRORS = {"wind_error_share": 0.2, "solar_error_share": 0.2, "load_error_share": 0.1}

RESERVE = (
    Fault("reserve-told", "1 MW more than is required", added={("required_down_mw", "jibei"): {2: 1}}),
    Fault("reserve-told", "shares are said to decide, not the unit", added={("up_decided_by", "jibei"): {1: -2}}),
    Fault("reserve-told", "no reason at all", added={("down_decided_by", "jibei"): {1: -1}}),
    Fault(
        "reserve-requirement",
        "5 % of load downwards and 3 % upwards, and nobody saw it",
        case=lambda case: replace(case, reserve=Reserve(down_load_share=0.05)),
    ),
    Fault(
        "reserve-requirement",
        "the grid's own shares downwards",
        facts=ruled(down_load_share=0.05, down_renewable_share=0.05),
    ),
    Fault("reserve-requirement", "nine errors of ten downwards", facts=ruled(down_quantile=0.9, **ERRORS)),
    Fault("reserve-requirement", "nine errors of ten, as they were drawn", facts=erring(down_quantile=0.9)),
    Fault(
        "reserve-requirement",
        "all errors but a millionth upwards",
        case=lambda case: replace(case, reserve=Reserve(up_quantile=1 - 1e-6)),
        facts=ruled(**ERRORS),
    ),
    Fault("reserve-requirement", "5 MW missing and not said", added={("short_up_mw", "jibei"): {5: -5}}),
    Fault("reserve-requirement", "too little downwards", added={("reserve_down_mw", "coal_1"): {4: -20}}),
    Fault("reserve-requirement", "nothing was to be short, at any price", facts=ruled(hard=True)),
    Fault("reserve-requirement", "251 MW asked for upwards", case=asked(up_mw=251)),
    Fault("reserve-requirement", "33 MW asked for downwards", case=asked(down_mw=33)),
    Fault("reserve-unit_room", "beyond the maximum", added={("reserve_up_mw", "coal_1"): {0: 30}}),
    Fault("reserve-unit_room", "beyond the start limit", added={("reserve_up_mw", "gas"): {2: 10}}),
    Fault("reserve-unit_room", "beyond the stop limit", added={("reserve_up_mw", "gas"): {4: 10}}),
    Fault("reserve-unit_room", "beyond an hour's ramp", added={("reserve_up_mw", "gas"): {3: 25}}),
    Fault(
        "reserve-unit_room",
        "13 MW after a rise of 10, in a ramp of 20",
        added={("reserve_up_mw", "gas"): {3: 8}},
        facts=ruled(within_ramp=True),
    ),
    Fault("reserve-unit_room", "from a unit that is off", added={("reserve_up_mw", "gas"): {6: 5}}),
    Fault("reserve-unit_room", "below the minimum", added={("reserve_down_mw", "coal_2"): {3: 61}}),
    Fault("reserve-pumped_room", "beyond all its units", added={("reserve_up_mw", "lake"): {3: 36}}),
    Fault("reserve-pumped_room", "more than is shed while it pumps", added={("reserve_up_mw", "lake"): {2: 21}}),
    Fault("reserve-pumped_room", "down below nothing", added={("reserve_down_mw", "lake"): {4: 16}}),
    Fault("reserve-pumped_room", "both ways at standstill", added={("reserve_down_mw", "lake"): {3: 5}}),
    Fault("reserve-pumped_room", "more than finds room", added={("reserve_down_mw", "lake"): {2: 41}}),
    Fault(
        "reserve-store_room",
        "at standstill, of a store with a least power",
        decided={**NO_BATTERY_RESERVE, ("reserve_up_mw", "battery"): {**NOTHING, 3: 5.0}},
        facts=LEAST_10,
    ),
    Fault(
        "reserve-store_room",
        "less charge than its least power",
        decided={**NO_BATTERY_RESERVE, ("reserve_up_mw", "battery"): {**NOTHING, 1: 11.0}},
        facts=LEAST_10,
    ),
    Fault(
        "reserve-store_room",
        "less discharge than its least power",
        decided={**NO_BATTERY_RESERVE, ("reserve_down_mw", "battery"): {**NOTHING, 5: 7.0}},
        facts=LEAST_10,
    ),
    Fault("reserve-store_room", "beyond the power", added={("reserve_up_mw", "pumps"): {3: 40}}),
    Fault("reserve-store_room", "more than lasts an hour", added={("reserve_up_mw", "battery"): {7: 17}}),
    Fault("reserve-store_room", "more than finds room", added={("reserve_down_mw", "battery"): {2: 30}}),
)


def asking_products(required_mw: float = 10.0, **changes: Any) -> Callable[[Case], Case]:
    """The case asks for some MW of each product."""
    products = ("regulation_up", "regulation_down", "non_spinning")
    every = tuple(ProductAsked(product, required_mw=(required_mw,) * HOURS) for product in products)
    return lambda case: replace(case, reserve=Reserve(products=every), **changes)


def product_fault(rule: str, story: str, decided: Edits | None = None, **others: Any) -> Fault:
    """A fault where 10 MW of each product are asked for and none is short but what is not decided."""
    return Fault(f"reserve-{rule}", story, decided or {}, **{"case": asking_products(), **others})


QUICK = changed("units", "gas", start_time_h=0.25)
ONE_START = asking_products(start_limits=(StartLimit(unit="gas", per_day_count=1),))
WEEKLY = asking_products(start_limits=(StartLimit(unit="gas", per_week_count=1),))
BARRED = asking_products(no_start=(NoStart("gas", WINTER_DAY, WINTER_DAY + timedelta(hours=1)),))
PRODUCTS = (
    product_fault("regulation_up", "5 MW short and not said", added={("short_regulation_up_mw", "jibei"): {5: -5}}),
    product_fault("regulation_up", "1 MW more told", added={("required_regulation_up_mw", "jibei"): {5: 1}}),
    product_fault("regulation_down", "5 MW short, not said", added={("short_regulation_down_mw", "jibei"): {5: -5}}),
    product_fault("non_spinning", "5 MW short and not said", added={("short_non_spinning_mw", "jibei"): {5: -5}}),
    product_fault("unit_room", "one room for two products", {("regulation_up_mw", "coal_1"): {0: 10}}),
    product_fault("unit_room", "one room for three", {("non_spinning_mw", "coal_1"): {0: 10}}),
    product_fault("unit_products", "beyond the ramp of five minutes", {("regulation_up_mw", "coal_1"): {4: 13}}),
    product_fault("unit_products", "beyond it downwards", {("regulation_down_mw", "coal_1"): {0: 13}}),
    product_fault("unit_products", "beyond the ramp of half an hour", {("non_spinning_mw", "coal_1"): {4: 76}}),
    product_fault("unit_products", "off, and too long to start", {("non_spinning_mw", "gas"): {0: 10}}),
    product_fault("unit_products", "beyond the limit of a start", {("non_spinning_mw", "gas"): {0: 31}}, facts=QUICK),
    product_fault("unit_products", "in its minimum down time", {("non_spinning_mw", "gas"): {7: 10}}, facts=QUICK),
    product_fault(
        "unit_products", "its start is spent", {("non_spinning_mw", "gas"): {0: 10}}, facts=QUICK, case=ONE_START
    ),
    product_fault(
        "unit_products",
        "its start of the week is spent",
        {("non_spinning_mw", "gas"): {0: 10}},
        facts=QUICK,
        case=WEEKLY,
    ),
    product_fault(
        "unit_products", "no start is allowed", {("non_spinning_mw", "gas"): {0: 10}}, facts=QUICK, case=BARRED
    ),
    product_fault("store_room", "one hour of energy for two products", {("non_spinning_mw", "battery"): {7: 17}}),
    product_fault("store_room", "one room for two products", {("regulation_down_mw", "battery"): {2: 30}}),
    product_fault(
        "pumped_room",
        "more than all units, of two products",
        {("non_spinning_mw", "lake"): {0: 38}, ("reserve_up_mw", "lake"): {0: 5}},
    ),
    product_fault("pumped_products", "a fixed-speed pump regulates", {("regulation_up_mw", "lake"): {2: 5}}),
    product_fault("pumped_products", "a unit at standstill regulates", {("regulation_up_mw", "lake"): {1: 5}}),
    product_fault("pumped_products", "below the least of one unit", {("regulation_down_mw", "lake"): {4: 6}}),
    product_fault("pumped_products", "one that has just pumped is started", {("non_spinning_mw", "lake"): {3: 25}}),
    product_fault("response_room", "beyond its capacity", {("non_spinning_mw", "irrigation"): {5: 31}}),
    product_fault("response_room", "called in events", {("non_spinning_mw", "factories"): {5: 5}}),
    product_fault("response_room", "valley filling", {("non_spinning_mw", "cold_stores"): {5: 5}}),
    product_fault(
        "response_room",
        "too long a notice",
        {("non_spinning_mw", "irrigation"): {5: 5}},
        facts=changed("contracts", "irrigation", notice_h=0.75),
        case=lambda case: was("irrigation", told_h=1.0)(asking_products()(case)),
    ),
    product_fault(
        "response_room",
        "12 MWh of the day are left",
        {("non_spinning_mw", "irrigation"): {5: 15}},
        facts=changed("contracts", "irrigation", daily_energy_h=1.0),
    ),
    product_fault(
        "response_room",
        "10 MWh may be owed, and are",
        {("non_spinning_mw", "irrigation"): {3: 5}},
        facts=changed("contracts", "irrigation", backlog_mwh=10.0),
    ),
    Fault(
        "connection-limit",
        "120 MW and 25 MW of reserve, of two products, through 142",
        {("non_spinning_mw", "battery"): {0: 5}},
        case=asking_products(),
        facts=lambda facts: behind_one(142.0)(facts),
    ),
)


def behind_one(limit_mw: float, plants: tuple[str, ...] = ("wind",), **more: Any) -> Callable[[GridFacts], GridFacts]:
    """The battery shares a connection."""
    return lambda facts: replace(facts, connections=(Connection("shared", plants, ("battery",), limit_mw, **more),))


CONNECTION = (
    Fault("connection-limit", "120 MW and 20 MW of reserve through 139", facts=behind_one(139.0)),
    Fault("connection-limit", "charged from a grid that may not", facts=behind_one(200.0, (), grid_charging=False)),
    Fault(
        "connection-limit",
        "22 MW in, reserve included, through 21",
        decided={("reserve_up_mw", "battery"): NOTHING},
        facts=behind_one(21.0, ()),
    ),
)

NETWORK = (
    Fault("network-balance", "5 MW from nowhere", added={("output_mw", "coal_1"): {4: 5}}),
    Fault("network-balance", "5 MW lost on a tie", added={("flow_mw", "tie"): {4: 5}}),
    Fault(
        "network-balance",
        "a unit uses a twentieth of what it generates",
        case=lambda c: replace(c, self_use=True),
        facts=changed("units", "coal_1", self_use_share=0.05),
    ),
    Fault("network-balance", "the load was higher", case=lambda c: replace(c, scales=Scales(load_share=1.01))),
    Fault(
        "network-losses",
        "a link of 2 % loses nothing",
        case=lambda c: replace(c, losses=Losses(links=True)),
        facts=changed("links", "cd", loss_share=0.02),
    ),
    Fault(
        "network-losses",
        "a line loses nothing",
        case=lambda c: replace(c, losses=Losses(lines=True)),
        facts=changed("lines", "ab", resistance_share=2e-5),
    ),
    Fault("network-rating", "a line carries more", facts=changed("lines", "tie", rating_mw=55)),
    Fault("network-rating", "a link carries more", facts=changed("links", "cd", rating_mw=40)),
    Fault(
        "network-voltage_law",
        "power runs in a circle",
        added={("flow_mw", "ab"): {3: 6}, ("flow_mw", "bc"): {3: 6}, ("flow_mw", "ac"): {3: -6}},
    ),
    Fault("network-voltage_law", "another reactance", facts=changed("lines", "ab", reactance_share=2e-4)),
)

SECURITY = (
    # In hour 7: 163 MW on ab, 117 MW from c to b; without ab b's 280 MW all come over c, of 1.3 x 150 MW.
    Fault("security-one_circuit_lost", "b hangs on c alone", facts=changed("lines", "bc", rating_mw=150)),
    Fault(
        "security-one_circuit_lost",
        "half of a line of two circuits",
        facts=changed("lines", "tie", circuit_count=2, rating_mw=80),
    ),
    Fault("security-sections", "more leaves a than may", facts=changed("sections", "from a", forward_limit_mw=150)),
    Fault(
        "security-sections",
        "it is the other way",
        facts=changed("sections", "from a", along=(), against=("ab", "ac"), backward_limit_mw=150),
    ),
)

OBJECTIVE = (
    Fault(
        "objective-value",
        "a hundredth too low",
        proof=lambda p: Proof(p.objective_cny and p.objective_cny * 0.99, 0),
    ),
    Fault("objective-value", "none is stated", proof=lambda _: Proof(None, None)),
    Fault(
        "objective-value",
        "an overload unpaid",
        added={("overload_mw", "ab"): {3: 5}},
        proof=lambda p: Proof(p.objective_cny and p.objective_cny - 100_000, 0),
    ),
    Fault(
        "objective-value",
        "a call unpaid",
        proof=lambda p: Proof(p.objective_cny and p.objective_cny - 1_000, 0),
    ),
    Fault(
        "objective-value",
        "10 MWh handed over for nothing; the gas unit's cost 550 + 20 each",
        decided={("delayed_mw", "irrigation"): {6: 10}},
        case=handing_over,
        proof=lambda p: Proof(p.objective_cny and p.objective_cny - 10 * 570, 0),
    ),
    Fault(
        "objective-value",
        "2 MWh of reserve short down, at 100, paid as if short up, at 10,000",
        added={("short_down_mw", "jibei"): {0: 2}},
        facts=ruled(down_shortfall_cny_per_mwh=100.0),
        proof=lambda p: Proof(p.objective_cny and p.objective_cny + 2 * (10_000 - 100), 0),
    ),
    Fault(
        "objective-value",
        "a start unpaid",
        proof=lambda p: Proof(p.objective_cny and p.objective_cny - 30_000, 0),
    ),
    Fault(
        "objective-value",
        "a cold start at the price of a warm one",
        proof=lambda p: Proof(p.objective_cny and p.objective_cny - 5_000, 0),
    ),
    Fault(
        "objective-value",
        "carbon unpaid: 0.8 t for each 300 CNY of fuel, 821,861.54 CNY of it, at 80 CNY/t",
        case=lambda case: replace(case, prices=Prices(carbon_cny_per_t=80.0)),
        proof=lambda p: Proof(p.objective_cny and p.objective_cny - 80 * 821_861.54 * 0.8 / 300, 0),
    ),
    Fault(
        "objective-value",
        "a running minimum of three units, priced at 1 CNY/MWh, not kept for nothing",
        case=lambda case: replace(case, heat=Heat(short_cny_per_mwh=1.0)),
        facts=lambda facts: replace(facts, running_minimums=(RunningMinimum("heat", 3),)),
        proof=lambda p: Proof(p.objective_cny and p.objective_cny - 100.0, 0),
    ),
    Fault("objective-first", "absorption was asked for, and nobody sought it", case=seeking("absorption_first")),
    Fault(
        "objective-first",
        "less is curtailed than is told",
        case=seeking("absorption_first"),
        proof=lambda p: replace(p, aim=Aim("absorption_first", "MWh", 0.0, 0.0, 1e6, 1.0)),
    ),
    Fault(
        "objective-first",
        "carbon beyond its limit",
        case=seeking("co2"),
        proof=lambda p: replace(p, aim=Aim("co2", "tCO2", 1.0, 1.0, 1.0, 1.0)),
    ),
)

FAULTS = (
    *(*SHAPE, *THERMAL, *HEAT, *DEEP, *RENEWABLE, *STORAGE, *PUMPED, *RESPONSE, *INTERCHANGE),
    *(*RESERVE, *PRODUCTS, *CONNECTION, *NETWORK, *SECURITY, *OBJECTIVE),
)
