"""Deepgram's Flux, /v2/listen: the server itself says where the turns of the user begin and end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any

from otel_voice.capture.operation import Sink
from otel_voice.observation import clock
from otel_voice.providers.deepgram_listening import DeepgramListening
from otel_voice.providers.listening import Onset
from otel_voice.providers.utterance import Heard

_CHANNEL = 0


class Flux(DeepgramListening):
    """Reads one connection to /v2/listen."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._transcript = ""
        self._grown: float | None = None
        """Where the audio ended when the transcript last changed."""

    def address_of(self, addresses: Any) -> str:
        return str(getattr(addresses, "preview", addresses.production))  # SDK 5.0 had Flux in a preview

    def message(self, message: Mapping[str, Any]) -> None:
        kind = message.get("type")
        if kind == "TurnInfo":
            self._turn(message, clock.now())
        elif kind == "Connected":
            self.request_id = message.get("request_id") or self.request_id
        elif kind == "Error":
            self.error_message(message)

    def _turn(self, message: Mapping[str, Any], now: int) -> None:
        event, heard = message.get("event"), _heard(message)
        if event == "StartOfTurn":
            self.onsets[_CHANNEL] = Onset(heard.start, now)
        if heard.transcript != self._transcript:
            self._transcript, self._grown = heard.transcript, message.get("audio_window_end")
        utterance = self.utterance(_CHANNEL, heard, now)
        if event == "EndOfTurn":
            self._end_of_turn(heard, now)
        elif utterance is not None and heard.transcript:
            utterance.partial(heard, now)

    def _end_of_turn(self, heard: Heard, now: int) -> None:
        utterance = self.utterances.get(_CHANNEL)
        if utterance is not None:
            utterance.segment(heard, now)
        # The window reaches into the silence after the last word, and older servers give no offsets of words.
        self.finish(_CHANNEL, now, self._grown if heard.last_sound is None else heard.last_sound)
        self.onsets.clear()
        self._transcript, self._grown = "", None


def _heard(message: Mapping[str, Any]) -> Heard:
    words: Sequence[Mapping[str, Any]] = message.get("words") or ()
    start, end = message.get("audio_window_start"), message.get("audio_window_end")
    sure = [word["confidence"] for word in words if word.get("confidence") is not None]
    return Heard(
        message.get("transcript") or "",
        words,
        fsum(sure) / len(sure) if sure else None,
        end,  # speech was noticed here; the window may begin in the silence long before it
        end - start if start is not None and end is not None else None,
    )
