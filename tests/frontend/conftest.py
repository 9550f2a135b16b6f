"""A browser, the page's server, the embedded receiver, and an agent under auto-instrumentation that sends there too."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from otel_voice.local.receiver import Receiver
from otel_voice.local.rows import Batch
from otel_voice.local.store import Store
from otel_voice.simulators.server import Simulators
from tests.distro.program import INSTRUMENT, clean_environment
from tests.emitted import logs_of, spans_of
from tests.frontend.chromium import Chromium, Page
from tests.frontend.kept import Kept
from tests.frontend.pages import Pages
from tests.providers.openai_calls import address
from tests.schema_check import SCHEMA, Checker, Emitted

Open = Callable[..., Page]
EMITTED = Emitted()
"""What the tests saw of the browser."""


class Relay:
    """A sink that hands on to the test that runs."""

    def __init__(self) -> None:
        self.endpoint = ""
        self._lock = threading.Lock()
        self._kept: Kept | None = None

    def to(self, kept: Kept | None) -> None:
        with self._lock:
            self._kept = kept

    def sink(self, batch: Batch) -> None:
        with self._lock:
            if self._kept is not None:
                self._kept.sink(batch)


class Slow:
    """A sink that takes nothing in until `go`; `asked` says that something came."""

    def __init__(self, kept: Kept) -> None:
        self.endpoint = ""
        self.asked, self.go = threading.Event(), threading.Event()
        self._kept = kept

    def sink(self, batch: Batch) -> None:
        self.asked.set()
        self.go.wait(30)
        self._kept.sink(batch)


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    browser = Chromium()
    yield browser
    browser.stop()


@pytest.fixture
def unwilling() -> Iterator[Chromium]:
    """A browser whose user denies everything."""
    browser = Chromium("deny")
    yield browser
    browser.stop()


@pytest.fixture
def pages() -> Iterator[Pages]:
    pages = Pages()
    yield pages
    pages.shutdown()
    pages.server_close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


@pytest.fixture
def kept(path: Path) -> Iterator[Kept]:
    """What arrived; at the end of the test it is compared with the schema."""
    with Store(path) as store:
        kept = Kept(store)
        yield kept
    checker = Checker(SCHEMA, EMITTED)
    checker.spans(spans_of(kept.spans()))
    checker.logs(logs_of(kept.logs()), also={"step"})


@pytest.fixture
def receiver(kept: Kept, pages: Pages) -> Iterator[Receiver]:
    with Receiver(kept.sink, http_port=0, grpc_port=0, origins=[pages.origin]) as receiver:
        yield receiver


@pytest.fixture
def slow(kept: Kept, pages: Pages) -> Iterator[Slow]:
    """A receiver that keeps its senders waiting."""
    slow = Slow(kept)
    with Receiver(slow.sink, http_port=0, grpc_port=0, origins=[pages.origin]) as receiver:
        slow.endpoint = receiver.endpoint
        yield slow
        slow.go.set()


@pytest.fixture
def open_page(browser: Chromium, pages: Pages, receiver: Receiver) -> Iterator[Open]:
    """open_page(endpoint=..., within=...): a page with `voice`, the started telemetry."""
    opened = []

    def open_one(endpoint: str = receiver.endpoint, within: Chromium = browser) -> Page:
        page = within.open(pages.origin)
        page.run(
            "await until(() => window.ready);"
            "window.voice = startVoiceTelemetry({endpoint: argument, serviceName: 'page', serviceVersion: '1.2.3'});",
            endpoint,
        )
        opened.append(page)
        return page

    yield open_one
    for page in opened:
        page.close()


@pytest.fixture(scope="session")
def simulators() -> Iterator[Simulators]:
    with Simulators() as servers:
        yield servers


@pytest.fixture(scope="session")
def relay() -> Iterator[Relay]:
    """Where the agent of all tests sends to."""
    relay = Relay()
    with Receiver(relay.sink, http_port=0, grpc_port=0) as receiver:
        relay.endpoint = receiver.endpoint
        yield relay


@pytest.fixture
def agent(agent_of_all: str, relay: Relay, kept: Kept) -> Iterator[str]:
    """The URL of the agent, whose telemetry is kept with the browser's."""
    relay.to(kept)
    yield agent_of_all
    relay.to(None)


@pytest.fixture(scope="session")
def agent_of_all(relay: Relay, simulators: Simulators) -> Iterator[str]:
    process = subprocess.Popen(
        [INSTRUMENT, sys.executable, str(Path(__file__).with_name("agent.py"))],
        env={
            **clean_environment(),
            "OTEL_SERVICE_NAME": "agent",
            "OTEL_EXPORTER_OTLP_ENDPOINT": relay.endpoint,
            "OPENAI_BASE_URL": f"{address(simulators, '')}/v1",
            "OPENAI_API_KEY": "simulated",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    yield f"ws://127.0.0.1:{process.stdout.readline().strip()}/call?room=7"
    process.stdin.close()
    process.wait(30)
