"""For each alert of Prometheus the series that make it fire, those that just do not, and those of calm.

Counters are per step, and mostly parts of a hundred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.stack.real.promtool import Line, Times, counter, gauge

S = 'service_name="reception",deployment_environment_name="test"'
HOUR, DAY = 3600, 86400


@dataclass(frozen=True)
class Case:
    """What an alert is shown. Without times they follow from its window and its `for`."""

    lines: Sequence[Line]
    times: Times | None = None


def histogram(base: str, labels: str, below: Mapping[str, float], above: Mapping[str, float]) -> list[Line]:
    """A histogram of a hundred observations a step; in calm all are in its lowest bucket that is named."""
    buckets = [counter(f'{base}_bucket{{{S},{labels}le="{le}"}}', 100, below[le], above[le]) for le in below]
    rest = [f'{base}_bucket{{{S},{labels}le="+Inf"}}', f"{base}_count{{{S},{labels.rstrip(',')}}}"]
    return [*buckets, *(counter(series, 100, 100, 100) for series in rest)]


def operations(labels: str, calm: float, below: float, above: float) -> Line:
    """Provider calls."""
    return counter(f"gen_ai_client_operation_duration_seconds_count{{{S},{labels}}}", calm, below, above)


CHAT = 'gen_ai_operation_name="chat",gen_ai_provider_name="openai"'
OTHER_CHAT = 'gen_ai_operation_name="generate_content",gen_ai_provider_name="gcp.gemini"'
SPEECH = 'gen_ai_operation_name="text_to_speech",gen_ai_provider_name="elevenlabs"'
HEARD = 'gen_ai_provider_name="deepgram"'


def failures(below: float, above: float) -> Case:
    """Calls of a provider that fail."""
    return Case(
        [
            operations(f'{CHAT},error_type="500"', 0, below, above),
            operations(CHAT, 100, 100 - below, 100 - above),
        ]
    )


def conversations(outcome: str, below: float, above: float) -> list[Line]:
    """Calls with an outcome that is none to wish for, of a hundred."""
    ended = f"voice_conversations_total{{{S},voice_conversation_outcome="
    return [
        counter(f'{ended}"{outcome}"}}', 0, below, above),
        counter(f'{ended}"completed"}}', 100, 100 - below, 100 - above),
    ]


def latency(le: str, below: float, above: float) -> list[Line]:
    """Turns, of which so many are within a bucket."""
    return histogram("voice_turn_response_latency_seconds", "", {le: below, "4": 100}, {le: above, "4": 100})


def cpu(below: float, above: float) -> Case:
    """Seconds of two states for each step of 15 s."""
    return Case(
        [
            counter('system_cpu_time_seconds_total{state="user"}', 1, 15 * below, 15 * above),
            counter('system_cpu_time_seconds_total{state="idle"}', 14, 15 * (1 - below), 15 * (1 - above)),
            # A program that tells system metrics as well says nothing of the host's.
            counter(f'system_cpu_time_seconds_total{{{S},state="user"}}', 15, 15, 15),
        ]
    )


def shared(series: str, below: float, above: float, other: str, labels: str = "") -> Case:
    """Something in use, and the rest of it."""
    return Case(
        [
            gauge(f'{series}{{{labels}state="used"}}', 10, below, above),
            gauge(f'{series}{{{labels}state="{other}"}}', 90, 100 - below, 100 - above),
        ]
    )


def open_calls(below: float, above: float) -> Case:
    """Calls open in two processes."""
    active = f"voice_conversation_active{{{S},instance="
    return Case([gauge(f'{active}"a"}}', 1, 40, 40), gauge(f'{active}"b"}}', 1, below - 40, above - 40)])


def queue(exporter: str, below: float, above: float) -> Case:
    """A queue of the Collector that holds a hundred."""
    labels = f'exporter="{exporter}",data_type="logs"'
    return Case(
        [
            gauge(f"otelcol_exporter_queue_size{{{labels}}}", 0, below, above),
            gauge(f"otelcol_exporter_queue_capacity{{{labels}}}", 100, 100, 100),
        ]
    )


def habit(lines: Sequence[Line]) -> Case:
    """A day and some of normal, then two hours of something else."""
    return Case(lines, Times(26 * HOUR, 2 * HOUR, 2 * HOUR, step=300))


FAST = Times(lead=HOUR, trouble=90 * 60, after=7 * HOUR, step=60)
SLOW = Times(lead=DAY, trouble=3 * DAY, after=DAY, step=900)
UP = f'voice_process_up{{{S},instance="a"}}'
COLLECTOR_UP = gauge('up{job="otelcol"}', 1, 1, 1)

CASES: Mapping[str, Case] = {
    # An end that is meant says 0 before it is silent.
    "VoiceServiceDown": Case([gauge(UP, 1, [0, None], None), COLLECTOR_UP], Times(600, 240, 300)),
    "VoiceHealthCheckFailing": Case(
        [
            gauge(
                f'voice_health_check_status{{{S},voice_health_check_name="{name}",'
                f'voice_health_check_critical="{critical}"}}',
                1,
                below,
                0,
            )
            for name, critical, below in (("database", "true", 1), ("cache", "false", 0))
        ]
    ),
    "VoiceEventLoopBlocked": Case(
        histogram("voice_event_loop_lag_seconds", "", {"0.16": 98, "0.32": 100}, {"0.16": 97, "0.32": 100})
    ),
    "VoiceCallFailureRateCritical": Case(conversations("failed", 9.5, 10.5)),
    "VoiceSuccessRateLow": Case(conversations("abandoned", 19.5, 20.5)),
    "VoiceActiveCallsCritical": open_calls(99, 100),
    "VoiceActiveCallsHigh": open_calls(79, 80),
    "VoiceResponseLatencyHigh": Case(latency("3", 96, 94)),
    "VoiceRetryRateHigh": Case([*latency("3", 100, 100), counter(f"voice_retries_total{{{S}}}", 0, 19.5, 20.5)]),
    # 240 steps of an hour.
    "VoiceCostOverBudget": Case([counter(f"voice_cost_total{{{S}}}", 0.01, 9.9 / 240, 10.2 / 240)]),
    "VoiceErrorRateCritical": failures(9.5, 10.5),
    "VoiceErrorRateHigh": failures(4.5, 5.5),
    # Somebody else answers, by another operation of the same kind: that is a fallback.
    "VoiceProviderExhausted": Case(
        [
            operations(f'{CHAT},error_type="insufficient_quota"', 0, 1, 1),
            operations(CHAT, 10, 0, 0),
            operations(OTHER_CHAT, 0, 1, 0),
            operations(SPEECH, 10, 10, 10),
        ]
    ),
    "VoiceSttLatencyHigh": Case(
        histogram("voice_stt_finalization_duration_seconds", f"{HEARD},", {"2": 96, "2.5": 100}, {"2": 94, "2.5": 100})
    ),
    "VoiceTtsLatencyHigh": Case(
        histogram(
            "gen_ai_client_operation_time_to_first_chunk_seconds",
            f"{SPEECH},",
            {"1.28": 89, "2.56": 100},
            {"1.28": 88, "2.56": 100},
        )
    ),
    "VoiceIntegrationFailing": Case(
        [
            counter(
                f'voice_integration_requests_total{{{S},voice_integration_adapter="crm",'
                f'voice_integration_outcome="{outcome}"}}',
                calm,
                below,
                above,
            )
            for outcome, calm, below, above in (
                ("success", 100, 51, 49),
                ("failure", 0, 29, 31),
                ("timeout", 0, 20, 20),
                ("cancelled", 0, 100, 100),
            )
        ]
    ),
    "VoiceQueueBacklog": Case([gauge(f'voice_queue_depth{{{S},voice_queue_name="sales"}}', 0, 20, 21)]),
    "VoiceFirstResponseSlow": Case(
        histogram(
            "voice_conversation_first_response_duration_seconds",
            'voice_team_name="sales",',
            {"600": 96, "1800": 100},
            {"600": 94, "1800": 100},
        )
    ),
    "VoiceAgentOverloaded": Case(
        [gauge(f'voice_agent_load{{{S},voice_agent_name="ada",voice_team_name="sales"}}', 1, 8, 9)]
    ),
    "VoiceInterruptionsUnusual": habit(
        [
            counter(f"voice_turn_response_latency_seconds_count{{{S}}}", 100, 100, 100),
            counter(f"voice_turn_interruptions_total{{{S}}}", 10, 19, 30),
        ]
    ),
    "VoiceDeadAirUnusual": habit(
        [
            counter(f"voice_conversation_duration_seconds_count{{{S}}}", 10, 10, 10),
            counter(f"voice_conversation_duration_seconds_sum{{{S}}}", 1000, 1000, 1000),
            counter(f"voice_conversation_dead_air_duration_seconds_sum{{{S}}}", 100, 190, 300),
        ]
    ),
    # Never any before, and few now: below the floor it is not unusual.
    "VoiceUnderrunsUnusual": habit(
        [
            operations(SPEECH, 100, 100, 100),
            counter(f"voice_tts_underruns_total{{{S}}}", 0, 4, 10),
        ]
    ),
    "VoiceLatencyObjectiveFastBurn": Case(latency("3", 75, 20), FAST),
    "VoiceLatencyObjectiveSlowBurn": Case(latency("3", 95.5, 93), SLOW),
    "VoiceAvailabilityObjectiveFastBurn": Case(conversations("failed", 5, 20), FAST),
    "VoiceAvailabilityObjectiveSlowBurn": Case(conversations("failed", 0.9, 1.5), SLOW),
    "VoiceHostCpuCritical": cpu(0.94, 0.96),
    "VoiceHostCpuHigh": cpu(0.79, 0.81),
    "VoiceHostMemoryCritical": shared("system_memory_usage_bytes", 94, 96, "free"),
    "VoiceHostMemoryHigh": shared("system_memory_usage_bytes", 84, 86, "free"),
    "VoiceHostDiskFull": shared("system_filesystem_usage_bytes", 79, 81, "free", 'device="/dev/sda1",mountpoint="/",'),
    # What a burst holds back is held back on purpose.
    "VoiceTelemetryLost": Case(
        [
            counter(f'voice_log_dropped_total{{{S},voice_reason="queue_full"}}', 0, 0, 1),
            counter(f'voice_log_dropped_total{{{S},voice_reason="burst"}}', 0, 100, 0),
            COLLECTOR_UP,
        ]
    ),
    "VoiceAuditBlocked": queue("otlp_http/loki_compliance", 94, 96),
    "OtelcolQueueNearlyFull": queue("otlp_http/loki", 79, 81),
    "OtelcolDroppingData": Case(
        [counter('otelcol_exporter_send_failed_spans_total{exporter="otlp_grpc/jaeger"}', 0, 0, 1)]
    ),
    "OtelcolRefusing": Case([counter('otelcol_receiver_refused_log_records_total{receiver="otlp"}', 0, 0, 1)]),
}
