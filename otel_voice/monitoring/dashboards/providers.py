"""Providers: speech to text, language models and text to speech side by side."""

from __future__ import annotations

from otel_voice.monitoring.dashboards.asked import (
    CALLS,
    CONVERSATION_COST,
    COST,
    FAILED_CALLS,
    FALLBACKS,
    FIRST_CHUNK,
    MODELS,
    RESPONSE_LATENCY,
    RETRIES,
    SPEECH_TO_TEXT,
    TEXT_TO_SPEECH,
    operation,
    quantiles_by,
)
from otel_voice.monitoring.dashboards.dashboard import Dashboard, Row, row
from otel_voice.monitoring.dashboards.metrics import Metric, metric, share
from otel_voice.monitoring.dashboards.panels import bars, curves, number, stacked
from otel_voice.monitoring.dashboards.targets import Target, curve, value
from otel_voice.monitoring.dashboards.thresholds import too_high
from otel_voice.monitoring.dashboards.tokens import TOKENS, TOKENS_BY_MODEL
from otel_voice.monitoring.dashboards.variables import providers as choices
from otel_voice.monitoring.rules.providers import USED_UP
from otel_voice.monitoring.values import Values
from otel_voice.telemetry import names

_FINALIZATION = metric(names.METRIC_VOICE_STT_FINALIZATION_DURATION)
_HEARD = metric(names.METRIC_VOICE_STT_AUDIO_DURATION)
_SPOKEN = metric(names.METRIC_VOICE_TTS_AUDIO_DURATION)
_FIRST_SOUND = metric(names.METRIC_VOICE_TTS_TIME_TO_FIRST_SOUND)
_REAL_TIME = metric(names.METRIC_VOICE_TTS_REAL_TIME_FACTOR)
_UNDERRUNS = metric(names.METRIC_VOICE_TTS_UNDERRUNS)
_CHARACTERS = metric(names.METRIC_VOICE_TTS_CHARACTERS)

_STAGES = {"Speech to text": SPEECH_TO_TEXT, "Language models": MODELS, "Text to speech": TEXT_TO_SPEECH}
_MODEL = (names.GEN_AI_PROVIDER_NAME, names.GEN_AI_REQUEST_MODEL)
_BY_MODEL = "{{gen_ai_provider_name}} {{gen_ai_request_model}}"
_RATE_LIMITED = f'=~"{USED_UP}"'


def providers(values: Values) -> Dashboard:
    """With the thresholds of the alerts."""
    return Dashboard(
        "voice-providers",
        "Voice: providers",
        "Speech to text, language models and text to speech side by side: how fast, how reliable, how much, for what.",
        choices(),
        (
            _calls(),
            _latency(values),
            _first_chunk(values),
            _speech(),
            _errors(),
            _again(values),
            _used(),
            _paid(values),
        ),
    )


def _calls() -> Row:
    return row(
        "Calls",
        *(
            curves(
                f"{stage}: calls",
                "Provider calls that ended: an utterance, a response, a synthesis.",
                "cpm",
                curve(operation(CALLS, matcher).per_minute(*_MODEL), _BY_MODEL),
            ).wide(8)
            for stage, matcher in _STAGES.items()
        ),
    )


def _latency(values: Values) -> Row:
    return row(
        "Latency",
        curves(
            "Speech to text: finalisation, p95",
            "End of speech to the final transcript, in 19 of 20 utterances.",
            "s",
            quantiles_by(_FINALIZATION, 0.95, *_MODEL),
            thresholds=too_high(values.alert("VoiceSttLatencyHigh").threshold),
        ).wide(8),
        curves(
            "Language models: duration, p95",
            "Request to the last chunk, in 19 of 20 calls.",
            "s",
            quantiles_by(operation(CALLS, MODELS), 0.95, *_MODEL),
        ).wide(8),
        curves(
            "Text to speech: duration, p95",
            "Request to the last audio, in 19 of 20 calls.",
            "s",
            quantiles_by(operation(CALLS, TEXT_TO_SPEECH), 0.95, *_MODEL),
        ).wide(8),
    )


def _first_chunk(values: Values) -> Row:
    return row(
        "First chunk",
        curves(
            "Speech to text: finalisation, median",
            "End of speech to the final transcript, in every other utterance.",
            "s",
            quantiles_by(_FINALIZATION, 0.5, *_MODEL),
        ).wide(8),
        curves(
            "Language models: first chunk, p95",
            "Request to the first chunk, in 19 of 20 calls.",
            "s",
            quantiles_by(operation(FIRST_CHUNK, MODELS), 0.95, *_MODEL),
        ).wide(8),
        curves(
            "Text to speech: first audio, p95",
            "Request to the first audio, in 19 of 20 calls.",
            "s",
            quantiles_by(operation(FIRST_CHUNK, TEXT_TO_SPEECH), 0.95, *_MODEL),
            thresholds=too_high(values.alert("VoiceTtsLatencyHigh").threshold),
        ).wide(8),
    )


