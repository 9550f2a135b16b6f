"""All of logs, put together as the user chose: bridges into one intake, and where it all goes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from opentelemetry._logs import LoggerProvider, get_logger_provider
from opentelemetry.metrics import MeterProvider

from otel_voice.export import exit as process_exit
from otel_voice.logs import outgoing, whole
from otel_voice.logs.dropped import Dropped
from otel_voice.logs.intake import Intake
from otel_voice.logs.stdlib import StdlibBridge
from otel_voice.logs.thresholds import Thresholds
from otel_voice.logs.values import Redact
from otel_voice.settings import Settings
from otel_voice.telemetry import redaction

if TYPE_CHECKING:
    from otel_voice.logs.console import Console, Form
    from otel_voice.logs.files import LogFiles


class Library(Protocol):
    """A bridge of a library that the program may import or not."""

    def install(self, library: ModuleType) -> None:
        """Begin to export what the library is told."""

    def uninstall(self) -> None:
        """Put back what install() replaced."""


class Logs:
    """The intake, and what was built around it. `colour` is whether a terminal may be written to in colour."""

    def __init__(
        self,
        settings: Settings,
        redact: Redact,
        logger_provider: LoggerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        *,
        colour: bool = True,
    ) -> None:
        provider = logger_provider or get_logger_provider()
        resource = _resource(provider)
        dropped = self._dropped = Dropped(meter_provider)
        shown = settings.log_dir is not None or bool(settings.log_format)
        resource = redaction.attributes(resource) if shown else resource
        self.files = _files(settings, resource, dropped)
        self.intake = Intake(
            redact,
            Thresholds(settings.log_level, settings.log_levels, settings.log_include, settings.log_exclude),
            burst=settings.log_burst,
            files=self.files,
            dropped=dropped,
            logger_provider=provider,
            whole=whole.redacted if shown else None,
        )
        self.stdlib = StdlibBridge.into(self.intake, {"": settings.log_level, **settings.log_levels})
        self.console = _console(settings, self.intake, resource, colour)
        self._libraries: dict[str, Library] = {}
        self._undo: list[Callable[[], None]] = []
        self._active = True
        self._exit_timeout = settings.exit_timeout

    def begin(self) -> None:
        """What concerns every library: what is lost, the console, the end of the process, and its children."""
        outgoing.follow(self.intake.provider, self._dropped)
        if self.console is not None:
            self.console.install()
        self._undo.append(process_exit.before_flush(self.flush))
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def imported(self, library: ModuleType) -> None:
        """Hear a library, once."""
        name = library.__name__
        if name in self._libraries:
            return
        bridge = self._libraries[name] = self._bridge(name)
        bridge.install(library)
        if self.console is not None and name == "loguru":
            self.console.loguru_imported(library)

    def leave(self, name: str) -> None:
        """Hear a library no more."""
        if (bridge := self._libraries.pop(name, None)) is not None:
            bridge.uninstall()

    def flush(self) -> None:
        """Tell what was suppressed, and write what waits for the disk."""
        self.intake.flush()
        if self.files is not None:
            self.files.flush()

    def finish(self) -> None:
        """At the end of the process: flush, but wait for a disk no longer than OTEL_VOICE_EXIT_TIMEOUT."""
        self.intake.flush()
        if self.files is not None:
            self.files.drain(self._exit_timeout)

    def end(self) -> None:
        """Put everything back, and write what waits."""
        self._active = False
        self.stdlib.uninstall()
        for name in list(self._libraries):
            self.leave(name)
        if self.console is not None:
            self.console.uninstall()
        while self._undo:
            self._undo.pop()()
        self.flush()
        if self.files is not None:
            self.files.close()

    def _bridge(self, name: str) -> Library:
        if name == "loguru":
            from otel_voice.logs.loguru import LoguruBridge

            return LoguruBridge(self.intake)
        from otel_voice.logs.structlog import StructlogBridge

        return StructlogBridge(self.intake, self.console.of_structlog if self.console is not None else None)

    def _after_fork(self) -> None:
        # What is registered at a fork cannot be taken back.
        if self._active:
            self.intake.start_afresh()
            if self.files is not None:
                self.files.start_afresh()


def _resource(provider: Any) -> Mapping[str, Any]:
    """Who we are, as the SDK knows it."""
    attributes = getattr(getattr(provider, "resource", None), "attributes", None)
    return attributes if isinstance(attributes, Mapping) else {}


def _files(settings: Settings, resource: Mapping[str, Any], dropped: Dropped) -> LogFiles | None:
    if settings.log_dir is None:
        return None
    from otel_voice.logs.files import LogFiles
    from otel_voice.logs.rendering import JsonLines
    from otel_voice.logs.rotation import Rotation

    compress = settings.log_compression == "gzip"
    rotation = Rotation(settings.log_rotation, settings.log_retention, compress)
    return LogFiles(settings.log_dir, rotation, JsonLines(resource), dropped)


def _console(settings: Settings, intake: Intake, resource: Mapping[str, Any], colour: bool) -> Console | None:
    if not settings.log_format:
        return None
    from otel_voice.logs.console import Console
    from otel_voice.logs.rendering import JsonLines, Readable

    form: Form = JsonLines(resource) if settings.log_format == "json" else Readable(colour=colour)
    return Console(intake, form)
