"""What is declared, what is generated from it, and what is checked against it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from opentelemetry.trace import SpanKind

from otel_voice.telemetry import names
from tests.emitted import Log, Metric, Span
from tests.schema_check import SCHEMA, Checker, Emitted
from tests.signals import Signals
from tools.generate import difference, generated
from tools.schema import SCHEMA as FOLDER
from tools.schema import Schema, SchemaError, load

Edit = Callable[[str, str, str], Path]


def a_span(name: str = "chat gpt-4o", kind: str = "CLIENT", **attributes: object) -> Span:
    values = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    return Span(
        name, kind, "otel_voice", {**values, **{key.replace("__", "."): v for key, v in attributes.items()}}, ()
    )


def a_metric(**changes: object) -> Metric:
    values = {"unit": "{interruption}", "points": (), "instrument": "counter", "bounds": ()}
    return Metric("voice.turn.interruptions", "otel_voice", **{**values, **changes})  # type: ignore[arg-type]


def an_event(severity: str = "INFO", category: str = "app", name: str = "voice.conversation.started") -> Log:
    return Log("", name, severity, "otel_voice", {"voice.log.category": category})


@pytest.fixture
def checker() -> Checker:
    return Checker(SCHEMA, Emitted())


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """edit(file, old, new): a copy of the schema with one slip in it."""

    def slip(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "schema"
        shutil.copytree(FOLDER, folder)
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))
        return folder

    return slip


@pytest.mark.parametrize("path", generated(), ids=lambda path: path.name)
def test_what_is_generated_is_up_to_date(path: Path) -> None:
    """Regenerating changes nothing; `make docs` repairs it."""
    assert difference(path, generated()[path]) == ""


def test_every_declared_name_is_a_constant() -> None:
    """Nobody needs to write a name by hand."""
    constants = {value for key, value in vars(names).items() if key.isupper() and isinstance(value, str)}
    declared = {each.name for group in (SCHEMA.attributes, SCHEMA.metrics, SCHEMA.events) for each in group}
    assert declared <= constants


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("attributes.yaml", "type: string,", "typ: string,", "unknown key 'typ'"),
        ("attributes.yaml", "type: string,", "type: text,", "type is 'text'; allowed: string"),
        ("attributes.yaml", "status: stable,", "status: sure,", "status is 'sure'; allowed: stable"),
        ("metrics.yaml", "buckets: audio,", "buckets: sound,", "buckets is 'sound'; allowed: duration"),
        ("metrics.yaml", "labels: [gen_ai.provider.name", "labels: [provider", "'provider' in labels is no attribute"),
        ("metrics.yaml", "[0.1, 0.2,", "[0.2, 0.1,", "must be a list of rising numbers"),
        ("events.yaml", "severity: INFO", "severity: LOUD", "severity is 'LOUD'; allowed: TRACE"),
        ("events.yaml", "events:", "event:", "must hold a mapping named 'events'"),
        (
            "events.yaml",
            "fields: {timer: voice.timer.name",
            "fields: {timer: timer",
            "'timer' in fields is no attribute",
        ),
        ("events.yaml", "constants: {voice.integration", "constants: {integration", "in constants is no attribute"),
        ("events.yaml", "metrics: {voice.errors: 1}", "metrics: {errors: 1}", "'errors' in metrics is no metric"),
        ("events.yaml", "metrics: {voice.errors: 1}", "metrics: {voice.errors: 2}", "voice.errors takes 2; allowed: 1"),
        (
            "events.yaml",
            "severities: [INFO, ERROR]",
            "severities: [LOUD]",
            "severities must be a list of some of TRACE",
        ),
        ("events.yaml", "fields: {timer: voice.timer.name", "feilds: {timer: voice.timer.name", "unknown key 'feilds'"),
        ("attributes.yaml", "values: [inbound, outbound]", "values: inbound", "values must be a list of texts"),
        (
            "events.yaml",
            "  voice.turn.completed:",
            "  voice.conversation.started:",
            "'voice.conversation.started' stands",
        ),
        ("metrics.yaml", "  tokens: [", "  duration: [", "'duration' stands there twice"),
        ("attributes.yaml", "status: stable,", "status: stable, status: own,", "'status' stands there twice"),
        ("spans.yaml", "kind: INTERNAL", "kind: INNER", "kind is 'INNER'; allowed: INTERNAL"),
        ("spans.yaml", "kind: INTERNAL, ", "", "'kind' is missing"),
    ],
)
def test_a_slip_in_the_schema_is_a_clear_error(edit: Edit, file: str, old: str, new: str, said: str) -> None:
    """The error names the file, the entry and what is allowed."""
    with pytest.raises(SchemaError) as caught:
        load(edit(file, old, new))
    assert str(caught.value).startswith(f"{file}: ")
    assert said in str(caught.value)


def test_what_is_as_declared_passes(checker: Checker) -> None:
    """A span, a metric and an event as declared are remembered as emitted."""
    checker.spans([a_span(gen_ai__usage__input_tokens=3)])
    checker.metrics([a_metric(points=({"voice.interruption.source": "caller"},))])
    checker.logs([an_event()])
    assert checker.emitted.spans == {"inference"}
    assert checker.emitted.metrics == {"voice.turn.interruptions"}
    assert checker.emitted.events == {"voice.conversation.started"}
    assert "voice.interruption.source" in checker.emitted.attributes


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (a_span(gen_ai__invented="x"), "undeclared attribute gen_ai.invented"),
        (a_span(gen_ai__usage__input_tokens="3"), "declared as int"),
        (a_span(gen_ai__usage__input_tokens=True), "declared as int"),
        (a_span(gen_ai__request__temperature=1), "declared as double"),
        (a_span(gen_ai__response__finish_reasons="stop"), "declared as string[]"),
        (a_span(gen_ai__response__finish_reasons=(1,)), "declared as string[]"),
        (a_span(name="speak gpt-4o"), "matches no name pattern"),
        (a_span(name="chat"), "matches no name pattern"),
        (a_span(kind="INTERNAL"), "has kind INTERNAL, declared is CLIENT"),
    ],
)
def test_a_span_that_is_not_as_declared_fails(checker: Checker, span: Span, said: str) -> None:
    """An undeclared attribute, a wrong type, a wrong name and a wrong kind are each told."""
    with pytest.raises(AssertionError, match=said.replace("[", r"\[")):
        checker.spans([span])


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (a_metric(unit="1"), "has unit '1'"),
        (a_metric(instrument="updowncounter"), "is a updowncounter, declared is counter"),
        (a_metric(points=({"user.id": "u1"},)), "undeclared label user.id"),
        (a_metric(points=({"voice.interruption.source": 1},)), "declared as string"),
        (Metric("voice.invented", "otel_voice", "s", ()), "not declared in metrics.yaml"),
        (
            Metric("voice.tts.audio.duration", "otel_voice", "s", (), "histogram", (1.0, 2.0)),
            "declared are those of audio",
        ),
    ],
)
def test_a_metric_that_is_not_as_declared_fails(checker: Checker, metric: Metric, said: str) -> None:
    """A wrong unit, instrument, bucket or label is told, and so is a metric nobody declared."""
    with pytest.raises(AssertionError, match=said):
        checker.metrics([metric])


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (an_event(severity="ERROR"), "has severity ERROR, declared is INFO"),
        (an_event(category="audit"), "has category audit, declared is app"),
        (an_event(name="voice.invented"), "not declared in events.yaml"),
        (an_event(name=""), "not declared in events.yaml"),
    ],
)
def test_an_event_that_is_not_as_declared_fails(checker: Checker, log: Log, said: str) -> None:
    """A wrong severity or category is told, and so is an event nobody declared."""
    with pytest.raises(AssertionError, match=said):
        checker.logs([log])


def test_what_others_emit_is_judged_only_by_what_is_ours_on_it(checker: Checker) -> None:
    """The program's own spans and log records may carry anything, except an undeclared voice. attribute."""
    checker.spans([Span("GET /", "SERVER", "aiohttp", {"http.route": "/"}, ())])
    checker.logs([Log("hello", "", "INFO", "app", {"order": 7, "voice.turn.index": 1})])
    with pytest.raises(AssertionError, match=r"undeclared attribute voice\.mood"):
        checker.logs([Log("hello", "", "INFO", "app", {"voice.mood": "good"})])


def test_attributes_the_test_gave_may_be_named(checker: Checker) -> None:
    """conversation(attributes=...) puts the user's own names on our spans."""
    checker.spans([a_span(tenant="t1")], also=["tenant"])


def test_what_nothing_emitted_is_missing() -> None:
    """The end of a whole session names each declared thing that no test emitted."""
    schema = Schema(SCHEMA.attributes[:2], SCHEMA.spans[:1], (), (), {})
    emitted = Emitted(attributes={SCHEMA.attributes[0].name})
    assert emitted.missing(schema) == [f"attribute {SCHEMA.attributes[1].name}", f"span {SCHEMA.spans[0].key}"]


def test_objects_of_the_sdk_are_read_as_they_are(signals: Signals) -> None:
    """The checks work on what the SDK's own in-memory exporters hand out."""
    tracer = signals.tracer_provider.get_tracer("somebody")
    tracer.start_span("outer", kind=SpanKind.SERVER).end()
    meter = signals.meter_provider.get_meter("otel_voice")
    meter.create_counter("voice.invented").add(1)
    assert signals.span("outer").kind is SpanKind.SERVER
    with pytest.raises(AssertionError, match=r"voice\.invented is not declared"):
        signals.check()
