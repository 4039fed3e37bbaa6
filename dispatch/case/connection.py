"""Grid connections that wind or sun and storage share (新能源+储能, 共用并网点)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Connection:
    """Plants and stores at one bus that reach it over one connection, whose MW stand whatever a case scales."""

    name: str
    plants: tuple[str, ...]
    stores: tuple[str, ...]
    limit_mw: float  # out to the grid, and in from it where the stores may charge from the grid
    grid_charging: bool = True  # its stores may charge from the grid; otherwise only from its plants

    @property
    def import_limit_mw(self) -> float:
        """What may come in from the grid."""
        return self.limit_mw if self.grid_charging else 0.0


def members_of_connections(connections: tuple[Connection, ...], names: tuple[str, ...], table: str) -> np.ndarray:
    """1 where a connection has a component of a table ("plants" or "stores"), else 0, (connections, components)."""
    own = [[float(name in getattr(connection, table)) for name in names] for connection in connections]
    return np.array(own).reshape(len(connections), len(names))
