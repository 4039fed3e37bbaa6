"""What the search knows of the columns: which say that a unit is on, which way a store goes, which units are alike."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.case.oil import oil_starts
from dispatch.case.start_limits import start_bounds
from dispatch.model import names
from dispatch.model.rows import Model
from dispatch.solve.events import Events, events_of
from dispatch.solve.oil import OilSupports, oil_supports_of

NONE_LIKE_IT = -1
NO_UNIT = -1
NO_PLANT = -1
OF_PLANTS = (names.CHARGE, names.DISCHARGE, names.LEVEL, names.MODE, names.CHARGING)
OF_BANKS = (names.GENERATING, names.PUMPING, names.GENERATE_START, names.PUMP_START)


@dataclass(frozen=True)
class Anatomy:
    """Columns by meaning, and what limits the changes of a unit. Steps, units and stores as in the inputs."""

    on_index: np.ndarray  # (T, units), column of "is on"
    mode_index: np.ndarray  # (T, stores), column of "discharges"
    charge_index: np.ndarray  # (T, stores)
    discharge_index: np.ndarray  # (T, stores)
    level_index: np.ndarray  # (T, stores and heat stores)
    end_level_x: np.ndarray  # (stores and heat stores,), level that the case ends at
    step_index: np.ndarray  # (columns,), step that a column belongs to
    unit_index: np.ndarray  # (columns,), unit that a column belongs to, or NO_UNIT
    plant_index: np.ndarray  # (columns,), store planned whole (by unit, least power) that a column is of, or NO_PLANT
    plants: tuple[int, ...]  # stores planned whole: those by unit, with the largest pumps first, then the others
    alike: np.ndarray  # (columns,), equal numbers may be identical; NONE_LIKE_IT for a column of its own
    on_before: np.ndarray  # (units,), bool
    steps_before_count: np.ndarray  # (units,), on or off for so many steps
    up_count: np.ndarray  # (units,), minimum up time in steps
    down_count: np.ndarray  # (units,)
    oil: OilSupports | None = None  # None: no unit may need any
    events: Events | None = None  # of response contracts that are called

    def cut(self, begin: int, end: int, column_index: np.ndarray, x: np.ndarray) -> Anatomy:
        """The same from step `begin` to before `end`, in the columns of that part, after what `x` did before."""

        def places(table: np.ndarray) -> np.ndarray:
            return np.searchsorted(column_index, table[begin:end])

        on, steps = self.on_before, self.steps_before_count
        for row in np.round(x[self.on_index[:begin]]).astype(bool):
            steps = np.where(row == on, steps + 1, 1)
            on = row
        return replace(
            self,
            on_index=places(self.on_index),
            mode_index=places(self.mode_index),
            charge_index=places(self.charge_index),
            discharge_index=places(self.discharge_index),
            level_index=places(self.level_index),
            step_index=self.step_index[column_index] - begin,
            unit_index=self.unit_index[column_index],
            plant_index=self.plant_index[column_index],
            alike=self.alike[column_index],
            on_before=on,
            steps_before_count=steps,
            oil=None if self.oil is None else self.oil.cut(begin, places(self.oil.support_index), x),
            events=None if self.events is None else self.events.cut(begin, end, column_index, x),
        )


def anatomy_of(model: Model, case: Case, facts: GridFacts, inputs: Inputs) -> Anatomy:
    """The anatomy of a model of ours."""
    state = {unit.unit: unit for unit in case.units}
    before = [state[unit.name] for unit in facts.units]
    none = np.zeros((len(inputs.times), 0), dtype=int)
    starts, bounds = oil_starts(case, facts, inputs), start_bounds(case, facts, inputs)

    def columns(name: str) -> np.ndarray:
        return model.variables[name].columns if name in model.variables else none

    def ends(name: str) -> np.ndarray:
        return model.variables[name].lower[-1] if name in model.variables else np.zeros(0)

    def steps(hours_h: list[float]) -> np.ndarray:
        return np.array([max(1, math.ceil(hours / inputs.step_h - 1e-9)) for hours in hours_h], dtype=int)

    return Anatomy(
        on_index=columns(names.STATUS),
        mode_index=columns(names.MODE),
        charge_index=columns(names.CHARGE),
        discharge_index=columns(names.DISCHARGE),
        level_index=np.hstack([columns(names.LEVEL), columns(names.HEAT_LEVEL)]),
        end_level_x=np.concatenate([ends(names.LEVEL), ends(names.HEAT_LEVEL)]),
        step_index=_steps(model),
        unit_index=_unit_index(model, facts),
        plant_index=_plant_index(model, facts, inputs),
        plants=_plants(inputs) + _with_minimum(facts, inputs),
        alike=_alike(model, facts, {s.unit_index for s in starts} | {b.unit_index for b in bounds}),
        on_before=np.array([unit.on for unit in before], dtype=bool),
        steps_before_count=np.array([unit.hours_h / inputs.step_h for unit in before]),
        up_count=steps([unit.min_up_h for unit in facts.units]),
        down_count=steps([unit.min_down_h for unit in facts.units]),
        oil=oil_supports_of(starts, columns(names.OIL)) if starts else None,
        events=events_of(model, case, facts, inputs),
    )


def _steps(model: Model) -> np.ndarray:
    """The step of each column; every variable of ours runs over the steps."""
    step = np.zeros(model.column_count, dtype=int)
    for variable in model.variables.values():
        step[variable.columns] = np.arange(len(variable.columns))[:, None]
    return step


def _unit_index(model: Model, facts: GridFacts) -> np.ndarray:
    """The unit of each column."""
    place = {unit.name: k for k, unit in enumerate(facts.units)}
    index = np.full(model.column_count, NO_UNIT)
    for variable in model.variables.values():
        labels = list(variable.axes["name"])
        if labels and all(label in place for label in labels):
            index[variable.columns] = [place[label] for label in labels]
    return index


def _plant_index(model: Model, facts: GridFacts, inputs: Inputs) -> np.ndarray:
    """The plant by unit, or with a least power, of each column that is its alone; reserve is the grid's."""
    place = {store.name: k for k, store in enumerate(facts.stores) if store.groups or store.has_minimum}
    place |= {bank.name: bank.store_index for bank in inputs.banks}
    index = np.full(model.column_count, NO_PLANT)
    for name in (*OF_PLANTS, *OF_BANKS):
        if name in model.variables:
            variable = model.variables[name]
            index[variable.columns] = [place.get(label, NO_PLANT) for label in variable.axes["name"]]
    return index


