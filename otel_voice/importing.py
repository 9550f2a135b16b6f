"""`import_conversation`: what a provider tells of a conversation afterwards becomes the spans of a live one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry.trace import TracerProvider, get_tracer

from otel_voice.imports import elevenlabs
from otel_voice.imports.replay import replay
from otel_voice.runtime import installed_version, runtime
from otel_voice.telemetry.content import ContentPolicy
from otel_voice.telemetry.imported import DerivedIds, ImportedSpans
from otel_voice.telemetry.recorder import SCOPE

_LONGEST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class ImportedConversation:
    """What was imported."""

    id: str
    trace_id: str
    """32 hexadecimal digits, as a trace is looked up by."""
    turns: int
    operations: int


def import_conversation(document: Any, *, tracer_provider: TracerProvider | None = None) -> ImportedConversation:
    """Emit a conversation that is over: its turns with their latency, and its operations, at the times they had.

    `document` is a conversation with an ElevenLabs agent in OpenTelemetry form: what `conversations.get(id,
    format="opentelemetry")` returns, the body of a `post_call_transcription_otel` webhook, or the `otlp_traces` in
    either; an object, a mapping, or JSON as text or bytes. Importing it again makes spans with the same ids. Spans go
    to `tracer_provider`, the global one where None. Nothing is emitted of a document that cannot be read; that is a
    ValueError which names the place.
    """
    settings = runtime().settings
    policy = ContentPolicy.of(settings.capture_content, settings.content_max_length)
    story = elevenlabs.read(_mapping(document), wants_content=policy.wanted)
    spans = ImportedSpans(
        get_tracer(SCOPE, installed_version(), tracer_provider),
        policy,
        settings.trace_scope,
        DerivedIds(story.id, story.trace_id),
    )
    conversation = replay(story, spans)
    operations = sum(len(exchange.operations) for exchange in story.exchanges)
    return ImportedConversation(story.id, f"{story.trace_id:032x}", conversation.turns, operations)


def _mapping(document: Any) -> Mapping[str, Any]:
    if hasattr(document, "model_dump"):  # as the SDK gives it
        document = document.model_dump()
    if isinstance(document, str | bytes | bytearray):
        document = _parsed(document)
    if not isinstance(document, Mapping):
        raise ValueError(f"document: a JSON object is expected, not {type(document).__name__}")
    return document


def _parsed(text: str | bytes | bytearray) -> Any:
    if len(text) > _LONGEST_BYTES:
        raise ValueError(f"document: longer than {_LONGEST_BYTES // 1024**2} MiB")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"document: no JSON: {error}") from None
