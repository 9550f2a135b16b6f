"""An OTLP/HTTP body: its compression, its encoding, and the size it may have once unpacked."""

from __future__ import annotations

import zlib
from typing import Any, Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from otel_voice.local import otlp_json
from otel_voice.local.errors import BadRequestError
from otel_voice.local.signals import Signal

# The Collector's own limit for one request, before and after unpacking.
MAX_BODY_BYTES: Final = 20 * 1024 * 1024
PROTOBUF: Final = "application/x-protobuf"
JSON: Final = "application/json"
_RESOURCE_EXHAUSTED: Final = 8
_ANY_ZLIB_HEADER: Final = 32 + zlib.MAX_WBITS


def content_type(header: str | None) -> str:
    """The media type of the request. Raises BadRequestError (415) for any but the two of OTLP."""
    media = (header or "").partition(";")[0].strip().lower()
    if media not in (PROTOBUF, JSON):
        raise BadRequestError(f"Content-Type must be {PROTOBUF} or {JSON}, not {media or 'missing'}", http=415)
    return media


def too_large() -> BadRequestError:
    """The refusal of a body over the limit."""
    return BadRequestError(f"the body is larger than {MAX_BODY_BYTES} bytes", http=413, code=_RESOURCE_EXHAUSTED)


def unpack(body: bytes, encoding: str | None) -> bytes:
    """The body without its compression, at most MAX_BODY_BYTES. Raises BadRequestError."""
    name = (encoding or "identity").strip().lower()
    if name == "identity":
        return body
    if name not in ("gzip", "deflate"):
        raise BadRequestError(f"Content-Encoding must be gzip, deflate or identity, not {name}", http=415)
    return _inflate(body, name)


def decode(signal: Signal, media: str, body: bytes) -> Any:
    """The export request in the body. Raises BadRequestError."""
    request = signal.request()
    if media == JSON:
        otlp_json.parse(body, request)
        return request
    try:
        request.ParseFromString(body)
    except DecodeError as error:
        raise BadRequestError(f"the body is not an OTLP {signal.name} request: {error}") from error
    return request


def _inflate(body: bytes, name: str) -> bytes:
    unpacked = bytearray()
    try:
        while body:
            member = zlib.decompressobj(_ANY_ZLIB_HEADER)
            unpacked += member.decompress(body, MAX_BODY_BYTES + 1 - len(unpacked))
            if len(unpacked) > MAX_BODY_BYTES:
                raise too_large()
            if not member.eof:
                raise BadRequestError(f"the {name} body is cut short")
            body = member.unused_data
    except zlib.error as error:
        raise BadRequestError(f"the body is not {name}: {error}") from error
    return bytes(unpacked)
