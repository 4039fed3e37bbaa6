"""
What a case and the facts mean together, hour by hour: the numbers every later station works with.

Nothing is decided here and nothing is mended: forecasts replace stored series, scales multiply, seasons and
outages are laid over the limits of the units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dispatch.case.case import Case
from dispatch.case.demand_response import DAY_PEAK
from dispatch.case.facts import GridFacts
from dispatch.case.heat_plants import HeatPlant, heat_plants
from dispatch.case.heating import heating_hours, output_limits_mw
from dispatch.case.interchange import Interface
from dispatch.case.losses import LossCurve, line_curves, link_curves
from dispatch.case.pumped_hydro import Bank, banks_of
from dispatch.case.reserve import required_down, required_up
from dispatch.case.reserve_products import required_products
from dispatch.case.security import emergency_mw
from dispatch.case.storage import PUMPED_HYDRO, Store
from dispatch.case.thermal import MustRun, NoStart, Outage, ThermalUnit
from dispatch.horizon import hour_of_year, in_yearly_season, local

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start


@dataclass(frozen=True)
class RunningGroup:
    """Units of one heating plant and how many of them must be on, shape (T,)."""

    plant: str
    unit_indices: tuple[int, ...]
    units_on_count: np.ndarray

    def missing_unit_mw(self, output_max_mw: np.ndarray) -> np.ndarray:
        """What a unit fewer on counts as: the mean greatest output of its units, (T,)."""
        return np.asarray(output_max_mw[:, self.unit_indices].mean(axis=1))


@dataclass(frozen=True)
class Inputs:
    """Arrays over steps T (first axis); the second axis follows the tuples of `GridFacts`."""

    times: pd.DatetimeIndex  # naive UTC+8
    step_h: float
    load_mw: np.ndarray  # (T, buses)
    available_mw: np.ndarray  # (T, plants)
    must_take_mw: np.ndarray  # (T, plants), of what is available
    output_min_mw: np.ndarray  # (T, units), in force when on
    output_max_mw: np.ndarray  # (T, units), in force when on, or what an outage leaves of it
    output_min_before_mw: np.ndarray  # (units,), in force in the step before the horizon
    output_before_mw: np.ndarray  # (units,), of the step before the horizon
    in_service: np.ndarray  # (T, units), bool
    must_run: np.ndarray  # (T, units), bool
    no_start: np.ndarray  # (T, units), bool
    running_groups: tuple[RunningGroup, ...]
    store_power_mw: np.ndarray  # (stores,), of discharging
    store_charge_mw: np.ndarray  # (stores,), most power of charging
    store_charge_min_mw: np.ndarray  # (stores,), of a store that charges
    store_discharge_min_mw: np.ndarray  # (stores,)
    level_min_mwh: np.ndarray  # (stores,), that both reservoirs allow
    level_max_mwh: np.ndarray  # (stores,)
    contract_mw: np.ndarray  # (T, contracts), zero out of season
    response_cap_mw: np.ndarray  # (T, members), of all contracts of a grid together
    planned_import_mw: np.ndarray  # (T, interfaces), negative: export
    import_floor_mw: np.ndarray  # (T, interfaces), lower edge of the plan's band
    import_ceiling_mw: np.ndarray  # (T, interfaces), upper edge of the plan's band
    reserve_up_mw: np.ndarray  # (T, members), the part that does not depend on which unit is on
    reserve_down_mw: np.ndarray  # (T, members)
    up_decided_by: np.ndarray  # (T, members), what decided that part: a number of `case.reserve`
    down_decided_by: np.ndarray  # (T, members)
    banks: tuple[Bank, ...] = ()  # pump-turbines that are counted together
    emergency_mw: np.ndarray | None = None  # (lines,), rating after an outage; None: no outage is stood
    product_mw: Mapping[str, np.ndarray] = field(default_factory=dict)  # (T, members), of products asked for
    line_losses: tuple[LossCurve, ...] = ()  # of the lines that lose something
    link_losses: tuple[LossCurve, ...] = ()
    sent_out_share: np.ndarray | float = 1.0  # (units,), of what a unit generates, that reaches its bus
    import_step_mw: np.ndarray | None = None  # (T, interfaces), most change from the step before; None: no limit
    heat_plants: tuple[HeatPlant, ...] = ()  # those with a heat store


def inputs_of(case: Case, facts: GridFacts) -> Inputs:
    """The case laid over the facts. Expects a case that `checks.checked` let pass."""
    times, rows = case.horizon.times, hour_of_year(case.horizon.times)
    load, available = _load_mw(case, facts, rows), _available_mw(case, facts, rows)
    low, high = output_limits_mw(case.heat, facts, times)
    in_service = ~covered(out_of_service(case), facts.units, times)
    plan, floor, ceiling = _plan_and_band_mw(case, facts, rows)
    groups = running_groups(facts, times, in_service)
    return Inputs(
        times=times,
        step_h=case.horizon.step_h,
        load_mw=load,
        available_mw=available,
        must_take_mw=_must_take_mw(case, facts, available),
        output_min_mw=low,
        output_max_mw=np.minimum(high, left_mw(case, facts, times)),
        output_min_before_mw=_output_min_before_mw(case, facts),
        output_before_mw=_output_before_mw(case, facts),
        in_service=in_service,
        must_run=covered(case.must_run, facts.units, times),
        no_start=covered(case.no_start, facts.units, times),
        running_groups=groups,
        store_power_mw=_of_stores(case, facts, "power_mw"),
        store_charge_mw=_of_stores(case, facts, "charge_limit_mw"),
        store_charge_min_mw=_of_stores(case, facts, "charge_min_mw"),
        store_discharge_min_mw=_of_stores(case, facts, "discharge_min_mw"),
        level_min_mwh=_of_stores(case, facts, "usable_min_mwh"),
        level_max_mwh=_of_stores(case, facts, "usable_max_mwh"),
        contract_mw=_contract_mw(facts, times, rows),
        response_cap_mw=response_cap_mw(case, facts),
        planned_import_mw=plan,
        import_floor_mw=floor,
        import_ceiling_mw=ceiling,
        banks=_banks(case, facts),
        **_reserve(case, facts, load, available),
        heat_plants=heat_plants(case.heat, facts, times, {group.plant: group.units_on_count for group in groups}),
        **_network(case, facts, plan),
    )


def _sent_out_share(case: Case, facts: GridFacts) -> np.ndarray:
    """Of what each unit generates, the share that reaches its bus (上网), (units,): 1 where own use is not counted."""
    return np.array([1.0 - unit.self_use_share if case.self_use else 1.0 for unit in facts.units])


def _reserve(case: Case, facts: GridFacts, load: np.ndarray, available: np.ndarray) -> dict[str, Any]:
    """What is required of reserve, by the field of `Inputs`."""
    up, down = (required(case, facts, load, available) for required in (required_up, required_down))
    return {
        "reserve_up_mw": up.required_mw,
        "reserve_down_mw": down.required_mw,
        "up_decided_by": up.decided_by,
        "down_decided_by": down.decided_by,
        "product_mw": required_products(case, facts, load, available),
    }


def _network(case: Case, facts: GridFacts, plan: np.ndarray) -> dict[str, Any]:
    """What is asked of the network, by the field of `Inputs`; None or nothing where the case asks for none."""
    return {
        "sent_out_share": _sent_out_share(case, facts),
        "emergency_mw": emergency_mw(case.security, facts.lines),
        "line_losses": line_curves(case.losses, facts.lines),
        "link_losses": link_curves(case.losses, facts.links),
        "import_step_mw": _import_step_mw(case, facts, plan),
    }


def _of_stores(case: Case, facts: GridFacts, attribute: str) -> np.ndarray:
    """One limit of each store at the case's scale, (stores,)."""
    return np.array([store_scale(case, store) * getattr(store, attribute) for store in facts.stores])


