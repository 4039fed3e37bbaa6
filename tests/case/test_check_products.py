"""Products that nobody knows of or can give, and rules of them that contradict themselves."""

from __future__ import annotations

from dataclasses import replace

from dispatch.case.case import ProductAsked, Reserve
from dispatch.case.check_facts import facts_flaws
from dispatch.case.checks import flaws_of
from dispatch.case.facts import GridFacts
from dispatch.case.reserve_products import NON_SPINNING, REGULATION_UP
from tests.small import one_bus_facts, product_rules, small_case, small_facts, unit


def told(facts: GridFacts, asked: ProductAsked) -> list[tuple[str, str]]:
    case = small_case(facts, hours=2, reserve=Reserve(products=(asked,)))
    return [(flaw.code, flaw.field) for flaw in flaws_of(case, facts)]


def test_a_product_without_a_rule_is_refused() -> None:
    asked = ProductAsked(REGULATION_UP, load_share=0.02)
    assert told(small_facts(), asked) == [("PRODUCT_UNKNOWN_HERE", "reserve.products[0].product")]
    assert told(small_facts(product_rules=product_rules()), asked) == []


def test_a_product_that_nothing_can_give_is_refused_where_some_is_asked_for() -> None:
    """A unit that cannot move gives no regulation."""
    stiff = unit("stiff", ramp_up_mw_per_h=0.0, ramp_down_mw_per_h=0.0, heats=False)
    facts = one_bus_facts(stiff, load_mw=100.0, product_rules=product_rules())
    flaw = [("PRODUCT_UNDELIVERABLE", "reserve.products[0].product")]
    assert flaw[0] in told(facts, ProductAsked(REGULATION_UP, load_share=0.02))
    assert flaw[0] in told(facts, ProductAsked(NON_SPINNING, required_mw=(0.0, 5.0)))
    assert flaw[0] not in told(facts, ProductAsked(NON_SPINNING))


def test_rules_of_products_hold_together() -> None:
    up, down, late = product_rules()
    wrong = (
        replace(up, within_h=0.75),
        replace(down, within_h=0.0, load_share=-0.1),
        replace(late, shortfall_cny_per_mwh=-1.0),
        replace(late, product="black_start", grid="elsewhere"),
        late,
    )
    found = {(flaw.code, flaw.field) for flaw in facts_flaws(small_facts(product_rules=wrong))}
    assert found == {
        ("PRODUCT_TIME", "facts.product_rules[1].within_h"),
        ("SHARE_OUT_OF_RANGE", "facts.product_rules[1].load_share"),
        ("NEGATIVE", "facts.product_rules[2].shortfall_cny_per_mwh"),
        ("UNKNOWN_PRODUCT", "facts.product_rules[3].product"),
        ("UNKNOWN_MEMBER_GRID", "facts.product_rules[3].grid"),
        ("DUPLICATE", "facts.product_rules[4]"),
        ("PRODUCT_TIMES_CROSS", "facts.product_rules"),
    }
