"""PocketSphinx, 5.0 to 5.x: recognition in this process, by a class of a C extension.

An utterance begins with `start_utt`. Whole it is with `end_utt`; the program has it when it then asks for `hyp`.
`Pocketsphinx`, `AudioFile` and `LiveSpeech` are derived from the class, and go through it.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.noting import Noter
from otel_voice.capture.shapes.rebound import ClassObserver, rebound
from otel_voice.observation.records import SpeechToText
from otel_voice.providers.hearing import Hearing
from otel_voice.providers.utterance import Heard

_SAMPLE = 2  # bytes
_hearings: dict[int, Hearing] = {}
"""By the decoder's id: its objects have no place for anything of ours, and cannot be referred to weakly."""


class Made(Noter):
    """A decoder is new, whoever had its id before."""

    def before(self, call: Call) -> None:
        _forget(call.instance)


class Begin(Noter):
    """An utterance begins."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        _hearing_of(call.instance, self.sink).begin()

    def failed(self, call: Call, noted: Any, error: BaseException) -> None:
        hearing = _hearing_of(call.instance, self.sink)
        if not hearing.open:
            hearing.begin()
            hearing.fail(error)


class Audio(Noter):
    """A piece of audio is recognised. This is the hot path."""

    def before(self, call: Call) -> None:
        hearing = _hearings.get(id(call.instance))
        if hearing is not None:
            hearing.given(call.argument(0, "data"))

    def failed(self, call: Call, noted: Any, error: BaseException) -> None:
        _failed(call, error)


class End(Noter):
    """The utterance is over."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        hearing = _hearings.get(id(call.instance))
        if hearing is not None:
            hearing.endpoint()

    def failed(self, call: Call, noted: Any, error: BaseException) -> None:
        _failed(call, error)


class Hypothesis(Noter):
    """The program asks what was heard, in the middle of it or at its end."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        hearing = _hearings.get(id(call.instance))
        if hearing is None or not hearing.open:
            return
        text = result.hypstr if result is not None else ""
        if hearing.ended:
            hearing.final(Heard(text, (), None, None, None))
        else:
            hearing.partial(text)


class Decoders(ClassObserver):
    """Hears what decoders are given."""

    methods = {
        "__init__": Made,
        "start_utt": Begin,
        "process_raw": Audio,
        "end_utt": End,
        "hyp": Hypothesis,
    }

    def collected(self, instance: Any) -> None:
        _forget(instance)


def _hearing_of(decoder: Any, sink: Sink) -> Hearing:
    hearing = _hearings.get(id(decoder))
    if hearing is None or hearing.sink is not sink:
        _forget(decoder)
        known = _known(decoder)
        hearing = _hearings[id(decoder)] = Hearing(sink, known, known().sample_rate * _SAMPLE)
    return hearing


def _forget(decoder: Any) -> None:
    hearing = _hearings.pop(id(decoder), None)
    if hearing is not None:
        hearing.hang_up()


def _failed(call: Call, error: BaseException) -> None:
    """The decoder failed; anything else than its own error is the program's call that is wrong."""
    hearing = _hearings.get(id(call.instance))
    if hearing is not None and isinstance(error, RuntimeError):
        hearing.fail(error)


def _known(decoder: Any) -> Any:
    """What every utterance of a decoder has in common."""
    config = decoder.config
    model, rate = config["hmm"], int(config["samprate"])

    def new_record() -> SpeechToText:
        record = SpeechToText("pocketsphinx")
        record.request_model = PurePath(model).name if model else None
        record.audio_format, record.sample_rate, record.channels = "pcm", rate, 1
        return record

    return new_record


PROVIDER = Provider(
    name="pocketsphinx",
    package="pocketsphinx",
    distribution="pocketsphinx",
    since="5.0",
    before="6",
    points=(Point("pocketsphinx", "Decoder", rebound, Decoders),),
    surfaces={"Decoder": "start_utt, process_raw, end_utt, hyp; AudioFile, LiveSpeech; one span an utterance"},
)