def _load_mw(case: Case, facts: GridFacts, rows: np.ndarray) -> np.ndarray:
    load: np.ndarray = facts.year.load_mw[rows] * case.scales.load_share
    for forecast in case.load_forecasts:
        shares = np.array([b.load_share if b.grid == forecast.grid else 0.0 for b in facts.buses])
        own = shares > 0
        load[:, own] = np.outer(forecast.load_mw, shares[own] / shares[own].sum())
    return load


def _available_mw(case: Case, facts: GridFacts, rows: np.ndarray) -> np.ndarray:
    capacity = np.array([plant.capacity_mw for plant in facts.plants])
    available: np.ndarray = facts.year.available_share[rows] * capacity * case.scales.renewable_share
    index = {plant.name: k for k, plant in enumerate(facts.plants)}
    for forecast in case.available_forecasts:
        available[:, index[forecast.plant]] = forecast.available_mw
    return available


def _must_take_mw(case: Case, facts: GridFacts, available: np.ndarray) -> np.ndarray:
    least: np.ndarray = np.zeros_like(available)
    index = {plant.name: k for k, plant in enumerate(facts.plants)}
    for forecast in case.available_forecasts:
        if forecast.least_mw:
            least[:, index[forecast.plant]] = forecast.least_mw
    return np.asarray(np.minimum(least, available))


