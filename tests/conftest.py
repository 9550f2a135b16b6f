"""Fixtures for all tests, and the promise that everything declared in the schema is emitted by some test."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import hypothesis
import pytest

from tests.schema_check import EMITTED, SCHEMA
from tests.signals import Signals

NARROWING = ("keyword", "markexpr", "lf", "failedfirst", "collectonly", "deselect", "ignore", "ignore_glob", "maxfail")

# How long anything takes says nothing where several test runs share two cores.
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")


@pytest.fixture(scope="module", autouse=True)
def only_what_is_new_is_collected() -> None:
    """Tests collect garbage; after thousands of them, what the earlier ones left would make each time take seconds."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def signals() -> Iterator[Signals]:
    """In-memory providers; at the end of the test everything they saw is compared with the schema.

    A test that gives attributes of its own calls `signals.check("their", "names")` itself.
    """
    signals = Signals()
    yield signals
    if not signals.checked:
        signals.check()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _whole_suite_ran(session) and EMITTED.missing(SCHEMA):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    session = terminalreporter._session
    if session is None or not _whole_suite_ran(session):
        return
    for line in EMITTED.missing(SCHEMA):
        terminalreporter.write_line(f"declared in otel_voice/schema but emitted by no test: {line}", red=True)


def _whole_suite_ran(session: pytest.Session) -> bool:
    """A part of the suite cannot emit everything; nor can one that was stopped early."""
    config = session.config
    from_testpaths = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    narrowed = any(config.getoption(name, None) for name in NARROWING)
    return from_testpaths and not narrowed and not session.shouldstop and session.testscollected > 0
