import time

import httpx
import openai as sdk
import pytest
from deepgram.core.api_error import ApiError as DeepgramError
from elevenlabs.core.api_error import ApiError as ElevenLabsError
from hypothesis import given
from hypothesis import strategies as st

from otel_voice.simulators.behaviour import FAILURES, READERS, Behaviour, DirectiveError, parse
from tests.simulators.clients import deepgram, elevenlabs, frames, openai, speech
from tests.simulators.test_deepgram_listen import OPTIONS
from tests.simulators.test_elevenlabs import BODY, stream

CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hello there"}]}


@given(st.text(max_size=40))
def test_any_text_is_parsed_or_refused_by_name(text):
    """No text makes the parser fail in any other way."""
    try:
        assert isinstance(parse(text), Behaviour)
    except DirectiveError as error:
        assert "directive" in str(error)


@pytest.mark.parametrize("bad", ["fial=429", "fail=418", "first=-1", "first=inf", "chunks=0", "drop_after=x", "reply="])
def test_a_directive_that_cannot_be_followed_is_refused(simulators, bad):
    """The answer is 400 and says which directive is wrong."""
    answer = httpx.post(simulators.simulate(bad) + "/v1/chat/completions", json=CHAT)
    assert answer.status_code == 400
    assert bad.partition("=")[0] in answer.json()["error"]["message"]


def test_an_unknown_directive_gets_the_list_of_known_ones(simulators):
    """Whoever mistypes a directive learns the right ones."""
    answer = httpx.post(f"{simulators.url}/v1/speak", json={}, headers={"x-simulate": "colour=blue"})
    assert all(name in answer.json()["error"]["message"] for name in READERS)


def test_a_directive_may_come_in_a_header(simulators):
    """The header and the path speak the same language."""
    headers = {"x-simulate": "reply=Good%20day%2C%20sir"}
    completion = openai(simulators).chat.completions.create(**CHAT, extra_headers=headers)
    assert completion.choices[0].message.content == "Good day, sir"


def test_the_path_carries_texts_with_commas(simulators):
    """A text keeps its own punctuation in a path too."""
    completion = openai(simulators, reply="One, two = three/four").chat.completions.create(**CHAT)
    assert completion.choices[0].message.content == "One, two = three/four"


@pytest.mark.parametrize("status", FAILURES)
def test_openai_fails_as_asked(simulators, status):
    """The SDK raises its own exception with a body it understands."""
    with pytest.raises(sdk.APIStatusError) as raised:
        openai(simulators, fail=status).chat.completions.create(**CHAT)
    assert raised.value.status_code == status
    assert raised.value.request_id
    assert raised.value.body["message"]


@pytest.mark.parametrize("status", FAILURES)
def test_elevenlabs_fails_as_asked(simulators, status):
    """The SDK raises its own exception with a body it understands."""
    with pytest.raises(ElevenLabsError) as raised:
        list(stream(elevenlabs(simulators, fail=status).text_to_speech)(**BODY))
    assert raised.value.status_code == status
    assert raised.value.body["detail"]["message"]


@pytest.mark.parametrize("status", FAILURES)
def test_deepgram_fails_as_asked(simulators, status):
    """The SDK raises its own exception with a body it understands."""
    with pytest.raises(DeepgramError) as raised:
        list(deepgram(simulators, fail=status).speak.v1.audio.generate(text="hello"))
    assert raised.value.status_code == status


def test_a_limit_says_when_to_come_back(simulators):
    """429 carries `retry-after`."""
    with pytest.raises(sdk.RateLimitError) as raised:
        openai(simulators, fail=429).chat.completions.create(**CHAT)
    assert raised.value.response.headers["retry-after"] == "1"


def test_an_invalid_key_is_refused_everywhere(simulators):
    """The key `invalid` needs no directive."""
    with pytest.raises(sdk.AuthenticationError):
        openai(simulators, api_key="invalid").chat.completions.create(**CHAT)
    with pytest.raises(ElevenLabsError):
        list(elevenlabs(simulators, api_key="invalid").text_to_speech.convert(**BODY))
    with pytest.raises(DeepgramError):
        list(deepgram(simulators, api_key="invalid").speak.v1.audio.generate(text="hello"))


def test_a_failure_passes_when_the_sdk_tries_again(simulators):
    """`retries=1` fails the first attempt only."""
    client = openai(simulators, fail=429, retries=1, max_retries=2)
    answer = client.chat.completions.with_raw_response.create(**CHAT)
    assert answer.retries_taken == 1


def test_a_failure_can_be_restricted_to_a_model(simulators):
    """Another model answers."""
    client = elevenlabs(simulators, fail=503, model="eleven_multilingual_v2").text_to_speech
    assert b"".join(stream(client)(**BODY))
    with pytest.raises(ElevenLabsError):
        list(stream(client)(**{**BODY, "model_id": "eleven_multilingual_v2"}))


def test_a_stream_can_be_dropped(simulators):
    """Chunks arrive, and then the connection breaks."""
    received = []
    with pytest.raises((sdk.APIConnectionError, httpx.TransportError)):
        for chunk in openai(simulators, drop_after=3, interval=0.02).chat.completions.create(**CHAT, stream=True):
            received.append(chunk)
    assert len(received) == 3


def test_a_stream_can_be_malformed(simulators):
    """A chunk that is no JSON reaches the SDK's parser."""
    with pytest.raises(ValueError, match=r"Unterminated string|Expecting"):
        list(openai(simulators, malformed_after=2).chat.completions.create(**CHAT, stream=True))


def test_audio_can_be_dropped(simulators):
    """Half a synthesis arrives, and then the connection breaks."""
    client = elevenlabs(simulators, drop_after=2, interval=0.02).text_to_speech
    with pytest.raises(httpx.TransportError):
        list(stream(client)(**BODY))


def test_a_websocket_can_be_dropped(simulators):
    """Messages arrive, and then the connection breaks without a closing frame."""
    from websockets.exceptions import ConnectionClosedError

    with (
        pytest.raises(ConnectionClosedError),
        deepgram(simulators, drop_after=1).listen.v1.connect(**OPTIONS, interim_results="true") as socket,
    ):
        for frame in frames(speech()):
            socket.send_media(frame)
        while True:
            socket.recv()


def test_a_websocket_message_can_be_malformed(simulators):
    """A message that is no JSON reaches the SDK's parser."""
    with deepgram(simulators, malformed_after=0).listen.v1.connect(**OPTIONS) as socket:
        socket.send_media(speech())
        with pytest.raises(ValueError, match=r"Unterminated string|Expecting"):
            socket.recv()


def test_the_first_byte_takes_as_long_as_asked(simulators):
    """`first` delays the answer by at least so much."""
    start = time.perf_counter()
    openai(simulators, first=0.15).chat.completions.create(**CHAT)
    assert time.perf_counter() - start >= 0.15


def test_a_caller_that_leaves_does_no_harm(simulators):
    """An abandoned stream ends on the server, which goes on answering others."""
    with openai(simulators, chunks=100000).chat.completions.create(**CHAT, stream=True) as chunks:
        next(iter(chunks))
    assert openai(simulators).chat.completions.create(**CHAT).choices
