"""Every error has a slug of its own, tells it, and is explained under it in docs/errors.md."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import leakscope
from leakscope import errors

PAGE = Path(__file__).parent.parent / errors.DOCS_PAGE


def with_subclasses(cls: type[errors.LeakscopeError]) -> Iterator[type[errors.LeakscopeError]]:
    yield cls
    for subclass in cls.__subclasses__():
        yield from with_subclasses(subclass)


# An error class belongs in errors.py, but one that is not there counts as well.
for module in set(leakscope._EXPORTS.values()):
    importlib.import_module(module)
ERRORS = [cls for cls in with_subclasses(errors.LeakscopeError) if cls.__module__.startswith("leakscope")]
HEADINGS = re.findall(r"^## (.+?)\s*$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_each_error_has_a_slug_of_its_own() -> None:
    slugs = sorted(cls.slug for cls in ERRORS)
    assert slugs == sorted(set(slugs)), "two errors share a slug (a subclass that sets none has its parent's)"
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) for slug in slugs)


def test_the_page_explains_each_error_once_and_no_others() -> None:
    assert sorted(HEADINGS) == sorted(cls.slug for cls in ERRORS)


def test_each_explanation_names_its_class_and_says_something() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for cls in ERRORS:
        section = re.split(rf"^## {cls.slug}\s*$", text, flags=re.MULTILINE)[1].split("\n## ")[0]
        assert f"`{cls.__name__}`" in section
        for question in ("**What it means.**", "**Why.**", "**What to do.**"):
            assert question in section, f"the section {cls.slug!r} of {PAGE.name} lacks {question}"


@pytest.mark.parametrize("cls", ERRORS, ids=lambda cls: cls.__name__)
def test_the_message_ends_in_the_slug(cls: type[errors.LeakscopeError]) -> None:
    assert str(cls("calls must be at least 1, not -3")) == f"calls must be at least 1, not -3 [{cls.slug}]"
