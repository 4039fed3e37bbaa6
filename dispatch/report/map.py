"""The 500 kV map (500 千伏网架图) on plain axes: loading of every branch and curtailment of every bus, hour by hour."""

from __future__ import annotations

from math import cos, radians
from typing import Any

import numpy as np

from dispatch.case.network import Bus, Line, Link
from dispatch.report.corridors import FULL_SHARE, OTHERS, loading_share, members_of, section_share, word_of
from dispatch.report.drawing import Figure, Trace, figure, rounded
from dispatch.report.series import Hourly, curtailed_by_bus_mw
from dispatch.report.words import FAINT, FONT, INK

# Blue that darkens, then orange and vermilion: told apart by every eye.
LOADINGS = (
    (0.0, "#c3cbd6", 1.4, "< 25 %"),
    (0.25, "#8fb8d8", 2.0, "25–50 %"),
    (0.50, "#3b7fb6", 2.8, "50–75 %"),
    (0.75, "#e69f00", 3.6, "75–99.9 %"),
    (FULL_SHARE, "#c0392b", 4.8, "满载 at its limit"),
)
CURTAILED = "rgba(142, 68, 173, 0.38)"
WIDEST_PX, LARGEST_PX, HEIGHT_PX, MARGIN_DEG = 1100, 46, 740, 0.25
NAME_PX, LINE_PX = 10.5, 13
SIDES = ("top center", "bottom center", "middle right", "middle left", "top right", "bottom right", "top left")


class Places:
    """Where buses stand on the map; neighbours far away stand on its edge, in the direction of their line."""

    def __init__(self, hourly: Hourly) -> None:
        facts = hourly.facts
        own = [bus for bus in facts.buses if bus.grid in facts.members]
        x, y = [bus.longitude_deg for bus in own], [bus.latitude_deg for bus in own]
        self.x = (min(x) - MARGIN_DEG, max(x) + MARGIN_DEG)
        self.y = (min(y) - MARGIN_DEG, max(y) + MARGIN_DEG)
        self.is_flat = max(x) - min(x) < MARGIN_DEG or max(y) - min(y) < MARGIN_DEG
        self.stretch = 1 / cos(radians(sum(self.y) / 2))  # a degree of latitude over one of longitude
        self.at = {bus.name: self._clamped(bus) for bus in facts.buses}

    def _clamped(self, bus: Bus) -> tuple[float, float]:
        inset = 0.05
        x = min(max(bus.longitude_deg, self.x[0] + inset), self.x[1] - inset)
        return x, min(max(bus.latitude_deg, self.y[0] + inset), self.y[1] - inset)

    def middle(self, branch: Line | Link) -> tuple[float, float]:
        """The middle of a branch."""
        (x0, y0), (x1, y1) = self.at[branch.from_bus], self.at[branch.to_bus]
        return (x0 + x1) / 2, (y0 + y1) / 2

    @property
    def px_per_deg(self) -> float:
        """Pixels of a degree of latitude."""
        tall = (HEIGHT_PX - 130) / (self.y[1] - self.y[0])
        return min(tall, (WIDEST_PX - 40) * self.stretch / (self.x[1] - self.x[0]))


def network_map(hourly: Hourly) -> Figure | None:
    """The map at the fullest hour, with a slider over all; None where places are unknown or nothing joins them."""
    facts = hourly.facts
    branches: list[Line | Link] = [*facts.lines, *facts.links]
    places = Places(hourly)
    if not branches or places.is_flat:
        return None
    share = loading_share(hourly)
    peak = peak_step(share)
    curtailed = curtailed_by_bus_mw(hourly, len(facts.buses))
    fixed = [*_legend(), *_buses(hourly, places)]
    moving = [_wire(branch, places) for branch in branches]
    moving += [_middles(hourly, places), _circles(hourly, places, list(curtailed.columns))]
    moments = [_moment(hourly, share, curtailed.to_numpy(dtype=float), k) for k in range(len(share))]
    for k, trace in enumerate(moving):
        for path, values in moments[peak].items():
            if values[k] is not None:
                _put(trace, path, values[k])
    indices = list(range(len(moving)))
    return tagged(_drawn(moving + fixed, _slider(hourly, moments, indices, peak), places), hourly)


def peak_step(share: np.ndarray) -> int:
    """The hour in which most branches are full, then the one in which all together are fullest."""
    full = (share >= FULL_SHARE).sum(axis=1)
    return int(np.lexsort((share.mean(axis=1), full))[-1])


def _put(trace: Trace, path: str, value: Any) -> None:
    *folders, name = path.split(".")
    for folder in folders:
        trace = trace.setdefault(folder, {})
    trace[name] = value


def _class(loading: float) -> int:
    return max(k for k, (least, *_) in enumerate(LOADINGS) if loading >= least)


