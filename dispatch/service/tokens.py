"""
Who may ask: bearer tokens with a tenant and a role, kept hashed in a CSV file that an operator can read.

A token is 256 random bits, so one SHA-256 keeps it: there is no dictionary to try, and a slow hash (scrypt) would
only let strangers spend our processor, 50 ms a guess. Deleting a line of the file revokes its token at once.
"""

from __future__ import annotations

import csv
import hashlib
import logging
import os
import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from pathlib import Path

from dispatch.errors import DispatchError

COLUMNS = ("name", "tenant", "role", "expires", "sha256")
PREFIX = "dispatch_"  # so that a token that was left somewhere is recognised
RANDOM_BYTES_COUNT = 32
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
HASH = re.compile(r"[0-9a-f]{64}")

LOG = logging.getLogger(__name__)


class Role(IntEnum):
    """What a caller may do; each includes those before it."""

    READER = 1  # see grids, runs and schedules
    SUBMITTER = 2  # and have cases solved
    OPERATOR = 3  # and see the runs of every tenant


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    tenant: str  # whose runs are seen; "" where the service asks for no token
    role: Role
    name: str  # of the token, for the audit log


ANYONE = Caller(tenant="", role=Role.OPERATOR, name="")  # where no tokens are asked for
CALLER: ContextVar[Caller] = ContextVar("caller", default=ANYONE)


class TokenMissing(DispatchError):
    """The call carries no bearer token."""


class TokenUnknown(DispatchError):
    """The token is none of the file's: mistyped, or revoked."""


class TokenExpired(DispatchError):
    """The token's time is over."""


class RoleTooLow(DispatchError):
    """The token is good, but not for this method."""


class BadTokens(ValueError):
    """The tokens file cannot be read, or says what cannot be meant; names every line."""


@dataclass(frozen=True)
class Token:
    """One line of the file."""

    caller: Caller
    expires: datetime
    sha256: str


class Tokens:
    """The tokens of a file, read again whenever it changes. Raises `BadTokens` if it is bad from the start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state = _state(path)
        self._tokens = tokens_in(path)

    def caller(self, secret: str | None) -> Caller:
        """Who holds this token now; raises TokenMissing, TokenUnknown or TokenExpired."""
        if not secret:
            message = "this service asks for a token: send 'authorization: Bearer TOKEN'"
            raise TokenMissing(message)
        self._refresh()
        token = self._tokens.get(hashed(secret))
        if token is None:
            message = "this token is not known here; it may have been revoked"
            raise TokenUnknown(message)
        if token.expires <= datetime.now(UTC):
            message = f"the token {token.caller.name} expired at {_written(token.expires)}"
            raise TokenExpired(message)
        return token.caller

    def _refresh(self) -> None:
        """Read the file if it changed. A file that is bad now leaves the tokens as they were, and is told once."""
        state = _state(self._path)
        if state == self._state:
            return
        self._state = state
        try:
            self._tokens = tokens_in(self._path)
        except BadTokens as error:
            LOG.error("the tokens stay as they were: %s", error)  # noqa: TRY400 (it says all there is)


def hashed(secret: str) -> str:
    """What the file keeps of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def tokens_in(path: Path) -> dict[str, Token]:
    """Every token of a file by its hash; `BadTokens` names every line that is wrong."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            listed = list(rows)
    except (OSError, ValueError, csv.Error) as error:
        message = f"the tokens file {path} cannot be read: {error}"
        raise BadTokens(message) from error
    if tuple(rows.fieldnames or ()) != COLUMNS:
        message = f"the tokens file {path} must begin with the line {','.join(COLUMNS)}"
        raise BadTokens(message)
    flaws = [f"line {number}: {flaw}" for number, row in enumerate(listed, start=2) for flaw in _flaws(row)]
    if flaws:
        message = f"the tokens file {path}: " + "; ".join(flaws)
        raise BadTokens(message)
    return {token.sha256: token for token in map(_token, listed)}


def add_token(path: Path, caller: Caller, days: int) -> str:
    """A new token, added to the file (made if need be, for its owner alone); it is kept nowhere else."""
    fresh = not path.exists()
    if not fresh:
        tokens_in(path)  # nothing is added to a file that is bad
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES_COUNT)
    expires = _written(datetime.now(UTC) + timedelta(days=days))
    row = (caller.name or hashed(secret)[:8], caller.tenant, caller.role.name.lower(), expires, hashed(secret))
    lines = ([COLUMNS] if fresh else []) + [row]
    text = "".join(",".join(line) + "\n" for line in lines)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:  # one write: a reader sees all of it or nothing
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    return secret


def _flaws(row: dict[str, str]) -> list[str]:
    flaws = [f"{key} {row[key]!r} is no name" for key in ("name", "tenant") if not NAME.fullmatch(row[key] or "")]
    if (row["role"] or "").upper() not in Role.__members__:
        flaws.append(f"role {row['role']!r} is none of {', '.join(role.name.lower() for role in Role)}")
    if not HASH.fullmatch(row["sha256"] or ""):
        flaws.append("sha256 is not 64 hexadecimal digits")
    try:
        zone = datetime.fromisoformat(row["expires"] or "").tzinfo
    except ValueError:
        zone = None
    if zone is None:
        flaws.append(f"expires {row['expires']!r} is no time with its zone, as 2030-01-15T00:00:00+00:00")
    return flaws


def _token(row: dict[str, str]) -> Token:
    caller = Caller(row["tenant"], Role[row["role"].upper()], row["name"])
    return Token(caller, datetime.fromisoformat(row["expires"]), row["sha256"])


def _written(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def _state(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file does; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
