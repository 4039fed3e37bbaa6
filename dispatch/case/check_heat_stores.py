"""Whether the heat stores that a case gives can be: of plants that heat by a heat load, in their season, of a size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dispatch.case.case import Case
from dispatch.case.check_horizon import is_sound
from dispatch.case.check_numbers import (
    LARGEST_ENERGY_MWH,
    LARGEST_POWER_MW,
    duplicate_flaws,
    number_flaws,
    share_flaws,
    unknown_flaws,
)
from dispatch.case.facts import GridFacts
from dispatch.case.heat import HeatStore
from dispatch.case.heating import heating_hours
from dispatch.errors import Flaw
from dispatch.horizon import Horizon
from dispatch.units import ENERGY_MWH

SIZES = {"energy_mwh": LARGEST_ENERGY_MWH, "charge_mw": LARGEST_POWER_MW, "discharge_mw": LARGEST_POWER_MW}


def heat_store_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """One store a plant, of a plant whose heat load is known; sizes, and levels that it can hold and reach."""
    stores = case.heat.stores
    yield from duplicate_flaws("heat.stores", "plant", [store.plant for store in stores])
    for k, store in enumerate(stores):
        path = f"heat.stores[{k}]"
        yield from _plant_flaws(f"{path}.plant", store, case, facts)
        flaws = list(_size_flaws(path, store))
        yield from flaws
        if not flaws and is_sound(case.horizon):
            yield from _reach_flaws(f"{path}.end_level_share", store, case.horizon)


def _plant_flaws(path: str, store: HeatStore, case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """The plant heats by a heat load through the whole horizon, and its running minimum says how much of it."""
    own = [k for k, unit in enumerate(facts.units) if unit.plant == store.plant]
    heated = [k for k in own if facts.units[k].heats and facts.units[k].heat_region is not None]
    if not own:
        yield from unknown_flaws("UNKNOWN_PLANT", path, store.plant, sorted({unit.plant for unit in facts.units}))
    elif not heated:
        yield Flaw("PLANT_WITHOUT_HEAT", path, f"no unit of {store.plant} heats by a heat load; leave it out")
    elif store.plant not in {minimum.plant for minimum in facts.running_minimums}:
        message = f"no running minimum says how many units carry the heat load of {store.plant}; leave it out"
        yield Flaw("HEAT_LOAD_UNKNOWN", path, message)
    elif is_sound(case.horizon):
        cold = np.atleast_2d(heating_hours(facts, case.horizon.times))[:, heated].all(axis=1)
        if not cold.all():
            message = f"step {int(cold.argmin())} is outside the heating season of {store.plant}; leave it out"
            yield Flaw("HEAT_OUT_OF_SEASON", path, message)


def _size_flaws(path: str, store: HeatStore) -> Iterator[Flaw]:
    for name, largest in SIZES.items():
        value, unit = getattr(store, name), name.rsplit("_", 1)[-1].replace("mw", "MW")
        yield from number_flaws(f"{path}.{name}", value, unit, largest)
        if value == 0:
            yield Flaw("NOT_POSITIVE", f"{path}.{name}", f"0 {unit}; give more than 0, or leave the store out")
    for name in ("hourly_loss_share", "start_level_share", "end_level_share"):
        share = getattr(store, name)
        yield from share_flaws(f"{path}.{name}", share) if share is not None else ()


def _reach_flaws(path: str, store: HeatStore, horizon: Horizon) -> Iterator[Flaw]:
    """Charged all the time it holds in the end what it should."""
    level_mwh, kept = store.start_level_mwh, store.kept_share(horizon.step_h)
    for _ in range(horizon.step_count):
        level_mwh = min(store.energy_mwh, kept * level_mwh + store.charge_mw * horizon.step_h)
    if level_mwh < store.end_level_mwh - ENERGY_MWH:
        most = level_mwh / store.energy_mwh
        message = f"{store.end_level_mwh / store.energy_mwh:g} cannot be reached; give at most {most:.4g}"
        yield Flaw("END_LEVEL_OUT_OF_REACH", path, message)
