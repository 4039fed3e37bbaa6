"""What is written is read again, whatever the case says."""

# ruff: noqa: DTZ001 (times of Beijing without a zone, as files hold them)

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from dispatch.case.case import Case, Prices, ProductAsked, Reserve
from dispatch.case.heat import Heat, HeatStore
from dispatch.case.renewable import LoadForecast
from dispatch.case.thermal import Outage, UnitState
from dispatch.errors import CaseError
from dispatch.formats.dayahead.layout import CASE, FIELDS, SERIES, TABLES
from dispatch.formats.dayahead.reading import read_dayahead
from dispatch.formats.dayahead.template import filled
from dispatch.formats.dayahead.writing import sheets_of, write_dayahead
from dispatch.horizon import Horizon, beijing
from tests.formats.dayahead.cases import at, full_case
from tests.small import WINTER_DAY, small_case, small_facts

FORMS = ("day.xlsx", "day")
WHOLE_SECONDS = [s for s in range(60, 3601) if 3600 % s == 0]


def returned(case: Case, path: Path, naming: str = "end") -> Case:
    """The case that is read where it was written."""
    write_dayahead(path, case, naming, small_facts())
    draft = read_dayahead(path)
    assert draft.flaws == ()
    assert draft.gaps == ()
    assert draft.naming == naming
    return draft.case


