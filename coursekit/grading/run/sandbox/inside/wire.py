"""Data-only frames between the grader and a worker. Nothing is ever pickled, evaluated or looked up by name.

A frame is a fixed head (magic, header length, number of arrays, bytes of arrays), a msgpack header, then the raw bytes
of the arrays in the order in which the header mentions them. In the header every container is a tagged list, so that no
value which a peer can send is mistaken for a marker:

    None, bool, int, float, str     themselves          ["i", digits]       an int beyond 64 bits
    ["l", items]                    list                ["t", items]        tuple
    ["d", [k, v, ...]]              dict                ["s", dtype, value] NumPy scalar
    ["n", name, fields, items]      named tuple         ["f", number]       a function to call back
    ["a", dtype, shape, kind]       array ("a") or torch tensor ("t", with gradient "g")
    ["o", type, handle]             an object that stays where it is
"""

from __future__ import annotations

import functools
import keyword
import struct
import sys
from collections.abc import Callable, Collection
from typing import Any, ClassVar

import msgpack
import numpy as np

MAGIC = b"ckw1"
HEAD = struct.Struct("<4sIIQ")
MAX_HEADER = 4 << 20
MAX_ARRAYS = 4096
MAX_DEPTH = 24
MAX_NODES = 200_000
MAX_NDIM = 16
MAX_DIGITS = 400
MAX_NAME = 200
MAX_FIELDS = 64
MAX_KEYS = 1000  # of one dict: keys that were chosen to collide cost their number squared
TOGETHER = 1 << 16  # bytes that are sent and read at once
CODES = ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16")
DTYPES = {code: np.dtype(code) for code in CODES}
KINDS = ("a", "t", "g")
THEMSELVES = frozenset({type(None), bool, float, str})  # the classes of values that are sent as they are


class ProtocolError(Exception):
    """What arrived is not a well-formed frame. The text is a sentence for a report."""


class Unsendable(Exception):
    """What should be sent is not data or is too large. The text is a sentence for a report."""


def is_field(name: object) -> bool:
    """True for a name that a named tuple may use as a field."""
    return type(name) is str and len(name) <= MAX_NAME and _is_field(name)


@functools.lru_cache(maxsize=256)
def _is_field(name: str) -> bool:
    return name.isidentifier() and not name.startswith("_") and not keyword.iskeyword(name)


def is_key(key: object) -> bool:
    """True for what may be a key of a dict: a short text, or an int of 64 bits."""
    kind = type(key)
    return kind is str and len(key) <= MAX_NAME or kind is bool or kind is int and -(2**63) <= key < 2**64


def are_keys(keys: Collection) -> bool:
    """Whether each of these may be a key. Nearly always all of them are texts, which are told together."""
    if set(map(type, keys)) == {str}:
        return max(map(len, keys)) <= MAX_NAME
    return all(map(is_key, keys))


def type_name(value: object) -> str:
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")[:MAX_NAME]


def raw_bytes(array: np.ndarray) -> memoryview:
    """The memory of an array that lies in one piece and is not empty."""
    if array.dtype.kind == "c" or sys.byteorder != "little":  # of which a memoryview knows nothing
        array = array.reshape(-1).view(np.uint8)
    return memoryview(array).cast("B")


