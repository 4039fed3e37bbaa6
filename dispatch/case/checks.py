"""
Whether a case can be answered: every flaw, field by field; nothing is mended.

Files `check_*.py` beside this one hold the rules by subject. A rule names a flaw only where the case
contradicts itself or the grid; a case that merely has no schedule (three times the load) passes here, and is
INFEASIBLE later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dispatch.case.case import Case, Limits
from dispatch.case.check_connections import taken_flaws
from dispatch.case.check_facts import unsound_facts
from dispatch.case.check_flexibility import retrofit_flaws
from dispatch.case.check_forecasts import forecast_flaws
from dispatch.case.check_grades import grade_flaws
from dispatch.case.check_heat import heat_flaws
from dispatch.case.check_heat_stores import heat_store_flaws
from dispatch.case.check_horizon import horizon_flaws
from dispatch.case.check_limits import limits_flaws
from dispatch.case.check_losses import loss_flaws
from dispatch.case.check_numbers import (
    LARGEST_NUMBER,
    LARGEST_POWER_MW,
    LARGEST_SCALE_SHARE,
    duplicate_flaws,
    number_flaws,
    quantile_flaws,
    share_flaws,
    unknown_flaws,
)
from dispatch.case.check_objective import carbon_flaws, objective_flaws, priced_carbon_flaws
from dispatch.case.check_products import product_flaws, product_flaws_against
from dispatch.case.check_response import contract_state_flaws, response_flaws
from dispatch.case.check_security import security_flaws, unwatched_flaws
from dispatch.case.check_stores import store_flaws
from dispatch.case.check_units import unit_flaws
from dispatch.case.facts import GridFacts
from dispatch.case.interchange import VARIANTS
from dispatch.errors import CaseError, Flaw


def checked(case: Case, facts: GridFacts, limits: Limits | None = None) -> Case:
    """The case as it came, or CaseError with every flaw in it, and in the limits of its run."""
    flaws = flaws_of(case, facts)
    if limits is not None:
        flaws += tuple(limits_flaws(limits))
    if flaws:
        raise CaseError(flaws)
    return case


def flaws_of(case: Case, facts: GridFacts) -> tuple[Flaw, ...]:
    """Every flaw of the facts it would be solved on, then of the case, in the order of its fields."""
    own = unsound_facts(facts) + flaws_without_facts(case, (facts.grid,), (facts.edition,))
    if case.grid != facts.grid:
        return own  # names and limits of another grid would only be noise
    return own + tuple(_flaws_against(case, facts))


def flaws_without_facts(case: Case, grids: Sequence[str], editions: Sequence[int]) -> tuple[Flaw, ...]:
    """Every flaw that shows without the tables of the grid: for a case whose grid or edition is not known."""
    return tuple(_own_flaws(case, grids, editions))


def _own_flaws(case: Case, grids: Sequence[str], editions: Sequence[int]) -> Iterator[Flaw]:
    yield from unknown_flaws("UNKNOWN_GRID", "grid", case.grid, grids)
    if case.edition not in editions:
        message = f"{case.edition} is not known; give one of {', '.join(map(str, editions))}"
        yield Flaw("UNKNOWN_EDITION", "edition", message)
    yield from horizon_flaws(case.horizon)
    yield from share_flaws("response_share", case.response_share)
    yield from unknown_flaws("UNKNOWN_VARIANT", "interchange.variant", case.interchange.variant, VARIANTS)
    yield from share_flaws("interchange.band_share", case.interchange.band_share)
    yield from _reserve_flaws(case)
    yield from product_flaws(case)
    yield from _price_flaws(case)
    for name in ("load_share", "renewable_share", "new_storage_share", "pumped_hydro_share"):
        yield from number_flaws(f"scales.{name}", getattr(case.scales, name), "times", LARGEST_SCALE_SHARE)
    yield from number_flaws("heat.scale_share", case.heat.scale_share, "times", LARGEST_SCALE_SHARE)
    yield from security_flaws(case.security)
    yield from loss_flaws(case)
    yield from response_flaws(case)
    yield from objective_flaws(case)


def _reserve_flaws(case: Case) -> Iterator[Flaw]:
    for name in ("load_share", "renewable_share", "down_load_share", "down_renewable_share"):
        share = getattr(case.reserve, name)
        yield from share_flaws(f"reserve.{name}", share) if share is not None else ()
    for name in ("up_quantile", "down_quantile"):
        quantile = getattr(case.reserve, name)
        yield from quantile_flaws(f"reserve.{name}", quantile) if quantile is not None else ()


def _price_flaws(case: Case) -> Iterator[Flaw]:
    for name in (
        "large_curtailment_cny_per_mwh",
        "distributed_curtailment_cny_per_mwh",
        "storage_loss_cny_per_mwh",
        "network_loss_cny_per_mwh",
    ):
        yield from number_flaws(f"prices.{name}", getattr(case.prices, name), "CNY/MWh", LARGEST_NUMBER)
    yield from number_flaws("prices.carbon_cny_per_t", case.prices.carbon_cny_per_t, "CNY/t", LARGEST_NUMBER)


def _flaws_against(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    yield from retrofit_flaws(case, facts)
    yield from unit_flaws(case, facts)
    yield from store_flaws(case, facts)
    yield from forecast_flaws(case, facts)
    yield from product_flaws_against(case, facts)
    yield from heat_flaws(case, facts)
    yield from heat_store_flaws(case, facts)
    yield from grade_flaws(case, facts)
    yield from taken_flaws(case, facts)
    yield from unwatched_flaws(case.security, facts)
    if case.self_use and not any(unit.self_use_share for unit in facts.units):
        message = f"no unit of {case.grid} has a share that it uses itself; leave self_use out"
        yield Flaw("SELF_USE_UNKNOWN", "self_use", message)
    yield from _ramp_flaws(case, facts)
    yield from contract_state_flaws(case, facts)
    yield from carbon_flaws(case, facts)
    yield from priced_carbon_flaws(case, facts)


def _ramp_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """Ramps are of interfaces of the grid, each given once."""
    known = [interface.name for interface in facts.interfaces]
    yield from duplicate_flaws("tie_ramps", "interface", [ramp.interface for ramp in case.tie_ramps])
    for j, ramp in enumerate(case.tie_ramps):
        yield from unknown_flaws("UNKNOWN_INTERFACE", f"tie_ramps[{j}].interface", ramp.interface, known)
        yield from number_flaws(f"tie_ramps[{j}].ramp_mw_per_h", ramp.ramp_mw_per_h, "MW/h", LARGEST_POWER_MW)
