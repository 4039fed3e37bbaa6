"""All metrics of a schedule, for the whole case and for each member grid."""

from __future__ import annotations

import numpy as np

from dispatch.case.as_asked import as_asked
from dispatch.case.case import Case
from dispatch.case.demand_response import ContractState
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.metrics.absorption import absorption, local_consumption_mwh, net_export_mw, self_use_mw
from dispatch.metrics.area import Area, Basis, area_of
from dispatch.metrics.cost import cost, penalty
from dispatch.metrics.deep import deep_use
from dispatch.metrics.emissions import carbon_tco2
from dispatch.metrics.flexibility import new_storage_use, pumped_hydro_use, response_use
from dispatch.metrics.response import aggregator_metrics, begins, contract_metrics, states_after
from dispatch.metrics.slacks import slacks_of
from dispatch.metrics.storage import storage_metrics
from dispatch.schedule.outcome import GridMetrics, Metrics
from dispatch.schedule.schedule import Schedule


def measured(case: Case, facts: GridFacts, schedule: Schedule) -> Metrics:
    """What the schedule is worth: the whole case, and each member grid where there are several."""
    facts = as_asked(case, facts)
    basis = Basis(case, facts, inputs_of(case, facts), schedule)
    grids = facts.members if len(facts.members) > 1 else ()
    states = states_after(basis)
    return Metrics(
        total=_measured_in(basis, area_of(facts, facts.grid, facts.members), states),
        members=tuple(_measured_in(basis, area_of(facts, grid, (grid,)), states) for grid in grids),
        slacks=slacks_of(basis),
        contract_states=states,
    )


def _short_mw(basis: Basis) -> np.ndarray:
    """Reserve short of each member, all products together, MW, (T, members)."""
    tables = ("short_up_mw", "short_down_mw", *(f"short_{product}_mw" for product in basis.inputs.product_mw))
    return np.asarray(np.sum([basis.table(name) for name in tables], axis=0))


def _measured_in(basis: Basis, area: Area, states: tuple[ContractState, ...]) -> GridMetrics:
    """Everything that is measured in one area."""
    renewable = absorption(basis, area)
    response, deep = response_use(basis, area), deep_use(basis, area)
    storage, pumped = new_storage_use(basis, area), pumped_hydro_use(basis, area)
    contracts = contract_metrics(basis, area, states)
    return GridMetrics(
        grid=area.name,
        load_mwh=basis.energy_mwh(basis.inputs.load_mw[:, area.buses]),
        available_mwh=renewable.available_mwh,
        absorbed_mwh=renewable.absorbed_mwh,
        curtailed_mwh=renewable.curtailed_mwh,
        utilisation_share=renewable.utilisation_share,
        technologies=renewable.technologies,
        net_export_mwh=basis.energy_mwh(net_export_mw(basis, area)),
        local_consumption_mwh=local_consumption_mwh(basis, area),
        thermal_mwh=basis.energy_mwh(basis.table("output_mw")[:, area.units]),
        cost=cost(basis, area),
        penalty=penalty(basis, area),
        start_count=round(float(basis.table("started")[:, area.units].sum())),
        carbon_tco2=carbon_tco2(basis, area),
        response_cut_mwh=response.cut_mwh,
        response_extra_mwh=response.extra_mwh,
        response_cap_mw=response.cap_mw,
        response_reach_mw=response.reach_mw,
        storage_charge_mwh=storage.charge_mwh,
        storage_discharge_mwh=storage.discharge_mwh,
        pumped_charge_mwh=pumped.charge_mwh,
        pumped_discharge_mwh=pumped.discharge_mwh,
        reserve_short_mwh=basis.energy_mwh(_short_mw(basis)[:, area.members]),
        below_normal_mwh=deep.below_normal_mwh,
        below_normal_h=deep.below_normal_h,
        oil_support_h=deep.oil_support_h,
        oil_t=deep.oil_t,
        response_call_count=int(begins(basis)[:, area.contracts].sum()),
        contracts=contracts,
        aggregators=aggregator_metrics(basis, area, contracts),
        storage_technologies=storage_metrics(basis, area),
        self_use_mwh=basis.energy_mwh(self_use_mw(basis)[:, area.units]),
        network_loss_mwh=basis.energy_mwh(basis.table("loss_mw") * area.inner_share),
    )
