"""The futures of the Azure Speech SDK: the program may ask them for their result, on any thread, once or never."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.shapes.noting import Noter
from otel_voice.providers.azure_speech_native import MARK


class Results(Noter):
    """The program gets a result, or the error of the library instead."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        expected = vars(call.instance).get(MARK)
        if expected is not None:
            expected.got(result)

    def failed(self, call: Call, noted: Any, error: BaseException) -> None:
        expected = vars(call.instance).get(MARK)
        if expected is not None:
            expected.failed(error)
