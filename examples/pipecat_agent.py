"""A Pipecat bot on the telephone: Deepgram hears, OpenAI thinks, Cartesia speaks. Nothing in it knows that it may be
observed: `opentelemetry-instrument python examples/pipecat_agent.py` is all it takes, with Pipecat 1.3 or newer.

The caller is a WAV file that is streamed at the pace of a real call, and the loudspeaker is a clock that takes as long
as the audio lasts. In their place a bot has one of Pipecat's transports: WebRTC, Daily, a telephone line.
"""

import asyncio
import os
import sys
import time
import wave
from pathlib import Path

from loguru import logger as log
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import InputAudioRawFrame, TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.services.cartesia.tts import CartesiaTTSService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

CALLER = Path(__file__).with_name("caller.wav")
FRAME_SECONDS = 0.02
LINE = TransportParams(audio_in_enabled=True, audio_out_enabled=True)
GREETING = "Northwind Telecom, hello."
PROMPT = "You answer the telephone of Northwind Telecom. Be brief, and send an engineer when the line is faulty."
VOICE = "71a7ad14-091c-4e8e-a314-022ece01c121"


def services():
    """What hears, thinks and speaks; at other addresses than the providers' when the environment names them."""
    speech = os.environ.get("CARTESIA_BASE_URL", "https://api.cartesia.ai").replace("http", "ws", 1)
    return (
        DeepgramSTTService(api_key=os.environ["DEEPGRAM_API_KEY"], base_url=os.environ.get("DEEPGRAM_BASE_URL", "")),
        OpenAILLMService(
            api_key=os.environ["OPENAI_API_KEY"],
            base_url=os.environ.get("OPENAI_BASE_URL"),
            settings=OpenAILLMService.Settings(model="gpt-4o-mini", system_instruction=PROMPT),
        ),
        CartesiaTTSService(
            api_key=os.environ["CARTESIA_API_KEY"],
            url=f"{speech}/tts/websocket",
            settings=CartesiaTTSService.Settings(voice=VOICE),
        ),
    )


class Caller(BaseInputTransport):
    """The caller's voice in frames of 20 ms, each at the moment it would arrive, and silence until they hang up."""

    def __init__(self, path, silence=4.0):
        super().__init__(LINE)
        self.path = path
        self.silence = silence
        self.hung_up = asyncio.Event()

    async def start(self, frame):
        await super().start(frame)
        await self.set_transport_ready(frame)
        self.create_task(self.speak())

    async def speak(self):
        with wave.open(str(self.path)) as file:
            rate, size = file.getframerate(), int(file.getframerate() * FRAME_SECONDS)
            due, end = time.monotonic(), None
            while end is None or due < end:
                piece = file.readframes(size)
                if not piece and end is None:
                    end = due + self.silence
                await self.push_audio_frame(InputAudioRawFrame(piece.ljust(size * 2, b"\0"), rate, 1))
                due += FRAME_SECONDS
                await asyncio.sleep(max(0.0, due - time.monotonic()))
        self.hung_up.set()


class Loudspeaker(BaseOutputTransport):
    """Plays audio by letting the time pass that it lasts."""

    def __init__(self):
        super().__init__(LINE)
        self.playing_until = 0.0

    async def start(self, frame):
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame):
        now = time.monotonic()
        self.playing_until = max(now, self.playing_until) + frame.num_frames / frame.sample_rate
        await asyncio.sleep(self.playing_until - now)
        return True


async def take_call(path):
    """Greet the caller, and answer what they say until they hang up."""
    hearing, thinking, speaking = services()
    caller, loudspeaker = Caller(path), Loudspeaker()
    turns = UserTurnStrategies(stop=[SpeechTimeoutUserTurnStopStrategy()])
    listening = LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer(), user_turn_strategies=turns)
    context = LLMContextAggregatorPair(LLMContext(), user_params=listening)
    steps = [caller, hearing, context.user(), thinking, speaking, loudspeaker, context.assistant()]
    worker = PipelineWorker(Pipeline(steps))

    @context.user().event_handler("on_user_turn_stopped")
    async def heard(aggregator, strategy, message):
        log.info("caller: {}", message.content)

    @context.assistant().event_handler("on_assistant_turn_stopped")
    async def said(aggregator, message):
        log.info("bot: {}", message.content)

    await worker.queue_frame(TTSSpeakFrame(GREETING))
    runner = WorkerRunner()
    await runner.add_workers(worker)
    call = asyncio.create_task(runner.run())
    await caller.hung_up.wait()
    await worker.stop_when_done()
    await call
    log.info("call ended")


def main():
    log.remove()
    log.add(sys.stderr, level="INFO", format="{time:HH:mm:ss} {level} {message}")
    asyncio.run(take_call(Path(sys.argv[1]) if len(sys.argv) > 1 else CALLER))


if __name__ == "__main__":
    main()
