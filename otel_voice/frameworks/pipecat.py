"""Pipecat, 0.0.95 to 1.14: a pipeline is a conversation, and its frames say who speaks and what its services do."""

from __future__ import annotations

from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.frameworks.pipecat_task import asking, pushing, running, speaking

_TASK = "pipecat.pipeline.task"
_TASK_OBSERVER = "pipecat.pipeline.task_observer"
_WORKER = "pipecat.pipeline.worker"
_WORKER_OBSERVER = "pipecat.pipeline.worker_observer"
_PROCESSOR = "pipecat.processors.frame_processor"

PROVIDER = Provider(
    name="pipecat",
    package="pipecat",
    distribution="pipecat-ai",
    since="0.0.95",
    before="2",
    points=(
        Point(_TASK, "PipelineTask.run", running, Observer, until="1.3"),
        Point(_WORKER, "PipelineWorker.run", running, Observer, since="1.3"),
        # Every frame that any processor pushes comes by here, before the program's own observers see it.
        Point(_TASK_OBSERVER, "TaskObserver.on_push_frame", pushing, Observer, until="1.3"),
        Point(_WORKER_OBSERVER, "WorkerObserver.on_push_frame", pushing, Observer, since="1.3"),
        # Services tell what they used also where the program wants no metrics of Pipecat's.
        Point(_PROCESSOR, "FrameProcessor.start_llm_usage_metrics", asking, Observer),
        Point(_PROCESSOR, "FrameProcessor.start_tts_usage_metrics", speaking, Observer),
    ),
    surfaces={"PipelineTask, PipelineWorker": "one conversation a pipeline, with who speaks when; every service"},
)
