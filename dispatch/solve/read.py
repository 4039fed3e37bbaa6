"""From a point of the solver to a schedule."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dispatch.case.facts import GridFacts
from dispatch.case.heat_plants import heated_indices
from dispatch.case.heating import heating_limits_mw
from dispatch.case.inputs import Inputs
from dispatch.case.reserve import LARGEST_UNIT
from dispatch.case.reserve_products import NON_SPINNING, PRODUCTS, UPWARD
from dispatch.model import names
from dispatch.model.curtailment import curtailment_groups
from dispatch.model.rows import Model
from dispatch.schedule.schedule import Schedule
from dispatch.solve.problem import value_of
from dispatch.solve.pump_units import told_apart


class Reader:
    """The values of a point, one variable at a time, as tables steps x components; 0 where there is no variable."""

    def __init__(self, model: Model, x: np.ndarray, inputs: Inputs) -> None:
        self._model, self._x, self._times = model, x, pd.DatetimeIndex(inputs.times, name="snapshot")

    def table(self, variable: str, components: list[str], *, signed: bool = False) -> pd.DataFrame:
        """One variable; solver noise below zero is taken off unless the quantity is signed."""
        values = np.zeros((len(self._times), len(components)))
        if variable in self._model.variables:
            column = {name: k for k, name in enumerate(components)}
            own = [column[name] for name in self._model.variables[variable].axes["name"]]
            values[:, own] = value_of(self._model, variable, self._x)
        return self.frame(values if signed else np.where(values < 0.0, 0.0, values), components)

    def columns(self, variable: str) -> np.ndarray:
        """One variable as it stands, component by component, (n, T)."""
        if variable not in self._model.variables:
            return np.zeros((0, len(self._times)))
        return value_of(self._model, variable, self._x).T

    def whole(self, variable: str, components: list[str]) -> pd.DataFrame:
        """A variable that is 0 or 1."""
        return self.table(variable, components).round().astype(int)

    def frame(self, values: np.ndarray, components: list[str]) -> pd.DataFrame:
        """An array as such a table."""
        return pd.DataFrame(values, index=self._times, columns=components)


def schedule_of(model: Model, x: np.ndarray, facts: GridFacts, inputs: Inputs) -> Schedule:
    """The schedule in a point of the model."""
    read = Reader(model, x, inputs)
    units, plants = [u.name for u in facts.units], [p.name for p in facts.plants]
    stores, interfaces = [s.name for s in facts.stores], [i.name for i in facts.interfaces]
    on, started = read.whole(names.STATUS, units), read.whole(names.START, units)
    stopped, above = read.whole(names.STOP, units), read.table(names.ABOVE, units)
    output = (above + inputs.output_min_mw) * on
    curtailed = read.frame(_shared_curtailment(read, facts, inputs), plants)
    net_import = read.table(names.NET_IMPORT, interfaces, signed=True)
    products = _products(read, facts, inputs)
    heat = _heat(read, facts, inputs)
    room = _unit_reserve(facts, inputs, on, started, stopped, output)
    up, down = _less_products(_inside_region(facts, heat["heat_mw"], output, room), products)
    flow = _flow(read, facts)
    return Schedule(
        step_h=inputs.step_h,
        on=on,
        started=started,
        stopped=stopped,
        output_mw=output,
        injected_mw=(read.frame(inputs.available_mw, plants) - curtailed).clip(lower=0.0),
        curtailed_mw=curtailed,
        charge_mw=read.table(names.CHARGE, stores),
        discharge_mw=read.table(names.DISCHARGE, stores),
        level_mwh=read.table(names.LEVEL, stores),
        net_import_mw=net_import,
        **_beside_plan(net_import, inputs),
        reserve_up_mw=pd.concat([up, read.table(names.STORE_UP, stores)], axis=1),
        reserve_down_mw=pd.concat([down, read.table(names.STORE_DOWN, stores)], axis=1),
        flow_mw=flow,
        overload_mw=read.table(names.OVERLOAD, list(flow.columns)),
        **_deep_output(read, facts, on, output),
        section_over_mw=read.table(names.SECTION_OVER, [section.name for section in facts.sections]),
        **_pump_units(read, facts, inputs),
        **_response(read, [contract.name for contract in facts.contracts]),
        **_required_reserve(read, facts, inputs, on),
        **products,
        loss_mw=_loss(read, facts),
        **heat,
    )


def _beside_plan(net_import: pd.DataFrame, inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Net import outside the plan's band, above and below."""
    return {
        "over_plan_mw": (net_import - inputs.import_ceiling_mw).clip(lower=0.0),
        "under_plan_mw": (-net_import + inputs.import_floor_mw).clip(lower=0.0),
    }


