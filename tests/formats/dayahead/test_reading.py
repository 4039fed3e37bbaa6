"""Every flaw of a file at once, each by sheet, row and column."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from dispatch.case.case import Case
from dispatch.case.checks import flaws_of
from dispatch.case.thermal import Outage
from dispatch.cli import dayahead
from dispatch.errors import CaseError, Flaw
from dispatch.formats.dayahead.book import is_dayahead
from dispatch.formats.dayahead.layout import FIELDS
from dispatch.formats.dayahead.reading import read_dayahead
from dispatch.formats.dayahead.template import filled
from dispatch.formats.dayahead.writing import write_dayahead
from tests.formats.dayahead.cases import at, full_case
from tests.small import small_case, small_facts

FACTS = small_facts()
VALUE_OF = {column.key: f"B{row}" for row, column in enumerate(FIELDS, start=2)}  # cells of the sheet `case`


def asked() -> Case:
    """A case that is accepted, with a row in most tables."""
    return replace(
        filled(small_case(FACTS), FACTS),
        outages=(Outage("coal_2", at(0), at(8), 200.0), Outage("gas", at(8), at(24), 55.5)),
    )


def check(case: Case) -> tuple[Flaw, ...]:
    """What is wrong with a case on the triangle."""
    return flaws_of(case, FACTS)


def refused(path: Path) -> list[tuple[str, str]]:
    """Code and place of every flaw of a file; none where it is accepted."""
    try:
        dayahead.case_in(path, check)
    except CaseError as error:
        return [(flaw.code, flaw.field) for flaw in error.flaws]
    return []


@cache
def written() -> bytes:
    """The workbook of the case."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "day.xlsx"
        write_dayahead(path, asked(), "end")
        return path.read_bytes()


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """A workbook of the case after some cells of it were set; a function is done to the whole."""

    def changed(*edits: tuple[str, str, Any] | Callable[[Workbook], Any]) -> Path:
        path = tmp_path / "day.xlsx"
        opened = load_workbook(io.BytesIO(written()))
        for edit in edits:
            if callable(edit):
                edit(opened)
            else:
                opened[edit[0]][edit[1]] = edit[2]
        opened.save(path)
        return path

    return changed


def test_a_sound_workbook_is_accepted(book: Callable[..., Path]) -> None:
    assert refused(book()) == []


