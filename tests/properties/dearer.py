"""A case and its facts with every price times a factor: every number whose name says CNY, wherever it stands."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any


def dearer(record: Any, times: float) -> Any:
    """A record, or a tuple of them, with all that costs and all that is priced to be avoided."""
    if isinstance(record, tuple):
        return tuple(dearer(part, times) for part in record)
    if not is_dataclass(record) or isinstance(record, type):
        return record
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return replace(
        record,
        **{name: _times(value, times) if "_cny" in name else dearer(value, times) for name, value in values.items()},
    )


def _times(value: Any, times: float) -> Any:
    """A price, several, or none."""
    if isinstance(value, tuple):
        return tuple(price * times for price in value)
    return None if value is None else value * times
