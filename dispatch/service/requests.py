"""What the requests of runs and studies may say beside their case: every flaw of it, by field."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence, Sized
from contextlib import suppress
from typing import Any

from dispatch.errors import Flaw
from dispatch.service.callers import seen

MOST_LABELS_COUNT = 16
MOST_TEXT_COUNT = 63
REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{0,64}")
PAGE_COUNT, MOST_PAGE_COUNT = 50, 1000
RUN_ID = re.compile(r"[0-9a-f]{32}")
MOST_NUMBER = 2**53


def request_flaws(request_id: str) -> list[Flaw]:
    """Of a name that the caller gave to a request."""
    if REQUEST_ID.fullmatch(request_id):
        return []
    return [Flaw("BAD_NAME", "request_id", "must be at most 64 of a-z, A-Z, 0-9, '.', '_', ':', '-'; a UUID does")]


def label_flaws(labels: Mapping[str, str]) -> list[Flaw]:
    """Of what a caller wrote on a run."""
    if flaws := count_flaws("labels", labels, MOST_LABELS_COUNT):
        return flaws
    for key, value in sorted(labels.items()):
        flaws += text_flaws(f"labels[{key[:MOST_TEXT_COUNT]!r}]", key + value)
        if not key or len(key) > MOST_TEXT_COUNT or len(value) > MOST_TEXT_COUNT:
            place, most = f"labels[{key[:MOST_TEXT_COUNT]!r}]", f"keys of 1 to {MOST_TEXT_COUNT} characters"
            flaws.append(Flaw("TOO_LONG", place, f"is not kept: {most}, values of at most as many"))
    return flaws


def count_flaws(path: str, given: Sized, most_count: int) -> list[Flaw]:
    """Of a list that may be as long as a request is large: it is looked at only where it is short."""
    if len(given) <= most_count:
        return []
    return [Flaw("TOO_MANY", path, f"are {len(given):,}; give at most {most_count:,}")]


def text_flaws(path: str, text: str) -> list[Flaw]:
    """Of a text that goes to the database."""
    return [Flaw("BAD_TEXT", path, "holds the character NUL, which no database keeps")] if "\0" in text else []


def page_count(asked: int, flaws: list[Flaw]) -> int:
    """How many on a page."""
    if asked < 0:
        flaws.append(Flaw("NEGATIVE", "page_size", f"is {asked}; 0 is the default, 50"))
    return min(asked, MOST_PAGE_COUNT) if asked > 0 else PAGE_COUNT


def page_token(request: Any, after: list[Any]) -> str:
    """Opaque; good for the same question only."""
    return base64.urlsafe_b64encode(json.dumps([_question(request), after]).encode()).decode()


def page_after(request: Any, kinds: Sequence[type], flaws: list[Flaw]) -> Any:
    """Where the page begins, as values of these kinds; None: at the first."""
    if not request.page_token:
        return None
    with suppress(ValueError, TypeError, RecursionError):
        question, after = json.loads(base64.urlsafe_b64decode(request.page_token.encode()))
        if question == _question(request) and all(_is(*pair) for pair in zip(after, kinds, strict=True)):
            return tuple(after)
    flaws.append(Flaw("BAD_TOKEN", "page_token", "is of another question, or none that this service gave"))
    return None


def _is(value: Any, kind: Any) -> bool:
    """A value as this service writes it: a time, the name of a run, the number of a scenario."""
    if kind is str:
        return isinstance(value, str) and RUN_ID.fullmatch(value) is not None
    return isinstance(value, kind) and not isinstance(value, bool) and abs(value) < MOST_NUMBER  # NaN is not below


def _question(request: Any) -> str:
    """What decides the list: all but the page."""
    asked = type(request)()
    asked.CopyFrom(request)
    asked.page_token, asked.page_size = "", 0
    text = asked.SerializeToString(deterministic=True)
    return hashlib.sha256(f"{seen()}".encode() + text).hexdigest()[:16]


def seconds_in(request: Any, name: str, flaws: list[Flaw]) -> float | None:
    """A time as seconds since 1970; None where none is given."""
    if not request.HasField(name):
        return None
    try:
        return float(getattr(request, name).ToMicroseconds()) / 1e6
    except ValueError:
        flaws.append(Flaw("BAD_TIME", name, "is no time between the years 1 and 9999"))
        return None
