"""Frames of numpy data pile up; the twin keeps the latest."""

from __future__ import annotations

import numpy

FRAMES: list[numpy.ndarray] = []


def leak() -> None:
    FRAMES.append(numpy.zeros(500))  # allocated here


def clean() -> None:
    FRAMES[:] = [numpy.zeros(500)]


KINDS = {"retained"}
TYPES = {"numpy.ndarray"}
HOLDER = "numpy_frames.FRAMES["
REQUIRES = ("numpy",)
