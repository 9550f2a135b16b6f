"""What all surfaces of Google Cloud's speech clients share: the address, the errors."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from otel_voice.capture.tap_grpc import status_name
from otel_voice.observation.records import Operation

_FIRST_FAILURE = 400


def address(client: Any) -> str | None:
    """Where a client goes; an asynchronous one has a synchronous one inside."""
    host = getattr(client.transport, "_host", None)
    return _url(host) if isinstance(host, str) else None


@lru_cache(maxsize=64)
def _url(host: str) -> str:
    # Over HTTP it is a URL. The same object each time, so that it is taken apart once.
    return host if "://" in host else f"grpc://{host}"


def failure(record: Operation, error: BaseException) -> None:
    """Read the status of an error: that of gRPC, or of HTTP where the client speaks that."""
    record.error_type = status_name(error) or record.error_type
    code = getattr(error, "code", None)
    if record.error_type is None and isinstance(code, int) and code >= _FIRST_FAILURE:
        record.status_code = int(code)
        record.error_type = str(record.status_code)
