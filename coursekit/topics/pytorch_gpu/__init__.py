"""Lesson 07, the GPU: who agrees, who is fast, and why.

exercises.py        what is asked: a conversion, a parity report, timing, a fused layer, unequal lengths
answers.py          the right answers
mistakes.py         wrong ones that are known: the layers
faulty_layers.py    their code in PyTorch
weight_mistakes.py  the conversion and the parity report
timing_mistakes.py  timing
device.py           the simulated device that is timed, here and in the checks
run_layers.py       how a layer is checked where it lives, gradients included
products.py         how many products a fused layer makes
recorded.py         what a layer was seen to compute, run again
conversions.py      the GRU as Keras and ONNX write it
agreement.py        how far two computations lie apart, by number format
ways.py             ways to compute one GRU, as jobs to be timed
stopwatch.py        seconds on the processor, and operations counted
kernels.py          GPU kernels shown, and run by Triton's interpreter
gpu_recording.py    what benchmarks/gpu.py recorded, read again
figures.py          agreement, clocks, launches and rooflines drawn
"""
