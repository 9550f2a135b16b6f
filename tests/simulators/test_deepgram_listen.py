import pytest
from deepgram.core.api_error import ApiError
from deepgram.core.events import EventType

from otel_voice.simulators.audio import wav
from tests.simulators.clients import async_deepgram, deepgram, frames, speech

OPTIONS = {"model": "nova-3", "encoding": "linear16", "sample_rate": "16000"}
EVERYTHING = {"interim_results": "true", "vad_events": "true", "utterance_end_ms": "1000", "endpointing": "300"}


def control(socket, kind):
    """Send a control message, in the words of this SDK's version."""
    names = {"Finalize": "send_finalize", "CloseStream": "send_close_stream", "KeepAlive": "send_keep_alive"}
    if hasattr(socket, names[kind]):
        return getattr(socket, names[kind])()
    from deepgram.extensions.types.sockets import ListenV1ControlMessage

    return socket.send_control(ListenV1ControlMessage(type=kind))


def conversation(client, pcm, **options):
    """Stream the audio, close, and return every message."""
    with client.listen.v1.connect(**OPTIONS, **options) as socket:
        for frame in frames(pcm):
            socket.send_media(frame)
        control(socket, "CloseStream")
        return list(socket)


def said(message):
    return message.channel.alternatives[0].transcript


def test_an_utterance_is_heard_from_its_start_to_its_end(simulators):
    """All events of one utterance come in the order of the real service."""
    messages = conversation(deepgram(simulators, transcript="good morning sir"), speech(), **EVERYTHING)
    kinds = [message.type for message in messages]
    assert kinds[0] == "SpeechStarted"
    assert kinds[-2:] == ["UtteranceEnd", "Metadata"]
    results = messages[1:-2]
    assert [said(result) for result in results if result.is_final] == ["good morning sir"]
    assert results[-1].speech_final
    interims = [said(result) for result in results[:-1]]
    assert interims == sorted(interims, key=len)
    assert interims[-1]


def test_word_offsets_are_on_the_audio_clock(simulators):
    """The words lie between the beginning and the end of the voice, however fast the audio was sent."""
    messages = conversation(deepgram(simulators, transcript="good morning sir"), speech(before=2.0))
    words = next(m for m in messages if m.type == "Results" and said(m)).channel.alternatives[0].words
    assert words[0].start == pytest.approx(2.0, abs=0.03)
    assert words[-1].end == pytest.approx(2.0 + 21 / 16, abs=0.05)


def test_every_pause_ends_an_utterance(simulators):
    """The utterances of the script are handed out one after the other."""
    messages = conversation(deepgram(simulators, transcript="one|two"), speech(after=1.0) * 2, endpointing="300")
    finals = [said(message) for message in messages if getattr(message, "speech_final", False)]
    assert finals == ["one", "two"]


def test_long_speech_is_final_in_parts(simulators):
    """After five seconds a part is final although the speaker goes on; the parts add up."""
    text = " ".join(f"w{number}" for number in range(20))
    messages = conversation(deepgram(simulators, transcript=text), speech("x" * 112), endpointing="300")
    results = [message for message in messages if message.type == "Results"]
    assert not results[0].speech_final
    assert " ".join(filter(None, map(said, results))) == text


def test_without_a_script_the_recogniser_describes_what_it_heard(simulators):
    """A voice nobody scripted still leads to a transcript."""
    finals = [said(m) for m in conversation(deepgram(simulators), speech()) if m.type == "Results"]
    assert "speech of 1.3 seconds" in finals


def test_finalize_reports_at_once(simulators):
    """Finalize does not wait for the end of the utterance."""
    with deepgram(simulators, transcript="good morning").listen.v1.connect(**OPTIONS) as socket:
        socket.send_media(speech(after=0))
        control(socket, "KeepAlive")
        control(socket, "Finalize")
        result = socket.recv()
    assert result.from_finalize
    assert said(result) == "good morning"


async def test_the_async_client_receives_by_callback(simulators):
    """Opening, messages and closing reach the callbacks."""
    seen = []
    async with async_deepgram(simulators, transcript="hi").listen.v1.connect(**OPTIONS) as socket:
        socket.on(EventType.OPEN, lambda _: seen.append("open"))
        socket.on(EventType.MESSAGE, lambda message: seen.append(message.type))
        socket.on(EventType.CLOSE, lambda _: seen.append("close"))
        await socket.send_media(speech())
        await control(socket, "CloseStream")
        await socket.start_listening()
    assert [seen[0], *seen[-2:]] == ["open", "Metadata", "close"]
    assert "Results" in seen


async def test_a_refused_connection_carries_the_status(simulators):
    """The handshake fails as HTTP does."""
    with pytest.raises(ApiError) as raised:
        async with async_deepgram(simulators, api_key="invalid").listen.v1.connect(**OPTIONS):
            pass
    assert raised.value.status_code == 401


def test_a_recording_is_transcribed_whole(simulators):
    """The prerecorded interface finds the utterances by the pauses between them."""
    media = deepgram(simulators, transcript="one|two").listen.v1.media
    recording = wav(speech() * 2, 16000)
    answer = media.transcribe_file(request=recording, model="nova-3", utterances=True)
    assert answer.results.channels[0].alternatives[0].transcript == "one two"
    assert len(answer.results.utterances) == 2
    assert answer.metadata.duration == pytest.approx(6.6, abs=0.1)


async def test_a_recording_may_be_an_address(simulators):
    """Nothing is fetched, and an answer comes all the same."""
    media = async_deepgram(simulators, transcript="hello").listen.v1.media
    answer = await media.transcribe_url(url="http://127.0.0.1/call.wav", model="nova-3")
    assert answer.results.channels[0].alternatives[0].transcript == "hello"


def test_mulaw_is_understood(simulators):
    """Telephone audio is decoded before it is listened to."""
    from otel_voice.simulators.formats import encode_mulaw

    pcm = speech(rate=8000)
    options = {"model": "nova-3", "encoding": "mulaw", "sample_rate": "8000"}
    with deepgram(simulators, transcript="hi").listen.v1.connect(**options) as socket:
        socket.send_media(encode_mulaw(pcm))
        control(socket, "CloseStream")
        assert "hi" in [said(message) for message in socket if message.type == "Results"]
