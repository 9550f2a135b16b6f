"""sherpa-onnx, 1.10 to 2.x, in this process: recognition of streams and of recordings, and speech."""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import call
from otel_voice.capture.shapes.noting import noting
from otel_voice.providers.sherpa_onnx_listen import Audio, Endpoint, Finished, JsonResult, Reset, Result, Streams, Text
from otel_voice.providers.sherpa_onnx_recording import Batch, Recorded, Single
from otel_voice.providers.sherpa_onnx_speak import Speech, Voices

_ONLINE = "sherpa_onnx.online_recognizer"
_OFFLINE = "sherpa_onnx.offline_recognizer"

PROVIDER = Provider(
    name="sherpa_onnx",
    package="sherpa_onnx",
    distribution="sherpa-onnx",
    since="1.10",
    before="3",
    points=(
        Point(_ONLINE, "OnlineRecognizer.create_stream", noting, Streams),
        Point(_ONLINE, "OnlineRecognizer.get_result", noting, Text),
        Point(_ONLINE, "OnlineRecognizer.get_result_all", noting, Result),
        Point(_ONLINE, "OnlineRecognizer.get_result_as_json_string", noting, JsonResult),
        Point(_ONLINE, "OnlineRecognizer.is_endpoint", noting, Endpoint),
        Point(_ONLINE, "OnlineRecognizer.reset", noting, Reset),
        Point("sherpa_onnx", "OnlineStream.accept_waveform", noting, Audio),
        Point("sherpa_onnx", "OnlineStream.input_finished", noting, Finished),
        Point("sherpa_onnx", "OfflineStream.accept_waveform", noting, Recorded),
        Point(_OFFLINE, "OfflineRecognizer.decode_stream", noting, Single),
        Point(_OFFLINE, "OfflineRecognizer.decode_streams", noting, Batch),
        Point("sherpa_onnx", "OfflineTts.__init__", noting, Voices),
        Point("sherpa_onnx", "OfflineTts.generate", call, Speech),
    ),
    surfaces={
        "OnlineRecognizer": "streams, by get_result, get_result_all, is_endpoint and reset; one span an utterance",
        "OfflineRecognizer": "decode_stream, decode_streams; one span a recording",
        "OfflineTts": "generate",
    },
)
