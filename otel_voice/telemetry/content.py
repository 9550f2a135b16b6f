"""The one content policy: what people said is recorded only when asked for, redacted, and bounded in size."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from otel_voice.telemetry.redaction import bounded, redact


@dataclass(frozen=True)
class ContentPolicy:
    """Where content goes, and how many characters of it."""

    on_spans: bool = False
    on_events: bool = False
    max_length: int = 4096

    @classmethod
    def of(cls, capture: str, max_length: int) -> ContentPolicy:
        """The policy for NO_CONTENT, SPAN_ONLY, EVENT_ONLY or SPAN_AND_EVENT."""
        return cls(capture in ("SPAN_ONLY", "SPAN_AND_EVENT"), capture in ("EVENT_ONLY", "SPAN_AND_EVENT"), max_length)

    @property
    def wanted(self) -> bool:
        """Whether content goes anywhere at all."""
        return self.on_spans or self.on_events

    def text(self, text: str) -> str:
        """Redacted and bounded."""
        return bounded(redact(text), self.max_length)

    def messages(self, messages: Iterable[Any]) -> str:
        """Messages in the shape of the GenAI conventions, as JSON: a role and parts."""
        return self.text(json.dumps([_message(each) for each in messages], ensure_ascii=False, default=str))

    def said(self, role: str, text: str) -> str:
        """One spoken message in the same shape."""
        return self.messages([{"role": role, "content": text}])


def _message(message: Any) -> dict[str, Any]:
    if not isinstance(message, Mapping):
        message = {"role": getattr(message, "role", "unknown"), "content": getattr(message, "content", None)}
    parts = _parts(message.get("content"))
    parts.extend({"type": "tool_call", "call": call} for call in message.get("tool_calls") or ())
    return {"role": message.get("role", "unknown"), "parts": parts}


def _parts(content: Any) -> list[dict[str, Any]]:
    if content is None:
        return []
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    if isinstance(content, Iterable):
        return [_part(part) for part in content]
    return [{"type": "text", "content": str(content)}]


def _part(part: Any) -> dict[str, Any]:
    """Text stays; audio and pictures are named, not kept."""
    if isinstance(part, Mapping):
        text = part.get("text")
        return {"type": "text", "content": text} if isinstance(text, str) else {"type": str(part.get("type", "blob"))}
    return {"type": "text", "content": str(part)}
