"""In a forked child: imports that died with the thread that was in the middle of them are forgotten.

Python forks while other threads import. The child then has the lock of a module and not the thread that holds it, and
waits for ever as soon as it imports that module itself. Much of ours is imported late, on the threads that export, and
so is what others import with their first request: each of these was once a child that hung. A module that was imported
half is removed, so that the child imports it anew; without that it could only have hung.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from importlib import _bootstrap
from types import ModuleType
from typing import Any


def forget_in_children() -> None:
    """Have every child that is forked from now on forget them, before whatever else is done in it after this call."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget_broken_off_imports)


def forget_broken_off_imports() -> None:
    """Nobody but this thread is here to end an import. Does nothing where Python keeps its locks in another way."""
    with contextlib.suppress(Exception):
        locks: dict[str, Any] = _bootstrap._module_locks  # type: ignore[attr-defined]
        ours = {name for name, lock in locks.items() if _owner(lock) == threading.get_ident()}
        broken_off = [name for name in locks if name not in ours and _is_half(sys.modules.get(name))]
        for name in locks.keys() - ours:
            del locks[name]
        for name in broken_off:
            _forget(name)


def _owner(reference: Any) -> int | None:
    owner: int | None = getattr(reference(), "owner", None)
    return owner


def _is_half(module: ModuleType | None) -> bool:
    """Whether its code has not come to its end. Asks no attribute of the module's own, which might import."""
    spec = None if module is None else object.__getattribute__(module, "__dict__").get("__spec__")
    return bool(getattr(spec, "_initializing", False))


def _forget(package: str) -> None:
    """With what is below it: that could be imported by the same thread only."""
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
