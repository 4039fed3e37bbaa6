"""Thermal units, wind and sun, and storage of a stored grid, as the facts hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dispatch.case.heat import HeatRegion
from dispatch.case.pumped_hydro import LowerReservoir, PumpGroup
from dispatch.case.renewable import TECHNOLOGIES, RenewablePlant
from dispatch.case.storage import Store
from dispatch.case.thermal import (
    AFTER,
    BEFORE,
    CostCurve,
    DeepBand,
    Flexibility,
    OilSupport,
    StartType,
    ThermalUnit,
)
from dispatch.grid.tables import Tables, shared

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start

THERMAL = ("coal", "gas")
LEAST_OUTPUT_SHARE = 0.1  # cost curves begin here, below every minimum in force
KG_PER_T = 1000.0


def thermal_units(tables: Tables) -> tuple[ThermalUnit, ...]:
    """Every unit in service in the edition, with the limits of its class and retrofit state."""
    generators = tables.static("generators")
    kinds = Kinds.read()
    state = tables.setting("retrofit", AFTER)
    rows = generators[generators["carrier"].isin(THERMAL)].to_dict("index")
    return tuple(_unit(str(name), row, kinds, state) for name, row in rows.items())


@dataclass(frozen=True)
class Kinds:
    """What is known of units, table by table, by their class: rows, or of rates and bands tables of rows."""

    classes: dict[Any, Any]
    rates: dict[Any, Any]
    bands: dict[Any, Any]
    oil: dict[Any, Any]
    heat: dict[Any, Any]
    starts: dict[Any, Any]

    @classmethod
    def read(cls) -> Kinds:
        """From the shared tables."""
        tables = ("technology_classes", "oil_support", "heat_regions", "start_times")
        classes, oil, heat, starts = (shared(name).set_index("class").to_dict("index") for name in tables)
        rates, bands = (dict(list(shared(name).groupby("class"))) for name in ("heat_rates", "deep_bands"))
        return cls(classes, rates, bands, oil, heat, starts)


def _unit(name: str, row: Any, kinds: Kinds, state: str) -> ThermalUnit:
    size, own = float(row["p_nom"]), str(row["technology_class"])
    kind, bands = kinds.classes[own], kinds.bands
    heats = row["chp"] != "no"
    heating_upper = size * kind["heating_p_max_pu"]
    known = {name: _flexibility(size, kind, name, heats=heats) for name in (BEFORE, AFTER)}
    now = known[state]
    return ThermalUnit(
        name=name,
        plant=str(row["plant"]),
        bus=str(row["bus"]),
        grid=str(row["grid"]),
        city=str(row["city"]),
        carrier=str(row["carrier"]),
        technology_class=own,
        heats=heats,
        output_min_mw=now.output_min_mw,
        output_max_mw=size,
        heating_output_min_mw=now.heating_output_min_mw,
        heating_output_max_mw=heating_upper if heats else size,
        ramp_up_mw_per_h=now.ramp_up_mw_per_h,
        ramp_down_mw_per_h=now.ramp_down_mw_per_h,
        start_ramp_mw=size * kind["start_ramp_pu"],
        stop_ramp_mw=size * kind["stop_ramp_pu"],
        min_up_h=float(kind["min_up_h"]),
        min_down_h=float(kind["min_down_h"]),
        start_types=_start_types(size, kind),
        stop_cny=size * kind["shut_down_cost_cny_per_mw"],
        other_cny_per_mwh=float(kind["vom_cny_per_mwh"]),
        curve=_curve(size, kind, kinds.rates.get(own)),
        retrofit=state,
        flexibilities=tuple(known.values()),
        deep_bands=_deep_bands(size, bands[own]) if own in bands else (),
        oil_support=_oil_support(size, kinds.oil[own]) if own in kinds.oil else None,
        heat_region=_heat_region(size, kinds.heat[own]) if heats else None,
        self_use_share=float(kind["self_use_share"]),
        start_time_h=float(kinds.starts[own]["start_time_h"]) if own in kinds.starts else None,
    )


def _flexibility(size: float, kind: Any, state: str, *, heats: bool) -> Flexibility:
    """Limits of a class before or after retrofit; those of the heating season where the unit heats."""
    lower, ramp = size * kind[f"p_min_pu_{state}"], size * kind[f"ramp_pu_per_h_{state}"]
    heating_lower = size * kind[f"heating_p_min_pu_{state}"] if heats else lower
    return Flexibility(state, float(lower), float(heating_lower), float(ramp), float(ramp))


def _deep_bands(size: float, rows: pd.DataFrame) -> tuple[DeepBand, ...]:
    """Bands below the normal minimum, the highest first."""
    pairs = sorted(zip(rows["below_share"], rows["price_cny_per_mwh"], strict=True), reverse=True)
    return tuple(DeepBand(size * float(share), float(price)) for share, price in pairs)


def _heat_region(size: float, kind: Any) -> HeatRegion:
    return HeatRegion(
        turbine=str(kind["turbine"]),
        design_heat_mw=size * float(kind["design_heat_share"]),
        back_pressure_share=float(kind["back_pressure_share"]),
        floor_loss_share=float(kind["floor_loss_share"]),
    )


def _oil_support(size: float, kind: Any) -> OilSupport:
    return OilSupport(
        below_mw=size * float(kind["below_share"]),
        oil_t_per_h=size * float(kind["oil_kg_per_h_per_mw"]) / KG_PER_T,
        price_cny_per_t=float(kind["price_cny_per_t"]),
        carbon_tco2_per_t=float(kind["carbon_tco2_per_t"]),
        least_h=float(kind["least_h"]),
        most_h=float(kind["most_h"]),
        apart_h=float(kind["apart_h"]),
    )


def _start_types(size: float, kind: Any) -> tuple[StartType, ...]:
    """Hot while off for less than the class's hot limit, warm up to its warm limit, cold from there."""
    return (
        StartType(0.0, size * kind["start_cost_hot_cny_per_mw"]),
        StartType(float(kind["hot_start_max_offline_h"]), size * kind["start_cost_warm_cny_per_mw"]),
        StartType(float(kind["warm_start_max_offline_h"]), size * kind["start_cost_cold_cny_per_mw"]),
    )


