"""How a server is reached: plain or by TLS, with tokens or without; what is open to a network says so."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import grpc

from dispatch.service.tokens import BadTokens, Tokens


class OpenDoor(ValueError):
    """What is asked for would let strangers in, or cannot be: told before anything is served."""


@dataclass(frozen=True)
class Door:
    """Who may reach the service. By default: whoever is on this machine."""

    tokens: Path | None = None
    certificate: Path | None = None  # PEM, with the chain up to its authority
    key: Path | None = None
    client_ca: Path | None = None  # where given, a client shows a certificate that this authority signed
    metrics: str | None = None  # HOST:PORT
    insecure: bool = False  # serve a network without TLS or without tokens
    log_calls: bool = False

    def refuse_if_open(self, listen: str) -> None:
        """Raise `OpenDoor` with everything that is missing or cannot be read."""
        flaws = [*self._flaws_of_files(), *self._flaws_of_tokens()]
        if not self.insecure and not is_loopback(listen):
            missing = [*self._missing_tls(), *([] if self.tokens else ["--tokens FILE"])]
            if missing:
                flaws.append(
                    f"{listen} can be reached from other machines: give {' and '.join(missing)} "
                    "(`dispatch tokens new` writes one), or say --insecure"
                )
        if self.metrics and not self.insecure and not self.certificate and not is_loopback(self.metrics):
            flaws.append(
                f"--metrics {self.metrics} can be reached from other machines: give --tls-cert and --tls-key, "
                "or say --insecure"
            )
        if flaws:
            raise OpenDoor("; ".join(flaws))

    def _missing_tls(self) -> list[str]:
        return [] if self.certificate else ["--tls-cert FILE and --tls-key FILE"]

    def _flaws_of_tokens(self) -> list[str]:
        try:
            self.known_tokens()
        except BadTokens as error:
            return [str(error)]
        return []

    def _flaws_of_files(self) -> list[str]:
        """Certificates as OpenSSL finds them: gRPC says nothing that helps."""
        if (self.certificate is None) != (self.key is None):
            return ["--tls-cert and --tls-key belong together"]
        if self.certificate is None:
            return ["--client-ca needs --tls-cert and --tls-key"] if self.client_ca else []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        flaws = []
        try:
            context.load_cert_chain(self.certificate, self.key, password="")  # no prompt for one that is encrypted
        except (OSError, ValueError) as error:
            flaws.append(f"--tls-cert {self.certificate} with --tls-key {self.key} cannot be used: {error}")
        try:
            if self.client_ca:
                context.load_verify_locations(self.client_ca)
        except OSError as error:
            flaws.append(f"--client-ca {self.client_ca} cannot be used: {error}")
        return flaws

    def known_tokens(self) -> Tokens | None:
        """The tokens that are let in; None where nobody is asked for one. Raises `BadTokens`."""
        return Tokens(self.tokens) if self.tokens else None

    def opened(self, server: grpc.aio.Server, listen: str) -> int:
        """The port that the server listens on."""
        if self.certificate is None or self.key is None:
            return server.add_insecure_port(listen)
        pair = (self.key.read_bytes(), self.certificate.read_bytes())
        authority = self.client_ca.read_bytes() if self.client_ca else None
        credentials = grpc.ssl_server_credentials([pair], authority, require_client_auth=authority is not None)
        return server.add_secure_port(listen, credentials)

    def observe(self) -> None:
        """Serve metrics, where asked for, from a thread: by TLS as the service itself, without tokens."""
        if self.metrics is None:
            return
        from prometheus_client import start_http_server

        host, _, port = self.metrics.rpartition(":")
        tls: dict[str, Any] = {}
        if self.certificate:
            tls = {"certfile": str(self.certificate), "keyfile": str(self.key)}
        if self.client_ca:
            tls |= {"client_cafile": str(self.client_ca), "client_auth_required": True}
        start_http_server(int(port), host.strip("[]"), **tls)


def is_loopback(address: str) -> bool:
    """Whether HOST:PORT can be reached from this machine alone."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False  # listening there will fail, in words of its own
    return all(ip_address(str(place[4][0]).partition("%")[0]).is_loopback for place in found)
