"""ElevenLabs `convert_realtime`: text out of the program's iterator, audio back, over one websocket."""

from __future__ import annotations

import json
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.shapes.dialogue import DialogueObserver
from otel_voice.observation import records
from otel_voice.providers import elevenlabs_common as common
from otel_voice.providers import reading
from otel_voice.providers.elevenlabs_speak import Speech
from otel_voice.providers.sound import Sound

_DEFAULT_FORMAT = "mp3_44100_128"


class Realtime(Speech, DialogueObserver):
    """Reads one synthesis whose text is counted as it is sent; the program's iterator is not touched.

    The SDK puts a blank behind some pieces of the text, which cannot be told from the program's own.
    """

    def request(self, call: Call) -> records.TextToSpeech:
        record = self.record = common.synthesis(call)
        record.streamed = True
        common.output_format(record, call.kwargs.get("output_format", _DEFAULT_FORMAT))
        reading.server(record, getattr(call.instance, "_ws_base_url", "wss://api.elevenlabs.io/"))
        self._text: list[str] = []
        self._sound = Sound(record)
        self.chunk = self.reader(self._sound)  # type: ignore[method-assign, assignment]
        return record

    def opened(self, connection: Any) -> None:
        response = getattr(connection, "response", None)
        if response is not None:
            common.headers(self.record, response.headers)

    def sent(self, message: Any) -> None:
        said = json.loads(message)
        if "generation_config" in said:  # the greeting, whose text is a blank that is not spoken
            return
        text = said["text"]
        if text:
            self.record.characters = (self.record.characters or 0) + len(text)
        if self.wants_content:
            self._text.append(text)

    def end(self) -> None:
        super().end()
        if self.wants_content:
            self.record.text_content = "".join(self._text)
