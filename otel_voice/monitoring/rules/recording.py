"""What is computed beforehand: the aggregations of dashboards and of the daily report.

Named level:metric:operation. The level `service` is the service and its environment; `provider` adds the provider and
the operation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from otel_voice.monitoring.rules.promql import OPERATION, by, increase, quantile
from otel_voice.monitoring.rules.records import Recording
from otel_voice.monitoring.series import label, series
from otel_voice.telemetry.names import (
    ERROR_TYPE,
    GEN_AI_PROVIDER_NAME,
    METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
    METRIC_VOICE_CONVERSATION_ACTIVE,
    METRIC_VOICE_CONVERSATIONS,
    METRIC_VOICE_COST,
    METRIC_VOICE_TURN_RESPONSE_LATENCY,
    METRIC_VOICE_TURN_STAGE_DURATION,
    VOICE_CONVERSATION_OUTCOME,
    VOICE_TURN_STAGE,
)

_QUANTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_ENDED: Final = series(METRIC_VOICE_CONVERSATIONS).total
_OUTCOME: Final = label(VOICE_CONVERSATION_OUTCOME)
_PROVIDER: Final = label(GEN_AI_PROVIDER_NAME)
_CALLS: Final = series(METRIC_GEN_AI_CLIENT_OPERATION_DURATION)
_FAILED: Final = f'{_CALLS.count}{{{label(ERROR_TYPE)}!=""}}'


def recordings() -> Iterator[Recording]:
    """All that is recorded every minute."""
    yield from _conversations()
    yield from _latency()
    yield from _providers()
    yield from _costs()


def _conversations() -> Iterator[Recording]:
    active = series(METRIC_VOICE_CONVERSATION_ACTIVE).value
    yield Recording("service:voice_conversation_active:sum", f"sum {by()} ({active})")
    yield Recording("service:voice_conversations:rate5m", f"sum {by(_OUTCOME)} (rate({_ENDED}[5m]))")
    yield Recording("service:voice_conversations:increase1d", increase(_ENDED, "1d", _OUTCOME))


def _latency() -> Iterator[Recording]:
    response, stage = series(METRIC_VOICE_TURN_RESPONSE_LATENCY), series(METRIC_VOICE_TURN_STAGE_DURATION)
    for name, rank in _QUANTILES.items():
        yield Recording(f"service:{response.base}:{name}_5m", quantile(rank, response.bucket, "5m"))
    for name, rank in _QUANTILES.items():
        yield Recording(
            f"service_stage:{stage.base}:{name}_5m", quantile(rank, stage.bucket, "5m", label(VOICE_TURN_STAGE))
        )


def _providers() -> Iterator[Recording]:
    labels = (OPERATION, _PROVIDER)
    all_calls = f"sum {by(*labels)} (rate({_CALLS.count}[5m]))"
    failed = f"sum {by(*labels)} (rate({_FAILED}[5m]))"
    yield Recording("provider:gen_ai_client_operations:rate5m", all_calls)
    yield Recording(
        "provider:gen_ai_client_operation_errors:ratio_rate5m", f"({failed} or 0 * {all_calls})\n  / ({all_calls} > 0)"
    )
    yield Recording(f"provider:{_CALLS.base}:p95_5m", quantile(0.95, _CALLS.bucket, "5m", *labels))


def _costs() -> Iterator[Recording]:
    cost = series(METRIC_VOICE_COST).total
    yield Recording("service:voice_cost:increase1h", increase(cost, "1h"))
    yield Recording("service:voice_cost:increase1d", increase(cost, "1d"))
