"""Drives a real Chromium, by frontend/test/browser.mjs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str:
    """The browser's program. Fails with what to install."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path is not None, f"none of {', '.join(NAMES)} is installed: apt-get install chromium"
    return path


class Chromium:
    """A browser with pages that know nothing of each other, until `stop`.

    `answer` is what its user says to a page that asks for the microphone: accept or deny.
    """

    def __init__(self, answer: str = "accept") -> None:
        self._process = subprocess.Popen(
            ["node", "test/browser.mjs", found(), answer],
            cwd=FRONTEND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.version = str(self._answer()["version"])

    def open(self, url: str) -> Page:
        return Page(self, int(self.ask(do="open", url=url)["page"]))

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def ask(self, **command: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        assert "failed" not in answer, answer["failed"]
        return answer

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the browser's driver ended: run `npm ci` in frontend/"
        answer: dict[str, Any] = json.loads(line)
        return answer


class Page:
    def __init__(self, browser: Chromium, number: int) -> None:
        self._browser = browser
        self._number = number
        self._said: list[str] | None = None

    def run(self, script: str, argument: Any = None) -> Any:
        """What the body of an async function returns, which sees `argument` and `voice`."""
        return self._browser.ask(do="run", page=self._number, script=script, argument=argument).get("value")

    def go(self, url: str) -> None:
        """Leaves it for another."""
        self._browser.ask(do="go", page=self._number, url=url)

    def close(self) -> list[str]:
        """What its console said."""
        if self._said is None:
            self._said = list(self._browser.ask(do="close", page=self._number)["console"])
        return self._said