def _speech() -> Row:
    return row(
        "How the speech comes",
        curves(
            "First sound, p95",
            "Request to the first sound that is no silence, in 19 of 20 calls.",
            "s",
            quantiles_by(_FIRST_SOUND, 0.95, *_MODEL),
        ).wide(8),
        curves(
            "Real-time factor, p95",
            "Seconds until the last audio for each second of audio. Above 1 it comes slower than it plays.",
            "none",
            quantiles_by(_REAL_TIME, 0.95, *_MODEL),
            thresholds=too_high(1.0),
        ).wide(8),
        curves(
            "Underruns",
            "How often a player would have waited 20 ms or more for the next piece: the caller hears a gap.",
            "cpm",
            curve(_UNDERRUNS.per_minute(*_MODEL), _BY_MODEL),
        ).wide(8),
    )


def _errors() -> Row:
    return row(
        "Errors",
        *(
            bars(
                f"{stage}: errors by type",
                "Calls that failed, by status or class of the error.",
                "cpm",
                curve(_failed(matcher), "{{gen_ai_provider_name}} {{error_type}}"),
            ).wide(8)
            for stage, matcher in _STAGES.items()
        ),
    )


def _failed(matcher: str) -> str:
    """By type; 0 for a provider that was called and never failed, so that good news is no empty panel."""
    failed = operation(FAILED_CALLS, matcher).per_minute(names.GEN_AI_PROVIDER_NAME, names.ERROR_TYPE)
    called = operation(CALLS, matcher).rate(names.GEN_AI_PROVIDER_NAME)
    return f"{failed} or 0 * {called}"


def _again(values: Values) -> Row:
    limited = FAILED_CALLS.where(names.ERROR_TYPE, _RATE_LIMITED)
    return row(
        "Tried again",
        curves(
            "Retries",
            "What the program says it tried again, by why.",
            "cpm",
            curve(RETRIES.per_minute(names.VOICE_REASON), "{{voice_reason}}"),
        ).wide(8),
        curves(
            "Fallbacks",
            "What the program says it did instead, by why.",
            "cpm",
            curve(FALLBACKS.per_minute(names.VOICE_REASON), "{{voice_reason}}"),
        ).wide(8),
        curves(
            "Rate limited",
            "The share of calls that were refused for their number: 429, a quota that is used up.",
            "percentunit",
            curve(
                share(limited.rate(names.GEN_AI_PROVIDER_NAME), CALLS.rate(names.GEN_AI_PROVIDER_NAME)),
                "{{gen_ai_provider_name}}",
            ),
        ).wide(8),
        curves(
            "Retry rate",
            "Retries for each answered turn. The line is where an alert begins.",
            "percentunit",
            curve(share(RETRIES.rate(), RESPONSE_LATENCY.rate()), "per turn"),
            thresholds=too_high(values.alert("VoiceRetryRateHigh").threshold),
        )
        .wide(24)
        .high(6),
    )


def _used() -> Row:
    return row(
        "Used",
        stacked(
            "Tokens", "Read and written by language models.", "short", curve(TOKENS, "{{gen_ai_token_type}} a minute")
        ).wide(8),
        stacked(
            "Audio",
            "Seconds of audio heard and spoken in a minute.",
            "s",
            _audio(_HEARD, "heard"),
            _audio(_SPOKEN, "spoken"),
        ).wide(8),
        stacked(
            "Characters",
            "Characters synthesised in a minute.",
            "short",
            curve(_CHARACTERS.per_minute(*_MODEL), _BY_MODEL),
        ).wide(8),
        curves(
            "Tokens by model",
            "Read and written in a minute.",
            "short",
            curve(TOKENS_BY_MODEL, f"{_BY_MODEL} {{{{gen_ai_token_type}}}}"),
        ).wide(24),
    )


def _audio(of: Metric, how: str) -> Target:
    return curve(f"60 * {of.recorded(names.GEN_AI_PROVIDER_NAME)}", f"{{{{gen_ai_provider_name}}}} {how}")


def _paid(values: Values) -> Row:
    budget = values.alert("VoiceCostOverBudget").threshold
    return row(
        "Paid, at list prices",
        stacked(
            "Cost per hour",
            "What is used now, as USD an hour; only what has a known price.",
            "currencyUSD",
            curve(COST.per_hour(*_MODEL), _BY_MODEL),
        ).wide(16),
        number(
            "Cost per hour, all together",
            "In the time that is shown. Yellow from the budget on.",
            "currencyUSD",
            value(f"{COST.increase()} / ($__range_s / 3600)"),
            thresholds=too_high(budget),
        )
        .wide(8)
        .high(4),
        number(
            "Cost per call",
            "The mean of the conversations that ended in the time that is shown.",
            "currencyUSD",
            value(CONVERSATION_COST.mean(window="$__range")),
        )
        .wide(8)
        .high(4),
    )
