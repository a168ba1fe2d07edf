"""What parent and child say to each other: one request as an argument, then one JSON message per line over a pipe of
its own. Pure.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from leakscope.settings import CheckSettings

#: ``started`` and ``measuring`` on the way; the verb's answer before its teardown; last ``done`` or ``error``.
Kind = Literal["started", "measuring", "report", "retention", "done", "error"]


@dataclass(frozen=True, slots=True)
class Request:
    """What the child shall do: ``check`` a target, or tell ``why`` objects of a type are alive after calling it."""

    verb: Literal["check", "why"]
    target: str
    setup: str | None = None
    teardown: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    type_name: str = ""
    calls: int = 0

    def check_settings(self) -> CheckSettings:
        """The settings of ``check`` as they were before they travelled."""
        return CheckSettings(**self.settings | {"ignore": tuple(self.settings["ignore"])})

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Request:
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Message:
    """One line from the child: its kind and its plain values."""

    kind: Kind
    body: dict[str, Any]

    def to_line(self) -> bytes:
        return json.dumps([self.kind, self.body]).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Message:
        kind, body = json.loads(line)
        return cls(kind, body)
