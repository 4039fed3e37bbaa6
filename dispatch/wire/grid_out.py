"""From the facts of a grid to the wire."""

from __future__ import annotations

from collections.abc import Iterable

from dispatch.case.demand_response import FILL, REDUCE, SHIFT, Contract
from dispatch.case.facts import GridFacts
from dispatch.case.storage import PUMPED_HYDRO, Store
from dispatch.case.thermal import ThermalUnit
from dispatch.v1 import grid_pb2
from dispatch.wire.mirror import copied

KINDS = {
    REDUCE: grid_pb2.CONTRACT_KIND_REDUCE,
    SHIFT: grid_pb2.CONTRACT_KIND_SHIFT,
    FILL: grid_pb2.CONTRACT_KIND_FILL,
}


def summary_to(grid: str, editions: Iterable[int], members: Iterable[str]) -> grid_pb2.GridSummary:
    """A grid that can be asked about, as a message."""
    return grid_pb2.GridSummary(grid=grid, edition=editions, members=members)


def grid_to(facts: GridFacts) -> grid_pb2.Grid:
    """The facts as a message; stored series stay at home."""
    message = grid_pb2.Grid(
        totals=[_totals(facts, member) for member in facts.members],
        buses=[copied(b, grid_pb2.Bus(bus=b.name)) for b in facts.buses],
        lines=[copied(li, grid_pb2.Line(line=li.name)) for li in facts.lines],
        links=[copied(li, grid_pb2.Link(link=li.name)) for li in facts.links],
        units=[_unit(u) for u in facts.units],
        plants=[copied(p, grid_pb2.Plant(plant=p.name)) for p in facts.plants],
        stores=[_store(s) for s in facts.stores],
        contracts=[_contract(c) for c in facts.contracts],
        interfaces=[copied(i, grid_pb2.Interface(interface=i.name)) for i in facts.interfaces],
        heating_seasons=[copied(s, grid_pb2.HeatingSeason()) for s in facts.heating_seasons],
        running_minimums=[copied(m, grid_pb2.RunningMinimum()) for m in facts.running_minimums],
        reserve_rules=[copied(r, grid_pb2.ReserveRule()) for r in facts.reserve_rules],
        sections=[copied(s, grid_pb2.Section(section=s.name)) for s in facts.sections],
        aggregators=[copied(a, grid_pb2.Aggregator(aggregator=a.name)) for a in facts.aggregators],
        product_rules=[copied(r, grid_pb2.ProductRule()) for r in facts.product_rules],
        connections=[copied(c, grid_pb2.Connection(connection=c.name)) for c in facts.connections],
    )
    return copied(facts, message)


def _unit(unit: ThermalUnit) -> grid_pb2.Unit:
    types = [copied(kind, grid_pb2.StartType()) for kind in unit.start_types]
    curve = copied(unit.curve, grid_pb2.CostCurve())
    message = grid_pb2.Unit(
        unit=unit.name,
        curve=curve,
        start_types=types,
        flexibilities=[copied(known, grid_pb2.Flexibility()) for known in unit.flexibilities],
        deep_bands=[copied(band, grid_pb2.DeepBand()) for band in unit.deep_bands],
        heat_region=None if unit.heat_region is None else copied(unit.heat_region, grid_pb2.HeatRegion()),
        oil_support=None if unit.oil_support is None else copied(unit.oil_support, grid_pb2.OilSupport()),
    )
    return copied(unit, message)


def _store(store: Store) -> grid_pb2.Store:
    groups = [copied(group, grid_pb2.PumpGroup(group=group.name)) for group in store.groups]
    lower = None if store.lower is None else copied(store.lower, grid_pb2.LowerReservoir())
    return copied(store, grid_pb2.Store(store=store.name, groups=groups, lower=lower))


def _contract(contract: Contract) -> grid_pb2.Contract:
    shares = [grid_pb2.BusShare(bus=bus, share=share) for bus, share in contract.bus_shares]
    hours = [grid_pb2.HourSpan(from_h=begin, to_h=end) for begin, end in contract.fill_hours_h]
    message = grid_pb2.Contract(
        contract=contract.name, kind=KINDS[contract.kind], bus_shares=shares, fill_hours_h=hours
    )
    return copied(contract, message)


def _totals(facts: GridFacts, member: str) -> grid_pb2.Totals:
    plants = [p for p in facts.plants if p.grid == member]
    stores = [s for s in facts.stores if s.grid == member]
    return grid_pb2.Totals(
        grid=member,
        annual_peak_mw=facts.annual_peak_mw[member],
        thermal_mw=sum(u.output_max_mw for u in facts.units if u.grid == member),
        wind_mw=sum(p.capacity_mw for p in plants if p.technology.startswith("wind")),
        solar_mw=sum(p.capacity_mw for p in plants if p.technology.startswith("solar")),
        new_storage_mw=sum(s.power_mw for s in stores if s.technology != PUMPED_HYDRO),
        pumped_hydro_mw=sum(s.power_mw for s in stores if s.technology == PUMPED_HYDRO),
        response_mw=sum(c.capacity_mw for c in facts.contracts if c.grid == member),
    )
