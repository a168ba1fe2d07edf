"""Facts about this interpreter and platform that decide what can be measured, each with how it was found.
Reads sys, os and platform only; measures nothing.
"""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from functools import cache

PACKAGE_FOLDER = os.path.dirname(os.path.abspath(__file__))

IS_LINUX = sys.platform.startswith("linux")
IS_WINDOWS = sys.platform == "win32"
IS_CPYTHON = sys.implementation.name == "cpython"

#: 3.13 added free-threaded builds: their collector has one generation and no per-generation object lists.
IS_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

#: 3.14.0 to 3.14.4 shipped the incremental collector; 3.14.5 went back to generations.
HAS_INCREMENTAL_GC = (3, 14, 0) <= sys.version_info[:3] < (3, 14, 5)


def allocator() -> str:
    """The object allocator: the value of ``PYTHONMALLOC``, or ``"pymalloc"``, the default of release builds."""
    chosen = "" if sys.flags.ignore_environment else os.environ.get("PYTHONMALLOC", "")
    if chosen in ("", "default"):
        return "mimalloc" if IS_FREE_THREADED else "pymalloc"
    return chosen


def libc() -> str:
    """``"glibc 2.36"``, or what ``platform.libc_ver`` says elsewhere (empty on musl, macOS and Windows)."""
    return " ".join(part for part in platform.libc_ver() if part)


@cache
def environment() -> tuple[tuple[str, str], ...]:
    """What a reader of a saved report needs to compare it with another one, as name and value pairs."""
    version = platform.python_version() + (" free-threaded" if IS_FREE_THREADED else "")
    return (
        ("python", f"{platform.python_implementation()} {version}"),
        ("platform", f"{platform.system()} {platform.machine()}"),
        ("libc", libc() or "unknown"),
        ("allocator", allocator()),
    )
