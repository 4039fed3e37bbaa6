"""The schedule goes out and comes back."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from dispatch.errors import CaseError
from dispatch.schedule.prices import PRICE_TABLES
from dispatch.schedule.schedule import TABLES
from dispatch.v1 import prices_pb2, schedule_pb2
from dispatch.wire.json_text import message_of, text_of
from dispatch.wire.mirror import fields_of
from dispatch.wire.translate import schedule_from, schedule_to
from tests.wire.examples import a_schedule


def test_every_table_comes_back_as_it_went() -> None:
    schedule = a_schedule()
    back = schedule_from(schedule_pb2.Schedule.FromString(schedule_to(schedule).SerializeToString()))
    assert back.step_h == schedule.step_h
    for table in TABLES:
        pd.testing.assert_frame_equal(getattr(back, table), getattr(schedule, table), check_dtype=False)


def test_a_grid_without_contracts_has_empty_tables_over_the_same_steps() -> None:
    schedule = a_schedule()
    message = schedule_to(schedule)
    message.ClearField("contracts")
    back = schedule_from(message)
    assert back.cut_mw.shape == (2, 0)
    assert back.cut_mw.index.equals(schedule.on.index)
    assert schedule_to(back) == message


def test_what_decided_a_requirement_is_a_word_in_a_file() -> None:
    """Both ways of writing it are read; a word that is none is refused by its path."""
    message = schedule_to(a_schedule())
    text = text_of(message)
    assert json.loads(text)["reserves"][0]["up_decided_by"] == ["LARGEST_UNIT", "QUANTILE"]
    assert message_of(text, schedule_pb2.Schedule(), "file") == message
    assert message_of(text.replace('"SHARES"', '"RESERVE_REASON_SHARES"'), schedule_pb2.Schedule(), "file") == message
    with pytest.raises(CaseError) as refused:
        message_of(text.replace('"SHARES"', '"LUCK"'), schedule_pb2.Schedule(), "file")
    assert [flaw.field for flaw in refused.value.flaws] == ["reserves[0].down_decided_by[0]"]


def test_an_older_schedule_tells_of_no_requirement() -> None:
    message = schedule_to(a_schedule())
    for name in ("required_up_mw", "required_down_mw", "up_decided_by", "down_decided_by"):
        message.reserves[0].ClearField(name)
    back = schedule_from(message)
    assert back.required_up_mw["jibei"].tolist() == back.down_decided_by["jibei"].tolist() == [0, 0]


def test_every_table_has_its_place_on_the_wire() -> None:
    kinds = [field for field in fields_of(schedule_pb2.Schedule.DESCRIPTOR) if field.is_repeated]
    sent = {table.name for kind in kinds for table in fields_of(kind.message_type)[1:]}
    assert sent == set(TABLES)


def test_every_table_of_prices_has_its_place_on_the_wire() -> None:
    kinds = [field for field in fields_of(prices_pb2.PriceTables.DESCRIPTOR) if field.is_repeated]
    sent = {table.name for kind in kinds for table in fields_of(kind.message_type)[1:]}
    assert sent == set(PRICE_TABLES)


def test_a_series_of_another_length_is_refused_by_its_path() -> None:
    message = schedule_to(a_schedule())
    message.units[1].output_mw.append(1.0)
    with pytest.raises(CaseError, match=r"schedule\.units\[1\]\.output_mw: has 3 values for 2 steps"):
        schedule_from(message)
