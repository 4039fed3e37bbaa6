"""Slacks gathered by rule and place, and told in words."""

from __future__ import annotations

import pytest

from dispatch.metrics.slacks import KINDS
from dispatch.schedule.causes import gathered
from dispatch.schedule.outcome import Cause, Slack
from dispatch.schedule.phrases import PHRASES, SEVERITIES_ZH
from dispatch.solve.relaxed import PRICES_CNY_PER_MWH


def at(hour: float, day: int = 15) -> str:
    return f"2030-01-{day}T{int(hour):02d}:{round(60 * (hour % 1)):02d}+08:00"


def causes(*slacks: Slack, step_h: float = 1.0, price: float = 1000.0, in_use: bool = True) -> tuple[Cause, ...]:
    return gathered(slacks, step_h, lambda _: price, lambda _: "jibei", in_use=in_use)


def test_a_cause_is_of_one_rule_and_one_place() -> None:
    """Quarter hours: 4 and 8 MW are 3 MWh at 1,000 CNY/MWh."""
    (ab, ac) = causes(
        Slack("line_overload", "ac", at(1), 1.0),
        Slack("line_overload", "ab", at(1), 4.0),
        Slack("line_overload", "ab", at(1.25), 8.0),
        step_h=0.25,
    )
    assert (ab.component, ab.hours_h, ab.most_mw, ab.energy_mwh, ab.cost_cny) == ("ab", 0.5, 8.0, 3.0, 3000.0)
    assert (ac.component, ac.cost_cny) == ("ac", 250.0)
    assert ab.times == (at(1), at(1.25))


def test_the_gravest_come_first_whatever_they_cost() -> None:
    slacks = [Slack(code, "x", at(1), 1.0 + k) for k, code in enumerate(reversed(PHRASES))]
    severities = [cause.severity for cause in causes(*slacks)]
    assert list(dict.fromkeys(severities)) == list(SEVERITIES_ZH) == ["load", "section", "heat", "reserve", "schedule"]
    assert severities == sorted(severities, key=list(SEVERITIES_ZH).index)


@pytest.mark.parametrize("code", sorted({*KINDS, *PRICES_CNY_PER_MWH}))
def test_every_slack_has_words_in_both_languages(code: str) -> None:
    (cause,) = causes(Slack(code, "J_ZHANGBEI", at(1), 12.0))
    assert "J_ZHANGBEI" in cause.english
    assert "J_ZHANGBEI" in cause.chinese
    assert cause.english.isascii()
    assert "12.0 MW" in cause.english
    assert "最大 12.0 MW" in cause.chinese


def test_what_would_have_to_give_is_not_told_as_if_it_had() -> None:
    (cause,) = causes(Slack("must_run", "u", at(1), 300.0), in_use=False)
    assert cause.english.startswith("would have to be allowed: unit u off in must-run hours: ")
    assert cause.chinese.startswith("需放开：机组u在必开时段停机：")


def test_hours_that_follow_one_another_are_one_spell_and_many_are_counted() -> None:
    together = causes(*(Slack("must_run", "u", at(hour), 1.0) for hour in (22, 23)), Slack("must_run", "u", at(2), 1.0))
    assert "01-15 02:00-03:00, 01-15 22:00-24:00 (3 h)" in together[0].english
    apart = causes(*(Slack("must_run", "u", at(hour), 1.0) for hour in (1, 3, 5, 7, 9)))
    assert "01-15 05:00-06:00 and 2 spells more (5 h)" in apart[0].english
    assert "01-15 05:00-06:00等另 2 段（5 小时）" in apart[0].chinese
    long = causes(*(Slack("must_run", "u", at(hour, day), 1.0) for day in (15, 16) for hour in range(24)))
    assert "01-15 00:00 - 01-17 00:00 (48 h)" in long[0].english
