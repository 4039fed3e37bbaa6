"""A schedule written back on a `pypsa.Network`, as PyPSA itself would leave a solved one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pypsa

from dispatch.case.as_asked import as_asked
from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs, inputs_of
from dispatch.grid.place import RESPONSE, placed, response_buses
from dispatch.grid.tables import networks_folder
from dispatch.schedule.schedule import Schedule


def network_of(case: Case, facts: GridFacts, schedule: Schedule) -> pypsa.Network:
    """
    The case's network with the schedule on it: `n.statistics` and `n.plot` work, and the balance closes.

    Wind and sun keep their available power as `p_max_pu`; interchange is a generator at each interface (negative:
    export); response is a generator at each bus (negative: added load).
    """
    facts = as_asked(case, facts)
    inputs = inputs_of(case, facts)
    network = placed(case, facts, inputs)
    _describe(network, facts, inputs)
    _write_sizes(network)
    _write_generators(network, facts, schedule)
    _write_stores(network, schedule)
    _write_flows(network, facts, schedule)
    network.loads_t["p"] = network.loads_t["p_set"].copy()
    return network


def _describe(network: pypsa.Network, facts: GridFacts, inputs: Inputs) -> None:
    """Colours and names of the carriers, and the limits and prices of the units."""
    stored = networks_folder() / facts.members[0] / "carriers.csv"
    if stored.exists():  # a foreign grid has no colours of its own
        carriers = pd.read_csv(stored, index_col="name")
        known = network.carriers.index.intersection(carriers.index)
        for column in ("color", "nice_name", "co2_emissions"):
            network.carriers.loc[known, column] = carriers.loc[known, column]
    units = facts.units
    names = [unit.name for unit in units]
    if not names:
        return
    rated = np.array([unit.output_max_mw for unit in units])
    network.generators.loc[names, "committable"] = True
    network.generators.loc[names, "start_up_cost"] = [unit.start_cny for unit in units]
    network.generators.loc[names, "shut_down_cost"] = [unit.stop_cny for unit in units]
    network.generators.loc[names, "min_up_time"] = [int(unit.min_up_h / inputs.step_h) for unit in units]
    network.generators.loc[names, "min_down_time"] = [int(unit.min_down_h / inputs.step_h) for unit in units]
    for attribute, limit in (("p_min_pu", inputs.output_min_mw), ("p_max_pu", inputs.output_max_mw)):
        own = pd.DataFrame(limit / rated, index=network.snapshots, columns=names)
        network.generators_t[attribute] = pd.concat([network.generators_t[attribute], own], axis=1)


def _write_sizes(network: pypsa.Network) -> None:
    """The sizes as PyPSA's optimum leaves them: its statistics measure curtailment and capacity by these."""
    for table, size in (
        (network.generators, "p_nom"),
        (network.storage_units, "p_nom"),
        (network.lines, "s_nom"),
        (network.links, "p_nom"),
    ):
        table[f"{size}_opt"] = table[size]


def _write_generators(network: pypsa.Network, facts: GridFacts, schedule: Schedule) -> None:
    net = schedule.cut_mw - schedule.extra_mw
    places = response_buses(facts)
    shares = pd.DataFrame([dict(c.bus_shares) for c in facts.contracts], index=net.columns, columns=places).fillna(0.0)
    named = [RESPONSE + bus for bus in places]
    response = pd.DataFrame(net.to_numpy() @ shares.to_numpy(dtype=float), index=net.index, columns=named)
    parts = [schedule.output_mw, schedule.injected_mw, schedule.net_import_mw, response]
    network.generators_t["p"] = pd.concat(parts, axis=1)[network.generators.index]
    for attribute, table in (("status", schedule.on), ("start_up", schedule.started), ("shut_down", schedule.stopped)):
        network.generators_t[attribute] = table.astype(float)


def _write_stores(network: pypsa.Network, schedule: Schedule) -> None:
    network.storage_units_t["p_dispatch"] = schedule.discharge_mw
    network.storage_units_t["p_store"] = schedule.charge_mw
    network.storage_units_t["p"] = schedule.discharge_mw - schedule.charge_mw
    network.storage_units_t["state_of_charge"] = schedule.level_mwh


def _write_flows(network: pypsa.Network, facts: GridFacts, schedule: Schedule) -> None:
    for branches, table in ((facts.lines, network.lines_t), (facts.links, network.links_t)):
        flow = schedule.flow_mw[[branch.name for branch in branches]]
        half = schedule.loss_mw[flow.columns] / 2
        table["p0"], table["p1"] = flow + half, half - flow
