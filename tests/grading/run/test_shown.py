"""What cells show, for people: checked, and not more than a page can hold."""

import base64
import struct
import zlib

import pytest

from coursekit.grading import png
from coursekit.grading.run import shown
from coursekit.grading.run.sandbox import CellResult, Shown
from coursekit.grading.run.shown import Outputs


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(width=2, height=2, *more, end=True):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes((width + 1) * height)))
    return png.SIGNATURE + head + b"".join(more) + rows + (chunk(b"IEND", b"") if end else b"")


def test_a_picture_keeps_what_is_needed_to_show_it_and_nothing_else():
    hidden = chunk(b"zTXt", b"x\x00\x00" + zlib.compress(bytes(10**6))), chunk(b"acTL", bytes(8)), chunk(b"iCCP", b"p")
    assert png.checked(picture(2, 2, *hidden) + b"<script>") == picture()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        picture()[:20],
        picture(end=False),
        picture(5000, 5000),
        picture(0, 5),
        picture(2, 2, struct.pack(">I", 2**31 - 1) + b"IDAT"),
        picture(2, 2, chunk(b"IHDR", struct.pack(">IIBBBBB", 9**9, 9, 8, 0, 0, 0, 0))),
    ],
    ids=[
        "empty",
        "another kind",
        "cut",
        "without an end",
        "too large",
        "flat",
        "a chunk that is too long",
        "two heads",
    ],
)
def test_anything_else_is_no_picture(data):
    with pytest.raises(png.NoPicture):
        png.checked(data)


def text(size):
    return CellResult("ok", shown=(Shown("stdout", text="x" * size),))


def figure(data):
    return CellResult("ok", shown=(Shown("display", data={"image/png": data}),))


def said(outputs, cell):
    return "".join(output.get("text", "") for output in outputs.by_cell[cell])


def test_text_beyond_the_total_is_left_out_with_a_remark(monkeypatch):
    monkeypatch.setattr(shown, "MAX_BYTES", 1000)
    outputs = Outputs()
    for cell in "abc":
        outputs.add(cell, text(400))
    assert said(outputs, "a") == said(outputs, "b") == "x" * 400
    assert "was left out" in said(outputs, "c") and "xx" not in said(outputs, "c")


@pytest.mark.parametrize(("name", "most"), [("MAX_PICTURES", 2), ("MAX_PIXELS", 8)])
def test_pictures_beyond_the_total_are_left_out_with_a_remark(monkeypatch, name, most):
    monkeypatch.setattr(shown, name, most)
    outputs = Outputs()
    for cell in "abc":
        outputs.add(cell, figure(picture()))
    assert [base64.b64decode(outputs.by_cell[cell][0]["data"]["image/png"]) for cell in "ab"] == [picture()] * 2
    assert "was left out" in said(outputs, "c")


def test_how_a_cell_ended_is_said_though_its_output_is_left_out(monkeypatch):
    monkeypatch.setattr(shown, "MAX_BYTES", 100)
    outputs = Outputs()
    outputs.add("a", CellResult("timeout", "the code waited", shown=text(400).shown, cut=True))
    assert outputs.by_cell["a"][-1]["evalue"] == "the code waited" and said(outputs, "a").count("was left out") == 2
