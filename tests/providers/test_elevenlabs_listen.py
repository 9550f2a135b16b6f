"""ElevenLabs speech to text: facts of a transcription, through the real SDK."""

from __future__ import annotations

import pytest
from elevenlabs.core.api_error import ApiError

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.simulators.server import Simulators
from tests.contract.exercises import settled
from tests.contract.exercises.elevenlabs import VERSION, client
from tests.providers.elevenlabs_calls import observed

COLOURS = pytest.mark.parametrize("colour", ["", "Async"])
RECORDING = b"\1\2" * 24000
"""One and a half seconds of raw 16 kHz audio."""
TRANSCRIPT = "transcript=a%20table%20for%20four"

if VERSION >= (1, 51):

    @COLOURS
    async def test_facts(colour: str, simulators: Simulators) -> None:
        """Model, detected language, words, seconds, sizes and ids are read; the transcript is not."""
        with observed() as sink:
            listen = client(colour, simulators.simulate(TRANSCRIPT), 5).speech_to_text
            heard = await settled(listen.convert(model_id="scribe_v1", file=RECORDING, language_code="en"))
        record = sink.only(SpeechToText)
        assert (record.request_model, record.language, record.words) == ("scribe_v1", heard.language_code, 4)
        assert (record.audio_seconds, record.audio_bytes) == (1.5, len(RECORDING))
        assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
        assert (record.transcript_content, record.outcome) == (None, Outcome.COMPLETED)

    @COLOURS
    async def test_the_transcript_when_it_is_asked_for(colour: str, simulators: Simulators) -> None:
        """The transcript is in the record when somebody asked for content."""
        with observed(wants_content=True) as sink:
            listen = client(colour, simulators.simulate(TRANSCRIPT), 5).speech_to_text
            heard = await settled(listen.convert(model_id="scribe_v1", file=("a.raw", RECORDING)))
        record = sink.only(SpeechToText)
        assert record.transcript_content == heard.text
        assert record.audio_bytes == len(RECORDING)

    @COLOURS
    async def test_a_refusal(colour: str, simulators: Simulators) -> None:
        """A refusal keeps what was asked: model and language, and the status."""
        with observed() as sink, pytest.raises(ApiError) as caught:
            listen = client(colour, simulators.simulate("fail=401"), 5).speech_to_text
            await settled(listen.convert(model_id="scribe_v1", file=RECORDING, language_code="de"))
        record = sink.only(SpeechToText)
        assert sink.errors == [caught.value]
        assert (record.language, record.status_code, record.words) == ("de", 401, None)


if VERSION >= (2, 20):
    from elevenlabs.types import MultichannelSpeechToTextResponseModel, SpeechToTextChunkResponseModel

    from otel_voice.capture.observer import Call
    from otel_voice.providers.elevenlabs_listen import Transcription

    def test_several_channels(simulators: Simulators) -> None:
        """A transcript for each channel is one record, with the words of all of them."""
        word = {"text": "hello", "type": "word", "start": 0.0, "end": 0.5, "logprob": 0.0}
        channel = SpeechToTextChunkResponseModel(
            language_code="eng", language_probability=1.0, text="hello", words=[word, {**word, "type": "spacing"}]
        )
        answer = MultichannelSpeechToTextResponseModel(transcripts=[channel, channel], audio_duration_secs=2.0)
        raw_format = {"file_format": "pcm_s16le_16", "file": RECORDING}
        observer = Transcription(wants_content=False)
        record = observer.request(Call(client("", simulators.url, 5).speech_to_text, (), raw_format))
        assert (record.audio_seconds, record.audio_format, record.sample_rate) == (1.5, "pcm", 16000)
        observer.response(answer)
        assert (record.channels, record.words, record.audio_seconds) == (2, 2, 2.0)
