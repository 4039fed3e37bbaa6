"""Tokens as a file keeps them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dispatch.__main__ import main
from dispatch.service.tokens import (
    BadTokens,
    Caller,
    Role,
    TokenExpired,
    TokenMissing,
    Tokens,
    TokenUnknown,
    add_token,
    hashed,
    tokens_in,
)

SOUTH = Caller("south", Role.SUBMITTER, "night-desk")


def test_a_token_opens_as_its_caller_and_is_not_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "tokens.csv"
    secret = add_token(file, SOUTH, 1)
    assert Tokens(file).caller(secret) == SOUTH
    assert secret not in file.read_text()
    assert hashed(secret) in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_one_that_is_missing_unknown_or_expired_opens_nothing(tmp_path: Path) -> None:
    file = tmp_path / "tokens.csv"
    old = add_token(file, SOUTH, -1)
    tokens = Tokens(file)
    for secret, refused in ((None, TokenMissing), ("", TokenMissing), ("x", TokenUnknown), (old, TokenExpired)):
        with pytest.raises(refused):
            tokens.caller(secret)


def test_a_line_that_is_added_or_deleted_counts_at_once(tmp_path: Path) -> None:
    file = tmp_path / "tokens.csv"
    first = add_token(file, SOUTH, 1)
    tokens = Tokens(file)
    second = add_token(file, SOUTH, 1)
    assert tokens.caller(second) == SOUTH
    file.write_text("".join(line for line in file.read_text().splitlines(keepends=True) if hashed(first) not in line))
    with pytest.raises(TokenUnknown):
        tokens.caller(first)
    assert tokens.caller(second) == SOUTH


def test_a_file_that_turns_bad_or_is_gone_leaves_the_tokens_as_they_were(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "tokens.csv"
    secret = add_token(file, SOUTH, 1)
    tokens = Tokens(file)
    file.write_text("half a li")
    assert tokens.caller(secret) == tokens.caller(secret) == SOUTH
    assert caplog.text.count("the tokens stay as they were") == 1
    file.unlink()
    assert tokens.caller(secret) == SOUTH


def test_every_line_that_cannot_be_meant_is_named(tmp_path: Path) -> None:
    file = tmp_path / "tokens.csv"
    file.write_text(
        f"name,tenant,role,expires,sha256\na,,king,2030-01-15,{'0' * 63}\nb,south,reader,never,{'0' * 64}\n"
    )
    with pytest.raises(BadTokens) as refused:
        tokens_in(file)
    for flaw in (
        "line 2: tenant",
        "line 2: role 'king'",
        "line 2: sha256",
        "line 2: expires",
        "line 3: expires 'never'",
    ):
        assert flaw in str(refused.value)
    with pytest.raises(BadTokens):
        add_token(file, SOUTH, 1)


def test_the_command_line_prints_a_token_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tokens.csv"
    asked = ["tokens", "new", "--tenant", "south", "--role", "reader", "--days", "2", "--file", os.fspath(file)]
    assert main(asked) == 0
    secret = capsys.readouterr().out.strip()
    caller = Tokens(file).caller(secret)
    assert (caller.tenant, caller.role) == ("south", Role.READER)
    assert main([*asked, "--name", "a,b"]) == 2
