"""Synthesis by voice. No metric of the program has the voice as a label; the Collector derives one from the spans."""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.dashboards.metrics import INTERVAL
from otel_voice.monitoring.series import label
from otel_voice.telemetry import names

SPAN_DURATION: Final = "traces_span_metrics_duration_milliseconds_bucket"
"""collector/config.yaml: the connector span_metrics, which has these dimensions."""

_VOICE: Final = label(names.GEN_AI_SPEECH_VOICE)
_SELECTED: Final = ", ".join(
    (
        'service_name=~"$service"',
        'deployment_environment_name=~"$environment"',
        f'{label(names.GEN_AI_PROVIDER_NAME)}=~"$provider"',
        f'{label(names.GEN_AI_REQUEST_MODEL)}=~"$model"',
        f'{label(names.GEN_AI_OPERATION_NAME)}="text_to_speech"',
        f'{_VOICE}!=""',
    )
)
SYNTHESIS_BY_VOICE: Final = (
    f"histogram_quantile(0.95, sum by ({_VOICE}, le) (rate({SPAN_DURATION}{{{_SELECTED}}}[{INTERVAL}])))"
)
"""Milliseconds to the last audio, in 19 of 20 calls."""
