"""`report.html`: one file that holds everything it shows and asks nothing of any network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files

from dispatch.report.bus_prices import NOTE as PRICE_NOTE
from dispatch.report.comparison import MEASURES, comparison, legend_of
from dispatch.report.corridors import corridors_of, title_of
from dispatch.report.drawing import Figure
from dispatch.report.figures import figures_of, place_note
from dispatch.report.findings import DEFECT, WARNING, Finding, findings_of
from dispatch.report.response import COLUMNS as RESPONSE_COLUMNS
from dispatch.report.response import NOTE, blocks_of
from dispatch.report.scenario import Scenario, by_grid
from dispatch.report.series import Hourly, hourly_of
from dispatch.report.table import SLACK_NOTE, Column, columns_of, uses_slack
from dispatch.report.words import ASSUMPTIONS, Word, grid_word, label_zh
from dispatch.schedule.outcome import GridMetrics

# The browser itself refuses any request: nothing but what is written in this file may be used.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
WIDE = {"stack", "map", "commitment", "curtailment", "bus_prices"}  # figures as wide as the page
MOST_SHORTFALLS = 12
TABLE_NOTE = (
    "利用率 = 消纳 / 可发，均为求和后相除；储能损耗不计为弃电；成本不含罚金。"
    "Utilisation = absorbed / available, summed before dividing; later storage losses are no curtailment; "
    "cost holds no penalty; the gap is that of the objective, as proven."
)
SLACK_NOTE_ZH = "* 使用了计价松弛：线路过载、断面越限、最小运行方式不足、备用不足或偏离计划。"
SHORTFALL_HEADS = ("时间 time", "母线 bus", "缺额 missing MW", "盈余 surplus MW")


class Page:
    """A page in the making: its text, and the figures that are drawn once they are seen."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.figures: dict[str, Figure] = {}

    def add(self, text: str) -> None:
        """Add a piece of HTML."""
        self.parts.append(text)

    def draw(self, key: str, word: Word, figure: Figure, note: str = "") -> str:
        """A figure with its heading, as HTML."""
        self.figures[key] = figure
        told = f'<p class="note">{escape(note)}</p>' if note else ""
        return f'<div>{heading(3, word)}{told}<div data-figure="{escape(key)}"></div></div>'


def page_of(scenarios: Sequence[Scenario]) -> str:
    """The whole page."""
    page = Page()
    _open(page, scenarios)
    _boxes(page, scenarios)
    _table(page, scenarios)
    _comparison(page, scenarios)
    for number, (grid, group) in enumerate(by_grid(scenarios).items()):
        _grid(page, number, grid_word(grid), group)
    _close(page, scenarios)
    title = " · ".join(str(grid_word(grid)) for grid in by_grid(scenarios))
    return assembled(page, title)


def heading(level: int, word: Word) -> str:
    """A heading in both languages."""
    return f"<h{level}>{escape(word.chinese)} <span>{escape(word.english)}</span></h{level}>"


def _open(page: Page, scenarios: Sequence[Scenario]) -> None:
    days = sorted({scenario.day for scenario in scenarios})
    editions = sorted({scenario.case.edition for scenario in scenarios})
    when, which = "、".join(days), "、".join(map(str, editions))
    page.add("<h1>新能源消纳与机组组合 · Wind and sun absorbed</h1>")
    page.add(
        f'<p class="sub">{escape(when)} · {escape(which)} 年网架 edition {escape(which)} · '
        "合成天气 synthetic weather · 时间为北京时间 times are UTC+8</p>"
    )


def _boxes(page: Page, scenarios: Sequence[Scenario]) -> None:
    findings = findings_of(scenarios)
    bad = any(finding.severity in {WARNING, DEFECT} for finding in findings)
    assumed = "".join(item(word.chinese, word.english) for word in ASSUMPTIONS)
    found = "".join(map(_found, findings)) or item("没有需要特别说明之处。", "Nothing out of the ordinary.")
    title = heading(3, Word("假设", "What this rests on"))
    told = heading(3, Word("须知", "What to know before using it"))
    page.add(f'<div class="boxes"><div class="box assumed">{title}<ul>{assumed}</ul></div>')
    page.add(f'<div class="box {"bad" if bad else "found"}">{told}<ul>{found}</ul></div></div>')


def item(chinese: str, english: str) -> str:
    """A line of a box in both languages."""
    return f"<li>{escape(chinese)}<small>{escape(english)}</small></li>"


def _found(finding: Finding) -> str:
    where = f"{grid_word(finding.grid).chinese} · {label_zh(finding.scenario)}"
    told = f"<b>{escape(where)}</b> {escape(finding.chinese)}<small>{escape(finding.english)}</small>"
    return f'<li class="{finding.severity}">{told}</li>'


