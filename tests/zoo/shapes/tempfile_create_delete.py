"""A temporary file and a temporary folder are made, used and deleted."""

from __future__ import annotations

import os
import tempfile


def clean() -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as file:
        # Not pathlib: it interns the random name, see pathlib_names.
        with open(os.path.join(folder, "note.txt"), "w", encoding="utf-8") as note:
            note.write("hello")
        file.write(b"hello")
