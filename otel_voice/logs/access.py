"""Access logs: what servers say of each request, as attributes of the conventions and as a line of the combined format.

Each server names its parts in its own way: uvicorn in the order of its arguments, hypercorn and gunicorn by the letters
of Apache's formats, aiohttp by names in `extra`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from otel_voice.telemetry import names

Attributes = dict[str, Any]

# Compiled when the first request is seen, which most programs never do.
_LINE = r"(?P<method>[A-Z]{1,20}) (?P<target>\S{1,8192})(?: (?:HTTP/)?(?P<version>\S{1,8}))?"


def attributes(record: logging.LogRecord) -> Attributes:
    """What the record of one of LOGGERS says of its request; empty where it says it in its own words only."""
    found = LOGGERS[record.name](record)
    return {name: value for name, value in found.items() if value not in (None, "", "-")}


def combined(told: Mapping[str, Any], timestamp: int) -> str | None:
    """A line of the combined log format; None where it is not known what was asked. `timestamp` is in ns."""
    if names.HTTP_REQUEST_METHOD not in told:
        return None
    target = told.get(names.URL_PATH, "-")
    if names.URL_QUERY in told:
        target = f"{target}?{told[names.URL_QUERY]}"
    version = told.get(names.NETWORK_PROTOCOL_VERSION)
    line = f"{told[names.HTTP_REQUEST_METHOD]} {target}" + (f" HTTP/{version}" if version else "")
    when = datetime.fromtimestamp(timestamp / 1e9, timezone.utc).strftime("%d/%b/%Y:%H:%M:%S +0000")
    [referer] = told.get(names.HTTP_REQUEST_HEADER_REFERER) or ["-"]
    return (
        f"{_bare(told.get(names.CLIENT_ADDRESS, '-'))} - {_bare(told.get(names.USER_ID, '-'))} [{when}] "
        f'"{_quoted(line)}" {told.get(names.HTTP_RESPONSE_STATUS_CODE, "-")} '
        f"{told.get(names.HTTP_RESPONSE_BODY_SIZE, '-')} "
        f'"{_quoted(referer)}" "{_quoted(told.get(names.USER_AGENT_ORIGINAL, "-"))}"'
    )


def _uvicorn(record: logging.LogRecord) -> Attributes:
    if not isinstance(record.args, tuple) or len(record.args) != 5:
        return {}
    client, method, target, version, status = record.args
    return {
        names.CLIENT_ADDRESS: _host(client),
        **_request(f"{method} {target} {version}"),
        names.HTTP_RESPONSE_STATUS_CODE: _number(status),
    }


def _by_letters(record: logging.LogRecord) -> Attributes:
    """By the letters of Apache. What hypercorn calls r has no query, its R has; its h has a port."""
    atoms = record.args
    if not isinstance(atoms, Mapping):
        return {}
    of_hypercorn = "Uq" in atoms
    return {
        names.CLIENT_ADDRESS: _host(atoms.get("h")) if of_hypercorn else atoms.get("h"),
        names.USER_ID: atoms.get("u"),
        **_request(atoms.get("R" if of_hypercorn else "r")),
        names.HTTP_RESPONSE_STATUS_CODE: _number(atoms.get("s")),
        names.HTTP_RESPONSE_BODY_SIZE: _number(atoms.get("b")),
        names.USER_AGENT_ORIGINAL: _unescaped(atoms.get("a")),
        **_referer(_unescaped(atoms.get("f"))),
    }


def _aiohttp(record: logging.LogRecord) -> Attributes:
    said = vars(record)
    headers = said.get("request_header")
    headers = headers if isinstance(headers, Mapping) else {}
    return {
        names.CLIENT_ADDRESS: said.get("remote_address"),
        **_request(said.get("first_request_line")),
        names.HTTP_RESPONSE_STATUS_CODE: _number(said.get("response_status")),
        names.HTTP_RESPONSE_BODY_SIZE: _number(said.get("response_size")),
        names.USER_AGENT_ORIGINAL: headers.get("User-Agent"),
        **_referer(headers.get("Referer")),
    }


LOGGERS: Mapping[str, Callable[[logging.LogRecord], Attributes]] = {
    "uvicorn.access": _uvicorn,
    "hypercorn.access": _by_letters,
    "gunicorn.access": _by_letters,
    "aiohttp.access": _aiohttp,
}


def _request(line: object) -> Attributes:
    match = re.fullmatch(_LINE, line) if isinstance(line, str) else None
    if match is None:
        return {}
    path, _, query = match["target"].partition("?")
    return {
        names.HTTP_REQUEST_METHOD: match["method"],
        names.URL_PATH: path,
        names.URL_QUERY: query,
        names.NETWORK_PROTOCOL_VERSION: match["version"],
    }


def _referer(value: object) -> Attributes:
    return {} if value in (None, "", "-") else {names.HTTP_REQUEST_HEADER_REFERER: [str(value)]}


def _unescaped(value: object) -> object:
    """gunicorn has escaped the quotes already, for its own line."""
    return value.replace('\\"', '"') if isinstance(value, str) else value


def _number(value: object) -> int | None:
    try:
        return int(value)  # type: ignore[call-overload,no-any-return]
    except (TypeError, ValueError):
        return None


def _host(address: object) -> str | None:
    """Without the port, which uvicorn and hypercorn put behind the last colon."""
    return address.rpartition(":")[0] or address if isinstance(address, str) else None


def _quoted(text: object) -> str:
    """As Apache does it: a quote inside is escaped, and a line stays one line."""
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"')
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in escaped)


def _bare(text: object) -> str:
    return "".join(str(text).split()) or "-"
