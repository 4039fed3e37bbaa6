"""Connections to the grid that wind or sun and storage share (新能源+储能)."""

from __future__ import annotations

import numpy as np

from dispatch.case.connection import members_of_connections
from dispatch.model import names
from dispatch.model.curtailment import curtailment_groups
from dispatch.model.draft import Draft, each, named
from dispatch.model.products import promised_mw
from dispatch.model.thermal.products import DOWN, UP


def share_connections(draft: Draft) -> None:
    """
    What leaves and enters through a shared connection, reserve of its stores included, is within its limit.

        sum( A - k )  +  sum( d - c + r_up )  <=  L            every connection and step t
        sum( A - k )  +  sum( d - c - r_dn )  >=  -F

    A, k  available and curtailed of its plants   MW        d, c  discharge and charge of its stores   MW
    r_up, r_dn  their reserve   MW        L  limit   MW        F  L, or 0 where they may not charge from the grid   MW
    Curtailment is decided apart for the plants of each connection (`curtailment.curtailment_groups`).
    """
    connections = draft.facts.connections
    if not connections:
        return
    every = named(connection.name for connection in connections)
    plants, stores = (tuple(row.name for row in rows) for rows in (draft.facts.plants, draft.facts.stores))
    available = draft.inputs.available_mw @ members_of_connections(connections, plants, "plants").T
    behind = np.array([[g.connection == c.name for g in curtailment_groups(draft.facts)] for c in connections])
    own = members_of_connections(connections, stores, "stores")
    net = draft.variable(names.DISCHARGE) - draft.variable(names.CHARGE)
    curtailed = draft.variable(names.CURTAILED).weighted(behind.astype(float))
    highest = (net + promised_mw(draft, UP)).weighted(own) - curtailed
    lowest = (net - promised_mw(draft, DOWN)).weighted(own) - curtailed
    draft.hold("Connection-out", highest, "<=", each(connections, "limit_mw") - available, every)
    draft.hold("Connection-in", lowest, ">=", -each(connections, "import_limit_mw") - available, every)
