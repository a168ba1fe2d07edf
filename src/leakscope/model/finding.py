"""One cause of growth, in the words of a report. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leakscope.model.retention import ReferrerPath

Kind = Literal[
    "retained",
    "cyclic_garbage",
    "uncollectable",
    "native",
    "allocator_retention",
    "mapping",
    "thread_stack",
    "file_descriptor",
    "thread",
    "task",
    "process",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause: what grows, how much per call (of a probe: per block), what holds it and where it was allocated.

    ``signature`` is stable between runs; ``evidence`` are sentences, each with its figure.
    """

    kind: Kind
    summary: str
    type_name: str | None = None
    count_per_call: float | None = None
    bytes_per_call: float | None = None
    holder: ReferrerPath | None = None
    site: str | None = None
    signature: str = ""
    evidence: tuple[str, ...] = ()
