"""Whether what a case asks of the network's losses can be meant."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.case.case import Case
from dispatch.case.check_numbers import number_flaws, share_flaws
from dispatch.case.objective import COST
from dispatch.errors import Flaw

LEAST_ERROR_MW, LARGEST_ERROR_MW = 0.01, 1000.0  # below the least a line would have dozens of pieces


def loss_flaws(case: Case) -> Iterator[Flaw]:
    """Errors of the broken lines; the price of a MWh lost; losses beside something that is sought before the cost."""
    losses, prices = case.losses, case.prices
    yield from number_flaws("losses.line_error_mw", losses.line_error_mw, "MW", LARGEST_ERROR_MW)
    if 0 <= losses.line_error_mw < LEAST_ERROR_MW:
        message = f"{losses.line_error_mw:g} MW is too fine; give {LEAST_ERROR_MW:g} or more"
        yield Flaw("TOO_SMALL", "losses.line_error_mw", message)
    yield from share_flaws("losses.line_error_share", losses.line_error_share)
    if not (losses.links or losses.lines):
        return
    dearest = max(prices.large_curtailment_cny_per_mwh, prices.distributed_curtailment_cny_per_mwh)
    if prices.network_loss_cny_per_mwh <= dearest:
        lost = f"{prices.network_loss_cny_per_mwh:g} CNY/MWh lost is no dearer than {dearest:g} CNY/MWh curtailed"
        message = f"{lost}: surplus would be burnt on the way; give more"
        yield Flaw("LOSS_TOO_CHEAP", "prices.network_loss_cny_per_mwh", message)
    if case.objective != COST:
        message = f"counted losses are not sought with {case.objective!r}; leave losses out, or seek {COST!r}"
        yield Flaw("LOSSES_WITHOUT_COST", "losses", message)
