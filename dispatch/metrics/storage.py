"""Storage by technology: how much goes through it, what is lost and worn, how often it is filled and emptied."""

from __future__ import annotations

import numpy as np

from dispatch.metrics.area import Area, Basis, numbers
from dispatch.schedule.outcome import StorageMetrics


def storage_metrics(basis: Basis, area: Area) -> tuple[StorageMetrics, ...]:
    """
    Each technology of an area, in the order of the facts.

        lost    sum( ((1 - eta_c) c + (1 / eta_d - 1) d) dt )                      MWh
        wear    sum( k d dt )                                                     CNY
        cycles  sum( d dt / eta_d ) / sum( Emax - Emin )                          over the horizon, all plants together
        cycles a day    max over plants and days of  sum( d dt / eta_d ) / (Emax - Emin)
    """
    technologies = [store.technology for store in basis.facts.stores]
    own = (technology for k, technology in enumerate(technologies) if area.stores[k])
    of = np.array(technologies, dtype=object)
    return tuple(_measured(basis, name, area.stores & (of == name)) for name in dict.fromkeys(own))


def _measured(basis: Basis, technology: str, own: np.ndarray) -> StorageMetrics:
    stores, inputs = basis.facts.stores, basis.inputs
    charge, discharge = basis.table("charge_mw")[:, own], basis.table("discharge_mw")[:, own]
    into = numbers(stores, "charge_efficiency_share")[own]
    taken = discharge / numbers(stores, "discharge_efficiency_share")[own]
    usable = (inputs.level_max_mwh - inputs.level_min_mwh)[own]
    return StorageMetrics(
        technology=technology,
        power_mw=float(inputs.store_power_mw[own].sum()),
        usable_mwh=float(usable.sum()),
        charge_mwh=basis.energy_mwh(charge),
        discharge_mwh=basis.energy_mwh(discharge),
        lost_mwh=basis.energy_mwh(charge * (1 - into) + taken - discharge),
        wear_cny=basis.energy_mwh(discharge * numbers(stores, "wear_cny_per_mwh")[own]),
        cycle_count=float(_share(taken.sum() * inputs.step_h, usable.sum())),
        daily_cycle_count=_most_a_day(basis, taken, usable),
    )


def _most_a_day(basis: Basis, taken_mw: np.ndarray, usable_mwh: np.ndarray) -> float:
    """The most full cycles of a plant in a calendar day (UTC+8)."""
    day = basis.inputs.times.normalize()
    by_day = [taken_mw[day == date].sum(axis=0) * basis.inputs.step_h for date in day.unique()]
    return float(_share(np.array(by_day), usable_mwh).max(initial=0.0))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """A part of a whole; 0 of nothing."""
    whole = np.broadcast_to(whole, np.shape(part))
    return np.asarray(np.divide(part, whole, out=np.zeros(np.shape(part)), where=whole > 0))
