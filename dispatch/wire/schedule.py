"""The schedule and its prices, both ways: tables with a column a component here, a message a component there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from dispatch.errors import CaseError, Flaw
from dispatch.horizon import Horizon, beijing
from dispatch.schedule.prices import PRICE_TABLES, PriceTables
from dispatch.schedule.schedule import TABLES, Schedule
from dispatch.v1 import prices_pb2, schedule_pb2
from dispatch.wire.case_out import stamp_of
from dispatch.wire.mirror import fields_of

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start

CPP = FieldDescriptor
M = TypeVar("M", bound=Message)
R = TypeVar("R")

HALF = 0.5  # a decision above is yes
YES_OR_NO = {"on", "started", "stopped", "generating", "pumping", "oil_support", "called", "call_started"}
WHOLE = {*YES_OR_NO, "generating_count", "pumping_count", "up_decided_by", "down_decided_by"}
WHOLE_TYPES = (CPP.CPPTYPE_INT32, CPP.CPPTYPE_ENUM)


def kinds_of(descriptor: Any) -> Iterator[tuple[str, str, list[FieldDescriptor]]]:
    """Of each kind of component: its field in the message, the field that names one, its tables."""
    for field in fields_of(descriptor):
        if field.is_repeated:
            key, *tables = fields_of(field.message_type)
            yield field.name, key.name, tables


def schedule_to(schedule: Schedule) -> schedule_pb2.Schedule:
    """The schedule as a message."""
    return tables_to(schedule, schedule.output_mw.index, schedule_pb2.Schedule())


def tables_to(record: Any, times: Any, message: M) -> M:
    """Tables steps x components as a message of the same names, a message a component inside."""
    whole: Any = message
    whole.start.CopyFrom(stamp_of(beijing(times[0].to_pydatetime())))
    whole.step_count, whole.step_h = len(times), record.step_h
    for kind, key, tables in kinds_of(message.DESCRIPTOR):
        for name in getattr(record, tables[0].name).columns:
            component = getattr(message, kind).add(**{key: name})
            for table in tables:
                _fill(component, table, getattr(record, table.name), name)
    return message


def _fill(component: Any, table: FieldDescriptor, frame: pd.DataFrame, name: str) -> None:
    """One series into one component; units and stores share the reserve, so a table may hold more or less."""
    if name in frame.columns:
        yes_or_no, counted = table.cpp_type == CPP.CPPTYPE_BOOL, table.cpp_type in WHOLE_TYPES
        series = frame[name] > HALF if yes_or_no else frame[name].round().astype(int) if counted else frame[name]
        series = series if yes_or_no or counted else series.astype(float)
        getattr(component, table.name).extend(series.tolist())


def schedule_from(message: schedule_pb2.Schedule) -> Schedule:
    """The schedule that was sent, or `CaseError` where a series has another length than the horizon."""
    return tables_from(message, Schedule, TABLES, "schedule")


def tables_from(message: Any, record: Callable[..., R], names: Sequence[str], path: str) -> R:
    """Tables from such a message, or `CaseError` where a series has another length than the horizon."""
    start = message.start.ToDatetime(tzinfo=UTC)
    times = Horizon(start, message.step_count, message.step_h).times
    tables: dict[str, dict[str, list[float]]] = {table: {} for table in names}
    flaws = []
    for place, table, name, series in _series(message, path):
        if len(series) == len(times):
            tables[table][name] = series
        elif series:
            flaws.append(Flaw("WRONG_LENGTH", place, f"has {len(series)} values for {len(times)} steps"))
    if flaws:
        raise CaseError(tuple(flaws))
    return record(step_h=message.step_h, **{table: _frame(tables[table], times, table) for table in names})


def _series(message: Any, whole: str) -> Iterator[tuple[str, str, str, list[float]]]:
    """Every series: its path, its table, its component and its values."""
    for kind, key, tables in kinds_of(message.DESCRIPTOR):
        for k, component in enumerate(getattr(message, kind)):
            for table in tables:
                path = f"{whole}.{kind}[{k}].{table.name}"
                yield path, table.name, getattr(component, key), list(getattr(component, table.name))


def prices_to(tables: PriceTables) -> prices_pb2.PriceTables:
    """Prices as a message."""
    return tables_to(tables, tables.price_cny_per_mwh.index, prices_pb2.PriceTables())


def prices_from(message: prices_pb2.PriceTables) -> PriceTables:
    """The prices that were sent, or `CaseError` where a series has another length than the horizon."""
    return tables_from(message, PriceTables, PRICE_TABLES, "prices")


def _frame(columns: dict[str, list[float]], times: pd.DatetimeIndex, table: str) -> pd.DataFrame:
    import pandas as pd

    names = pd.Index(list(columns), dtype="str")
    return pd.DataFrame(columns, index=times, columns=names, dtype=int if table in WHOLE else float)
