"""Which part of this machine a sandbox can see, and the bubblewrap command that shows just that."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from coursekit.checking import portable
from coursekit.grading.run.sandbox.hidden import course_files

INSIDE = Path(__file__).parent / "inside"
OURS = {"inside": str(INSIDE), "portable": str(Path(portable.__file__).parent)}  # the packages that a worker has of us
SEEN_AT = "/run/grader"  # the folder in the view that holds them
TORCH = "torch"
PACKAGES = ("numpy", TORCH, "matplotlib", "IPython", "msgpack", "pyseccomp")
SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo", "/etc/localtime")
DEVICES = ("null", "zero", "full", "random", "urandom")
OF_A_PREFIX = ("bin", "lib", "lib64", "pyvenv.cfg")  # not the whole of it: a course may live in the folder of its venv
CPU = "/sys/devices/system/cpu"  # PyTorch picks its kernels from it
ENVIRONMENT = dict(LANG="C.UTF-8", PATH="/usr/bin:/bin", PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1")
ENVIRONMENT |= dict(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MALLOC_ARENA_MAX="2")


def find_bubblewrap() -> str | None:
    return shutil.which("bwrap")


def packages(torch: bool = True) -> list[str]:
    """What is imported in a sandbox, with or without PyTorch."""
    return [name for name in PACKAGES if torch or name != TORCH]


def missing_packages(torch: bool = True) -> list[str]:
    """Packages that the sandbox needs and that are not installed."""
    return [name for name in packages(torch) if importlib.util.find_spec(name) is None]


def hidden_files(torch: bool = True) -> list[str]:
    """What must not be seen: the course, and every copy of PyTorch from which nobody takes the finished layers."""
    return course_files() if torch else [*course_files(), *copies_of_torch()]


def copies_of_torch() -> list[str]:
    """Folders of PyTorch for any Python whose packages a sandbox may see, by their real paths."""
    places = [Path(place) / TORCH for place in sys.path]
    for root in [*map(Path, (sys.prefix, sys.base_prefix)), *map(Path, SYSTEM)]:
        for lib in (root, root / "lib", root / "lib64"):
            places += [*lib.glob(f"python*/*-packages/{TORCH}"), lib / "site-packages" / TORCH]
    return sorted({os.path.realpath(place) for place in places if place.is_dir()})


def readable() -> list[str]:
    """Existing files and folders that Python, NumPy and PyTorch need, none inside another."""
    wanted = [os.path.join(prefix, name) for prefix in (sys.base_prefix, sys.prefix) for name in OF_A_PREFIX]
    wanted += [*SYSTEM, *interpreter_links(), *map(package_folder, PACKAGES)]
    return outermost(path for path in wanted if os.path.lexists(path))


def outermost(paths) -> list[str]:
    kept: list[str] = []
    for path in sorted(set(paths), key=lambda p: (p.count("/"), p)):
        if not any(path.startswith(parent + "/") for parent in kept if not os.path.islink(parent)):
            kept.append(path)
    return kept


def package_folder(name: str) -> str:
    """The folder on sys.path that holds a package, which may be the user's own."""
    spec = importlib.util.find_spec(name)
    origin = spec.origin if spec and spec.origin else ""
    parts = name.count(".") + (2 if os.path.basename(origin) == "__init__.py" else 1)
    return str(Path(origin).parents[parts - 1]) if origin else ""


def interpreter_links() -> list[str]:
    """The interpreter and every link on the way to it: an environment's python is a link."""
    path, links = sys.executable, []
    while os.path.islink(path) and path not in links:
        links.append(path)
        path = os.path.normpath(os.path.join(os.path.dirname(path), os.readlink(path)))
    return [*links, path]


def without_course(paths: list[str], torch: bool = True) -> list[str]:
    """The same paths, with a folder that holds what must not be seen replaced by the rest of what is in it."""
    hidden, result, todo = hidden_files(torch), [], list(paths)
    while todo:
        path = todo.pop()
        real = os.path.realpath(path)
        if real in hidden:
            continue
        if any(folder.startswith(real + "/") for folder in hidden):
            todo += [os.path.join(path, name) for name in os.listdir(path)]
        else:
            result.append(path)
    return result


def bubblewrap(ranged: bool, torch: bool = True) -> list[str]:
    """The command line up to the program: new namespaces, no network, a read-only view, an empty /tmp.

    ranged: the caller maps a range of users (it is root), and the server may switch between them.
    torch:  PyTorch is to be seen.
    """
    command = [find_bubblewrap() or "bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    command += ["--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN"]  # in its own namespaces: to make those of workers
    if ranged:
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL"):  # workers are other users than the server
            command += ["--cap-add", capability]
    else:
        command += ["--uid", "1000", "--gid", "1000"]
    shown = readable()
    bound = [(path, path) for path in shown if not os.path.islink(path)]
    bound += [(folder, f"{SEEN_AT}/{name}") for name, folder in OURS.items()]
    if os.path.isdir(CPU):
        bound.append((CPU, CPU))
    devices = [f"/dev/{name}" for name in DEVICES]
    command += ["--tmpfs", "/tmp"]  # before the rest: an environment may lie below /tmp
    links = [path for path in shown if os.path.islink(path)]
    for folder in parents([place for _, place in bound] + links + devices):
        command += ["--dir", folder]  # else bubblewrap makes them for root's eyes only
    for path, place in bound:
        command += ["--ro-bind", path, place]
    for path in links:
        command += ["--symlink", os.readlink(path), path]
    for place in hidden_files(torch):
        if any(place.startswith(os.path.realpath(path) + "/") for path in shown):
            command += covered(place)
    for path in devices:
        command += ["--dev-bind", path, path]
    return [*command, "--proc", "/proc", "--remount-ro", "/", "--chdir", "/", "--hostname", "sandbox"]


def covered(place: str) -> list[str]:
    """Options that lay an empty folder or an empty module over what must not be seen."""
    absent = str(INSIDE / "absent.txt")
    if not os.path.isdir(place):
        return ["--ro-bind", absent, place]
    module = ["--ro-bind", absent, f"{place}/__init__.py"] if os.path.exists(f"{place}/__init__.py") else []
    return ["--tmpfs", place, *module, "--remount-ro", place]


def parents(places: list[str]) -> list[str]:
    """Every folder above the places, the outer ones first."""
    return sorted({str(above) for place in places for above in Path(place).parents if str(above) != "/"})
