"""An undo history is a linked list that only grows at its head; the twin cuts it off."""

from __future__ import annotations


class Edit:
    def __init__(self, previous: Edit | None) -> None:
        self.previous = previous


class Editor:
    def __init__(self) -> None:
        self.last: Edit | None = None


EDITOR = Editor()


def leak() -> None:
    EDITOR.last = Edit(EDITOR.last)  # allocated here


def clean() -> None:
    EDITOR.last = Edit(EDITOR.last)
    EDITOR.last.previous = None


KINDS = {"retained"}
TYPES = {"linked_list.Edit"}
HOLDER = "linked_list.EDITOR.last"
