"""What several dashboards ask: metrics with both their names, and what a failed call is."""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.dashboards.metrics import Metric, metric, share
from otel_voice.monitoring.dashboards.targets import Target, curve_with_exemplars
from otel_voice.telemetry import names

CALLS: Final = metric(names.METRIC_GEN_AI_CLIENT_OPERATION_DURATION, names.METRIC_GEN_AI_CLIENT_INFERENCE_DURATION)
"""Provider calls and how long they took; of model calls the new name counts where a program says that alone."""
FAILED_CALLS: Final = CALLS.where(names.ERROR_TYPE, '!=""')
FIRST_CHUNK: Final = metric(
    names.METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK,
    names.METRIC_GEN_AI_CLIENT_INFERENCE_TIME_TO_FIRST_CHUNK,
)
CONVERSATIONS: Final = metric(names.METRIC_VOICE_CONVERSATIONS)
SUCCEEDED: Final = CONVERSATIONS.where(names.VOICE_CONVERSATION_OUTCOME, '="completed"')
RESPONSE_LATENCY: Final = metric(names.METRIC_VOICE_TURN_RESPONSE_LATENCY)
INTERRUPTIONS: Final = metric(names.METRIC_VOICE_TURN_INTERRUPTIONS)
FALLBACKS: Final = metric(names.METRIC_VOICE_FALLBACKS)
RETRIES: Final = metric(names.METRIC_VOICE_RETRIES)
COST: Final = metric(names.METRIC_VOICE_COST)
CONVERSATION_COST: Final = metric(names.METRIC_VOICE_CONVERSATION_COST)

SPEECH_TO_TEXT: Final = '="speech_to_text"'
TEXT_TO_SPEECH: Final = '="text_to_speech"'
MODELS: Final = '!~"speech_to_text|text_to_speech|execute_tool|invoke_agent|invoke_workflow"'
"""Whatever else is called is a language model, one that listens and speaks itself included."""

_QUANTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def operation(metric: Metric, matcher: str) -> Metric:
    """Only the calls of one stage."""
    return metric.where(names.GEN_AI_OPERATION_NAME, matcher)


def error_rate(*by: str) -> str:
    """The share of provider calls that failed."""
    return share(FAILED_CALLS.rate(*by), CALLS.rate(*by))


def quantiles(metric: Metric) -> tuple[Target, ...]:
    """The median, and what 19 of 20 and 99 of 100 do not exceed, with the traces behind them."""
    return tuple(curve_with_exemplars(metric.quantile(share), name) for name, share in _QUANTILES.items())


def quantiles_by(metric: Metric, share: float, *by: str) -> Target:
    """One of them, a curve for each value of these attributes."""
    legend = " ".join(f"{{{{{attribute.replace('.', '_')}}}}}" for attribute in by)
    return curve_with_exemplars(metric.quantile(share, *by), legend)
