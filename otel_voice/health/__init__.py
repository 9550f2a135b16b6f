"""The health of the process that this is imported in, for probes, Prometheus and people.

    app = FastAPI()
    app.include_router(otel_voice.health.router())        # FastAPI
    app.mount("/voice", otel_voice.health.app())          # Starlette, or any other ASGI application

Or on a port of its own, with no code: OTEL_VOICE_HEALTH_PORT. Everything is described in docs/health.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import APIRouter

    from otel_voice.health.asgi import HealthApp
    from otel_voice.health.checks import UnhealthyError
    from otel_voice.health.registering import register_check, unregister_check

__all__ = ["UnhealthyError", "app", "metric_reader", "register_check", "router", "unregister_check"]


def __getattr__(name: str) -> Any:
    """Load on first use: every program with a call keeps count in otel_voice.health.activity, few are asked."""
    if name not in __all__:
        raise AttributeError(f"module 'otel_voice.health' has no attribute {name!r}")
    from otel_voice.health import checks, registering

    return getattr(checks if name == "UnhealthyError" else registering, name)


def app() -> HealthApp:
    """An ASGI application with all pages. From now on event loops are watched."""
    from otel_voice.health.asgi import HealthApp

    return HealthApp(_pages())


def router() -> APIRouter:
    """The same pages as a router of FastAPI; raises ImportError where FastAPI is not installed."""
    from otel_voice.health.fastapi_router import router

    return router(_pages())


def metric_reader() -> Any:
    """A reader for `MeterProvider(metric_readers=[...])` in code, from which /metrics takes what is measured."""
    from otel_voice.export.pulled import PulledMetrics

    return PulledMetrics()


def _pages() -> Any:
    from otel_voice.health import loops, statuses
    from otel_voice.health.pages import pages
    from otel_voice.settings import Settings

    loops.watch(Settings.from_env().loop_block_seconds)
    statuses.export()
    return pages()
