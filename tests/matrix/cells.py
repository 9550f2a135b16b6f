"""What is tested together: a set of package versions on a Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# The packages whose versions a result tells, where they are installed.
TOLD = (
    "openai",
    "deepgram-sdk",
    "elevenlabs",
    "cartesia",
    "assemblyai",
    "speechmatics-rt",
    "fish-audio-sdk",
    "hume",
    "gladiaio-sdk",
    "lmnt",
    "soniox",
    "anthropic",
    "groq",
    "litellm",
    "openai-agents",
    "ollama",
    "cohere",
    "google-genai",
    "mistralai",
    "google-cloud-speech",
    "google-cloud-texttospeech",
    "azure-cognitiveservices-speech",
    "botocore",
    "aiobotocore",
    "amazon-transcribe",
    "aws-sdk-bedrock-runtime",
    "pocketsphinx",
    "vosk",
    "livekit-agents",
    "pipecat-ai",
    "sherpa-onnx",
    "faster-whisper",
    "pyttsx3",
    "kokoro-onnx",
    "piper-tts",
    "openai-whisper",
    "websockets",
    "aiohttp",
    "opentelemetry-sdk",
    "wrapt",
)


@dataclass(frozen=True)
class Cell:
    """`pythons` in order of preference: the first that is found is used. `packages`: name -> version specifier."""

    name: str
    pythons: tuple[str, ...]
    packages: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ("dev", "sdks", "sdks-apart")
    tests: tuple[str, ...] = (
        *("tests/providers", "tests/contract", "tests/telemetry", "tests/distro"),
        *("tests/logs", "tests/events", "tests/audit"),
    )
    project: str = ".[demo]"

    @property
    def requirements(self) -> tuple[str, ...]:
        """What pip is told to install."""
        pinned = (f"{package}{version}" for package, version in sorted(self.packages.items()))
        groups = (word for group in self.groups for word in ("--group", group))
        return ("--editable", self.project, *groups, *pinned)


OPENTELEMETRY_1_39 = {
    "opentelemetry-api": "==1.39.0",
    "opentelemetry-sdk": "==1.39.0",
    "opentelemetry-exporter-otlp": "==1.39.0",
    "opentelemetry-instrumentation": "==0.60b0",
    "opentelemetry-instrumentation-logging": "==0.60b0",
    "opentelemetry-instrumentation-asyncio": "==0.60b0",
    "wrapt": "==1.17.*",
}

# Each on another Python; 3.11 with the newest SDKs is what the other tests run on.
CELLS = (
    Cell(
        "oldest",
        ("3.10", "3.11", "3.12", "3.13"),
        {
            "mistralai": "==1.9.11",
            "azure-cognitiveservices-speech": "==1.44.0",
            "groq": "==0.25.0",
            "ollama": "==0.4.8",
            "cohere": "==5.16.0",
            "anthropic": "==0.70.0",
            "openai": "==1.79.0",
            "deepgram-sdk": "==5.3.4",
            "elevenlabs": "==1.9.0",
            # Google holds websockets below 15, with which AssemblyAI sends a header twice; a newer server minds that.
            "google-genai": "==1.0.0",
            "google-cloud-speech": "==2.32.0",
            "google-cloud-texttospeech": "==2.27.0",
            "google-api-core": "==2.24.2",
            "aiohttp": "==3.12.*",
            "cartesia": "==2.0.17",
            "assemblyai": "==0.41.1",
            "speechmatics-rt": "==0.5.0",
            "fish-audio-sdk": "==1.0.0",
            # Before 0.13 it cannot be imported beside the sounddevice of pocketsphinx, where there is no PortAudio.
            # The first that does not hold websockets below 14.
            "hume": "==0.13.7",
            "lmnt": "==2.0.0",
            "soniox": "==2.0.0",
            # aiobotocore pins botocore to a few patches of one minor, and boto3 pins it to be no older than itself.
            "aiobotocore": "==2.23.0",
            "boto3": "==1.38.27",
            "amazon-transcribe": "==0.6.2",
            "pocketsphinx": "==5.0.1",
            "vosk": "==0.3.42",
            "sherpa-onnx": "==1.10.46",
            "pyttsx3": "==2.90",
            **OPENTELEMETRY_1_39,
        },
        groups=("dev", "sdks"),
    ),
    Cell(
        "middle",
        ("3.12", "3.11", "3.13", "3.10"),
        {
            "mistralai": ">=2,<3",
            "azure-cognitiveservices-speech": "==1.47.0",
            "groq": "==0.36.0",
            "cohere": "==5.20.0",
            "anthropic": "==1.13.0",
            "openai": "==2.8.1",
            "deepgram-sdk": ">=6,<7",
            "elevenlabs": "==2.23.0",
            "google-genai": "==2.19.0",
            "google-cloud-speech": "==2.34.0",
            "google-cloud-texttospeech": "==2.33.0",
            "cartesia": "==3.5.1",
            "assemblyai": "==0.46.0",
            "speechmatics-rt": "==1.0.0",
            "gladiaio-sdk": "==1.0.0",
            "lmnt": "==2.4.0",
            "soniox": "==2.4.0",
            "aiobotocore": "==3.0.0",
            "boto3": "==1.42.5",
            "pyttsx3": "==2.98",
            "sherpa-onnx": "==1.13.0",
            "vosk": "==0.3.44",
            "pocketsphinx": "==5.0.4",
        },
    ),
    Cell("newest", ("3.14", "3.13")),
    # For CI, where `make test` holds the newest SDKs to the contract already, on another Python.
    Cell("newest-python", ("3.14", "3.13"), tests=("tests/providers", "tests/telemetry", "tests/distro")),
    # LiteLLM holds openai below 3, and the Agents SDK websockets below 17, which all others are tested with.
    Cell(
        "litellm",
        ("3.11", "3.12", "3.13"),
        {"litellm": "", "openai": "<3", "openai-agents[voice]": ""},
        groups=("dev",),
        tests=(
            "tests/providers/test_litellm.py",
            "tests/providers/test_openai_agents.py",
            "tests/frameworks/test_openai_agents.py",
            "tests/contract",
            "-k",
            "litellm or agents",
        ),
    ),
    # It streams in both directions only with an awscrt that Amazon Transcribe does not go with.
    Cell(
        "nova-sonic",
        ("3.12", "3.13"),
        {"aws-sdk-bedrock-runtime[awscrt]": ""},
        groups=("dev",),
        tests=("tests/providers/test_nova_sonic.py", "tests/contract", "-k", "nova"),
    ),
    # Instrumentations of servers, which a start of every program in their environment would load.
    Cell(
        "servers",
        ("3.11", "3.12", "3.13"),
        {
            "uvloop": "",
            "opentelemetry-instrumentation-fastapi": ">=0.60b0",
            "opentelemetry-instrumentation-aiohttp-server": ">=0.60b0",
        },
        groups=("dev", "pages"),
        tests=("tests/ingress", "tests/health"),
    ),
    # What a framework pins cannot live with the newest of everything.
    Cell(
        "livekit",
        ("3.11", "3.12", "3.13"),
        {
            "livekit-agents": ">=1.8,<2",
            "livekit-plugins-openai": "",
            "livekit-plugins-deepgram": "",
            "livekit-plugins-cartesia": "",
        },
        groups=("dev",),
        tests=("tests/frameworks",),
    ),
    # Before 1.4 it pins OpenTelemetry to one minor, and its plugins follow it patch by patch.
    Cell(
        "livekit-oldest",
        ("3.11", "3.10", "3.12"),
        {
            "livekit-agents": "==1.3.12",
            "livekit-plugins-openai": "==1.3.12",
            "livekit-plugins-deepgram": "==1.3.12",
            "livekit-plugins-cartesia": "==1.3.12",
            **OPENTELEMETRY_1_39,
        },
        groups=("dev",),
        tests=("tests/frameworks",),
    ),
    Cell(
        "pipecat",
        ("3.12", "3.11", "3.13"),
        {"pipecat-ai[deepgram]": ">=1.14,<2"},
        groups=("dev",),
        tests=("tests/frameworks",),
    ),
    # It pins Deepgram's SDK below the oldest that we know: its websocket is read as one without an SDK.
    Cell(
        "pipecat-oldest",
        ("3.11", "3.12", "3.10"),
        {"pipecat-ai[deepgram,cartesia,openai]": "==0.0.95", **OPENTELEMETRY_1_39},
        groups=("dev",),
        tests=("tests/frameworks",),
        project=".",
    ),
)
