"""Amazon Polly: one synthesis, whose sound the program reads from the body of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import aws_common as common
from otel_voice.providers import reading
from otel_voice.providers.sound import Sound

_DEFAULT_ENGINE = "standard"
_SPEECH_MARKS = "json"
_ENCODINGS = {"mu-law": "mulaw", "a-law": "alaw"}
_COMPRESSED_RATES = {_DEFAULT_ENGINE: 22050}
_RATES = {"pcm": 16000, "mulaw": 8000, "alaw": 8000, "ogg_opus": 48000}
_OTHER_RATE = 24000  # of what is compressed, by all engines but the first


class SynthesizeSpeech(common.AwsObserver):
    """Reads one synthesis."""

    record: TextToSpeech

    def request(self, call: Call) -> TextToSpeech | None:
        record = self.record = TextToSpeech("aws.polly")
        asked = common.asked(record, call)
        wanted = asked.get("OutputFormat")
        record.audio_format = _ENCODINGS.get(str(wanted), wanted)
        if record.audio_format == _SPEECH_MARKS:
            return None  # when each word is said, without a sound
        record.streamed = True
        record.request_model = asked.get("Engine", _DEFAULT_ENGINE)
        record.voice = asked.get("VoiceId")
        record.language = asked.get("LanguageCode")
        record.sample_rate, record.channels = _sample_rate(record, asked), 1
        self._sound = Sound(record)
        text = asked.get("Text")
        if isinstance(text, str):
            record.characters = len(text)
            record.text_content = text if self.wants_content else None
        return record

    def response(self, result: Any) -> Sequence[Following]:
        common.answered(self.record, result)
        # As they are billed: without the marks of SSML.
        self.record.characters = result.get("RequestCharacters", self.record.characters)
        return (common.body(result["AudioStream"]),)

    def body(self, data: Any) -> None:
        self._sound.add(data)

    def end(self) -> None:
        self._sound.settle()


def _sample_rate(record: TextToSpeech, asked: Mapping[str, Any]) -> int | None:
    """The rate that was asked for, or the one that the service has for the format."""
    default = _RATES.get(str(record.audio_format)) or _COMPRESSED_RATES.get(str(record.request_model), _OTHER_RATE)
    return reading.integer(asked.get("SampleRate", default))
