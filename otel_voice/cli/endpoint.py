"""The Collector named by `--endpoint URL`: checked before anything starts, so that a wrong one is one clear line."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from otel_voice.local.bodies import PROTOBUF
from otel_voice.local.errors import LocalError
from otel_voice.local.receiver import GRPC_PORT

_SECONDS: Final = 5.0
_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Endpoint:
    """A base URL and the value of OTEL_EXPORTER_OTLP_PROTOCOL that fits it."""

    url: str
    protocol: str


def checked(url: str) -> Endpoint:
    """The endpoint, once it has answered. Raises LocalError. Port 4317 means gRPC, any other OTLP/HTTP."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise LocalError(f"--endpoint {url} is not a URL: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise LocalError(f"--endpoint {url} is not an http:// or https:// URL, such as http://localhost:4318")
    if port == GRPC_PORT:
        _connect(url, host, port)
        return Endpoint(url, "grpc")
    _post_nothing(url.rstrip("/"))
    return Endpoint(url.rstrip("/"), "http/protobuf")


def _connect(url: str, host: str, port: int) -> None:
    try:
        socket.create_connection((host, port), timeout=_SECONDS).close()
    except OSError as error:
        raise _unreachable(url, error) from error


def _post_nothing(url: str) -> None:
    request = urllib.request.Request(f"{url}/v1/traces", data=b"", headers={"Content-Type": PROTOBUF}, method="POST")
    try:
        _DIRECT.open(request, timeout=_SECONDS).close()
    except urllib.error.HTTPError as error:
        raise LocalError(
            f"--endpoint {url} answers {error.code} to OTLP/HTTP: is it a Collector's HTTP receiver (port 4318)?"
        ) from error
    except OSError as error:
        raise _unreachable(url, error) from error


def _unreachable(url: str, error: OSError) -> LocalError:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return LocalError(
        f"nothing answers at --endpoint {url}: {reason}; start a Collector there, or leave the option out"
    )
