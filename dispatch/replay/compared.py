"""
Two answers to one case: what contradicts, what is worse, and what only chose another of equal optima.

f, b  objective and bound, CNY;    r recorded, n new;    e = 1e-6 max(1, |f_r|, |f_n|)
"""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.case.case import Case
from dispatch.case.objective import COST, FIRST_GAP_SHARE
from dispatch.schedule.difference import Difference, matter, note
from dispatch.schedule.outcome import Aim, Outcome, Status

TOLERANCE_SHARE = 1e-6
CAUSES_SHARE = 0.01  # of what is short, priced: two relaxations closer than this are the same
FIRST_AMOUNT = 0.1  # MWh or tCO2, as in the audit
SHOWN_COUNT = 5  # units named one by one
ANSWERED = frozenset({Status.OPTIMAL, Status.FEASIBLE})
UNKNOWN = frozenset({Status.NO_SOLUTION, Status.FAILED})


def compared(case: Case, recorded: Outcome, again: Outcome, gap_share: float) -> tuple[Difference, ...]:
    """
    How an answer differs from the one recorded; `gap_share` is the larger of the gaps that were asked for.

    Cost is compared where nothing was sought before it, or where both searches for the cost kept to one limit.
    """
    found = [*_status(recorded, again), *_causes(recorded, again)]
    if recorded.schedule is not None and again.schedule is not None:
        found += _first(recorded.proof.aim, again.proof.aim, gap_share)
        if _one_limit(recorded.proof.aim, again.proof.aim):
            found += _objective(recorded, again, gap_share)
        if case.objective == COST:
            found += _absorption(case, recorded, again)
        found += _flips(recorded, again, matters=any(difference.matters for difference in found))
    return tuple(found)


def _status(recorded: Outcome, again: Outcome) -> Iterator[Difference]:
    """
    An answer lost, or the contrary of what was proven, matters; an answer where there was none does not.

    Whether a stop came before or after the gap was met is told: the machine decides that too.
    """
    then, now = recorded.status, again.status
    if then is now:
        return
    words = f"{then.value} as recorded, {now.value} now" + (f": {again.reason}" if again.reason else "")
    lost = then not in UNKNOWN and not {then, now} <= ANSWERED
    make = matter if lost or now is Status.FAILED else note
    yield make("again.status", then.value, now.value, words)


def _causes(recorded: Outcome, again: Outcome) -> Iterator[Difference]:
    """Where neither has a schedule: | sum of priced causes, new - recorded |  <=  1 % of the larger."""
    if {recorded.status, again.status} != {Status.INFEASIBLE}:
        return
    then, now = (sum(cause.cost_cny for cause in outcome.causes) for outcome in (recorded, again))
    if abs(now - then) > CAUSES_SHARE * max(then, now):
        words = f"what is short is worth {now:,.0f} CNY, {then:,.0f} as recorded: more than 1 % apart"
        yield matter("again.causes.cost_cny", then, now, words)


def _objective(recorded: Outcome, again: Outcome, gap_share: float) -> Iterator[Difference]:
    """
    Contradiction:  b_r > f_n + e  or  b_n > f_r + e.    Worse:  f_n > f_r + gap |f_r| + e.

    One of two numbers that must be in order is wrong, whichever; worse is a search that finds less than it did.
    """
    then, now = recorded.proof.objective_cny, again.proof.objective_cny
    if then is None or now is None:
        return
    noise = TOLERANCE_SHARE * max(1.0, abs(then), abs(now))
    name, bounds = "again.objective_cny", (recorded.proof.bound_cny, again.proof.bound_cny)
    if bounds[0] is not None and bounds[0] > now + noise:
        words = f"a contradiction: {now:,.2f} CNY is below the recorded bound {bounds[0]:,.2f}"
        yield matter(name, then, now, words)
    elif bounds[1] is not None and bounds[1] > then + noise:
        words = f"a contradiction: the recorded {then:,.2f} CNY is below the new bound {bounds[1]:,.2f}"
        yield matter(name, then, now, words)
    elif now > then + gap_share * abs(then) + noise:
        words = f"worse by {_percent(then, now)}, more than the gap asked for, {100 * gap_share:g} %"
        yield matter(name, then, now, words)
    elif abs(now - then) > noise:
        yield note(name, then, now, f"{_percent(then, now)}, within the gaps")


