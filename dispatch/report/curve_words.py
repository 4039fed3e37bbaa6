"""What a reader is told of a response curve, in two languages: where more adds nothing, and what has no answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dispatch.report.findings import DEFECT, findings_of
from dispatch.report.scenario import Scenario, label_of
from dispatch.report.words import Word, label_zh
from dispatch.study.curve import Curve, Point, unanswered
from dispatch.units import POWER_MW

PLAIN = ""  # the severity of what is only told
OPTIMAL = "OPTIMAL"


def told_of(curve: Curve) -> Iterator[tuple[str, Word]]:
    """What to know of one grid's curve, each with its severity: plain, warning or defect."""
    yield PLAIN, _enough(curve)
    yield from ((PLAIN, word) for word in _reach(curve.points))
    for point in curve.points:
        if point.status != OPTIMAL:
            yield "warning", _ending(point)
    for finding in findings_of(scenarios_of(curve)):
        if finding.severity == DEFECT:
            where = f"{finding.scenario}: "
            yield DEFECT, Word(label_zh(where) + finding.chinese, where + finding.english)


def scenarios_of(curve: Curve) -> list[Scenario]:
    """The points as scenarios."""
    return [Scenario(label_of(case), case, curve.facts, outcome) for case, outcome in curve.answers]


def speed_of(curve: Curve) -> Word:
    """How long all of it took, and what the kept model spared."""
    count, total, first = len(curve.points), curve.total_seconds, curve.first_seconds
    ratio = f"{total / first:.1f}" if first > 0 else "-"
    return Word(
        f"{count} 个比例共 {total:,.1f} 秒，为首个（{first:,.1f} 秒）的 {ratio} 倍",
        f"{count} shares in {total:,.1f} s, {ratio} times the first alone ({first:,.1f} s)",
    )


def percent(share: float) -> str:
    """A share as people say it."""
    return f"{100 * share:g} %"


def _enough(curve: Curve) -> Word:
    point, most = curve.enough, curve.points[-1].response_share
    if point is None or curve.rest_cny is None:
        return _unsettled(curve)
    rest_m = f"{curve.rest_cny / 1e6:,.3f}"
    rest = Word(
        f"；其后直至 {percent(most)} 的全部响应最多再省 {rest_m} 百万元（已证明）",
        f"; all that follows, up to {percent(most)}, can save {rest_m} M CNY at most (proven)",
    )
    share = percent(point.response_share)
    return Word(
        f"在所算比例中，超过年最大负荷的 {share} 后，再增加 1 个百分点的收益小于已证明的间隙{rest.chinese}。",
        f"Beyond {share} (of the shares asked) one more percent saves less than the proven gaps{rest.english}.",
    )


def _unsettled(curve: Curve) -> Word:
    """Why no share can be named: answers are missing, gaps are too wide, or the curve still falls."""
    most = percent(curve.points[-1].response_share)
    if unanswered(curve.points):
        return Word("缺少部分结果，无法判断收益递减。", "Too few answers to tell where more adds nothing.")
    if curve.ends_untold:
        return Word(
            "各比例之差小于已证明的间隙，但间隙过大，不能判断收益递减：请减小间隙或延长时间。",
            "The last shares differ by less than the proven gaps, which are too wide to tell where more adds nothing: "
            "ask for a smaller gap or more time.",
        )
    return Word(
        f"至 {most} 为止，每增加 1 个百分点的收益仍大于已证明的间隙。",
        f"Up to {most} the curve does not settle: one more percent still saves more than the proven gaps.",
    )


def _reach(points: Sequence[Point]) -> Iterator[Word]:
    """From which share on the contracts in season cannot reach the cap."""
    for point in points:
        cap, reach = point.response_cap_mw, point.response_reach_mw
        if cap is not None and reach is not None and reach < cap - POWER_MW:
            share = percent(point.response_share)
            yield Word(
                f"当季合同自 {share} 起不足：可调用 {reach:,.0f} MW，上限 {cap:,.0f} MW。",
                f"From {share} on the contracts in season fall short: they reach {reach:,.0f} MW of {cap:,.0f} MW.",
            )
            return


def _ending(point: Point) -> Word:
    gap = "" if point.gap_share is None else f", gap {100 * point.gap_share:.3f} %"
    reason = f": {point.reason}" if point.reason else ""
    share = f"{percent(point.response_share)}: "
    return Word(f"{share}求解状态 {point.status}{gap}", f"{share}ended {point.status}{gap}{reason}")
