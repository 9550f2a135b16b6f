"""Import hooks: something of ours happens when a module of the program's is imported, and not before."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import wrapt

from otel_voice.capture.guard import guarded


def when_imported(name: str, hook: Callable[[ModuleType], None]) -> None:
    """Call `hook` when the module `name` is imported, at once when it is there already.

    A hook cannot be taken back. It never raises: that would break the program's own import.
    """

    def fire(module: ModuleType) -> None:
        guarded(hook, module)

    wrapt.register_post_import_hook(fire, name)
