"""Children of multiprocessing: they leave through os._exit, where no exit handler runs.

A child of os.fork() that calls os._exit() itself cannot be helped: nothing of Python runs after that call.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path
from types import ModuleType

import wrapt

from otel_voice.export.exit import BoundedExit

# After the finalizers of the program's own objects, and after the grandchildren were joined.
LAST = -1000


def flush_in_children(bounded: BoundedExit) -> None:
    """Have every multiprocessing child (fork, forkserver, spawn) flush before it ends."""

    def watch(util: ModuleType) -> None:
        def in_child(_: BoundedExit) -> None:
            util.Finalize(None, bounded.flush, exitpriority=LAST)

        util.register_after_fork(bounded, in_child)

    # wrapt calls it at once when the module is there already, later otherwise.
    wrapt.register_post_import_hook(watch, "multiprocessing.util")


def instrument_spawned(env: MutableMapping[str, str]) -> None:
    """Have Python children instrumented as this process is; older OpenTelemetry leaves them out.

    It instruments through a sitecustomize of its own on PYTHONPATH, and takes that path away while it runs.
    """
    loaded = getattr(sys.modules.get("sitecustomize"), "__file__", None) or ""
    directory = str(Path(loaded).parent)
    if Path(loaded).parts[-4:-1] != ("opentelemetry", "instrumentation", "auto_instrumentation"):
        return
    paths = [path for path in env.get("PYTHONPATH", "").split(os.pathsep) if path]
    if directory not in paths:
        env["PYTHONPATH"] = os.pathsep.join([directory, *paths])
