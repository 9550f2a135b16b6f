"""Helpers that play records through the recorder and draw what came out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

from otel_voice.conversations.tracker import Conversations
from otel_voice.observation.records import Operation, Outcome
from otel_voice.telemetry.content import ContentPolicy
from otel_voice.telemetry.recorder import Recorder, Telemetry
from tests.unit.conversing import SECOND, Clock


class Telling:
    """A telemetry, its conversations and its recorder, over given in-memory providers."""

    def __init__(self, providers: dict[str, Any], **options: Any) -> None:
        options.setdefault("policy", ContentPolicy())
        self.telemetry = Telemetry(version="1", **options, **providers)
        self.conversations = Conversations(self.telemetry, idle_timeout=3600)
        self.recorder = Recorder(self.telemetry, self.conversations)

    def play(self, clock: Clock, record: Operation, start: float, end: float, **facts: Any) -> None:
        """One operation from `start` to `end`, with marks given in seconds and facts as they are."""
        clock.at(start)
        record.rebase(clock.now())
        record.started_unix_ns = clock.unix()
        handle = self.recorder.start(record)
        outcome = facts.pop("outcome", Outcome.COMPLETED)
        for name, value in facts.items():
            setattr(record, name, int(value * SECOND) if name.endswith("_ns") else value)
        if record.first_chunk_ns is not None:
            self.recorder.first_chunk(handle, record)
        clock.at(end)
        record.ended_ns = clock.now()
        record.outcome = outcome
        self.recorder.finish(handle, record)


def drawn(spans: Sequence[ReadableSpan]) -> str:
    """The spans as a tree with times in seconds from the first, and their attributes without our ids."""
    origin = min(span.start_time for span in spans)
    return "\n".join(_drawn(spans, None, origin, ""))


def _drawn(spans: Sequence[ReadableSpan], parent: int | None, origin: int, indent: str) -> Iterator[str]:
    known = {span.context.span_id for span in spans}
    for span in sorted(spans, key=lambda each: each.start_time):
        above = span.parent.span_id if span.parent is not None and span.parent.span_id in known else None
        if above != parent:
            continue
        start, end = (span.start_time - origin) / SECOND, (span.end_time - origin) / SECOND
        status = "" if span.status.is_unset else f" {span.status.status_code.name}: {span.status.description}"
        yield f"{indent}{span.name} [{span.kind.name}] {start:.2f}..{end:.2f}{status}"
        for name, value in sorted(span.attributes.items()):
            if not name.startswith(("voice.conversation.id", "voice.turn.id")):
                yield f"{indent}    {name}={value}"
        yield from _drawn(spans, span.context.span_id, origin, indent + "  ")
