import pytest

from tests.simulators.clients import async_deepgram, deepgram, frames, speech

OPTIONS = {"model": "flux-general-en", "encoding": "linear16", "sample_rate": "16000"}


def close(socket):
    """Close the stream, in the words of this SDK's version."""
    if hasattr(socket, "send_close_stream"):
        return socket.send_close_stream()
    from deepgram.extensions.types.sockets import ListenV2ControlMessage

    return socket.send_control(ListenV2ControlMessage(type="CloseStream"))


def conversation(client, pcm, **options):
    with client.listen.v2.connect(**OPTIONS, **options) as socket:
        for frame in frames(pcm):
            socket.send_media(frame)
        close(socket)
        return list(socket)


def test_a_turn_starts_updates_and_ends(simulators):
    """The messages are numbered, and the turn ends once with the whole transcript."""
    messages = conversation(deepgram(simulators, transcript="good morning sir"), speech())
    assert messages[0].type == "Connected"
    assert [message.sequence_id for message in messages] == list(range(len(messages)))
    events = [message.event for message in messages[1:]]
    assert events[0] == "StartOfTurn"
    assert events[-1] == "EndOfTurn"
    assert set(events[1:-1]) == {"Update"}
    assert messages[-1].transcript == "good morning sir"
    word = messages[-1].words[0]
    assert (word["word"] if isinstance(word, dict) else word.word) == "good"


def test_an_eager_end_is_taken_back_when_the_speaker_goes_on(simulators):
    """A short pause looks like the end of the turn, until it is not."""
    pcm = speech(after=0.3) + speech(before=0)
    messages = conversation(deepgram(simulators, transcript="good morning"), pcm, eager_eot_threshold="0.4")
    events = [message.event for message in messages[1:] if message.event != "Update"]
    assert events == ["StartOfTurn", "EagerEndOfTurn", "TurnResumed", "EagerEndOfTurn", "EndOfTurn"]
    assert messages[-1].turn_index == 0


def test_turns_are_counted(simulators):
    """Two utterances are two turns."""
    messages = conversation(deepgram(simulators, transcript="one|two"), speech() * 2)
    ended = [(m.turn_index, m.transcript) for m in messages[1:] if m.event == "EndOfTurn"]
    assert ended == [(0, "one"), (1, "two")]


async def test_the_async_client_hears_the_same(simulators):
    """Sync and async clients get the same messages."""
    async with async_deepgram(simulators, transcript="one").listen.v2.connect(**OPTIONS) as socket:
        await socket.send_media(speech())
        await close(socket)
        transcripts = [message.transcript async for message in socket if message.type == "TurnInfo"]
    assert transcripts[-1] == "one"


def test_a_lower_threshold_ends_the_turn_sooner(simulators):
    """`eot_threshold` moves the end of the turn on the audio clock."""
    sooner, later = (
        conversation(deepgram(simulators), speech(), eot_threshold=threshold)[-1] for threshold in ("0.5", "0.9")
    )
    assert later.audio_window_end - sooner.audio_window_end == pytest.approx(0.24, abs=0.03)
