"""The frames: what goes through unchanged, and that nothing else does more than raise ProtocolError."""

from __future__ import annotations

import collections
import pickle
import random
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest

from coursekit.grading.run.sandbox import Opaque
from coursekit.grading.run.sandbox.channel import Incoming
from coursekit.grading.run.sandbox.inside import wire

MAX = 1 << 20
FRAMES = Path(__file__).parent / "frames"


def encode(message: dict[str, Any], marker: Any = lambda value: None) -> bytes:
    return b"".join(bytes(chunk) for chunk in wire.Encoder(marker, MAX).frame(message))


def decode(data: bytes, *records: type[tuple]) -> dict[str, Any]:
    rest = memoryview(data)

    def fill(view: memoryview) -> None:
        nonlocal rest
        if len(rest) < len(view):
            raise EOFError
        view[:] = rest[: len(view)]
        rest = rest[len(view) :]

    return Incoming(MAX, {frozenset(record._fields): record for record in records}).read(fill)


def framed(header: Any, arrays: int = 0, raw: bytes = b"", announced: int | None = None) -> bytes:
    packed = header if isinstance(header, bytes) else msgpack.packb(header)
    total = len(raw) if announced is None else announced
    return wire.HEAD.pack(wire.MAGIC, len(packed), arrays, total) + packed + raw


VALUES = [
    None,
    True,
    0,
    -5,
    2**63,
    10**50,
    -(10**50),
    1.5,
    float("inf"),
    "",
    "gr\u00fc\u00df",
    [],
    (),
    {},
    [1, (2, [3])],
]
VALUES += [{"a": 1, 2: [None], -1: {"b": ()}}]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_plain_values_come_back_with_their_types(value):
    back = decode(encode({"v": value}))["v"]
    assert back == value and type(back) is type(value)


@pytest.mark.parametrize("code", wire.CODES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_arrays_come_back_exactly(code, shape):
    array = np.arange(1, 1 + np.prod(shape, dtype=int)).astype(code).reshape(shape)
    back = decode(encode({"v": array}))["v"]
    assert back.dtype == array.dtype and back.shape == shape and back.tobytes() == array.tobytes()


def test_strided_and_big_endian_arrays_come_back_as_equal_ones():
    array = np.arange(24.0).reshape(4, 6)[::2, ::-3]
    np.testing.assert_array_equal(decode(encode({"v": array}))["v"], array)
    np.testing.assert_array_equal(decode(encode({"v": array.astype(">f4")}))["v"], array)


@pytest.mark.parametrize("code", wire.CODES)
def test_scalars_keep_their_dtype(code):
    scalar = np.dtype(code).type(1)
    back = decode(encode({"v": scalar}))["v"]
    assert type(back) is type(scalar) and back == scalar


Params = collections.namedtuple("Params", "W_ih b")
Other = collections.namedtuple("Other", "detach")


def test_a_named_tuple_of_ours_is_reached_by_name_and_by_place():
    for sent in (
        Params(1, 2),
        collections.namedtuple("Own", "W_ih b")(1, 2),
        collections.namedtuple("P", "b W_ih")(2, 1),
    ):
        back = decode(encode({"v": sent}), Params)["v"]
        assert type(back) is Params and back.W_ih == back[0] == 1 and back.b == 2


@pytest.mark.parametrize("fields", ["detach clone numpy", "W_ih b shape", "W_ih", "dtype ndim", "items keys"])
def test_any_other_named_tuple_is_a_plain_tuple(fields):
    sent = collections.namedtuple("Params", fields)(*range(len(fields.split())))
    back = decode(encode({"v": [sent, {"k": sent}]}), Params)["v"]
    assert type(back[0]) is type(back[1]["k"]) is tuple and back[0] == tuple(sent)


def test_a_dict_has_few_and_short_keys():
    """Keys that were chosen to collide cost their number squared."""
    for keys in (range(wire.MAX_KEYS + 1), ["k" * (wire.MAX_NAME + 1)], [2**70]):
        with pytest.raises(wire.Unsendable):
            encode({"v": dict.fromkeys(keys, 0)})
        items = [part for key in keys for part in (["i", str(key)] if key == 2**70 else key, 0)]
        with pytest.raises(wire.ProtocolError):
            decode(framed(["d", ["v", ["d", items]]]))


def test_a_bool_array_holds_bools_only():
    back = decode(framed(["d", ["v", ["a", "|b1", [3], "a"]]], 1, b"\x00\x07\xff"))["v"]
    assert back.tobytes() == b"\x00\x01\x01"


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, b"bytes", 1j, np.array(["text"]), np.array([object()]), {(1, 2): 3}, 10**2000],
    ids=lambda v: type(v).__name__,
)
def test_what_is_not_data_is_refused_before_it_is_sent(value):
    with pytest.raises(wire.Unsendable):
        encode({"v": value})


