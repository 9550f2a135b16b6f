"""Assembles caller.wav: a caller to a telephone company, put together from real recordings.

The recordings are the English core sounds of Asterisk (see caller.LICENSE.txt), as packaged by Debian:

    apt-get download asterisk-core-sounds-en-wav
    dpkg -x asterisk-core-sounds-en-wav_*.deb sounds
    python examples/make_caller_wav.py sounds/usr/share/asterisk/sounds/en_US_f_Allison examples/caller.wav

It prints what otel_voice/simulators/speech.py has to know: fingerprint, text and length of each utterance.
"""

import sys
import wave
from array import array
from pathlib import Path

from otel_voice.simulators.audio import Sound
from otel_voice.simulators.speech import fingerprint, stretches

RATE = 16000
SOURCE_RATE = 8000
GAP_SECONDS = 0.06
QUIET = 250
# When each utterance begins, the recordings it is made of, and what they say.
# The third begins while the agent is still confirming the second: the caller talks over it.
CALL = (
    (2.3, ("hello", "all-circuits-busy-now"), "Hello. All circuits are busy now."),
    (9.0, ("digits/tomorrow", "digits/at", "digits/10", "digits/a-m"), "Tomorrow at ten A.M."),
    (17.0, ("im-sorry", "digits/day-4", "digits/at", "digits/3", "digits/p-m"), "I'm sorry. Thursday at three P.M."),
    (25.2, ("goodbye",), "Goodbye."),
)
LENGTH_SECONDS = 26.6


def trimmed(samples):
    """The recording without the silence before and after it."""
    loud = [index for index, sample in enumerate(samples) if abs(sample) >= QUIET]
    return samples[loud[0] : loud[-1] + 1]


def doubled(samples):
    """8 kHz to 16 kHz: every second sample lies half way between its neighbours."""
    result = array("h")
    for this, following in zip(samples, [*samples[1:], 0], strict=True):
        result.extend((this, (this + following) // 2))
    return result


def recording(directory, name):
    """One recording at 16 kHz."""
    with wave.open(str(directory / f"{name}.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (SOURCE_RATE, 1, 2)
        return doubled(trimmed(array("h", file.readframes(file.getnframes()))))


def utterance(directory, names):
    """Several recordings as one utterance, a breath apart."""
    gap = array("h", bytes(2 * int(GAP_SECONDS * RATE)))
    result = array("h")
    for name in names:
        result.extend(recording(directory, name) + gap)
    return result


def call(directory):
    """The caller's side of the whole call."""
    samples = array("h", bytes(2 * int(LENGTH_SECONDS * RATE)))
    for start, names, _ in CALL:
        said = utterance(directory, names)
        samples[int(start * RATE) : int(start * RATE) + len(said)] = said
    return samples


def main(directory, target):
    samples = call(directory)
    with wave.open(str(target), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    found = list(stretches(Sound(samples.tobytes(), RATE), silence=0.4))
    for stretch, (_, _, text) in zip(found, CALL, strict=True):
        length = round(stretch.end - stretch.start, 2)
        print(f'    "{fingerprint(stretch.samples, RATE)}": Utterance("{text}", {length}),')


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
