"""Children that are forked while a thread of their parent is in the middle of an import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

# Its first import does not come to an end; in any other process it does.
SLOW = """
import os, threading
from half import before
if os.environ["PARENT"] == str(os.getpid()):
    begun.set()
    threading.Event().wait()
value = 7
"""
PROGRAM = """
import builtins, os, sys, threading
from otel_voice.export import forking
forking.forget_in_children()
os.environ["PARENT"] = str(os.getpid())
builtins.begun = threading.Event()
threading.Thread(target=lambda: __import__({module!r}), daemon=True).start()
begun.wait()
whole = sys.modules["json"]
child = os.fork()
if not child:
    import half.slow, half.before, json
    assert (half.slow.value, half.before.value) == (7, 5)
    assert json is whole
    os._exit(11)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
os._exit(status)
"""


@pytest.mark.parametrize(
    ("module", "package"), [("half.slow", ""), ("half", "from half import before, slow")], ids=["module", "package"]
)
def test_a_child_imports_what_its_parent_was_importing(tmp_path: Path, module: str, package: str) -> None:
    """It would wait for ever for a thread that it does not have. What was imported whole stays what it is."""
    folder = tmp_path / "half"
    folder.mkdir()
    (folder / "__init__.py").write_text(package)
    (folder / "before.py").write_text("value = 5\n")
    (folder / "slow.py").write_text(SLOW)
    program = f"import json\n{PROGRAM.format(module=module)}"
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (11, "")


def test_the_thread_that_forks_goes_on_with_its_own_import(tmp_path: Path) -> None:
    """A module that forks while it is imported is imported to its end in both."""
    (tmp_path / "forks.py").write_text(
        "import os\nchild = os.fork()\nif child: assert os.waitpid(child, 0)[1] == 0\nvalue = 7\n"
    )
    program = (
        "from otel_voice.export import forking; forking.forget_in_children()\n"
        "import os, sys, forks; assert forks.value == 7 and sys.modules['forks'] is forks; print(bool(forks.child))"
    )
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, sorted(done.stdout.split())) == (0, ["False", "True"]), done.stderr