def _curve(size: float, kind: Any, rates: Any) -> CostCurve:
    if kind["fuel"] == "gas":
        output = size * np.array([LEAST_OUTPUT_SHARE, 1.0])
        fuel = kind["no_load_cost_cny_per_h_per_mw"] * size + kind["marginal_cost_cny_per_mwh"] * output
        return CostCurve(tuple(output), tuple(fuel), tuple(kind["co2_t_per_mwh"] * output))
    share = rates["load_share"].to_numpy(dtype=float)
    coal_t_per_h = share * size * rates["coal_g_per_kwh"].to_numpy(dtype=float) / KG_PER_T
    output, coal = convex_from(share * size, coal_t_per_h, LEAST_OUTPUT_SHARE * size)
    fuel, carbon = coal * kind["fuel_price_cny_per_tce"], coal * kind["co2_t_per_tce"]
    return CostCurve(tuple(output), tuple(fuel), tuple(carbon), of_supply=True)


def convex_from(x: np.ndarray, y: np.ndarray, first: float) -> tuple[np.ndarray, np.ndarray]:
    """
    The lower convex hull of measured points, its first piece extended down to `first`.

    Measured heat rates are not quite convex; the hull lies below the points, by less than 1 % here (a test holds it).
    Parameters: x rising, y of the same shape. Returns the hull's points.
    """
    hull: list[tuple[float, float]] = []
    for point in zip(x.tolist(), y.tolist(), strict=True):
        while len(hull) > 1 and _turns_down(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    (x0, y0), (x1, y1) = hull[0], hull[1]
    if x0 > first:
        hull[0] = (first, y0 - (y1 - y0) / (x1 - x0) * (x0 - first))
    return np.array([p[0] for p in hull]), np.array([p[1] for p in hull])


def _turns_down(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[1] - a[1]) * (c[0] - b[0]) >= (c[1] - b[1]) * (b[0] - a[0])


def renewable_plants(tables: Tables) -> tuple[RenewablePlant, ...]:
    """Wind and sun by city, technology and bus, where the edition has any."""
    generators = tables.static("generators")
    rows = generators[generators["carrier"].isin(TECHNOLOGIES) & (generators["p_nom"] > 0)]
    return tuple(
        RenewablePlant(str(name), row["bus"], row["grid"], row["city"], row["carrier"], float(row["p_nom"]))
        for name, row in rows.iterrows()
    )


def stores(tables: Tables) -> tuple[Store, ...]:
    """New-type storage and pumped hydro in service in the edition."""
    rows, kinds = tables.static("storage_units"), shared("storage_operation").set_index("technology")
    units, reservoirs = tables.optional("pumped_hydro_units"), tables.optional("pumped_hydro_reservoirs")
    return tuple(
        Store(
            name=str(name),
            bus=row["bus"],
            grid=row["grid"],
            technology=row["carrier"],
            power_mw=float(row["p_nom"]),
            level_min_mwh=float(row["p_nom"] * row["max_hours"] * row["level_min_share"]),
            level_max_mwh=float(row["p_nom"] * row["max_hours"] * row["level_max_share"]),
            charge_efficiency_share=float(row["efficiency_store"]),
            discharge_efficiency_share=float(row["efficiency_dispatch"]),
            hourly_loss_share=float(row["standing_loss"]),
            wear_cny_per_mwh=float(row["marginal_cost"]),
            groups=_pump_groups(str(name), units),
            lower=_lower_reservoir(str(name), reservoirs),
            **_operation(float(row["p_nom"]), kinds.loc[row["carrier"]]),
        )
        for name, row in rows.iterrows()
    )


def _operation(power_mw: float, kind: Any) -> dict[str, Any]:
    """What a technology of storage may do: least powers, cycles a day (an empty cell: no limit)."""
    import pandas as pd

    return {
        "charge_min_mw": power_mw * float(kind["charge_min_share"]),
        "discharge_min_mw": power_mw * float(kind["discharge_min_share"]),
        "daily_cycle_count": None if pd.isna(kind["daily_cycles"]) else float(kind["daily_cycles"]),
    }


def _pump_groups(plant: str, rows: pd.DataFrame) -> tuple[PumpGroup, ...]:
    """The identical units of a plant, by kind."""
    own = rows[rows["plant"] == plant] if len(rows) else rows
    return tuple(
        PumpGroup(
            name=f"{plant} {row['unit']}",
            unit_count=int(row["count"]),
            generate_min_mw=float(row["unit_mw"] * row["generate_min_share"]),
            generate_max_mw=float(row["unit_mw"]),
            pump_min_mw=float(row["pump_mw"] * row["pump_min_share"]),
            pump_max_mw=float(row["pump_mw"]),
            changeover_h=float(row["changeover_h"]),
            daily_start_count=int(row["daily_starts"]),
        )
        for _, row in own.iterrows()
    )


def _lower_reservoir(plant: str, rows: pd.DataFrame) -> LowerReservoir | None:
    """The lower reservoir of a plant; None where the table has none."""
    own = rows[rows["plant"] == plant] if len(rows) else rows
    limits = ((float(r["lower_min_mwh"]), float(r["lower_max_mwh"]), float(r["water_mwh"])) for _, r in own.iterrows())
    return next((LowerReservoir(*three) for three in limits), None)
