"""kokoro-onnx, 0.4 to 0.6: speech made in this process, whole or sentence by sentence."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_generator, call
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers.local_synthesis import LocalSynthesis, file_name

_DEFAULT_LANGUAGE = "en-us"


class Speech(LocalSynthesis):
    """Reads one synthesis: samples, their rate, and in one of the calls the times of its phonemes."""

    streamed = False

    def request(self, call: Call) -> TextToSpeech:
        record = self.new_record("kokoro_onnx", call)
        record.streamed = self.streamed
        record.request_model = file_name(getattr(call.instance.config, "model_path", None))
        voice, language = call.argument(1, "voice"), call.argument(3, "lang") or _DEFAULT_LANGUAGE
        record.voice = voice if isinstance(voice, str) else None
        record.language = language if isinstance(language, str) else None
        return record

    def chunk(self, item: Any) -> None:
        self.heard(item[0], item[1])


class Stream(Speech):
    """Reads one synthesis whose items are samples and their rate."""

    streamed = True


_MODULE = "kokoro_onnx"

PROVIDER = Provider(
    name="kokoro_onnx",
    package="kokoro_onnx",
    distribution="kokoro-onnx",
    since="0.4",
    before="0.7",
    points=(
        # From 0.6 on, `create` goes through `create_timed`.
        Point(_MODULE, "Kokoro.create", call, Speech, until="0.6"),
        Point(_MODULE, "Kokoro.create_timed", call, Speech, since="0.6"),
        Point(_MODULE, "Kokoro.create_stream", async_generator, Stream),
    ),
    surfaces={"Kokoro": "create, create_timed, create_stream"},
)
