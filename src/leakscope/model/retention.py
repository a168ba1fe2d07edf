"""Why objects are alive: paths from a root that a person can look up to an object, hop by hop. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RootKind = Literal["module", "class", "frame", "special", "unknown"]


@dataclass(frozen=True, slots=True)
class Hop:
    """One reference of a path: the kind of edge (``attribute``, ``dict_value``, ``list_item`` ...), the text as
    a person would write it (``.session``, ``['user:1']``, ``[3]``), the same with keys and indexes folded away (for
    grouping), and the type of the object it leads to."""

    kind: str
    text: str
    shape: str
    type_name: str


@dataclass(frozen=True, slots=True)
class ReferrerPath:
    """A root with a name, and the hops from it to the target. ``str()`` is how a person would write it:
    ``service.CACHE['/page/1'][1].session``."""

    root: str
    root_kind: RootKind
    hops: tuple[Hop, ...]

    def __str__(self) -> str:
        return self.root + "".join(hop.text for hop in self.hops)

    @property
    def shape(self) -> str:
        """The path with keys and indexes folded: equal for all entries of one container."""
        return self.root + "".join(hop.shape for hop in self.hops)


@dataclass(frozen=True, slots=True)
class PathGroup:
    """``count`` targets whose paths have the same shape, shown by one of them."""

    path: ReferrerPath
    count: int


@dataclass(frozen=True, slots=True)
class RetentionData:
    """Why ``target_count`` objects of one type are alive: their paths, most shared first, and what was not searched."""

    type_name: str
    target_count: int
    searched_count: int
    groups: tuple[PathGroup, ...]
    unexplained_count: int
    notes: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[ReferrerPath, ...]:
        """One path per group."""
        return tuple(group.path for group in self.groups)
