"""What is far above the week's normal: interruptions, dead air, underruns.

How often they are normal differs from one agent to the next, so that each is compared with itself: it is unusual at
so many times the week's average, more than three standard deviations above it, and above a floor. There is no opinion
before a day of history, nor in an hour of little traffic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from otel_voice.monitoring.rules import words
from otel_voice.monitoring.rules.promql import OPERATION, increase, operations, or_zero
from otel_voice.monitoring.rules.records import WARNING, Alert, Group, Recording
from otel_voice.monitoring.series import series
from otel_voice.monitoring.values import Values
from otel_voice.telemetry.names import (
    METRIC_VOICE_CONVERSATION_DEAD_AIR_DURATION,
    METRIC_VOICE_CONVERSATION_DURATION,
    METRIC_VOICE_TTS_UNDERRUNS,
    METRIC_VOICE_TURN_INTERRUPTIONS,
    METRIC_VOICE_TURN_RESPONSE_LATENCY,
)

_HOUR: Final = "1h"
_INTERVAL: Final = "5m"
_A_DAY_OF_SAMPLES: Final = 24 * 60 // 5
_DEVIATIONS: Final = 3


@dataclass(frozen=True)
class _Habit:
    """A share that each hour has, and the alert that compares it with the week."""

    alert: str
    record: str
    share: str
    enough: str
    """What must reach the alert's minimum for the hour to count."""
    what: str
    dashboard: str

    def recorded(self, values: Values) -> Recording:
        """The hour's share, where there is enough of the whole."""
        minimum = values.alert(self.alert).minimum
        return Recording(self.record, f"{self.share}\nand {self.enough} >= {minimum:g}")

    def unusual(self, values: Values) -> Alert:
        """The hour's share is far above those of the week."""
        asked = values.alert(self.alert)
        # Recorded as seldom as Prometheus looks back for a sample: without this the alert would flicker.
        now = f"last_over_time({self.record}[10m])"
        mean, deviation = f"avg_over_time({self.record}[7d])", f"stddev_over_time({self.record}[7d])"
        return Alert(
            self.alert,
            WARNING,
            f"{now} > {asked.threshold:g} * {mean}\n"
            f"and {now} > {mean} + {_DEVIATIONS} * {deviation}\n"
            f"and {now} > {asked.floor:g}\n"
            f"and count_over_time({self.record}[7d]) >= {_A_DAY_OF_SAMPLES}",
            when=f"{self.what} of the last hour are over {asked.threshold:g} times the week's average, more than "
            f"{_DEVIATIONS} standard deviations above it, and over {words.percent(asked.floor)}",
            summary=f"{self.what} of {words.SERVICE} are unusual: {words.PERCENT}",
            description=f"{words.SERVICE}: {self.what} were {words.PERCENT} in the last hour, over {asked.threshold:g} "
            "times the week's average.",
            dashboard=self.dashboard,
        )


def _interruptions() -> _Habit:
    turns = increase(series(METRIC_VOICE_TURN_RESPONSE_LATENCY).count, _HOUR)
    interruptions = or_zero(increase(series(METRIC_VOICE_TURN_INTERRUPTIONS).total, _HOUR), turns)
    return _Habit(
        "VoiceInterruptionsUnusual",
        "service:voice_turn_interruptions:ratio_increase1h",
        f"{interruptions}\n  / ({turns} > 0)",
        turns,
        "interruptions, as a share of the turns,",
        "voice-call-health",
    )


def _dead_air() -> _Habit:
    silent, whole = series(METRIC_VOICE_CONVERSATION_DEAD_AIR_DURATION), series(METRIC_VOICE_CONVERSATION_DURATION)
    return _Habit(
        "VoiceDeadAirUnusual",
        "service:voice_conversation_dead_air:ratio_increase1h",
        f"{increase(silent.sum, _HOUR)}\n  / ({increase(whole.sum, _HOUR)} > 0)",
        increase(whole.count, _HOUR),
        "seconds of dead air, as a share of the calls' time,",
        "voice-call-health",
    )


def _underruns() -> _Habit:
    syntheses = operations(f'{OPERATION}="text_to_speech"', _HOUR)
    underruns = or_zero(increase(series(METRIC_VOICE_TTS_UNDERRUNS).total, _HOUR), syntheses)
    return _Habit(
        "VoiceUnderrunsUnusual",
        "service:voice_tts_underruns:ratio_increase1h",
        f"{underruns}\n  / ({syntheses} > 0)",
        syntheses,
        "underruns, as a share of the syntheses,",
        "voice-providers",
    )


_HABITS: Final = (_interruptions(), _dead_air(), _underruns())


def group(values: Values) -> Group:
    """What each hour had; a week of it is 2016 samples."""
    return Group("voice-habits", [habit.recorded(values) for habit in _HABITS], _INTERVAL)


def alerts(values: Values) -> Iterator[Alert]:
    """Those about what is unusual."""
    return (habit.unusual(values) for habit in _HABITS)