@pytest.mark.parametrize("naming", ["end", "start"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("step_h", [1.0, 0.5, 0.25])
def test_a_case_comes_back_as_it_was(tmp_path: Path, form: str, naming: str, step_h: float) -> None:
    case = full_case(step_h=step_h)
    assert returned(case, tmp_path / form, naming) == case


@pytest.mark.parametrize("form", FORMS)
def test_a_case_that_says_nothing_comes_back_as_it_was(tmp_path: Path, form: str) -> None:
    case = small_case(small_facts())
    assert returned(case, tmp_path / form) == case


@pytest.mark.parametrize("hours", [1, 25, 48])
@pytest.mark.parametrize("form", FORMS)
def test_a_horizon_beyond_one_day_comes_back_as_it_was(tmp_path: Path, form: str, hours: int) -> None:
    case = full_case(hours=hours, start=WINTER_DAY + timedelta(hours=5))
    assert returned(case, tmp_path / form) == case


def test_the_full_case_leaves_no_field_at_its_default() -> None:
    """Else the round trip would prove less than it says: every leaf differs from what a bare case has."""
    bare = Case("", 0, Horizon(WINTER_DAY, 0, step_h=0.5), (), ())
    assert _same(full_case(), bare) == ["reserve.products", "heat.stores"]  # for which there is no sheet


def test_a_case_that_asks_for_reserve_products_is_not_kept_in_part(tmp_path: Path) -> None:
    asking = replace(small_case(small_facts()), reserve=Reserve(products=(ProductAsked("regulation_up"),)))
    with pytest.raises(CaseError) as refused:
        returned(asking, tmp_path / "day")
    assert [(flaw.code, flaw.field) for flaw in refused.value.flaws] == [("NO_SHEET", "reserve.products")]


def test_a_case_with_heat_stores_is_not_kept_in_part(tmp_path: Path) -> None:
    storing = replace(small_case(small_facts()), heat=Heat(stores=(HeatStore("heat", 10.0, 5.0, 5.0),)))
    with pytest.raises(CaseError) as refused:
        returned(storing, tmp_path / "day")
    assert [(flaw.code, flaw.field) for flaw in refused.value.flaws] == [("NO_SHEET", "heat.stores")]


def _same(one: Any, other: Any, path: str = "") -> list[str]:
    found = []
    for field in fields(one):
        mine, bare = getattr(one, field.name), getattr(other, field.name)
        if is_dataclass(mine):
            found += _same(mine, bare, f"{path}{field.name}.")
        elif mine == bare and f"{path}{field.name}" != "horizon.start":
            found.append(f"{path}{field.name}")
    return found


def test_every_step_that_divides_an_hour_comes_back_to_the_bit(tmp_path: Path) -> None:
    for second_count in WHOLE_SECONDS:
        case = replace(small_case(small_facts()), horizon=Horizon(WINTER_DAY, 3, second_count / 3600))
        assert returned(case, tmp_path / "day").horizon == case.horizon


numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: x + 0.0)
words = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\ufeff"), min_size=1, max_size=12
)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(beijing)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any names, numbers and moments, not all of which a grid would take."""
    count = draw(st.integers(1, 30))
    series = st.tuples(*[numbers] * count)
    names = st.lists(words, max_size=3, unique=True)
    quarter = draw(st.integers(0, 95))
    return Case(
        grid=draw(words),
        edition=draw(st.integers(2000, 2100)),
        horizon=Horizon(at(quarter / 4), count, draw(st.sampled_from([1.0, 0.5, 0.25, 1 / 3, 1 / 12]))),
        units=tuple(UnitState(n, draw(st.booleans()), draw(numbers), draw(numbers)) for n in draw(names)),
        stores=(),
        name=draw(st.one_of(st.just(""), words)),
        outages=tuple(
            Outage(n, draw(moments), draw(moments), draw(st.one_of(st.none(), numbers))) for n in draw(names)
        ),
        load_forecasts=tuple(LoadForecast(n, draw(series)) for n in draw(names)),
        prices=Prices(draw(numbers), carbon_cny_per_t=draw(numbers)),
    )


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(case=cases(), naming=st.sampled_from(["end", "start"]), form=st.sampled_from(FORMS))
def test_any_case_comes_back_as_it_was(tmp_path: Path, case: Case, naming: str, form: str) -> None:
    assert returned(case, tmp_path / form, naming) == case


def test_text_that_no_file_keeps_is_refused_by_cell(tmp_path: Path) -> None:
    case = replace(full_case(), name="a\x07b")
    with pytest.raises(CaseError) as refused:
        write_dayahead(tmp_path / "day.xlsx", case, "end")
    assert [(flaw.code, flaw.field) for flaw in refused.value.flaws] == [("CONTROL_CHARACTER", "case!B4")]


def test_every_sheet_is_there_though_empty() -> None:
    sheets = sheets_of(small_case(small_facts()), "end")
    assert list(sheets) == [CASE, *(s.name for s in SERIES), *(t.name for t in TABLES)]
    assert sheets["outages"] == [["unit 机组", "start 开始", "end 结束", "available_mw 可用出力 [MW]"]]


def test_a_template_offers_names_and_words_and_explains_itself_in_two_languages(tmp_path: Path) -> None:
    facts = small_facts()
    write_dayahead(tmp_path / "day.xlsx", filled(small_case(facts), facts), "end", facts)
    book = load_workbook(tmp_path / "day.xlsx")
    offered = {}
    for sheet in book:
        for rule in sheet.data_validations.dataValidation:
            column, last = (
                rule.formula1.removeprefix("=lists!$").split("$1:$")[0],
                int(rule.formula1.rpartition("$")[2]),
            )
            offered[sheet.title, str(rule.sqref)] = [book["lists"][f"{column}{r}"].value for r in range(1, last + 1)]
    assert offered["case", "B3"] == ["end", "start"]
    assert offered["units", "A2:A205"] == ["coal_1", "coal_2", "gas"]
    assert offered["units", "B2:B205"] == ["on", "off"]
    assert book["lists"].sheet_state == "hidden"
    assert "出力" in book["units"]["D1"].comment.text
    assert "output; 0 when off" in book["units"]["D1"].comment.text
    assert book["load"]["B1"].value == "jibei [MW]"
    assert [book["load"][f"A{r}"].value for r in (2, 25)] == ["01:00", "24:00"]
    explained = [sheet.title for sheet in book if sheet.title not in ("notes", "lists") and not sheet["A1"].comment]
    assert explained == []
    assert all(row[3].value and any("一" <= c <= "鿿" for c in row[3].value) for row in book[CASE].iter_rows(min_row=2))
    assert book[CASE].max_row == len(FIELDS) + 1


def test_a_template_asks_the_same_question(tmp_path: Path) -> None:
    """Load 200 + 300 + 50 MW, wind 0.6 x 200 MW, roofs 0.4 x 50 MW, 60 MW imported: all by stored profiles."""
    facts = small_facts()
    case = filled(small_case(facts), facts)
    assert case.load_forecasts == (LoadForecast("jibei", (550.0,) * 24),)
    assert [(f.plant, f.available_mw[0]) for f in case.available_forecasts] == [("wind", 120.0), ("roofs", 20.0)]
    assert case.interchange_forecasts[0].net_import_mw == (60.0,) * 24
    own = replace(case, load_forecasts=(LoadForecast("jibei", (1.0,) * 24),))
    assert filled(own, facts) == own
