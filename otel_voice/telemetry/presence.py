"""Whether this process runs, so that an end that was meant is told from a crash.

A process that is killed leaves a 1 behind, and nothing after it. One that ends says 0 in its last export, unless an
exception of the program that nobody caught is what ends it. Who was gone before anybody heard a 1 of him says nothing:
a script of a second costs no export and no series.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from opentelemetry.metrics import Meter, Observation

from otel_voice.telemetry import names
from otel_voice.telemetry.instruments import observed


class Presence:
    """The gauge of one process. It costs nothing until somebody collects."""

    def __init__(self, meter: Meter) -> None:
        self.begins()
        observed(meter, names.METRIC_VOICE_PROCESS_UP, self._observe)

    def begins(self) -> None:
        """The process is there; also the child of a fork, whatever its parent is about and has said."""
        self._up, self._was_told = 1, False

    def leaves(self) -> None:
        """What is exported from now on may be the last of this process."""
        self._up = int(_is_crash())

    def stays(self) -> None:
        """It was not the last."""
        self._up = 1

    def _observe(self) -> Iterable[Observation]:
        self._was_told = self._was_told or self._up == 1
        if self._was_told:
            yield Observation(self._up)


def _is_crash() -> bool:
    """Whether the interpreter ends with the traceback of an error. To interrupt it, or to call sys.exit, is meant."""
    return isinstance(getattr(sys, "last_value", None), Exception)
