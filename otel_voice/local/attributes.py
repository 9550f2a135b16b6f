"""OTLP attribute values as plain Python values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def plain(attributes: Iterable[Any]) -> dict[str, Any]:
    """KeyValue messages as a dict; the last one wins when a key comes twice."""
    return {pair.key: value(pair.value) for pair in attributes}


def value(any_value: Any) -> Any:
    """One AnyValue: str, bool, int, float, bytes, list, dict, or None when it is empty."""
    kind = any_value.WhichOneof("value")
    if kind is None:
        return None
    inner = getattr(any_value, kind)
    if kind == "array_value":
        return [value(item) for item in inner.values]
    if kind == "kvlist_value":
        return plain(inner.values)
    return inner
