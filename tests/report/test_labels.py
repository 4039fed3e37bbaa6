"""Labels name everything in which compared cases differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dispatch.case.case import Case, Interchange, Prices, ProductAsked, Reserve, ReserveSeries, Scales
from dispatch.case.demand_response import DAY_PEAK, HANDED_OVER, ContractState, ResponseTerms
from dispatch.case.renewable import LoadForecast
from dispatch.case.security import Security
from dispatch.case.thermal import Retrofit
from dispatch.report.comparison import MEASURES, comparison
from dispatch.report.labels import label_of, labels_of
from dispatch.report.scenario import Scenario, told_apart
from dispatch.report.words import label_zh
from tests.report.solved import solved
from tests.small import small_case, small_facts


def base() -> Case:
    return small_case(small_facts(), response_share=0.05)


def test_a_plain_case_is_named_by_its_response_alone() -> None:
    assert label_of(base()) == "response 5 %"


def test_a_label_names_every_departure() -> None:
    case = replace(
        base(),
        interchange=Interchange("low", 0.1),
        scales=Scales(1.1, 0.9, 0.0, 0.0),
        reserve=Reserve(0.03, 0.1, (ReserveSeries("a"),), 0.02, 0.04, 0.95, 0.9),
        prices=Prices(300.0, carbon_cny_per_t=80.0),
        load_forecasts=(LoadForecast("a", ()), LoadForecast("b", ())),
        security=Security(True, 1.1, 10_000.0, ("ab",)),
        deep_peak_shaving=False,
        self_use=True,
        retrofits=(Retrofit("before", "coal_300"), *(Retrofit("after", unit=f"gas {k}") for k in range(3))),
    )

    assert label_of(case).split(", ") == [
        "response 5 %",
        "low plan",
        "plan ±10 %",
        "load ×1.1",
        "wind and sun ×0.9",
        "new storage ×0",
        "pumped hydro ×0",
        "reserve 3 % of load",
        "reserve 10 % of wind and sun",
        "down-reserve 2 % of load",
        "down-reserve 4 % of wind and sun",
        "reserve up for 95 % of errors",
        "reserve down for 90 % of errors",
        "reserve in MW",
        "curtailment at 300 CNY/MWh",
        "carbon at 80 CNY/t",
        "N-1",
        "emergency rating ×1.1",
        "overload at 10000 CNY/MWh",
        "unwatched lines: 1",
        "self-use",
        "no deep peak-shaving",
        "before retrofit: coal_300",
        "after retrofit: 3 classes and units",
        "2 load forecasts",
    ]
    assert label_zh(label_of(case)) == (
        "响应 5 %, 低计划, 计划 ±10 %, 负荷 ×1.1, 风光 ×0.9, 新型储能 ×0, 抽水蓄能 ×0, 备用 3 % 负荷, "
        "备用 10 % 风光, 负备用 2 % 负荷, 负备用 4 % 风光, 正备用覆盖 95 % 预测误差, 负备用覆盖 90 % 预测误差, "
        "给定备用容量, 弃电价 300 元/MWh, 碳价 80 元/吨, N-1, "
        "事故限额 ×1.1, 过载价 10000 元/MWh, 不校核线路数 1, 计厂用电, 无深度调峰, "
        "改造前: coal_300, 改造后: 3 类或台, 2 项负荷预测"
    )


def test_a_label_names_what_is_asked_of_response_contracts() -> None:
    handed = ResponseTerms(DAY_PEAK, HANDED_OVER, 900.0)
    case = replace(base(), response=handed, contracts=(ContractState("factories"),))
    parts = ["response 5 %", "response by the day's peak", "backlog handed over at 900 CNY/MWh", "1 contract state"]
    assert label_of(case).split(", ") == parts
    assert label_zh(label_of(case)) == "响应 5 %, 响应按日最大负荷, 欠量移交价 900 元/MWh, 1 项合约状态"
    assert label_of(replace(base(), response=ResponseTerms(backlog=HANDED_OVER))) == "response 5 %, backlog handed over"


def test_edition_and_day_are_named_where_they_differ() -> None:
    later = replace(base(), horizon=replace(base().horizon, start=base().horizon.start + timedelta(days=1)))
    older = replace(base(), edition=2025)

    assert labels_of([base(), later]) == ["response 5 %, 2030-01-15", "response 5 %, 2030-01-16"]
    assert labels_of([base(), older]) == ["response 5 %, edition 2030", "response 5 %, edition 2025"]


def test_equal_labels_take_the_name_then_the_folder_then_a_number() -> None:
    named = [replace(base(), name="calm"), replace(base(), name="storm load")]

    assert labels_of(named, ["x", "y"]) == ["response 5 % [calm]", "response 5 % [storm load]"]
    assert labels_of([base(), base()], ["x", "y"]) == ["response 5 % [x]", "response 5 % [y]"]
    assert labels_of([base(), base()]) == ["response 5 % [#1]", "response 5 % [#2]"]
    assert label_zh("response 5 % [storm load]") == "响应 5 % [storm load]"


def three() -> list[Scenario]:
    """As it stands, without new storage, without pumped hydro."""
    first = solved(0.05)
    scales = (Scales(), Scales(new_storage_share=0.0), Scales(pumped_hydro_share=0.0))
    return told_apart([replace(first, case=replace(first.case, scales=scale)) for scale in scales])


def test_each_scenario_is_a_bar_of_its_own() -> None:
    figure = comparison(MEASURES[0], three())
    assert figure is not None
    names = ["response 5 %, new storage ×0", "response 5 %, pumped hydro ×0"]
    assert [(bar["name"], len(bar["y"])) for bar in figure["data"]] == [(name, 1) for name in names]
    assert len({bar["marker"]["color"] for bar in figure["data"]}) == 2

    alike = comparison(MEASURES[0], [solved(0.05)] * 3)
    assert alike is not None
    assert [len(bar["y"]) for bar in alike["data"]] == [1, 1]


def test_a_label_names_reserve_products_and_where_they_are_asked_for() -> None:
    products = (
        ProductAsked("regulation_up", load_share=0.02),
        ProductAsked("non_spinning", "jibei", required_mw=(5.0,) * 24),
    )
    label = label_of(replace(base(), reserve=Reserve(products=products)))
    assert label == "response 5 %, regulation up 2 % of load, non-spinning reserve in jibei in MW"
    assert "上调频备用 2 % 负荷" in label_zh(label)
