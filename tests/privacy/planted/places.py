"""Every place where a program says something, and the ways by which it then leaves the process."""

from __future__ import annotations

import logging
import urllib.parse
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from inspect import signature
from typing import Any, Final

import loguru
import openai
import structlog
from opentelemetry import baggage, context, metrics, trace
from opentelemetry._logs import LogRecord, get_logger
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags, TraceState

import otel_voice
from tests.privacy.planted.classes import CLASSES, Planted, places_left, planted
from tests.privacy.planted.provider import MODEL, REFUSED

OTLP: Final = "OTLP"
CONSOLE: Final = "console"
FILES: Final = "log files"
SPOOL: Final = "audit spool"
PAGES: Final = "health pages"
EXPORTED: Final = "console exporters"
STORE: Final = "the store"

LOGGED: Final = (OTLP, CONSOLE, FILES)
MEASURED: Final = (OTLP, PAGES)


@dataclass(frozen=True)
class Place:
    """`say` says one secret there. `ways` are those by which all that is said there leaves."""

    name: str
    ways: tuple[str, ...]
    say: Callable[[Planted], object]


PLACES: list[Place] = []

CANNOT: Final = {
    ("unit", "a connection string of Azure"): "a unit has 63 characters at most",
    ("unit", "a private key"): "a unit has 63 characters at most",
}
"""What the SDK itself does not take."""


def place(*ways: str) -> Callable[[Callable[[Planted], object]], Callable[[Planted], object]]:
    """A place, named as its function."""

    def add(say: Callable[[Planted], object]) -> Callable[[Planted], object]:
        PLACES.append(Place(say.__name__.replace("_", " ").strip(), ways, say))
        return say

    return add


def left_in(raw: bytes) -> set[tuple[str, str]]:
    """The classes and places of which something is found."""
    names = dict(enumerate(_NUMBERS))
    return {(kind, names[number]) for kind in CLASSES for number in places_left(kind, raw) if number in names}


def secret(kind: str, name: str) -> Planted:
    """The secret of this class in the place of this name."""
    return planted(kind, _NUMBERS[name])


def environment() -> dict[str, str]:
    """What is planted before the program starts: in its resource, and keys of its own."""
    given = [secret(kind, RESOURCE) for kind in CLASSES]
    resource = {f"no{number}.{it.key}": it.given for number, it in enumerate(given)}
    resource["deployment.environment.name"] = " and ".join(secret(kind, DEPLOYMENT).text for kind in CLASSES)
    said = ",".join(f"{name}={urllib.parse.quote(value, safe='')}" for name, value in resource.items())
    of_environment = [secret("a key of the environment", name).text for name in _NUMBERS]
    keys = {f"AGENT_{number}_API_KEY": key for number, key in enumerate(of_environment)}
    return {"OTEL_RESOURCE_ATTRIBUTES": said, **keys}


log = logging.getLogger("agent")
tracer = trace.get_tracer("agent")
meter = metrics.get_meter("agent")


class OddError(Exception):
    """An error that says more than its arguments."""

    def __str__(self) -> str:
        return f"odd: {self.args[0]}"


def nested(it: Planted) -> dict[str, Any]:
    """Maps and lists around it, some levels deep."""
    return {"list": [1, it.text], "deep": {"deeper": {it.key: it.given}}, "pair": ({it.key: it.given}, None)}


def raised(it: Planted) -> Exception:
    """An error with a cause and a note, and a stack."""
    try:
        try:
            raise ValueError(f"caused by {it.text}")
        except ValueError as cause:
            raise OddError(it.text) from cause
    except OddError as error:
        return error


# Logs of the three libraries.


@place(*LOGGED)
def message(it: Planted) -> None:
    log.info(f"said {it.text} so")


@place(*LOGGED)
def argument(it: Planted) -> None:
    log.info("said %s so", it.text)


@place(*LOGGED)
def arguments_by_name(it: Planted) -> None:
    log.warning("said %(what)s so", {"what": it.text})


@place(*LOGGED)
def an_object_as_message(it: Planted) -> None:
    log.info({it.key: it.given})


@place(*LOGGED)
def extra(it: Planted) -> None:
    log.info("with an extra", extra={it.key: it.given})


@place(*LOGGED)
def extra_of_maps(it: Planted) -> None:
    log.info("with maps", extra={"nested": nested(it)})


@place(*LOGGED)
def name_of_an_extra(it: Planted) -> None:
    log.info("with a name", extra={it.text: "x"})


@place(*LOGGED)
def exception_text(it: Planted) -> None:
    log.error("failed", exc_info=raised(it))


@place(*LOGGED)
def exception_as_argument(it: Planted) -> None:
    log.error("failed: %s", raised(it))


@place(*LOGGED)
def name_of_a_logger(it: Planted) -> None:
    logging.getLogger(f"of {it.text}").warning("by another logger")


@place(*LOGGED)
def event_of_a_record(it: Planted) -> None:
    log.info("happened", extra={"event.name": it.text})


