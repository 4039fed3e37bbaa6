"""Flexibility used: response of consumers, storage and pumped hydro."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.case.demand_response import FILL
from dispatch.case.storage import PUMPED_HYDRO
from dispatch.metrics.area import Area, Basis


@dataclass(frozen=True)
class ResponseUse:
    """Response of an area over the horizon, and how far it could go."""

    cut_mwh: float
    extra_mwh: float
    cap_mw: float
    reach_mw: float


@dataclass(frozen=True)
class StorageUse:
    """Energy through the stores of an area over the horizon, at the bus, MWh."""

    charge_mwh: float
    discharge_mwh: float


def response_use(basis: Basis, area: Area) -> ResponseUse:
    """
    Response used, allowed and within reach.

        cut = sum( (delayed + spared) dt ),   extra = sum( (repaid + advanced + filled) dt )        MWh
        cap = min over t of  sum over the area's grids of share x peak (of the year, or of the day)  MW
        reach = min over t of  sum over the area's grids of  min( cap, sum of C in season that can cut )  MW

    A contract that only fills valleys cuts nothing and does not count towards the reach.
    """
    caps = basis.inputs.response_cap_mw
    reach = np.zeros(len(basis.inputs.times))
    for grid in area.grids:
        contracts = basis.facts.contracts
        own = np.array([contract.grid == grid and contract.kind != FILL for contract in contracts], dtype=bool)
        reach += np.minimum(caps[:, basis.facts.members.index(grid)], basis.inputs.contract_mw[:, own].sum(axis=1))
    return ResponseUse(
        cut_mwh=basis.energy_mwh(basis.schedule.cut_mw.to_numpy(dtype=float)[:, area.contracts]),
        extra_mwh=basis.energy_mwh(basis.schedule.extra_mw.to_numpy(dtype=float)[:, area.contracts]),
        cap_mw=float(caps[:, area.members].sum(axis=1).min()),
        reach_mw=float(reach.min()),
    )


def new_storage_use(basis: Basis, area: Area) -> StorageUse:
    """New-type storage (新型储能): every technology but pumped hydro."""
    return _use(basis, area.stores & ~_is_pumped(basis))


def pumped_hydro_use(basis: Basis, area: Area) -> StorageUse:
    """Pumped hydro (抽水蓄能)."""
    return _use(basis, area.stores & _is_pumped(basis))


def _is_pumped(basis: Basis) -> np.ndarray:
    return np.array([store.technology == PUMPED_HYDRO for store in basis.facts.stores], dtype=bool)


def _use(basis: Basis, own: np.ndarray) -> StorageUse:
    """Energy through some stores: sum( charge dt ) and sum( discharge dt ), MWh."""
    return StorageUse(
        charge_mwh=basis.energy_mwh(basis.table("charge_mw")[:, own]),
        discharge_mwh=basis.energy_mwh(basis.table("discharge_mw")[:, own]),
    )
