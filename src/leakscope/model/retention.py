"""Why objects are alive: paths from a root that a person can look up to an object, hop by hop. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
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


#: More equal hops than this in a row (a linked list) are counted, not written.
MOST_EQUAL_HOPS = 4


def _runs(hops: tuple[Hop, ...]) -> list[list[Hop]]:
    return [list(run) for _, run in groupby(hops, key=lambda hop: (hop.shape, hop.type_name))]


def _shown(run: list[Hop]) -> str:
    if len(run) <= MOST_EQUAL_HOPS:
        return "".join(hop.text for hop in run)
    return f"{run[0].text}<{len(run) - 2:,} more>{run[-1].text}"


@dataclass(frozen=True, slots=True)
class ReferrerPath:
    """A root with a name, and the hops from it to the target. ``str()`` is how a person would write it:
    ``service.CACHE['/page/1'][1].session``."""

    root: str
    root_kind: RootKind
    hops: tuple[Hop, ...]

    def __str__(self) -> str:
        return self.root + "".join(map(_shown, _runs(self.hops)))

    @property
    def shape(self) -> str:
        """The path with keys and indexes folded: equal for all entries of one container."""
        return self.root + "".join(hop.shape for run in _runs(self.hops) for hop in run[:MOST_EQUAL_HOPS])


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
