"""Traces as Jaeger's API tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.stack.real.whole import WholeStack


@dataclass(frozen=True)
class Trace:
    """One trace: its id and its spans in Jaeger's own form."""

    trace_id: str
    spans: list[Any]

    def children_of(self, parent: str | None) -> list[str]:
        """The names of the spans below those of a name, or of those below no span of this trace."""
        names = {span["spanID"]: span["operationName"] for span in self.spans}
        return [span["operationName"] for span in self.spans if names.get(_parent(span)) == parent]

    def attributes_of(self, name: str) -> dict[str, Any]:
        """The attributes of the first span of a name."""
        return next(
            {tag["key"]: tag["value"] for tag in span["tags"]} for span in self.spans if span["operationName"] == name
        )

    def values_of(self, name: str, key: str) -> list[Any]:
        """An attribute of every span of a name that has it."""
        tags = (tag for span in self.spans if span["operationName"] == name for tag in span["tags"])
        return [tag["value"] for tag in tags if tag["key"] == key]


def traces(stack: WholeStack, service: str, operation: str) -> list[Trace]:
    """The traces of the last hour with a span of this service and name."""
    answer = stack.jaeger_get("traces", service=service, operation=operation, lookback="1h", limit="100")
    return [Trace(found["traceID"], found["spans"]) for found in answer["data"]]


def _parent(span: Any) -> str | None:
    return next((one["spanID"] for one in span["references"] if one["refType"] == "CHILD_OF"), None)