def _moment(hourly: Hourly, share: np.ndarray, curtailed_mw: np.ndarray, step: int) -> dict[str, list[Any]]:
    """What moves in an hour: a value a moving trace, None where the trace has no such thing."""
    kinds = [LOADINGS[_class(loading)] for loading in share[step]]
    flow = hourly.schedule.flow_mw.iloc[step].to_numpy(dtype=float)
    told = [[round(mw), round(100 * loading, 1)] for mw, loading in zip(flow, share[step], strict=True)]
    full = {k for k, loading in enumerate(share[step]) if loading >= FULL_SHARE} | _sections_full(hourly, step)
    sizes = [11 if k in full else 7 for k in range(len(told))]
    colours = [LOADINGS[-1][1] if k in full else "rgba(0,0,0,0)" for k in range(len(told))]
    most = max(float(curtailed_mw.max(initial=0.0)), 1.0)
    circles = rounded(LARGEST_PX * np.sqrt(curtailed_mw[step] / most), 1)
    blank: list[Any] = [None] * len(kinds)
    return {
        "line.color": [colour for _, colour, _, _ in kinds] + [None, None],
        "line.width": [width for _, _, width, _ in kinds] + [None, None],
        "customdata": [*blank, told, rounded(curtailed_mw[step], 0)],
        "marker.size": [*blank, sizes, circles],
        "marker.color": [*blank, colours, CURTAILED],
    }


def _sections_full(hourly: Hourly, step: int) -> set[int]:
    """Branches of sections at their limit in an hour."""
    every: list[Line | Link] = [*hourly.facts.lines, *hourly.facts.links]
    order = {branch.name: k for k, branch in enumerate(every)}
    full = [s for k, s in enumerate(hourly.facts.sections) if section_share(hourly, k)[step] >= FULL_SHARE]
    return {order[name] for section in full for name in section.branches}


def _wire(branch: Line | Link, places: Places) -> Trace:
    (x0, y0), (x1, y1) = places.at[branch.from_bus], places.at[branch.to_bus]
    dash = "dash" if isinstance(branch, Link) else "solid"
    base: Trace = {"type": "scatter", "mode": "lines", "x": rounded([x0, x1]), "y": rounded([y0, y1])}
    return base | {"line": {"dash": dash}, "hoverinfo": "skip", "showlegend": False}


def _middles(hourly: Hourly, places: Places) -> Trace:
    """Points to hover over, and diamonds where a branch or its section is at its limit."""
    facts = hourly.facts
    branches: list[Line | Link] = [*facts.lines, *facts.links]
    at = [places.middle(branch) for branch in branches]
    told = [
        f"{name_of(hourly, b.from_bus)} → {name_of(hourly, b.to_bus)}<br>{b.name}<br>限额 rating {b.rating_mw:,.0f} MW"
        + (f"<br>{word_of(b.corridor)}" if isinstance(b, Line) and b.corridor else "")
        for b in branches
    ]
    hover = "%{text}<br>潮流 flow %{customdata[0]:,} MW<br>负载率 loading %{customdata[1]} %<extra></extra>"
    shown = {"type": "scatter", "mode": "markers", "x": rounded(x for x, _ in at), "y": rounded(y for _, y in at)}
    return shown | {"text": told, "hovertemplate": hover, "showlegend": False, "marker": {"symbol": "diamond"}}


def _circles(hourly: Hourly, places: Places, buses: list[str]) -> Trace:
    at = [places.at[bus] for bus in buses]
    shown: Trace = {"type": "scatter", "mode": "markers", "x": rounded(x for x, _ in at)}
    shown |= {"y": rounded(y for _, y in at), "text": [name_of(hourly, bus) for bus in buses], "showlegend": False}
    shown["hovertemplate"] = "%{text}<br>弃电 curtailed %{customdata:,} MW<extra></extra>"
    return shown | {"marker": {"line": {"width": 1, "color": "#6c3483"}, "opacity": 1}}


def name_of(hourly: Hourly, bus: str) -> str:
    """A bus in both languages; its own name where no other is known."""
    chinese, english = hourly.facts.names.get(bus, ("", ""))
    return f"{chinese} {english}" if chinese else bus


def _buses(hourly: Hourly, places: Places) -> list[Trace]:
    """Stations with as many names as have room; squares are UHV, hollow squares neighbours."""
    facts = hourly.facts
    own, buses = set(facts.members), sorted(facts.buses, key=lambda b: (b.grid == "external", -b.load_share, b.name))
    labels = _labels(hourly, places, buses)
    symbols = ["square-open" if b.grid not in own else "square" if b.nominal_kv > 500 else "circle" for b in buses]  # noqa: PLR2004
    base: Trace = {
        "type": "scatter",
        "mode": "markers+text",
        "x": rounded(places.at[b.name][0] for b in buses),
        "y": rounded(places.at[b.name][1] for b in buses),
        "text": [labels[b.name][0] for b in buses],
        "textposition": [labels[b.name][1] for b in buses],
        "textfont": {"size": NAME_PX, "family": FONT, "color": [FAINT if b.grid not in own else INK for b in buses]},
        "customdata": [name_of(hourly, b.name) + f"<br>{b.name}, {b.nominal_kv:g} kV" for b in buses],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"symbol": symbols, "size": 6, "color": INK},
        "showlegend": False,
        "cliponaxis": False,
    }
    return [base]


