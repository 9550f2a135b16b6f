"""Starts a real program of the stack on free ports and stops it; its output is kept for the failure message."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from tests.stack.binaries import BIN

T = TypeVar("T")


_given: set[int] = set()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on and nobody here was given, below those of outgoing connections."""
    while True:
        port = random.randrange(20000, 30000)
        with socket.socket() as probe:
            if port not in _given and probe.connect_ex(("127.0.0.1", port)):
                _given.add(port)
                return port


def eventually(ask: Callable[[], T], what: str, timeout: float = 60.0) -> T:
    """The first answer that is true; fails naming what was waited for and the last answer."""
    deadline = time.monotonic() + timeout
    answer = ask()
    while not answer:
        assert time.monotonic() < deadline, f"not within {timeout:.0f} s: {what}; the last answer was {answer!r}"
        time.sleep(0.2)
        answer = ask()
    return answer


class Running:
    """A program and the address that answers once it is ready."""

    def __init__(self, command: tuple[str, ...], ready: str, log: Path, environment: Mapping[str, str]) -> None:
        self._command = (str(BIN / command[0]), *command[1:])
        self._ready = ready
        self._log = log
        self.environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def also(self, *arguments: str) -> None:
        """Give it more arguments from its next start on."""
        self._command += arguments

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(self._command, stdout=output, stderr=output, env=self.environment)
        eventually(self._answers, f"{self._command[0]} to be ready, see {self._log}", 90)

    def stop(self) -> None:
        """Ask it to end and wait until it did."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    @property
    def process_id(self) -> int:
        """Its process, while it runs."""
        assert self._process is not None, f"{self._command[0]} does not run"
        return self._process.pid

    def said(self) -> str:
        """All that it printed."""
        return self._log.read_text(errors="replace")

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"{self._command[0]} ended:\n{self.said()[-3000:]}"
        try:
            with urllib.request.urlopen(self._ready, timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False
