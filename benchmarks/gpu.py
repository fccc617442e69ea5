"""Time the GPU back ends of coursekit.nn.GRU against nn.GRU and nn.LSTM (cuDNN). One command, under ten minutes.

    python benchmarks/gpu.py [--minutes 9] [--only triton] [--rehearse]

Every configuration is checked against float64 before it is timed: all hidden states and every gradient. A
configuration that fails, gives wrong numbers or hangs is listed with its reason, and the others go on. Prints tables
and writes benchmarks/results/gpu-<date>.json, in which every figure was measured on the device that it names.

T = 512 steps, input size D = H, one layer, time first. Times are microseconds per time step: medians by the GPU's
clock over warm calls, forward without gradients, and forward with backward (gradients of x and of all weights).
`--rehearse` walks through the programme on the processor with tiny sizes; it writes nothing.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import queue
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

ARITHMETICS = ("fp32", "tf32", "fp16", "bf16")
HIDDEN = (64, 128, 160, 192, 256, 512, 1024)
BATCHES = (16, 64, 256)
STEPS = 512
PATIENCE = 90.0  # seconds for one configuration, compiling included, before its process is ended
NAMES = {
    ("GRU", "torch"): "nn.GRU",
    ("LSTM", "torch"): "nn.LSTM",
    ("GRU", "triton"): "triton",
    ("GRU", "graphed"): "graphed",
    ("GRU", "fast"): "fast",
    ("GRU", "readable"): "readable",
}
RESULTS = Path(__file__).with_name("results")


def programme(rehearse: bool) -> list[dict]:
    """All configurations, the most important first: if the time runs out, the last ones are missing."""
    hidden, batches, steps = ((5, 9), (3,), 4) if rehearse else (HIDDEN, BATCHES, STEPS)
    grid = [(a, H, N) for a in ARITHMETICS for H in hidden for N in batches]
    loops = [(a, H, N) for a, H, N in grid if a in ("tf32", "bf16") and N in (3, 64)]
    passes = [
        (("GRU", "torch"), grid),
        (("LSTM", "torch"), grid),
        (("GRU", "triton"), [at for at in grid if at[1] <= 512]),
        (("GRU", "readable"), [at for at in loops if at[1] in (5, 64, 256)]),  # the same for all: launches bound it
        (("GRU", "graphed"), loops + [at for at in grid if at not in loops]),
        (("GRU", "fast"), [at for at in loops if at[1] in (5, 64, 256)]),
    ]
    return [
        dict(cell=cell, backend=backend, arithmetic=a, H=H, N=N, T=steps, seconds=0.15)
        for (cell, backend), places in passes
        for a, H, N in places
    ]


class Worker:
    """A process that measures; started anew after it crashed, hung or lost its CUDA context."""

    def __init__(self, device: str):
        self.device, self.process = device, None

    def run(self, job: dict, patience: float) -> dict:
        if self.process is None:
            self._start()
        try:
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=patience)
        except queue.Empty:
            self.stop()
            return {"failed": f"no answer within {patience:.0f} seconds"}
        except OSError:
            line = ""
        if not line:
            code = self.process.wait()
            self.errors.seek(0)
            said = self.errors.read().decode(errors="replace").strip().splitlines()[-1:]
            self.stop()
            return {"failed": f"the measuring process ended with code {code}: {' '.join(said)}"}
        answer = json.loads(line)
        if answer.pop("poisoned", False):
            self.stop()
        return answer

    def _start(self) -> None:
        script = Path(__file__).with_name("gpu_worker.py")
        root = str(Path(__file__).resolve().parent.parent)  # works without an installed coursekit
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - stop() closes it
        self.process = subprocess.Popen(
            [sys.executable, str(script), self.device],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            text=True,
        )
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read, args=(self.process, self.lines), daemon=True)
        self.reader.start()

    @staticmethod
    def _read(process: subprocess.Popen, lines: queue.Queue) -> None:
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.reader.join()
            for stream in (self.process.stdin, self.process.stdout, self.errors):
                with suppress(OSError):  # a job that never reached a dead process is still in the pipe
                    stream.close()
            self.process = None


def measure_all(jobs: list[dict], device: str, minutes: float) -> list[dict]:
    end, worker, results = time.monotonic() + 60 * minutes, Worker(device), []
    for k, job in enumerate(jobs):
        left = end - time.monotonic()
        answer = worker.run(job, min(PATIENCE, left)) if left > 5 else {"failed": "not run: the time was up"}
        results.append({key: job[key] for key in ("cell", "backend", "arithmetic", "H", "N", "T")} | answer)
        if sys.stderr.isatty():
            print(f"\r{k + 1} of {len(jobs)}", end="", file=sys.stderr)
    worker.stop()
    return results


def environment() -> dict:
    import torch

    def version(name: str) -> str | None:
        try:
            return __import__(name).__version__
        except ImportError:
            return None

    gpu, driver = None, None
    if torch.cuda.is_available():
        gpu = torch.cuda.get_device_properties(0)
        query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        try:
            driver = subprocess.run(query, capture_output=True, text=True, check=True).stdout.splitlines()[0]
        except (OSError, subprocess.CalledProcessError, IndexError):
            driver = None  # nvidia-smi is not there
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "device": gpu and gpu.name,
        "capability": gpu and f"{gpu.major}.{gpu.minor}",
        "driver": driver,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "torch": torch.__version__,
        "triton": version("triton"),
        "numpy": version("numpy"),
        "python": platform.python_version(),
    }


def print_tables(results: list[dict]) -> None:
    found = {(NAMES[r["cell"], r["backend"]], r["arithmetic"], r["H"], r["N"]): r for r in results}
    columns = [name for name in NAMES.values() if any(key[0] == name for key in found)]
    for arithmetic in ARITHMETICS:
        print(f"\n{arithmetic}: microseconds per step, forward / forward and backward")
        print(f"{'H':>5}{'N':>5}" + "".join(f"{name:>18}" for name in columns) + "   triton : nn.GRU")
        for H, N in sorted({key[2:] for key in found}):
            row = {name: found.get((name, arithmetic, H, N), {}) for name in columns}
            print(f"{H:>5}{N:>5}" + "".join(f"{shown(row[name]):>18}" for name in columns) + ratio(row))
    problems = [r for r in results if "failed" in r]
    for r in problems:
        print(f"failed: {NAMES[r['cell'], r['backend']]}, {r['arithmetic']}, H={r['H']}, N={r['N']}: {r['failed']}")


def shown(r: dict) -> str:
    return "failed" if "failed" in r else f"{r['forward_us']:.2f} / {r['both_us']:.2f}" if r else "-"


def ratio(row: dict[str, dict]) -> str:
    ours, theirs = row.get("triton", {}).get("both_us"), row["nn.GRU"].get("both_us") if "nn.GRU" in row else None
    return f"   {theirs / ours:.2f} times as fast" if ours and theirs else ""


def judge(results: list[dict]) -> list[str]:
    """Each bar, over the configurations that were measured; the worst one is named."""
    done = [r for r in results if "both_us" in r]
    time_of = {(NAMES[r["cell"], r["backend"]], r["arithmetic"], r["H"], r["N"]): r["both_us"] for r in done}
    places = sorted({key[1:] for key in time_of})

    def bar(text: str, least: float, pairs: list[tuple[float, tuple]]) -> str:
        if not pairs:
            return f"{text}: not measured"
        worst, where = min(pairs)
        verdict = "met" if worst >= least else "MISSED"
        return f"{text}: {verdict} in {sum(p[0] >= least for p in pairs)} of {len(pairs)}, least {worst:.2f} at {where}"

    def ratios(slow: str, quick: str, low: int, high: int) -> list[tuple[float, tuple]]:
        both = [at for at in places if {(slow, *at), (quick, *at)} <= time_of.keys() and low < at[1] <= high]
        return [(time_of[slow, *at] / time_of[quick, *at], at) for at in both]

    best = [
        (time_of["nn.LSTM", *at] / min(ours), at)
        for at in places
        if ("nn.LSTM", *at) in time_of and at[1] <= 512
        if (ours := [time_of[name, *at] for name in ("triton", "graphed", "fast") if (name, *at) in time_of])
    ]
    return [
        bar("triton at least 2.5 times as fast as nn.GRU, H up to 128", 2.5, ratios("nn.GRU", "triton", 0, 128)),
        bar("triton at least 3 times as fast as nn.GRU, H over 192", 3.0, ratios("nn.GRU", "triton", 192, 512)),
        bar("graphed at least 10 times as fast as the readable loop", 10.0, ratios("readable", "graphed", 0, 1024)),
        bar("our best GRU never slower than nn.LSTM, H up to 512", 1.0, best),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Time the GPU back ends of coursekit.nn.GRU against cuDNN.")
    parser.add_argument("--minutes", type=float, default=9.0, help="time for everything; what is left is listed")
    parser.add_argument("--only", help="only this column, for example triton", choices=tuple(NAMES.values()))
    parser.add_argument("--rehearse", action="store_true", help="tiny sizes on the processor; writes nothing")
    args = parser.parse_args()
    about = environment()
    if about["device"] is None and not args.rehearse:
        print(f"No GPU: torch {about['torch']} finds no CUDA device, and this benchmark needs one.", file=sys.stderr)
        return 2
    jobs = [job for job in programme(args.rehearse) if args.only in (None, NAMES[job["cell"], job["backend"]])]
    results = measure_all(jobs, "cpu" if args.rehearse else "cuda", args.minutes)
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print_tables(results)
    if args.rehearse:
        print("\nRehearsal on the processor: these are no figures, and nothing is written.")
        return 0
    print("\n" + "\n".join(judge(results)))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"gpu-{about['date'][:10]}.json"
    path.write_text(json.dumps(about | {"T": STEPS, "D": "H", "results": results}, indent=1) + "\n")
    print(f"\nwritten: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
