"""A Pipecat pipeline without a room: a microphone that plays a recording, and a loudspeaker that keeps time."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import quote

from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams
from pipecat.frames.frames import BotStoppedSpeakingFrame, Frame, InputAudioRawFrame, OutputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.cartesia.tts import CartesiaTTSService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams

from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators

RATE = 16000
FRAME = RATE // 50


class Ear(VADAnalyzer):  # type: ignore[misc]
    """Takes whatever is not silence for a voice."""

    def __init__(self) -> None:
        super().__init__(sample_rate=RATE, params=VADParams(start_secs=0.1, stop_secs=0.2, min_volume=0.0))

    def num_frames_required(self) -> int:
        return FRAME

    def voice_confidence(self, buffer: bytes) -> float:
        return 1.0 if any(buffer) else 0.0


class Microphone(BaseInputTransport):  # type: ignore[misc]
    """Plays what the user says in real time, then silence."""

    def __init__(self, params: TransportParams) -> None:
        super().__init__(params)
        self._audio = b""
        self._playing: Any = None
        self.silent_ns = 0
        """When the last voiced frame of what was said was handed over, which is when it had been spoken."""
        self.voiced_ns: int | None = None
        """When the first one began to be spoken."""

    def say(self, text: str) -> None:
        self._audio, self.voiced_ns = synthesize(text, RATE), None

    async def start(self, frame: Any) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._playing = self.create_task(self._play())

    async def stop(self, frame: Any) -> None:
        await self._stop_playing()
        await super().stop(frame)

    async def cancel(self, frame: Any) -> None:
        await self._stop_playing()
        await super().cancel(frame)

    async def _stop_playing(self) -> None:
        if self._playing is not None:
            await self.cancel_task(self._playing)
            self._playing = None

    async def _play(self) -> None:
        due = time.monotonic()
        while True:
            now = time.monotonic()
            due = max(due + 0.02, now)
            await asyncio.sleep(due - now)
            piece, self._audio = self._audio[: FRAME * 2], self._audio[FRAME * 2 :]
            if any(piece):
                self.silent_ns = time.perf_counter_ns()
                self.voiced_ns = self.voiced_ns or self.silent_ns - 20_000_000
            await self.push_audio_frame(InputAudioRawFrame(piece.ljust(FRAME * 2, b"\0"), RATE, 1))


class Loudspeaker(BaseOutputTransport):  # type: ignore[misc]
    """Takes as long for a piece of sound as it lasts."""

    def __init__(self, params: TransportParams) -> None:
        super().__init__(params)
        self._due = 0.0
        self._silent = True
        self.heard_ns: list[int] = []
        """When each answer began to be heard."""
        self.seconds = 0.0
        """How much was played."""
        self.silent_ns = 0
        """When the last of it had been."""
        self.played = asyncio.Event()

    async def start(self, frame: Any) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        if self._silent:
            self._silent, self._due = False, time.monotonic()
            self.heard_ns.append(time.perf_counter_ns())
        seconds = len(frame.audio) / 2 / frame.sample_rate
        self._due += seconds
        await asyncio.sleep(max(0.0, self._due - time.monotonic()))
        self.seconds, self.silent_ns = self.seconds + seconds, time.perf_counter_ns()
        return True

    async def push_frame(self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM) -> None:
        await super().push_frame(frame, direction)
        if isinstance(frame, BotStoppedSpeakingFrame):
            self._silent = True
            self.played.set()


class Caller:
    """Somebody who talks with a bot of Deepgram, OpenAI and Cartesia."""

    def __init__(
        self, simulators: Simulators, transcript: str, reply: str, model: str = "gpt-4o-mini", **options: Any
    ) -> None:
        self._simulators, self._transcript, self._reply, self._model = simulators, transcript, reply, model
        self._options = options
        params = TransportParams(audio_in_enabled=True, audio_out_enabled=True, audio_in_sample_rate=RATE)
        self._turns = _turns(params)
        self.microphone, self.loudspeaker = Microphone(params), Loudspeaker(params)

    def _base(self, directives: str) -> str:
        return self._simulators.simulate(quote(directives, safe="=,|"))

    def services(self) -> tuple[Any, Any, Any]:
        """What hears, thinks and speaks."""
        speech = self._base("first=0.1").replace("127.0.0.1", "localhost").replace("http", "ws", 1)
        return (
            _listening(self._base(f"first=0,transcript={self._transcript}"), self._transcript),
            OpenAILLMService(
                base_url=f"{self._base(f'first=0.1,reply={self._reply}')}/v1", api_key="k", model=self._model
            ),
            CartesiaTTSService(api_key="k", voice_id="v", url=f"{speech}/tts/websocket"),
        )

    async def __aenter__(self) -> Caller:
        listening, thinking, speaking = self.services()
        context = LLMContextAggregatorPair(LLMContext([{"role": "system", "content": "Be polite."}]), **self._turns)
        steps = [self.microphone, listening, context.user(), thinking, speaking, self.loudspeaker, context.assistant()]
        self.pipeline, run = _running(Pipeline(steps), self._options)
        self._running = asyncio.create_task(run)
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self.pipeline.cancel()
        await self._running

    async def says(self, text: str) -> None:
        """Say something, and listen to the whole answer, or to what is left of it."""
        self.loudspeaker.played.clear()
        self.microphone.say(text)
        await self.loudspeaker.played.wait()


def _turns(params: TransportParams) -> dict[str, Any]:
    """How turns are told apart: by the transport, before Pipecat gave that to what collects the user's words."""
    try:
        from pipecat.turns.user_start import VADUserTurnStartStrategy
        from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
        from pipecat.turns.user_turn_strategies import UserTurnStrategies
    except ImportError:
        params.vad_analyzer = Ear()
        return {}
    stopping = SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.2)
    strategies = UserTurnStrategies(start=[VADUserTurnStartStrategy()], stop=[stopping])
    return {"user_params": LLMUserAggregatorParams(vad_analyzer=Ear(), user_turn_strategies=strategies)}


def _listening(base: str, transcript: str) -> Any:
    service: Any = DeepgramSTTService(base_url=base, api_key="k")
    config = getattr(service._client, "_config", None)
    if config is not None and hasattr(config, "headers"):  # an SDK that forgets the path of its base URL
        config.headers["x-simulate"] = quote(f"first=0,transcript={transcript}", safe="=,|")
    return service


def _running(pipeline: Pipeline, options: dict[str, Any]) -> tuple[Any, Any]:
    """The pipeline's task, as it was called until 1.3, and what runs it."""
    try:
        from pipecat.pipeline.worker import PipelineWorker
        from pipecat.workers.runner import WorkerRunner
    except ImportError:
        from pipecat.pipeline.runner import PipelineRunner
        from pipecat.pipeline.task import PipelineTask

        task: Any = PipelineTask(pipeline, **options)
        return task, PipelineRunner(handle_sigint=False).run(task)
    worker = PipelineWorker(pipeline, **options)
    return worker, WorkerRunner(handle_sigint=False).run(worker)