@pytest.mark.parametrize(
    ("edit", "code", "place"),
    [
        (("load", "B9", "five hundred"), "TEXT_FOR_NUMBER", "load!B9 (jibei [MW])"),
        (("load", "B9", "550"), "TEXT_FOR_NUMBER", "load!B9 (jibei [MW])"),
        (("load", "B9", "550,5"), "COMMA_DECIMAL", "load!B9 (jibei [MW])"),
        (("load", "B9", "1,550.5"), "COMMA_DECIMAL", "load!B9 (jibei [MW])"),
        (("load", "B9", "550 MW"), "UNIT_IN_CELL", "load!B9 (jibei [MW])"),
        (("load", "B9", "55万千瓦"), "UNIT_IN_CELL", "load!B9 (jibei [MW])"),
        (("load", "B9", "=B8*2"), "FORMULA", "load!B9 (jibei [MW])"),
        (("load", "B9", "#N/A"), "CELL_ERROR", "load!B9 (jibei [MW])"),
        (("load", "B9", None), "BLANK", "load!B9 (jibei [MW])"),
        (("load", "B9", time(8, 0)), "WRONG_TYPE", "load!B9 (jibei [MW])"),
        (("load", "B9", True), "WRONG_TYPE", "load!B9 (jibei [MW])"),
        (("load", "B9", -1), "NEGATIVE", "load!B9 (jibei [MW])"),
        (("load", "B1", "jibei [kW]"), "WRONG_UNIT", "load!B1 (jibei [kW])"),
        (("load", "B1", "jibei"), "WRONG_HEADER", "load!B1 (jibei)"),
        (("load", "B1", "hebei_north [MW]"), "UNKNOWN_MEMBER_GRID", "load!B1 (hebei_north [MW])"),
        (("load", "A9", "07:00"), "DUPLICATE_POINT", "load!A9 (point 时点)"),
        (("load", "A26", "25:00"), "UNKNOWN_POINT", "load!A26 (point 时点)"),
        (("load", "A26", "=A25"), "FORMULA", "load!A26 (point 时点)"),
        (("load", "A1", "hour"), "MISSING_COLUMN", "load!A1 (row 1)"),
        (("wind_sun", "B12", 200.5), "ABOVE_CAPACITY", "wind_sun!B12 (wind [MW])"),
        (("wind_sun", "C1", "wind [MW]"), "DUPLICATE_COLUMN", "wind_sun!C1 (wind [MW])"),
        (("wind_sun", "C1", "roof [MW]"), "UNKNOWN_PLANT", "wind_sun!C1 (roof [MW])"),
        (("tie_plan", "B3", 81), "BEYOND_INTERFACE_LIMIT", "tie_plan!B3 (import [MW])"),
        (("reserve", "B1", "jibei [MW]"), "WRONG_HEADER", "reserve!B1 (jibei [MW])"),
        (("units", "A2", "coal_9"), "UNKNOWN_UNIT", "units!A2 (unit 机组)"),
        (("units", "A2", 7), "WRONG_TYPE", "units!A2 (unit 机组)"),
        (("units", "B2", "maybe"), "UNKNOWN_VALUE", "units!B2 (on 开停)"),
        (("units", "B2", None), "BLANK", "units!B2 (on 开停)"),
        (("units", "D4", 5.0), "OUTPUT_BELOW_MINIMUM", "units!D4 (output_mw 出力 [MW])"),
        (("units", "D1", "output_mw 出力 [kW]"), "WRONG_UNIT", "units!D1 (output_mw 出力 [kW])"),
        (("units", "D1", "output 出力 [MW]"), "UNKNOWN_COLUMN", "units!D1 (output 出力 [MW])"),
        (("units", "D1", "output_mw 鍑哄姏 [MW]"), "WRONG_HEADER", "units!D1 (output_mw 鍑哄姏 [MW])"),
        (("units", "G1", "on"), "DUPLICATE_COLUMN", "units!G1 (on)"),
        (("units", "G3", "?"), "HEADER_MISSING", "units!G1"),
        (("stores", "B2", 101), "LEVEL_OUTSIDE_LIMITS", "stores!B2 (start_level_mwh 初始电量 [MWh])"),
        (("outages", "B2", "08:00"), "NOT_A_TIME", "outages!B2 (start 开始)"),
        (("outages", "B2", 43902.25), "NOT_A_TIME", "outages!B2 (start 开始)"),
        (("outages", "C2", "2030-01-14 24:00"), "SPAN_EMPTY", "outages!C2 (end 结束)"),
        (("outages", "A3", "coal_7"), "UNKNOWN_UNIT", "outages!A3 (unit 机组)"),
        (("start_limits", "E2", 1.5), "NOT_WHOLE", "start_limits!E2 (per_day_count 每日)"),
        (("case", VALUE_OF["edition"], 2030.5), "NOT_WHOLE", f"case!{VALUE_OF['edition']} (edition)"),
        (("case", VALUE_OF["edition"], 2040), "UNKNOWN_EDITION", f"case!{VALUE_OF['edition']} (edition)"),
        (("case", VALUE_OF["grid"], "Jibei"), "UNKNOWN_GRID", f"case!{VALUE_OF['grid']} (grid)"),
        (("case", VALUE_OF["grid"], None), "REQUIRED", f"case!{VALUE_OF['grid']} (grid)"),
        (("case", VALUE_OF["format"], 2), "FORMAT_VERSION", "case!B2 (format)"),
        (("case", VALUE_OF["points"], "middle"), "UNKNOWN_VALUE", "case!B3 (points)"),
        (("case", "C9", "h"), "WRONG_UNIT", "case!C9 (horizon.step_min)"),
        (("case", "A4", "title"), "UNKNOWN_FIELD", "case!A4 (field)"),
        (("case", "A4", "grid"), "DUPLICATE", "case!A5 (field)"),
        (("case", "B11", 5), "SHARE_OUT_OF_RANGE", "case!B11 (response_share)"),
        (("case", "B9", 7), "STEP_INVALID", "case!B9 (horizon.step_min)"),
        (("contract_owed", "A2", "factories"), "UNKNOWN_CONTRACT", "contract_owed!A2 (contract 合约)"),
        (lambda b: b.create_sheet("unit")["A1"].__setattr__("value", 1), "UNKNOWN_SHEET", "unit"),
        (lambda b: b["load"].merge_cells("B3:B4"), "MERGED", "load!B3:B4"),
        (lambda b: b["load"].delete_rows(9), "MISSING_POINTS", "load!A1 (point 时点)"),
        (lambda b: b["load"].insert_rows(9), "", ""),
        (lambda b: b["units"].delete_rows(3), "UNIT_STATE_MISSING", "units"),
        (lambda b: b["units"].delete_cols(4), "MISSING_COLUMN", "units!A1 (row 1)"),
        (lambda b: b.create_sheet("#mine")["A1"].__setattr__("value", "=1"), "", ""),
    ],
)  # fmt: skip
def test_a_flaw_is_told_by_its_cell(book: Callable[..., Path], edit: Any, code: str, place: str) -> None:
    told = refused(book(edit))
    assert ((code, place) in told) if code else not told, told


