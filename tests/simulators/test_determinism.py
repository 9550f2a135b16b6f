import httpx
import pytest

from otel_voice.simulators.audio import wav
from otel_voice.simulators.server import Simulators
from tests.simulators.clients import deepgram, speech
from tests.simulators.test_deepgram_listen import EVERYTHING, conversation

KEYS = {"authorization": "Bearer k", "xi-api-key": "k"}
CHAT = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "stream": True}
REQUESTS = {
    "/v1/chat/completions": {"json": CHAT},
    "/v1/responses": {"json": {"model": "m", "input": "hello", "stream": True}},
    "/v1/audio/speech": {"json": {"model": "m", "voice": "v", "input": "hello"}},
    "/v1/audio/transcriptions": {"data": {"model": "whisper-1"}, "files": {"file": wav(speech(), 16000)}},
    "/v1/listen?model=nova-3": {"content": wav(speech(), 16000)},
    "/v1/speak": {"json": {"text": "hello"}},
    "/v1/text-to-speech/v/stream/with-timestamps": {"json": {"text": "hello"}},
    "/v1/speech-to-text": {"data": {"model_id": "scribe_v1"}, "files": {"file": wav(speech(), 16000)}},
}


def answer(url, path):
    response = httpx.post(url + path, headers=KEYS, **REQUESTS[path])
    response.raise_for_status()
    dated = {"date", "transfer-encoding"}
    return response.content, {key: value for key, value in response.headers.items() if key not in dated}


@pytest.mark.parametrize("path", REQUESTS)
def test_the_same_request_gets_the_same_bytes(simulators, path):
    """Another server, another time: the same request gets the same headers and the same body."""
    with Simulators() as another:
        assert answer(simulators.url, path) == answer(another.url, path) == answer(simulators.url, path)


def test_latency_directives_do_not_change_what_is_said(simulators):
    """A slow server says the same as a quick one."""
    slow = simulators.simulate("first=0.1,interval=0")
    assert answer(simulators.url, "/v1/chat/completions") == answer(slow, "/v1/chat/completions")


def test_the_same_audio_is_heard_the_same(simulators):
    """A websocket too answers with the same messages."""
    first, second = (conversation(deepgram(simulators), speech(), **EVERYTHING) for _ in range(2))
    assert [message.model_dump() for message in first] == [message.model_dump() for message in second]
