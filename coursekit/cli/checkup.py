"""What `coursekit doctor` looks at. Each check is a function that yields findings, whatever it meets."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit import installation
from coursekit.cli.errors import missing_package
from coursekit.cli.finding import BROKEN, MISSING, OK, Finding, words
from coursekit.cli.surroundings import disk, folder, port, progress

if TYPE_CHECKING:
    from packaging.requirements import Requirement

EXTRAS = {
    "lab": "JupyterLab, which `coursekit lab` opens",
    "torch": "lessons 06b and on",
    "teach": "classes: `coursekit new-course`, `grade` and `report`",
    "data": "real data from lesson 09 on; without it, generated data",
    "energy": "real data on energy; without it, generated data",
    "music": "real tunes; without it, generated ones",
    "rl": "real environments; without it, built-in ones",
    "speech": "real speech; without it, generated data",
    "grading": "grading on a cluster or into PostgreSQL",
}
_KERNEL_PATIENCE = 60


def every() -> Iterator[Finding]:
    """All checks, the quick ones first. A check that fails itself is a finding."""
    checks: Sequence[tuple[str, Callable[[], Iterator[Finding]]]] = (
        ("Python", python),
        ("coursekit", coursekit_itself),
        ("packages", packages),
        ("disk", disk),
        ("folder", folder),
        ("progress", progress),
        ("port", port),
        ("libraries", libraries),
        ("nbgrader", nbgrader),
        ("GPU", gpu),
        ("kernel", kernel),
        ("sandbox", sandbox),
    )
    needed = {"Python", "coursekit", "packages", "folder", "libraries", "kernel"}
    for what, check in checks:
        try:
            yield from check()
        except Exception as error:  # a package that is half installed can raise anything
            said = missing_package(error) if isinstance(error, ModuleNotFoundError) else None
            yield Finding(BROKEN if what in needed else MISSING, what, said or words(error))


def python(version: str = platform.python_version(), wanted: str | None = None) -> Iterator[Finding]:
    """The version against the one that the package asks for."""
    from packaging.specifiers import SpecifierSet

    wanted = wanted or _distribution().metadata["Requires-Python"] or ""
    said = f"{version}, {sys.executable}"
    if SpecifierSet(wanted).contains(version, prereleases=True):
        yield Finding(OK, "Python", said)
    else:
        yield Finding(BROKEN, "Python", said, f"The course needs Python {wanted}: make an environment with one")


def coursekit_itself(path: Sequence[str] | None = None) -> Iterator[Finding]:
    """Whether Python, started here, finds this package under its name, and no other people's distribution shares it.

    path: where to look for distributions; None: sys.path.
    """
    here = Path(installation.__file__).resolve().parent
    ask = [sys.executable, "-c", "import coursekit; print(list(coursekit.__path__)[0])"]
    done = subprocess.run(ask, capture_output=True, text=True, errors="replace", timeout=_KERNEL_PATIENCE)
    found = Path(done.stdout.strip()).resolve() if done.returncode == 0 else None
    again = f"Then install this one again: {installation.install_command()}"
    if found != here and not (found and _is_this_course(found)):
        what = "something else" if found is None else str(found)
        mend = "Leave the folder that holds it, or rename it, or uninstall what brought it"
        yield Finding(BROKEN, "coursekit", f"Python started here finds {what} under that name, not {here}", mend)
        return
    for other in importlib.metadata.distributions(name=installation.TAKEN, path=sys.path if path is None else path):
        ours = any(point.group == "coursekit.catalogues" for point in other.entry_points)
        whose = "an earlier copy of this course" if ours else "other people's package"
        mend = f"Uninstall it: pip uninstall {installation.TAKEN}. {again}"
        yield Finding(BROKEN, "coursekit", f"{whose}, {installation.TAKEN} {other.version}, is installed too", mend)
        return
    beside = "" if found == here else f"; Python started in this folder finds the copy in it, {found}"
    yield Finding(OK, "coursekit", f"{_distribution().version}, {here}{beside}")


def _is_this_course(package: Path) -> bool:
    """Whether a package called coursekit lies in a clone of this course, such as the one that was installed from."""
    try:
        project = tomllib.loads((package.parent / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return project.get("project", {}).get("name") == installation.NAME


def packages(distribution: importlib.metadata.Distribution | None = None) -> Iterator[Finding]:
    """What the installed metadata asks for: one line for all that are right, one for each that is not."""
    ours = distribution or _distribution()
    yield from _group(installation.requirements(ours), "packages", BROKEN, "")
    complete, incomplete = [], []
    for extra, use in EXTRAS.items():
        asked = installation.requirements(ours, extra)
        found = list(_group(asked, extra, MISSING, use))
        lacking = [finding for finding in found if finding.state != OK]
        incomplete += lacking
        if asked and not lacking:
            complete.append(extra)
    if complete:
        yield Finding(OK, "extras", ", ".join(complete))
    yield from incomplete


def _group(wanted: Sequence[Requirement], what: str, state: str, use: str) -> Iterator[Finding]:
    here, problems = [], []
    for requirement in wanted:
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            problems.append((requirement, f"{requirement.name} is not installed"))
            continue
        if requirement.specifier.contains(version, prereleases=True):
            here.append(f"{requirement.name} {version}")
        else:
            problems.append((requirement, f"{requirement.name} is {version}, not {requirement.specifier}"))
    if here and (not problems or not use):
        yield Finding(OK, what, ", ".join(here))
    if problems and use:  # an extra: one line, since one command brings all of it
        said = "; ".join(text for _, text in problems)
        command = " ".join(_as_argument(requirement) for requirement, _ in problems)
        yield Finding(state, what, f"for {use}: {said}", f"To add it: pip install {command}")
    elif problems:
        for requirement, said in problems:
            yield Finding(state, what, said, f"To mend it: pip install {_as_argument(requirement)}")


def _as_argument(requirement: Requirement) -> str:
    return f'"{installation.as_argument(requirement)}"'


def libraries(names: Sequence[str] = ("numpy", "matplotlib", "torch")) -> Iterator[Finding]:
    """Whether what is installed can be loaded: versions can be right and a file damaged or of another system.

    What is not installed is told by `packages`.
    """
    sound = []
    for name in names:
        if importlib.util.find_spec(name) is None:
            continue
        try:
            importlib.import_module(name)
            sound.append(name)
        except Exception as error:  # loading a damaged library raises many kinds
            mend = f"To mend it: pip install --force-reinstall --no-deps {name}{_pinned(name)}"
            yield Finding(BROKEN, "libraries", f"{name} cannot be loaded: {words(error)}", mend)
    if sound:
        yield Finding(OK, "libraries", f"{', '.join(sound)} can be loaded")


def nbgrader() -> Iterator[Finding]:
    """What a teacher needs: that nbgrader can be imported, and starts `alembic`, which it does by its name."""
    if importlib.util.find_spec("nbgrader") is None:  # told by `packages`
        return
    from nbgrader import __version__
    from nbgrader.api import Gradebook

    del Gradebook  # the import is the check: it brings the database library
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    if shutil.which("alembic", path=path):
        yield Finding(OK, "nbgrader", f"{__version__}, for teachers")
    else:
        said = f"{__version__}, for teachers, without the alembic command that it starts"
        yield Finding(MISSING, "nbgrader", said, "To mend it: pip install --force-reinstall alembic")


def gpu() -> Iterator[Finding]:
    """Whether PyTorch sees a GPU, and whether Triton is here to use it. The lessons need neither."""
    try:
        import torch
    except Exception:  # told by `libraries`
        return
    with warnings.catch_warnings(record=True) as told:  # a driver that is too old is told as a warning
        warnings.simplefilter("always")
        there = torch.cuda.is_available()
    if there:
        cards = [torch.cuda.get_device_properties(k) for k in range(torch.cuda.device_count())]
        said = ", ".join(f"{card.name} with {card.total_memory / 2**30:.0f} GiB" for card in cards)
        yield Finding(OK, "GPU", f"{said}, CUDA {torch.version.cuda}")
    else:
        yield Finding(MISSING, "GPU", *_no_gpu(torch.version.cuda, [str(warning.message) for warning in told]))
    try:
        yield Finding(OK, "Triton", importlib.metadata.version("triton"))
    except importlib.metadata.PackageNotFoundError:
        use = "the fastest layers on a GPU use it" if there else "it is of use on a GPU only"
        yield Finding(MISSING, "Triton", use, "To add it: pip install triton" if there else "")


def _no_gpu(cuda: str | None, told: list[str]) -> tuple[str, str]:
    card = shutil.which("nvidia-smi") is not None
    if cuda is None and card:
        return (
            "there is an NVIDIA driver, and this PyTorch is built without CUDA",
            "To use the card: install the build for CUDA, as pytorch.org/get-started says",
        )
    if told:
        return "PyTorch cannot use it", f"It says: {' '.join(told[0].split())[:200].rstrip('.')}"
    return "none that PyTorch can use; every lesson runs on the CPU", ""


def kernel() -> Iterator[Finding]:
    """Start the kernel that JupyterLab would start, and import the package in it."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        mend = "To mend it: pip install --force-reinstall ipykernel"
        yield Finding(BROKEN, "kernel", "Jupyter knows no kernel for Python", mend)
        return
    try:
        prefix, problem = _in_kernel("import sys, coursekit; print(sys.prefix)")
    except Exception as error:  # a missing program, closed ports, a kernel that dies: all are the same news
        prefix, problem = "", f"it does not start: {words(error)}"
    if not problem and Path(prefix).resolve() == Path(sys.prefix).resolve():
        yield Finding(OK, "kernel", "python3 starts, runs in this environment and imports coursekit")
        return
    problem = problem or f"it runs another environment than this one, {prefix}"
    if Path(spec.resource_dir).parent.name == "kernels":
        mend = f"Delete the folder {spec.resource_dir}: then Jupyter takes the kernel of this environment"
    else:
        mend = "To mend it: pip install --force-reinstall ipykernel"
    yield Finding(BROKEN, "kernel", f"python3: {problem}", mend)


