"""Piper, 1.3 to 1.x, where it is installed: speech made in this process, sentence by sentence.

Its licence is the GPL: nothing of it comes with us, and no extra of ours installs it.
"""

from __future__ import annotations

from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import generator
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers.local_synthesis import LocalSynthesis, file_name


class Speech(LocalSynthesis):
    """Reads one synthesis, whose items are a sentence each."""

    def request(self, call: Call) -> TextToSpeech:
        record = self.new_record("piper", call)
        record.streamed = True
        record.request_model = file_name(getattr(call.instance.session, "_model_path", None))
        language = call.instance.config.espeak_voice
        record.language = language if isinstance(language, str) else None
        return record

    def chunk(self, item: Any) -> None:
        self.heard(item.audio_float_array, item.sample_rate)


PROVIDER = Provider(
    name="piper",
    package="piper",
    distribution="piper-tts",
    since="1.3",
    before="2",
    points=(Point("piper.voice", "PiperVoice.synthesize", generator, Speech),),
    surfaces={"PiperVoice": "synthesize, synthesize_wav"},
)
