"""A place: how one holder holds one object, as text. What every rule returns; it refers to nothing alive."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from leakscope.heap import safe
from leakscope.heap.holders import keys

_MAX_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Place:
    """``text`` is how it is written, ``shape`` the same without key or index, ``hidden`` the text when the holder's
    name says that its keys are secrets."""

    kind: str
    text: str
    shape: str
    hidden: str


#: Given a holder and the ids of the children that are wanted, the places of those it knows: one scan for all of them.
Rule = Callable[[Any, Collection[int]], dict[int, Place]]


def fixed(kind: str, text: str) -> Place:
    """A place whose text has no key in it."""
    return Place(kind, text, text, text)


def attribute(name: object, kind: str = "attribute") -> Place:
    """``.name``; a name that is no identifier, or looks random, is a key like any other."""
    if type(name) is str and name.isidentifier() and len(name) <= _MAX_NAME_LENGTH and not keys.looks_like_token(name):
        return fixed(kind, f".{name}")
    return Place(kind, f".__dict__[{keys.shown(name)}]", ".__dict__[…]", f".__dict__[{keys.redacted(name)}]")


def index(kind: str, position: int) -> Place:
    """``[3]``."""
    text = f"[{position}]"
    return Place(kind, text, "[…]", text)


def dict_value(key: object) -> Place:
    """``['user:1']``."""
    return Place("dict_value", f"[{keys.shown(key)}]", "[…]", f"[{keys.redacted(key)}]")


def dict_key(key: object) -> Place:
    """``.<key 'user:1'>``; an object that is itself the key has no better name than ``.<key>``."""
    if safe.is_exactly(key, (str, int, bytes, tuple)):
        return Place("dict_key", f".<key {keys.shown(key)}>", ".<key>", f".<key {keys.redacted(key)}>")
    return fixed("dict_key", ".<key>")
