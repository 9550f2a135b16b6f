"""The pages as a router of FastAPI. Loaded only by a program that has FastAPI."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from otel_voice.health.asgi import HealthApp
from otel_voice.health.pages import Pages


def router(pages: Pages) -> APIRouter:
    """One route for each page, in the documentation of the program's API under the tag `health`."""
    made, app = APIRouter(tags=["health"]), HealthApp(pages)
    for path in pages.paths:
        _add(made, app, path)
    return made


def _add(made: APIRouter, app: HealthApp, path: str) -> None:
    async def page(request: Request) -> Response:
        answer = await app.answer(request.method, path)
        return Response(answer.body, answer.status, dict(answer.headers()))

    name = path.strip("/").replace("/", "_")
    made.add_api_route(path, page, methods=["GET"], name=name, operation_id=f"otel_voice_{name}")
    made.add_api_route(path, page, methods=["HEAD"], name=name, include_in_schema=False)