def _absorption(case: Case, recorded: Outcome, again: Outcome) -> Iterator[Difference]:
    """
    Curtailment beyond what both gaps can pay for at the lowest price of curtailment above 0, MWh.

        | curtailed_n - curtailed_r |  >  ((f_r - b_r) + (f_n - b_n) + e) / price
    """
    prices = (case.prices.large_curtailment_cny_per_mwh, case.prices.distributed_curtailment_cny_per_mwh)
    least_price = min((price for price in prices if price > 0), default=None)
    proofs = (recorded.proof, again.proof)
    ends = [(proof.objective_cny, proof.bound_cny) for proof in proofs]
    open_cny = [max(0.0, f - b) for f, b in ends if f is not None and b is not None]
    if recorded.metrics is None or again.metrics is None or least_price is None or len(open_cny) < len(proofs):
        return
    then, now = recorded.metrics.total.curtailed_mwh, again.metrics.total.curtailed_mwh
    noise = TOLERANCE_SHARE * max(1.0, *(abs(p.objective_cny or 0.0) for p in proofs))
    allowed_mwh = (sum(open_cny) + noise) / least_price
    words = f"curtailed {now:,.1f} MWh, {then:,.1f} as recorded; the gaps allow {allowed_mwh:,.1f} MWh between them"
    if abs(now - then) > allowed_mwh:
        yield matter("again.curtailed_mwh", then, now, words)
    elif abs(now - then) > TOLERANCE_SHARE * max(1.0, then):
        yield note("again.curtailed_mwh", then, now, words)


def _one_limit(recorded: Aim | None, again: Aim | None) -> bool:
    """Both searches for the cost kept to the same limit, or neither had one."""
    if recorded is None or again is None:
        return recorded is again
    if recorded.limit is None or again.limit is None:
        return False
    return recorded.objective == again.objective and abs(recorded.limit - again.limit) <= FIRST_AMOUNT


def _first(recorded: Aim | None, again: Aim | None, gap_share: float) -> Iterator[Difference]:
    """What was sought first lies in [bound, least] of either search; intervals apart contradict each other."""
    if recorded is None or again is None or None in (recorded.least, recorded.bound, again.least, again.bound):
        return
    then, now = recorded.least or 0.0, again.least or 0.0
    noise = FIRST_AMOUNT + TOLERANCE_SHARE * max(abs(then), abs(now))
    told = f"{now:,.1f} {again.unit} sought first ({again.objective}), {then:,.1f} as recorded"
    if (recorded.bound or 0.0) > now + noise or (again.bound or 0.0) > then + noise:
        yield matter("again.aim.least", then, now, f"a contradiction of the bounds: {told}")
    elif now > then + FIRST_GAP_SHARE * gap_share * abs(then) + noise:
        yield matter("again.aim.least", then, now, f"worse: {told}")
    elif abs(now - then) > noise:
        yield note("again.aim.least", then, now, told)
    if recorded.proven and not again.proven:
        yield note("again.aim.proven", "true", "false", "what is sought first is not proven as closely as recorded")


def _flips(recorded: Outcome, again: Outcome, *, matters: bool) -> Iterator[Difference]:
    """Units that are on where they were off, or off where they were on; equal optima do that freely."""
    if recorded.schedule is None or again.schedule is None:
        return
    then, now = recorded.schedule.on, again.schedule.on
    if not (then.columns.equals(now.columns) and then.index.equals(now.index)):
        yield matter("again.on", None, None, "the tables of the two schedules are of other units or steps")
        return
    hours = ((then - now).abs() > 1 / 2).sum() * again.schedule.step_h
    flipped = hours[hours > 0].sort_values(ascending=False, kind="stable")
    if len(flipped):
        first = ", ".join(f"{unit} {hour:g} h" for unit, hour in flipped.iloc[:SHOWN_COUNT].items())
        more = f" and {len(flipped) - SHOWN_COUNT} more" if len(flipped) > SHOWN_COUNT else ""
        words = f"on or off otherwise: {first}{more}"
        yield Difference("again.on", 0.0, float(flipped.sum()), matters=matters, message=words)


def _percent(then: float, now: float) -> str:
    return f"{100 * (now - then) / max(1.0, abs(then)):+.4f} %"
