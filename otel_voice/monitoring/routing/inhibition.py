"""One outage is one page: an alert that explains others silences them, as long as it is told.

An alert that is silenced by this silences in its turn, so that a chain needs its links only. What is about something
else stays: that audit records cannot be kept, that a disk is full, what a program says by alert().
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from otel_voice.monitoring.series import label
from otel_voice.telemetry.names import GEN_AI_PROVIDER_NAME

_SERVICE: Final = ("service_name", "deployment_environment_name")
_PROVIDER: Final = (*_SERVICE, label(GEN_AI_PROVIDER_NAME))
_HOST: Final = ("deployment_environment_name", "host_name")

_ERROR_RATES: Final = ("VoiceErrorRateCritical", "VoiceErrorRateHigh")
_CALLS_FAILING: Final = ("VoiceCallFailureRateCritical", "VoiceSuccessRateLow")
_AVAILABILITY: Final = ("VoiceAvailabilityObjectiveFastBurn", "VoiceAvailabilityObjectiveSlowBurn")
_LATENCY: Final = ("VoiceLatencyObjectiveFastBurn", "VoiceLatencyObjectiveSlowBurn", "VoiceResponseLatencyHigh")
_SPEECH_LATENCY: Final = ("VoiceSttLatencyHigh", "VoiceTtsLatencyHigh")
_HEARD: Final = ("VoiceInterruptionsUnusual", "VoiceDeadAirUnusual", "VoiceUnderrunsUnusual")
_FAST_IS_SLOW: Final = "A promise that is broken fast is broken slowly, too, and so is what it measures."
_CRITICAL_IS_HIGH: Final = "Critical is high."


@dataclass(frozen=True)
class Inhibition:
    """While one of the sources fires, the targets are not told where both have the same values of these labels.

    A label that both lack is the same.
    """

    why: str
    sources: Sequence[str]
    targets: Sequence[str]
    equal: Sequence[str] = _SERVICE


INHIBITIONS: Final = (
    Inhibition(
        "A service that is down answers nobody.",
        ("VoiceServiceDown",),
        (
            "VoiceProviderExhausted",
            "VoiceHealthCheckFailing",
            "VoiceIntegrationFailing",
            *_ERROR_RATES,
            "VoiceRetryRateHigh",
            *_CALLS_FAILING,
            *_AVAILABILITY,
            *_LATENCY,
            *_SPEECH_LATENCY,
            *_HEARD,
            "VoiceQueueBacklog",
            "VoiceFirstResponseSlow",
            "VoiceAgentOverloaded",
        ),
    ),
    Inhibition(
        "A provider that takes no more work fails.",
        ("VoiceProviderExhausted",),
        (*_ERROR_RATES, *_SPEECH_LATENCY),
        _PROVIDER,
    ),
    Inhibition(
        "Calls fail, and are tried again, because of what they need.",
        ("VoiceProviderExhausted", "VoiceHealthCheckFailing", "VoiceIntegrationFailing", "VoiceErrorRateCritical"),
        ("VoiceRetryRateHigh", *_CALLS_FAILING, *_AVAILABILITY, "VoiceDeadAirUnusual"),
    ),
    Inhibition(
        "Calls that fail use up what was promised.",
        ("VoiceCallFailureRateCritical",),
        ("VoiceSuccessRateLow", *_AVAILABILITY),
    ),
    Inhibition(
        "What fails writes errors.",
        ("VoiceServiceDown", "VoiceProviderExhausted", "VoiceErrorRateCritical", "VoiceCallFailureRateCritical"),
        ("VoiceErrorLogBurst",),
        # Loki's rules do not tell environments apart.
        ("service_name",),
    ),
    Inhibition(
        "A service with too many calls is slow.",
        ("VoiceActiveCallsCritical",),
        (*_LATENCY, "VoiceEventLoopBlocked", "VoiceUnderrunsUnusual", "VoiceDeadAirUnusual"),
    ),
    Inhibition(
        _FAST_IS_SLOW,
        ("VoiceLatencyObjectiveFastBurn",),
        ("VoiceLatencyObjectiveSlowBurn", "VoiceResponseLatencyHigh"),
    ),
    Inhibition(
        _FAST_IS_SLOW,
        ("VoiceAvailabilityObjectiveFastBurn",),
        ("VoiceAvailabilityObjectiveSlowBurn", "VoiceSuccessRateLow"),
    ),
    Inhibition(_CRITICAL_IS_HIGH, ("VoiceErrorRateCritical",), ("VoiceErrorRateHigh",), _PROVIDER),
    Inhibition(_CRITICAL_IS_HIGH, ("VoiceActiveCallsCritical",), ("VoiceActiveCallsHigh",)),
    Inhibition(_CRITICAL_IS_HIGH, ("VoiceHostCpuCritical",), ("VoiceHostCpuHigh",), _HOST),
    Inhibition(_CRITICAL_IS_HIGH, ("VoiceHostMemoryCritical",), ("VoiceHostMemoryHigh",), _HOST),
    Inhibition(
        "What the Collector loses is told once. What a program loses has its service, and is another matter.",
        ("VoiceTelemetryLost",),
        ("OtelcolDroppingData", "OtelcolQueueNearlyFull", "OtelcolRefusing"),
    ),
)


def rule(inhibition: Inhibition) -> dict[str, Any]:
    """The rule as Alertmanager takes it."""
    return {
        "source_matchers": [_named(inhibition.sources)],
        "target_matchers": [_named(inhibition.targets)],
        "equal": list(inhibition.equal),
    }


def _named(names: Sequence[str]) -> str:
    return f'alertname=~"{"|".join(names)}"' if len(names) > 1 else f'alertname="{names[0]}"'
