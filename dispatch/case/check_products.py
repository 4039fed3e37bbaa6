"""Whether reserve products beside spinning reserve are asked for, and known of, in a way that can be answered."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.case.case import Case, ProductAsked
from dispatch.case.check_forecasts import series_flaws
from dispatch.case.check_numbers import not_below_zero, share_flaws, unknown_flaws
from dispatch.case.facts import GridFacts
from dispatch.case.reserve_products import NON_SPINNING, PRODUCTS, REGULATION_UP, givers_of, rule_of
from dispatch.errors import Flaw
from dispatch.units import DURATION_H, POWER_MW

LONGEST_H = 1.0  # reserve is what is there within an hour, and lasts one
SHARES = ("load_share", "renewable_share")


def product_flaws(case: Case) -> Iterator[Flaw]:
    """What shows without the grid: names, shares, and what is said twice."""
    seen: set[tuple[str, str]] = set()
    for k, asked in enumerate(case.reserve.products):
        path = f"reserve.products[{k}]"
        yield from unknown_flaws("UNKNOWN_PRODUCT", f"{path}.product", asked.product, PRODUCTS)
        for name in SHARES:
            share = getattr(asked, name)
            yield from share_flaws(f"{path}.{name}", share) if share is not None else ()
        if (asked.product, asked.grid) in seen:
            message = f"{asked.product!r} is asked for more than once; give it once for each grid"
            yield Flaw("DUPLICATE", path, message)
        seen.add((asked.product, asked.grid))


def product_flaws_against(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """What shows with the grid: its name, the length of series, and products that it does not know or cannot give."""
    for k, asked in enumerate(case.reserve.products):
        path = f"reserve.products[{k}]"
        if asked.grid:
            yield from unknown_flaws("UNKNOWN_MEMBER_GRID", f"{path}.grid", asked.grid, facts.members)
        if asked.required_mw:
            yield from series_flaws(f"{path}.required_mw", asked.required_mw, case, lowest_mw=0.0)
        if asked.product in PRODUCTS:
            yield from _giver_flaws(path, asked, case, facts)


def _giver_flaws(path: str, asked: ProductAsked, case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """A product that something is asked of is known in each grid, and somebody there can give it."""
    for grid in [member for member in facts.members if asked.grid in ("", member)]:
        rule = rule_of(facts, asked.product, grid)
        if rule is None:
            message = f"{grid} does not know {asked.product}: no time and no price of it; leave it out"
            yield Flaw("PRODUCT_UNKNOWN_HERE", f"{path}.product", message)
            continue
        shares = [getattr(rule if getattr(asked, name) is None else asked, name) for name in SHARES]
        wanted = any(share > 0 for share in shares) or any(mw > POWER_MW for mw in asked.required_mw)
        if wanted and not givers_of(case, facts, asked.product, grid):
            message = f"nothing in {grid} can give {asked.product} within {rule.within_h:g} h; leave it out"
            yield Flaw("PRODUCT_UNDELIVERABLE", f"{path}.product", message)


def product_rule_flaws(facts: GridFacts) -> Iterator[Flaw]:
    """Of each product and grid one rule at most, within the hour; regulation no later than non-spinning reserve."""
    seen: set[tuple[str, str]] = set()
    for k, rule in enumerate(facts.product_rules):
        path = f"facts.product_rules[{k}]"
        yield from unknown_flaws("UNKNOWN_MEMBER_GRID", f"{path}.grid", rule.grid, facts.members)
        yield from unknown_flaws("UNKNOWN_PRODUCT", f"{path}.product", rule.product, PRODUCTS)
        for name in SHARES:
            yield from share_flaws(f"{path}.{name}", getattr(rule, name))
        yield from not_below_zero(f"{path}.shortfall_cny_per_mwh", rule.shortfall_cny_per_mwh, "CNY/MWh")
        if not 0 < rule.within_h <= LONGEST_H:
            message = f"{rule.within_h:g} h; give more than 0 h and at most {LONGEST_H:g} h"
            yield Flaw("PRODUCT_TIME", f"{path}.within_h", message)
        if (rule.product, rule.grid) in seen:
            yield Flaw("DUPLICATE", path, f"{rule.product!r} of {rule.grid} stands more than once; give it once")
        seen.add((rule.product, rule.grid))
    for grid in facts.members:
        soon, late = (rule_of(facts, product, grid) for product in (REGULATION_UP, NON_SPINNING))
        if soon is not None and late is not None and soon.within_h > late.within_h + DURATION_H:
            message = (
                f"regulation within {soon.within_h:g} h, non-spinning reserve within {late.within_h:g} h in {grid}"
            )
            yield Flaw("PRODUCT_TIMES_CROSS", "facts.product_rules", f"{message}; regulation is to be there first")
