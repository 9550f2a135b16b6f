"""The Azure Speech SDK, 1.44 to 1.x: the table of its patch points.

Its work is done by a native library on threads of its own. What comes of it is told by events and by futures; errors
are results, and never raised.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.noting import noting
from otel_voice.providers.azure_speech_audio import Formats, Streams, Writes
from otel_voice.providers.azure_speech_futures import Results
from otel_voice.providers.azure_speech_listen import Once, Recognizers, Start
from otel_voice.providers.azure_speech_native import Signals
from otel_voice.providers.azure_speech_speak import (
    Speak,
    SpeakMarkup,
    Stop,
    StreamLeft,
    StreamMade,
    StreamRead,
    StreamSaved,
)

_SPEECH = "azure.cognitiveservices.speech.speech"
_AUDIO = "azure.cognitiveservices.speech.audio"

PROVIDER = Provider(
    name="azure_speech",
    package="azure.cognitiveservices.speech",
    distribution="azure-cognitiveservices-speech",
    since="1.44",
    before="2",
    points=(
        Point(_SPEECH, "EventSignal.signal", noting, Signals),
        Point(_SPEECH, "ResultFuture.get", noting, Results),
        Point(_AUDIO, "AudioStreamFormat.__init__", noting, Formats),
        Point(_AUDIO, "PushAudioInputStream.__init__", noting, Streams),
        Point(_AUDIO, "PushAudioInputStream.write", noting, Writes),
        Point(_SPEECH, "SpeechRecognizer.__init__", noting, Recognizers),
        Point(_SPEECH, "SpeechRecognizer.recognize_once_async", noting, Once),
        Point(_SPEECH, "SpeechRecognizer.start_continuous_recognition_async", noting, Start),
        Point(_SPEECH, "SpeechSynthesizer.speak_text_async", noting, Speak),
        Point(_SPEECH, "SpeechSynthesizer.speak_ssml_async", noting, SpeakMarkup),
        Point(_SPEECH, "SpeechSynthesizer.start_speaking_text_async", noting, Speak),
        Point(_SPEECH, "SpeechSynthesizer.start_speaking_ssml_async", noting, SpeakMarkup),
        Point(_SPEECH, "SpeechSynthesizer.stop_speaking_async", noting, Stop),
        Point(_SPEECH, "AudioDataStream.__init__", noting, StreamMade),
        Point(_SPEECH, "AudioDataStream.read_data", noting, StreamRead),
        Point(_SPEECH, "AudioDataStream.save_to_wav_file", noting, StreamSaved),
        Point(_SPEECH, "AudioDataStream.detach_input", noting, StreamLeft),
    ),
    surfaces={
        "SpeechRecognizer": "recognize_once, start_continuous_recognition, and their _async; one span an utterance",
        "SpeechSynthesizer": "speak_text, speak_ssml, start_speaking_text, start_speaking_ssml, and their _async; "
        "AudioDataStream",
    },
)
