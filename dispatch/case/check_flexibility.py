"""Whether retrofit states that a case asks for are known, and what the facts say of output below the normal minimum."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from dispatch.case.as_asked import concerns
from dispatch.case.case import Case
from dispatch.case.check_numbers import unknown_flaws
from dispatch.case.facts import GridFacts
from dispatch.case.thermal import AFTER, BEFORE, OilSupport, Retrofit, ThermalUnit
from dispatch.errors import Flaw
from dispatch.units import DURATION_H, POWER_MW


def retrofit_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """Every retrofit state names a class or a unit of the grid that is known before and after, and names it once."""
    seen: set[tuple[str, str, str]] = set()
    for k, retrofit in enumerate(case.retrofits):
        path = f"retrofits[{k}]"
        yield from unknown_flaws("UNKNOWN_STATE", f"{path}.state", retrofit.state, (BEFORE, AFTER))
        if bool(retrofit.unit) == bool(retrofit.technology_class):
            message = "names both a class and a unit, or neither; give one of them"
            yield Flaw("CLASS_OR_UNIT", f"{path}.technology_class", message)
            continue
        unknown = list(_unknown_flaws(path, retrofit, facts))
        yield from unknown or _unfit_flaws(path, retrofit, facts)
        place = (retrofit.technology_class, retrofit.unit, retrofit.grid)
        if place in seen:
            name = retrofit.unit or retrofit.technology_class
            yield Flaw("DUPLICATE", path, f"{name!r} stands more than once; give it once")
        seen.add(place)


def _unknown_flaws(path: str, retrofit: Retrofit, facts: GridFacts) -> Iterator[Flaw]:
    if retrofit.grid:
        yield from unknown_flaws("UNKNOWN_MEMBER_GRID", f"{path}.grid", retrofit.grid, facts.members)
    if retrofit.unit:
        yield from unknown_flaws("UNKNOWN_UNIT", f"{path}.unit", retrofit.unit, [u.name for u in facts.units])
    else:
        anywhere = retrofit.grid not in facts.members
        classes = sorted({u.technology_class for u in facts.units if anywhere or u.grid == retrofit.grid})
        yield from unknown_flaws("UNKNOWN_CLASS", f"{path}.technology_class", retrofit.technology_class, classes)


def _unfit_flaws(path: str, retrofit: Retrofit, facts: GridFacts) -> Iterator[Flaw]:
    meant = [unit for unit in facts.units if concerns(retrofit, unit)]
    if retrofit.unit and retrofit.grid not in ("", meant[0].grid):
        message = f"{retrofit.unit} lies in {meant[0].grid}; leave the grid out"
        yield Flaw("UNIT_ELSEWHERE", f"{path}.grid", message)
    unable = [unit.name for unit in meant if retrofit.state not in {known.retrofit for known in unit.flexibilities}]
    if unable and retrofit.state in (BEFORE, AFTER):
        message = f"nothing is known of {unable[0]} {retrofit.state} a retrofit; leave it out"
        yield Flaw("RETROFIT_NOT_KNOWN", f"{path}.state", message)


def flexibility_flaws(path: str, unit: ThermalUnit) -> Iterator[Flaw]:
    """Bands of rising price, oil support that can be kept to, and retrofit states within the unit's limits."""
    yield from _band_flaws(f"{path}.deep_bands", unit)
    if unit.oil_support is not None:
        yield from _oil_flaws(f"{path}.oil_support", unit.oil_support)
    for k, known in enumerate(unit.flexibilities):
        own = f"{path}.flexibilities[{k}]"
        yield from unknown_flaws("UNKNOWN_STATE", f"{own}.retrofit", known.retrofit, (BEFORE, AFTER))
        for name in ("ramp_up_mw_per_h", "ramp_down_mw_per_h"):
            if not getattr(known, name) > 0:
                yield Flaw("NOT_POSITIVE", f"{own}.{name}", f"{getattr(known, name):g}; give more than 0")
        for season in ("", "heating_") if unit.heats else ("",):
            low_mw, high_mw = getattr(known, f"{season}output_min_mw"), getattr(unit, f"{season}output_max_mw")
            if not 0 <= low_mw <= high_mw + POWER_MW:
                message = f"{low_mw:g} MW is not from 0 to the highest output, {high_mw:g} MW"
                yield Flaw("MINIMUM_ABOVE_MAXIMUM", f"{own}.{season}output_min_mw", message)


def _band_flaws(path: str, unit: ThermalUnit) -> Iterator[Flaw]:
    """Deeper costs more: else the cost of output is no longer convex, and a unit would jump over the cheap band."""
    bands = unit.deep_bands
    for k, band in enumerate(bands):
        for name in ("below_mw", "price_cny_per_mwh"):
            if not 0 <= getattr(band, name) < math.inf:
                message = f"{getattr(band, name):g}; give a finite number, 0 or more"
                yield Flaw("NEGATIVE", f"{path}[{k}].{name}", message)
    for k, (upper, lower) in enumerate(pairwise(bands), start=1):
        if not lower.below_mw < upper.below_mw:
            message = f"{lower.below_mw:g} MW is not below {upper.below_mw:g} MW; give the bands by falling output"
            yield Flaw("BANDS_NOT_FALLING", f"{path}[{k}].below_mw", message)
        if lower.price_cny_per_mwh < upper.price_cny_per_mwh:
            message = f"{lower.price_cny_per_mwh:g} CNY/MWh is less than in the band above; deeper never earns less"
            yield Flaw("DEEPER_BAND_CHEAPER", f"{path}[{k}].price_cny_per_mwh", message)
    high_mw = min(unit.output_max_mw, unit.heating_output_max_mw) if unit.heats else unit.output_max_mw
    if bands and bands[0].below_mw > high_mw + POWER_MW:
        message = f"{bands[0].below_mw:g} MW is above the highest output, {high_mw:g} MW"
        yield Flaw("MINIMUM_ABOVE_MAXIMUM", f"{path}[0].below_mw", message)


def _oil_flaws(path: str, oil: OilSupport) -> Iterator[Flaw]:
    for name in ("below_mw", "oil_t_per_h", "price_cny_per_t", "carbon_tco2_per_t", "least_h", "most_h", "apart_h"):
        if not 0 <= getattr(oil, name) < math.inf:
            message = f"{getattr(oil, name):g}; give a finite number, 0 or more"
            yield Flaw("NEGATIVE", f"{path}.{name}", message)
    if oil.most_h == 0 or 0 < oil.most_h < oil.least_h - DURATION_H:
        message = f"{oil.most_h:g} h at most, {oil.least_h:g} h at least; give more than 0, and no less than the least"
        yield Flaw("MOST_BELOW_LEAST", f"{path}.most_h", message)
