"""A report as Markdown, for a pull request comment or a step summary. Pure."""

from __future__ import annotations

from leakscope._format import amount, signed
from leakscope.model.growth import Trend
from leakscope.model.report import ReportData
from leakscope.model.signals import SIGNALS
from leakscope.render.view import VERDICT_WORDS


def report(data: ReportData) -> str:
    """Verdict as a heading, findings as a list, signals that moved as a table."""
    lines = [f"### {VERDICT_WORDS[data.verdict]}: {_code(data.label)}", "", f"{data.reason}.", ""]
    for finding in data.findings:
        lines.append(f"- **{finding.kind}** {finding.summary}")
        if finding.holder is not None:
            lines.append(f"  - held by {_code(str(finding.holder))}")
        if finding.site:
            lines.append(f"  - made at {_code(finding.site)}")
        lines.extend(f"  - {sentence}" for sentence in finding.evidence)
    moved = [growth for growth in data.growths if growth.trend is not Trend.FLAT]
    if moved:
        lines += ["", "| signal | window to window | per call | trend |", "|---|---|---|---|"]
    for growth in moved:
        signal = SIGNALS[growth.signal]
        rises = " ".join(signed(amount(rise, signal.unit)) for rise in growth.growths)
        lines.append(f"| {signal.title} | {rises} | {amount(growth.per_call, signal.unit)} | {growth.trend.value} |")
    for note in (*data.notes, data.sensitivity, data.next_step):
        if note:
            lines += ["", note]
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"
