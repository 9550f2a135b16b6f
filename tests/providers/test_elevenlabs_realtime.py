"""ElevenLabs `convert_realtime`: the program's text goes in and audio comes out, and the text stays the program's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from elevenlabs.core.api_error import ApiError
from websockets.exceptions import InvalidStatus

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.simulators.server import Simulators
from tests.capture_sink import current
from tests.contract.exercises import websocket
from tests.contract.exercises.elevenlabs import VERSION
from tests.providers.elevenlabs_calls import MODEL, RATE, hear, observed, speech
from tests.watch import same_seconds, watched

PIECES = ["Your table ", "is booked ", "for seven. "]
SENT = "".join(PIECES) + " "
"""The SDK ends what it sends with a blank of its own."""

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:websockets")


def converted(base: str, text: Iterator[str]) -> Iterator[bytes]:
    """The audio of a text, over the simulators' websocket."""
    realtime = speech("", base)
    realtime._ws_base_url = websocket(base) + "/"
    return realtime.convert_realtime(
        "voice-7", text=text, model_id=MODEL, output_format="pcm_16000", voice_settings=None
    )


if VERSION >= (2, 0):  # 1.x always speaks to wss://api.elevenlabs.io

    async def test_facts(simulators: Simulators) -> None:
        """Model, voice, format, audio, characters as they were sent, and the server are read exactly."""
        with observed() as sink:
            heard = await hear(converted(simulators.url, iter(PIECES)))
        record = sink.only(TextToSpeech)
        size = sum(map(len, heard.items))
        assert (record.request_model, record.voice, record.streamed) == (MODEL, "voice-7", True)
        assert (record.audio_format, record.sample_rate) == ("pcm", 16000)
        assert (record.audio_bytes, record.audio_seconds) == (size, size / RATE)
        assert record.characters == len(SENT)
        assert record.request_id
        assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)

    @watched
    async def test_times(simulators: Simulators) -> None:
        """First audio and the end are what the caller measures."""
        with observed() as sink:
            heard = await hear(converted(simulators.simulate("first=0.1,interval=0.01"), iter(PIECES)))
        record = sink.only(TextToSpeech)
        same_seconds(record.time_to_first_chunk, heard.first)
        same_seconds(record.duration, heard.total)

    async def test_the_text_is_the_programs(simulators: Simulators) -> None:
        """The program's iterator is read when the SDK reads it, once, and outside of the operation."""
        seen = []

        def pieces() -> Iterator[str]:
            for piece in PIECES:
                seen.append((piece, current.get()))
                yield piece

        with observed():
            stream = converted(simulators.url, pieces())
            assert seen == []
            await hear(stream)
        assert seen == [(piece, None) for piece in PIECES]

    async def test_the_text_when_it_is_asked_for(simulators: Simulators) -> None:
        """The text is in the record when somebody asked for content."""
        with observed(wants_content=True) as sink:
            await hear(converted(simulators.url, iter(PIECES)))
        assert sink.only(TextToSpeech).text_content == SENT

    async def test_a_refusal(simulators: Simulators) -> None:
        """A websocket that is refused gives the HTTP status of the refusal."""
        with observed() as sink, pytest.raises(InvalidStatus) as caught:
            await hear(converted(simulators.simulate("fail=401"), iter(PIECES)))
        record = sink.only(TextToSpeech)
        assert sink.errors == [caught.value]
        assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, 401, "401")
        assert record.audio_seconds is None

    async def test_a_lost_connection(simulators: Simulators) -> None:
        """The close code of a websocket is the error's type, and no HTTP status."""
        with observed() as sink, pytest.raises(ApiError):
            await hear(converted(simulators.simulate("drop_after=1,chunks=4,interval=0.02"), iter(PIECES)))
        record = sink.only(TextToSpeech)
        assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, None, "1006")

    async def test_an_error_of_the_text(simulators: Simulators) -> None:
        """An error in the program's own text reaches the program as the very same object."""
        error = LookupError("no such table")

        def pieces() -> Iterator[str]:
            yield PIECES[0]
            yield PIECES[1]
            raise error

        with observed() as sink, pytest.raises(LookupError) as caught:
            await hear(converted(simulators.url, pieces()))
        assert caught.value is error
        assert len(sink.records) == 1
