"""Slacks gathered into causes: one for each rule and place, the gravest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from dispatch.schedule.outcome import Cause, Slack
from dispatch.schedule.phrases import PHRASES, SEVERITIES_ZH, words_of

Worth = Callable[[Slack], float]  # price of a slack, CNY/MWh
Home = Callable[[Slack], str]  # the grid it lies in


def gathered(slacks: Iterable[Slack], step_h: float, price: Worth, home: Home, *, in_use: bool) -> tuple[Cause, ...]:
    """
    One cause for each kind of slack and each place, by severity and then by cost.

        energy = sum( MW dt ),    cost = price x energy        MWh, CNY
    """
    found: dict[tuple[str, str], list[Slack]] = {}
    for slack in slacks:
        found.setdefault((slack.kind, slack.component), []).append(slack)
    causes = [_cause(group, step_h, price(group[0]), home(group[0]), in_use=in_use) for group in found.values()]
    rank = {severity: k for k, severity in enumerate(SEVERITIES_ZH)}
    return tuple(sorted(causes, key=lambda cause: (rank[cause.severity], -cause.cost_cny, cause.component)))


def _cause(group: list[Slack], step_h: float, price: float, grid: str, *, in_use: bool) -> Cause:
    first, energy_mwh = group[0], step_h * sum(slack.slack_mw for slack in group)
    phrase = PHRASES[first.kind]
    bare = Cause(
        code=first.kind,
        severity=phrase.severity,
        place=phrase.place,
        component=first.component,
        grid=grid,
        in_use=in_use,
        times=tuple(sorted(slack.time for slack in group)),
        hours_h=len(group) * step_h,
        most_mw=max(slack.slack_mw for slack in group),
        energy_mwh=energy_mwh,
        price_cny_per_mwh=price,
        cost_cny=price * energy_mwh,
    )
    english, chinese = words_of(bare, step_h)
    return replace(bare, english=english, chinese=chinese)
