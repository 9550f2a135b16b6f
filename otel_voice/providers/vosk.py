"""Vosk, 0.3.42 to 0.3.x: recognition in this process, by methods of a recogniser that end in a native library.

An utterance begins with its first words. `AcceptWaveform` says that the speaker has finished, `Result` what was said;
`FinalResult` asks for it without waiting for that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.noting import Noter, noting
from otel_voice.observation.records import SpeechToText
from otel_voice.providers.hearing import MARK, Held
from otel_voice.providers.utterance import Heard

_SAMPLE = 2  # bytes
_NOTHING = '"partial" : ""'


class ModelNamed(Noter):
    """Remembers the name of a model, of which the SDK keeps a handle only."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        path = call.argument(0, "model_path") or call.argument(1, "model_name")
        if isinstance(path, str):
            vars(call.instance)[MARK] = PurePath(path).name


class ModelFound(Noter):
    """Remembers the model that was found for a language."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        vars(call.instance)[MARK] = PurePath(result).name


class Recognizers(Noter):
    """A recogniser for one stream of audio."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        model, rate = call.args[0], int(call.args[1])
        known = _known(getattr(model, MARK, None), rate)
        vars(call.instance)[MARK] = Held(self.sink, known, rate * _SAMPLE)


class Audio(Noter):
    """A piece of audio is recognised. This is the hot path."""

    def before(self, call: Call) -> None:
        hearing = vars(call.instance).get(MARK)
        if hearing is not None:
            hearing.given(call.argument(0, "data"))

    def after(self, call: Call, noted: Any, result: Any) -> None:
        hearing = vars(call.instance).get(MARK)
        if hearing is not None and result:
            hearing.endpoint()

    def failed(self, call: Call, noted: Any, error: BaseException) -> None:
        hearing = vars(call.instance).get(MARK)
        if hearing is None or type(error) is not Exception:  # what it raises; others say that the call is wrong
            return
        if not hearing.open:
            hearing.begin()
        hearing.fail(error)


class Partial(Noter):
    """The program asks what is heard so far."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        hearing = vars(call.instance).get(MARK)
        if hearing is None or _NOTHING in result:
            return
        content = json.loads(result)
        if content.get("partial"):
            words = content.get("partial_result") or ()
            if not hearing.open:
                hearing.begin(words[0].get("start") if words else None)
            hearing.partial(content["partial"])


class Final(Noter):
    """The program has what was said, and the recogniser begins anew."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        hearing = vars(call.instance).get(MARK)
        if hearing is None:
            return
        heard = _heard(json.loads(result))
        if heard.transcript and not hearing.open:
            hearing.begin(heard.first_sound)
        hearing.final(heard)


class Reset(Noter):
    """The program wants no more of what is being heard."""

    def before(self, call: Call) -> None:
        hearing = vars(call.instance).get(MARK)
        if hearing is not None:
            hearing.leave()


def _heard(content: Mapping[str, Any]) -> Heard:
    """The text with its words, where they were asked for; the best of the alternatives, where those were."""
    alternatives = content.get("alternatives")
    best = alternatives[0] if alternatives else content
    words = best.get("result") or ()
    known = [word["conf"] for word in words if "conf" in word]
    confidence = sum(known) / len(known) if known else None
    return Heard(best.get("text") or "", words, confidence, None, None)


def _known(model: str | None, rate: int) -> Callable[[], SpeechToText]:
    def new_record() -> SpeechToText:
        record = SpeechToText("vosk")
        record.request_model = model
        record.audio_format, record.sample_rate, record.channels = "pcm", rate, 1
        return record

    return new_record


PROVIDER = Provider(
    name="vosk",
    package="vosk",
    distribution="vosk",
    since="0.3.42",
    before="0.4",
    points=(
        Point("vosk", "Model.__init__", noting, ModelNamed),
        Point("vosk", "Model.get_model_path", noting, ModelFound),
        Point("vosk", "KaldiRecognizer.__init__", noting, Recognizers),
        Point("vosk", "KaldiRecognizer.AcceptWaveform", noting, Audio),
        Point("vosk", "KaldiRecognizer.PartialResult", noting, Partial),
        Point("vosk", "KaldiRecognizer.Result", noting, Final),
        Point("vosk", "KaldiRecognizer.FinalResult", noting, Final),
        Point("vosk", "KaldiRecognizer.Reset", noting, Reset),
    ),
    surfaces={
        "KaldiRecognizer": "AcceptWaveform, PartialResult, Result, FinalResult, Reset; one span an utterance",
    },
)
