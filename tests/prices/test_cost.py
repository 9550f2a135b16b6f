"""What one operation costs, as a table, and what must hold for any usage and any prices."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_voice.observation.records import Inference, Operation, Outcome, RealtimeResponse, SpeechToText, TextToSpeech
from otel_voice.prices.cost import cost
from otel_voice.prices.rates import levels
from otel_voice.prices.table import checked
from tests.prices.records import ended

CHAT = {"input_mtok": 2, "output_mtok": 8}
CACHED = {**CHAT, "cache_read_mtok": 0.5, "cache_write_mtok": 2.5}
VOICE = {
    **CHAT,
    "cache_read_mtok": 0.5,
    "input_audio_mtok": 32,
    "output_audio_mtok": 64,
    "cache_audio_read_mtok": 0.25,
}
HEARING = {"input_mtok": 2, "output_mtok": 8, "input_audio_mtok": 6}
MILLION = 1_000_000

KNOWN: list[tuple[str, type[Operation], dict[str, Any], dict[str, Any], float]] = [
    ("tokens", Inference, {"input_tokens": MILLION, "output_tokens": MILLION}, CHAT, 10),
    ("only what was read, cut short", Inference, {"input_tokens": MILLION}, CHAT, 2),
    ("cache without a price", Inference, {"input_tokens": MILLION, "cached_input_tokens": MILLION}, CHAT, 2),
    ("read from the cache", Inference, {"input_tokens": MILLION, "cached_input_tokens": MILLION // 2}, CACHED, 1.25),
    ("written to it", Inference, {"input_tokens": MILLION, "cache_written_input_tokens": MILLION}, CACHED, 2.5),
    ("more cached than read", Inference, {"input_tokens": MILLION, "cached_input_tokens": 2 * MILLION}, CACHED, 0.5),
    ("sound in", RealtimeResponse, {"input_tokens": MILLION, "audio_input_tokens": MILLION // 2}, VOICE, 17),
    ("sound out", RealtimeResponse, {"output_tokens": MILLION, "audio_output_tokens": MILLION // 4}, VOICE, 22),
    (
        "sound in the cache, as much as of the whole",
        RealtimeResponse,
        {"input_tokens": MILLION, "audio_input_tokens": MILLION // 2, "cached_input_tokens": MILLION // 2},
        VOICE,
        0.25 * 2 + 0.25 * 32 + 0.25 * 0.5 + 0.25 * 0.25,
    ),
    ("sound without a price", Inference, {"input_tokens": MILLION, "audio_input_tokens": MILLION}, CHAT, 2),
    ("each request, too", Inference, {"input_tokens": 0}, {**CHAT, "request": 0.01}, 0.01),
    ("a free model", Inference, {"input_tokens": MILLION}, {"input_mtok": 0, "output_mtok": 0}, 0),
    ("audio by the minute", SpeechToText, {"audio_seconds": 90.0}, {"audio_minute": 0.006}, 0.009),
    ("audio by the hour", SpeechToText, {"audio_seconds": 90.0}, {"audio_hour": 0.36}, 0.009),
    ("audio by tokens", SpeechToText, {"input_tokens": MILLION, "output_tokens": MILLION}, HEARING, 14),
    ("characters", TextToSpeech, {"characters": 500}, {"thousand_characters": 0.03}, 0.015),
    ("characters, cut short", TextToSpeech, {"characters": 9, "outcome": Outcome.INTERRUPTED}, {"character": 1}, 9),
    (
        "failed in the middle",
        TextToSpeech,
        {"characters": 9, "outcome": Outcome.FAILED, "first_chunk_ns": 1},
        {"character": 1},
        9,
    ),
    ("speech by tokens", TextToSpeech, {"input_tokens": MILLION, "output_tokens": MILLION}, VOICE, 66),
    ("speech by its seconds", TextToSpeech, {"audio_seconds": 3.0, "characters": 9}, {"audio_second": 0.5}, 1.5),
]

UNKNOWN: list[tuple[str, type[Operation], dict[str, Any], dict[str, Any]]] = [
    ("no usage", Inference, {}, CHAT),
    ("no price for what was written", Inference, {"output_tokens": 1}, {"input_mtok": 1}),
    ("no price for tokens", Inference, {"input_tokens": 1}, {"audio_minute": 1}),
    ("usage that is no number", Inference, {"input_tokens": "many", "output_tokens": None}, CHAT),
    ("usage below nothing", Inference, {"input_tokens": -5}, CHAT),
    ("no length", SpeechToText, {}, {"audio_minute": 1}),
    ("a length that is none", SpeechToText, {"audio_seconds": float("nan")}, {"audio_minute": 1}),
    ("a length, and a price for tokens", SpeechToText, {"audio_seconds": 1.0}, HEARING),
    ("no characters", TextToSpeech, {"audio_seconds": 1.0}, {"character": 1}),
    ("failed before the first sound", TextToSpeech, {"characters": 9, "outcome": Outcome.FAILED}, {"character": 1}),
]


@pytest.mark.parametrize(
    ("kind", "facts", "usd", "expected"), [row[1:] for row in KNOWN], ids=[row[0] for row in KNOWN]
)
def test_what_is_used_is_multiplied_with_its_price(
    kind: type[Operation], facts: dict[str, Any], usd: dict[str, Any], expected: float
) -> None:
    """Each thing that a service counts has its own price, or that of what it is a part of."""
    ((_, rates),) = levels(usd)
    assert cost(ended(kind, "p", "m", **facts), rates) == pytest.approx(expected)


@pytest.mark.parametrize(("kind", "facts", "usd"), [row[1:] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_what_is_not_known_has_no_cost(kind: type[Operation], facts: dict[str, Any], usd: dict[str, Any]) -> None:
    """Unknown usage, or a price that is missing for a part of it, is None and never 0."""
    ((_, rates),) = levels(usd)
    assert cost(ended(kind, "p", "m", **facts), rates) is None


def test_a_short_recording_is_billed_as_the_shortest() -> None:
    """Some services bill at least so many seconds."""
    ((_, rates),) = levels({"audio_second": 1})
    assert cost(ended(SpeechToText, "p", "m", audio_seconds=3.0), rates, 10) == 10
    assert cost(ended(SpeechToText, "p", "m", audio_seconds=30.0), rates, 10) == 30


TIERED = {"input_mtok": {"base": 1, "above": [[200_000, 2]]}, "output_mtok": {"base": 4, "above": [[100_000, 8]]}}


@pytest.mark.parametrize(
    ("tokens", "expected"), [(100_000, (1, 4)), (100_001, (1, 8)), (200_000, (1, 8)), (200_001, (2, 8))]
)
def test_a_tier_holds_for_all_tokens_above_its_start(tokens: int, expected: tuple[float, float]) -> None:
    """The total of what was read chooses the tier, of each price for itself."""
    rates = checked({"provider": "p", "usd": TIERED}, "here").rates(0, tokens)
    assert (rates.input, rates.output) == pytest.approx((expected[0] / 1e6, expected[1] / 1e6))


DAYS = {"2026-01-01": 1_767_225_600, "2026-06-01": 1_780_272_000}
CHANGED = {
    "provider": "p",
    "periods": [
        {"usd": {"input_mtok": 3}},
        {"from": "2026-06-01", "usd": {"input_mtok": 2}},
        {"daily": ["22:00", "04:00"], "usd": {"input_mtok": 1}},
    ],
}


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (DAYS["2026-01-01"] + 12 * 3600, 3),
        (DAYS["2026-06-01"] - 2 * 3600 - 1, 3),
        (DAYS["2026-06-01"] + 4 * 3600, 2),
        (DAYS["2026-06-01"] + 22 * 3600, 1),
        (DAYS["2026-06-01"] + 3600, 1),
    ],
)
def test_the_last_period_that_holds_has_the_price(at: int, expected: float) -> None:
    """Days begin at midnight UTC; hours may go over it."""
    assert checked(CHANGED, "here").rates(at, 0).input == pytest.approx(expected / 1e6)


PRICE = st.floats(0, 1000)
COUNT = st.integers(0, 10**7)
USD = st.fixed_dictionaries(
    {"input_mtok": PRICE, "output_mtok": PRICE},
    optional=dict.fromkeys(("cache_read_mtok", "cache_write_mtok", "input_audio_mtok", "output_audio_mtok"), PRICE),
)
PARTS = ("cached_input_tokens", "cache_written_input_tokens", "audio_input_tokens", "audio_output_tokens")
USAGE = st.fixed_dictionaries({"input_tokens": COUNT, "output_tokens": COUNT}, optional=dict.fromkeys(PARTS, COUNT))


def _priced(usage: dict[str, int], usd: dict[str, float]) -> float:
    ((_, rates),) = levels(usd)
    found = cost(ended(Inference, "p", "m", **usage), rates)
    assert found is not None
    return found


@given(USAGE, USD)
def test_a_cost_is_never_negative_and_never_above_the_dearest(usage: dict[str, int], usd: dict[str, float]) -> None:
    """Also where a service counts more in a part than in the whole."""
    dearest = max(usd.values()) / 1e6 * (usage["input_tokens"] + usage["output_tokens"])
    assert -1e-9 <= _priced(usage, usd) <= dearest * (1 + 1e-9) + 1e-9


@given(USAGE, USD, st.integers(1, 50))
def test_so_many_times_as_much_costs_so_many_times_as_much(
    usage: dict[str, int], usd: dict[str, float], times: int
) -> None:
    """Additive: one large operation costs what as many small ones of the same kind cost."""
    more = {name: count * times for name, count in usage.items()}
    assert _priced(more, usd) == pytest.approx(_priced(usage, usd) * times, abs=1e-9)


@given(USD, COUNT, COUNT, COUNT)
def test_more_is_never_cheaper(usd: dict[str, float], tokens: int, more: int, written: int) -> None:
    """Monotone in what was read and in what was written."""
    less = _priced({"input_tokens": tokens, "output_tokens": written}, usd)
    assert _priced({"input_tokens": tokens + more, "output_tokens": written}, usd) >= less
    assert _priced({"input_tokens": tokens, "output_tokens": written + more}, usd) >= less


@given(st.floats(0, 10**5), st.floats(0, 10**5), PRICE)
def test_seconds_add_up(one: float, other: float, price: float) -> None:
    """Two utterances cost what one of their length would."""
    ((_, rates),) = levels({"audio_minute": price})
    apart = [cost(ended(SpeechToText, "p", "m", audio_seconds=seconds), rates) or 0.0 for seconds in (one, other)]
    assert sum(apart) == pytest.approx(cost(ended(SpeechToText, "p", "m", audio_seconds=one + other), rates), abs=1e-9)
