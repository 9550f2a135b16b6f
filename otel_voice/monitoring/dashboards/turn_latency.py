"""Turn latency: where the silence before an answer goes, and which turns were the slowest."""

from __future__ import annotations

from otel_voice.monitoring.dashboards import logql
from otel_voice.monitoring.dashboards.asked import (
    FIRST_CHUNK,
    MODELS,
    RESPONSE_LATENCY,
    TEXT_TO_SPEECH,
    operation,
    quantiles,
    quantiles_by,
)
from otel_voice.monitoring.dashboards.dashboard import Dashboard, Row, row
from otel_voice.monitoring.dashboards.links import conversation_of, logs_of_trace, trace_of
from otel_voice.monitoring.dashboards.metrics import RANGE, metric
from otel_voice.monitoring.dashboards.panels import curves, heat_map, linked, number, ranking, stacked, table
from otel_voice.monitoring.dashboards.targets import curve, heat, log_value, value
from otel_voice.monitoring.dashboards.thresholds import too_high
from otel_voice.monitoring.dashboards.variables import providers
from otel_voice.monitoring.dashboards.voices import SYNTHESIS_BY_VOICE
from otel_voice.monitoring.values import Values
from otel_voice.telemetry import names

_STAGES = metric(names.METRIC_VOICE_TURN_STAGE_DURATION)
_STOPPING = metric(names.METRIC_VOICE_TURN_INTERRUPTION_STOP_LATENCY)
_SPENT = _STAGES.recorded(names.VOICE_TURN_STAGE)
_ANSWERED = RESPONSE_LATENCY.rate()
# Over all answered turns, whether they had the stage or not, so that the stages sum to the mean response latency.
_BREAKDOWN = f"{_SPENT} / ignoring (voice_turn_stage) group_left () ({_ANSWERED} > 0)"
_TURNS = f"{logql.of_event(names.EVENT_VOICE_TURN_COMPLETED, 'performance')} | voice_turn_response_latency != ``"


def turn_latency(values: Values) -> Dashboard:
    """With the thresholds of the alerts."""
    return Dashboard(
        "voice-turn-latency",
        "Voice: turn latency",
        "The silence before an answer: how long, spent on what, in which turns.",
        providers(),
        (_in_short(values), _breakdown(values), _stages(), _slowest(values), _who()),
    )


def _in_short(values: Values) -> Row:
    limit = too_high(values.alert("VoiceResponseLatencyHigh").threshold)
    return row(
        "In the time that is shown",
        number(
            "Median",
            "Half of the answers came sooner.",
            "s",
            value(RESPONSE_LATENCY.quantile(0.5, window=RANGE)),
            thresholds=limit,
        ),
        number(
            "p95",
            "19 of 20 answers came sooner.",
            "s",
            value(RESPONSE_LATENCY.quantile(0.95, window=RANGE)),
            thresholds=limit,
        ),
        number(
            "p99",
            "99 of 100 answers came sooner.",
            "s",
            value(RESPONSE_LATENCY.quantile(0.99, window=RANGE)),
            thresholds=limit,
        ),
        number("Turns answered", "Turns of a caller that were answered.", "short", value(RESPONSE_LATENCY.increase())),
    )


def _breakdown(values: Values) -> Row:
    return row(
        "The breakdown",
        stacked(
            "Response latency by stage",
            "Mean seconds of an answered turn, by what they were spent on. They sum to the mean response latency.",
            "s",
            curve(_BREAKDOWN, "{{voice_turn_stage}}"),
        ).high(10),
        curves(
            "Response latency",
            "End of the caller's speech to the first sound of the answer. A dot is a turn: click it for its trace.",
            "s",
            *quantiles(RESPONSE_LATENCY),
            thresholds=too_high(values.alert("VoiceResponseLatencyHigh").threshold),
        ).high(10),
        heat_map(
            "Response latency, all of it",
            "How many turns took how long. Two bands are two kinds of turns: with tools and without, one model or two.",
            "s",
            heat(RESPONSE_LATENCY.buckets()),
        ).wide(24),
    )


def _stages() -> Row:
    return row(
        "Each stage",
        *(
            curves(
                f"{name} per stage",
                "Of the turns that had the stage. A dot leads to the trace of its turn.",
                "s",
                quantiles_by(_STAGES, share, names.VOICE_TURN_STAGE),
            ).wide(8)
            for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        ),
    )


def _slowest(values: Values) -> Row:
    ids = (names.VOICE_CONVERSATION_ID, names.VOICE_TURN_INDEX, "trace_id", "service.name")
    slowest = table(
        "Slowest turns",
        "Those with the longest silence in the time that is shown: click for the trace, the logs, the conversation.",
        "s",
        log_value(logql.largest(20, _TURNS, names.VOICE_TURN_RESPONSE_LATENCY, *ids)),
        columns={
            "service_name": "Service",
            "voice_conversation_id": "Conversation",
            "voice_turn_index": "Turn",
            "trace_id": "Trace",
        },
        values=("Latency",),
    )
    conversation = conversation_of("Conversation", "Trace", "Service")
    slowest = linked(slowest, "Conversation", conversation)
    slowest = linked(slowest, "Trace", trace_of("Trace"), logs_of_trace("Trace"), conversation)
    return row("The slowest", slowest.wide(24).high(10))


def _who() -> Row:
    return row(
        "By model, voice and call",
        curves(
            "First words per model, p95",
            "Request to the first chunk of a language model, in 19 of 20 calls.",
            "s",
            quantiles_by(operation(FIRST_CHUNK, MODELS), 0.95, names.GEN_AI_PROVIDER_NAME, names.GEN_AI_REQUEST_MODEL),
        ),
        curves(
            "First audio per speech model, p95",
            "Request to the first audio of a synthesis, in 19 of 20 calls.",
            "s",
            quantiles_by(
                operation(FIRST_CHUNK, TEXT_TO_SPEECH), 0.95, names.GEN_AI_PROVIDER_NAME, names.GEN_AI_REQUEST_MODEL
            ),
        ),
        curves(
            "Synthesis per voice, p95",
            "Request to the last audio, in 19 of 20 calls, by voice; the Collector derives it from spans.",
            "ms",
            curve(SYNTHESIS_BY_VOICE, "{{gen_ai_speech_voice}}"),
        ),
        curves(
            "Silence after an interruption",
            "The caller begins to speak over the answer until the agent is silent.",
            "s",
            *quantiles(_STOPPING),
        ),
        ranking(
            "Median by channel",
            "Response latency of the time that is shown, by the channel that the program named.",
            "s",
            value(
                RESPONSE_LATENCY.quantile(0.5, names.VOICE_CONVERSATION_CHANNEL, window=RANGE),
                "{{voice_conversation_channel}}",
            ),
        ),
        ranking(
            "Turns by how the end of speech was known",
            "word_offsets and provider_event are measured; with final_transcript the true silence was longer.",
            "short",
            value(RESPONSE_LATENCY.increase(names.VOICE_TURN_SPEECH_END_SOURCE), "{{voice_turn_speech_end_source}}"),
        ),
    )
