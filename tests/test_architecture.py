"""The layers of ARCHITECTURE.md hold in every module that is there, and the package stays light and lazy."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

import layers
import leakscope

# Where it was imported from, not src/: the same tests run against the installed wheel.
ROOT = Path(leakscope.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))


def module_name(file: Path) -> str:
    """Relative to the package: ``"heap.census"``; a package's ``__init__`` is the package, ``""`` the root."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = frozenset(map(module_name, FILES))
IMPORTABLE = sorted(f"leakscope.{name}" for name in MODULES if name not in {"", "__main__"})


@pytest.mark.parametrize("file", FILES, ids=lambda file: module_name(file) or "leakscope")
def test_module_keeps_to_its_layer(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    problems = layers.check_module(module_name(file), source, MODULES, is_package=file.name == "__init__.py")
    assert not problems, "\n".join(["", *problems])


def test_no_submodule_bears_the_name_of_a_public_name() -> None:
    # `leakscope.check` would be the module once somebody imported it, and the function before.
    assert not MODULES & set(leakscope._EXPORTS)


# --- in fresh interpreters -------------------------------------------------------------------------------------------


def run_fresh(script: str, *args: str) -> object:
    """What ``script`` prints, as JSON; it runs in an interpreter that has imported nothing of leakscope."""
    done = subprocess.run([sys.executable, "-c", script, *args], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


IMPORT_ALL_THEN_COMPARE = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
import leakscope
print(json.dumps([
    name for name, module in leakscope._EXPORTS.items()
    if getattr(leakscope, name) is not getattr(importlib.import_module(module), name)
]))
"""


@pytest.mark.parametrize("seed", range(5))
def test_public_names_are_the_public_objects_after_importing_everything(seed: int) -> None:
    order = list(IMPORTABLE)
    random.Random(seed).shuffle(order)
    assert run_fresh(IMPORT_ALL_THEN_COMPARE, *order) == []


def test_all_and_dir_tell_the_public_names() -> None:
    assert set(leakscope.__all__) - {"__version__"} == set(leakscope._EXPORTS)
    assert set(leakscope.__all__) <= set(dir(leakscope))


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        leakscope.no_such_name


MEASURE_IMPORT = """
import gc, json, sys
modules, _ = set(sys.modules), gc.collect()
before = len(gc.get_objects())
import leakscope
gc.collect()
added = len(gc.get_objects()) - before
print(json.dumps({"objects": added, "modules": sorted(set(sys.modules) - modules)}))
"""


def test_importing_leakscope_loads_no_third_party_package_and_few_objects(tmp_path, monkeypatch) -> None:
    # With byte code cached: compiling makes objects of its own.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path))
    run_fresh(MEASURE_IMPORT)
    measured = run_fresh(MEASURE_IMPORT)
    assert isinstance(measured, dict)
    packages = {name.split(".")[0] for name in measured["modules"]} - {"leakscope"}
    assert packages <= sys.stdlib_module_names, "`import leakscope` loads packages that are not Python's own"
    assert measured["objects"] <= 1_000


# --- the checker can fail --------------------------------------------------------------------------------------------

DOCSTRING = '"""What it does."""\n'
SOME_MODULES = frozenset(
    {"", "heap", "heap.census", "sensors", "analysis", "codec", "model", "why", "runner", "pytest_plugin"}
)


def problems(name: str, code: str, *, is_package: bool = False) -> list[str]:
    return layers.check_module(name, DOCSTRING + code, SOME_MODULES, is_package=is_package)


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("model.growth", "from leakscope.analysis import findings", "imports go down only"),
        ("model.growth", "from leakscope import why", "why is above model"),
        ("model.growth", "from leakscope import collect", "the root is for users"),
        ("model.growth", "import leakscope", "the root is for users"),
        ("model.growth", "from ..heap import census", "heap is above model"),
        ("model", "from ..heap import census", "heap is above model"),
        ("analysis.trend", "from leakscope import codec", "do not know each other"),
        ("codec", "import leakscope.sensors", "do not know each other"),
        ("sensors.blocks", "from leakscope.heap.census import count", "do not know each other"),
        ("_env", "from leakscope.errors import LeakscopeError", "do not know each other"),
        ("cli.main", "from leakscope import pytest_plugin", "do not know each other"),
        ("render.text", "from leakscope.heap import census", "pure half"),
        ("results", "import leakscope.sensors", "pure half"),
        ("model.growth", "def f():\n    from leakscope import why", "why is above model"),
        ("model.growth", "if TYPE_CHECKING:\n    from leakscope import why", "why is above model"),
        ("model.growth", "importlib.import_module('leakscope.why')", "why is above model"),
        ("analysis.trend", "import gc", "use gc"),
        ("runner.child", "import gc", "use gc"),
        ("render.graph", "from objgraph import show_refs", "use objgraph"),
        ("cli.demo", "import ctypes", "use ctypes"),
        ("render.text", "import os.path", "use os"),
        ("render.text", "from time import monotonic", "use time"),
        ("results", "import time", "use time"),  # it is an exception for os only
        ("brand_new", "", "not in the table LAYERS"),
        ("model.growth", "import leakscope.brand_new", "not in the table LAYERS"),
        ("heap.utils", "", "says nothing"),
        ("heap._helpers", "", "says nothing"),
        ("", "from leakscope.errors import LeakscopeError", "eagerly"),
        ("", "class A:\n    from leakscope import errors", "eagerly"),
    ],
)
def test_checker_finds(name: str, code: str, expected: str) -> None:
    found = problems(name, code, is_package=name in {"", "model"})
    assert any(expected in problem for problem in found), found


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("heap.census", "import gc, time, os, sys\nfrom leakscope.model.growth import Window\nfrom . import holders"),
        ("why", "import objgraph\nfrom leakscope.heap import census\nfrom leakscope.holder_paths import follow"),
        ("render.terminal", "import os"),
        ("render.text", "from leakscope.codec import to_dict\nfrom leakscope.analysis import findings"),
        ("cli.check", "import os, time\nimport leakscope\nfrom leakscope.runner import child"),
        ("cli.demo_service", "import ctypes"),
        ("results", "import os"),
        ("__main__", "import os\nfrom leakscope.cli import main"),
        ("", "import importlib\nif TYPE_CHECKING:\n    from leakscope.why import why_alive\n"),
        ("", "def __getattr__(name):\n    from leakscope import errors\n"),
    ],
)
def test_checker_lets_pass(name: str, code: str) -> None:
    assert problems(name, code, is_package=name == "") == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", "has no docstring"),
        ('"""One. Two. Three. Four."""', "has 4 sentences"),
        ('"""One of 3.12, e.g. gc.garbage. Two: ``a. b. c.`` (three!)\nThree."""', None),
    ],
)
def test_docstring_rule(source: str, expected: str | None) -> None:
    found = layers.check_module("errors", source, SOME_MODULES)
    assert len(found) == (expected is not None)
    assert all(expected in problem for problem in found if expected)
