"""Reports on a terminal: the view's lines in colour where there is one, and progress while a check runs. Touches the
streams it is given through rich, which honours NO_COLOR and FORCE_COLOR.
"""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.status import Status
from rich.text import Text

from leakscope._format import duration, plural
from leakscope.model.report import ReportData, Verdict
from leakscope.render import view

_VERDICT_STYLES = {
    Verdict.LEAK: "bold red",
    Verdict.GREW: "bold yellow",
    Verdict.INCONCLUSIVE: "bold yellow",
    Verdict.NO_LEAK: "bold green",
    Verdict.STEADY: "bold green",
}
_ROLE_STYLES: dict[view.Role, str] = {
    "reason": "",
    "finding": "bold",
    "detail": "",
    "table": "dim",
    "note": "dim",
    "next": "cyan",
    "blank": "",
}


class Terminal:
    """Where reports, messages and progress go."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False, soft_wrap=True, markup=False, emoji=False)
        self._status: Status | None = None

    def report(self, report: ReportData) -> None:
        """Prints a report."""
        self.end_progress()
        for line in view.view(report):
            style = _VERDICT_STYLES[report.verdict] if line.role == "verdict" else _ROLE_STYLES[line.role]
            self._console.print(Text(line.text.rstrip(), style=style))

    def text(self, text: str, style: str = "") -> None:
        """Prints plain text."""
        self.end_progress()
        self._console.print(Text(text, style=style))

    def progress(self, label: str, calls: int, seconds: float) -> None:
        """Shows how far a check is; on a terminal only."""
        if not self._console.is_terminal:
            return
        message = f"checking {label}: {plural(calls, 'call')} in {duration(seconds)}" if calls else f"checking {label}"
        if self._status is None:
            self._status = self._console.status(Text(message))
            self._status.start()
        else:
            self._status.update(Text(message))

    def end_progress(self) -> None:
        """Takes the progress line away; safe to repeat."""
        if self._status is not None:
            self._status.stop()
            self._status = None
