"""A voice agent as somebody wrote it, with no telemetry of its own: it asks a model and says something.

Prints the port that it listens on; ends with its standard input.
"""

import asyncio
import math
import struct
import sys

from openai import AsyncOpenAI
from websockets.asyncio.server import serve

RATE = 16_000
TONE = b"".join(struct.pack("<h", int(12_000 * math.sin(index / 6))) for index in range(RATE // 2))


async def call(websocket):
    async for said in websocket:
        if said == "break":
            websocket.transport.abort()
            return
        answer = await AsyncOpenAI().chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": said}]
        )
        await websocket.send(answer.choices[0].message.content)
        await websocket.send(TONE)


async def main():
    async with serve(call, "127.0.0.1", 0) as server:
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
