"""Small readers that several SDKs share."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from otel_voice.observation.records import Operation

T = TypeVar("T")

_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}
_addresses: dict[int, tuple[object, str | None, int | None]] = {}
_MOST_ADDRESSES = 256
_FIRST_FAILURE = 400


def server(record: Operation, url: object) -> None:
    """Set server address and port from the URL of an endpoint. Clients keep theirs, so that it is taken apart once."""
    known = _addresses.get(id(url))
    if known is None or known[0] is not url:
        parts = urlsplit(str(url))
        known = (url, parts.hostname, parts.port or _PORTS.get(parts.scheme))
        if len(_addresses) < _MOST_ADDRESSES:
            _addresses[id(url)] = known
    _, record.server_address, record.server_port = known


def given(kwargs: Mapping[str, Any], name: str, kind: Callable[[Any], T]) -> T | None:
    """An argument as a plain value; None when it was left out, by None or by an SDK's own sentinel."""
    value = kwargs.get(name)
    if value is None or isinstance(value, bool):
        return None
    return kind(value) if isinstance(value, str | int | float) else None


def parameters(record: Operation, kwargs: Mapping[str, Any], table: Mapping[str, tuple[str, type]]) -> None:
    """Set the fields that `table` names for the arguments that were given: argument -> field and its type."""
    for name, value in kwargs.items():
        if name in table and isinstance(value, int | float) and not isinstance(value, bool):
            field, kind = table[name]
            setattr(record, field, kind(value))


def integer(value: Any) -> int | None:
    """An integer out of a header or a field; None for anything else."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def status(record: Operation, error: BaseException) -> None:
    """Read the HTTP status that most SDKs put on their errors; that of an answer that began well is none."""
    code = getattr(error, "status_code", None)
    if isinstance(code, int) and code >= _FIRST_FAILURE:
        record.status_code = int(code)  # some SDKs give an enumeration
        record.error_type = str(record.status_code)


def refusal(record: Operation, error: BaseException) -> None:
    """Read the HTTP status with which a websocket was refused, also where an SDK put an error of its own over it."""
    found: BaseException | None = error
    while found is not None:
        response = getattr(found, "response", None)
        # `websockets` has it on its answer, its older client on the error itself, aiohttp under another name.
        code = getattr(response, "status_code", None) or getattr(found, "status_code", getattr(found, "status", None))
        if isinstance(code, int):
            record.status_code = int(code)  # some SDKs give an enumeration
            record.error_type = str(record.status_code)
            return
        found = found.__cause__ or found.__context__


def size(file: Any) -> int:
    """Bytes of a recording that is in memory; 0 for an open file, which is not ours to measure."""
    content = file[1] if isinstance(file, tuple) and len(file) > 1 else file
    if isinstance(content, io.BytesIO) and not content.closed:
        return content.getbuffer().nbytes
    return len(content) if isinstance(content, bytes | bytearray) else 0


def member(value: Any, name: str) -> Any:
    """A member of what may be a mapping or an object of the SDK; None when it has none of that name."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