@pytest.mark.parametrize(
    ("edit", "count"),
    [
        (("load", "B9", "550,5"), 1),
        (("load", "B1", "jibei [kW]"), 1),
        (("units", "D1", "output_mw 出力 [kW]"), 1),
        (("units", "B2", "maybe"), 1),
        (("outages", "B2", "08:00"), 1),
        (("case", VALUE_OF["horizon.start"], "soon"), 1),
        (("case", VALUE_OF["horizon.step_count"], "many"), 1),
        (("case", VALUE_OF["horizon.step_min"], "an hour"), 1),
        (("case", VALUE_OF["grid"], None), 1),
        (lambda b: b["load"].merge_cells("B3:B4"), 1),
        (lambda b: b["units"].delete_cols(4), 1),
    ],
)
def test_one_flaw_begets_no_other(book: Callable[..., Path], edit: Any, count: int) -> None:
    assert len(refused(book(edit))) == count


def test_every_flaw_of_every_sheet_is_told_at_once(book: Callable[..., Path]) -> None:
    told = refused(
        book(
            ("load", "B9", "550,5"),
            ("load", "A12", "25:00"),
            ("wind_sun", "B12", 999),
            ("units", "D4", "=1+1"),
            ("units", "A2", "coal_9"),
            ("outages", "B2", "08:00"),
            ("case", VALUE_OF["prices.carbon_cny_per_t"], -1),
            lambda b: b["tie_plan"].merge_cells("B3:B4"),
        )
    )
    assert {place.partition(" ")[0] for _, place in told} >= {
        "load!B9", "load!A12", "load!A1", "wind_sun!B12", "units!D4", "units!A2", "outages!B2", "tie_plan!B3:B4",
        f"case!{VALUE_OF['prices.carbon_cny_per_t']}",
    }  # fmt: skip


def test_points_of_the_other_naming_are_refused_with_what_would_do(book: Callable[..., Path]) -> None:
    """Named by the end, the file says start: 01:00 to 23:00 are points of either, 24:00 of one, 00:00 is missing."""
    with pytest.raises(CaseError) as error:
        dayahead.case_in(book(("case", VALUE_OF["points"], "start")), check)
    flaws = [flaw for flaw in error.value.flaws if flaw.field.startswith("load!")]
    assert [(flaw.code, flaw.field.partition(" ")[0]) for flaw in flaws] == [
        ("UNKNOWN_POINT", "load!A25"),
        ("MISSING_POINTS", "load!A1"),
    ]
    assert "named by the start of their step, 00:00 to 23:00" in flaws[0].message


