"""
The small cases whose rows are kept as text: one to four steps, a component or two, numbers that tell each other apart.

Every function of the formulation and of the objective is shown by a world at least; `python -m tests.golden.write`
writes the texts anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dispatch.case.case import Case, Interchange
from dispatch.case.connection import Connection
from dispatch.case.demand_response import (
    FILL,
    HANDED_OVER,
    REDUCE,
    SHIFT,
    Aggregator,
    ContractState,
    Parcel,
    ResponseTerms,
)
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.heat import BACK_PRESSURE, EXTRACTION, Heat, HeatRegion, HeatStore
from dispatch.case.interchange import InterchangeForecast, TieRamp
from dispatch.case.losses import Losses
from dispatch.case.network import Section
from dispatch.case.pumped_hydro import PumpGroup
from dispatch.case.renewable import AvailableForecast
from dispatch.case.security import Security
from dispatch.case.storage import StoreState
from dispatch.case.thermal import DeepBand, NoStart, OilSupport, RunningMinimum, StartLimit, StartType, UnitState
from dispatch.horizon import BEIJING
from tests.model.worlds import free_unit
from tests.small import (
    GRID,
    SUMMER_DAY,
    TRIANGLE_BUSES,
    TRIANGLE_LINES,
    TRIANGLE_LINKS,
    WINTER_DAY,
    bus,
    contract,
    curve,
    gas_unit,
    interface,
    lake,
    line,
    link,
    one_bus_facts,
    plant,
    product_rules,
    pump_group,
    small_case,
    small_facts,
    store,
    unit,
)

NOVEMBER_EVE = datetime(2030, 11, 14, 23, tzinfo=BEIJING)
LATE = SUMMER_DAY + timedelta(hours=22)


@dataclass(frozen=True)
class Golden:
    """A small case, and the functions whose rows it shows."""

    name: str
    story: str
    facts: GridFacts
    case: Case
    shows: tuple[str, ...]
    limits: tuple[tuple[str, float], ...] = ()  # constants of `model.thermal.start_types`, in place of its own


def golden(name: str, facts: GridFacts, shows: str, **case: Any) -> Golden:
    """A world by the function that makes it, whose docstring is its story."""
    story = " ".join((BY_NAME[name].__doc__ or "").split())
    limits = case.pop("limits", ())
    asked = small_case(facts, **{"start": SUMMER_DAY, "step_h": 1.0, **case})
    return Golden(name, story, facts, asked, tuple(shows.split()), limits)


def coal() -> Golden:
    """A unit of 80 to 300 MW that starts at 120, climbs by 70 MW/h, and comes down by 100 to 110; UT 3 h, DT 2 h."""
    own = unit(
        "coal",
        heats=False,
        min_up_h=3.0,
        min_down_h=2.0,
        ramp_up_mw_per_h=70.0,
        ramp_down_mw_per_h=100.0,
        stop_ramp_mw=110.0,
    )
    return golden(
        "coal",
        one_bus_facts(own, load_mw=200.0),
        "decide_commitment hold_minimum_up_time hold_minimum_down_time decide_output limit_output_above limit_ramp_up "
        "limit_ramp_down limit_climb limit_descent bend_cost_curves thermal_cost",
        hours=4,
        units=(UnitState("coal", True, 2.0, 130.0),),  # an hour of its up time is left
    )


def heat() -> Golden:
    """The heating season of two units begins at midnight, in the second step: one stays on, limits change."""
    units = (unit("one", ramp_up_mw_per_h=60.0), unit("two", ramp_down_mw_per_h=60.0))
    facts = one_bus_facts(*units, load_mw=400.0, running_minimums=(RunningMinimum("heat", 1),))
    shows = "hold_running_minimum decide_output limit_output_above limit_ramp_up limit_ramp_down"
    return golden("heat", facts, shows, hours=2, start=NOVEMBER_EVE)


def colder() -> Golden:
    """The same two units, of 250 MW each while heating: one too few costs 15,000 CNY a MWh of its 250 MW."""
    facts = one_bus_facts(unit("one"), unit("two"), load_mw=400.0, running_minimums=(RunningMinimum("heat", 1),))
    heat = Heat(short_cny_per_mwh=15_000.0)
    return golden("colder", facts, "hold_running_minimum heat_penalty", hours=2, start=NOVEMBER_EVE, heat=heat)


def tank() -> Golden:
    """
    A store of 80 MWh beside an extraction unit and a back-pressure one, all of their heat, of which a MWh may be short.

    100 MW of heat at a slope of 0.8, 0.1 lost of the floor and 0.5 of the ceiling; 120 MW at a slope of 1.2.
    """
    extraction = HeatRegion(EXTRACTION, 100.0, back_pressure_share=0.8, floor_loss_share=0.1)
    line = HeatRegion(BACK_PRESSURE, 120.0, back_pressure_share=1.2)
    low = curve([0, 300], [250], at_first_cny_per_h=4_000.0)
    units = (
        unit("extraction", heat_region=extraction, curve=low),
        unit("line", heat_region=line, curve=low, heating_output_min_mw=150.0, heating_output_max_mw=160.0),
    )
    facts = one_bus_facts(*units, load_mw=400.0, running_minimums=(RunningMinimum("heat", 2),))
    store = HeatStore("heat", 80.0, 40.0, 30.0, hourly_loss_share=0.01, start_level_share=0.25)
    heat = Heat(short_cny_per_mwh=15_000.0, stores=(store,))
    return golden("tank", facts, "decide_heat keep_heat unserved_heat_penalty", hours=2, start=WINTER_DAY, heat=heat)


def quick() -> Golden:
    """A gas unit that may start and stop within two steps: 30 MW in its first hour, 40 MW in its last, a kink at 60."""
    own = gas_unit(
        "gas",
        bus="a",
        heats=False,
        min_up_h=1.0,
        min_down_h=1.0,
        stop_ramp_mw=40.0,
        ramp_up_mw_per_h=100.0,
        ramp_down_mw_per_h=100.0,
        curve=curve([20, 60, 100], [500, 600], 12_000),
    )
    facts = one_bus_facts(own, load_mw=50.0, reserve_rules=(ReserveRule(GRID, 0.0, 0.0, 10_000.0),))
    shows = "decide_unit_reserve limit_output_above bend_cost_curves"
    return golden("quick", facts, shows, hours=2, off=("gas",))


def hot() -> Golden:
    """A start costs 1,000 CNY, from 2 h off on 4,000; stops and starts are matched one by one."""
    return _starts("hot", ())


def kinds() -> Golden:
    """The same starts where they are too many to be matched: each chooses its type."""
    return _starts("kinds", (("MATCHED_COUNT", 0.0),))


def _starts(name: str, limits: tuple[tuple[str, float], ...]) -> Golden:
    own = free_unit("unit", 300.0, start_types=(StartType(0.0, 1_000.0), StartType(2.0, 4_000.0)))
    facts = one_bus_facts(own, load_mw=100.0)
    return golden(name, facts, "choose_start_types thermal_cost", hours=4, limits=limits)


def limited() -> Golden:
    """A quick unit: one start a day, one in all, two of three left in the week, and none in the first hour."""
    own = free_unit("unit", 300.0)
    facts = one_bus_facts(own, load_mw=100.0)
    limit = StartLimit(unit="unit", per_day_count=1, horizon_count=1, per_week_count=3)
    tuesday = SUMMER_DAY + timedelta(days=1)
    barred = (NoStart("unit", tuesday, tuesday + timedelta(hours=1)),)
    states = (UnitState("unit", False, 48.0, 0.0, starts_this_week_count=2),)
    shows = "decide_commitment limit_unit_starts"
    return golden("limited", facts, shows, hours=4, start_limits=(limit,), no_start=barred, units=states, start=tuesday)


def deep() -> Golden:
    """A boiler of 40 MW at least, paid below 100 MW and more below 80; oil below 60 for 2 to 3 h, 2 h apart."""
    own = replace(
        free_unit("boiler", 200.0, output_min_mw=40.0, curve=curve([40, 300], [200], 8_000)),
        deep_bands=(DeepBand(100.0, 150.0), DeepBand(80.0, 250.0)),
        oil_support=OilSupport(60.0, 2.0, 5_000.0, 3.0, least_h=2.0, most_h=3.0, apart_h=2.0),
    )
    shows = "decide_oil_support hold_least_oil_time hold_most_oil_time keep_oil_apart oil_cost bend_cost_curves"
    before = UnitState("boiler", True, 48.0, 50.0, oil_hours_h=1.0)
    return golden("deep", one_bus_facts(own, load_mw=70.0), shows + " thermal_cost", hours=4, units=(before,))


def reserve() -> Golden:
    """Two buses: a tenth of load as reserve, or the largest unit; the slow unit gives what its ramp allows."""
    slow = free_unit("slow", 200.0, ramp_up_mw_per_h=50.0, ramp_down_mw_per_h=40.0)
    facts = small_facts(
        buses=(bus("a", load_share=0.5), bus("b", load_share=0.5)),
        lines=(line("ab", "a", "b"),),
        links=(),
        units=(slow, free_unit("free", 300.0)),
        plants=(),
        stores=(store("battery", bus="b"),),
        contracts=(),
        interfaces=(),
        running_minimums=(),
        load_mw={"a": 150.0, "b": 250.0},
        reserve_rules=(ReserveRule(GRID, 0.1, 0.05, 10_000.0),),
    )
    return golden("reserve", facts, "decide_unit_reserve hold_reserve reserve_penalty", hours=1)


def inside() -> Golden:
    """One bus, where the balance is added to the reserve row; reserve counts inside the ramp, and must not be short."""
    own = free_unit("unit", 200.0, ramp_up_mw_per_h=50.0)
    rule = ReserveRule(GRID, 0.1, 0.05, 0.0, largest_unit=False, within_ramp=True, hard=True)
    facts = one_bus_facts(own, load_mw=150.0, reserve_rules=(rule,))
    return golden("inside", facts, "decide_unit_reserve limit_ramp_up hold_reserve", hours=2)


def products() -> Golden:
    """Regulation and non-spinning reserve: a slow unit, a free one, one off that is up in a quarter of an hour."""
    units = (
        free_unit("slow", 200.0, ramp_up_mw_per_h=60.0, ramp_down_mw_per_h=48.0),
        free_unit("free", 250.0),
        free_unit("quick", 400.0, output_max_mw=100.0, min_down_h=2.0, start_ramp_mw=80.0, start_time_h=0.25),
    )
    office = contract("office", SHIFT, bus_shares=(("a", 1.0),), notice_h=0.5)
    facts = one_bus_facts(
        *units,
        load_mw=150.0,
        stores=(store("battery", bus="a"),),
        contracts=(office,),
        reserve_rules=(ReserveRule(GRID, 0.1, 0.05, 10_000.0, largest_unit=False),),
        product_rules=product_rules(GRID, 0.04),
    )
    limit = StartLimit(unit="quick", per_day_count=1, horizon_count=2, per_week_count=3)
    shows = (
        "decide_unit_products offer_quick_starts decide_unit_reserve limit_output_above decide_response_reserve "
        "offer_response keep_response_energy decide_store_products keep_store_room hold_reserve hold_products "
        "product_penalty"
    )
    return golden(
        "products", facts, shows, hours=2, off=("quick",), start_limits=(limit,), response_share=0.05, start=SUMMER_DAY
    )


def lakes() -> Golden:
    """Regulation and non-spinning reserve of fixed-speed and of variable-speed pumps, half an hour to turn round."""
    banks = (pump_group("fixed"), pump_group("variable", unit_count=1, pump_min_mw=12.0, changeover_h=0.25))
    facts = one_bus_facts(
        free_unit("unit", 300.0),
        load_mw=100.0,
        stores=(lake(power_mw=60.0, groups=banks),),
        product_rules=product_rules(GRID, 0.04),
    )
    return golden("lakes", facts, "decide_store_products keep_unit_room keep_product_room", hours=1, step_h=0.25)


def wind() -> Golden:
    """Wind at one bus, of which 30 MW must be taken in the first step, and roofs, which are cut last."""
    plants = (plant("wind", bus="a"), plant("roofs", bus="a", technology="solar_distributed", capacity_mw=50.0))
    facts = one_bus_facts(
        free_unit("unit", 300.0), load_mw=100.0, plants=plants, available_share={"wind": 0.6, "roofs": 0.4}
    )
    told = (AvailableForecast("wind", (110.0, 90.0), (30.0, 0.0)),)
    shows = "curtail curtailment_penalty balance_buses"
    return golden("wind", facts, shows, hours=1, step_h=0.5, available_forecasts=told)


def paid() -> Golden:
    """Two plants at one bus that are paid 30 and 0 CNY a MWh, in half hours."""
    plants = (plant("paid", bus="a", cost_cny_per_mwh=30.0), plant("free", bus="a"))
    facts = one_bus_facts(
        free_unit("unit", 300.0), load_mw=100.0, plants=plants, available_share={"paid": 0.6, "free": 0.4}
    )
    return golden("paid", facts, "renewable_cost", hours=1, step_h=0.5)


def battery() -> Golden:
    """A battery of 40 MW in half hours: 20 to 100 MWh, 60 at first, 50 at last; 90 % in, 80 % out, 1 % lost an hour."""
    own = store("battery", bus="a", discharge_efficiency_share=0.8, hourly_loss_share=0.01)
    facts = one_bus_facts(free_unit("unit", 300.0), load_mw=100.0, stores=(own,))
    shows = "keep_level choose_direction storage_cost loss_penalty keep_store_room balance_buses"
    state = (StoreState("battery", 60.0, 50.0),)
    return golden("battery", facts, shows, hours=1, step_h=0.5, stores=state)


def air() -> Golden:
    """Compressed air of 40 MW: 16 MW at least to charge, 12 to discharge, one cycle a day."""
    least = {"charge_min_mw": 16.0, "discharge_min_mw": 12.0, "daily_cycle_count": 1.0}
    own = store("air", bus="a", technology="caes", **least)
    facts = one_bus_facts(free_unit("unit", 300.0), load_mw=100.0, stores=(own,))
    shows = "hold_least_power limit_cycles keep_least_room"
    return golden("air", facts, shows, hours=3)


def shared() -> Golden:
    """Wind of 200 MW and a battery behind 150 MW, with no charging from the grid; other wind beside them."""
    own = Connection("wind and battery", ("wind",), ("battery",), 150.0, grid_charging=False)
    facts = one_bus_facts(
        free_unit("unit", 300.0),
        load_mw=100.0,
        plants=(plant("wind", bus="a"), plant("other", bus="a")),
        stores=(store("battery", bus="a"),),
        available_share={"wind": 0.9, "other": 0.5},
        connections=(own,),
    )
    return golden("shared", facts, "share_connections curtail", hours=1)


def pumps() -> Golden:
    """Two fixed-speed units that turn round in an hour, one of variable speed that takes two; one start a day each."""
    slow = PumpGroup("slow variable", 1, 5.0, 30.0, 10.0, 25.0, changeover_h=2.0, daily_start_count=1)
    lakes = (
        lake(groups=(pump_group("lake fixed", daily_start_count=1),)),
        replace(lake(groups=(slow,)), name="slow", level_max_mwh=90.0),
    )
    facts = one_bus_facts(free_unit("unit", 300.0), load_mw=100.0, stores=lakes)
    return golden("pumps", facts, "count_units change_over limit_starts keep_unit_room", hours=3)


def response() -> Golden:
    """Half hours from 00:00: a factory that owes 4 MWh, and a mill that has saved 2 MWh and repays by 01:00."""
    own = {"bus_shares": (("a", 1.0),), "aggregator": "vpp"}
    contracts = (
        contract("factory", REDUCE, payback_window_h=1.0, season_energy_h=1.5, **own),
        contract("mill", SHIFT, capacity_mw=30.0, advance_window_h=0.5, repaid_by_h=1, backlog_mwh=9.0, **own),
    )
    facts = one_bus_facts(
        free_unit("unit", 300.0), load_mw=100.0, contracts=contracts, aggregators=(Aggregator("vpp", GRID, 35.0),)
    )
    states = (
        ContractState("factory", owed=(Parcel(4.0, 1.0),), moved_today_mwh=8.0, moved_season_mwh=12.0),
        ContractState("mill", saved=(Parcel(2.0, 0.5),)),
    )
    shows = (
        "offer_response pay_back limit_daily_energy limit_season_energy aggregate_response response_cost balance_buses"
    )
    return golden("response", facts, shows, hours=1.5, step_h=0.5, response_share=0.05, contracts=states)


def cold() -> Golden:
    """A cold store of 10 MW that fills from 23:00 to 01:00, an hour after it is told at 23:00; two days."""
    own = contract(
        "cold", FILL, capacity_mw=10.0, fill_hours_h=((23, 24), (0, 1)), notice_h=1.0, bus_shares=(("a", 1.0),)
    )
    facts = one_bus_facts(free_unit("unit", 300.0), load_mw=100.0, contracts=(own,))
    shows = "offer_response limit_daily_energy response_cost"
    return golden("cold", facts, shows, hours=3, start=LATE + timedelta(hours=1), response_share=0.05)


def handed_over() -> Golden:
    """A contract with a window of 2 h owes 30 MWh; when the two steps end it may still owe, at 900 CNY/MWh."""
    own = (contract("mill", SHIFT, payback_window_h=2.0, advance_window_h=1.0, bus_shares=(("a", 1.0),)),)
    facts = one_bus_facts(free_unit("unit", 300.0), load_mw=100.0, contracts=own)
    states = (ContractState("mill", owed=(Parcel(30.0, 2.0),)),)
    terms = ResponseTerms(backlog=HANDED_OVER, owed_cny_per_mwh=900.0)
    shows = "pay_back backlog_penalty"
    return golden("handed_over", facts, shows, hours=2, response_share=0.05, contracts=states, response=terms)


def calls() -> Golden:
    """From 22:00 to 02:00: events of 2 or 3 h, 2 h of rest, one a day, 5 a season, 8 MW at least; 3,000 CNY a call."""
    own = contract(
        "furnace",
        REDUCE,
        payback_share=0.0,
        least_call_share=0.4,
        min_event_h=2.0,
        max_event_h=3.0,
        min_rest_h=2.0,
        calls_per_day_count=1,
        calls_per_season_count=5,
        call_fee_cny=3_000.0,
        bus_shares=(("a", 1.0),),
    )
    facts = one_bus_facts(free_unit("unit", 300.0), load_mw=100.0, contracts=(own,))
    states = (ContractState("furnace", event_h=1.0, calls_today_count=1, calls_season_count=3),)
    shows = "decide_calls limit_event_length count_calls response_cost"
    return golden("calls", facts, shows, hours=4, start=LATE, response_share=0.05, contracts=states)


def plan() -> Golden:
    """60 MW are planned from the neighbour, a tenth more or less is free; the tie is of 80 MW each way."""
    facts = one_bus_facts(
        free_unit("unit", 300.0),
        load_mw=100.0,
        interfaces=(interface("import", bus="a"),),
        net_import_mw={"import": 60.0},
    )
    shows = "follow_plan interchange_cost balance_buses"
    return golden("plan", facts, shows, hours=1, step_h=0.5, interchange=Interchange(band_share=0.1))


def ramped() -> Golden:
    """The same tie may change by 20 MW an hour; its plan rises by 30 MW in the second half hour."""
    facts = one_bus_facts(free_unit("unit", 300.0), load_mw=100.0, interfaces=(interface("import", bus="a"),))
    plans = (InterchangeForecast("import", (30.0, 60.0, 60.0)),)
    ramps = (TieRamp("import", 20.0),)
    shows = "limit_plan_ramp"
    return golden("ramped", facts, shows, hours=1.5, step_h=0.5, interchange_forecasts=plans, tie_ramps=ramps)


def lossy() -> Golden:
    """A line of two pieces and a link of another rating backward lose power, half of it at each end."""
    facts = one_bus_facts(
        free_unit("unit", 300.0),
        load_mw=0.0,
        buses=(bus("a", load_share=0.5), bus("b", load_share=0.5), bus("c", carrier="DC")),
        lines=(line("ab", "a", "b", resistance_share=2e-5, rating_mw=150.0),),
        links=(link("bc", "b", "c", loss_share=0.02, backward_rating_mw=40.0),),
    )
    shows = "carry_power lose_power balance_buses network_loss_penalty"
    losses = Losses(links=True, lines=True, line_error_mw=0.05, line_error_share=0.0)
    return golden("lossy", facts, shows, hours=0.5, step_h=0.5, losses=losses)


def own_use() -> Golden:
    """Two units on one bus use 4 and 8 % of what they generate."""
    one, other = free_unit("one", 300.0, self_use_share=0.04), free_unit("other", 350.0, self_use_share=0.08)
    facts = one_bus_facts(one, other, load_mw=100.0)
    return golden("own_use", facts, "balance_buses", hours=0.5, step_h=0.5, self_use=True)


def triangle() -> Golden:
    """Three lines in a triangle, a link and a section, one step; a circuit of any line may be lost."""
    facts = small_facts(
        buses=TRIANGLE_BUSES[:4],
        lines=(*TRIANGLE_LINES[:2], line("ac", "a", "c", reactance_share=2e-4)),
        links=TRIANGLE_LINKS,
        units=(free_unit("unit", 300.0),),
        plants=(plant("wind"),),
        stores=(),
        contracts=(),
        interfaces=(),
        running_minimums=(),
        sections=(Section("north", ("ac", "cd"), ("ab",), 250.0, 150.0),),
    )
    shows = "carry_power follow_voltage_law balance_buses allow_overload limit_sections security_penalty"
    return golden("triangle", facts, shows, hours=1, security=Security(n_minus_1=True, emergency_share=1.2))


BY_NAME: dict[str, Callable[[], Golden]] = {
    make.__name__: make
    for make in (
        *(coal, heat, colder, tank, quick, hot, kinds, limited, deep, reserve, inside, products, lakes),
        *(wind, paid, battery, air, shared),
        *(pumps, response, cold, handed_over, calls, plan, ramped, lossy, own_use, triangle),
    )
}


def worlds() -> tuple[Golden, ...]:
    """Every world, in the order of the page."""
    return tuple(make() for make in BY_NAME.values())
