"""Deepgram's streaming recognition, /v1/listen: utterances out of results, which may come in several channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.observation import clock
from otel_voice.providers.deepgram_common import model_name
from otel_voice.providers.deepgram_listening import DeepgramListening
from otel_voice.providers.listening import Onset
from otel_voice.providers.utterance import Heard


class Listen(DeepgramListening):
    """Reads one connection to /v1/listen."""

    def message(self, message: Mapping[str, Any]) -> None:
        kind = message.get("type")
        if kind == "Results":
            self._results(message, clock.now())
        elif kind == "SpeechStarted":
            self.onsets[_channel(message, "channel")] = Onset(message.get("timestamp"), clock.now())
        elif kind == "UtteranceEnd":
            self._utterance_end(message, clock.now())
        elif kind == "Error":
            self.error_message(message)

    def _results(self, message: Mapping[str, Any], now: int) -> None:
        channel, heard = _channel(message, "channel_index"), _heard(message)
        self._identify(message.get("metadata") or {})
        utterance = self.utterance(channel, heard, now)
        final = message.get("is_final")
        if utterance is None:
            if final:
                self._forget_noise(channel, heard)
        elif final:
            utterance.segment(heard, now)
        elif heard.transcript:
            utterance.partial(heard, now)
        if message.get("speech_final") or message.get("from_finalize"):
            self.finish(channel, now)

    def _identify(self, metadata: Mapping[str, Any]) -> None:
        if self.response_model is None:
            self.response_model = model_name(metadata.get("model_info"))
            self.request_id = metadata.get("request_id") or self.request_id

    def _forget_noise(self, channel: int, heard: Heard) -> None:
        """A final result without a word says that what was heard before its end was noise."""
        onset = self.onsets.get(channel)
        if onset is not None and (onset.offset or 0.0) < (heard.start or 0.0) + (heard.duration or 0.0):
            del self.onsets[channel]

    def _utterance_end(self, message: Mapping[str, Any], now: int) -> None:
        channel = _channel(message, "channel")
        utterance = self.utterances.get(channel)
        end = message.get("last_word_end")
        if utterance is None or (end is not None and 0 <= end < (utterance.offset or 0.0)):
            return  # it speaks of the utterance before, which had its final result already
        self.finish(channel, now, end if end is not None and end >= 0 else None)


def _channel(message: Mapping[str, Any], name: str) -> int:
    """The number of a channel, out of `[number, how many there are]`."""
    index = message.get(name) or (0,)
    return int(index[0])


def _heard(message: Mapping[str, Any]) -> Heard:
    best: Mapping[str, Any] = next(iter((message.get("channel") or {}).get("alternatives") or ()), {})
    return Heard(
        best.get("transcript") or "",
        best.get("words") or (),
        best.get("confidence"),
        message.get("start"),
        message.get("duration"),
    )