def _table(page: Page, scenarios: Sequence[Scenario]) -> None:
    page.add(heading(2, Word("情景结果", "Scenarios")))
    columns = columns_of(scenarios)
    heads = "".join(
        f"<th>{escape(c.name_zh)}<small>{escape(c.name)}</small><small>{escape(c.unit)}</small></th>" for c in columns
    )
    page.add(f'<div class="scroll"><table><thead><tr><th>情景<small>scenario</small></th>{heads}</tr></thead>')
    for grid, group in by_grid(scenarios).items():
        page.add(f'<tr class="grid"><td colspan="{len(columns) + 1}">{escape(str(grid_word(grid)))}</td></tr>')
        for k, scenario in enumerate(group):
            first = "（基准 baseline）" if k == 0 and len(group) > 1 else ""
            page.add(row(label_zh(scenario.label) + first, [column.cell(scenario) for column in columns]))
            for member in scenario.outcome.metrics.members if scenario.outcome.metrics else ():
                page.add(_member_row(scenario, member, columns))
    page.add("</table></div>")
    starred = SLACK_NOTE_ZH + SLACK_NOTE if any(map(uses_slack, scenarios)) else ""
    page.add(f'<p class="note">{escape(TABLE_NOTE)}</p><p class="note">{escape(starred)}</p>')


def row(name: str, cells: Sequence[str], kind: str = "") -> str:
    """A row of a table."""
    told = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{kind}"><td>{escape(name)}</td>{told}</tr>'


def _member_row(scenario: Scenario, member: GridMetrics, columns: Sequence[Column]) -> str:
    """One grid inside a joined one; the proof and the time are of both together."""
    cells = [column.of_metrics(member) for column in columns]
    return row(f"其中 {grid_word(member.grid)}", cells, "member") if scenario.total else ""


def _comparison(page: Page, scenarios: Sequence[Scenario]) -> None:
    drawn = [(measure, comparison(measure, scenarios)) for measure in MEASURES]
    if not any(figure for _, figure in drawn):
        return
    page.add(heading(2, Word("情景比较", "Against the baseline of each grid")))
    firsts = [(grid_word(grid), group[0].label) for grid, group in by_grid(scenarios).items() if len(group) > 1]
    baselines = "；".join(f"{word}：{label_zh(label)} {label}" for word, label in firsts)
    page.add(f'<p class="note">基准 Baseline — {escape(baselines)}</p>')
    keys = (
        f'<span><i style="background:{colour}"></i>{escape(label_zh(label))} {escape(label)}</span>'
        for label, colour in legend_of(scenarios).items()
    )
    page.add(f'<p class="keys">{"".join(keys)}</p><div class="grid3">')
    for number, (measure, figure) in enumerate(drawn):
        if figure is not None:
            note = "须线：间隙之和 whisker: left open by the gaps" if measure.is_cost else " "
            page.add(page.draw(f"compared-{number}", measure.word, figure, note))
    page.add("</div>")


def _grid(page: Page, number: int, word: Word, group: Sequence[Scenario]) -> None:
    page.add(f"<section>{heading(2, word)}<nav>")
    for k, scenario in enumerate(group):
        on = ' class="on"' if k == 0 else ""
        label = f"{escape(label_zh(scenario.label))} <small>{escape(scenario.label)}</small>"
        page.add(f'<button{on} data-panel="panel-{number}-{k}">{label}</button>')
    page.add("</nav>")
    for k, scenario in enumerate(group):
        hidden = "" if k == 0 else " hidden"
        page.add(f'<div class="figures" id="panel-{number}-{k}"{hidden}>')
        _panel(page, f"{number}-{k}", scenario)
        page.add("</div>")
    page.add("</section>")


def _panel(page: Page, key: str, scenario: Scenario) -> None:
    hourly = hourly_of(scenario)
    if hourly is None:
        _shortfalls(page, scenario)
        return
    notes = {"curtailment": place_note(hourly), "bus_prices": f"{PRICE_NOTE.chinese}{PRICE_NOTE.english}"}
    shown = {name: (word, drawn) for name, (word, drawn) in figures_of(hourly).items() if drawn is not None}
    for name in (name for name in shown if name in WIDE):
        word, drawn = shown[name]
        page.add(page.draw(f"{key}-{name}", word, drawn or {}, notes.get(name, "")))
    page.add('<div class="grid2">')
    for name in (name for name in shown if name not in WIDE):
        word, drawn = shown[name]
        page.add(page.draw(f"{key}-{name}", word, drawn or {}))
    page.add("</div>")
    _corridors(page, hourly)
    _storage(page, scenario)
    _response(page, scenario)


