"""Synthesis with the Azure Speech SDK: what the program asks for, and how it reads the audio."""

from __future__ import annotations

import re
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Sink, settle
from otel_voice.capture.shapes.noting import Noter
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers.azure_speech_common import PROVIDER, server
from otel_voice.providers.azure_speech_native import MARK, text
from otel_voice.providers.azure_speech_speaking import Speaking, Voice

_RATE = re.compile(r"(\d+)(khz|hz)")
_VOICE = re.compile(r"<voice\b[^>]*?\bname\s*=\s*[\"']([^\"']+)")
_UNBILLED = re.compile(r"</?(?:speak|voice)\b[^>]*>")
_DEFAULT_FORMAT = "riff-16khz-16bit-mono-pcm"


class Speak(Noter):
    """A text is to be spoken: `speak_text_async` and the like."""

    def before(self, call: Call) -> Speaking:
        voice = _voice_of(call.instance, self.sink)
        wanted = str(call.argument(0, self.argument) or "")
        record = _record(call.instance.properties)
        record.characters = self.characters(wanted)
        record.voice = self.voice(wanted) or record.voice
        speaking = voice.speak(record, _has_output(call.instance))
        if self.wants_content:
            speaking.texts.append(wanted)
        return speaking

    def after(self, call: Call, noted: Any, result: Any) -> None:
        if noted is not None:
            vars(result)[MARK] = noted

    def failed(self, call: Call, noted: Any, error: BaseException) -> None:
        if noted is not None:
            noted.failed(error)

    argument = "text"

    def characters(self, wanted: str) -> int:
        """How many characters the service is to speak."""
        return len(wanted)

    def voice(self, wanted: str) -> str | None:
        """The voice that the text itself asks for."""
        return None


class SpeakMarkup(Speak):
    """A text with markup in it, which names its own voice. The service counts all of it but the tags around it."""

    argument = "ssml"

    def characters(self, wanted: str) -> int:
        return len(_UNBILLED.sub("", wanted))

    def voice(self, wanted: str) -> str | None:
        found = _VOICE.search(wanted)
        return found[1] if found is not None else None


class Stop(Noter):
    """The synthesiser is to be silent."""

    def before(self, call: Call) -> None:
        voice = vars(call.instance).get(MARK)
        if voice is not None:
            voice.stop()


class StreamMade(Noter):
    """The program wants the audio of a result as a stream."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        speaking = getattr(call.argument(0, "result"), MARK, None)
        if isinstance(speaking, Speaking):
            speaking.begin_reading()
            vars(call.instance)[MARK] = speaking


class StreamRead(Noter):
    """The program has read a piece of a stream. This is the hot path."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        speaking = vars(call.instance).get(MARK)
        if speaking is not None:
            speaking.read(call.instance, result)


class StreamSaved(Noter):
    """The program has written a stream to a file, all of it."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        speaking = vars(call.instance).get(MARK)
        if speaking is not None:
            speaking.read(call.instance, 0)


class StreamLeft(Noter):
    """The program has no more use for a stream, or has dropped it."""

    def before(self, call: Call) -> None:
        speaking = vars(call.instance).get(MARK)
        if speaking is not None:
            speaking.left()


def _voice_of(synthesizer: Any, sink: Sink) -> Voice:
    """Who listens to a synthesiser, ready to hear what comes."""
    settle()
    voice: Voice | None = vars(synthesizer).get(MARK)
    if voice is None or voice.sink is not sink:
        voice = vars(synthesizer)[MARK] = Voice(synthesizer, sink)
    voice.listen(synthesizer)
    return voice


def _has_output(synthesizer: Any) -> bool:
    """Whether audio goes to a speaker, a file or a stream while it arrives."""
    return getattr(synthesizer, "_SpeechSynthesizer__audio_config_keep_alive", None) is not None


def _record(properties: Any) -> TextToSpeech:
    record = TextToSpeech(PROVIDER)
    record.request_model = text(properties, "SpeechServiceConnection_EndpointId")
    record.voice = text(properties, "SpeechServiceConnection_SynthVoice")
    record.language = text(properties, "SpeechServiceConnection_SynthLanguage")
    record.audio_format, record.sample_rate = _format(text(properties, "SpeechServiceConnection_SynthOutputFormat"))
    record.streamed = True
    server(record, properties, "tts")
    return record


def _format(name: str | None) -> tuple[str, int | None]:
    """Encoding and sample rate out of a name such as `raw-16khz-16bit-mono-pcm`."""
    container, *parts = (name or _DEFAULT_FORMAT).split("-")
    rate = _RATE.search(name or _DEFAULT_FORMAT)
    encoding = "wav" if (container, parts[-1:]) == ("riff", ["pcm"]) else parts[-1] if parts else container
    return encoding, int(rate[1]) * (1000 if rate[2] == "khz" else 1) if rate is not None else None
