"""One conversation: all that is known of it, by its id."""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.dashboards import logql
from otel_voice.monitoring.dashboards.dashboard import Dashboard, Row, row
from otel_voice.monitoring.dashboards.links import CONVERSATION_UID, conversation_of, logs_of_trace, trace_of
from otel_voice.monitoring.dashboards.panels import columns_by_stage, linked, logs, plain_table, table, trace
from otel_voice.monitoring.dashboards.targets import Target, found_traces, log_lines, log_value, one_trace
from otel_voice.monitoring.dashboards.variables import one_conversation
from otel_voice.monitoring.series import label
from otel_voice.telemetry import names

# The second condition keeps an empty box from finding all records without a conversation.
_CHOSEN: Final = "voice_conversation_id=${conversation:doublequote} | voice_conversation_id!=``"
_TURNS: Final = f"{logql.of_event(names.EVENT_VOICE_TURN_COMPLETED, 'performance')} | {_CHOSEN}"
_ENDED: Final = logql.of_event(names.EVENT_VOICE_CONVERSATION_ENDED, "app")
_LAST: Final = ("service.name", names.VOICE_CONVERSATION_ID, "trace_id", names.VOICE_CONVERSATION_OUTCOME)
_STAGES: Final = (
    names.VOICE_TURN_STAGE_ENDPOINTING,
    names.VOICE_TURN_STAGE_TRANSCRIPTION,
    names.VOICE_TURN_STAGE_DECISION,
    names.VOICE_TURN_STAGE_INFERENCE,
    names.VOICE_TURN_STAGE_TOOLS,
    names.VOICE_TURN_STAGE_AGGREGATION,
    names.VOICE_TURN_STAGE_SYNTHESIS,
    names.VOICE_TURN_STAGE_PLAYBACK,
    names.VOICE_TURN_STAGE_UNATTRIBUTED,
)


def conversation() -> Dashboard:
    """No alert is about one conversation."""
    return Dashboard(
        CONVERSATION_UID,
        "Voice: one conversation",
        "All that is known of one conversation. Put its id into the box, or click one of the last conversations.",
        one_conversation(),
        (_which(), _turns(), _trace(), _said()),
        since="now-24h",
    )


def _which() -> Row:
    newest = table(
        "Last conversations",
        "Those of the chosen service that ended last. Click the id of one to see it here.",
        "dateTimeAsIso",
        log_value(logql.newest(50, _ENDED, *_LAST)),
        columns={
            "service_name": "Service",
            "voice_conversation_id": "Conversation",
            "trace_id": "Trace",
            "voice_conversation_outcome": "Outcome",
        },
        values=("Ended",),
    )
    chosen = conversation_of("Conversation", "Trace", "Service")
    newest = linked(newest, "Conversation", chosen)
    newest = linked(newest, "Trace", chosen, trace_of("Trace"), logs_of_trace("Trace"))
    return row(
        "Which conversation",
        newest,
        plain_table(
            "Traces of this conversation",
            "What Jaeger finds by the id: one trace, or one for each turn. The link opens it.",
            found_traces("${service}", "voice.conversation.id=${conversation:doublequote}"),
        ),
    )


def _turns() -> Row:
    return row(
        "Turns",
        columns_by_stage(
            "Response latency of each turn, by stage",
            "The silence before each answer, taken apart. Turn 1 may be the greeting, which answers nothing.",
            *(_of_each_turn(stage) for stage in _STAGES),
        ),
        logs("Turns", "Each turn as it ended: latency, stages, cost, errors are in the details.", log_lines(_TURNS)),
    )


def _of_each_turn(stage: str) -> Target:
    """Seconds of one stage, for each turn that had it."""
    found = f"{_TURNS} | {label(stage)}!=``"
    asked = f"max_over_time({found} | unwrap {label(stage)} [$__range]) by ({label(names.VOICE_TURN_INDEX)})"
    return log_value(asked, stage.removeprefix("voice.turn.stage."))


def _trace() -> Row:
    return row("Trace", trace("Trace", "The trace whose id is in the box.", one_trace("${trace}")))


def _said() -> Row:
    return row(
        "Records",
        logs(
            "Audit and security records",
            "Who did what to whom; `otel-voice audit verify` says whether the chain is whole.",
            log_lines(f"{logql.of_category('audit|security')} | {_CHOSEN}"),
        ),
        logs(
            "Logs",
            "All log records of the conversation.",
            log_lines(f"{logql.of_category('.+')} | {_CHOSEN}", limit=1000),
        ).high(20),
    )
