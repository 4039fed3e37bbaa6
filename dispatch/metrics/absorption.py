"""
Absorption (消纳), defined once: available, absorbed, curtailed, utilisation, net export, local consumption.

available  forecast before curtailment
absorbed   injected at the plant's bus; what storage loses later is not curtailment
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.case.network import Line, Link
from dispatch.case.renewable import TECHNOLOGIES
from dispatch.metrics.area import Area, Basis, numbers
from dispatch.schedule.outcome import TechnologyMetrics


@dataclass(frozen=True)
class Absorption:
    """Energies over the horizon in one area."""

    available_mwh: float
    absorbed_mwh: float
    curtailed_mwh: float
    utilisation_share: float | None
    technologies: tuple[TechnologyMetrics, ...]


def absorption(basis: Basis, area: Area) -> Absorption:
    """
    Wind and sun of an area, by technology and in all.

        available = sum(available dt),  absorbed = sum(injected dt),  curtailed = sum(curtailed dt)        MWh
        utilisation = absorbed / available, summed before dividing; None where nothing was available
    """
    technologies = tuple(metrics for name in TECHNOLOGIES if (metrics := _of_technology(basis, area, name)) is not None)
    available = sum(t.available_mwh for t in technologies)
    absorbed = sum(t.absorbed_mwh for t in technologies)
    return Absorption(
        available_mwh=available,
        absorbed_mwh=absorbed,
        curtailed_mwh=sum(t.curtailed_mwh for t in technologies),
        utilisation_share=absorbed / available if available > 0 else None,
        technologies=technologies,
    )


def _of_technology(basis: Basis, area: Area, technology: str) -> TechnologyMetrics | None:
    """One technology in an area; None where it has no plant there."""
    own = area.plants & np.array([plant.technology == technology for plant in basis.facts.plants], dtype=bool)
    if not own.any():
        return None
    return TechnologyMetrics(
        technology=technology,
        available_mwh=basis.energy_mwh(basis.inputs.available_mw[:, own]),
        absorbed_mwh=basis.energy_mwh(basis.table("injected_mw")[:, own]),
        curtailed_mwh=basis.energy_mwh(basis.table("curtailed_mw")[:, own]),
    )


def net_export_mw(basis: Basis, area: Area) -> np.ndarray:
    """
    Power that leaves an area, net, MW, (T,).

        sum(flow of lines and links that begin inside and end outside)
        - sum(flow of those that begin outside and end inside)
        - sum(net import of interfaces that sit at a bus inside)

    An interface at a neighbour's bus is counted by the line that leads there.
    """
    inside = {bus.name for bus, own in zip(basis.facts.buses, area.buses, strict=True) if own}
    branches: list[Line | Link] = [*basis.facts.lines, *basis.facts.links]
    leaves = [(b.from_bus in inside) - (b.to_bus in inside) for b in branches]
    enters = [interface.bus in inside for interface in basis.facts.interfaces]
    out = basis.table("flow_mw") @ np.array(leaves, dtype=float)
    return np.asarray(out - basis.table("net_import_mw") @ np.array(enters, dtype=float))


def local_consumption_mwh(basis: Basis, area: Area) -> float:
    """
    Wind and sun consumed in the area, whoever made them, MWh.

        local consumption = absorbed + renewable import - renewable export
    """
    absorbed = basis.table("injected_mw")[:, area.plants].sum(axis=1)
    return basis.energy_mwh(absorbed + renewable_import_mw(basis, area) - renewable_export_mw(basis, area))


def renewable_import_mw(basis: Basis, area: Area) -> np.ndarray:
    """
    Wind and sun among what the area's interfaces import, MW, (T,).

        min( sum(renewable share x import, where an interface imports), net import of the area )

    and nothing where the area exports net: what only passes through is not consumed here.
    """
    imports = np.maximum(basis.table("net_import_mw")[:, area.interfaces], 0.0)
    share = numbers(basis.facts.interfaces, "renewable_share")[area.interfaces]
    return np.asarray(np.minimum(imports @ share, np.maximum(-net_export_mw(basis, area), 0.0)))


def renewable_export_mw(basis: Basis, area: Area) -> np.ndarray:
    """
    Wind and sun among what the area exports net: the same mix as all it generates, MW, (T,).

        max(net export, 0) x absorbed / (absorbed + thermal output less own use + storage discharge)
    """
    absorbed = basis.table("injected_mw")[:, area.plants].sum(axis=1)
    thermal = (basis.table("output_mw") - self_use_mw(basis))[:, area.units].sum(axis=1)
    discharge = basis.table("discharge_mw")[:, area.stores].sum(axis=1)
    generated = absorbed + thermal + discharge
    share = np.divide(absorbed, generated, out=np.zeros_like(absorbed), where=generated > 0)
    return np.asarray(np.maximum(net_export_mw(basis, area), 0.0) * share)


def self_use_mw(basis: Basis) -> np.ndarray:
    """What units use of what they generate (厂用电), MW, (T, units): output x share; 0 where it is not counted."""
    share = numbers(basis.facts.units, "self_use_share") * float(basis.case.self_use)
    return np.asarray(basis.table("output_mw") * share)
