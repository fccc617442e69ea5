"""The settings of `coursekit lab`: JupyterLab knows every one of them, and a learner's own win over them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jupyterlab
import pytest

import coursekit
from coursekit.cli.lab import server_options

SETTINGS = Path(coursekit.__file__).parent / "lab_settings"
SHARE = Path(sys.prefix) / "share" / "jupyter"


def load(name: str):
    return json.loads((SETTINGS / name).read_text())


def workspaces(options: list[str]) -> Path:
    (place,) = (option.partition("=")[2] for option in options if option.startswith("--LabApp.workspaces_dir="))
    return Path(place)


@pytest.mark.parametrize("plugin", load("overrides.json"))
def test_every_override_names_a_setting_of_this_jupyterlab(plugin):
    package, _, name = plugin.partition(":")
    schema = json.loads((SHARE / "lab" / "schemas" / package / f"{name}.json").read_text())
    assert set(load("overrides.json")[plugin]) <= set(schema["properties"])


@pytest.mark.parametrize("extension", load("page_config.json")["disabledExtensions"])
def test_what_is_left_out_exists(extension):
    name = extension.partition(":")[0]
    built_in = json.loads((Path(jupyterlab.__file__).parent / "staging" / "package.json").read_text())
    packages = {path.parent.relative_to(SHARE / "labextensions").as_posix() for path in packages_of_others()}
    assert name in built_in["jupyterlab"]["extensions"] or name in packages


def packages_of_others():
    return (SHARE / "labextensions").glob("**/package.json")


def test_the_first_time_the_table_of_contents_is_in_front(tmp_path, monkeypatch):
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    monkeypatch.delenv("JUPYTERLAB_WORKSPACES_DIR", raising=False)
    place = workspaces(server_options(tmp_path))
    layout = WorkspacesManager(str(place)).load("default")["data"]["layout-restorer:data"]
    assert layout["left"]["current"] == "@jupyterlab/toc:plugin"
    assert place.parent == tmp_path.resolve() and place.name.startswith("."), "beside the notebooks, and hidden"


def test_how_a_learner_left_the_window_is_kept(tmp_path, monkeypatch):
    monkeypatch.delenv("JUPYTERLAB_WORKSPACES_DIR", raising=False)
    (kept,) = workspaces(server_options(tmp_path)).iterdir()
    kept.write_text("mine")
    server_options(tmp_path)
    assert kept.read_text() == "mine"


def test_a_place_that_the_user_chose_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTERLAB_WORKSPACES_DIR", str(tmp_path / "elsewhere"))
    assert not any("workspaces_dir" in option for option in server_options(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_learners_server_runs_nothing_of_nbgrader(tmp_path):
    from jupyter_server.extension.config import ExtensionConfigManager

    enabled = {name for name in ExtensionConfigManager().get_jpserver_extensions() if "nbgrader" in name}
    left_out = {option.partition("jpserver_extensions=")[2] for option in server_options(tmp_path)}
    assert {f"{name}=False" for name in enabled} <= left_out


def test_the_rules_for_narrow_windows_are_where_the_server_looks(tmp_path):
    (place,) = (
        option.partition("static_custom_path=")[2] for option in server_options(tmp_path) if "custom_path" in option
    )
    assert "max-width" in (Path(place) / "custom.css").read_text()
