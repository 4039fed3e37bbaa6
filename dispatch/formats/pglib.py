"""
pglib-uc instances as cases: a grid of one bus of its own, named "pglib-uc", and the question asked on it.

The format counts hours from no date; here they begin at `FIRST_HOUR`. Costs are in the currency of the file. What the
format asks beside our own grids' rules is asked by properties that any grid or case may have:

    reserves                     Reserve.series, and a rule that is hard, within the ramp, without the largest unit
    ramps above the minimum      SU = min(ramp_startup_limit, Pmin + ramp_up_limit): in a start output above the minimum
                                 and reserve rise from 0, so that both limits hold at once; likewise
                                 SD = min(ramp_shutdown_limit, Pmin + ramp_down_limit) for output alone; with reserve
                                 ramp_shutdown_limit holds alone (`stop_reserve_mw`); exact
    startup by lag               ThermalUnit.start_types
    renewable minimum, maximum   AvailableForecast.least_mw, .available_mw; curtailment is free
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from dispatch.case.case import Case, Prices, Reserve, ReserveSeries
from dispatch.case.facts import GridFacts, ReserveRule, StoredYear
from dispatch.case.interchange import VARIANTS
from dispatch.case.network import Bus
from dispatch.case.renewable import UNSPECIFIED, AvailableForecast, LoadForecast, RenewablePlant
from dispatch.case.thermal import MustRun, ThermalUnit, UnitState
from dispatch.errors import CaseError
from dispatch.formats.json_file import GZIP, bytes_of, object_in
from dispatch.formats.pglib_instance import Instance, Renewable, Thermal, instance_of, shortest_off_h
from dispatch.horizon import HOURS_PER_YEAR, Horizon, beijing

GRID = "pglib-uc"
BUS = "bus"
FIRST_HOUR = beijing(datetime(2030, 1, 1))  # noqa: DTZ001 (beijing makes it aware); the format names no date
OWN_FIELDS = (b'"thermal_generators"', b'"renewable_generators"', b'"time_periods"')
LEAST_PEAK_MW = 1.0  # an annual peak is above 0, whatever the demand


def is_pglib(path: Path) -> bool:
    """Whether a file holds an instance, or means to: told by what is in it, not by its name."""
    try:
        content = bytes_of(path)
    except CaseError:
        return _is_packed(path)
    return any(field in content for field in OWN_FIELDS)


def _is_packed(path: Path) -> bool:
    try:
        return path.read_bytes().startswith(GZIP)
    except OSError:
        return False


def read_pglib(path: Path) -> tuple[Case, GridFacts]:
    """The case and the grid of a .json or .json.gz file, or `CaseError` with every flaw by the path of its field."""
    content = bytes_of(path)
    instance = instance_of(object_in(content, path))
    return _case(instance, path.name), _facts(instance, hashlib.sha256(content).hexdigest())


def _case(instance: Instance, name: str) -> Case:
    horizon = Horizon(FIRST_HOUR, instance.step_count)
    end = FIRST_HOUR + timedelta(hours=instance.step_count)
    down_mw = (0.0,) * instance.step_count
    return Case(
        grid=GRID,
        edition=FIRST_HOUR.year,
        horizon=horizon,
        units=tuple(_state(unit) for unit in instance.thermal),
        stores=(),
        name=name,
        reserve=Reserve(series=(ReserveSeries(GRID, instance.reserve_mw, down_mw),)),
        prices=Prices(large_curtailment_cny_per_mwh=0.0, distributed_curtailment_cny_per_mwh=0.0),
        must_run=tuple(MustRun(unit.name, FIRST_HOUR, end) for unit in instance.thermal if unit.must_run),
        load_forecasts=(LoadForecast(GRID, instance.demand_mw),),
        available_forecasts=tuple(AvailableForecast(r.name, r.most_mw, r.least_mw) for r in instance.renewable),
    )


def _state(unit: Thermal) -> UnitState:
    hours_h = unit.up_before_h if unit.on_before else unit.down_before_h
    return UnitState(unit.name, unit.on_before, hours_h, unit.output_before_mw)


def _facts(instance: Instance, content_sha256: str) -> GridFacts:
    nothing = np.zeros((HOURS_PER_YEAR, 0))
    year = StoredYear(
        load_mw=np.zeros((HOURS_PER_YEAR, 1)),
        available_share=np.zeros((HOURS_PER_YEAR, len(instance.renewable))),
        net_import_mw=dict.fromkeys(VARIANTS, nothing),
    )
    rule = ReserveRule(GRID, 0.0, 0.0, 0.0, largest_unit=False, within_ramp=True, hard=True)
    return GridFacts(
        grid=GRID,
        edition=FIRST_HOUR.year,
        members=(GRID,),
        buses=(Bus(BUS, GRID, "", "AC", 500.0, 0.0, 0.0, load_share=1.0),),
        lines=(),
        links=(),
        units=tuple(_unit(unit) for unit in instance.thermal),
        plants=tuple(_plant(plant) for plant in instance.renewable),
        stores=(),
        contracts=(),
        interfaces=(),
        heating_seasons=(),
        running_minimums=(),
        reserve_rules=(rule,),
        annual_peak_mw={GRID: max(*instance.demand_mw, LEAST_PEAK_MW)},
        year=year,
        content_sha256=content_sha256,
    )


def _plant(plant: Renewable) -> RenewablePlant:
    return RenewablePlant(plant.name, BUS, GRID, "", UNSPECIFIED, max(plant.most_mw))


def _unit(unit: Thermal) -> ThermalUnit:
    low_mw, high_mw = unit.output_min_mw, unit.output_max_mw
    return ThermalUnit(
        name=unit.name,
        plant=GRID,  # so that identical ones among all units are seen
        bus=BUS,
        grid=GRID,
        city="",
        carrier="thermal",
        technology_class="",
        heats=False,
        output_min_mw=low_mw,
        output_max_mw=high_mw,
        heating_output_min_mw=low_mw,
        heating_output_max_mw=high_mw,
        ramp_up_mw_per_h=unit.ramp_up_mw_per_h,
        ramp_down_mw_per_h=unit.ramp_down_mw_per_h,
        start_ramp_mw=min(unit.start_ramp_mw, low_mw + unit.ramp_up_mw_per_h, high_mw),
        stop_ramp_mw=min(unit.stop_ramp_mw, low_mw + unit.ramp_down_mw_per_h, high_mw),
        min_up_h=unit.min_up_h,
        min_down_h=shortest_off_h(unit),
        start_types=unit.start_types,
        stop_cny=0.0,
        other_cny_per_mwh=0.0,
        curve=unit.curve,
        stop_reserve_mw=min(unit.stop_ramp_mw, high_mw),
    )