def _in_kernel(code: str) -> tuple[str, str]:
    """What one cell prints in a fresh kernel, and what went wrong."""
    from jupyter_client.manager import start_new_kernel

    printed: list[str] = []
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    manager, client = start_new_kernel(startup_timeout=_KERNEL_PATIENCE, kernel_name="python3", **quiet)
    try:

        def keep(message: dict) -> None:
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                printed.append(message["content"]["text"])

        reply = client.execute_interactive(code, timeout=_KERNEL_PATIENCE, output_hook=keep)["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    problem = "" if reply["status"] == "ok" else f"`{code}` raises {reply['ename']}: {reply['evalue']}"
    return "".join(printed).strip(), problem


def sandbox() -> Iterator[Finding]:
    """The isolation that strangers' notebooks would get here, found by entering the sandbox."""
    from coursekit.grading.run.sandbox import probe

    report = probe()
    head, *more = report.text.splitlines()
    said = head.partition(": ")[2] + ", for teachers"
    lines = tuple(line.strip() for line in more)
    if report.isolated:
        yield Finding(OK, "sandbox", said, more=lines)
    else:
        mend = "Grading refuses strangers' notebooks here; on Linux, install bubblewrap, and pyseccomp by pip"
        yield Finding(MISSING, "sandbox", said, mend, lines)


def _pinned(name: str) -> str:
    """ "==" and what is installed, without the name of a build ("+cpu"), which not every index knows."""
    from packaging.version import Version

    try:
        return f"=={Version(importlib.metadata.version(name)).public}"
    except importlib.metadata.PackageNotFoundError:
        return ""


def _distribution() -> importlib.metadata.Distribution:
    try:
        return installation.distribution()
    except importlib.metadata.PackageNotFoundError:
        raise RuntimeError(f"this copy is not installed; run: {installation.install_command()}") from None
