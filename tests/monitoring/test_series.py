"""The names by which the stack asks for what the schema declares."""

from __future__ import annotations

import pytest

from otel_voice.monitoring.series import series
from otel_voice.telemetry.names import (
    METRIC_VOICE_CONVERSATION_ACTIVE,
    METRIC_VOICE_COST,
    METRIC_VOICE_TTS_REAL_TIME_FACTOR,
    METRIC_VOICE_TURN_RESPONSE_LATENCY,
)


def test_a_histogram_has_a_suffix_for_its_unit_and_three_series() -> None:
    """Seconds are spelled out, and buckets, count and sum are series of their own."""
    latency = series(METRIC_VOICE_TURN_RESPONSE_LATENCY)
    assert latency.bucket == "voice_turn_response_latency_seconds_bucket"
    assert latency.count == "voice_turn_response_latency_seconds_count"
    assert latency.sum == "voice_turn_response_latency_seconds_sum"
    assert "voice_conversation_channel" in latency.labels


def test_other_instruments() -> None:
    """A counter ends with total, a sum that falls has no suffix, a ratio that is a histogram has none either."""
    assert series(METRIC_VOICE_COST).total == "voice_cost_total"
    assert series(METRIC_VOICE_CONVERSATION_ACTIVE).value == "voice_conversation_active"
    assert series(METRIC_VOICE_TTS_REAL_TIME_FACTOR).bucket == "voice_tts_real_time_factor_bucket"


def test_what_an_instrument_does_not_have_cannot_be_asked_for() -> None:
    """A name that would find nothing is an error where it is written."""
    with pytest.raises(TypeError, match="voice_cost is a counter"):
        _ = series(METRIC_VOICE_COST).bucket
    with pytest.raises(TypeError, match="is a histogram"):
        _ = series(METRIC_VOICE_TURN_RESPONSE_LATENCY).value
    with pytest.raises(KeyError):
        series("voice.no.such.metric")