def _labels(hourly: Hourly, places: Places, buses: list[Bus]) -> dict[str, tuple[str, str]]:
    """A name and its side for each bus, or none where every side is taken."""
    px = places.px_per_deg
    taken = [_box(places, px, tag[0], tag[1], "middle center", f" {tag[2]} ") for tag in corridor_tags(hourly, places)]
    found = {}
    for bus in buses:
        text = hourly.facts.names.get(bus.name, (bus.name, ""))[0].split("(")[0]
        at = places.at[bus.name]
        boxes = ((side, _box(places, px, at[0], at[1], side, text)) for side in SIDES)
        free = next(((side, box) for side, box in boxes if _is_free(box, taken)), None)
        found[bus.name] = (text, free[0]) if free else ("", SIDES[0])
        taken += [free[1]] if free else []
    return found


def _box(places: Places, px: float, x: float, y: float, side: str, text: str) -> tuple[float, float, float, float]:
    """The pixels that a text takes: left, right, bottom, top."""
    left, bottom = (x - places.x[0]) * px / places.stretch, (y - places.y[0]) * px
    wide = sum(NAME_PX if ord(c) > 0x2E7F else NAME_PX * 0.6 for c in text) + 2  # noqa: PLR2004 (first CJK sign)
    up, across = side.split()
    left += {"left": -wide - 4, "center": -wide / 2, "right": 4}[across]
    bottom += {"top": 4, "middle": -LINE_PX / 2, "bottom": -LINE_PX - 4}[up]
    return left, left + wide, bottom, bottom + LINE_PX


def _is_free(box: tuple[float, ...], taken: list[tuple[float, float, float, float]]) -> bool:
    return not any(box[0] < b[1] and b[0] < box[1] and box[2] < b[3] and b[2] < box[3] for b in taken)


def corridor_tags(hourly: Hourly, places: Places) -> list[tuple[float, float, str]]:
    """Where the name of each corridor stands: on its middle branch."""
    branches: list[Line | Link] = [*hourly.facts.lines, *hourly.facts.links]
    tags, used = [], set()
    for (_, corridor), own in members_of(hourly).items():
        free = [k for k in own if k not in used]
        if corridor not in OTHERS and free:
            used.add(middle := free[len(free) // 2])
            tags.append((*places.middle(branches[middle]), word_of(corridor).chinese))
    return tags


def _legend() -> list[Trace]:
    blank: Trace = {"type": "scatter", "x": [None], "y": [None], "hoverinfo": "skip"}
    lines = [
        blank | {"mode": "lines", "name": told, "line": {"color": colour, "width": width}}
        for _, colour, width, told in LOADINGS
    ]
    dc = blank | {"mode": "lines", "name": "直流 DC", "line": {"color": FAINT, "dash": "dash"}}
    circle = {"color": CURTAILED, "size": 14}
    return [*lines, dc, blank | {"mode": "markers", "name": "弃电（面积）curtailed, by area", "marker": circle}]


def _slider(hourly: Hourly, moments: list[dict[str, list[Any]]], traces: list[int], peak: int) -> dict[str, Any]:
    shown = "%H:%M" if hourly.inputs.times[0].date() == hourly.inputs.times[-1].date() else "%m-%d %H:%M"
    steps = [
        {"label": f"{time:{shown}}", "method": "restyle", "args": [moment, traces]}
        for time, moment in zip(hourly.inputs.times, moments, strict=True)
    ]
    current = {"prefix": "时段 hour ", "font": {"size": 13}}
    return {"active": peak, "steps": steps, "currentvalue": current, "pad": {"t": 6}, "y": 0, "font": {"size": 9}}


def _drawn(traces: list[Trace], slider: dict[str, Any], places: Places) -> Figure:
    px = places.px_per_deg
    plain = {"visible": False, "fixedrange": True}
    height = round(px * (places.y[1] - places.y[0])) + 130
    across = {**plain, "range": list(places.x), "constrain": "domain"}
    upright = {**plain, "range": list(places.y), "scaleanchor": "x", "scaleratio": places.stretch}
    look = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"size": 12}}
    margin = {"l": 20, "r": 20, "t": 44, "b": 80}
    return figure(
        traces,
        "",
        height=height,
        hovermode="closest",
        xaxis=across,
        yaxis=upright,
        legend=look,
        margin=margin,
        sliders=[slider],
    )


def tagged(drawn: Figure, hourly: Hourly) -> Figure:
    """The map with the names of its corridors."""
    tags = corridor_tags(hourly, Places(hourly))
    base = {"showarrow": False, "bgcolor": "#ffffff", "bordercolor": INK, "borderpad": 1, "font": {"size": NAME_PX}}
    drawn["layout"]["annotations"] = [base | {"x": x, "y": y, "text": text} for x, y, text in tags]
    return drawn