def test_times_of_a_spreadsheet_are_points_too(book: Callable[..., Path]) -> None:
    edits = [("load", f"A{hour + 1}", time(hour, 0)) for hour in range(1, 24)]
    assert refused(book(*edits)) == []


def test_points_out_of_order_are_refused(book: Callable[..., Path]) -> None:
    told = refused(book(("load", "A9", "09:00"), ("load", "A10", "08:00")))
    assert told == [("POINT_ORDER", "load!A10 (point 时点)")]


def test_a_column_without_any_value_is_as_if_not_there(book: Callable[..., Path]) -> None:
    path = book(("reserve", "B1", "jibei up [MW]"), ("reserve", "C1", "jibei down [MW]"))
    assert read_dayahead(path).case.reserve == asked().reserve


def test_columns_may_stand_in_any_order_and_without_their_chinese_names(book: Callable[..., Path]) -> None:
    def turned(opened: Workbook) -> None:
        sheet = opened["units"]
        for r in range(1, sheet.max_row + 1):
            sheet[f"A{r}"].value, sheet[f"D{r}"].value = sheet[f"D{r}"].value, sheet[f"A{r}"].value
        sheet["A1"], sheet["D1"] = "output_mw [MW]", "unit"

    assert read_dayahead(book(turned)).case.units == asked().units


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    sheet=st.sampled_from(["case", "load", "wind_sun", "tie_plan", "units", "stores", "outages"]),
    row=st.integers(1, 30), column=st.integers(1, 6),
    value=st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5),
                    st.sampled_from(["=A1", "24:00", "1,5", "#REF!", "on", "2030-01-15 08:00", "\u0661"])),
)  # fmt: skip
def test_whatever_stands_in_a_cell_is_accepted_or_refused_by_place(
    tmp_path: Path, sheet: str, row: int, column: int, value: Any
) -> None:
    """Never an error of ours, and never a word about a path of the case that a scheduler does not see."""
    folder = tmp_path / "day"
    write_dayahead(folder, asked(), "end")
    file = folder / f"{sheet}.csv"
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    rows += [[] for _ in range(row - len(rows))]
    rows[row - 1] += [""] * (column - len(rows[row - 1]))
    rows[row - 1][column - 1] = "" if value is None else str(value)
    with file.open("w", encoding="utf-8", newline="") as written:
        csv.writer(written).writerows(rows)
    for _, place in refused(folder):
        assert (
            "!" in place
            or place.removesuffix(".csv") in {"units", "stores", "load", "must_run", "#"}
            or ".csv" in place
        )


# ---------------------------------------------------------------- whole files


def test_a_workbook_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "day.xlsx"
    write_dayahead(path, asked(), "end", FACTS)
    whole = path.read_bytes()
    for part in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:part])
        assert [code for code, _ in refused(path)] == ["NOT_A_WORKBOOK"], part


def test_a_workbook_with_a_flipped_bit_is_refused_or_the_same(tmp_path: Path) -> None:
    """Parts carry checksums: a bit in one shows; a bit of the archive's own dates changes nothing that is read."""
    path = tmp_path / "day.xlsx"
    write_dayahead(path, asked(), "end", FACTS)
    whole, chance = path.read_bytes(), random.Random(1)  # noqa: S311 (no secret)
    for _ in range(30):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        assert refused(path) or read_dayahead(path).case == asked()


