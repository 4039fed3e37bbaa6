"""Whether the thermal units of a grid can run: limits, ramps, cost curves, heating and running minimum."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from dispatch.case.check_flexibility import flexibility_flaws
from dispatch.case.check_heat import region_flaws
from dispatch.case.check_numbers import unknown_flaws
from dispatch.case.facts import GridFacts
from dispatch.case.thermal import CostCurve, ThermalUnit
from dispatch.errors import Flaw
from dispatch.units import DURATION_H, POWER_MW

SLOPE_CNY_PER_MWH = 1e-6  # two slopes closer than this are the same slope
NOT_NEGATIVE = (
    *("output_min_mw", "heating_output_min_mw", "min_up_h", "min_down_h"),
    *("stop_cny", "other_cny_per_mwh"),
)
POSITIVE = ("output_max_mw", "heating_output_max_mw", "ramp_up_mw_per_h", "ramp_down_mw_per_h")


def thermal_flaws(facts: GridFacts) -> Iterator[Flaw]:
    """Flaws of every unit, of the heating seasons and of the running minimums."""
    seasons = {season.city for season in facts.heating_seasons}
    for k, unit in enumerate(facts.units):
        path = f"facts.units[{k}]"
        yield from _sign_flaws(path, unit)
        yield from _limit_flaws(path, unit)
        yield from _start_type_flaws(f"{path}.start_types", unit)
        yield from _curve_flaws(f"{path}.curve", unit)
        yield from flexibility_flaws(path, unit)
        yield from region_flaws(path, unit)
        if unit.heats and unit.city not in seasons:
            message = f"{unit.name} heats, but {unit.city} has no heating season; add one"
            yield Flaw("HEATING_SEASON_MISSING", f"{path}.city", message)
    yield from _season_flaws(facts)
    yield from _running_minimum_flaws(facts)


def _sign_flaws(path: str, unit: ThermalUnit) -> Iterator[Flaw]:
    for name in NOT_NEGATIVE:
        if not getattr(unit, name) >= 0:
            yield Flaw("NEGATIVE", f"{path}.{name}", f"{getattr(unit, name):g}; give 0 or more")
    for name in POSITIVE:
        if not getattr(unit, name) > 0:
            yield Flaw("NOT_POSITIVE", f"{path}.{name}", f"{getattr(unit, name):g}; give more than 0")
    if not 0 <= unit.self_use_share < 1:
        message = f"{unit.self_use_share:g}; give at least 0 and less than 1"
        yield Flaw("SHARE_OUT_OF_RANGE", f"{path}.self_use_share", message)


def _limit_flaws(path: str, unit: ThermalUnit) -> Iterator[Flaw]:
    """
    Least output at most the highest, in each season; start and stop ramps that reach the least output.

    In the heating season the least output may lie above the start ramp: it then counts as the start ramp.
    """
    for season in ("", "heating_") if unit.heats else ("",):
        low_mw, high_mw = getattr(unit, f"{season}output_min_mw"), getattr(unit, f"{season}output_max_mw")
        if low_mw > high_mw + POWER_MW:
            message = f"{low_mw:g} MW is above the highest output, {high_mw:g} MW"
            yield Flaw("MINIMUM_ABOVE_MAXIMUM", f"{path}.{season}output_min_mw", message)
    for name in ("start_ramp_mw", "stop_ramp_mw"):
        if not getattr(unit, name) >= unit.output_min_mw - POWER_MW:
            message = f"{getattr(unit, name):g} MW never reaches the least output, {unit.output_min_mw:g} MW"
            yield Flaw("RAMP_BELOW_MINIMUM", f"{path}.{name}", message)
    if not unit.stop_reach_mw >= unit.stop_ramp_mw:
        message = f"{unit.stop_reach_mw:g} MW with reserve is less than the {unit.stop_ramp_mw:g} MW without"
        yield Flaw("STOP_RESERVE_BELOW_RAMP", f"{path}.stop_reserve_mw", message)


def _start_type_flaws(path: str, unit: ThermalUnit) -> Iterator[Flaw]:
    """Every start has one price: types from the shortest time off on, each later one no cheaper."""
    types = unit.start_types
    if not types:
        yield Flaw("START_TYPES_MISSING", path, f"{unit.name} has no start type; give at least one")
        return
    unfit = [
        Flaw("NEGATIVE", f"{path}[{k}].{name}", f"{getattr(kind, name):g}; give a finite number, 0 or more")
        for k, kind in enumerate(types)
        for name in ("hours_off_h", "start_cny")
        if not 0 <= getattr(kind, name) < math.inf
    ]
    yield from unfit
    if not unfit:
        yield from _start_order_flaws(path, unit)


def _start_order_flaws(path: str, unit: ThermalUnit) -> Iterator[Flaw]:
    types = unit.start_types
    if types[0].hours_off_h > unit.min_down_h + DURATION_H:
        message = f"{types[0].hours_off_h:g} h leave a start after {unit.min_down_h:g} h without a price"
        yield Flaw("START_TYPE_TOO_LATE", f"{path}[0].hours_off_h", message)
    for k, (hotter, colder) in enumerate(pairwise(types), start=1):
        if not hotter.hours_off_h < colder.hours_off_h:
            message = f"{colder.hours_off_h:g} h are not longer than {hotter.hours_off_h:g} h; give the types in order"
            yield Flaw("START_TYPES_NOT_RISING", f"{path}[{k}].hours_off_h", message)
        if colder.start_cny < hotter.start_cny:
            message = f"{colder.start_cny:g} CNY is less than {hotter.start_cny:g} CNY after a shorter time off"
            yield Flaw("COLDER_START_CHEAPER", f"{path}[{k}].start_cny", message)


def _curve_flaws(path: str, unit: ThermalUnit) -> Iterator[Flaw]:
    curve = unit.curve
    lengths = {len(curve.output_mw), len(curve.fuel_cny_per_h), len(curve.carbon_tco2_per_h)}
    if len(lengths) > 1 or not curve.output_mw:
        yield Flaw("CURVE_LENGTH", path, f"{sorted(lengths)} points; give the same number of each, at least 1")
        return
    if not all(map(math.isfinite, (*curve.output_mw, *curve.fuel_cny_per_h, *curve.carbon_tco2_per_h))):
        yield Flaw("NOT_FINITE", path, f"the curve of {unit.name} holds a value that is no number")
        return
    if not all(a < b for a, b in pairwise(curve.output_mw)):
        yield Flaw("CURVE_NOT_RISING", f"{path}.output_mw", "give the points by rising output, none twice")
        return
    if not is_convex(curve):
        message = f"the fuel of {unit.name} grows slower at a higher output; take the lower convex hull"
        yield Flaw("CURVE_NOT_CONVEX", f"{path}.fuel_cny_per_h", message)
    yield from _cover_flaws(path, unit)


def _cover_flaws(path: str, unit: ThermalUnit) -> Iterator[Flaw]:
    low_mw, high_mw = unit.least_mw, unit.output_max_mw
    if unit.heats:
        high_mw = max(high_mw, unit.heating_output_max_mw)
    first_mw, last_mw = unit.curve.output_mw[0], unit.curve.output_mw[-1]
    if first_mw > low_mw + POWER_MW or last_mw < high_mw - POWER_MW:
        message = f"the curve covers {first_mw:g} to {last_mw:g} MW; make it cover {low_mw:g} to {high_mw:g} MW"
        yield Flaw("CURVE_TOO_SHORT", f"{path}.output_mw", message)


def is_convex(curve: CostCurve) -> bool:
    """Fuel grows ever faster with output."""
    points = list(zip(curve.output_mw, curve.fuel_cny_per_h, strict=True))
    slopes = [(d - b) / (c - a) for (a, b), (c, d) in pairwise(points)]
    return all(later >= earlier - SLOPE_CNY_PER_MWH for earlier, later in pairwise(slopes))


def _season_flaws(facts: GridFacts) -> Iterator[Flaw]:
    rows = {"heating_seasons": facts.heating_seasons, "contracts": facts.contracts, "sections": facts.sections}
    for table, seasons in rows.items():
        for k, season in enumerate(seasons):
            for name in ("first_day", "last_day"):
                day = getattr(season, name)
                if not _is_day(day):
                    message = f"{day!r} is no day of the year; give MM-DD, as 11-15"
                    yield Flaw("DAY_INVALID", f"facts.{table}[{k}].{name}", message)


def _is_day(day: str) -> bool:
    try:
        return datetime.strptime(f"2028-{day}", "%Y-%m-%d").strftime("%m-%d") == day  # noqa: DTZ007 (no clock)
    except ValueError:
        return False


def _running_minimum_flaws(facts: GridFacts) -> Iterator[Flaw]:
    plants = [unit.plant for unit in facts.units if unit.heats]
    for k, minimum in enumerate(facts.running_minimums):
        path = f"facts.running_minimums[{k}]"
        yield from unknown_flaws("UNKNOWN_PLANT", f"{path}.plant", minimum.plant, sorted(set(plants)))
        if not 0 <= minimum.units_on_count <= plants.count(minimum.plant):
            message = f"{minimum.units_on_count} of the {plants.count(minimum.plant)} heating units; give 0 to all"
            yield Flaw("RUNNING_MINIMUM_IMPOSSIBLE", f"{path}.units_on_count", message)
