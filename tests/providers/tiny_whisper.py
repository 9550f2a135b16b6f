"""A Whisper model of 80 kB for the engine of faster-whisper, which hears "hello" in whatever it is given.

All its weights are 0, except those that say which word is the likeliest; it has learned nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
from ctranslate2.specs import whisper_spec

_SPECIAL = "endoftext startoftranscript en transcribe translate startoflm startofprev nospeech notimestamps 0.00 1.00"
WORDS = ["hello", *(f"<|{name}|>" for name in _SPECIAL.split())]
_WIDTH, _MELS, _FRAMES, _TOKENS = 8, 80, 1500, 448


def save(folder: Path) -> None:
    """Write the model into a folder."""
    spec: Any = whisper_spec.WhisperSpec(1, 1, 1, 1)
    _encoder(spec.encoder)
    _decoder(spec.decoder)
    spec.register_vocabulary(WORDS)
    spec.config.suppress_ids, spec.config.suppress_ids_begin, spec.config.lang_ids = [], [], []
    spec.config.alignment_heads = [[0, 0]]
    spec.validate()
    spec.optimize()
    spec.save(str(folder))
    known = {word: number for number, word in enumerate(WORDS)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(known, unk_token=WORDS[0]))
    tokenizer.add_special_tokens(WORDS[1:])
    tokenizer.save(str(folder / "tokenizer.json"))


def _zeros(*shape: int) -> Any:
    return np.zeros(shape, np.float32)


def _encoder(encoder: Any) -> None:
    for convolution, width in ((encoder.conv1, _MELS), (encoder.conv2, _WIDTH)):
        convolution.weight, convolution.bias = _zeros(_WIDTH, width, 3), _zeros(_WIDTH)
    encoder.position_encodings.encodings = _zeros(_FRAMES, _WIDTH)
    _norm(encoder.layer_norm, 0.0)
    for layer in encoder.layer:
        _attention(layer.self_attention, 3, 1)
        _feed_forward(layer.ffn)


def _decoder(decoder: Any) -> None:
    likely = _zeros(len(WORDS), _WIDTH)
    likely[0, 0], likely[1, 0] = 9.0, 5.0  # hello, and then the end
    decoder.embeddings.weight = decoder.projection.weight = likely
    decoder.position_encodings.encodings = _zeros(_TOKENS, _WIDTH)
    _norm(decoder.layer_norm, 1.0)
    for layer in decoder.layer:
        _attention(layer.self_attention, 3, 1)
        _attention(layer.attention, 1, 2, 1)
        _feed_forward(layer.ffn)


def _attention(attention: Any, *widths: int) -> None:
    _norm(attention.layer_norm, 0.0)
    for linear, width in zip(attention.linear, widths, strict=True):
        linear.weight, linear.bias = _zeros(width * _WIDTH, _WIDTH), _zeros(width * _WIDTH)


def _feed_forward(part: Any) -> None:
    _norm(part.layer_norm, 0.0)
    for linear in (part.linear_0, part.linear_1):
        linear.weight, linear.bias = _zeros(_WIDTH, _WIDTH), _zeros(_WIDTH)


def _norm(norm: Any, always: float) -> None:
    norm.gamma, norm.beta = _zeros(_WIDTH), np.full(_WIDTH, always, np.float32)