def _products(read: Reader, facts: GridFacts, inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Reserve products that somebody asks for: given by units, stores and contracts, short, and required."""
    tables: dict[str, pd.DataFrame] = {}
    for product, required in inputs.product_mw.items():
        own = read.table(names.UNIT_PRODUCT[product], [unit.name for unit in facts.units])
        parts = [own, read.table(names.STORE_PRODUCT[product], [store.name for store in facts.stores])]
        if product == NON_SPINNING:
            parts[0] = own + read.table(names.QUICK_START, list(own.columns))
            parts.append(read.table(names.RESPONSE_RESERVE, [contract.name for contract in facts.contracts]))
        tables[f"{product}_mw"] = pd.concat(parts, axis=1)
        tables[f"short_{product}_mw"] = read.table(names.SHORT_PRODUCT[product], list(facts.members))
        tables[f"required_{product}_mw"] = read.frame(required, list(facts.members))
    return tables


def _less_products(
    room: tuple[pd.DataFrame, pd.DataFrame], products: dict[str, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Reserve of units, up and down: their room less what other products take of it."""
    up, down = room
    for product in PRODUCTS:
        if f"{product}_mw" in products:
            taken = products[f"{product}_mw"][up.columns]
            up, down = (up - taken, down) if product in UPWARD else (up, down - taken)
    return up.clip(lower=0.0), down.clip(lower=0.0)


def _required_reserve(read: Reader, facts: GridFacts, inputs: Inputs, on: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Reserve required of each member grid, what decided it and what is short; up, the largest unit on may ask too."""
    largest = np.zeros(inputs.reserve_up_mw.shape)
    for k, member in enumerate(facts.members):
        counts = any(rule.grid == member and rule.largest_unit for rule in facts.reserve_rules)
        own = [g for g, unit in enumerate(facts.units) if counts and unit.grid == member]
        largest[:, k] = (inputs.output_max_mw * on.to_numpy())[:, own].max(axis=1, initial=0.0)
    members, more = list(facts.members), largest > inputs.reserve_up_mw
    return {
        "required_up_mw": read.frame(np.maximum(inputs.reserve_up_mw, largest), members),
        "required_down_mw": read.frame(inputs.reserve_down_mw, members),
        "up_decided_by": read.frame(np.where(more, LARGEST_UNIT, inputs.up_decided_by), members),
        "down_decided_by": read.frame(inputs.down_decided_by, members),
        "short_up_mw": read.table(names.SHORT_UP, members),
        "short_down_mw": read.table(names.SHORT_DOWN, members),
    }


def _pump_units(read: Reader, facts: GridFacts, inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Pump-turbines by group, counted, and by unit, told apart."""
    day = pd.DatetimeIndex(inputs.times).normalize().to_numpy()
    counts = [np.rint(read.columns(variable)).astype(int) for variable in (names.GENERATING, names.PUMPING)]
    told: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {group.name: [] for group in facts.pump_groups}
    for k, bank in enumerate(inputs.banks):
        own = counts[0][k], counts[1][k]
        told[bank.group].append(told_apart(*own, max(1, bank.unit_count), bank.changeover_count, day))
    tables: dict[str, pd.DataFrame] = {}
    for side, mode in enumerate(("generating", "pumping")):
        by_unit = {
            group.name: _side_by_side([pair[side] for pair in told[group.name]], group.unit_count, len(day))
            for group in facts.pump_groups
        }
        units = [name for group in facts.pump_groups for name in group.unit_names]
        none = np.zeros((len(day), 0), dtype=int)
        tables[f"{mode}_count"] = read.frame(
            np.column_stack([none, *(table.sum(axis=1) for table in by_unit.values())]), list(by_unit)
        )
        tables[mode] = read.frame(np.hstack([none, *by_unit.values()]), units)
    return tables


def _side_by_side(parts: list[np.ndarray], unit_count: int, step_count: int) -> np.ndarray:
    """The units of a group, (T, units), 0 or 1; a group that its case scales to nothing stands still."""
    table = np.hstack(parts).astype(int)
    return np.hstack([table, np.zeros((step_count, unit_count), dtype=int)])[:, :unit_count]


def _deep_output(read: Reader, facts: GridFacts, on: pd.DataFrame, output: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What units on lack to their normal minimum, and oil."""
    oil = read.whole(names.OIL, list(output.columns))
    return {
        "below_normal_mw": (-output + [u.normal_min_mw for u in facts.units]).clip(lower=0.0) * on,
        "oil_support": oil,
        "oil_t_per_h": oil * [0.0 if u.oil_support is None else u.oil_support.oil_t_per_h for u in facts.units],
    }


def _response(read: Reader, contracts: list[str]) -> dict[str, pd.DataFrame]:
    """The tables of the response contracts, by name."""
    powers = {
        "delayed_mw": names.DELAYED,
        "repaid_mw": names.REPAID,
        "advanced_mw": names.ADVANCED,
        "spared_mw": names.SPARED,
        "filled_mw": names.FILLED,
    }
    tables = {table: read.table(variable, contracts) for table, variable in powers.items()}
    events = {"called": names.CALLED, "call_started": names.CALL_START}
    return tables | {table: read.whole(variable, contracts) for table, variable in events.items()}


def _heat(read: Reader, facts: GridFacts, inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Heat of units and of stores; of charge and discharge only the difference counts, and is told."""
    units = [facts.units[k].name for k in heated_indices(inputs.heat_plants)]
    plants = [plant.name for plant in inputs.heat_plants]
    charge, discharge = read.table(names.HEAT_CHARGE, plants), read.table(names.HEAT_DISCHARGE, plants)
    return {
        "heat_mw": read.table(names.HEAT, units),
        "heat_charge_mw": (charge - discharge).clip(lower=0.0),
        "heat_discharge_mw": (discharge - charge).clip(lower=0.0),
        "heat_level_mwh": read.table(names.HEAT_LEVEL, plants),
        "heat_short_mw": read.table(names.UNSERVED_HEAT, plants),
    }


def _flow(read: Reader, facts: GridFacts) -> pd.DataFrame:
    """Flow of lines, then links, (T, branches)."""
    lines = read.table(names.LINE_FLOW, [line.name for line in facts.lines], signed=True)
    links = read.table(names.LINK_FLOW, [link.name for link in facts.links], signed=True)
    return pd.concat([lines, links], axis=1)


def _loss(read: Reader, facts: GridFacts) -> pd.DataFrame:
    """Loss of lines, then links, (T, branches)."""
    lines = read.table(names.LINE_LOSS, [line.name for line in facts.lines])
    return pd.concat([lines, read.table(names.LINK_LOSS, [link.name for link in facts.links])], axis=1)


def _shared_curtailment(read: Reader, facts: GridFacts, inputs: Inputs) -> np.ndarray:
    """
    Curtailment at one bus and price, shared by its plants in proportion to what each can spare, (T, plants).

    The split inside such a group costs nothing either way.
    """
    curtailed = np.zeros(inputs.available_mw.shape)
    for group, together in zip(curtailment_groups(facts), read.columns(names.CURTAILED), strict=True):
        spare = (inputs.available_mw - inputs.must_take_mw)[:, group.plant_indices]
        able = spare.sum(axis=1)
        share = np.divide(together, able, out=np.zeros_like(able), where=able > 0)
        curtailed[:, group.plant_indices] = spare * np.clip(share, 0.0, 1.0)[:, None]
    return curtailed


def _unit_reserve(
    facts: GridFacts,
    inputs: Inputs,
    on: pd.DataFrame,
    started: pd.DataFrame,
    stopped: pd.DataFrame,
    output: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Reserve of each thermal unit, up and down, (T, units): its room, at most what its ramp leaves."""
    start = np.maximum([u.start_ramp_mw for u in facts.units], inputs.output_min_mw)
    stop = np.maximum([u.stop_reach_mw for u in facts.units], inputs.output_min_mw)
    stops_next = np.vstack([stopped.to_numpy()[1:], np.zeros((1, len(facts.units)), dtype=int)])
    top = np.where(started.to_numpy() == 1, np.minimum(inputs.output_max_mw, start), inputs.output_max_mw)
    top = np.where(stops_next == 1, np.minimum(top, stop), top) * on.to_numpy()
    up = np.minimum(top - output.to_numpy(), _ramp_left_mw(facts, inputs, started.to_numpy() == 1, output.to_numpy()))
    down = np.minimum(
        output.to_numpy() - inputs.output_min_mw * on.to_numpy(), [u.ramp_down_mw_per_h for u in facts.units]
    )
    return (
        pd.DataFrame(np.maximum(up, 0.0), index=on.index, columns=on.columns),
        pd.DataFrame(np.maximum(down, 0.0), index=on.index, columns=on.columns),
    )


def _inside_region(
    facts: GridFacts, heat: pd.DataFrame, output: pd.DataFrame, room: tuple[pd.DataFrame, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same, of units whose heat is decided no farther than their operating region goes at that heat."""
    up, down = room
    for unit in facts.units:
        if unit.name in heat and unit.heat_region is not None:
            low, high = heating_limits_mw(unit, heat[unit.name].to_numpy() / unit.heat_region.design_heat_mw)
            up[unit.name] = np.minimum(up[unit.name], np.maximum(high - output[unit.name], 0.0))
            down[unit.name] = np.minimum(down[unit.name], np.maximum(output[unit.name] - low, 0.0))
    return up, down


def _ramp_left_mw(facts: GridFacts, inputs: Inputs, started: np.ndarray, output: np.ndarray) -> np.ndarray:
    """What the ramp leaves for reserve up, MW, (T, units): over one hour, or what the rise of the step leaves of it."""
    ramp = np.array([u.ramp_up_mw_per_h for u in facts.units])
    grids = {rule.grid for rule in facts.reserve_rules if rule.within_ramp}
    within = np.array([u.grid in grids for u in facts.units], dtype=bool)
    left = ramp * inputs.step_h - np.diff(output, axis=0, prepend=inputs.output_before_mw[None, :])
    return np.where(within, np.where(started, np.inf, left), ramp)
