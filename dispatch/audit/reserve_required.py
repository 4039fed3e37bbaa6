"""Reserve required, in the audit's own words: by shares, by a quantile of the forecast error, by the largest unit."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from dispatch.audit.evidence import Evidence, belongs
from dispatch.audit.finding import Finding, Rule, found
from dispatch.case.facts import ReserveRule
from dispatch.case.reserve import CASE_MW, LARGEST_UNIT, QUANTILE, SHARES
from dispatch.units import POWER_MW

COUNTED = 1e-6  # of one error: a last binary digit is none
TOLD = Rule("reserve-told", "MW", POWER_MW)


def required_mw(e: Evidence, rule: ReserveRule, direction: str) -> np.ndarray:
    """Reserve that one grid needs "up" or "down", MW, (T,)."""
    return np.asarray(np.max(list(reasons_mw(e, rule, direction).values()), axis=0))


def reasons_mw(e: Evidence, rule: ReserveRule, direction: str) -> dict[int, np.ndarray]:
    """
    What each reason asks of one grid, MW, (T,); the largest of them holds.

        SHARES        share of load x load + share of wind and sun x what is available
        QUANTILE      what a share q of the known errors of wind, sun and load stays within, for q above 1/2; where none
                      are known, z(q) sqrt( (e_w wind)^2 + (e_s sun)^2 + (e_l load)^2 )
        CASE_MW       the case's MW, in place of both
        LARGEST_UNIT  the largest Pmax[t] of a unit on, up alone, where the grid's rule counts it
    """
    given = [s.up_mw if direction == "up" else s.down_mw for s in e.case.reserve.series if s.grid == rule.grid]
    if any(given):
        reasons = {CASE_MW: np.array(given[0], dtype=float)}
    else:
        reasons = {SHARES: _by_shares_mw(e, rule, direction), QUANTILE: _by_quantile_mw(e, rule, direction)}
    if direction == "up" and rule.largest_unit:
        own = belongs(e.facts.units, rule.grid)
        reasons[LARGEST_UNIT] = np.where(e.on, e.inputs.output_max_mw, 0.0)[:, own].max(axis=1, initial=0.0)
    return reasons


def _by_shares_mw(e: Evidence, rule: ReserveRule, direction: str) -> np.ndarray:
    """The case before the grid, and down's own share before that for both; MW, (T,)."""
    mw = 0.0 * e.inputs.load_mw[:, 0]
    for name, base_mw in (("load_share", _load_mw(e, rule)), ("renewable_share", _available_mw(e, rule, ""))):
        names = [name] if direction == "up" else [f"down_{name}", name]
        values = [getattr(source, each) for source in (e.case.reserve, rule) for each in names]
        mw = mw + base_mw * next(value for value in values if value is not None)
    return mw


def _by_quantile_mw(e: Evidence, rule: ReserveRule, direction: str) -> np.ndarray:
    """The least that covers a share q of the errors, counted, or by a normal distribution; MW, (T,)."""
    asked = getattr(e.case.reserve, f"{direction}_quantile")
    quantile = getattr(rule, f"{direction}_quantile") if asked is None else asked
    wind, solar, load = _available_mw(e, rule, "wind"), _available_mw(e, rule, "solar"), _load_mw(e, rule)
    known = e.facts.year.error_share.get(rule.grid)
    if known is None:
        shares = rule.wind_error_share, rule.solar_error_share, rule.load_error_share
        variance = sum((share * mw) ** 2 for share, mw in zip(shares, (wind, solar, load), strict=True))
        return np.asarray(max(float(ndtri(quantile)), 0.0) * np.sqrt(variance))
    missing = known if direction == "up" else -known
    covered = [
        _covering(missing[:, 0] * w + missing[:, 1] * s + missing[:, 2] * d, quantile)
        for w, s, d in zip(wind, solar, load, strict=True)
    ]
    return np.asarray(covered)


def _covering(errors_mw: np.ndarray, quantile: float) -> float:
    """The smallest error, 0 at least, that a share `quantile` of all errors does not exceed; none up to the median."""
    ranked, count = np.sort(errors_mw), len(errors_mw)
    enough = np.arange(1, count + 1) >= quantile * count - COUNTED
    return max(float(ranked[enough][0]), 0.0) if quantile > 1 / 2 else 0.0


def _load_mw(e: Evidence, rule: ReserveRule) -> np.ndarray:
    return np.asarray(e.inputs.load_mw[:, belongs(e.facts.buses, rule.grid)].sum(axis=1))


def _available_mw(e: Evidence, rule: ReserveRule, kind: str) -> np.ndarray:
    """What the grid's plants of a kind have available, MW, (T,); "" is every kind."""
    kinds = np.array([plant.technology.startswith(kind) for plant in e.facts.plants], dtype=bool)
    return np.asarray(e.inputs.available_mw[:, belongs(e.facts.plants, rule.grid) & kinds].sum(axis=1))


def told(e: Evidence) -> Finding:
    """
    The schedule tells what is required of each grid, and a reason that asks for all of it.

        told[t] = required[t],     reason[t] asks for required[t]            up and down
    """
    rules = e.facts.reserve_rules
    amount = np.zeros((len(e.inputs.times), len(rules)))
    for k, rule in enumerate(rules):
        member = e.facts.members.index(rule.grid)
        for direction in ("up", "down"):
            required, reasons = required_mw(e, rule, direction), reasons_mw(e, rule, direction)
            chosen = np.rint(e.table(f"{direction}_decided_by")[:, member])
            asked = np.zeros(len(required))
            for reason, mw in reasons.items():
                asked = np.where(chosen == reason, mw, asked)
            off = np.abs(e.table(f"required_{direction}_mw")[:, member] - required)
            amount[:, k] = np.maximum(amount[:, k], np.maximum(off, required - asked))
    return found(TOLD, amount, [rule.grid for rule in rules], e.inputs.times)
