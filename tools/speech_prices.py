"""Compiles otel_voice/prices/speech.yaml into the JSON that is shipped: nothing reads YAML at run time."""

from __future__ import annotations

import datetime
from typing import Any

import yaml

from otel_voice.prices.table import PriceError, checked
from tools.price_json import as_json
from tools.schema import ROOT, SchemaError

SOURCE = ROOT / "otel_voice" / "prices" / "speech.yaml"
TARGET = ROOT / "otel_voice" / "prices" / "speech.json"


def speech_prices() -> str:
    """The text of speech.json; raises SchemaError for an entry that is wrong, or that cannot be pointed to."""
    try:
        found = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["prices"]
        return as_json(
            {"from": "speech.yaml"}, [_checked(each, f"speech.yaml: prices[{i}]") for i, each in enumerate(found)]
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise SchemaError(f"speech.yaml: cannot be read: {error!r}") from error
    except PriceError as error:
        raise SchemaError(str(error)) from error


def _checked(given: dict[str, Any], place: str) -> dict[str, Any]:
    checked(given, place)
    if not str(given.get("source", "")).startswith("https://") or not isinstance(given.get("read"), datetime.date):
        raise SchemaError(f"{place}: needs a source (https://...) and the day on which it was read (YYYY-MM-DD)")
    return {**given, "read": given["read"].isoformat()}
