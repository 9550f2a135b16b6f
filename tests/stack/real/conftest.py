from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.stack.real.whole import WholeStack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeStack]:
    made = WholeStack(tmp_path_factory.mktemp("stack"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def demo(stack: WholeStack) -> WholeStack:
    """The stack after the demo agent's conversation."""
    command = (sys.executable, "-m", "otel_voice.cli.main", "demo", "--endpoint", stack.endpoint)
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    return stack
