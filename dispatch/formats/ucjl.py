"""
Instances of UnitCommitment.jl as cases, on a grid of their own named "UnitCommitment.jl".

The format names no date: hours begin at `FIRST_HOUR`. Costs are in the currency of the file. What it asks beside our
own grids' rules is asked by properties that any grid or case may have:

    power balance penalty      of each bus with load a contract that cuts it at that price, never made good
    price-sensitive loads      load, and a contract that cuts it at the revenue lost: the objective is higher than that
                               of the format by all revenue there is, a constant
    flow limit and penalty     a section of the one line; the rating itself does not bind. What is beyond it and what is
                               beyond the emergency limit after a loss is paid once: Section.overload_of
    contingencies              Line.may_be_lost, Line.emergency_mw, Security.n_minus_1
    reserve eligibility        a member grid for each product, to which the units that give it belong
    ramps above the minimum    as in `pglib`; reserve counts inside the ramp up
    storage                    Store.charge_power_mw, .charge_cny_per_mwh, .ends_above
    profiled units             RenewablePlant.cost_cny_per_mwh, AvailableForecast
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import numpy as np

from dispatch.case.case import Case, Prices, ReserveSeries
from dispatch.case.case import Reserve as ReserveAsked
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.network import Bus, Line, Section
from dispatch.case.renewable import UNSPECIFIED, AvailableForecast, RenewablePlant
from dispatch.case.security import Security
from dispatch.case.storage import Store, StoreState
from dispatch.case.thermal import MustRun, Outage, ThermalUnit, UnitState
from dispatch.errors import CaseError, Flaw
from dispatch.formats.foreign import FIRST_HOUR, LEAST_PEAK_MW, Foreign, Unserved, load_shares, stored_year
from dispatch.formats.json_file import bytes_of, object_in
from dispatch.formats.ucjl_instance import Instance, Storage, instance_of
from dispatch.formats.ucjl_units import Thermal
from dispatch.horizon import Horizon

GRID = "UnitCommitment.jl"
OWN_FIELDS = (b'"Production cost curve (MW)"', b'"Load (MW)"', b'"Time horizon (h)"', b'"Power balance penalty ($/MW)"')
NO_LIMIT_MW = 1e6  # a rating that never binds
REACTANCE = 1e-3  # of the line in the middle; flows depend on ratios alone


def holds_ucjl(path: Path) -> bool:
    """Whether a file holds an instance, or means to: told by what is in it, not by its name."""
    try:
        content = bytes_of(path)
    except CaseError:
        return False
    return any(field in content for field in OWN_FIELDS)


def read_ucjl(path: Path) -> Foreign:
    """The case and the grid of a .json or .json.gz file, or `CaseError` with every flaw by the path of its field."""
    content = bytes_of(path)
    instance = instance_of(object_in(content, path))
    if flaws := tuple(_flaws(instance)):
        raise CaseError(flaws)
    facts = _facts(instance, hashlib.sha256(content).hexdigest())
    return Foreign(_case(instance, path.name), facts, tuple(_notes(instance)))


def _flaws(instance: Instance) -> Iterator[Flaw]:
    """What the file may say, and no case of ours can."""
    for unit in instance.thermal:
        if len(set(unit.reserves)) > 1:
            message = f"{', '.join(unit.reserves)}: a unit gives one product here; name one, or join them"
            yield Flaw("UNSUPPORTED_FIELD", f"Generators.{unit.name}.Reserve eligibility", message)
    for reserve in instance.reserves:
        if reserve.name == GRID:
            yield Flaw("DUPLICATE", f"Reserves.{GRID}", "is the name of the grid; give another one")


def _notes(instance: Instance) -> Iterator[str]:
    if instance.priced_loads:
        constant = sum(load.revenue_per_mwh * sum(load.demand_mw) for load in instance.priced_loads)
        yield f"price-sensitive load left unserved is a cost here: take off {constant:,.2f} for the format's objective"
    both = [store.name for store in instance.storage if store.both_ways]
    if both:
        yield f"may charge and discharge at once, and never do here: {', '.join(both)}"


# ---------------------------------------------------------------- case


def _case(instance: Instance, name: str) -> Case:
    count = instance.step_count
    nothing = (0.0,) * count
    plants = [AvailableForecast(plant.name, plant.most_mw, plant.least_mw) for plant in instance.profiled]
    plants += [AvailableForecast(name, fed_mw, fed_mw) for name, _, fed_mw in _fed_in(instance)]
    unlimited = tuple(line.name for line in instance.lines if line.emergency_mw >= NO_LIMIT_MW)
    return Case(
        grid=GRID,
        edition=FIRST_HOUR.year,
        horizon=Horizon(FIRST_HOUR, count),
        units=tuple(_state(unit) for unit in instance.thermal),
        stores=tuple(StoreState(s.name, s.initial_mwh, s.last_min_mwh) for s in instance.storage),
        name=name,
        response_share=1.0,
        reserve=ReserveAsked(series=tuple(ReserveSeries(r.name, r.amount_mw, nothing) for r in instance.reserves)),
        prices=Prices(0.0, 0.0, 0.0),
        outages=tuple(Outage(*span) for span in _spans(instance, on=False)),
        must_run=tuple(MustRun(*span) for span in _spans(instance, on=True)),
        available_forecasts=tuple(plants),
        security=Security(
            n_minus_1=bool(instance.lost_lines),
            unwatched=unlimited if instance.lost_lines else (),
        ),
    )


def _state(unit: Thermal) -> UnitState:
    return UnitState(unit.name, unit.status_h > 0, abs(unit.status_h), unit.power_before_mw)


def _spans(instance: Instance, *, on: bool) -> Iterator[tuple[str, datetime, datetime]]:
    """Where units are said to be on, or off."""
    for unit in instance.thermal:
        t = 0
        for said, steps in groupby(unit.fixed):
            count = len(list(steps))
            if said is on:
                yield unit.name, FIRST_HOUR + timedelta(hours=t), FIRST_HOUR + timedelta(hours=t + count)
            t += count


# ---------------------------------------------------------------- facts


def _facts(instance: Instance, content_sha256: str) -> GridFacts:
    load_mw, unserved, plants = _load_mw(instance), _unserved(instance), _plants(instance)
    times = Horizon(FIRST_HOUR, instance.step_count).times
    members = (GRID, *(reserve.name for reserve in instance.reserves))
    shares = load_shares(load_mw)
    named = zip(instance.load_mw, shares, strict=True)
    buses = [Bus(bus, GRID, "", "AC", 500.0, 0.0, 0.0, float(share)) for bus, share in named]
    peak_mw = max(float(load_mw.sum(axis=1).max()), LEAST_PEAK_MW)
    return GridFacts(
        grid=GRID,
        edition=FIRST_HOUR.year,
        members=members,
        buses=tuple(buses),
        lines=_lines(instance),
        links=(),
        units=tuple(_unit(unit) for unit in instance.thermal),
        plants=plants,
        stores=tuple(_store(store) for store in instance.storage),
        contracts=tuple(part.contract(GRID) for part in unserved),
        interfaces=(),
        heating_seasons=(),
        running_minimums=(),
        reserve_rules=(ReserveRule(GRID, 0.0, 0.0, 0.0, largest_unit=False), *_rules(instance)),
        annual_peak_mw=dict.fromkeys(members, peak_mw),
        year=stored_year(times, load_mw, len(plants), unserved),
        content_sha256=content_sha256,
        sections=_sections(instance),
    )


def _load_mw(instance: Instance) -> np.ndarray:
    """All that would be taken at each bus, MW, (T, buses)."""
    load_mw: np.ndarray = np.maximum(np.array(list(instance.load_mw.values()), dtype=float).T, 0.0)
    index = {bus: k for k, bus in enumerate(instance.load_mw)}
    for load in instance.priced_loads:
        load_mw[:, index[load.bus]] += load.demand_mw
    return load_mw


def _sections(instance: Instance) -> tuple[Section, ...]:
    return tuple(
        Section(
            name=line.name,
            along=(line.name,),
            against=(),
            forward_limit_mw=line.normal_mw,
            backward_limit_mw=line.normal_mw,
            overload_cny_per_mwh=line.penalty_per_mwh,
            overload_of=line.name,
        )
        for line in instance.lines
        if line.normal_mw < NO_LIMIT_MW
    )


def _rules(instance: Instance) -> Iterator[ReserveRule]:
    for reserve in instance.reserves:
        price, hard = max(reserve.penalty_per_mwh, 0.0), reserve.penalty_per_mwh < 0
        yield ReserveRule(reserve.name, 0.0, 0.0, price, largest_unit=False, within_ramp=True, hard=hard)


def _unserved(instance: Instance) -> list[Unserved]:
    price = instance.penalty_per_mwh
    parts = [Unserved(f"unserved {bus}", bus, price, np.array(mw)) for bus, mw in instance.load_mw.items()]
    parts += [
        Unserved(f"unserved {load.name}", load.bus, load.revenue_per_mwh, np.array(load.demand_mw))
        for load in instance.priced_loads
    ]
    parts = [Unserved(p.name, p.bus, p.price_cny_per_mwh, np.maximum(p.load_mw, 0.0)) for p in parts]
    return [part for part in parts if part.load_mw.max() > 0]


def _fed_in(instance: Instance) -> list[tuple[str, str, tuple[float, ...]]]:
    """Negative load, which must be taken: name, bus and MW."""
    fed = [(bus, tuple(max(-mw, 0.0) for mw in load)) for bus, load in instance.load_mw.items()]
    return [(f"negative load {bus}", bus, mw) for bus, mw in fed if max(mw) > 0]


def _plants(instance: Instance) -> tuple[RenewablePlant, ...]:
    plants = [
        RenewablePlant(unit.name, unit.bus, GRID, "", UNSPECIFIED, max(unit.most_mw), unit.cost_per_mwh)
        for unit in instance.profiled
    ]
    plants += [RenewablePlant(name, bus, GRID, "", UNSPECIFIED, max(mw)) for name, bus, mw in _fed_in(instance)]
    return tuple(plants)


def _lines(instance: Instance) -> tuple[Line, ...]:
    middle = float(np.median([line.susceptance_share for line in instance.lines])) if instance.lines else 1.0
    return tuple(
        Line(
            name=line.name,
            from_bus=line.source,
            to_bus=line.target,
            reactance_share=REACTANCE * middle / line.susceptance_share,
            rating_mw=NO_LIMIT_MW,
            corridor="",
            emergency_mw=min(line.emergency_mw, NO_LIMIT_MW),
            may_be_lost=line.name in instance.lost_lines,
            overload_cny_per_mwh=line.penalty_per_mwh,
        )
        for line in instance.lines
    )


def _store(store: Storage) -> Store:
    return Store(
        name=store.name,
        bus=store.bus,
        grid=GRID,
        technology="storage",
        power_mw=store.discharge_max_mw,
        level_min_mwh=store.level_min_mwh,
        level_max_mwh=store.level_max_mwh,
        charge_efficiency_share=store.charge_efficiency_share,
        discharge_efficiency_share=store.discharge_efficiency_share,
        hourly_loss_share=store.loss_share,
        wear_cny_per_mwh=store.discharge_cny_per_mwh,
        charge_min_mw=store.charge_min_mw,
        discharge_min_mw=store.discharge_min_mw,
        charge_power_mw=store.charge_max_mw,
        charge_cny_per_mwh=store.charge_cny_per_mwh,
        ends_above=store.last_max_mwh >= store.level_max_mwh,
    )


def _unit(unit: Thermal) -> ThermalUnit:
    low_mw, high_mw = unit.output_min_mw, unit.output_max_mw
    ramp_up_mw, ramp_down_mw = min(unit.ramp_up_mw, high_mw), min(unit.ramp_down_mw, high_mw)
    return ThermalUnit(
        name=unit.name,
        plant=GRID,  # so that identical ones among all units are seen
        bus=unit.bus,
        grid=unit.reserves[0] if unit.reserves else GRID,
        city="",
        carrier="thermal",
        technology_class="",
        heats=False,
        output_min_mw=low_mw,
        output_max_mw=high_mw,
        heating_output_min_mw=low_mw,
        heating_output_max_mw=high_mw,
        ramp_up_mw_per_h=ramp_up_mw,
        ramp_down_mw_per_h=ramp_down_mw,
        start_ramp_mw=min(unit.start_limit_mw, low_mw + ramp_up_mw, high_mw),
        stop_ramp_mw=min(unit.stop_limit_mw, low_mw + ramp_down_mw, high_mw),
        min_up_h=max(1.0, unit.min_up_h),
        min_down_h=max(1.0, unit.min_down_h),
        start_types=unit.start_types,
        stop_cny=unit.stop_cny,
        other_cny_per_mwh=0.0,
        curve=unit.curve,
        stop_reserve_mw=high_mw,
    )
