"""One outage is one page: an alert that explains others silences them, as long as it is told.

An alert that is silenced by this silences in its turn, so that a chain needs its links only. What is about something
else stays: that audit records cannot be kept, that a disk is full, what a program says by alert().
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Inhibition:
    """While one of the sources fires, the targets are not told where both have the same values of these labels."""

    why: str
    sources: Sequence[str]
    targets: Sequence[str]
    equal: Sequence[str] = ("service_name",)


_FAILING: Final = ("VoiceErrorRateCritical", "VoiceErrorRateHigh", "VoiceRetryRateHigh")
_CALLS_FAILING: Final = ("VoiceCallFailureRateCritical", "VoiceSuccessRateLow")
_AVAILABILITY: Final = ("VoiceAvailabilityObjectiveFastBurn", "VoiceAvailabilityObjectiveSlowBurn")
_LATENCY: Final = ("VoiceLatencyObjectiveFastBurn", "VoiceLatencyObjectiveSlowBurn")
_SLOW: Final = ("VoiceResponseLatencyHigh", "VoiceSttLatencyHigh", "VoiceTtsLatencyHigh")
_LOGGED: Final = ("VoiceErrorLogBurst",)
_HEARD: Final = ("VoiceInterruptionsUnusual", "VoiceDeadAirUnusual", "VoiceUnderrunsUnusual")
_HOST_CRITICAL: Final = ("VoiceHostCpuCritical", "VoiceHostMemoryCritical")

INHIBITIONS: Final = (
    Inhibition(
        "That data is lost is told once, whatever part of the way loses them.",
        ("VoiceTelemetryLost",),
        ("OtelcolDroppingData", "OtelcolQueueNearlyFull", "OtelcolRefusing"),
        (),
    ),
    Inhibition(
        "A service that is down answers nobody.",
        ("VoiceServiceDown",),
        (
            "VoiceProviderExhausted",
            "VoiceHealthCheckFailing",
            "VoiceIntegrationFailing",
            *_FAILING,
            *_CALLS_FAILING,
            *_AVAILABILITY,
            *_LATENCY,
            *_SLOW,
            *_HEARD,
            *_LOGGED,
            "VoiceQueueBacklog",
            "VoiceFirstResponseSlow",
            "VoiceAgentOverloaded",
        ),
    ),
    Inhibition(
        "A provider that refuses more work fails, and is asked again.",
        ("VoiceProviderExhausted",),
        (*_FAILING, "VoiceSttLatencyHigh", "VoiceTtsLatencyHigh"),
        ("service_name", "gen_ai_provider_name"),
    ),
    Inhibition(
        "Calls fail because of what they need.",
        ("VoiceProviderExhausted", "VoiceHealthCheckFailing", "VoiceIntegrationFailing", "VoiceErrorRateCritical"),
        (*_CALLS_FAILING, *_AVAILABILITY, "VoiceDeadAirUnusual", *_LOGGED),
    ),
    Inhibition(
        "Providers that fail are asked again.",
        ("VoiceErrorRateCritical",),
        ("VoiceErrorRateHigh", "VoiceRetryRateHigh"),
        ("service_name", "gen_ai_provider_name"),
    ),
    Inhibition(
        "Calls that fail use up what was promised.",
        ("VoiceCallFailureRateCritical",),
        ("VoiceSuccessRateLow", *_AVAILABILITY, *_LOGGED),
    ),
    Inhibition(
        "A machine, or a service, with too much to do is slow.",
        (*_HOST_CRITICAL, "VoiceActiveCallsCritical"),
        (*_LATENCY, *_SLOW, "VoiceEventLoopBlocked", "VoiceUnderrunsUnusual", "VoiceDeadAirUnusual"),
    ),
    Inhibition(
        "A promise that is broken fast is broken slowly, too, and so is what it measures.",
        ("VoiceLatencyObjectiveFastBurn",),
        ("VoiceLatencyObjectiveSlowBurn", "VoiceResponseLatencyHigh"),
    ),
    Inhibition(
        "A promise that is broken fast is broken slowly, too, and so is what it measures.",
        ("VoiceAvailabilityObjectiveFastBurn",),
        ("VoiceAvailabilityObjectiveSlowBurn", "VoiceSuccessRateLow"),
    ),
    Inhibition("Critical is high.", ("VoiceHostCpuCritical",), ("VoiceHostCpuHigh",)),
    Inhibition("Critical is high.", ("VoiceHostMemoryCritical",), ("VoiceHostMemoryHigh",)),
    Inhibition("Critical is high.", ("VoiceActiveCallsCritical",), ("VoiceActiveCallsHigh",)),
)


def rule(inhibition: Inhibition) -> dict[str, Any]:
    """The rule as Alertmanager takes it."""
    return {
        "source_matchers": [_named(inhibition.sources)],
        "target_matchers": [_named(inhibition.targets)],
        **({"equal": list(inhibition.equal)} if inhibition.equal else {}),
    }


def _named(names: Sequence[str]) -> str:
    return f'alertname=~"{"|".join(names)}"' if len(names) > 1 else f'alertname="{names[0]}"'