def test_what_is_too_large_is_refused_before_it_is_sent():
    nested: list = []
    for _ in range(40):
        nested = [nested]
    for value in (
        np.zeros(MAX + 1, np.uint8),
        nested,
        [0] * (wire.MAX_NODES + 1),
        "x" * (wire.MAX_HEADER + 1),
    ):
        with pytest.raises(wire.Unsendable):
            encode({"v": value})


def array(code: Any = "<f8", shape: Any = (2,), kind: Any = "a") -> list:
    return ["d", ["v", ["a", code, list(shape) if isinstance(shape, tuple) else shape, kind]]]


LIES = {
    "another magic": b"XXXX" + framed(["d", []])[4:],
    "a pickle": pickle.dumps({"id": 1}),
    "a huge header announced": wire.HEAD.pack(wire.MAGIC, 2**32 - 1, 0, 0),
    "huge arrays announced": wire.HEAD.pack(wire.MAGIC, 1, 1, 2**64 - 1),
    "many arrays announced": wire.HEAD.pack(wire.MAGIC, 1, 2**32 - 1, 0),
    "no dict": framed(["l", []]),
    "no container": framed(7),
    "a dict with int keys at the top": framed(["d", [1, 2]]),
    "half a pair": framed(["d", ["v"]]),
    "an unhashable key": framed(["d", [["l", []], 1]]),
    "a msgpack map": framed({"v": 1}),
    "msgpack bytes": framed(["d", ["v", b"x"]]),
    "a msgpack extension": framed(msgpack.packb(["d", ["v", msgpack.ExtType(5, b"x")]])),
    "a msgpack timestamp": framed(msgpack.packb(["d", ["v", msgpack.Timestamp(1)]])),
    "not msgpack": framed(b"\xc1\xc1"),
    "bytes after the header": framed(msgpack.packb(["d", []]) + b"\x00"),
    "text that is not UTF-8": framed(b"\x92\xa1d\x92\xa1v\xa1\xff"),
    "an unknown tag": framed(["d", ["v", ["x", 1]]]),
    "an empty tag": framed(["d", ["v", []]]),
    "an array too few": framed(["d", []], 1, b"12345678"),
    "an array too many": framed(array(), 0, b""),
    "fewer bytes described": framed(array(shape=(1,)), 1, bytes(16)),
    "more bytes described": framed(array(shape=(3,)), 1, bytes(16)),
    "a negative size": framed(array(shape=(-2, -1)), 1, bytes(16)),
    "a product that overflows": framed(array(shape=(2**33, 2**33)), 1, bytes(16)),
    "an empty array of huge sizes": framed(array(shape=(2**62, 0)), 1, b""),
    "a size that is a float": framed(array(shape=(2.0,)), 1, bytes(16)),
    "a size that is a bool": framed(array("|u1", shape=(True,)), 1, bytes(1)),
    "33 dimensions": framed(array(shape=(1,) * 33), 1, bytes(8)),
    "a shape that is a text": framed(array(shape="22"), 1, bytes(16)),
    "objects": framed(array("|O"), 1, bytes(16)),
    "a dtype with fields": framed(array("i4,i4"), 1, bytes(16)),
    "a dtype as list": framed(array(["<f8"]), 1, bytes(16)),
    "an unknown kind": framed(array(kind="z"), 1, bytes(16)),
    "a function": framed(["d", ["v", ["f", 0]]]),
    "a scalar of another type": framed(["d", ["v", ["s", "<i4", "7"]]]),
    "a scalar out of range": framed(["d", ["v", ["s", "|i1", 300]]]),
    "a scalar of objects": framed(["d", ["v", ["s", "|O", 1]]]),
    "digits that are not": framed(["d", ["v", ["i", "1_0"]]]),
    "very many digits": framed(["d", ["v", ["i", "9" * 10_000]]]),
    "a field called __class__": framed(["d", ["v", ["n", "P", ["__class__"], [1]]]]),
    "a field that is a statement": framed(["d", ["v", ["n", "P", ["a;b"], [1]]]]),
    "two equal fields": framed(["d", ["v", ["n", "P", ["a", "a"], [1, 2]]]]),
    "fields missing": framed(["d", ["v", ["n", "P", [], [1]]]]),
    "a field that is a list": framed(["d", ["v", ["n", "P", [[]], [1]]]]),
    "too deep for msgpack": framed(b"\x91" * 5000 + b"\xc0"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lying_frame_is_a_protocol_error(name):
    with pytest.raises(wire.ProtocolError):
        decode(LIES[name])


def test_too_deep_a_value_is_a_protocol_error():
    node: Any = 1
    for _ in range(100):
        node = ["l", [node]]
    with pytest.raises(wire.ProtocolError, match="levels"):
        decode(framed(["d", ["v", node]]))


def seeds() -> list[bytes]:
    record = Params(np.ones((2, 3)), Other(np.float32(2)))
    opaque = lambda value: ["o", "x", 3] if isinstance(value, Opaque) else None  # noqa: E731
    full = {"id": 2**62, "op": "reply", "value": (record, [1, 2.5, None, True, "text"], {"k": np.arange(5)})}
    return [
        encode(full | {"big": 10**40, "o": Opaque("x", 3)}, opaque),
        encode({"a": np.zeros((0, 2), "<c8")}),
    ]


def mutate(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        place = rng.randrange(len(changed)) if changed else 0
        match rng.randrange(5):
            case 0 | 1 if changed:
                changed[place] = rng.randrange(256)
            case 2:
                changed[place:place] = rng.randbytes(rng.randrange(1, 6))
            case 3:
                del changed[place : place + rng.randrange(1, 6)]
            case 4:
                other = rng.randrange(len(changed)) if changed else 0
                changed[place:place] = changed[other : other + rng.randrange(1, 12)]
    return bytes(changed)


def damaged(data: bytes, rng: random.Random, header_only: bool) -> bytes:
    """A frame with bytes changed: of all of it, or of the header, with which the head agrees, to get further in."""
    if not header_only:
        return mutate(data, rng)
    magic, size, arrays, total = wire.HEAD.unpack(data[: wire.HEAD.size])
    end = wire.HEAD.size + size
    header = mutate(data[wire.HEAD.size : end], rng)
    return wire.HEAD.pack(magic, len(header), arrays, total) + header + data[end:]


def outcome(data: bytes) -> str:
    """How a frame is read. Anything but data, a ProtocolError or an end that comes too early is a fault, and raised."""
    try:
        message = decode(data, Params)
    except wire.ProtocolError:
        return "refused"
    except EOFError:
        return "short"
    assert only_data(message)
    return "data"


def test_fuzzed_frames_are_data_or_protocol_errors():
    rng, frames = random.Random(0), seeds()
    seen = {"data": 0, "refused": 0, "short": 0}
    for number in range(60_000):
        seen[outcome(damaged(frames[number % len(frames)], rng, bool(number % 3)))] += 1
    assert min(seen.values()) > 100  # the fuzzer reaches every outcome


@pytest.mark.parametrize("path", sorted(FRAMES.glob("*.bin")), ids=lambda path: path.stem)
def test_kept_frames_are_data_or_protocol_errors(path):
    """What `benchmarks/fuzz.py` has found at some time, and what leads it further in."""
    assert outcome(path.read_bytes()) in ("data", "refused", "short")


def only_data(value: Any) -> bool:
    if type(value) in (list, tuple, Params):
        return all(map(only_data, value))
    if type(value) is dict:
        return all(only_data(part) for pair in value.items() for part in pair)
    if type(value) is np.ndarray:
        return value.dtype in wire.DTYPES.values()
    return value is None or type(value) in (bool, int, float, str, Opaque) or isinstance(value, np.generic)


@pytest.mark.parametrize("piece", [1, 7, 1000, wire.TOGETHER, 10 * wire.TOGETHER])
def test_frames_arrive_whole_however_they_are_cut(piece):
    """Small ones and one with an array larger than what is read at once, back to back."""
    rng = np.random.default_rng(0)
    messages = [{"n": n, "x": rng.standard_normal(3 * n)} for n in range(5)] + [{"x": np.arange(40_000.0)}, {"end": 1}]
    stream = memoryview(b"".join(map(encode, messages)))

    def receive(view: memoryview) -> int:
        nonlocal stream
        size = min(piece, len(view), len(stream))
        if not size:
            raise EOFError
        view[:size] = stream[:size]
        stream = stream[size:]
        return size

    intake = wire.Intake(receive)
    for message in messages:
        back = Incoming(MAX).read(intake.fill)
        assert back.keys() == message.keys()
        assert all(np.array_equal(back[key], message[key]) for key in message)
    with pytest.raises(EOFError):
        Incoming(MAX).read(intake.fill)


def test_a_small_frame_is_one_piece_and_a_large_one_is_not_copied():
    large = np.zeros(wire.TOGETHER)
    refuse = wire.Encoder(lambda value: None, MAX)
    assert len(refuse.frame({"a": np.ones(3), "b": np.ones(5)})) == 1
    chunks = wire.Encoder(lambda value: None, MAX).frame({"a": large})
    assert len(chunks) == 2 and np.shares_memory(np.frombuffer(chunks[1], float), large)
