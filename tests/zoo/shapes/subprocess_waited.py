"""A program is run to its end: few calls fit into the budget."""

from __future__ import annotations

import subprocess


def clean() -> None:
    subprocess.run(["true"], check=True, capture_output=True)
