"""The public results: each a detached model value plus its text, its dictionary and its file. Touches files in
``save`` only.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leakscope import codec, render
from leakscope.analysis import sentences
from leakscope.errors import GrowthError, OutputError, ReportFormatError
from leakscope.model.delta import CollectionData, DeltaData
from leakscope.model.report import ReportData, Verdict
from leakscope.model.retention import RetentionData
from leakscope.model.snapshot import SnapshotData


@dataclass(frozen=True, slots=True)
class Snapshot(SnapshotData):
    """One instant of a process; see ``leakscope.snapshot``."""

    def __str__(self) -> str:
        return render.text.snapshot(self)

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values."""
        return dict(codec.encode(self))


@dataclass(frozen=True, slots=True)
class Delta(DeltaData):
    """What changed between two snapshots; see ``leakscope.compare``."""

    @property
    def table(self) -> str:
        """One line per signal: before, after, change."""
        return render.text.delta_table(self)

    def __str__(self) -> str:
        return self.table

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values."""
        return dict(codec.encode(self))


@dataclass(frozen=True, slots=True)
class Collection(CollectionData):
    """What one collection did; see ``leakscope.collect``."""

    @property
    def summary(self) -> str:
        """What happened, in a sentence."""
        return sentences.of_collection(self)

    def __str__(self) -> str:
        return render.text.collection(self)

    def to_dict(self) -> dict[str, Any]:
        """All fields and the summary as plain values."""
        return {**codec.encode(self), "summary": self.summary}


@dataclass(frozen=True, slots=True)
class Retention(RetentionData):
    """Why objects are alive; see ``leakscope.why_alive``."""

    def __str__(self) -> str:
        return render.text.retention(self)

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values, each path with its rendered text."""
        data: dict[str, Any] = codec.encode(self)
        for group, encoded in zip(self.groups, data["groups"], strict=True):
            encoded["holder"] = str(group.path)
        return data


@dataclass(frozen=True, slots=True)
class Report(ReportData):
    """The verdict of a check or a probe, its findings and the numbers behind them."""

    def __str__(self) -> str:
        return render.text.report(self)

    def _repr_html_(self) -> str:
        return f"<pre>{render.escape(str(self))}</pre>"

    def to_dict(self) -> dict[str, Any]:
        """Plain values ready for JSON: verdict and kind in lower case, each holder as its rendered path."""
        return codec.encode_report(self)

    @classmethod
    def from_dict(cls, data: object) -> Report:
        """The report that ``to_dict`` gave ``data`` for. Raises ``ReportFormatError`` for anything else."""
        return codec.decode_report(cls, data)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the report to ``path``, its format by suffix (``render.RENDERERS``), readable by its owner only.

        The file is whole or not there. Raises ``OutputError`` when it cannot be written, ``ArgumentError`` for a
        suffix that has no renderer.
        """
        write_whole(Path(path), render.renderer_for(os.fspath(path))(self))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Report:
        """The report that was saved to ``path`` as JSON."""
        try:
            return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            if isinstance(error, ReportFormatError):
                raise
            raise ReportFormatError(
                f"cannot read a report from {os.fspath(path)!r} ({error}): save one with --json"
            ) from error

    def raise_if_leaking(self) -> None:
        """Raises ``GrowthError``, the report on it and in its message, when the verdict is ``LEAK``."""
        if self.verdict is Verdict.LEAK:
            raise GrowthError(str(self), self)


def write_whole(path: Path, text: str) -> None:
    """Writes ``text`` to ``path`` by way of a file beside it, mode 0600, so that no half-written file is ever there.

    A device or a pipe is written to, not replaced. Raises ``OutputError``.
    """
    temporary = ""
    try:
        if _is_stream(path):
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
            return
        path = path.resolve()  # a link is followed, not replaced
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise unwritable(path, error) from error


def require_writable(path: Path) -> None:
    """Raises ``OutputError`` now when ``write_whole`` could not write ``path`` later."""
    if path.is_dir():
        raise unwritable(path, IsADirectoryError(21, "it is a directory"))
    if _is_stream(path):
        return
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    os.close(handle)
    Path(temporary).unlink()


def _is_stream(path: Path) -> bool:
    return path.exists() and not path.is_file()


def unwritable(path: Path, error: OSError) -> OutputError:
    """The error for a path that cannot be written."""
    return OutputError(
        f"cannot write {str(path)!r} ({error.strerror or error}): choose a path in a folder you can write to"
    )
