"""What ended a check before it could decide. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EndingKind = Literal["interrupted", "raised", "exited", "crashed", "killed", "signalled", "memory", "overdue", "closed"]


@dataclass(frozen=True, slots=True)
class Ending:
    """``how`` is a predicate whose subject is the target: ``"was ended by SIGSEGV"``."""

    kind: EndingKind
    how: str
