"""What the program measured, from what it told: a span or an event becomes the points its metrics recorded.

So a report of the store asks the same questions as one of Prometheus, and its answers are exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from otel_voice.local import rows
from otel_voice.local.telling import ToldEvent, ToldSpan
from otel_voice.telemetry import names
from otel_voice.telemetry.catalogue import CATALOGUE

_CALL: Final = {
    names.METRIC_VOICE_CONVERSATION_TURNS: names.VOICE_CONVERSATION_TURNS,
    names.METRIC_VOICE_CONVERSATION_COST: names.VOICE_CONVERSATION_COST,
    names.METRIC_VOICE_CONVERSATION_DEAD_AIR_DURATION: names.VOICE_CONVERSATION_DEAD_AIR_DURATION,
    names.METRIC_VOICE_CONVERSATION_TIME_TO_FIRST_WORD: names.VOICE_CONVERSATION_TIME_TO_FIRST_WORD,
}
_ALWAYS: Final = {
    names.METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK: names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
    names.METRIC_VOICE_COST: names.VOICE_COST,
}
_SPEECH_TO_TEXT: Final = {
    names.METRIC_VOICE_STT_AUDIO_DURATION: names.VOICE_AUDIO_DURATION,
    names.METRIC_VOICE_STT_FINALIZATION_DURATION: names.VOICE_STT_FINALIZATION_DURATION,
}
_TEXT_TO_SPEECH: Final = {
    names.METRIC_VOICE_TTS_AUDIO_DURATION: names.VOICE_AUDIO_DURATION,
    names.METRIC_VOICE_TTS_CHARACTERS: names.VOICE_TTS_CHARACTERS,
    names.METRIC_VOICE_TTS_UNDERRUNS: names.VOICE_TTS_UNDERRUNS,
}
_TOKENS: Final = {"input": names.GEN_AI_USAGE_INPUT_TOKENS, "output": names.GEN_AI_USAGE_OUTPUT_TOKENS}
_STEPS: Final = frozenset({"execute_tool", "invoke_agent", "invoke_workflow"})
"""Work of the program's own, of which no provider's metrics tell."""


@dataclass(frozen=True)
class Measurement:
    """One value of a metric of the schema, and the attributes it was recorded with."""

    metric: str
    time_ns: int
    value: float
    attributes: Mapping[str, Any]


def of_span(span: ToldSpan) -> Iterator[Measurement]:
    """What was recorded when the span ended."""
    if span.role == rows.CONVERSATION:
        yield from _of_call(span)
    elif span.role == rows.TURN:
        yield from _of_turn(span)
    elif span.role == rows.OPERATION and str(span.attributes[names.GEN_AI_OPERATION_NAME]) not in _STEPS:
        yield from _of_operation(span)


def of_event(event: ToldEvent) -> Iterator[Measurement]:
    """What is derived from an event of the catalogue."""
    said = CATALOGUE.get(event.name)
    for metric, attribute in said.metrics.items() if said is not None else ():
        value = event.attributes.get(attribute) if attribute else 1
        if _is_number(value):
            yield Measurement(metric, event.time_ns, value, event.attributes)


def _of_call(span: ToldSpan) -> Iterator[Measurement]:
    yield Measurement(names.METRIC_VOICE_CONVERSATIONS, span.end_ns, 1, span.attributes)
    duration = max(0, span.end_ns - span.start_ns) / 1e9
    yield Measurement(names.METRIC_VOICE_CONVERSATION_DURATION, span.end_ns, duration, span.attributes)
    yield from _said(span, _CALL)


def _of_turn(span: ToldSpan) -> Iterator[Measurement]:
    yield from _said(span, {names.METRIC_VOICE_TURN_RESPONSE_LATENCY: names.VOICE_TURN_RESPONSE_LATENCY})
    if names.VOICE_TURN_RESPONSE_LATENCY in span.attributes:
        yield from _stages(span)
    if span.attributes.get(names.VOICE_TURN_INTERRUPTED) is True:
        yield Measurement(names.METRIC_VOICE_TURN_INTERRUPTIONS, span.end_ns, 1, span.attributes)


def _stages(span: ToldSpan) -> Iterator[Measurement]:
    prefix = f"{names.VOICE_TURN_STAGE}."
    for name, value in span.attributes.items():
        if name.startswith(prefix) and _is_number(value):
            stage = {names.VOICE_TURN_STAGE: name.removeprefix(prefix)}
            yield Measurement(names.METRIC_VOICE_TURN_STAGE_DURATION, span.end_ns, value, stage)


def _of_operation(span: ToldSpan) -> Iterator[Measurement]:
    attributes = span.attributes
    error = {names.ERROR_TYPE: attributes.get(names.ERROR_TYPE, "_OTHER")} if span.failed else {names.ERROR_TYPE: ""}
    duration = max(0, span.end_ns - span.start_ns) / 1e9
    metric = names.METRIC_GEN_AI_CLIENT_OPERATION_DURATION
    yield Measurement(metric, span.end_ns, duration, {**attributes, **error})
    yield from _said(span, _ALWAYS)
    operation = attributes[names.GEN_AI_OPERATION_NAME]
    if operation == "speech_to_text":
        yield from _said(span, _SPEECH_TO_TEXT)
    elif operation == "text_to_speech":
        yield from _said(span, _TEXT_TO_SPEECH)
    else:
        yield from _tokens(span)


def _tokens(span: ToldSpan) -> Iterator[Measurement]:
    for kind, attribute in _TOKENS.items():
        value = span.attributes.get(attribute)
        if _is_number(value):
            labels = {**span.attributes, names.GEN_AI_TOKEN_TYPE: kind}
            yield Measurement(names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE, span.end_ns, value, labels)


def _said(span: ToldSpan, told: Mapping[str, str]) -> Iterator[Measurement]:
    for metric, attribute in told.items():
        value = span.attributes.get(attribute)
        if _is_number(value):
            yield Measurement(metric, span.end_ns, value, span.attributes)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
