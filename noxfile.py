"""Sessions for the whole matrix: the tests on each Python, typing, lint, and the built wheel under test.
The daily commands are in the Makefile; this is for a release and for whoever has nox already.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.4"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
OLDEST = PYTHONS[0]

#: What the tests read beside the package: the wheel session copies it to where there is no src/.
TESTED_FILES = ("tests", "docs", "README.md", "pyproject.toml")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The suite without the long tests, on each Python of the classifiers."""
    session.install("-e", ".[dev,dot]")
    session.run("python", "-m", "pytest", "-m", "not soak", "-n", "2", "--dist", "loadscope", *session.posargs)


@nox.session(python=OLDEST)
def typing(session: nox.Session) -> None:
    """The source is typed, and the public types are what tests/typing/api.py says, once that exists."""
    session.install("-e", ".[dev,dot]")
    session.run("mypy", "--strict")
    api = Path("tests/typing/api.py")
    if api.is_file():
        session.run("mypy", "--strict", str(api))


@nox.session(python=OLDEST)
def lint(session: nox.Session) -> None:
    """Style and format of everything that is committed."""
    session.install("ruff")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(python=PYTHONS)
def wheel(session: nox.Session) -> None:
    """The tests against the built wheel, in a folder that has no src/: a file that the wheel lacks shows here."""
    temporary = Path(session.create_tmp()).resolve()
    built, elsewhere = temporary / "dist", temporary / "elsewhere"
    for folder in (built, elsewhere):
        shutil.rmtree(folder, ignore_errors=True)
    session.install("build")
    session.run("python", "-m", "build", "--wheel", "--outdir", str(built), silent=True)
    [file] = built.glob("*.whl")
    # The version may be the same as yesterday's.
    session.install("--force-reinstall", "--no-deps", str(file))
    session.install(f"{file}[dev,dot]")
    elsewhere.mkdir()
    for name in TESTED_FILES:
        copy = shutil.copytree if Path(name).is_dir() else shutil.copy2
        copy(name, elsewhere / name)
    session.chdir(elsewhere)
    session.run("python", "-c", "import leakscope; assert 'site-packages' in leakscope.__file__, leakscope.__file__")
    session.run("python", "-m", "pytest", "-m", "not soak", "-n", "2", "--dist", "loadscope", *session.posargs)
