"""Detached values as text. ``RENDERERS`` is the table of report formats by file suffix; nothing here measures."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from pathlib import PurePath

from leakscope import codec
from leakscope.errors import ArgumentError
from leakscope.model.report import ReportData
from leakscope.render import markdown, text

__all__ = ["RENDERERS", "escape", "renderer_for", "report_json", "text"]


def report_json(report: ReportData) -> str:
    """A report as JSON text, keys in the model's order."""
    return json.dumps(codec.encode_report(report), indent=1, ensure_ascii=False) + "\n"


def _plain(report: ReportData) -> str:
    return text.report(report) + "\n"


RENDERERS: dict[str, Callable[[ReportData], str]] = {
    ".json": report_json,
    ".md": markdown.report,
    ".txt": _plain,
}


def renderer_for(path: str | PurePath) -> Callable[[ReportData], str]:
    """The renderer for a path's suffix. Raises ``ArgumentError`` for one that has none."""
    suffix = PurePath(path).suffix.lower()
    if suffix not in RENDERERS:
        raise ArgumentError(f"no report format for {str(path)!r}: end the name in {', '.join(RENDERERS)}")
    return RENDERERS[suffix]
