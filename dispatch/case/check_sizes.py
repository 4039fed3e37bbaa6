"""
Whether the numbers of a grid are of a size that exists.

A number far beyond all others costs the solver its accuracy for the rest: what it then calls feasible or optimal may
be neither. A number's name ends in its unit, and the unit says how large it may be.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from dispatch.case.check_numbers import LARGEST_ENERGY_MWH, LARGEST_NUMBER, LARGEST_POWER_MW
from dispatch.case.facts import GridFacts
from dispatch.case.thermal import ThermalUnit
from dispatch.errors import Flaw

LARGEST_CNY = 1e9  # of a start, or of an hour
LARGEST_T_PER_H = 1e3  # of oil: 12,000 MW of heat
LARGEST_TCO2_PER_T = 10.0  # pure carbon gives 3.67
LARGEST_REACTANCE = 1.0  # per unit on 1 MVA: 250,000 ohm at 500 kV
LARGEST = {  # by the end of a name, the longest end first
    "_cny_per_mwh": LARGEST_NUMBER,
    "_cny_per_h": LARGEST_CNY,
    "_cny_per_t": LARGEST_NUMBER,
    "_tco2_per_t": LARGEST_TCO2_PER_T,
    "_mw_per_h": LARGEST_POWER_MW,
    "_t_per_h": LARGEST_T_PER_H,
    "_mwh": LARGEST_ENERGY_MWH,
    "_cny": LARGEST_CNY,
    "_mw": LARGEST_POWER_MW,
    "_h": LARGEST_NUMBER,
    "reactance_share": LARGEST_REACTANCE,
}
TABLES = (
    *("lines", "links", "units", "plants", "stores", "contracts", "interfaces", "sections", "reserve_rules"),
    *("aggregators", "connections", "product_rules"),
)


def size_flaws(facts: GridFacts) -> Iterator[Flaw]:
    """Every number of the tables, of what the units hold besides, and of the stored year."""
    for table in TABLES:
        for k, row in enumerate(getattr(facts, table)):
            yield from _row_flaws(f"facts.{table}[{k}]", row)
    yield from _unit_flaws(facts)
    for grid, peak_mw in facts.annual_peak_mw.items():
        yield from _size_flaws(f"facts.annual_peak_mw[{grid}]", peak_mw, "_mw")
    for name, table_mw in {"load_mw": facts.year.load_mw, **_plans(facts)}.items():
        if table_mw.size and np.isfinite(table_mw).all():
            yield from _size_flaws(f"facts.year.{name}", float(np.abs(table_mw).max()), "_mw")


def _unit_flaws(facts: GridFacts) -> Iterator[Flaw]:
    """Curves, start types and output below the normal minimum; all but flexibility is made sure finite elsewhere."""
    for k, unit in enumerate(facts.units):
        for name in ("output_mw", "fuel_cny_per_h"):
            yield from _finite_flaws(f"facts.units[{k}].curve.{name}", getattr(unit.curve, name))
        for name in ("hours_off_h", "start_cny"):
            values = tuple(getattr(kind, name) for kind in unit.start_types)
            yield from _finite_flaws(f"facts.units[{k}].start_types", values, f".{name}")
        yield from _deep_flaws(f"facts.units[{k}]", unit)


def _deep_flaws(path: str, unit: ThermalUnit) -> Iterator[Flaw]:
    for k, band in enumerate(unit.deep_bands):
        yield from _row_flaws(f"{path}.deep_bands[{k}]", band, finite=True)
    if unit.oil_support is not None:
        yield from _row_flaws(f"{path}.oil_support", unit.oil_support, finite=True)
    if unit.heat_region is not None:
        yield from _row_flaws(f"{path}.heat_region", unit.heat_region)
    for k, known in enumerate(unit.flexibilities):
        yield from _row_flaws(f"{path}.flexibilities[{k}]", known)


def _plans(facts: GridFacts) -> dict[str, np.ndarray]:
    return {f"net_import_mw[{variant}]": plan_mw for variant, plan_mw in facts.year.net_import_mw.items()}


def _row_flaws(path: str, row: object, *, finite: bool = False) -> Iterator[Flaw]:
    """Every number of a row; with `finite`, one that is not is told elsewhere."""
    for name in (field.name for field in fields(row)):  # type: ignore[arg-type]
        value = getattr(row, name)
        if isinstance(value, int | float) and (math.isfinite(value) or not finite):
            yield from _size_flaws(f"{path}.{name}", value, name)


def _finite_flaws(path: str, values: tuple[float, ...], name: str = "") -> Iterator[Flaw]:
    for j, value in enumerate(values):
        if math.isfinite(value):
            yield from _size_flaws(f"{path}[{j}]{name}", value, name or path)


def _size_flaws(field: str, value: float, name: str) -> Iterator[Flaw]:
    largest = next((most for end, most in LARGEST.items() if name.endswith(end)), math.inf)
    if abs(value) > largest:
        yield Flaw("TOO_LARGE", field, f"{value:g} cannot be meant; give at most {largest:g}")
