"""Connections that plants and stores share: what goes out, what comes in, and the reserve behind them."""

from __future__ import annotations

import numpy as np

from dispatch.audit.evidence import Evidence, names
from dispatch.audit.finding import Finding, Rule, found
from dispatch.audit.reserve_products import promised_mw
from dispatch.units import POWER_MW

LIMIT = Rule("connection-limit", "MW", POWER_MW)


def limit(e: Evidence) -> Finding:
    """
    Neither what goes out nor what comes in exceeds the connection, the reserve of its stores called or not.

        sum(injected + d - c + r_up) <= L,   sum(c - d + r_down - injected) <= L, or 0 where none may come from the grid

    r_up, r_down are all products together.
    """
    count, net = len(e.facts.units), e.table("discharge_mw") - e.table("charge_mw")
    up, down = (promised_mw(e, direction)[:, count:] for direction in ("up", "down"))
    amount = np.zeros((len(e.inputs.times), len(e.facts.connections)))
    for k, connection in enumerate(e.facts.connections):
        plants = [j for j, plant in enumerate(e.facts.plants) if plant.name in connection.plants]
        stores = [j for j, store in enumerate(e.facts.stores) if store.name in connection.stores]
        given = e.table("injected_mw")[:, plants].sum(axis=1)
        out = given + (net + up)[:, stores].sum(axis=1)
        into = -given - (net - down)[:, stores].sum(axis=1)
        inward_mw = connection.limit_mw if connection.grid_charging else 0.0
        amount[:, k] = np.maximum(out - connection.limit_mw, into - inward_mw)
    return found(LIMIT, amount, names(e.facts.connections), e.inputs.times)