def _output_min_before_mw(case: Case, facts: GridFacts) -> np.ndarray:
    """Least output of each unit in the step before the first, MW, (units,)."""
    import pandas as pd

    eve = case.horizon.times[:1] - pd.Timedelta(hours=case.horizon.step_h)
    return np.asarray(output_limits_mw(case.heat, facts, eve)[0][0])


def _output_before_mw(case: Case, facts: GridFacts) -> np.ndarray:
    """Zero where the case gives no state, which its checks refuse."""
    before = {state.unit: state.output_mw for state in case.units}
    return np.array([before.get(unit.name, 0.0) for unit in facts.units], dtype=float)


def out_of_service(case: Case) -> tuple[Outage, ...]:
    """Outages that leave nothing."""
    return tuple(outage for outage in case.outages if outage.available_mw is None)


def left_mw(case: Case, facts: GridFacts, times: pd.DatetimeIndex) -> np.ndarray:
    """What outages leave of the greatest output (降出力), MW, (T, units), the least of several; infinite where all."""
    left = np.full((len(times), len(facts.units)), np.inf)
    for outage in case.outages:
        if outage.available_mw is not None:
            inside = covered((outage,), facts.units, times)
            left[inside] = np.minimum(left[inside], outage.available_mw)
    return left


def covered(
    spans: Sequence[Outage | MustRun | NoStart], units: tuple[ThermalUnit, ...], times: pd.DatetimeIndex
) -> np.ndarray:
    """Whether some span of a unit holds the start of each step, shape (T, units), bool."""
    import pandas as pd

    inside = np.zeros((len(times), len(units)), dtype=bool)
    index = {unit.name: k for k, unit in enumerate(units)}
    for span in spans:
        start, end = pd.Timestamp(local(span.start)), pd.Timestamp(local(span.end))
        inside[:, index[span.unit]] |= (times >= start) & (times < end)
    return inside


def running_groups(facts: GridFacts, times: pd.DatetimeIndex, in_service: np.ndarray) -> tuple[RunningGroup, ...]:
    """Heating plants with the units they keep on: never more than are in service."""
    heating = heating_hours(facts, times)
    groups = []
    for minimum in facts.running_minimums:
        members = tuple(k for k, u in enumerate(facts.units) if u.plant == minimum.plant and u.heats)
        if members:
            able = (heating & in_service)[:, members].sum(axis=1)
            needed = np.where(heating[:, members].any(axis=1), minimum.units_on_count, 0)
            groups.append(RunningGroup(minimum.plant, members, np.minimum(needed, able)))
    return tuple(groups)