@place(*LOGGED)
def loguru_message(it: Planted) -> None:
    loguru.logger.info("said {} so", it.text)


@place(*LOGGED)
def loguru_bound(it: Planted) -> None:
    loguru.logger.bind(**{it.key: it.given}).info("bound")


@place(*LOGGED)
def loguru_exception(it: Planted) -> None:
    loguru.logger.opt(exception=raised(it)).error("failed")


@place(*LOGGED)
def structlog_event(it: Planted) -> None:
    structlog.get_logger("agent").info(f"said {it.text} so")


@place(*LOGGED)
def structlog_field(it: Planted) -> None:
    structlog.get_logger("agent").info("with a field", **{it.key: it.given}, nested=nested(it))


@place(OTLP)
def log_body_of_maps(it: Planted) -> None:
    get_logger("raw").emit(LogRecord(body=nested(it)))


@place(OTLP)
def log_body_in_bytes(it: Planted) -> None:
    get_logger("raw").emit(LogRecord(body={"bytes": it.text.encode()}))


@place(OTLP)
def attribute_of_a_log(it: Planted) -> None:
    get_logger("raw").emit(LogRecord(body="raw", attributes={it.key: it.given, "all": nested(it)}))


@place(OTLP)
def event_name(it: Planted) -> None:
    get_logger("raw").emit(LogRecord(body="raw", event_name=it.text))


@place(OTLP)
def severity_text(it: Planted) -> None:
    get_logger("raw").emit(LogRecord(body="raw", severity_text=it.text))


if "exception" in signature(LogRecord).parameters:  # not in OpenTelemetry 1.39

    @place(OTLP)
    def exception_of_a_log(it: Planted) -> None:
        get_logger("raw").emit(LogRecord(body="raw", exception=raised(it)))


# Spans.


@place(OTLP)
def span_name(it: Planted) -> None:
    tracer.start_span(f"call of {it.text}").end()


@place(OTLP)
def span_attribute(it: Planted) -> None:
    tracer.start_span("call", attributes={it.key: it.given, "many": [it.text]}).end()


@place(OTLP)
def name_of_an_attribute(it: Planted) -> None:
    tracer.start_span("call", attributes={it.text: "x"}).end()


@place(OTLP)
def status(it: Planted) -> None:
    with tracer.start_as_current_span("call") as span:
        span.set_status(Status(StatusCode.ERROR, f"because of {it.text}"))


@place(OTLP)
def span_event(it: Planted) -> None:
    with tracer.start_as_current_span("call") as span:
        span.add_event(f"event of {it.text}", {it.key: it.given})


@place(OTLP)
def recorded_exception(it: Planted) -> None:
    with suppress(OddError), tracer.start_as_current_span("call"):
        raise raised(it)


@place(OTLP)
def link(it: Planted) -> None:
    tracer.start_span("call", links=[Link(SpanContext(1, 2, True), {it.key: it.given})]).end()


@place(OTLP)
def trace_state(it: Planted) -> None:
    caller = SpanContext(1, 2, True, TraceFlags(TraceFlags.SAMPLED), TraceState([("who", it.text)]))
    tracer.start_span("call", trace.set_span_in_context(NonRecordingSpan(caller))).end()


@place(OTLP)
def baggage_on_a_span(it: Planted) -> None:
    attached = context.attach(baggage.set_baggage(it.key, it.given))
    tracer.start_span("call", attributes={name: str(value) for name, value in baggage.get_all().items()}).end()
    context.detach(attached)


@place(OTLP)
def scope_name(it: Planted) -> None:
    trace.get_tracer(f"scope of {it.text}").start_span("of a scope").end()


@place(OTLP)
def scope_version(it: Planted) -> None:
    trace.get_tracer("versioned", f"1 of {it.text}").start_span("of a scope").end()


@place(OTLP)
def scope_attribute(it: Planted) -> None:
    trace.get_tracer("attributed", attributes={it.key: it.given}).start_span("of a scope").end()


# Metrics.

counter, histogram = meter.create_counter("agent.count"), meter.create_histogram("agent.spread")


@place(*MEASURED)
def label_of_a_counter(it: Planted) -> None:
    counter.add(1, {it.key: it.given})


@place(*MEASURED)
def label_of_a_histogram(it: Planted) -> None:
    histogram.record(1.0, {it.key: f"with {it.given}" if it.key == "kept" else it.given})


@place(OTLP)
def name_of_a_label(it: Planted) -> None:
    counter.add(1, {it.text: "x"})


_number = iter(range(10_000))


@place(*MEASURED)
def description(it: Planted) -> None:
    meter.create_counter(f"agent.described.{next(_number)}", description=f"ask {it.text} for it").add(1)


@place(OTLP)
def unit(it: Planted) -> None:
    with suppress(Exception):  # the SDK takes 63 characters
        meter.create_counter(f"agent.united.{next(_number)}", unit=it.text).add(1)


@place(*MEASURED)
def scope_of_a_meter(it: Planted) -> None:
    metrics.get_meter(f"meter of {it.text}").create_counter(f"agent.scoped.{next(_number)}").add(1)


