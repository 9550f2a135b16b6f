"""Google's streams through to their spans: the SDK reads the program's requests on a thread of its own."""

from __future__ import annotations

import pytest

pytest.importorskip("google.cloud.speech_v1")
pytest.importorskip("google.cloud.texttospeech_v1")

from collections.abc import Iterator
from typing import Any

from otel_voice.providers import google_cloud_speech, google_cloud_texttospeech
from tests.contract.matrix import observing
from tests.providers.google_cloud_calls import client, options
from tests.providers.google_cloud_streams import TALK, VARIANTS, read
from tests.providers.test_google_cloud_texttospeech import requests
from tests.signals import Signals
from tests.telemetry.telling import Telling


@pytest.mark.parametrize("colour", ["", "Async"])
async def test_what_is_heard_and_said_is_one_conversation(signals: Signals, colour: str) -> None:
    """An utterance and its spoken answer stand in one turn; what makes the text stands beside the synthesis."""
    telling = Telling(signals.providers())
    tracer = signals.tracer_provider.get_tracer("my.agent")
    variant = next(variant for variant in VARIANTS if variant.colour == colour)

    def thinking() -> Iterator[Any]:
        for request in requests():
            with tracer.start_as_current_span("think"):
                yield request

    async def thinking_async() -> Any:
        for request in requests():
            with tracer.start_as_current_span("think"):
                pass
            yield request

    with (
        observing(google_cloud_speech.PROVIDER, telling.recorder),
        observing(google_cloud_texttospeech.PROVIDER, telling.recorder),
    ):
        await read(await variant.open(variant.requests(TALK), "transcript=A table please"))
        speaking = client("texttospeech_v1", colour)
        if colour:
            stream = await speaking.streaming_synthesize(requests=thinking_async(), **options())
        else:
            stream = speaking.streaming_synthesize(requests=thinking(), **options())
        await read(stream)
    telling.conversations.close_all()
    turn = signals.span("turn")
    heard, spoken = signals.span("speech_to_text chirp_2"), signals.span("text_to_speech")
    assert heard.parent.span_id == spoken.parent.span_id == turn.context.span_id
    thoughts = [span for span in signals.spans() if span.name == "think"]
    assert len(thoughts) == 4
    assert all(span.parent is None for span in thoughts)
    assert heard.attributes["gen_ai.provider.name"] == "gcp.speech"
    assert spoken.attributes["voice.tts.characters"] == 38
    assert spoken.attributes["gen_ai.response.time_to_first_chunk"] > 0
    assert turn.attributes["voice.turn.response.latency"] > 0


async def test_an_error_is_told_with_its_status(signals: Signals) -> None:
    """The status of gRPC is the type of the error, and there is none of HTTP."""
    telling = Telling(signals.providers())
    with observing(google_cloud_speech.PROVIDER, telling.recorder), pytest.raises(Exception, match="Quota"):
        await read(await VARIANTS[0].open(VARIANTS[0].requests(TALK), "fail=429"))
    telling.conversations.close_all()
    failed = signals.span("speech_to_text chirp_2")
    assert failed.attributes["error.type"] == "RESOURCE_EXHAUSTED"
    assert "http.response.status_code" not in failed.attributes
