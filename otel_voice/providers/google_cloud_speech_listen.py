"""Google's streaming recognition: each final result is an utterance, in one of several channels.

A result says where it ends in the audio. Where its words begin and end, and where a voice begins and ends, is told
when the program asks for it. What is asked for stands in the first request.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.observation.audio import AudioClock, byte_rate
from otel_voice.observation.records import SpeechToText
from otel_voice.providers.google_cloud_messages import has, member, plain, seconds
from otel_voice.providers.google_cloud_speech_common import PROVIDER, Dialect, One, Two, best, confidence
from otel_voice.providers.google_cloud_stream import GoogleStream
from otel_voice.providers.listening import Listening, Onset
from otel_voice.providers.utterance import Heard

_CONFIG = "streaming_config"
_END_OF_SINGLE_UTTERANCE, _VOICE_BEGINS, _VOICE_ENDS = 1, 2, 3
_CHANNEL = 0


class GoogleSpeechError(Exception):
    """An error that Google sent as an answer, so that no exception was raised for it."""


class Silence(NamedTuple):
    """The service noticed that the user fell silent."""

    offset: float | None
    noticed_ns: int


class Listen(GoogleStream, Listening):
    """Reads one stream of v1."""

    dialect: Dialect = One()

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._config: Any = None
        self._silence: Silence | None = None
        self._ends: dict[int, float] = {}
        """Where the last final result of each channel ends."""

    def opening(self, call: Call) -> bool:
        super().opening(call)
        self.listen()  # a synchronous stream returns with its first answer only, long after it has begun to listen
        return True

    def ended(self) -> None:
        self.hang_up()

    def new_record(self) -> SpeechToText:
        record = SpeechToText(PROVIDER)
        self.describe(record)
        record.conversation = self.conversation
        self.filled(record)
        record.session_id = self.request_id
        return record

    def describe(self, record: SpeechToText) -> None:
        self.dialect.asked(record, self._config)

    def sent(self, message: Any) -> None:
        message = plain(message)
        audio = getattr(message, self.dialect.audio, None) or member(message, self.dialect.audio)
        if audio:
            self.audio.add(len(audio))
        elif has(message, _CONFIG):
            self._config = member(message, _CONFIG, "config")
            asked = SpeechToText(PROVIDER)
            self.describe(asked)
            self.audio = AudioClock(byte_rate(asked.audio_format, asked.sample_rate, asked.channels))

    def answer(self, message: Any) -> None:
        now = clock.now()
        if self.request_id is None:
            self.request_id = self.dialect.request_id(message)
        if message.speech_event_type:
            self._event(message.speech_event_type, seconds(message, self.dialect.event_at), now)
        partials: dict[int, Any] = {}
        for result in best(message.results):
            if result.is_final:
                self._final(result, now)
            else:
                partials.setdefault(result.channel_tag, []).append(result)
        for results in partials.values():
            self._partial(results, now)

    def _event(self, kind: int, offset: float | None, now: int) -> None:
        if kind == _VOICE_BEGINS:
            self.onsets[_CHANNEL], self._silence = Onset(offset, now), None
        elif kind in (_VOICE_ENDS, _END_OF_SINGLE_UTTERANCE):
            self._silence = Silence(offset, now)

    def _partial(self, results: list[Any], now: int) -> None:
        """What may still change, which comes in two parts: one that hardly will, and one that probably will."""
        said = "".join(result.alternatives[0].transcript for result in results)
        heard = self._heard(results[-1], said, [])
        utterance = self.utterance(_channel(results[-1]), heard, now)
        if utterance is not None and said:
            utterance.partial(heard, now)

    def _final(self, result: Any, now: int) -> None:
        channel, before = _channel(result), self._ends.get(_channel(result), 0.0)
        # With diarization, a result repeats the words of all that were before it.
        words = [word for word in self.dialect.words(result) if (word["end"] or 0.0) > before]
        heard = self._heard(result, result.alternatives[0].transcript.strip(), words)
        utterance, silence = self.utterance(channel, heard, now), self._silence
        end = self._ends[channel] = seconds(result, self.dialect.ends_at) or before
        self._silence = None
        if utterance is None:
            self.onsets.pop(channel, None)  # it was noise
            return
        if silence is not None:
            utterance.endpoint(silence.noticed_ns)
        utterance.segment(heard, now)
        if words:
            self.finish(channel, now)
        else:
            told = [each for each in (end, silence and silence.offset) if each]
            self.finish(channel, now, min(told, default=None), "provider_event")

    def _heard(self, result: Any, said: str, words: list[dict[str, float | None]]) -> Heard:
        end = seconds(result, self.dialect.ends_at)
        before = self._ends.get(_channel(result), 0.0)
        return Heard(
            said,
            words,
            confidence(result.alternatives[0]),
            end,  # speech was noticed here, and began before it
            None if end is None else max(0.0, end - before),
        )


class ListenOfOne(Listen):
    """Reads one stream of v1, whose answers may be errors."""

    def answer(self, message: Any) -> None:
        if message.HasField("error"):
            self.fail(GoogleSpeechError(message.error.message), str(message.error.code))
        else:
            super().answer(message)


class ListenOfTwo(Listen):
    """Reads one stream of v2."""

    dialect = Two()


def _channel(result: Any) -> int:
    """The number of the channel; there is none where channels are not told apart."""
    return int(result.channel_tag) if result.channel_tag > 1 else _CHANNEL
