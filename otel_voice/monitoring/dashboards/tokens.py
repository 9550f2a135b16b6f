"""Tokens of language models. The conventions renamed them: one histogram by type became a counter for each type."""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.dashboards.metrics import Metric, metric
from otel_voice.telemetry import names

_OLD: Final = metric(names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE)
_NEW: Final = {
    "input": metric(names.METRIC_GEN_AI_CLIENT_INFERENCE_USAGE_INPUT_TOKENS),
    "output": metric(names.METRIC_GEN_AI_CLIENT_INFERENCE_USAGE_OUTPUT_TOKENS),
}


def _per_minute(*by: str) -> str:
    """The old name, and the new one of a program that says that alone."""
    renamed = [_with_type(used, kind, by) for kind, used in _NEW.items()]
    return " or ".join([f"60 * {_OLD.recorded(*by, names.GEN_AI_TOKEN_TYPE)}", *renamed])


def _with_type(used: Metric, kind: str, by: tuple[str, ...]) -> str:
    return f'label_replace({used.per_minute(*by)}, "gen_ai_token_type", "{kind}", "", "")'


TOKENS: Final = _per_minute()
TOKENS_BY_MODEL: Final = _per_minute(names.GEN_AI_PROVIDER_NAME, names.GEN_AI_REQUEST_MODEL)
