"""From the wire to a case. Every flaw seen without the grid is found; nothing is guessed or mended."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from dispatch.case.case import Case, Interchange, Limits, Prices, ProductAsked, Reserve, ReserveSeries, Scales
from dispatch.case.check_limits import limits_flaws
from dispatch.case.demand_response import ANNUAL_PEAK, CLOSED, ContractState, Parcel, ResponseTerms
from dispatch.case.heat import Heat, HeatForecast, HeatStore
from dispatch.case.interchange import InterchangeForecast, TieRamp
from dispatch.case.losses import Losses
from dispatch.case.objective import COST
from dispatch.case.renewable import AvailableForecast, LoadForecast
from dispatch.case.security import Security
from dispatch.case.storage import StoreState
from dispatch.case.thermal import MustRun, NoStart, Outage, Retrofit, StartLimit, UnitState
from dispatch.errors import CaseError, Flaw
from dispatch.horizon import Horizon
from dispatch.v1 import case_pb2, run_pb2
from dispatch.wire.mirror import given, made
from dispatch.wire.reading import Check, Reading
from dispatch.wire.words import BACKLOGS, CAP_BASES, OBJECTIVES, PRODUCTS, RETROFIT_STATES, VARIANTS, word_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
NANOS_PER_MICROSECOND = 1000
NANOS_PER_SECOND = 10**9
HEAT_STORE_NEEDED = ("plant", "energy_mwh", "charge_mw", "discharge_mw")


class Findings:
    """Flaws as they are found; what stands in place of a flawed value is seen by checks that can tell, never used."""

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []
        self.placeholders: list[str] = []

    def add(self, code: str, path: str, message: str) -> None:
        """Keep one flaw."""
        self.flaws.append(Flaw(code, path, message))

    def required(self, message: Message, field: str, path: str = "") -> Any:
        """The value of a field that must be there; NaN in place of a number."""
        value, kind = getattr(message, field), message.DESCRIPTOR.fields_by_name[field]
        present = message.HasField(field) if kind.has_presence else value
        if present:
            return value
        self.add("REQUIRED", path + field, "is absent and must be given")
        return math.nan if kind.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE else value

    def moment(self, message: Message, field: str, path: str = "") -> datetime:
        """A time that must be there, in whole microseconds, between 2000 and 2100."""
        stamp = self.required(message, field, path)
        if not message.HasField(field):
            return EPOCH
        if not _seconds(FIRST) <= stamp.seconds < _seconds(LAST) or not 0 <= stamp.nanos < NANOS_PER_SECOND:
            self.add("OUT_OF_RANGE", path + field, "must be a time from 2000 to 2099")
            return EPOCH
        if stamp.nanos % NANOS_PER_MICROSECOND:
            self.add("OUT_OF_RANGE", path + field, "must be in whole microseconds")
        return EPOCH + timedelta(seconds=stamp.seconds, microseconds=stamp.nanos // NANOS_PER_MICROSECOND)


def _seconds(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def case_from(message: case_pb2.Case, check: Check | None = None) -> Case:
    """The case that was sent, or `CaseError` with every flaw of its form and all that `check` finds in the rest."""
    return reading_of(message).settled(check)


def reading_of(message: case_pb2.Case) -> Reading:
    """The case as far as it was sent, with every flaw of its form."""
    findings = Findings()
    case = Case(
        name=message.name,
        grid=findings.required(message, "grid"),
        edition=findings.required(message, "edition"),
        horizon=_horizon(message, findings),
        units=tuple(_unit(u, f"units[{k}].", findings) for k, u in enumerate(message.units)),
        stores=tuple(_store(s, f"stores[{k}].", findings) for k, s in enumerate(message.stores)),
        response_share=message.response_share,
        interchange=_interchange(message.interchange, findings),
        reserve=_reserve(message.reserve, findings),
        prices=given(Prices, message.prices),
        scales=given(Scales, message.scales),
        outages=tuple(_outage(o, f"outages[{k}].", findings) for k, o in enumerate(message.outages)),
        must_run=tuple(_must_run(m, f"must_run[{k}].", findings) for k, m in enumerate(message.must_run)),
        load_forecasts=tuple(LoadForecast(f.grid, tuple(f.load_mw)) for f in message.load_forecasts),
        available_forecasts=tuple(
            AvailableForecast(f.plant, tuple(f.available_mw), tuple(f.least_mw)) for f in message.available_forecasts
        ),
        interchange_forecasts=tuple(
            InterchangeForecast(f.interface, tuple(f.net_import_mw)) for f in message.interchange_forecasts
        ),
        deep_peak_shaving=message.deep_peak_shaving if message.HasField("deep_peak_shaving") else True,
        retrofits=tuple(_retrofit(r, f"retrofits[{k}].", findings) for k, r in enumerate(message.retrofits)),
        security=replace(given(Security, message.security), unwatched=tuple(message.security.unwatched)),
        contracts=tuple(_contract(c, f"contracts[{k}].", findings) for k, c in enumerate(message.contracts)),
        response=_response(message.response, findings),
        objective=word_of(message.objective, OBJECTIVES, "objective", findings.flaws, COST),
        no_start=tuple(_no_start(n, f"no_start[{k}].", findings) for k, n in enumerate(message.no_start)),
        start_limits=tuple(made(StartLimit, limit) for limit in message.start_limits),
        heat=_heat(message.heat, findings),
        losses=given(Losses, message.losses),
        tie_ramps=tuple(_tie_ramp(r, f"tie_ramps[{k}].", findings) for k, r in enumerate(message.tie_ramps)),
        self_use=message.self_use,
    )
    return Reading(case, tuple(findings.flaws), tuple(findings.placeholders))


def _horizon(message: case_pb2.Case, findings: Findings) -> Horizon:
    horizon = findings.required(message, "horizon")
    if not message.HasField("horizon"):
        return Horizon(EPOCH, 0)
    return Horizon(
        start=findings.moment(horizon, "start", "horizon."),
        step_count=findings.required(horizon, "step_count", "horizon."),
        step_h=horizon.step_h if horizon.HasField("step_h") else 1.0,
    )


def _unit(message: case_pb2.UnitState, path: str, findings: Findings) -> UnitState:
    """A unit that is neither on nor off is looked at as on for no known time, from which no rule follows."""
    state = UnitState(
        unit=findings.required(message, "unit", path),
        on=findings.required(message, "on", path),
        hours_h=findings.required(message, "hours_h", path),
        output_mw=findings.required(message, "output_mw", path),
        oil_hours_h=message.oil_hours_h if message.HasField("oil_hours_h") else None,
        starts_this_week_count=message.starts_this_week_count,
    )
    if message.HasField("on"):
        return state
    if state.hours_h > 0 and math.isfinite(state.hours_h):
        findings.placeholders.append(f"{path}hours_h")
        state = replace(state, hours_h=math.nan)
    return replace(state, on=True)


def _store(message: case_pb2.StoreState, path: str, findings: Findings) -> StoreState:
    return StoreState(
        store=findings.required(message, "store", path),
        start_level_mwh=findings.required(message, "start_level_mwh", path),
        end_level_mwh=findings.required(message, "end_level_mwh", path),
    )


def _contract(message: case_pb2.ContractState, path: str, findings: Findings) -> ContractState:
    parcels = {
        name: tuple(
            Parcel(*(findings.required(parcel, field, f"{path}{name}[{j}].") for field in ("energy_mwh", "left_h")))
            for j, parcel in enumerate(getattr(message, name))
        )
        for name in ("owed", "saved")
    }
    return made(ContractState, message, contract=findings.required(message, "contract", path), **parcels)


def _response(message: case_pb2.ResponseTerms, findings: Findings) -> ResponseTerms:
    return made(
        ResponseTerms,
        message,
        cap_basis=word_of(message.cap_basis, CAP_BASES, "response.cap_basis", findings.flaws, ANNUAL_PEAK),
        backlog=word_of(message.backlog, BACKLOGS, "response.backlog", findings.flaws, CLOSED),
    )


def _interchange(message: case_pb2.Interchange, findings: Findings) -> Interchange:
    variant = word_of(message.variant, VARIANTS, "interchange.variant", findings.flaws, "central")
    return Interchange(variant=variant, band_share=message.band_share)


def _reserve(message: case_pb2.Reserve, findings: Findings) -> Reserve:
    series = tuple(ReserveSeries(s.grid, tuple(s.up_mw), tuple(s.down_mw)) for s in message.series)
    products = tuple(
        made(ProductAsked, asked, product=word_of(asked.product, PRODUCTS, f"{path}.product", findings.flaws))
        for path, asked in ((f"reserve.products[{k}]", asked) for k, asked in enumerate(message.products))
    )
    return made(Reserve, message, series=series, products=products)


def _heat(message: case_pb2.Heat, findings: Findings) -> Heat:
    forecasts = tuple(HeatForecast(f.plant, tuple(f.heat_share)) for f in message.forecasts)
    stores = tuple(_heat_store(s, f"heat.stores[{k}].", findings) for k, s in enumerate(message.stores))
    return replace(given(Heat, message), forecasts=forecasts, stores=stores)


def _heat_store(message: case_pb2.HeatStore, path: str, findings: Findings) -> HeatStore:
    needed = {name: findings.required(message, name, path) for name in HEAT_STORE_NEEDED}
    return given(partial(HeatStore, **needed), message)


def _tie_ramp(message: case_pb2.TieRamp, path: str, findings: Findings) -> TieRamp:
    return TieRamp(*(findings.required(message, field, path) for field in ("interface", "ramp_mw_per_h")))


def _outage(message: case_pb2.Outage, path: str, findings: Findings) -> Outage:
    unit = findings.required(message, "unit", path)
    available_mw = message.available_mw if message.HasField("available_mw") else None
    return Outage(unit, *_span(message, path, findings), available_mw)


def _must_run(message: case_pb2.MustRun, path: str, findings: Findings) -> MustRun:
    unit = findings.required(message, "unit", path)
    return MustRun(unit, *_span(message, path, findings))


def _no_start(message: case_pb2.NoStart, path: str, findings: Findings) -> NoStart:
    unit = findings.required(message, "unit", path)
    return NoStart(unit, *_span(message, path, findings))


def _retrofit(message: case_pb2.Retrofit, path: str, findings: Findings) -> Retrofit:
    state = word_of(message.state, RETROFIT_STATES, f"{path}state", findings.flaws)
    return made(Retrofit, message, state=state)


def _span(message: Message, path: str, findings: Findings) -> tuple[datetime, datetime]:
    """Start and end; where one cannot be read the span is empty and covers nothing."""
    start, end = findings.moment(message, "start", path), findings.moment(message, "end", path)
    if EPOCH not in (start, end):
        return start, end
    findings.placeholders.append(f"{path}end")
    return EPOCH, EPOCH


def limits_from(message: run_pb2.Limits) -> Limits:
    """The limits that were sent, or `CaseError` with every flaw of them, under `limits.`."""
    default = Limits()
    limits = Limits(
        gap_share=message.gap_share if message.HasField("gap_share") else default.gap_share,
        time_s=message.time_seconds if message.HasField("time_seconds") else default.time_s,
        seed_count=message.seed_count,
        strict=message.strict,
        memory_gb=message.memory_gb if message.HasField("memory_gb") else default.memory_gb,
        prices=message.prices,
    )
    if flaws := tuple(limits_flaws(limits)):
        raise CaseError(flaws)
    return limits
