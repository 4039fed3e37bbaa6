"""Names in both languages, and the colours that go with them: one colour a carrier, everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dispatch.schedule.phrases import GRID_NAMES


@dataclass(frozen=True)
class Word:
    """A name in Chinese and English, and its colour where it has one."""

    chinese: str
    english: str
    colour: str = "#4b5563"

    def __str__(self) -> str:
        return f"{self.chinese} {self.english}"


GRIDS = {grid: Word(chinese, english) for grid, (chinese, english) in GRID_NAMES.items()}
LAYERS = {
    "coal": Word("煤电", "coal", "#5d636e"),
    "gas": Word("气电", "gas", "#b58a5f"),
    "import": Word("净受入", "net import", "#b9c0ca"),
    "pumped_hydro": Word("抽水蓄能", "pumped hydro", "#5b9c94"),
    "storage": Word("新型储能", "new storage", "#8d78b4"),
    "wind_onshore": Word("陆上风电", "wind", "#5087b3"),
    "wind_offshore": Word("海上风电", "offshore wind", "#2f5d8a"),
    "solar_utility": Word("集中式光伏", "solar plants", "#e3b04b"),
    "solar_distributed": Word("分布式光伏", "roof-top solar", "#f1d79b"),
    "curtailed": Word("弃电", "curtailed", "#c4553b"),
    "export": Word("净送出", "net export", "#b9c0ca"),
    "self_use": Word("厂用电", "self-use", "#7d6b5d"),
    "network_loss": Word("网损", "network losses", "#a89f91"),
    "load": Word("响应后负荷", "load after response", "#15181d"),
    "available": Word("风光可发", "wind and sun available", "#c4553b"),
    "cut": Word("削减负荷", "load cut", "#7a4f74"),
    "extra": Word("增加负荷", "extra load", "#c79bb9"),
}
INK, FAINT, GRIDLINE = "#15181d", "#6b7280", "#e5e7eb"
SERIES = ("#9aa5b4", "#5087b3", "#1f3f63", "#e3b04b", "#8d78b4", "#5b9c94")
FONT = "Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"

ASSUMPTIONS = (
    Word(
        "天气为合成数据：由固定随机种子生成，按公布的利用小时数校准，并非任何一天的实测。",
        "Weather is synthetic: seeded series calibrated to published full-load hours; no day was measured.",
    ),
    Word(
        "网架为估计：线路、电抗和限额来自公开地图与公开文件。",
        "Topology is estimated: lines, reactances and ratings come from open maps and public documents.",
    ),
    Word(
        "机组参数按等级取典型值；供热期最小出力和最小运行方式为估计。",
        "Unit parameters are typical of their class; heating minimums and running minimums are estimates.",
    ),
    Word(
        "联络线计划为估计（低、中、高三档），锚定于公布的总量；冀北的结果在很大程度上取决于它。",
        "Interchange plans (low, central, high) are estimates anchored to published totals; "
        "they decide much of Jibei's answer.",
    ),
    Word(
        "需求响应的容量、时段和价格多为估计。",
        "Response capacities, windows and prices are largely estimates.",
    ),
    Word(
        "成本不含罚金；弃电在目标函数中按算例价格计罚。",
        "Cost holds no penalty; curtailment is priced in the objective alone, by the case.",
    ),
    Word(
        "负备用须由开机机组、储能和抽水蓄能提供，风电和光伏不提供。",
        "Down-reserve must come from units that are on, storage and pumped hydro; wind and sun give none.",
    ),
    Word(
        "仅在算例要求时校核 N-1；联络线计划没有爬坡限制。",
        "N-1 is held only where the case asks for it; interchange plans have no ramp limit.",
    ),
)


LABELS_ZH = {
    "response by the day's peak": "响应按日最大负荷",
    "backlog handed over at": "欠量移交价",
    "backlog handed over": "欠量移交",
    "contract states": "项合约状态",
    "contract state": "项合约状态",
    "response": "响应",
    "low plan": "低计划",
    "high plan": "高计划",
    "plans given": "项给定计划",
    "plan given": "项给定计划",
    "plan": "计划",
    "load forecasts": "项负荷预测",
    "load forecast": "项负荷预测",
    "plant forecasts": "项电站预测",
    "plant forecast": "项电站预测",
    "% of load": "% 负荷",
    "% of wind and sun": "% 风光",
    "absorption first": "消纳优先",
    "CO2 first": "碳排放优先",
    "reserve in MW": "给定备用容量",
    "reserve up for": "正备用覆盖",
    "reserve down for": "负备用覆盖",
    "% of errors": "% 预测误差",
    "non-spinning reserve": "非旋转备用",
    "regulation up": "上调频备用",
    "regulation down": "下调频备用",
    "down-reserve": "负备用",
    "reserve": "备用",
    "load": "负荷",
    "wind and sun": "风光",
    "new storage": "新型储能",
    "pumped hydro": "抽水蓄能",
    "roof-top curtailment at": "分布式弃电价",
    "curtailment at": "弃电价",
    "emergency rating": "事故限额",
    "unwatched lines:": "不校核线路数",
    "self-use": "计厂用电",
    "no deep peak-shaving": "无深度调峰",
    "before retrofit:": "改造前:",
    "after retrofit:": "改造后:",
    "classes and units": "类或台",
    "overload at": "过载价",
    "running minimum at": "最小运行方式缺额价",
    "CNY/MWh": "元/MWh",
    "carbon at": "碳价",
    "CNY/t": "元/吨",
    "spans without starts": "段禁止启动",
    "span without starts": "段禁止启动",
    "limits on starts": "项启停次数限制",
    "limit on starts": "项启停次数限制",
    "outages": "项停运",
    "outage": "项停运",
    "must-runs": "项必开",
    "must-run": "项必开",
    "edition": "网架",
    "from": "始于",
    "steps of": "步长",
}
_ENGLISH = re.compile("|".join(sorted(map(re.escape, LABELS_ZH), key=len, reverse=True)))


def label_zh(label: str) -> str:
    """The label of a scenario in Chinese; a name in brackets stays as it was given."""
    ours, bracket, name = label.partition(" [")
    return _ENGLISH.sub(lambda found: LABELS_ZH[found.group()], ours) + bracket + name


def grid_word(grid: str) -> Word:
    """The name of a grid; a foreign one is its own name."""
    return GRIDS.get(grid, Word(grid, ""))
