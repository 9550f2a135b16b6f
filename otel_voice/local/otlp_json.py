"""The OTLP/JSON encoding: protobuf's JSON mapping, except that trace and span ids are hex and enums are numbers."""

from __future__ import annotations

import base64
import json
from typing import Any

from google.protobuf import json_format  # type: ignore[import-untyped]

from otel_voice.local.errors import BadRequestError

_ID_KEYS = frozenset({"traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"})


def parse(body: bytes, message: Any) -> None:
    """Fills the message from an OTLP/JSON body; unknown fields are ignored, as OTLP demands. Raises BadRequestError."""
    try:
        tree = json.loads(body)
        json_format.ParseDict(_ids(tree, _hex_to_base64), message, ignore_unknown_fields=True)
    except (ValueError, TypeError, AttributeError, RecursionError, json_format.ParseError) as error:
        raise BadRequestError(f"the body is not OTLP/JSON: {type(error).__name__}: {error}"[:400]) from error


def tree(message: Any) -> Any:
    """The message as an OTLP/JSON tree of dicts and lists."""
    return _ids(json_format.MessageToDict(message, use_integers_for_enums=True), _base64_to_hex)


def _ids(node: Any, convert: Any) -> Any:
    if isinstance(node, list):
        return [_ids(item, convert) for item in node]
    if isinstance(node, dict):
        return {key: convert(value) if _is_id(key, value) else _ids(value, convert) for key, value in node.items()}
    return node


def _is_id(key: str, value: Any) -> bool:
    return key in _ID_KEYS and isinstance(value, str)


def _hex_to_base64(text: str) -> str:
    return base64.b64encode(bytes.fromhex(text)).decode("ascii")


def _base64_to_hex(text: str) -> str:
    return base64.b64decode(text).hex()
