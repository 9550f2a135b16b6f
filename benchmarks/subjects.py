"""The programs that are measured: the real OpenAI SDK over an in-memory transport, bare and instrumented.

The pipeline is the same for all: a batch span processor with an exporter that drops, a metric reader that nobody
reads, a batch log processor.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from importlib import import_module
from typing import Any

import openai
from opentelemetry import context, metrics, trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Sampler
from opentelemetry.trace import SpanKind, set_span_in_context

# openai 3 speaks httpx2, the ones before it httpx.
httpx: Any = import_module("httpx2" if hasattr(openai, "_httpx2") else "httpx")

Work = Callable[[int], object]

MESSAGES: Any = [{"role": "user", "content": "hello"}]
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-mini-2024",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}],
    "usage": USAGE,
}


class Drop(SpanExporter):
    """An exporter that costs nothing."""

    def export(self, spans: object) -> SpanExportResult:
        return SpanExportResult.SUCCESS


READER = InMemoryMetricReader()


def chat_collected(times: int) -> None:
    """Plain chat completions, and a collection, in which otel_voice records their metrics."""
    chat(times)
    READER.collect()


def pipeline(sampler: Sampler = ALWAYS_ON) -> None:
    """The SDK as an application would set it up, with exports that cost nothing."""
    tracing = TracerProvider(sampler=sampler)
    # A delay longer than the run: the worker thread must not add its own instructions at random moments.
    tracing.add_span_processor(BatchSpanProcessor(Drop(), max_queue_size=65536, schedule_delay_millis=3_600_000))
    trace.set_tracer_provider(tracing)
    metrics.set_meter_provider(MeterProvider([READER]))
    set_logger_provider(LoggerProvider())


def chunk(finish: str | None = None) -> bytes:
    """One chunk of a streamed completion as it is on the wire."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "gpt-4o-mini-2024",
        "choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):  # type: ignore[misc]
    """A streamed body of `count` parts."""

    def __init__(self, part: bytes, count: int, tail: bytes = b"") -> None:
        self.part, self.count, self.tail = part, count, tail

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.count):
            yield self.part
        yield self.tail

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.count):
            yield self.part
        yield self.tail


SOUND = b"\0\x40" * 4800
"""200 ms at 24 kHz: under callgrind, too, it comes faster than it plays. In silence a first sound would be sought."""


def answer(request: httpx.Request) -> httpx.Response:
    """Answer like the provider would, at once."""
    if request.url.path.endswith("/speech"):
        return httpx.Response(200, stream=Body(SOUND, int(request.headers["x-chunks"])))
    asked = json.loads(request.content)
    if asked.get("stream"):
        body = Body(chunk(), int(request.headers["x-chunks"]), chunk("stop") + b"data: [DONE]\n\n")
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    return httpx.Response(200, json=COMPLETION, headers={"x-request-id": "req-1"})


def client() -> openai.OpenAI:
    """A client whose transport is a function call."""
    transport = httpx.Client(transport=httpx.MockTransport(answer))
    return openai.OpenAI(api_key="k", base_url="http://127.0.0.1:1/v1", http_client=transport, max_retries=0)


def async_client() -> openai.AsyncOpenAI:
    """The same, asynchronous."""
    transport = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return openai.AsyncOpenAI(api_key="k", base_url="http://127.0.0.1:1/v1", http_client=transport, max_retries=0)


def caller() -> Callable[[], object]:
    """One plain chat completion, with a client of its own. The method is looked up at each call, as a program does."""
    completions = client().chat.completions
    return lambda: completions.create(model="gpt-4o-mini", messages=MESSAGES, temperature=0.5)


def chat(times: int) -> None:
    """Plain chat completions."""
    one = caller()
    for _ in range(times):
        one()


def opened(chunks: int) -> Iterable[Any]:
    """A streamed chat completion of so many chunks, not yet read."""
    stream: Iterable[Any] = client().chat.completions.create(
        model="gpt-4o-mini", messages=MESSAGES, stream=True, extra_headers={"x-chunks": str(chunks)}
    )
    return stream


def chat_stream(chunks: int) -> None:
    """One streamed chat completion, read to its end."""
    for _ in opened(chunks):
        pass


async def achat_stream(chunks: int) -> None:
    """The same, asynchronous."""
    stream: Any = await async_client().chat.completions.create(
        model="gpt-4o-mini", messages=MESSAGES, stream=True, extra_headers={"x-chunks": str(chunks)}
    )
    async for _ in stream:
        pass


def achat_stream_blocking(chunks: int) -> None:
    """The same, with an event loop of its own."""
    asyncio.run(achat_stream(chunks))


def speech_stream(chunks: int) -> None:
    """One streamed synthesis of so many chunks of audio."""
    with client().audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input="hello", response_format="pcm", extra_headers={"x-chunks": str(chunks)}
    ) as response:
        for _ in response.iter_bytes():
            pass


def floor() -> Callable[[], None]:
    """The bare SDK primitives for the signals of one chat call: what any instrumentation must at least pay.

    One span with the same attributes, made current and given back, the same three metric records with exemplars.
    """
    tracer = trace.get_tracer("floor")
    meter = metrics.get_meter("floor")
    duration = meter.create_histogram("duration", explicit_bucket_boundaries_advisory=[0.01, 0.1, 1, 10])
    tokens = meter.create_histogram("tokens", explicit_bucket_boundaries_advisory=[1, 10, 100])
    labels: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "server.address": "127.0.0.1",
        "server.port": 1,
    }

    def one() -> None:
        started = time.perf_counter_ns()
        wall = time.time_ns()
        span = tracer.start_span("chat gpt-4o-mini", None, SpanKind.CLIENT, dict(labels), start_time=wall)
        current = set_span_in_context(span)
        context.detach(context.attach(current))
        ended = time.perf_counter_ns()
        told = {**labels, "gen_ai.response.model": "gpt-4o-mini-2024"}
        tokens.record(11, {**told, "gen_ai.token.type": "input"}, current)
        tokens.record(7, {**told, "gen_ai.token.type": "output"}, current)
        duration.record((ended - started) / 1e9, told, current)
        span.set_attributes(
            {
                "gen_ai.request.temperature": 0.5,
                "gen_ai.response.id": "chatcmpl-1",
                "gen_ai.response.model": "gpt-4o-mini-2024",
                "voice.request.id": "req-1",
                "gen_ai.usage.input_tokens": 11,
                "gen_ai.usage.output_tokens": 7,
                "gen_ai.response.finish_reasons": ("stop",),
            }
        )
        span.end(wall + ended - started)

    return one


def instrumented() -> None:
    """Switch otel_voice on."""
    import otel_voice

    otel_voice.instrument()


def is_instrumented() -> bool:
    """Whether it is on."""
    from otel_voice.instrumentors import OpenAIInstrumentor

    return bool(OpenAIInstrumentor().is_instrumented_by_opentelemetry)
