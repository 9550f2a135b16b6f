import pytest

from otel_voice.simulators.audio import read_wav, speech_seconds
from tests.simulators.clients import async_deepgram, deepgram

TEXT = "hello world"


def test_speech_is_a_playable_file(simulators):
    """linear16 comes in a WAV container by default."""
    audio = b"".join(deepgram(simulators).speak.v1.audio.generate(text=TEXT, encoding="linear16"))
    sound = read_wav(audio)
    assert (sound.rate, sound.seconds) == (24000, pytest.approx(speech_seconds(TEXT)))


def test_the_headers_say_what_was_spoken(simulators):
    """Request id, model and number of characters are in the headers."""
    audio = deepgram(simulators).speak.v1.audio
    with audio.with_raw_response.generate(text=TEXT, model="aura-2-thalia-en") as response:
        headers = {key.lower(): value for key, value in response.headers.items()}
    assert headers["dg-char-count"] == "11"
    assert headers["dg-model-name"] == "aura-2-thalia-en"
    assert headers["dg-request-id"].count("-") == 4


async def test_speech_is_chunked(simulators):
    """The number of chunks is the one that was asked for."""
    audio = async_deepgram(simulators, chunks=3, interval=0.02).speak.v1.audio
    assert len([chunk async for chunk in audio.generate(text=TEXT)]) == 3


def send(socket, kind, text=None):
    """Send a message, in the words of this SDK's version."""
    if hasattr(socket, "send_flush"):
        from deepgram.speak.v1.types import SpeakV1Text

        names = {"Flush": "send_flush", "Clear": "send_clear", "Close": "send_close"}
        return socket.send_text(SpeakV1Text(type="Speak", text=text)) if text else getattr(socket, names[kind])()
    from deepgram.extensions.types.sockets import SpeakV1ControlMessage, SpeakV1TextMessage

    if text:
        return socket.send_text(SpeakV1TextMessage(type="Speak", text=text))
    return socket.send_control(SpeakV1ControlMessage(type=kind))


def connected(client):
    return client.speak.v1.connect(model="aura-2-thalia-en", encoding="linear16", sample_rate="16000")


def test_flush_speaks_what_was_written(simulators):
    """Text waits for Flush, which is confirmed after the last byte of its audio."""
    with connected(deepgram(simulators)) as socket:
        send(socket, "Speak", TEXT)
        send(socket, "Flush")
        assert socket.recv().type == "Metadata"
        audio = b""
        while isinstance(message := socket.recv(), bytes):
            audio += message
    assert message.type == "Flushed"
    assert len(audio) == speech_seconds(TEXT) * 16000 * 2


def test_clear_silences_what_was_not_sent(simulators):
    """After Clear only its confirmation comes."""
    with connected(deepgram(simulators, first=5)) as socket:
        assert socket.recv().type == "Metadata"
        send(socket, "Speak", TEXT)
        send(socket, "Clear")
        send(socket, "Flush")
        assert socket.recv().type == "Cleared"


async def test_the_async_client_closes_after_the_audio(simulators):
    """Close speaks what is left, and then the socket ends."""
    async with connected(async_deepgram(simulators)) as socket:
        await send(socket, "Speak", TEXT)
        await send(socket, "Close")
        messages = [message async for message in socket]
    assert sum(len(message) for message in messages if isinstance(message, bytes)) == 22000