def state_levels_mwh(case: Case, facts: GridFacts, attribute: str) -> np.ndarray:
    """`start_level_mwh` or `end_level_mwh` of every store, (stores,); 0 of one that the case scales to nothing."""
    states = {state.store: getattr(state, attribute) for state in case.stores}
    return np.array([states[store.name] if store_scale(case, store) else 0.0 for store in facts.stores], dtype=float)


def store_scale(case: Case, store: Store) -> float:
    """The case's factor on power and levels of a store, 1 = as it stands; units keep their number and change size."""
    scales = case.scales
    return scales.pumped_hydro_share if store.technology == PUMPED_HYDRO else scales.new_storage_share


def _banks(case: Case, facts: GridFacts) -> tuple[Bank, ...]:
    return tuple(
        bank
        for k, store in enumerate(facts.stores)
        for group in store.groups
        for bank in banks_of(group, k, store_scale(case, store), case.horizon.step_h)
    )


def _contract_mw(facts: GridFacts, times: pd.DatetimeIndex, rows: np.ndarray) -> np.ndarray:
    columns = [c.capacity_mw * in_yearly_season(times, c.first_day, c.last_day) for c in facts.contracts]
    capacity = np.column_stack(columns) if columns else np.zeros((len(times), 0))
    share = facts.year.contract_share
    return capacity if share is None else capacity * share[rows]


def response_cap_mw(case: Case, facts: GridFacts) -> np.ndarray:
    """The case's share of each member's annual peak, or of its highest load of the day in the horizon, (T, members)."""
    import pandas as pd

    times = case.horizon.times
    if case.response.cap_basis == DAY_PEAK:
        own = np.array([[bus.grid == grid for grid in facts.members] for bus in facts.buses], dtype=float)
        by_grid = pd.DataFrame(_load_mw(case, facts, hour_of_year(times)) @ own)
        peak_mw = by_grid.groupby(times.normalize()).transform("max").to_numpy()
    else:
        peak_mw = np.tile([facts.annual_peak_mw[grid] for grid in facts.members], (len(times), 1))
    return np.asarray(case.response_share * peak_mw)


def _planned_import_mw(case: Case, facts: GridFacts, rows: np.ndarray) -> np.ndarray:
    plan: np.ndarray = facts.year.net_import_mw[case.interchange.variant][rows].copy()
    index = {interface.name: k for k, interface in enumerate(facts.interfaces)}
    for forecast in case.interchange_forecasts:
        plan[:, index[forecast.interface]] = forecast.net_import_mw
    return plan


def _plan_and_band_mw(case: Case, facts: GridFacts, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The plan, and the lower and upper edge of its band within the limits of the interfaces, (T, interfaces) each."""
    plan = _planned_import_mw(case, facts, rows)
    band = case.interchange.band_share * np.abs(plan)
    low_mw, high_mw = -_limits(facts.interfaces, "export_limit_mw"), _limits(facts.interfaces, "import_limit_mw")
    return plan, np.maximum(plan - band, low_mw), np.minimum(plan + band, high_mw)


def _import_step_mw(case: Case, facts: GridFacts, plan: np.ndarray) -> np.ndarray | None:
    """
    Most change of net import from the step before, MW, (T, interfaces): the ramp, or the plan's own step where larger.

    Infinite in the first step, before which nothing is known, and of interfaces without a ramp; None where all are.
    """
    own = {ramp.interface: ramp.ramp_mw_per_h for ramp in case.tie_ramps}
    ramps = [own.get(tie.name, tie.ramp_mw_per_h) for tie in facts.interfaces]
    if all(ramp is None for ramp in ramps):
        return None
    most = np.array([np.inf if ramp is None else ramp * case.horizon.step_h for ramp in ramps])
    return np.asarray(np.maximum(most, np.abs(np.diff(plan, axis=0, prepend=np.inf))))


def _limits(interfaces: tuple[Interface, ...], attribute: str) -> np.ndarray:
    return np.array([getattr(interface, attribute) for interface in interfaces])
