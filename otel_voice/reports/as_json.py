"""A report as JSON; docs/reports.md has its shape. What is not known is null."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from otel_voice.reports.model import Report, Spread, Use

FORMAT: Final = 1
"""Of the document. A name that is taken away, or means something else, makes it another one."""


def text(report: Report) -> str:
    """The document, with a line feed at its end."""
    return json.dumps(document(report), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The document as JSON's own types."""
    return {"format": FORMAT, **tree(report)}


def tree(value: Any) -> Any:
    """A part of the model as JSON's own types."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return round(value, 9) if math.isfinite(value) else None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: tree(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {**fields, **_computed(value)}
    if isinstance(value, Mapping):
        return {str(key): tree(each) for key, each in value.items()}
    return [tree(each) for each in value] if isinstance(value, (list, tuple)) else value


def _computed(value: Any) -> dict[str, Any]:
    if isinstance(value, Spread):
        return {"mean": tree(value.mean)}
    return {"failed": tree(value.failed)} if isinstance(value, Use) else {}
