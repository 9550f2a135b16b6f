"""Providers: how many of their calls fail, whether one is used up, how long speech takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from otel_voice.monitoring.rules import words
from otel_voice.monitoring.rules.promql import OPERATION, SERVICE, increase, on, operations, quantile, share
from otel_voice.monitoring.rules.records import CRITICAL, WARNING, Alert
from otel_voice.monitoring.series import label, series
from otel_voice.monitoring.values import Values
from otel_voice.telemetry.names import (
    ERROR_TYPE,
    GEN_AI_PROVIDER_NAME,
    METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK,
    METRIC_VOICE_STT_FINALIZATION_DURATION,
)

DASHBOARD: Final = "voice-providers"

_PROVIDER: Final = label(GEN_AI_PROVIDER_NAME)
_ERROR: Final = label(ERROR_TYPE)
_KIND: Final = "voice_operation_kind"
_WHICH: Final = f"{{{{ $labels.{_PROVIDER} }}}} {{{{ $labels.{OPERATION} }}}}"

# Each SDK has its own word: 429 and 402, RateLimitError, rate_limit_exceeded, insufficient_quota, quota_exceeded,
# ThrottlingException, RESOURCE_EXHAUSTED, TooManyRequests, LimitExceededException, concurrency_limited.
USED_UP: Final = "(?i).*(429|402|rate.?limit|limit.?exceeded|limited|throttl|too.?many|quota|exhausted).*"
"""Values of error.type that say that a limit of rate or a quota was reached."""


def alerts(values: Values) -> Iterator[Alert]:
    """Those about providers."""
    yield _error_rate(values, "VoiceErrorRateCritical", CRITICAL)
    yield _error_rate(values, "VoiceErrorRateHigh", WARNING)
    yield _exhausted(values)
    yield _stt_latency(values)
    yield _tts_latency(values)


def _error_rate(values: Values, name: str, severity: str) -> Alert:
    asked = values.alert(name)
    which = (OPERATION, _PROVIDER)
    failed = operations(f'{_ERROR}!=""', asked.window, *which)
    rate = share(failed, operations("", asked.window, *which), asked.minimum)
    return Alert(
        name,
        severity,
        f"{rate}\n  > {asked.threshold:g}",
        when=f"more than {words.percent(asked.threshold)} of a provider's calls fail",
        summary=f"{_WHICH} fails {words.PERCENT} of its calls",
        description=f"{words.SERVICE}: {words.PERCENT} of the calls to {_WHICH} failed in the last {asked.window}; "
        f"the threshold is {words.percent(asked.threshold)}.",
        dashboard=DASHBOARD,
    )


def _exhausted(values: Values) -> Alert:
    asked = values.alert("VoiceProviderExhausted")
    refused = _with_kind(operations(f'{_ERROR}=~"{USED_UP}"', asked.window, OPERATION, _PROVIDER), _PROVIDER)
    answered = _with_kind(operations(f'{_ERROR}=""', asked.window, OPERATION))
    return Alert(
        "VoiceProviderExhausted",
        CRITICAL,
        f"{refused}\n  >= {asked.threshold:g}\nunless {on(_KIND)}\n{answered}\n  > 0",
        when=f"a provider refuses {asked.threshold:g} calls or more because of a rate limit or a quota, and no "
        "provider of that kind answers",
        summary=f"{{{{ $labels.{_PROVIDER} }}}} is used up, and nothing stands in for it",
        description=f"{words.SERVICE}: {{{{ $labels.{_PROVIDER} }}}} refused {words.NUMBER} calls in the last "
        f"{asked.window} because of a rate limit or a quota ({asked.threshold:g} are an alert), and no call of the "
        f"kind {{{{ $labels.{_KIND} }}}} was answered by any provider.",
        dashboard=DASHBOARD,
    )


def _with_kind(counted: str, *labels: str) -> str:
    """Summed over the kinds of operations. A model stands in for another by whatever operation it is asked."""
    kind = f'label_replace(\n    {counted},\n    "{_KIND}", "model", "{OPERATION}", ".*")'
    for speech in ("speech_to_text", "text_to_speech"):
        kind = f'label_replace({kind},\n    "{_KIND}", "$0", "{OPERATION}", "{speech}")'
    return f"sum by ({', '.join((*SERVICE, _KIND, *labels))}) (\n  {kind})"


def _stt_latency(values: Values) -> Alert:
    name = "VoiceSttLatencyHigh"
    asked = values.alert(name)
    finalization = series(METRIC_VOICE_STT_FINALIZATION_DURATION)
    return Alert(
        name,
        WARNING,
        f"{quantile(0.95, finalization.bucket, asked.window, _PROVIDER)}\n  > {asked.threshold:g}\n"
        f"and {increase(finalization.count, asked.window, _PROVIDER)} >= {asked.minimum:g}",
        when=f"p95 from the end of speech to the final transcript is over {words.seconds(asked.threshold)}",
        summary=f"{{{{ $labels.{_PROVIDER} }}}} takes {words.SECONDS} for a final transcript (p95)",
        description=f"{words.SERVICE}: p95 from the end of speech to the final transcript of "
        f"{{{{ $labels.{_PROVIDER} }}}} is {words.SECONDS} over the last {asked.window}; "
        f"the threshold is {words.seconds(asked.threshold)}.",
        dashboard=DASHBOARD,
    )


def _tts_latency(values: Values) -> Alert:
    name = "VoiceTtsLatencyHigh"
    asked = values.alert(name)
    first = series(METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK)
    speech = f'{{{OPERATION}="text_to_speech"}}'
    return Alert(
        name,
        WARNING,
        f"{quantile(0.95, first.bucket + speech, asked.window, _PROVIDER)}\n  > {asked.threshold:g}\n"
        f"and {increase(first.count + speech, asked.window, _PROVIDER)} >= {asked.minimum:g}",
        when=f"p95 from the request to the first audio of a synthesis is over {words.seconds(asked.threshold)}",
        summary=f"{{{{ $labels.{_PROVIDER} }}}} takes {words.SECONDS} to its first audio (p95)",
        description=f"{words.SERVICE}: p95 from the request to the first audio of {{{{ $labels.{_PROVIDER} }}}} is "
        f"{words.SECONDS} over the last {asked.window}; the threshold is {words.seconds(asked.threshold)}.",
        dashboard=DASHBOARD,
    )
