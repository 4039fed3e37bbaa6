"""Cases and outcomes to send back and forth. They need no grid: translation knows none."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
from hypothesis import strategies as st

from dispatch.case.case import Case, Interchange, Prices, ProductAsked, Reserve, ReserveSeries, Scales
from dispatch.case.demand_response import (
    ANNUAL_PEAK,
    CLOSED,
    DAY_PEAK,
    HANDED_OVER,
    ContractState,
    Parcel,
    ResponseTerms,
)
from dispatch.case.heat import Heat, HeatForecast, HeatStore
from dispatch.case.interchange import VARIANTS, InterchangeForecast, TieRamp
from dispatch.case.losses import Losses
from dispatch.case.objective import OBJECTIVES
from dispatch.case.renewable import AvailableForecast, LoadForecast
from dispatch.case.reserve import CASE_MW, LARGEST_UNIT, QUANTILE, SHARES
from dispatch.case.reserve_products import PRODUCTS
from dispatch.case.security import Security
from dispatch.case.storage import StoreState
from dispatch.case.thermal import AFTER, BEFORE, MustRun, NoStart, Outage, Retrofit, StartLimit, UnitState
from dispatch.horizon import BEIJING, Horizon
from dispatch.schedule.outcome import (
    AggregatorMetrics,
    Aim,
    AuditReport,
    Breach,
    Cause,
    Certificate,
    ContractMetrics,
    Cost,
    GridMetrics,
    Metrics,
    Outcome,
    Penalty,
    PriceReport,
    Proof,
    RuleCheck,
    Shortfall,
    Slack,
    Status,
    StorageMetrics,
    TechnologyMetrics,
)
from dispatch.schedule.prices import PRICE_TABLES, PriceTables
from dispatch.schedule.schedule import BY_HEAT_STORE, TABLES, Schedule

START = datetime(2030, 1, 15, tzinfo=BEIJING)


def a_case() -> Case:
    return Case(
        name="a day",
        grid="jibei",
        edition=2030,
        horizon=Horizon(START, 2),
        units=(UnitState("zhangjiakou-1", on=True, hours_h=30.0, output_mw=200.0),),
        stores=(StoreState("fengning", start_level_mwh=9000.0, end_level_mwh=9000.0),),
    )


# ---------------------------------------------------------------- any case

_names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
_numbers = st.floats(allow_nan=False)
_counts = st.integers(-(2**31), 2**31 - 1)
_times = st.integers(0, 3_150_000_000 * 10**6).map(
    lambda microseconds: datetime(2000, 1, 1, 8, tzinfo=BEIJING) + timedelta(microseconds=microseconds)
)
_series = st.lists(_numbers, max_size=4).map(tuple)


def _several(element: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(element, max_size=3).map(tuple)


_parcels = _several(st.builds(Parcel, _numbers, _numbers))

CASES = st.builds(
    Case,
    name=st.just("") | _names,
    grid=_names,
    edition=_counts,
    horizon=st.builds(Horizon, start=_times, step_count=_counts, step_h=_numbers),
    units=_several(st.builds(UnitState, _names, st.booleans(), _numbers, _numbers, st.none() | _numbers, _counts)),
    stores=_several(st.builds(StoreState, _names, _numbers, _numbers)),
    response_share=_numbers,
    interchange=st.builds(Interchange, st.sampled_from(VARIANTS), _numbers),
    reserve=st.builds(
        Reserve,
        st.none() | _numbers,
        st.none() | _numbers,
        _several(st.builds(ReserveSeries, _names, _series, _series)),
        *[st.none() | _numbers] * 4,
        _several(
            st.builds(
                ProductAsked, st.sampled_from(PRODUCTS), st.just("") | _names, *[st.none() | _numbers] * 2, _series
            )
        ),
    ),
    prices=st.builds(Prices, _numbers, _numbers, _numbers, _numbers, _numbers),
    scales=st.builds(Scales, _numbers, _numbers, _numbers, _numbers),
    outages=_several(st.builds(Outage, _names, _times, _times, st.none() | _numbers)),
    must_run=_several(st.builds(MustRun, _names, _times, _times)),
    load_forecasts=_several(st.builds(LoadForecast, _names, _series)),
    available_forecasts=_several(st.builds(AvailableForecast, _names, _series, _series)),
    interchange_forecasts=_several(st.builds(InterchangeForecast, _names, _series)),
    deep_peak_shaving=st.booleans(),
    retrofits=_several(st.builds(Retrofit, st.sampled_from((BEFORE, AFTER)), *[st.just("") | _names] * 3)),
    losses=st.builds(Losses, st.booleans(), st.booleans(), _numbers, _numbers),
    tie_ramps=_several(st.builds(TieRamp, _names, _numbers)),
    self_use=st.booleans(),
    security=st.builds(Security, st.booleans(), _numbers, _numbers, _several(_names)),
    contracts=_several(
        st.builds(
            ContractState,
            _names,
            _parcels,
            _parcels,
            _counts,
            _counts,
            _numbers,
            _numbers,
            _numbers,
            st.none() | _numbers,
            _numbers,
        )
    ),
    response=st.builds(
        ResponseTerms,
        st.sampled_from((ANNUAL_PEAK, DAY_PEAK)),
        st.sampled_from((CLOSED, HANDED_OVER)),
        st.none() | _numbers,
    ),
    objective=st.sampled_from(OBJECTIVES),
    no_start=_several(st.builds(NoStart, _names, _times, _times)),
    start_limits=_several(st.builds(StartLimit, *[st.just("") | _names] * 4, *[st.none() | _counts] * 3)),
    heat=st.builds(
        Heat,
        _numbers,
        _several(st.builds(HeatForecast, _names, _series)),
        st.none() | _numbers,
        _several(st.builds(HeatStore, _names, *[_numbers] * 5, st.none() | _numbers)),
    ),
)


# ---------------------------------------------------------------- one outcome


def grid_metrics(grid: str, *, utilisation_share: float | None = 0.9) -> GridMetrics:
    return GridMetrics(
        grid=grid,
        load_mwh=1000.0,
        available_mwh=500.0,
        absorbed_mwh=450.0,
        curtailed_mwh=50.0,
        utilisation_share=utilisation_share,
        technologies=(TechnologyMetrics("wind_onshore", 500.0, 450.0, 50.0),),
        net_export_mwh=-30.0,
        local_consumption_mwh=450.0,
        thermal_mwh=520.0,
        cost=Cost(1.0, 2.0, 3.0, 4.0, 5.0, -6.0, 7.0, 8.0, carbon_cny=9.0),
        penalty=Penalty(7.0, 8.0, 9.0, 10.0),
        start_count=2,
        carbon_tco2=400.0,
        response_cut_mwh=10.0,
        response_extra_mwh=11.0,
        response_cap_mw=12.0,
        response_reach_mw=13.0,
        storage_charge_mwh=14.0,
        storage_discharge_mwh=15.0,
        pumped_charge_mwh=16.0,
        pumped_discharge_mwh=17.0,
        reserve_short_mwh=0.5,
        below_normal_mwh=18.0,
        below_normal_h=19.0,
        oil_support_h=20.0,
        oil_t=21.0,
        response_call_count=3,
        contracts=(ContractMetrics("c1", "v1", 10.0, 11.0, 3, 18.0, 19.0, 20.0, 21.0, 4.0, 5.0, 0.5),),
        aggregators=(AggregatorMetrics("v1", 10.0, 11.0, 3, 37.0, 4.0, 5.0, None),),
        storage_technologies=(StorageMetrics("caes", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.7, 0.8),),
        self_use_mwh=23.0,
        network_loss_mwh=22.0,
    )


def a_schedule() -> Schedule:
    """Two steps; two units, a plant, a store, a contract, an interface, a line and a grid."""
    times = Horizon(START, 2, 0.5).times
    kinds = {
        ("on", "started", "stopped", "output_mw"): ["g1", "g2"],
        ("below_normal_mw", "oil_support", "oil_t_per_h"): ["g1", "g2"],
        ("injected_mw", "curtailed_mw"): ["w1"],
        ("charge_mw", "discharge_mw", "level_mwh"): ["s1"],
        ("delayed_mw", "repaid_mw", "advanced_mw", "spared_mw", "filled_mw", "called", "call_started"): ["c1"],
        ("net_import_mw", "over_plan_mw", "under_plan_mw"): ["i1"],
        ("reserve_up_mw", "reserve_down_mw"): ["g1", "g2", "s1"],
        ("short_up_mw", "short_down_mw", "required_up_mw", "required_down_mw"): ["jibei"],
        ("up_decided_by", "down_decided_by"): ["jibei"],
        ("flow_mw", "overload_mw", "loss_mw"): ["l1"],
        ("section_over_mw",): ["c1"],
        ("generating_count", "pumping_count"): ["p"],
        ("generating", "pumping"): ["p 1", "p 2"],
        ("regulation_up_mw", "regulation_down_mw"): ["g1", "g2", "s1"],
        ("non_spinning_mw",): ["g1", "g2", "s1", "c1"],
        ("heat_mw",): ["g1"],
        BY_HEAT_STORE: ["p1"],
        tuple(f"{table}_{product}_mw" for table in ("short", "required") for product in PRODUCTS): ["jibei"],
    }
    columns = {table: names for tables, names in kinds.items() for table in tables}
    frames = {}
    for position, table in enumerate(TABLES):
        names = pd.Index(columns[table], dtype="str")
        values = {name: [position + k, position + k + 0.25] for k, name in enumerate(names)}
        frames[table] = pd.DataFrame(values, index=times, columns=names)
    for table in ("generating_count", "pumping_count"):
        frames[table] = pd.DataFrame({"p": [2, 0]}, index=times, columns=frames[table].columns)
    for table in ("generating", "pumping"):
        frames[table] = pd.DataFrame({"p 1": [1, 0], "p 2": [0, 1]}, index=times, columns=frames[table].columns)
    for table in ("on", "started", "stopped", "oil_support"):
        frames[table] = pd.DataFrame({"g1": [1, 0], "g2": [0, 1]}, index=times, columns=frames[table].columns)
    for table, reasons in (("up_decided_by", [LARGEST_UNIT, QUANTILE]), ("down_decided_by", [SHARES, CASE_MW])):
        frames[table] = pd.DataFrame({"jibei": reasons}, index=times, columns=frames[table].columns)
    for table in ("called", "call_started"):
        frames[table] = pd.DataFrame({"c1": [0, 1]}, index=times, columns=frames[table].columns)
    return Schedule(step_h=0.5, **frames)


def price_tables() -> PriceTables:
    """Two steps of half an hour; a bus, a grid, a line, a section, a contract and a store."""
    times = Horizon(START, 2, 0.5).times
    groups = (("b1", 4), ("jibei", 4), ("l1", 2), ("c1", 2), ("d1", 1), ("s1", 3), ("jibei", 3))
    names = [name for name, count in groups for _ in range(count)]
    frames = {
        table: pd.DataFrame({name: [k, -k - 0.5]}, index=times, columns=pd.Index([name], dtype="str"))
        for k, (table, name) in enumerate(zip(PRICE_TABLES, names, strict=True))
    }
    return PriceTables(step_h=0.5, **frames)


def an_aim() -> Aim:
    return Aim("absorption_first", "MWh", least=10.0, bound=9.5, limit=11.0, held=10.5, proven=True)


def a_price_report(tables: PriceTables | None = None) -> PriceReport:
    check = RuleCheck("prices-signs", 7, 0.0, 0.01, "CNY/MWh")
    return PriceReport(tables, (check,), "" if tables else "too late", absorption_cny_per_mwh=1600.0)


def a_cause() -> Cause:
    times = ("2030-01-15T00:00:00+08:00", "2030-01-15T01:00:00+08:00")
    price = {"price_cny_per_mwh": 5000.0, "cost_cny": 12500.0}
    return Cause(
        "reserve_up",
        "reserve",
        "grid",
        "jibei",
        "jibei",
        True,
        times,
        2.0,
        1.5,
        2.5,
        **price,
        english="e",
        chinese="备",
    )


def an_outcome(*, schedule: Schedule | None = None) -> Outcome:
    return Outcome(
        status=Status.FEASIBLE,
        proof=Proof(objective_cny=105.0, bound_cny=100.0),
        schedule=schedule,
        audit=AuditReport(
            rules=(RuleCheck("thermal-ramps", 7, 0.5, 0.001, "MW"),),
            breaches=(Breach("thermal-ramps", "g1", "2030-01-15T00:00:00+08:00", 0.5),),
        ),
        metrics=Metrics(
            total=grid_metrics("hebei"),
            members=(grid_metrics("hebei_south"), grid_metrics("jibei", utilisation_share=None)),
            slacks=(Slack("reserve_up", "jibei", "2030-01-15T00:00:00+08:00", 0.5),),
            contract_states=(ContractState("c1", (Parcel(20.0, 3.0),), (), 1, 3, 5.0, 50.0, 2.0, None, 0.0),),
        ),
        certificate=Certificate("a1", "b2", "c3", (("highspy", "1.15.1"), ("pypsa", "1.4.0")), 0.005, 3, ("relaxed",)),
        shortfalls=(Shortfall("2030-01-15T00:00:00+08:00", "jibei", "zhangbei", 10.0, 0.0),),
        reason="none",
        causes=(a_cause(),),
        seconds=(("building", 1.5), ("placing", 0.5), ("total", 2.0)),
    )
