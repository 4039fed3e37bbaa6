"""What one scenario looks like, hour by hour: one figure a subject."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dispatch.report.bus_prices import bus_price_map
from dispatch.report.commitment import commitment_map
from dispatch.report.drawing import Figure, axis, bars, figure, gw, hatched, rounded, slopes, steps
from dispatch.report.map import network_map
from dispatch.report.prices import price_figure
from dispatch.report.series import (
    Hourly,
    curtailed_by_bus_mw,
    generation_mw,
    load_mw,
    taking_mw,
    total,
)
from dispatch.report.words import FAINT, LAYERS, Word

MOST_FULL = 5  # names of full lines that are told
MOST_BUSES = 18  # rows of the map of curtailment
WHITE_TO_RED = [[0, "#ffffff"], [0.15, "#f6ddd5"], [0.5, "#dd8f79"], [1, "#8f2f1c"]]


def dispatch_stack(hourly: Hourly) -> Figure:
    """Generation by carrier in layers, curtailment hatched on top, load and available as lines."""
    x, schedule = hourly.middles, hourly.schedule
    traces = [bars(x, gw(power), LAYERS[name]) for name, power in generation_mw(hourly).items()]
    traces.append(hatched(x, gw(total(schedule.curtailed_mw)), LAYERS["curtailed"]))
    shown = set(generation_mw(hourly))
    for name, power in taking_mw(hourly).items():
        word = LAYERS[name]
        label = f"{word.chinese}充电 {word.english}, charging" if name in shown else ""
        traces.append(bars(x, -gw(power), word, label, opacity=0.6, showlegend=name not in shown))
    available = hourly.inputs.available_mw.sum(axis=1)
    dotted = {"color": LAYERS["available"].colour, "width": 1.5, "dash": "dot", "shape": "hvh"}
    traces.append(steps(hourly.whole, gw(available), LAYERS["available"], line=dotted))
    traces.append(steps(hourly.whole, gw(load_mw(hourly)), LAYERS["load"]))
    return figure(traces, "GW", height=460)


def storage_levels(hourly: Hourly) -> Figure:
    """Level of pumped hydro and of new storage above, power in and out below."""
    x, schedule = hourly.middles, hourly.schedule
    traces = []
    for name, pumped in (("pumped_hydro", True), ("storage", False)):
        word = LAYERS[name]
        level = hourly.levels_mwh(pumped=pumped)
        out = hourly.of_stores(schedule.discharge_mw, pumped=pumped)
        into = hourly.of_stores(schedule.charge_mw, pumped=pumped)
        if level.any() or out.any() or into.any():
            traces.append(slopes(hourly.edges, gw(level), word, yaxis="y2"))
            traces.append(bars(x, gw(out - into), word, f"{word}", showlegend=False))
    lower = axis("放电/充电<br>out / in, GW", domain=[0, 0.42])
    return figure(traces, "", yaxis=lower, yaxis2=axis("期末电量<br>level, GWh", domain=[0.55, 1]))


def response_use(hourly: Hourly) -> Figure:
    """Load cut above the line, extra load below it, and the cap of the scenario on both."""
    x, schedule = hourly.middles, hourly.schedule
    cap_mw = hourly.inputs.response_cap_mw.sum(axis=1)
    dashed = {"color": FAINT, "width": 1.2, "dash": "dash", "shape": "hvh"}
    cap = Word("情景上限", "cap of the scenario", FAINT)
    return figure(
        [
            bars(x, total(schedule.cut_mw), LAYERS["cut"]),
            bars(x, -total(schedule.extra_mw), LAYERS["extra"]),
            steps(hourly.whole, cap_mw, cap, line=dashed),
            steps(hourly.whole, -cap_mw, cap, line=dashed, showlegend=False),
        ],
        "MW",
    )


def curtailment_map(hourly: Hourly) -> Figure | None:
    """Curtailment by bus and hour, or None where there is none."""
    by_bus = curtailed_by_bus_mw(hourly, MOST_BUSES)
    if by_bus.empty or not len(by_bus.columns):
        return None
    city = {bus.name: bus.city for bus in hourly.facts.buses}
    names = [f"{name} · {city[name]}" for name in by_bus.columns]
    trace = {
        "type": "heatmap",
        "x": hourly.middles,
        "y": names,
        "z": [rounded(by_bus[name], 1) for name in by_bus.columns],
        "colorscale": WHITE_TO_RED,
        "zmin": 0,
        "xgap": 1,
        "ygap": 1,
        "colorbar": {"title": {"text": "MW", "side": "top"}, "thickness": 10, "outlinewidth": 0},
        "hovertemplate": "%{y}<br>%{x|%H:%M}<br>%{z:,.0f} MW<extra></extra>",
    }
    places = {"autorange": "reversed", "automargin": True, "showgrid": False, "tickfont": {"size": 11}}
    height = 90 + 21 * len(names)
    return figure([trace], "", height=height, yaxis=places, hovermode="closest")


def exchange(hourly: Hourly) -> Figure:
    """Net import against its plan; below the line is export."""
    x = hourly.middles
    imported = gw(total(hourly.schedule.net_import_mw))
    planned = gw(hourly.inputs.planned_import_mw.sum(axis=1))
    word = Word("净受入", "net import (below zero: net export)", LAYERS["import"].colour)
    plan = Word("计划", "plan", LAYERS["load"].colour)
    thin = {"color": plan.colour, "width": 1.5, "dash": "dot", "shape": "hvh"}
    return figure([bars(x, imported, word), steps(hourly.whole, planned, plan, line=thin)], "GW")


def reserve_held(hourly: Hourly) -> Figure:
    """Reserve held up above the line and down below it, and what is required of all grids together."""
    x, schedule = hourly.middles, hourly.schedule
    held = Word("正备用（下方为负备用）", "reserve held up (below zero: down)", LAYERS["storage"].colour)
    required = Word("备用需求", "required", LAYERS["load"].colour)
    line = {"color": required.colour, "width": 1.5, "dash": "dot", "shape": "hvh"}
    return figure(
        [
            bars(x, gw(total(schedule.reserve_up_mw)), held),
            bars(x, -gw(total(schedule.reserve_down_mw)), held, showlegend=False),
            steps(hourly.whole, gw(total(schedule.required_up_mw)), required, line=line),
            steps(hourly.whole, -gw(total(schedule.required_down_mw)), required, line=line, showlegend=False),
        ],
        "GW",
    )


def units_on(hourly: Hourly) -> Figure:
    """Thermal units on by carrier, those of them that have just started, and how many are in service."""
    x, schedule = hourly.middles, hourly.schedule
    started = total(schedule.started)
    traces = []
    for carrier in ("coal", "gas"):
        on = hourly.of_units(schedule.on, carrier)
        if on.any():
            traces.append(bars(x, on, LAYERS[carrier], hovertemplate="%{y:.0f}"))
    in_service = Word("在役机组", "in service", FAINT)
    dashed = {"color": FAINT, "width": 1.2, "dash": "dash", "shape": "hvh"}
    traces.append(steps(hourly.whole, hourly.inputs.in_service.sum(axis=1), in_service, line=dashed))
    starts = Word("启动", "starts", LAYERS["curtailed"].colour)
    where = np.flatnonzero(started)
    if len(where):
        look = {"color": starts.colour, "size": 8, "symbol": "triangle-up"}
        points = slopes([x[k] for k in where], started[where], starts, hovertemplate="%{y:.0f}")
        traces.append(points | {"mode": "markers", "marker": look})
    return figure(traces, "台 units")


def place_note(hourly: Hourly) -> str:
    """What the map of curtailment does not say."""
    full = hourly.full_branches
    if not full:
        return (
            "没有线路满载：弃电落在何处、不同母线的风与光如何分摊，只是众多等价最优解之一，不表示网络阻塞。"
            "No line is full: where it is curtailed, and how wind and sun at different buses share it, "
            "is one of many equal optima and no statement of congestion."
        )
    names = "、".join(full[:MOST_FULL]) + ("…" if len(full) > MOST_FULL else "")
    return (
        f"有满载线路（{names}）：仅其两侧的差别有意义，同侧各母线之间的分摊仍是众多等价最优解之一。"
        f"Full in some step: {names}. Only what lies on either side of them tells places apart; "
        "the split among the buses of one side is one of many equal optima."
    )


def figures_of(hourly: Hourly) -> dict[str, tuple[Word, Figure | None]]:
    """Every figure of a scenario by its key, with its heading."""
    responding = bool(hourly.inputs.response_cap_mw.any())
    found: dict[str, tuple[Word, Figure | None]] = {
        "stack": (Word("逐时电力平衡", "Dispatch by carrier"), dispatch_stack(hourly)),
        "map": (Word("500 千伏网架负载", "Loading of the 500 kV network"), network_map(hourly)),
        "commitment": (Word("机组组合", "Commitment by unit and hour"), commitment_map(hourly)),
        "curtailment": (Word("分地点弃电", "Curtailment by place and hour"), curtailment_map(hourly)),
        "storage": (Word("储能与抽水蓄能", "Storage and pumped hydro"), storage_levels(hourly)),
        "response": (Word("需求响应", "Demand response"), response_use(hourly) if responding else None),
        "exchange": (Word("对外交换", "Exchange with the neighbours"), exchange(hourly)),
        "units": (Word("开机台数", "Thermal units on"), units_on(hourly)),
        "reserve": (Word("备用：需求与留取", "Reserve, required and held"), reserve_held(hourly)),
        "bus_prices": (
            Word("分母线电价（机组组合固定）", "Price by bus, commitment fixed"),
            bus_price_map(hourly),
        ),
        "prices": (Word("电价（机组组合固定）", "Price, commitment fixed"), price_figure(hourly)),
    }
    return {key: (replace(word), drawn) for key, (word, drawn) in found.items()}
