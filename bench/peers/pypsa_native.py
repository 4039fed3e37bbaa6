"""
One of our cases as a plain PyPSA network, solved by PyPSA's own `n.optimize()` with HiGHS on two threads.

What PyPSA expresses is expressed: committable units with minimum and maximum output by hour (heating season, outages),
minimum up and down times, ramps, start and stop limits, start and stop costs, a cost per hour on, the state before the
first hour; lines with the voltage law, DC links; storage with losses, wear and end level; wind and sun whose
curtailment is a priced generator of negative sign, so that objective and gap mean the same as ours; interchange inside
its band, and beyond it at a price.

Left out, because PyPSA has nothing for it:
- reserve, minimum running modes and hours a unit must run (`--rows` adds the first two as linopy rows through
  `extra_functionality`, as a PyPSA user would);
- the kinks of the cost curves: one chord from the first to the last point (PyPSA's own piecewise costs do not work with
  committable units without binaries);
- demand response by contract: a case with a response share is refused;
- charging or discharging, but not both, in one hour;
- what is lost in storage is priced at discharging, for the round trip: the same where levels end as they began;
- the loss of the energy below a store's floor, which PyPSA has no attribute for (levels are counted from the floor).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pypsa
import xarray as xr

from bench.highs import options, read_answer, sizes_of
from bench.measure import Answer, Measured, case_name, versions_of
from bench.peers.arguments import parser_of
from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs, inputs_of
from dispatch.case.renewable import DISTRIBUTED
from dispatch.case.storage import Store
from dispatch.grid.catalogue import facts_of
from dispatch.grid.place import import_limits_mw
from dispatch.wire.files import read_case

LEFT_OUT = ("reserve", "running minimum", "must-run", "cost kinks", "response", "one storage direction")
ADDED_BY_ROWS = LEFT_OUT[:2]


def main() -> None:
    """Solve one case."""
    answer = Answer()
    parser = parser_of("a case as plain PyPSA")
    parser.add_argument("--rows", action="store_true", help="add reserve and running minimums as linopy rows")
    asked = parser.parse_args()
    case = read_case(asked.file)
    if case.response_share > 0:
        parser.error("plain PyPSA has no demand response by contract: give a case with a response share of 0")
    facts = facts_of(case.grid, case.edition)
    measured = Measured("pypsa_rows" if asked.rows else "pypsa", case_name(asked.file), asked.gap)
    answer.start()
    inputs = inputs_of(case, facts)
    network = native_network(case, facts, inputs)
    _optimize(network, measured, asked.limit, answer, (facts, inputs) if asked.rows else None)
    measured.seconds_total = answer.elapsed()
    measured.notes["left_out"] = [item for item in LEFT_OUT if not (asked.rows and item in ADDED_BY_ROWS)]
    measured.versions = versions_of("pypsa", "linopy", "highspy")
    answer.give(measured)


def _optimize(
    network: pypsa.Network, measured: Measured, limit_s: float, answer: Answer, reserve: tuple[GridFacts, Inputs] | None
) -> None:
    """PyPSA's own optimisation. The building ends where it calls `extra_functionality`, its last step before HiGHS."""

    def built(n: pypsa.Network, _: Any) -> None:
        if reserve:
            _add_rows(n, *reserve)
        measured.seconds_build = answer.elapsed()

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "highs.log")
        network.optimize(
            solver_name="highs",
            solver_options=options(measured.gap_asked, limit_s, log),
            io_api="direct",
            extra_functionality=built,
            include_objective_constant=False,
        )
        solver = network.model.solver
        if solver is None:
            message = "linopy kept no solver"
            raise RuntimeError(message)
        model = solver.solver_model
        measured.sized(sizes_of(model))
        measured.seconds_solve = model.getRunTime()
        read_answer(model, measured, log.read_text(), measured.seconds_build)


def native_network(case: Case, facts: GridFacts, inputs: Inputs) -> pypsa.Network:
    """The case with nothing but PyPSA's own components."""
    pypsa.options.api.legacy_string_dtype = True
    network = pypsa.Network()
    network.set_snapshots(list(inputs.times))
    network.snapshot_weightings = pd.DataFrame(
        inputs.step_h, index=network.snapshots, columns=["objective", "stores", "generators"]
    )
    _add_grid(network, facts, inputs)
    _add_units(network, case, facts, inputs)
    _add_plants(network, case, facts, inputs)
    _add_stores(network, case, facts, inputs)
    _add_interfaces(network, facts, inputs)
    return network


