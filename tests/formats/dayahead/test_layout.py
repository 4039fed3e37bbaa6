"""What the page and the case say of the files is what the files are."""

from __future__ import annotations

from dataclasses import fields

from dispatch.case.demand_response import Parcel
from dispatch.formats.dayahead.answer import CURVES
from dispatch.formats.dayahead.answer import SHEETS as ANSWER_SHEETS
from dispatch.formats.dayahead.layout import FIELDS, SERIES, SHEETS, TABLES
from tests.conventions.tree import ROOT


def test_the_page_names_every_sheet_column_unit_and_meaning() -> None:
    page = (ROOT / "docs" / "dayahead.md").read_text("utf-8")
    columns = [*FIELDS, *(column for table in TABLES for column in table.columns)]
    for column in columns:
        assert f"| `{column.key} {column.zh}` | {column.unit} |" in page, column.key
        assert column.en in page, column.key
        assert column.told in page, column.key
    for sheet in [*SHEETS, *(name for name, *_ in (*ANSWER_SHEETS, *CURVES))]:
        assert f"`{sheet}`" in page, sheet


def test_a_table_has_a_column_for_every_field_of_its_record() -> None:
    """But for parcels, which have sheets of their own and name their contract."""
    for table in TABLES:
        if table.record is not str:
            names = {field.name for field in fields(table.record)}
            own = {"contract"} if table.record is Parcel else set()
            apart = {"owed", "saved"} & names
            assert {column.key for column in table.columns} == names - apart | own, table.name


def test_keys_are_told_apart() -> None:
    assert len({column.key for column in FIELDS}) == len(FIELDS)
    assert len(set(SHEETS)) == len(SHEETS)
    assert {series.field.partition(".")[0] for series in SERIES} <= {
        "load_forecasts", "available_forecasts", "interchange_forecasts", "reserve", "heat",
    }  # fmt: skip