def _plants(inputs: Inputs) -> tuple[int, ...]:
    """Stores by unit: the largest pump first, of equals the fewest units, as the last can fill in between."""
    own = {bank.store_index: [b for b in inputs.banks if b.store_index == bank.store_index] for bank in inputs.banks}
    size = {k: (max(b.pump_max_mw for b in banks), sum(b.unit_count for b in banks)) for k, banks in own.items()}
    return tuple(sorted(own, key=lambda plant: (-size[plant][0], size[plant][1], plant)))


def _with_minimum(facts: GridFacts, inputs: Inputs) -> tuple[int, ...]:
    """Stores with a least power: they too are planned whole, after the larger plants by unit."""
    return tuple(k for k, store in enumerate(facts.stores) if store.has_minimum and inputs.store_power_mw[k] > 0)


def _alike(model: Model, facts: GridFacts, single: set[int]) -> np.ndarray:
    """
    Columns of the units of one plant and class, by variable and step; whether they are identical shows later.

    Units that may need oil support stay single: of some that are on, a sum says how many have it, but not whether
    they can take turns so that each keeps its most time, and only while it is on. So do units whose starts are
    limited: minimum times may let none start but the one that has had its starts.
    """
    groups: dict[tuple[str, ...], int] = {}
    own = [u.name if k in single else "" for k, u in enumerate(facts.units)]
    kinds = [(u.bus, u.plant, u.technology_class, name) for u, name in zip(facts.units, own, strict=True)]
    group = {u.name: groups.setdefault(kind, len(groups)) for u, kind in zip(facts.units, kinds, strict=True)}
    alike = np.full(model.column_count, NONE_LIKE_IT)
    used = 0
    for variable in model.variables.values():
        labels = list(variable.axes["name"])
        if labels and all(label in group for label in labels):
            of_label = np.array([group[label] for label in labels])
            steps = np.arange(len(variable.columns))
            alike[variable.columns] = used + steps[:, None] * len(groups) + of_label[None, :]
            used += len(steps) * len(groups)
    return alike
