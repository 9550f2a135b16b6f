"""One secret of each kind, and a program that says it in every place where telemetry carries text."""

from __future__ import annotations

# kind -> (the secret as it is said, what of it must not be found anywhere afterwards)
PLANTED = {
    "an OpenAI key": ("sk-proj-abcdefghij0123456789ABCDEF", "abcdefghij0123456789"),
    "an ElevenLabs key": ("sk_0a1b2c3d4e5f60718293a4b5c6d7e8f9a0b1c2d3", "4e5f60718293"),
    "a Google key": ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "1234567890abcdefghij"),
    "an AWS key": ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
    "a bearer token": ("Authorization: Bearer abcdef0123456789abcdef", "abcdef0123456789"),
    "Deepgram's token": ("Token 89ab0123456789abcdef0123456789abcdef0123", "89ab0123456789"),
    "a JSON web token": ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ.dozjgNryP4J3jVmNHl0w5N", "dozjgNryP4J3"),
    "a password": ('{"password": "correct horse battery"}', "horse"),
    "a connection string": ("postgres://agent:hunter22@db:5432/calls", "hunter22"),
    "a private key": ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\nBgkqhkiG9w0B\n-----END PRIVATE KEY-----", "MIIEvQ"),
    "a phone number": ("+49 170 1234567", "1234567"),
    "a national phone number": ("(415) 555-0123", "555-0123"),
    "an e-mail address": ("jane.doe@example.co.uk", "jane.doe"),
    "a card": ("4111 1111 1111 1111", "1111 1111"),
    "a national id": ("756.9217.0769.85", "9217.0769"),
    "a key of the environment": ("0badc0ffee0badc0ffee0badc0ffee42", "0badc0ffee0badc0ffee"),
}

ENVIRONMENT = {
    "OTEL_VOICE_REDACTION_NATIONAL_IDS": "ch_ahv",
    "AGENT_API_KEY": "0badc0ffee0badc0ffee0badc0ffee42",
    "OTEL_METRICS_EXEMPLAR_FILTER": "always_on",
}

PROGRAM = """
import logging, sys
from opentelemetry import baggage, context, metrics, trace
from opentelemetry._logs import LogRecord, get_logger
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, SpanContext, Status, StatusCode, TraceState

SECRETS = {secrets!r}
KEPT = "what may be known"
log = logging.getLogger("agent")
tracer, meter = trace.get_tracer("agent"), metrics.get_meter("agent")
counter, histogram = meter.create_counter("count"), meter.create_histogram("spread")


class Odd(Exception):
    def __str__(self):
        return "odd: " + self.args[0]


def say(secret):
    nested = {{"list": [KEPT, secret], "deep": {{"deeper": {{"deepest": "it is " + secret}}}}, secret: KEPT}}
    log.info("message %s", secret, extra={{"extra": secret, "nested": nested}})
    log.info("%(key)s", {{"key": secret}}, extra={{"many": (secret, 1), "bytes": secret.encode()}})
    log.warning("said: " + secret)
    try:
        raise Odd(secret) from ValueError("caused by " + secret)
    except Odd as error:
        log.exception("failed")
        caught = error
    elsewhere = SpanContext(1, 2, True, trace_state=TraceState())
    attached = context.attach(baggage.set_baggage("caller", secret))
    links, attributes = [Link(elsewhere, {{"linked": secret}})], {{"from": secret, "list": [secret]}}
    with tracer.start_as_current_span("call of " + secret, links=links, attributes=attributes) as span:
        span.set_attributes(dict(baggage.get_all()))
        span.add_event("event of " + secret, {{"said": secret}})
        span.record_exception(caught)
        span.set_status(Status(StatusCode.ERROR, "because of " + secret))
        counter.add(1, {{"label": secret, "kept": KEPT}})
        histogram.record(1.0, {{"label": "with " + secret}})
    context.detach(attached)
    get_logger("raw", attributes={{"scoped": secret}}).emit(
        LogRecord(body=nested, attributes={{"a": nested}}, event_name="happened")
    )
    get_logger("raw").emit(LogRecord(body=[secret, [secret]], severity_text=secret))
    trace.get_tracer("scope " + secret).start_span("of a scope").end()
    with __import__("otel_voice").conversation(secret, user_id=secret, attributes={{"caller": secret}}):
        log.error("in a conversation")


for secret in SECRETS:
    say(secret)
log.info("done")
"""


def program() -> str:
    """The program that says all of them everywhere."""
    return PROGRAM.format(secrets=[said for said, _ in PLANTED.values()])
