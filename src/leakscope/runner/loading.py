"""Finds ``MODULE:FN``: imports the module as a program in the working directory would. Touches sys.path and imports."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import traceback
from typing import Any

from leakscope import _env
from leakscope.errors import TargetNotFound

FORM = "write MODULE:FUNCTION, such as app.jobs:run_once"


def require_form(spec: str) -> tuple[str, str]:
    """Module and dotted name of ``MODULE:FN``. Raises ``TargetNotFound`` for text of another form."""
    module, colon, name = spec.partition(":")
    parts = [*module.split("."), *name.split(".")]
    if not colon or not all(part.isidentifier() for part in parts):
        raise TargetNotFound(f"{spec!r} does not name a function: {FORM}")
    return module, name


def load(spec: str) -> Any:
    """The object that ``MODULE:FN`` names; the working directory comes first on ``sys.path``.

    Raises ``TargetNotFound`` with what was there instead, or with what importing the module raised.
    """
    module_name, name = require_form(spec)
    put_first(os.getcwd())
    found: Any = _import(module_name, spec)
    path = module_name
    for part in name.split("."):
        if not hasattr(found, part):
            close = difflib.get_close_matches(part, [entry for entry in dir(found) if not entry.startswith("__")], 3)
            hint = f": did you mean {' or '.join(close)}?" if close else f": {FORM}"
            raise TargetNotFound(f"{path} has no {part!r}{hint}")
        found = getattr(found, part)
        path += f".{part}"
    return found


def put_first(folder: str) -> None:
    """Makes ``folder`` the first entry of ``sys.path``, as ``python -m`` does."""
    if sys.path[:1] != [folder]:
        sys.path[:] = [folder, *(entry for entry in sys.path if entry not in ("", folder))]


def _import(module_name: str, spec: str) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        if module_name == missing or module_name.startswith(f"{missing}."):
            raise TargetNotFound(
                f"there is no module {missing!r} (for {spec!r}): run from the folder that holds it, "
                "or install the package it belongs to"
            ) from None
        raise _import_failed(module_name, error) from error
    except (Exception, SystemExit) as error:
        raise _import_failed(module_name, error) from error


def _import_failed(module_name: str, error: BaseException) -> TargetNotFound:
    """What importing the module raised, and the line of the user's that raised it."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((_env.PACKAGE_FOLDER, "<frozen"))
    ]
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    summary = traceback.format_exception_only(type(error), error)[-1].strip()
    return TargetNotFound(f"importing {module_name!r} failed: {summary}{place}; make it importable first")
