"""Standard output is redirected to a buffer that is dropped."""

from __future__ import annotations

import contextlib
import io


def clean() -> None:
    with contextlib.redirect_stdout(io.StringIO()) as captured:
        print("hello", 12, sep=", ")
    captured.getvalue()