# What people say to a provider, and it to them.

CONTENT: Final = "what people said"
"""Beside each secret: this arrives where content is recorded, and nowhere else."""


@place(OTLP)
def conversation_with_a_model(it: Planted) -> None:
    _ask(MODEL, it.text)


@place(OTLP)
def refused_prompt(it: Planted) -> None:
    with suppress(openai.BadRequestError):
        _ask(REFUSED, it.text)


def _ask(model: str, text: str) -> None:
    messages: Any = [{"role": "user", "content": f"{CONTENT}: {text}"}]
    _client().chat.completions.create(model=model, messages=messages)


@cache
def _client() -> openai.OpenAI:
    return openai.OpenAI(api_key="simulated", max_retries=0)


# What otel_voice offers.


@place(OTLP, CONSOLE, FILES)
def conversation_id(it: Planted) -> None:
    with otel_voice.conversation(it.text):
        log.info("in a conversation")


@place(OTLP, CONSOLE, FILES)
def user_id(it: Planted) -> None:
    with otel_voice.conversation(user_id=it.text, session_id=it.text):
        log.info("in a session")


@place(OTLP)
def attribute_of_a_conversation(it: Planted) -> None:
    with otel_voice.conversation(attributes={it.key: it.given}):
        pass


@place(OTLP, PAGES)
def channel(it: Planted) -> None:
    with otel_voice.conversation(channel=it.text):
        pass


@place(OTLP)
def field_of_an_event(it: Planted) -> None:
    otel_voice.event("appointment.created", service=it.text, **{it.key: it.given})


@place(OTLP)
def name_of_an_event(it: Planted) -> None:
    otel_voice.event(f"happened to {it.text}")


@place(OTLP)
def error_recorded(it: Planted) -> None:
    otel_voice.record_error(raised(it), **{it.key: it.given})


@place(OTLP)
def text_recorded(it: Planted) -> None:
    otel_voice.record_error(f"it failed for {it.text}")


@place(OTLP)
def failed_integration(it: Planted) -> None:
    with suppress(OddError), otel_voice.integration("crm", "look up"):
        raise raised(it)


@place(OTLP)
def name_of_an_integration(it: Planted) -> None:
    with otel_voice.integration(f"crm of {it.text}", "look up"):
        pass


@place(OTLP)
def failed_tool(it: Planted) -> None:
    with suppress(OddError), otel_voice.tool("book"):
        raise raised(it)


@place(OTLP)
def denied_tool(it: Planted) -> None:
    otel_voice.tool("book").denied(f"by {it.text}")


@place(OTLP)
def name_of_a_timer(it: Planted) -> None:
    with otel_voice.timer(f"query of {it.text}"):
        pass


@place(OTLP)
def traced_component(it: Planted) -> None:
    with otel_voice.traced(component=f"part of {it.text}", name=f"step of {it.text}"):
        log.info("in a part")


@place(OTLP)
def field_of_a_message(it: Planted) -> None:
    otel_voice.message("inbound", "sms", "received", **{it.key: it.given})


@place(OTLP)
def alert(it: Planted) -> None:
    otel_voice.alert("warning", f"about {it.text}", f"since {it.text}", metric=it.text, value=1.0, threshold=0.5)


@place(OTLP, SPOOL)
def audited(it: Planted) -> None:
    otel_voice.audit("data.read", actor=it.text, subject=it.text, **{it.key: it.given, "nested": nested(it)})


@place(OTLP, SPOOL)
def name_of_an_audited_event(it: Planted) -> None:
    otel_voice.audit(f"data.of {it.text}")


@place(OTLP, SPOOL)
def security(it: Planted) -> None:
    otel_voice.security("authentication.failure", actor=it.text, reason=it.text, **{it.key: it.given})


_checks = iter(range(10_000))


@place(PAGES)
def detail_of_a_check(it: Planted) -> None:
    otel_voice.register_check(f"check.{next(_checks)}", lambda: f"as {it.text} says")


@place(PAGES)
def failed_check(it: Planted) -> None:
    error = raised(it)

    def fail() -> None:
        raise error

    otel_voice.register_check(f"check.{next(_checks)}", fail)


RESOURCE: Final = "resource attribute"
DEPLOYMENT: Final = "name of the deployment"
BEFORE: Final = {RESOURCE: (OTLP, SPOOL), DEPLOYMENT: (*LOGGED, SPOOL)}
"""What is planted before the program starts."""

_NUMBERS: Final = {name: number for number, name in enumerate([*(each.name for each in PLACES), *BEFORE])}


def say(*ways: str) -> None:
    """Every class in every place from which it leaves by all of these ways."""
    for each in PLACES:
        if set(ways) <= set(each.ways):
            for kind in CLASSES:
                each.say(secret(kind, each.name))


def all_ways() -> dict[str, tuple[str, ...]]:
    """By place, the ways by which what is said there leaves."""
    return {**{each.name: each.ways for each in PLACES}, **BEFORE}
