"""A child process that stands for this one: it gets our streams and our signals, and we end as it ended."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Final

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
_FROM_THE_TERMINAL: Final = ("SIGINT", "SIGQUIT")


class Child:
    """Runs one command. Must be used from the main thread, where Python handles signals."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """The exit status of the command, 128 + n when signal n ended it. Raises OSError when it cannot start."""
        before = {number: signal.signal(number, self._forward) for number in _forwarded()}
        try:
            # Files that the caller left open for the program pass through; our own are never inherited.
            self._process = subprocess.Popen(command, env=dict(environment), close_fds=False)
            for number in self._early:
                self._process.send_signal(number)
            return _status(self._process.wait())
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _forward(self, number: int, frame: FrameType | None) -> None:
        if signal.Signals(number).name in _FROM_THE_TERMINAL and _in_foreground():
            return
        if self._process is None:
            self._early.append(number)
        else:
            self._process.send_signal(number)


def _forwarded() -> list[int]:
    """Signals to pass on; one that is ignored (nohup) stays ignored, here and in the child."""
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    return [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]


def _in_foreground() -> bool:
    """True when the terminal sends its Ctrl-C to our whole process group, and so to the child as well."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | getattr(os, "O_NOCTTY", 0))
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _status(returned: int) -> int:
    return 128 - returned if returned < 0 else returned