CORRIDOR_NOTE = (
    "最重为任一时段最满线路的负载率，平均为全部潮流与全部限额之比；走廊归属为本项目的划分，断面限额由算例给出。"
    "Fullest is the loading of the fullest branch in any step; mean is all flows over all ratings. "
    "Which line belongs to which corridor is a choice of this project."
)
CORRIDOR_HEADS = (
    "线路 branches",
    "限额 rating MW",
    "平均 mean %",
    "最重 fullest %",
    "何处 where",
    "何时 when",
    "满载 full h",
)
STORAGE_HEADS = (
    "功率 power MW",
    "容量 usable MWh",
    "充电 charged MWh",
    "放电 discharged MWh",
    "损耗 lost MWh",
    "循环成本 wear k CNY",
    "循环 cycles",
    "单日最多 most a day",
)
TECHNOLOGIES = {
    "li_ion": Word("锂电池", "lithium-ion"),
    "flow": Word("液流电池", "flow battery"),
    "caes": Word("压缩空气", "compressed air"),
    "pumped_hydro": Word("抽水蓄能", "pumped hydro"),
}


def _plain_table(page: Page, word: Word, heads: Sequence[str], rows: Sequence[tuple[str, list[str]]]) -> None:
    told = "".join(f"<th>{escape(head)}</th>" for head in heads)
    page.add(f'<div class="whole">{heading(3, word)}<div class="scroll"><table><thead><tr><th></th>{told}</tr></thead>')
    page.parts += [row(name, cells) for name, cells in rows]
    page.add("</table></div></div>")


def _corridors(page: Page, hourly: Hourly) -> None:
    """How full each corridor and section is."""
    rows = [
        (
            title_of(c),
            [
                str(c.line_count),
                f"{c.rating_mw:,.0f}",
                f"{100 * c.mean_loading_share:.1f}",
                f"{100 * c.most_loading_share:.1f}",
                c.most_branch,
                c.most_at,
                f"{c.full_h:g}",
            ],
        )
        for c in corridors_of(hourly)
    ]
    if rows:
        _plain_table(page, Word("走廊与断面负载", "Corridors and sections"), CORRIDOR_HEADS, rows)
        page.add(f'<p class="note">{escape(CORRIDOR_NOTE)}</p>')


def _storage(page: Page, scenario: Scenario) -> None:
    """What each storage technology did."""
    rows = [
        (
            str(TECHNOLOGIES.get(s.technology, Word(s.technology, ""))),
            [
                *(f"{mw:,.0f}" for mw in (s.power_mw, s.usable_mwh, s.charge_mwh, s.discharge_mwh, s.lost_mwh)),
                f"{s.wear_cny / 1e3:,.1f}",
                f"{s.cycle_count:.2f}",
                f"{s.daily_cycle_count:.2f}",
            ],
        )
        for s in (scenario.total.storage_technologies if scenario.total else ())
    ]
    if rows:
        _plain_table(page, Word("按储能技术", "Storage by technology"), STORAGE_HEADS, rows)


def _response(page: Page, scenario: Scenario) -> None:
    """What each response contract and each virtual power plant did; nothing where none did anything."""
    blocks = blocks_of(scenario)
    heads = "".join(
        f"<th>{escape(c.word.chinese)}<small>{escape(c.word.english)}</small><small>{escape(c.unit)}</small></th>"
        for c in RESPONSE_COLUMNS
    )
    for block in blocks:
        page.add(f'{heading(3, block.word)}<div class="scroll"><table><thead><tr><th></th>{heads}</tr></thead>')
        page.parts += [row(name, cells) for name, cells in zip(block.names, block.rows, strict=True)]
        page.add("</table></div>")
    if blocks:
        page.add(f'<p class="note">{escape(NOTE.chinese + NOTE.english)}</p>')


def _shortfalls(page: Page, scenario: Scenario) -> None:
    """Why there is no schedule, and where power is missing."""
    outcome = scenario.outcome
    page.add(f"<p><b>{outcome.status.value}</b> {escape(outcome.reason)}</p>")
    if outcome.shortfalls:
        page.add(f"<table><tr>{''.join(f'<th>{head}</th>' for head in SHORTFALL_HEADS)}</tr>")
        for s in outcome.shortfalls[:MOST_SHORTFALLS]:
            page.add(row(s.time, [s.bus, f"{s.missing_mw:,.1f}", f"{s.surplus_mw:,.1f}"]))
        page.add("</table>")


def _close(page: Page, scenarios: Sequence[Scenario]) -> None:
    hashes = sorted({f"{s.case.grid} {s.facts.content_sha256[:16]}" for s in scenarios})
    page.add(f"<footer>hebei-dispatch · facts {escape(' · '.join(hashes))}</footer>")


def assembled(page: Page, title: str) -> str:
    """The file: everything that the page shows, and the policy that it asks for nothing."""
    from plotly.offline import get_plotlyjs  # plotly takes a second to import: only who draws waits for it

    here = files("dispatch.report")
    css = (here / "page.css").read_text(encoding="utf-8")
    script = (here / "page.js").read_text(encoding="utf-8")
    figures = json.dumps(page.figures, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{escape(title)}</title><style>{css}</style></head><body><main>'
        + "\n".join(page.parts)
        + f'</main><script type="application/json" id="figures">{figures}</script>'
        f"<script>{get_plotlyjs()}</script><script>{script}</script></body></html>\n"
    )
