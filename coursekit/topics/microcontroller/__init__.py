"""Lesson 20, a GRU on a microcontroller: streaming, int8, ONNX's order, and C from the learner's weights.

exercises.py      what is asked: a product in int8, a stream in chunks, weights for ONNX, the step in int8
answers.py        the right answers
mistakes.py       wrong ones that are known: products and streams
cell_mistakes.py  the order of weights, and the step
data.py           handwritten digits, row by row
task.py           the GRU that reads them, in float32 and int8, beside what needs no network
agreement.py      the compiled C beside the reference
latency.py        how long a row takes, step by step
onnx_node.py      ONNX's GRU in NumPy, and what a faulty exporter wrote
record.py         the recorded run of four widths
figures.py        answers, chunks, rounding, bytes and latencies drawn

The exporter itself, weights to C, is `coursekit.embedded`.
"""
