"""The real SDK clients, pointed at the simulators, across the versions of their constructors."""

from urllib.parse import quote

from deepgram import AsyncDeepgramClient, DeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from elevenlabs.client import AsyncElevenLabs, ElevenLabs
from openai import AsyncOpenAI, OpenAI

from otel_voice.simulators.audio import synthesize


def directed(simulators, **directives):
    """The base URL that carries the directives."""
    return simulators.simulate(",".join(f"{key}={quote(str(value), safe='')}" for key, value in directives.items()))


def base_url(simulators, directives):
    return directed(simulators, **directives) if directives else simulators.url


def openai(simulators, client=OpenAI, api_key="k", max_retries=0, **directives):
    return client(base_url=f"{base_url(simulators, directives)}/v1", api_key=api_key, max_retries=max_retries)


def async_openai(simulators, **options):
    return openai(simulators, AsyncOpenAI, **options)


def deepgram(simulators, client=DeepgramClient, api_key="k", **directives):
    base = base_url(simulators, directives)
    socket = base.replace("http", "ws", 1)
    addresses = {"base": base, "production": socket, "agent": socket}
    try:
        environment = DeepgramClientEnvironment(**addresses, agent_rest=base)
    except TypeError:  # before deepgram-sdk 7
        environment = DeepgramClientEnvironment(**addresses)
    return client(api_key=api_key, environment=environment)


def async_deepgram(simulators, **options):
    return deepgram(simulators, AsyncDeepgramClient, **options)


def elevenlabs(simulators, client=ElevenLabs, api_key="k", **directives):
    return client(api_key=api_key, base_url=base_url(simulators, directives))


def async_elevenlabs(simulators, **options):
    return elevenlabs(simulators, AsyncElevenLabs, **options)


def speech(text="hello there my friend", rate=16000, before=0.5, after=1.5):
    """PCM with a voice between silences given in seconds."""
    return bytes(int(before * rate) * 2) + synthesize(text, rate) + bytes(int(after * rate) * 2)


def frames(pcm, size=640):
    return [pcm[at : at + size] for at in range(0, len(pcm), size)]
