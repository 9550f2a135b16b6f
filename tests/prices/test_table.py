"""A user's own table: what it changes, and that a bad one is told in one line and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from otel_voice.observation.records import Inference, Outcome, SpeechToText, TextToSpeech, ToolCall
from otel_voice.prices.clauses import matches
from otel_voice.prices.prices import Prices, chosen
from otel_voice.prices.table import read
from tests.prices.records import ended

CHAT = {"input_tokens": 1_000_000, "output_tokens": 0}


def _file(folder: Path, *entries: object) -> str:
    path = folder / "prices.json"
    path.write_text(json.dumps({"prices": entries}), encoding="utf-8")
    return str(path)


def _cost(setting: str, record: Any) -> float | None:
    prices, problems = chosen(setting)
    assert problems == []
    assert prices is not None
    prices.price(record)
    return record.cost  # type: ignore[no-any-return]


def test_an_own_price_goes_before_the_shipped_one(tmp_path: Path) -> None:
    """The shipped ones hold for all the rest."""
    setting = _file(tmp_path, {"provider": "openai", "model": "gpt-4o-mini", "usd": {"input_mtok": 7}})
    assert _cost("", ended(Inference, "openai", "gpt-4o-mini", **CHAT)) == pytest.approx(0.15)
    assert _cost(setting, ended(Inference, "openai", "GPT-4o-mini", **CHAT)) == pytest.approx(7)
    assert _cost(setting, ended(Inference, "openai", "gpt-4o", **CHAT)) == pytest.approx(2.5)


def test_an_own_price_of_what_was_asked_for_goes_before_a_shipped_one_of_what_answered(tmp_path: Path) -> None:
    """A deployment, an alias, a contract: the user knows best."""
    setting = _file(tmp_path, {"provider": "openai", "model": "ours", "usd": {"input_mtok": 7}})
    record = ended(Inference, "openai", "ours", response_model="gpt-4o-mini-2024-07-18", **CHAT)
    assert _cost(setting, record) == pytest.approx(7)


def test_the_model_that_answered_is_paid(tmp_path: Path) -> None:
    """A deployment of Azure may have any name; who sells a model has its own prices first, then its maker's."""
    record = ended(Inference, "azure.ai.openai", "our-deployment", response_model="gpt-4o-mini-2024-07-18", **CHAT)
    assert _cost("", record) == pytest.approx(0.15)


def test_a_price_for_some_only(tmp_path: Path) -> None:
    """Operation, streaming, language and voice narrow a price; without a model it is for every one."""
    setting = _file(
        tmp_path,
        {
            "provider": "p",
            "operation": "speech_to_text",
            "streamed": True,
            "language": "de",
            "usd": {"audio_second": 1},
        },
        {"provider": "p", "operation": "speech_to_text", "usd": {"audio_second": 2}},
        {"provider": ["p", "q"], "voice": {"ends_with": "-hd"}, "usd": {"character": 3}},
    )
    assert _cost(setting, ended(SpeechToText, "p", "m", audio_seconds=1.0, streamed=True, language="de")) == 1
    assert _cost(setting, ended(SpeechToText, "p", "m", audio_seconds=1.0, streamed=True)) == 2
    assert _cost(setting, ended(TextToSpeech, "q", None, characters=1, voice="Ada-HD")) == 3
    assert _cost(setting, ended(TextToSpeech, "q", None, characters=1, voice="Ada")) is None


@pytest.mark.parametrize(
    ("record", "unpriced"),
    [
        (ended(Inference, "openai", "a-model-of-tomorrow", **CHAT), True),
        (ended(Inference, "nobody", "gpt-4o-mini", **CHAT), True),
        (ended(Inference, "openai", "gpt-4o-mini"), True),
        (ended(Inference, "openai", None, outcome=Outcome.FAILED), False),
        (ended(TextToSpeech, "elevenlabs", "eleven_flash_v2_5", characters=9, outcome=Outcome.FAILED), False),
        (ended(ToolCall, "openai", None), False),
        (ended(SpeechToText, "speechmatics", None, audio_seconds=1.0), True),
        (ended(SpeechToText, "openai", None, audio_seconds=1.0), False),
        (ended(SpeechToText, "gcp.gemini", "gemini-live-2.5-flash", audio_seconds=1.0), False),
        (ended(SpeechToText, "pocketsphinx", "en-us", audio_seconds=1.0), False),
    ],
    ids=["model", "provider", "usage", "refused", "failed", "tool", "recogniser", "realtime", "live", "in-process"],
)
def test_an_operation_without_a_cost(record: Any, unpriced: bool) -> None:
    """What was answered cost something, and that is told; what was refused, ran here or is paid otherwise did not."""
    Prices().price(record)
    assert record.cost is None
    assert record.unpriced is unpriced


