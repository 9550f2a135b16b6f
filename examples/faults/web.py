"""The page on which engineers look up their visits: most requests are answered, and some are not."""

import logging

from aiohttp import ClientSession, web


async def visits(request):
    return web.json_response([])


async def broken(request):
    raise RuntimeError("the template is missing")


def application():
    app = web.Application()
    app.router.add_get("/visits", visits)
    app.router.add_get("/map", broken)
    return app


async def requests():
    """A web page is asked for: found, not found, and broken."""
    logging.getLogger("aiohttp.access").setLevel(logging.INFO)
    runner = web.AppRunner(application())
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession() as session:
            for path in ("/visits", "/visits", "/nothing", "/map"):
                async with session.get(url + path) as answer:
                    await answer.read()
    finally:
        await runner.cleanup()