def _add_grid(network: pypsa.Network, facts: GridFacts, inputs: Inputs) -> None:
    buses, lines, links = facts.buses, facts.lines, facts.links
    kv = {bus.name: bus.nominal_kv for bus in buses}
    network.add("Bus", [b.name for b in buses], v_nom=list(kv.values()), carrier=[b.carrier for b in buses])
    network.add("Carrier", ["AC", "DC"])
    if lines:
        network.add(
            "Line",
            [line.name for line in lines],
            bus0=[line.from_bus for line in lines],
            bus1=[line.to_bus for line in lines],
            x=[line.reactance_share * kv[line.from_bus] ** 2 for line in lines],
            s_nom=[line.rating_mw for line in lines],
        )
    if links:
        network.add(
            "Link",
            [link.name for link in links],
            bus0=[link.from_bus for link in links],
            bus1=[link.to_bus for link in links],
            p_nom=[link.rating_mw for link in links],
            p_min_pu=-1.0,
        )
    loaded = [k for k, bus in enumerate(buses) if bus.load_share > 0]
    names = [f"load {buses[k].name}" for k in loaded]
    p_set = _series(network, names, inputs.load_mw[:, loaded])
    network.add("Load", names, bus=[buses[k].name for k in loaded], p_set=p_set)


def _add_units(network: pypsa.Network, case: Case, facts: GridFacts, inputs: Inputs) -> None:
    """Committable units; PyPSA counts times in steps and limits in shares of p_nom."""
    units, dt = facts.units, inputs.step_h
    if not units:
        return
    names = [unit.name for unit in units]
    before = {state.unit: state for state in case.units}
    states = [before[name] for name in names]
    top = np.array([unit.output_max_mw for unit in units])
    floor = inputs.output_min_mw.max(axis=0)
    ends = [(u.curve.output_mw[0], u.curve.output_mw[-1], u.curve.fuel_cny_per_h) for u in units]
    slope = np.array([(cost[-1] - cost[0]) / (high - low) for low, high, cost in ends])
    idle = np.array([cost[0] for _, _, cost in ends]) - slope * np.array([low for low, _, _ in ends])
    network.add(
        "Generator",
        names,
        bus=[unit.bus for unit in units],
        committable=True,
        p_nom=top,
        p_min_pu=_series(network, names, inputs.output_min_mw * inputs.in_service / top),
        p_max_pu=_series(network, names, inputs.output_max_mw * inputs.in_service / top),
        marginal_cost=slope + [unit.other_cny_per_mwh for unit in units],
        stand_by_cost=idle,
        start_up_cost=[unit.start_cny for unit in units],
        shut_down_cost=[unit.stop_cny for unit in units],
        min_up_time=[_steps(unit.min_up_h, dt) for unit in units],
        min_down_time=[_steps(unit.min_down_h, dt) for unit in units],
        up_time_before=[_steps(state.hours_h, dt) if state.on else 0 for state in states],
        down_time_before=[0 if state.on else _steps(state.hours_h, dt) for state in states],
        p_init=[state.output_mw for state in states],
        ramp_limit_up=np.minimum([unit.ramp_up_mw_per_h * dt for unit in units] / top, 1.0),
        ramp_limit_down=np.minimum([unit.ramp_down_mw_per_h * dt for unit in units] / top, 1.0),
        ramp_limit_start_up=np.minimum(np.maximum([unit.start_ramp_mw for unit in units], floor) / top, 1.0),
        ramp_limit_shut_down=np.minimum(np.maximum([unit.stop_ramp_mw for unit in units], floor) / top, 1.0),
    )


def _add_plants(network: pypsa.Network, case: Case, facts: GridFacts, inputs: Inputs) -> None:
    """Wind and sun inject all they have; a generator of negative sign takes off what is curtailed, at its price."""
    plants, prices = facts.plants, case.prices
    if not plants:
        return
    names, available = [plant.name for plant in plants], inputs.available_mw
    rated = np.maximum(available.max(axis=0), 1.0)
    share = available / rated
    bus = [plant.bus for plant in plants]
    fixed = _series(network, names, share)
    network.add("Generator", names, bus=bus, p_nom=rated, p_min_pu=fixed, p_max_pu=fixed)
    cut = [f"{name} curtailed" for name in names]
    network.add(
        "Generator",
        cut,
        bus=bus,
        sign=-1.0,
        p_nom=rated,
        p_max_pu=_series(network, cut, share),
        marginal_cost=[
            prices.distributed_curtailment_cny_per_mwh
            if plant.technology in DISTRIBUTED
            else prices.large_curtailment_cny_per_mwh
            for plant in plants
        ],
    )


def _add_stores(network: pypsa.Network, case: Case, facts: GridFacts, inputs: Inputs) -> None:
    """Storage with levels counted from its floor, and the level it must end at."""
    stores = facts.stores
    if not stores:
        return
    names = [store.name for store in stores]
    states = {state.store: state for state in case.stores}
    power, floor = inputs.store_power_mw, inputs.level_min_mwh
    start = np.array([states[name].start_level_mwh for name in names]) - floor
    kept = np.array([(1 - store.hourly_loss_share) ** inputs.step_h for store in stores])  # PyPSA spares the first step
    goal = np.full((len(inputs.times), len(stores)), np.nan)
    goal[-1] = np.array([states[name].end_level_mwh for name in names]) - floor
    network.add(
        "StorageUnit",
        names,
        bus=[store.bus for store in stores],
        p_nom=power,
        p_min_pu=-1.0,
        max_hours=(inputs.level_max_mwh - floor) / np.maximum(power, 1e-9),
        efficiency_store=[store.charge_efficiency_share for store in stores],
        efficiency_dispatch=[store.discharge_efficiency_share for store in stores],
        standing_loss=[store.hourly_loss_share for store in stores],
        marginal_cost=[_wear_and_loss_cny_per_mwh(store, case) for store in stores],
        state_of_charge_initial=start * kept,
        state_of_charge_set=_series(network, names, goal),
    )


