"""
The case on a `pypsa.Network`: what a solved case is exported on, and what PyPSA's own optimum is asked of in tests.

No unit is committable, and no minimum, ramp or cost stands on one: those are rules of `model`.
Generators of our own carry what PyPSA has no component for: "interchange ..." (signed) and "response BUS" (signed).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pypsa

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs, state_levels_mwh

RESPONSE = "response "  # + bus: load cut less extra load, of all contracts there


def placed(case: Case, facts: GridFacts, inputs: Inputs) -> pypsa.Network:
    """A network of the case's steps with its load, weather, plan limits and levels."""
    pypsa.options.api.legacy_string_dtype = True
    network = pypsa.Network()
    network.name = case.name or f"{case.grid} {case.edition}"
    network.set_snapshots(list(inputs.times))
    network.snapshot_weightings = pd.DataFrame(
        inputs.step_h, index=network.snapshots, columns=["objective", "stores", "generators"]
    )
    _add_places(network, facts)
    _add_branches(network, facts)
    _add_loads(network, facts, inputs)
    _add_units(network, facts, inputs)
    _add_plants(network, facts, inputs)
    _add_stores(network, case, facts, inputs)
    _add_interfaces(network, facts, inputs)
    _add_response(network, facts)
    return network


def response_buses(facts: GridFacts) -> list[str]:
    """Buses where some contract acts, in the order of the facts."""
    acting = {bus for contract in facts.contracts for bus, _ in contract.bus_shares}
    return [bus.name for bus in facts.buses if bus.name in acting]


def _add_places(network: pypsa.Network, facts: GridFacts) -> None:
    buses = facts.buses
    network.add(
        "Bus",
        [bus.name for bus in buses],
        v_nom=[bus.nominal_kv for bus in buses],
        x=[bus.longitude_deg for bus in buses],
        y=[bus.latitude_deg for bus in buses],
        carrier=[bus.carrier for bus in buses],
    )
    network.buses["grid"] = [bus.grid for bus in buses]
    network.buses["city"] = [bus.city for bus in buses]
    carriers = {bus.carrier for bus in buses} | {unit.carrier for unit in facts.units}
    carriers |= {plant.technology for plant in facts.plants} | {store.technology for store in facts.stores}
    network.add("Carrier", sorted(carriers | {"load", "interchange", "response"}))


def _add_branches(network: pypsa.Network, facts: GridFacts) -> None:
    kv = {bus.name: bus.nominal_kv for bus in facts.buses}
    lines, links = facts.lines, facts.links
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
            carrier="DC",
            p_nom=[link.rating_mw for link in links],
            p_min_pu=[-1.0 if k.backward_rating_mw is None else -k.backward_rating_mw / k.rating_mw for k in links],
        )


def _add_loads(network: pypsa.Network, facts: GridFacts, inputs: Inputs) -> None:
    loaded = [k for k, bus in enumerate(facts.buses) if bus.load_share > 0]
    names = [f"load {facts.buses[k].name}" for k in loaded]
    network.add(
        "Load",
        names,
        bus=[facts.buses[k].name for k in loaded],
        carrier="load",
        p_set=pd.DataFrame(inputs.load_mw[:, loaded], index=network.snapshots, columns=names),
    )


def _add_units(network: pypsa.Network, facts: GridFacts, inputs: Inputs) -> None:
    units = facts.units
    if units:
        network.add(
            "Generator",
            [unit.name for unit in units],
            bus=[unit.bus for unit in units],
            carrier=[unit.carrier for unit in units],
            p_nom=[unit.output_max_mw for unit in units],
            sign=inputs.sent_out_share,  # PyPSA's balance counts sign x p: what is left after the unit's own use
        )


def _add_plants(network: pypsa.Network, facts: GridFacts, inputs: Inputs) -> None:
    plants = facts.plants
    if not plants:
        return
    names = [plant.name for plant in plants]
    ceiling = inputs.available_mw.max(axis=0)
    rated = np.maximum(np.maximum([plant.capacity_mw for plant in plants], ceiling), 1.0)
    network.add(
        "Generator",
        names,
        bus=[plant.bus for plant in plants],
        carrier=[plant.technology for plant in plants],
        p_nom=rated,
        p_max_pu=pd.DataFrame(inputs.available_mw / rated, index=network.snapshots, columns=names),
    )


def _add_stores(network: pypsa.Network, case: Case, facts: GridFacts, inputs: Inputs) -> None:
    stores = facts.stores
    if not stores:
        return
    start = state_levels_mwh(case, facts, "start_level_mwh")
    rest = np.array([1 - store.hourly_loss_share for store in stores])
    kept = rest**inputs.step_h  # PyPSA spares the first step its loss
    power = np.asarray(inputs.store_power_mw, dtype=float)
    hours = np.divide(inputs.level_max_mwh, power, out=np.zeros_like(power), where=power > 0)
    network.add(
        "StorageUnit",
        [store.name for store in stores],
        bus=[store.bus for store in stores],
        carrier=[store.technology for store in stores],
        p_nom=power,
        p_min_pu=-1.0,
        max_hours=hours,
        efficiency_store=[store.charge_efficiency_share for store in stores],
        efficiency_dispatch=[store.discharge_efficiency_share for store in stores],
        standing_loss=[store.hourly_loss_share for store in stores],
        state_of_charge_initial=start * kept,
        cyclic_state_of_charge=False,
    )


def _add_interfaces(network: pypsa.Network, facts: GridFacts, inputs: Inputs) -> None:
    interfaces = facts.interfaces
    if not interfaces:
        return
    lower, upper = import_limits_mw(facts, inputs)
    rated = np.maximum(np.maximum(np.abs(lower), np.abs(upper)).max(axis=0), 1.0)
    names = [interface.name for interface in interfaces]
    network.add(
        "Generator",
        names,
        bus=[interface.bus for interface in interfaces],
        carrier="interchange",
        p_nom=rated,
        p_min_pu=pd.DataFrame(lower / rated, index=network.snapshots, columns=names),
        p_max_pu=pd.DataFrame(upper / rated, index=network.snapshots, columns=names),
    )


def import_limits_mw(facts: GridFacts, inputs: Inputs) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest net import of each interface, (T, interfaces): its limits, or the plan beyond them."""
    lower = -np.array([interface.export_limit_mw for interface in facts.interfaces])
    upper = np.array([interface.import_limit_mw for interface in facts.interfaces])
    return np.minimum(lower, inputs.import_floor_mw), np.maximum(upper, inputs.import_ceiling_mw)


def _add_response(network: pypsa.Network, facts: GridFacts) -> None:
    buses = response_buses(facts)
    if not buses:
        return
    capacity = dict.fromkeys(buses, 0.0)
    for contract in facts.contracts:
        for bus, share in contract.bus_shares:
            capacity[bus] += share * contract.capacity_mw
    network.add(
        "Generator",
        [RESPONSE + bus for bus in buses],
        bus=buses,
        carrier="response",
        p_nom=[capacity[bus] for bus in buses],
        p_min_pu=-1.0,
    )
