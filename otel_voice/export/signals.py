"""SIGTERM, the way containers end a process: by default it kills Python with everything still unexported."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType


def flush_on_sigterm(flush: Callable[[], None]) -> None:
    """Call `flush` when SIGTERM arrives, then die of SIGTERM as before.

    Only where nobody handles SIGTERM yet; a handler the program sets later takes our place.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return

    def handle(number: int, _frame: FrameType | None) -> None:
        flush()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        # Still alive: the kernel spares the first process of a container.
        signal.signal(number, handle)

    signal.signal(signal.SIGTERM, handle)