def _wear_and_loss_cny_per_mwh(store: Store, case: Case) -> float:
    """Wear, and what the round trip of each MWh discharged loses at the case's price."""
    lost_share = 1 / (store.charge_efficiency_share * store.discharge_efficiency_share) - 1
    return store.wear_cny_per_mwh + case.prices.storage_loss_cny_per_mwh * lost_share


def _add_interfaces(network: pypsa.Network, facts: GridFacts, inputs: Inputs) -> None:
    """Net import inside the band of its plan; above and below it by generators at the price of leaving the plan."""
    interfaces = facts.interfaces
    if not interfaces:
        return
    names = [interface.name for interface in interfaces]
    price = np.array([interface.price_cny_per_mwh for interface in interfaces])
    leave = np.array([interface.deviation_cny_per_mwh for interface in interfaces])
    low, high = import_limits_mw(facts, inputs)
    floor, ceiling = inputs.import_floor_mw, inputs.import_ceiling_mw
    parts = (
        ("", 1.0, floor, ceiling, price),
        (" over plan", 1.0, np.zeros_like(floor), np.maximum(high - ceiling, 0.0), price + leave),
        (" under plan", -1.0, np.zeros_like(floor), np.maximum(floor - low, 0.0), leave - price),
    )
    for suffix, sign, least, most, cost in parts:
        rated = np.maximum(np.maximum(np.abs(least), np.abs(most)).max(axis=0), 1.0)
        own = [name + suffix for name in names]
        network.add(
            "Generator",
            own,
            bus=[interface.bus for interface in interfaces],
            sign=sign,
            p_nom=rated,
            p_min_pu=_series(network, own, least / rated),
            p_max_pu=_series(network, own, most / rated),
            marginal_cost=cost,
        )


def _add_rows(n: pypsa.Network, facts: GridFacts, inputs: Inputs) -> None:
    """
    Minimum running modes, and reserve as room of units on and of stores, with priced slack (linopy rows).

        sum(u over a plant's heating units)  >=  units on
        sum(Pmax u - p) + sum(P - d + c) + short_up  >=  R,    sum(p - Pmin u) + sum(P + d - c) + short_dn  >=  R
    """
    model, times = n.model, n.snapshots
    on, output = model["Generator-status"], model["Generator-p"]
    for number, group in enumerate(inputs.running_groups):
        names = [facts.units[k].name for k in group.unit_indices]
        count = pd.Series(group.units_on_count, index=times).to_xarray()
        model.add_constraints(on.sel(name=names).sum("name") >= count, name=f"running-minimum-{number}")
    for number, rule in enumerate(facts.reserve_rules):
        mine = [k for k, unit in enumerate(facts.units) if unit.grid == rule.grid]
        names = [facts.units[k].name for k in mine]
        most = _array(times, names, inputs.output_max_mw[:, mine])
        least = _array(times, names, inputs.output_min_mw[:, mine])
        stores = [store.name for store in facts.stores if store.grid == rule.grid]
        power = float(sum(p for p, s in zip(inputs.store_power_mw, facts.stores, strict=True) if s.grid == rule.grid))
        net = model["StorageUnit-p_dispatch"].sel(name=stores) - model["StorageUnit-p_store"].sel(name=stores)
        wanted = {"up": inputs.reserve_up_mw, "down": inputs.reserve_down_mw}
        p, u, stored = output.sel(name=names), on.sel(name=names), net.sum("name")
        offers = {"up": (u * most - p).sum("name") - stored, "down": (p - u * least).sum("name") + stored}
        for direction, offer in offers.items():
            short = model.add_variables(lower=0, coords=[times], name=f"short-{direction}-{rule.grid}")
            asked = pd.Series(wanted[direction][:, number], index=times).to_xarray() - power
            model.add_constraints(offer + short >= asked, name=f"reserve-{direction}-{rule.grid}")
            price = rule.shortfall_cny_per_mwh if direction == "up" else rule.short_down_cny_per_mwh
            model.objective += (price * inputs.step_h * short).sum()


def _series(network: pypsa.Network, names: list[str], values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(values, index=network.snapshots, columns=names)


def _array(times: pd.Index, names: list[str], values: np.ndarray) -> Any:
    return xr.DataArray(values, coords={"snapshot": times, "name": names}, dims=("snapshot", "name"))


def _steps(hours: float, step_h: float) -> int:
    return int(np.ceil(hours / step_h - 1e-9))


if __name__ == "__main__":
    main()
