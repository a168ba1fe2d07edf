"""The public result classes: a model plus its text and its dict. They render when asked and hold nothing alive."""

from __future__ import annotations

from typing import Any

from leakscope.model.retention import PathGroup, RetentionData
from leakscope.render import text


class Retention(RetentionData):
    """The answer of ``why_alive``; ``str()`` is the text for people."""

    __slots__ = ()

    def __str__(self) -> str:
        return text.retention(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; each path as a person would write it."""
        return {
            "type_name": self.type_name,
            "target_count": self.target_count,
            "searched_count": self.searched_count,
            "unexplained_count": self.unexplained_count,
            "groups": [_group(group) for group in self.groups],
            "notes": list(self.notes),
        }


def _group(group: PathGroup) -> dict[str, Any]:
    path = group.path
    return {
        "count": group.count,
        "holder": str(path),
        "root": path.root,
        "root_kind": path.root_kind,
        "shape": path.shape,
        "hops": [{"kind": hop.kind, "text": hop.text, "type_name": hop.type_name} for hop in path.hops],
    }
