from __future__ import annotations

import json
from dataclasses import replace

import pytest

from leakscope import Finding, ReferrerPath, Report, Verdict
from leakscope.errors import ArgumentError, OutputError, ReportFormatError
from leakscope.model.delta import Change, DeltaData, Pauses
from leakscope.model.growth import SignalGrowth, Trend, Window
from leakscope.model.report import Overhead
from leakscope.model.retention import Hop
from leakscope.model.snapshot import Missing, TypeCount
from leakscope.render import RENDERERS

PATH = ReferrerPath("app.CACHE", "module", (Hop("dict_value", "['k']", "[…]", "app.Page"),))
FULL = Report(
    origin="check",
    label="app:handle",
    verdict=Verdict.LEAK,
    reason="grows by 1 gc object per call",
    findings=(
        Finding(
            "retained", "1 app.Page per call", "app.Page", 1.0, 312.0, PATH, "app.py:3 in f", "abc", ("dict grows",)
        ),
        Finding("native", "80 B per call"),
    ),
    calls=4096,
    seconds=0.9,
    growths=(SignalGrowth("gc_object_count", (819, 820, 819), 1.0, 0.025, Trend.LEAKS, "rises"),),
    windows=(Window(820, 1639, (("gc_object_count", 820),)),),
    delta=DeltaData(1.0, (Change("rss_bytes", 1, 2),), (Missing("uss_bytes", "no /proc"),)),
    pauses=Pauses((1, 0, 0), 5, 0, 0.01, 0.01),
    left_behind=(TypeCount("app.Page", 3, 168),),
    sensitivity="would have seen 1 block per 2 calls",
    next_step="leakscope why app:handle Page",
    missing=(Missing("task_count", "no loop"),),
    environment=(("python", "CPython 3.11.7"),),
    overhead=Overhead(0.9, 0.1, 400),
)


def test_a_report_comes_back_as_it_was():
    data = json.loads(json.dumps(FULL.to_dict()))
    assert Report.from_dict(data) == FULL
    assert data["findings"][0]["holder"] == "app.CACHE['k']"
    assert data["verdict"] == "leak"
    assert data["schema"] == "leakscope.report"


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.pop("schema"),
        lambda data: data.update(schema_version=99),
        lambda data: data.update(verdict="perhaps"),
        lambda data: data.update(calls="many"),
        lambda data: data.update(unknown=1),
        lambda data: data.pop("label"),
        lambda data: data["findings"][0].update(kind="nonsense"),
        lambda data: data["findings"][0].update(holder="no such path"),
        lambda data: data.update(findings=3),
    ],
)
def test_damaged_reports_are_refused(damage):
    data = FULL.to_dict()
    damage(data)
    with pytest.raises(ReportFormatError):
        Report.from_dict(data)


@pytest.mark.parametrize("data", [None, [], "x", {}, 3])
def test_what_is_no_report_is_refused(data):
    with pytest.raises(ReportFormatError, match="not a saved leakscope report"):
        Report.from_dict(data)


@pytest.mark.parametrize("suffix", RENDERERS)
def test_every_format_is_written_whole_and_private(tmp_path, suffix):
    path = tmp_path / f"report{suffix}"
    FULL.save(path)
    assert "app:handle" in path.read_text()
    loaded = Report.from_dict(json.loads(json.dumps(FULL.to_dict())))
    assert RENDERERS[suffix](loaded) == path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_an_unknown_format_lists_the_known(tmp_path):
    with pytest.raises(ArgumentError, match=r"\.json, \.md, \.txt"):
        FULL.save(tmp_path / "report.pdf")


def test_where_nothing_can_be_written_an_old_file_survives(tmp_path):
    with pytest.raises(OutputError, match="choose a path"):
        FULL.save(tmp_path / "nowhere" / "r.json")
    old = tmp_path / "r.json"
    old.write_text("old")
    link = tmp_path / "link.json"
    link.symlink_to(old)
    FULL.save(link)
    assert link.is_symlink()
    assert Report.load(old) == FULL


def test_loading_what_is_not_there_or_not_json(tmp_path):
    with pytest.raises(ReportFormatError, match="cannot read a report"):
        Report.load(tmp_path / "nothing.json")
    (tmp_path / "r.json").write_text("{")
    with pytest.raises(ReportFormatError, match="cannot read a report"):
        Report.load(tmp_path / "r.json")


def test_text_that_utf8_cannot_hold_is_written_escaped(tmp_path):
    odd = replace(FULL, label="bad \udcff name")
    odd.save(tmp_path / "r.txt")
    assert "\\udcff" in (tmp_path / "r.txt").read_text()


def test_notebooks_get_escaped_text():
    odd = replace(FULL, label="<script>")
    assert "<script>" not in odd._repr_html_()


def test_a_report_with_everything_fits_a_terminal():
    finding = Finding("retained", "1 app.Page per call", None, 1.0, 1.0, PATH, "a" * 200, "", ("word " * 60,))
    many = tuple(replace(finding, summary=f"{number} app.Page per call") for number in range(9))
    odd = Report(
        **{**{name: getattr(FULL, name) for name in Report.__dataclass_fields__}, "findings": many, "label": "l" * 300}
    )
    lines = str(odd).splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("LEAK: ")
    assert "next: leakscope why app:handle Page" in lines[-1]
