"""The same case with every price of it times a factor."""

from __future__ import annotations

from dataclasses import replace

from dispatch.case.thermal import ThermalUnit
from tests.properties.cases import Asked


def dearer(asked: Asked, times: float) -> Asked:
    """All that costs, and all that is priced to be avoided."""
    facts, prices, case = asked.facts, asked.case.prices, asked.case
    every = {
        "units": tuple(_unit(own, times) for own in facts.units),
        "stores": tuple(replace(own, wear_cny_per_mwh=own.wear_cny_per_mwh * times) for own in facts.stores),
        "contracts": tuple(
            replace(own, fee_cny_per_mwh=own.fee_cny_per_mwh * times, call_fee_cny=own.call_fee_cny * times)
            for own in facts.contracts
        ),
        "interfaces": tuple(
            replace(
                own,
                price_cny_per_mwh=own.price_cny_per_mwh * times,
                deviation_cny_per_mwh=own.deviation_cny_per_mwh * times,
            )
            for own in facts.interfaces
        ),
        "reserve_rules": tuple(
            replace(own, shortfall_cny_per_mwh=own.shortfall_cny_per_mwh * times) for own in facts.reserve_rules
        ),
    }
    avoided = replace(
        prices,
        large_curtailment_cny_per_mwh=prices.large_curtailment_cny_per_mwh * times,
        distributed_curtailment_cny_per_mwh=prices.distributed_curtailment_cny_per_mwh * times,
        storage_loss_cny_per_mwh=prices.storage_loss_cny_per_mwh * times,
    )
    return Asked(replace(case, prices=avoided), replace(facts, **every))


def _unit(own: ThermalUnit, times: float) -> ThermalUnit:
    fuel = tuple(cny * times for cny in own.curve.fuel_cny_per_h)
    oil = own.oil_support
    return replace(
        own,
        start_types=tuple(replace(kind, start_cny=kind.start_cny * times) for kind in own.start_types),
        stop_cny=own.stop_cny * times,
        other_cny_per_mwh=own.other_cny_per_mwh * times,
        curve=replace(own.curve, fuel_cny_per_h=fuel),
        deep_bands=tuple(replace(band, price_cny_per_mwh=band.price_cny_per_mwh * times) for band in own.deep_bands),
        oil_support=None if oil is None else replace(oil, price_cny_per_t=oil.price_cny_per_t * times),
    )
