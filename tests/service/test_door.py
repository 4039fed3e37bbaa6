"""What is open to a network says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.__main__ import main
from dispatch.access import Access
from dispatch.service.door import Door, OpenDoor, is_loopback
from tests.service.door import certificates_in, secrets_in, served

SECRET = "a token"  # noqa: S105 (of nobody)


@pytest.mark.parametrize(
    ("address", "alone"),
    [("127.0.0.1:0", True), ("localhost:1", True), ("[::1]:1", True), ("0.0.0.0:1", False), ("[::]:1", False)],
)
def test_what_only_this_machine_reaches_is_known(address: str, alone: bool) -> None:
    assert is_loopback(address) is alone


def test_a_network_is_served_with_tls_and_tokens_or_by_saying_so(tmp_path: Path) -> None:
    kept, secrets = certificates_in(tmp_path), secrets_in(tmp_path)
    everywhere = "0.0.0.0:50051"
    tls = Door(certificate=kept.server, key=kept.server_key)
    for door, missing in (
        (Door(), "--tls-cert FILE and --tls-key FILE and --tokens FILE"),
        (Door(tokens=secrets.file), "give --tls-cert FILE and --tls-key FILE ("),
        (tls, "give --tokens FILE"),
    ):
        with pytest.raises(OpenDoor) as refused:
            door.refuse_if_open(everywhere)
        assert missing in str(refused.value)
    Door(tokens=secrets.file, certificate=kept.server, key=kept.server_key).refuse_if_open(everywhere)
    Door(insecure=True).refuse_if_open(everywhere)
    Door().refuse_if_open("127.0.0.1:50051")


def test_certificates_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    kept = certificates_in(tmp_path)
    for door, flaw in (
        (Door(certificate=kept.server), "belong together"),
        (Door(client_ca=kept.ca), "--client-ca needs"),
        (Door(certificate=kept.server, key=kept.client_key), "cannot be used"),
        (Door(certificate=kept.server, key=kept.server_key, client_ca=tmp_path / "none"), "--client-ca"),
    ):
        with pytest.raises(OpenDoor, match=flaw):
            door.refuse_if_open("127.0.0.1:0")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--listen", "0.0.0.0:0"], "or say --insecure"),
        (["--metrics", "0.0.0.0:9187"], "--metrics 0.0.0.0:9187 can be reached from other machines"),
        (["--metrics", "9187"], "--metrics '9187' is not HOST:PORT"),
        (["--tokens", "none.csv"], "the tokens file none.csv cannot be read"),
    ],
)
def test_the_command_line_refuses_an_open_door_before_anything_is_served(
    options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--listen", "127.0.0.1:0", *options]) == 2
    said = capsys.readouterr()
    assert told in said.err
    assert said.out == ""


def test_a_token_never_crosses_a_network_in_the_clear() -> None:
    with pytest.raises(ValueError, match="in the clear"):
        Access(token=SECRET).opened("dispatch.example:50051")
    assert SECRET not in repr(Access(token=SECRET))
    Access(token=SECRET).opened("127.0.0.1:1").close()


def test_a_network_without_tls_is_served_where_that_is_said(tmp_path: Path) -> None:
    with served(tmp_path, "--insecure", listen="0.0.0.0:0") as service:
        assert service.target.startswith("0.0.0.0:")
