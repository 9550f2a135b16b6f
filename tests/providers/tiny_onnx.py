"""Models in the ONNX format that weigh less than a kilobyte, so that real engines can run without a download.

A model here is written byte by byte, as ONNX's protocol buffers have it: `onnx` itself is a large package. What such
a model says is fixed by who builds it; it has learned nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

FLOAT, INT32, INT64 = 1, 6, 7
_PACKED = {FLOAT: "f", INT32: "i", INT64: "q"}
_IR, _OPERATORS = 8, 13


class Tensor(NamedTuple):
    """An input or an output; a dimension that may vary is a name."""

    name: str
    kind: int
    shape: Sequence[int | str]


class Constant(NamedTuple):
    """Numbers that the model has."""

    name: str
    kind: int
    shape: Sequence[int]
    values: Sequence[float]


class Node(NamedTuple):
    """A step of the computation."""

    operator: str
    inputs: Sequence[str]
    outputs: Sequence[str]


def model(
    inputs: Sequence[Tensor],
    outputs: Sequence[Tensor],
    nodes: Sequence[Node],
    constants: Sequence[Constant] = (),
    metadata: Mapping[str, object] | None = None,
) -> bytes:
    """The bytes of a model file."""
    graph = [
        *(_field(1, _node(node)) for node in nodes),
        _text(2, "tiny"),
        *(_field(5, _constant(constant)) for constant in constants),
        *(_field(11, _tensor(tensor)) for tensor in inputs),
        *(_field(12, _tensor(tensor)) for tensor in outputs),
    ]
    told = [_field(14, _text(1, key) + _text(2, str(value))) for key, value in (metadata or {}).items()]
    operators = _field(8, _text(1, "") + _number(2, _OPERATORS))
    return b"".join([_number(1, _IR), _field(7, b"".join(graph)), operators, *told])


def _node(node: Node) -> bytes:
    names = [_text(1, name) for name in node.inputs] + [_text(2, name) for name in node.outputs]
    return b"".join([*names, _text(4, node.operator)])


def _constant(constant: Constant) -> bytes:
    numbers = struct.pack(f"<{len(constant.values)}{_PACKED[constant.kind]}", *constant.values)
    shape = b"".join(_number(1, size) for size in constant.shape)
    return shape + _number(2, constant.kind) + _text(8, constant.name) + _field(9, numbers)


def _tensor(tensor: Tensor) -> bytes:
    sizes = (_number(1, size) if isinstance(size, int) else _text(2, size) for size in tensor.shape)
    shape = b"".join(_field(1, size) for size in sizes)
    return _text(1, tensor.name) + _field(2, _field(1, _number(1, tensor.kind) + _field(2, shape)))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    octets = []
    while value > 0x7F:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*octets, value])