def test_a_csv_file_cut_short_is_refused_wherever_it_is_cut_within_a_line(tmp_path: Path) -> None:
    """At the end of a line too, where a row a point or a row a unit must follow."""
    folder = tmp_path / "day"
    write_dayahead(folder, asked(), "end")
    for name in ("load", "units", "stores", "case"):
        file = folder / f"{name}.csv"
        whole = file.read_bytes()
        for end in random.Random(2).sample(range(len(whole) - 1), 10):  # noqa: S311 (no secret)
            file.write_bytes(whole[:end])
            if name != "case" or not whole[:end].endswith(b"\n"):
                assert refused(folder), (name, end)
        file.write_bytes(whole)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_chinese_text_is_read_in_utf_8_and_gbk(tmp_path: Path, encoding: str) -> None:
    case = replace(asked(), name="冀北日前计划")
    write_dayahead(tmp_path / "day", case, "end")
    for file in (tmp_path / "day").iterdir():
        file.write_bytes(file.read_text("utf-8-sig").encode(encoding))
    assert dayahead.case_in(tmp_path / "day", check) == case


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("unit 机组,on 开停\n".encode("utf-16"), "WRONG_ENCODING"),
        (b"unit,on\n\xff\xff,on\n", "WRONG_ENCODING"),
        ("unit 机组;on 开停\n".encode(), "WRONG_DELIMITER"),
        ("unit 機組,on,hours_h [h],output_mw [MW]\n".encode("big5"), "WRONG_HEADER"),
        (b'unit,on\n"coal_1,on\n', "NOT_CSV"),
        (b"unit,on\ncoal_1,on", "CUT_SHORT"),
    ],
)
def test_a_csv_file_of_another_kind_is_refused_once(tmp_path: Path, content: bytes, code: str) -> None:
    write_dayahead(tmp_path / "day", asked(), "end")
    (tmp_path / "day" / "units.csv").write_bytes(content)
    told = [found for found, place in refused(tmp_path / "day") if place.startswith("units.csv")]
    assert told[0] == code
    assert len(told) == 1 or code == "WRONG_HEADER"


def test_files_are_told_apart_by_what_they_hold(tmp_path: Path) -> None:
    write_dayahead(tmp_path / "day", asked(), "end")
    write_dayahead(tmp_path / "day.xlsx", asked(), "end")
    network = Workbook()
    network.active.title = "buses"
    network.save(tmp_path / "network.xlsx")
    (tmp_path / "network").mkdir()
    for name in ("network", "buses", "stores"):
        (tmp_path / "network" / f"{name}.csv").write_text("name\n")
    told = {
        name: is_dayahead(tmp_path / name) for name in ("day", "day.xlsx", "network", "network.xlsx", "none", "x.json")
    }
    assert told == {
        "day": True,
        "day.xlsx": True,
        "network": False,
        "network.xlsx": False,
        "none": False,
        "x.json": False,
    }


def test_a_folder_without_its_case_says_what_is_missing(tmp_path: Path) -> None:
    write_dayahead(tmp_path / "day", asked(), "end")
    (tmp_path / "day" / "case.csv").unlink()
    assert refused(tmp_path / "day") == [("SHEET_MISSING", str(tmp_path / "day"))]


def test_a_workbook_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.xlsx") == [("UNREADABLE", str(tmp_path / "none.xlsx"))]


def test_every_field_of_a_full_case_knows_its_cell(tmp_path: Path) -> None:
    write_dayahead(tmp_path / "day.xlsx", full_case(), "end")
    places = read_dayahead(tmp_path / "day.xlsx").places
    assert places["contracts[1].saved[0].energy_mwh"] == "contract_saved!B2 (energy_mwh 电量 [MWh])"
    assert places["reserve.series[1].down_mw[23]"] == "reserve!C25 (south down [MW])"
    assert places["available_forecasts[0].least_mw[0]"] == "wind_sun_least!B2 (wind [MW])"
    assert places["security.unwatched[1]"] == "unwatched!A3 (line 线路)"
    assert places["horizon.step_h"] == "case!B9 (horizon.step_min)"