class Encoder:
    """Turns a message into chunks of bytes. `marker(value)` may answer with a tagged list for a value that is not data.

    records: the classes of the named tuples in the message.
    """

    def __init__(self, marker: Callable[[Any], list | None], max_bytes: int):
        self.marker, self.max_bytes = marker, max_bytes
        self.arrays: list[np.ndarray] = []
        self.records: set[type[tuple]] = set()
        self.nodes = self.bytes = 0

    def frame(self, message: dict[str, Any]) -> list[bytes | memoryview]:
        header = msgpack.packb(self.walk(message, 0), unicode_errors="replace")
        if len(header) > MAX_HEADER:
            raise Unsendable(f"the values other than arrays take more than {MAX_HEADER >> 20} MB")
        start = HEAD.pack(MAGIC, len(header), len(self.arrays), self.bytes) + header
        if self.bytes <= TOGETHER:  # a system call costs more than a small copy
            return [b"".join((start, *(array.tobytes() for array in self.arrays)))]
        return [start, *(raw_bytes(array) for array in self.arrays if array.nbytes)]

    def walk(self, value: Any, depth: int) -> Any:
        return self.parts([value], depth)[0]

    def parts(self, values: list, depth: int) -> list:
        """What stands for each of these values, which are counted before any of them is looked at."""
        self.nodes += len(values)
        if self.nodes > MAX_NODES:
            raise Unsendable(f"the value has more than {MAX_NODES} parts")
        if values and depth > MAX_DEPTH:
            raise Unsendable(f"the value is nested more than {MAX_DEPTH} levels deep")
        return [value if type(value) in THEMSELVES else self.part(value, depth) for value in values]

    def part(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is int:
            return self.integer(value)
        if kind is np.ndarray:
            return self.array(value, "a", value)
        if kind is tuple or kind is list or kind is dict:
            return self.container(value, kind, depth)
        if isinstance(value, str):
            return str(value)
        if isinstance(value, np.generic):
            return self.scalar(value)
        if isinstance(value, np.ndarray):
            return self.array(np.asarray(value), "a", value)
        return self.container(value, kind, depth)

    def container(self, value: Any, kind: type, depth: int) -> Any:
        if kind is list:
            return ["l", self.parts(value, depth + 1)]
        if kind is tuple:
            return ["t", self.parts(list(value), depth + 1)]
        if kind is dict and are_keys(value):
            if len(value) > MAX_KEYS:
                raise Unsendable(f"a dict has more than {MAX_KEYS} keys")
            return ["d", self.parts([part for pair in value.items() for part in pair], depth + 1)]
        if isinstance(value, tuple):
            fields = list(getattr(value, "_fields", ()))
            items = self.parts(list(tuple.__iter__(value)), depth + 1)
            named = 0 < len(fields) == len(items) <= MAX_FIELDS and all(map(is_field, fields))
            if not named:
                return ["t", items]
            self.records.add(kind)
            return ["n", kind.__name__[:MAX_NAME], fields, items]
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            return self.tensor(value, torch)
        return self.marked(value)

    def marked(self, value: Any) -> list:
        marker = self.marker(value)
        if marker is None:
            raise Unsendable(f"a {type_name(value)} is not data")
        return marker

    def integer(self, value: int) -> Any:
        if -(2**63) <= value < 2**64:
            return value
        if value.bit_length() > 3 * MAX_DIGITS:
            raise Unsendable(f"an int has more than {MAX_DIGITS} digits")
        return ["i", str(value)]

    def scalar(self, value: np.generic) -> Any:
        code = value.dtype.newbyteorder("<").str
        if code not in DTYPES:
            return self.marked(value)
        plain = value.item()
        return ["s", code, [plain.real, plain.imag] if isinstance(plain, complex) else plain]

    def array(self, value: np.ndarray, kind: str, original: Any) -> Any:
        code = value.dtype.str
        if code not in DTYPES:
            code = value.dtype.newbyteorder("<").str
        if code not in DTYPES or value.ndim > MAX_NDIM:
            return self.marked(original)
        self.bytes += value.nbytes
        if self.bytes > self.max_bytes:
            raise Unsendable(f"the arrays take more than {self.max_bytes >> 20} MB")
        if len(self.arrays) >= MAX_ARRAYS:
            raise Unsendable(f"the value holds more than {MAX_ARRAYS} arrays")
        if value.dtype.str != code or not value.flags.c_contiguous:
            value = np.ascontiguousarray(value, dtype=DTYPES[code]).reshape(value.shape)
        self.arrays.append(value)
        return ["a", code, list(value.shape), kind]

    def tensor(self, value: Any, torch: Any) -> Any:
        kind = "g" if value.requires_grad else "t"
        plain = value.detach().cpu().to_dense() if value.layout != torch.strided else value.detach().cpu()
        plain = plain.float() if plain.dtype == torch.bfloat16 else plain
        try:
            return self.array(plain.resolve_conj().resolve_neg().numpy(), kind, value)
        except (TypeError, RuntimeError):  # quantised and other exotic kinds have no NumPy form
            return self.marked(value)


class Intake:
    """What has arrived and was not asked for yet.

    receive: puts at least one byte into a view and says how many, or raises.
    """

    def __init__(self, receive: Callable[[memoryview], int]):
        self.receive = receive
        self.space = memoryview(bytearray(TOGETHER))
        self.first = self.last = 0

    def fill(self, view: memoryview) -> None:
        """Fill the whole view; what is large goes straight into it."""
        while view:
            if self.first == self.last and len(view) >= TOGETHER:
                view = view[self.receive(view) :]
                continue
            if self.first == self.last:
                self.first, self.last = 0, self.receive(self.space)
            size = min(len(view), self.last - self.first)
            view[:size] = self.space[self.first : self.first + size]
            self.first += size
            view = view[size:]


class Decoder:
    """Turns a frame into a message.

    Every property is checked before memory is allocated; anything unexpected is a `ProtocolError`. The four hooks
    decide what the non-plain values become on this side.
    """

    def __init__(self, max_bytes: int):
        self.max_bytes = max_bytes

    def named(self, name: str, fields: list[str], items: list) -> Any:
        raise ProtocolError("a named tuple is not expected here")

    def opaque(self, name: str, handle: int) -> Any:
        raise ProtocolError("an object is not expected here")

    def function(self, number: int) -> Any:
        raise ProtocolError("a function is not expected here")

    def tensor(self, array: np.ndarray, gradient: bool) -> Any:
        raise ProtocolError("a tensor is not expected here")

    def read(self, fill: Callable[[memoryview], None]) -> dict[str, Any]:
        """Read one frame; `fill(view)` must fill the whole view or raise."""
        head = bytearray(HEAD.size)
        fill(memoryview(head))
        magic, size, arrays, total = HEAD.unpack(head)
        if magic != MAGIC:
            raise ProtocolError("the frame does not begin as one should")
        if size > MAX_HEADER or arrays > MAX_ARRAYS or total > self.max_bytes:
            raise ProtocolError(f"the frame announces too much: {size} bytes, {arrays} arrays of {total} bytes")
        header = bytearray(size)
        fill(memoryview(header))
        message, pending = self.parse(header, arrays, total)
        for array in pending:
            if array.nbytes:
                fill(raw_bytes(array))
                if array.dtype == np.bool_:
                    np.not_equal(array.view(np.uint8), 0, out=array)  # any other byte would be an invalid bool
        return message

    def parse(self, header: bytes | bytearray, arrays: int, total: int) -> tuple[dict[str, Any], list[np.ndarray]]:
        """The message with its arrays allocated, and those arrays in the order in which their bytes follow."""
        self.pending: list[np.ndarray] = []
        self.nodes, self.room = 0, total
        try:
            tree = msgpack.unpackb(
                header, raw=False, max_array_len=MAX_NODES, max_map_len=0, max_ext_len=0, max_bin_len=0
            )
            message = self.build(tree, 0)
        except ProtocolError:
            raise
        except Exception as error:  # msgpack has a dozen ways of refusing
            raise ProtocolError(f"the header cannot be read ({type(error).__name__})") from None
        if len(self.pending) != arrays or self.room:
            raise ProtocolError("the arrays announced and the arrays described do not add up")
        if type(message) is not dict or not all(type(key) is str for key in message):
            raise ProtocolError("the frame holds no message")
        return message, self.pending

    def build(self, node: Any, depth: int) -> Any:
        return self.items([node], depth)[0]

    def items(self, nodes: list, depth: int) -> list:
        """What stands for each of these parts, which are counted before any of them is looked at."""
        self.nodes += len(nodes)
        if self.nodes > MAX_NODES or nodes and depth > MAX_DEPTH + 2:
            raise ProtocolError("the value has too many parts or levels")
        return [self.tagged(node, depth + 1) if type(node) is list else node for node in nodes]

    def tagged(self, node: list, depth: int) -> Any:
        """What a tagged list stands for; its parts lie `depth` levels deep."""
        tag = node[0] if node else None
        if type(tag) is not str:
            raise ProtocolError("a part of the value has no known form")
        if len(node) == 2 and type(node[1]) is list:  # nearly all of them are such
            if tag == "d":
                return self.dictionary(self.items(node[1], depth))
            if tag == "l":
                return self.items(node[1], depth)
            if tag == "t":
                return tuple(self.items(node[1], depth))
        known = self.FORMS.get((tag, len(node)))
        if known is not None:
            kinds, make = known
            if all(map(isinstance, node[1:], kinds)):
                return make(self, *node[1:], depth)
        raise ProtocolError("a part of the value has no known form")

    FORMS: ClassVar[dict[tuple[str, int], tuple[tuple[type, ...], Callable[..., Any]]]] = {
        ("n", 4): (
            (str, list, list),
            lambda self, name, fields, items, depth: self.record(name, fields, self.items(items, depth)),
        ),
        ("a", 4): ((str, list, str), lambda self, code, shape, kind, _: self.array(code, shape, kind)),
        ("s", 3): ((str, object), lambda self, code, value, _: self.scalar(code, value)),
        ("i", 2): ((str,), lambda self, digits, _: self.integer(digits)),
        ("o", 3): ((str, int), lambda self, name, handle, _: self.opaque(name[:MAX_NAME], handle)),
        ("f", 2): ((int,), lambda self, number, _: self.function(number)),
    }
    """By tag and length of another tagged list: of what kinds its parts have to be, and what is made of them."""

    def dictionary(self, parts: list) -> dict:
        if len(parts) % 2:
            raise ProtocolError("a part of the value has no known form")
        keys = parts[::2]
        if len(keys) > MAX_KEYS or not are_keys(keys):
            raise ProtocolError("a dict has too many keys, or one that is neither a short text nor an int")
        return dict(zip(keys, parts[1::2], strict=True))

    def record(self, name: str, fields: list, items: list) -> Any:
        if len(fields) != len(items) or len(items) > MAX_FIELDS or not all(map(is_field, fields)):
            raise ProtocolError("a named tuple has bad field names")
        if len(set(fields)) != len(fields):
            raise ProtocolError("a named tuple has two fields of one name")
        return self.named(name if is_field(name) else "Record", fields, items)

    def integer(self, digits: str) -> int:
        if len(digits) > MAX_DIGITS + 1 or not digits.isascii() or not digits.removeprefix("-").isdigit():
            raise ProtocolError("a long int is not written in digits")
        return int(digits)

    def scalar(self, code: str, value: Any) -> np.generic:
        dtype = DTYPES.get(code)
        wanted = {"b": (bool,), "i": (int,), "u": (int,), "f": (float,), "c": (list,)}
        if dtype is None or type(value) not in wanted[dtype.kind]:
            raise ProtocolError("a scalar does not fit its dtype")
        if dtype.kind == "c":
            if len(value) != 2 or not all(type(part) is float for part in value):
                raise ProtocolError("a complex scalar is not two floats")
            value = complex(*value)
        with np.errstate(all="ignore"):
            return dtype.type(value)

    def array(self, code: str, shape: list, kind: str) -> Any:
        dtype = DTYPES.get(code)
        if kind not in KINDS:
            raise ProtocolError("a part of the value has no known form")
        if dtype is None or len(shape) > MAX_NDIM:
            raise ProtocolError("an array has no allowed dtype or shape")
        count = spread = 1  # spread: without its empty axes
        for size in shape:
            if type(size) is not int or size < 0:
                raise ProtocolError("an array has no allowed dtype or shape")
            count, spread = count * size, spread * max(size, 1)
        if spread * dtype.itemsize > max(self.max_bytes, 1):
            raise ProtocolError("an array is larger than allowed")
        if len(self.pending) >= MAX_ARRAYS:
            raise ProtocolError("there are too many arrays")
        size = count * dtype.itemsize
        if size > self.room:
            raise ProtocolError("an array is larger than the frame says")
        self.room -= size
        array = np.empty(shape, dtype)
        self.pending.append(array)
        return array if kind == "a" else self.tensor(array, kind == "g")
