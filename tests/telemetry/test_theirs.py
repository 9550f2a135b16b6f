"""SDKs that make a span of their own calls: it is the one span of the call, and says what ours would say."""

from __future__ import annotations

from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from otel_voice.observation.records import Inference, Outcome
from otel_voice.telemetry import names
from tests.signals import Signals
from tests.telemetry.telling import Telling

ASKED = {names.GEN_AI_OPERATION_NAME: "chat", names.GEN_AI_REQUEST_MODEL: "as the SDK says"}


class Call:
    """One call, inside of which the SDK tells of it when it is given a tracer."""

    def __init__(self, telling: Telling, *providers: Any) -> None:
        self.recorder = telling.recorder
        self.record = Inference("anthropic")
        self.record.told_by_sdk, self.record.request_model = True, "m"
        self.handle = self.recorder.start(self.record)
        token = self.recorder.enter(self.handle)
        self.spans = [self._told(provider) for provider in providers]
        self.recorder.leave(token)

    def _told(self, provider: Any) -> Any:
        span = provider.get_tracer("com.sdk").start_span("sdk.call", attributes=ASKED)
        with trace.use_span(span):
            self.recorder.told_here()
        return span

    @property
    def span(self) -> Any:
        return self.spans[-1]

    def finish(self, outcome: Outcome = Outcome.COMPLETED) -> None:
        record = self.record
        record.finish_reasons, record.input_tokens, record.outcome = ["stop"], 7, outcome
        record.ended_ns = record.started_ns + 1
        self.recorder.finish(self.handle, record)


def made(telling: Telling, *providers: Any) -> Call:
    """A whole call: the SDK ends its spans first."""
    call = Call(telling, *providers)
    for span in call.spans:
        span.end()
    call.finish()
    return call


def test_it_is_the_one_span_and_stands_in_its_turn(signals: Signals) -> None:
    """No second span is made; the SDK's is in the turn, named as its SDK named it, with what the SDK does not say."""
    telling = Telling(signals.providers())
    stream = telling.recorder.session_opened()
    made(telling, signals.tracer_provider)
    telling.conversations.close_all()
    told = signals.span("sdk.call")
    assert [span.name for span in signals.spans()] == ["sdk.call", "turn", "conversation"]
    assert told.parent.span_id == signals.span("turn").context.span_id
    assert told.attributes[names.VOICE_TELEMETRY_OWNER] == "otel_voice"
    assert told.attributes[names.VOICE_CONVERSATION_ID] == stream.id
    assert told.attributes[names.GEN_AI_RESPONSE_FINISH_REASONS] == ("stop",)
    assert told.attributes[names.GEN_AI_REQUEST_MODEL] == "as the SDK says"


def test_metrics_and_events_are_ours(signals: Signals) -> None:
    """An SDK that makes a span says nothing else: what a call took and used is recorded all the same."""
    telling = Telling(signals.providers())
    made(telling, signals.tracer_provider)
    assert [point.sum for point in signals.points(names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE)] == [7]


def test_its_end_is_kept_back_and_not_moved(signals: Signals) -> None:
    """The span is exported when all is said, with the first end its SDK gave it."""
    call = Call(Telling(signals.providers()), signals.tracer_provider)
    ended = call.span.start_time + 5
    call.span.end(ended)
    call.span.end(ended + 1)
    assert not signals.spans()
    call.finish()
    assert signals.span("sdk.call").end_time == ended
    assert "end" not in vars(call.span)


def test_a_span_that_its_sdk_ends_later_is_left_to_it(signals: Signals) -> None:
    """When our operation ends first, the SDK's span stays open until its SDK ends it."""
    call = Call(Telling(signals.providers()), signals.tracer_provider)
    call.finish()
    assert not signals.spans()
    call.span.end()
    assert signals.span("sdk.call").attributes[names.GEN_AI_RESPONSE_FINISH_REASONS] == ("stop",)


def test_a_failure_its_sdk_never_hears_of_is_told(signals: Signals) -> None:
    """Some SDKs forget their span when the connection fails: it is ended for them, as a failure."""
    call = Call(Telling(signals.providers()), signals.tracer_provider)
    call.record.error = ConnectionRefusedError("nobody there")
    call.finish(Outcome.FAILED)
    told = signals.span("sdk.call")
    assert told.attributes[names.ERROR_TYPE] == "ConnectionRefusedError"
    assert told.status.status_code is trace.StatusCode.ERROR


def test_of_several_tries_the_last_is_the_call(signals: Signals) -> None:
    """An SDK that makes a span for each try: the earlier ones are left as they are, and the last says the rest."""
    made(Telling(signals.providers()), signals.tracer_provider, signals.tracer_provider)
    told = [names.GEN_AI_USAGE_INPUT_TOKENS in span.attributes for span in signals.spans()]
    assert told == [False, True]
    assert [point.count for point in signals.points(names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE)] == [1]


def test_without_one_the_span_is_ours(signals: Signals) -> None:
    """An SDK that was to make a span and did not, because the call failed early or it was told not to, is no gap."""
    telling = Telling(signals.providers())
    telling.recorder.session_opened()
    made(telling)
    telling.conversations.close_all()
    assert signals.span("chat m").parent.span_id == signals.span("turn").context.span_id


def test_one_that_is_exported_elsewhere_is_not_ours(signals: Signals) -> None:
    """An SDK that was given an exporter of its own keeps its span to itself, and ours is made as ever."""
    telling = Telling(signals.providers())
    telling.recorder.session_opened()
    call = made(telling, TracerProvider(shutdown_on_exit=False))
    telling.conversations.close_all()
    assert signals.span("chat m").attributes[names.GEN_AI_USAGE_INPUT_TOKENS] == 7
    assert names.VOICE_TELEMETRY_OWNER not in call.span.attributes
