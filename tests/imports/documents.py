"""A conversation with an ElevenLabs agent as their API gives it in OpenTelemetry form, small and made up."""

from __future__ import annotations

import copy
from typing import Any

TRACE = "0af7651916cd43dd8448eb211c80319c"
ID = "conv_9001k1zph3fkeh5s8xg9z90swaqa"
AGENT = "agent_7101k5zvyjhmfg983brhmhkd98n6"
SECOND = 1_000_000_000
START = 1_790_000_000 * SECOND

Document = dict[str, Any]


def attributes(values: Document) -> list[Document]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Any) -> Document:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    return {"doubleValue": value} if isinstance(value, float) else {"stringValue": value}


def span(
    number: int, name: str, begins: int, ends: int, parent: int | None = 1, code: int = 1, **more: Any
) -> Document:
    """A span from and to a second of the call; `more` are attributes, with two underscores for a dot."""
    found = {
        "traceId": TRACE,
        "spanId": f"{number:016x}",
        "name": f"elevenlabs.{name}",
        "kind": 1,
        "startTimeUnixNano": str(START + begins * SECOND),
        "endTimeUnixNano": str(START + ends * SECOND),
        "attributes": attributes({f"elevenlabs.{key.replace('__', '.')}": value for key, value in more.items()}),
        "status": {"code": code},
    }
    return found if parent is None else {**found, "parentSpanId": f"{parent:016x}"}


def user(number: int, begins: int, text: str) -> Document:
    return span(number, "recv.user_transcript", begins, begins + 1, user__text=text)


def agent(number: int, begins: int, text: str, **more: Any) -> Document:
    return span(number, "recv.agent_response", begins, begins + 2, agent__text=text, **more)


def traces(*spans: Document) -> Document:
    shared = {"service.name": "elevenlabs-convai", "elevenlabs.conversation_id": ID, "elevenlabs.agent_id": AGENT}
    scope = {"name": "elevenlabs.convai", "version": "1.0.0"}
    resource = {"attributes": attributes(shared)}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": list(spans)}]}]}


MEASURED: Document = {
    "metric.convai_ttf_audio_since_silence_ms": 2840.0,
    "metric.convai_turn_silence_before_initiation_ms": 512.0,
    "metric.convai_turn_asr_latency_ms": 110.0,
    "metric.convai_llm_service_ttfb_ms": 2067.0,
    "metric.convai_tts_service_ttfb_ms": 143.0,
    "llm_usage.gemini-2.5-flash.input": "{'tokens': 692, 'price': 0.0001}",
    "llm_usage.gemini-2.5-flash.input_cache_read": "{'tokens': 1585, 'price': 4.7e-05}",
    "llm_usage.gemini-2.5-flash.output_total": "{'tokens': 30, 'price': 1.7e-05}",
}


def spans() -> list[Document]:
    """A greeting; a question, answered after a tool; silence that is asked about; an answer that is cut short."""
    return [
        span(1, "conversation", 0, 40, None, source="post_call_webhook", status="done"),
        agent(2, 0, "Hello, how can I help you?"),
        user(3, 5, "I would like a table for two."),
        agent(4, 12, "Gladly, at eight?", **MEASURED),
        span(5, "tool.find_table", 10, 11, 4, tool__name="find_table", tool__latency_ms=650.5),
        user(6, 17, "..."),
        agent(7, 22, "Are you still there?"),
        user(8, 26, "Yes, at eight."),
        agent(9, 30, "Your table is booked."),
    ]


def transcript() -> list[Document]:
    """The transcript beside them, with what the spans leave out."""
    roles = ["agent", "user", "agent", "user", "agent", "user", "agent"]
    entries: list[Document] = [{"role": role, "message": "", "time_in_call_secs": 0} for role in roles]
    entries[6] |= {
        "interrupted": True,
        "producing_llm": "gpt-5-mini",
        "conversation_turn_metrics": {
            "voice_id": "cgSgspJ2msm6clMCkdW9",
            "metrics": {"convai_ttf_audio_since_silence": {"elapsed_time": 1.25}},
        },
        "llm_usage": {"model_usage": {"gpt-5-mini": {"input": {"tokens": 10}, "output_total": {"tokens": 5}}}},
    }
    return entries


def fetched() -> Document:
    """What the API answers to a GET with format=opentelemetry."""
    return {
        "agent_id": AGENT,
        "conversation_id": ID,
        "status": "done",
        "metadata": {"phone_call": {"direction": "inbound", "external_number": "+4930123456789"}},
        "transcript": transcript(),
        "otlp_traces": traces(*spans()),
    }


def delivered() -> Document:
    """What the post-call webhook sends."""
    data = {"conversation_id": ID, "agent_id": AGENT, "otlp_traces": traces(*spans())}
    return {"type": "post_call_transcription_otel", "event_timestamp": 1_790_000_050, "data": data}


def edited(place: str, value: Any) -> Document:
    """The fetched document with another value, or without it where that is None, at `otlp_traces.a[0].b`."""
    document: Any = copy.deepcopy(fetched())
    *path, last = place.replace("[", ".").replace("]", "").split(".")
    at = document
    for step in path:
        at = at[int(step)] if step.isdigit() else at[step]
    key: Any = int(last) if last.isdigit() else last
    if value is None:
        del at[key]
    else:
        at[key] = value
    return document