def test_a_packed_program_without_our_files_has_no_costs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is told once, and own prices go on."""
    setting = _file(tmp_path, {"provider": "p", "usd": {"input_mtok": 7}})
    prices = Prices(read(Path(setting)), [tmp_path / "left-behind.json"])
    lost, own = ended(Inference, "openai", "gpt-4o-mini", **CHAT), ended(Inference, "p", "m", **CHAT)
    for record in (lost, own):
        prices.price(record)
    assert (lost.cost, own.cost) == (None, 7)
    assert len(caplog.messages) == 1
    assert "left-behind.json cannot be read" in caplog.text


def test_none_tells_no_costs() -> None:
    """There are no prices, and nothing is wrong."""
    assert chosen("none") == (None, [])


USD = {"usd": {"character": 1}}
BAD: list[tuple[object, str]] = [
    ("gpt", "prices[0] must be an object"),
    ({"provider": "p", "model": "m"}, 'needs "usd"'),
    ({"model": "m", **USD}, "prices[0].provider"),
    ({"provider": [], **USD}, "prices[0].provider"),
    ({"provider": "p", "modle": "m", **USD}, "'modle' is unknown; allowed: provider, model"),
    ({"provider": "p", "model": {"like": "m"}, **USD}, "prices[0].model: 'like' is no clause; allowed: equals"),
    ({"provider": "p", "model": {"or": []}, **USD}, "prices[0].model"),
    ({"provider": "p", "model": {"regex": "("}, **USD}, "is no regular expression"),
    ({"provider": "p", "streamed": "yes", **USD}, "prices[0].streamed: 'yes' must be true or false"),
    ({"provider": "p", "at_least_seconds": -1, **USD}, "at_least_seconds: -1"),
    ({"provider": "p", "usd": {"minute": 1}}, "prices[0].usd: 'minute' is no unit; allowed: "),
    ({"provider": "p", "usd": {"audio_minute": "0.006"}}, "audio_minute: '0.006' must be a number"),
    ({"provider": "p", "usd": {"audio_minute": -1}}, "audio_minute: -1 must be a number"),
    ({"provider": "p", "usd": {"input_mtok": {"base": 1}}}, "input_mtok"),
    ({"provider": "p", "usd": {"input_mtok": {"base": 1, "above": [["many", 2]]}}}, "must be [TOKENS, USD]"),
    ({"provider": "p", "periods": [{"from": "tomorrow", **USD}]}, "prices[0].periods[0].from: 'tomorrow'"),
    ({"provider": "p", "periods": [{"daily": ["1", "2"], **USD}]}, "prices[0].periods[0].daily"),
]


@pytest.mark.parametrize(("entry", "told"), BAD, ids=[told for _, told in BAD])
def test_a_bad_entry_is_told_with_its_place_and_the_shipped_prices_stay(
    tmp_path: Path, entry: object, told: str
) -> None:
    """One line names the setting, the file, the place in it and what is allowed."""
    setting = _file(tmp_path, entry)
    prices, (problem,) = chosen(setting)
    assert problem.startswith(f"OTEL_VOICE_PRICES: {setting}: prices[0]")
    assert told in problem
    assert "\n" not in problem
    assert prices is not None
    record = ended(Inference, "openai", "gpt-4o-mini", **CHAT)
    prices.price(record)
    assert record.cost is not None


@pytest.mark.parametrize(("text", "told"), [(None, "cannot be read"), ("{", "is not JSON"), ("[]", '"prices"')])
def test_a_file_that_is_none_is_told(tmp_path: Path, text: str | None, told: str) -> None:
    """Missing, broken, or something else."""
    path = tmp_path / "prices.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    prices, (problem,) = chosen(str(path))
    assert prices is not None
    assert problem.startswith(f"OTEL_VOICE_PRICES: {path} ")
    assert told in problem


@pytest.mark.parametrize(
    ("clause", "meant", "not_meant"),
    [
        ("gpt-4o", "gpt-4o", "gpt-4o-mini"),
        ({"equals": "GPT-4o"}, "gpt-4o", "gpt-4"),
        ({"starts_with": "gpt-"}, "gpt-4o", "o1"),
        ({"ends_with": "-mini"}, "gpt-4o-mini", "gpt-4o"),
        ({"contains": "4o"}, "gpt-4o-mini", "gpt-4"),
        ({"regex": "^gpt-4(?!o)"}, "gpt-4-turbo", "gpt-4o"),
        ({"or": ["a", {"starts_with": "b"}]}, "bc", "c"),
        ({"and": [{"starts_with": "a"}, {"ends_with": "c"}]}, "abc", "ab"),
        ({"regex": "^$"}, "", "a"),
    ],
)
def test_a_clause_means_some_models(clause: object, meant: str, not_meant: str) -> None:
    """As the library from which the prices come has them."""
    assert matches(clause, meant)
    assert not matches(clause, not_meant)


def test_names_from_outside_do_not_fill_the_memory() -> None:
    """Models are remembered, up to a bound."""
    prices = Prices()
    for number in range(Prices.MOST * 2):
        prices.price(ended(Inference, "openai", f"model-{number}", **CHAT))
    assert len(prices._found) <= Prices.MOST
