"""Model values to plain dictionaries and back, by their type hints; the report's schema version. Pure."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from leakscope.errors import ReportFormatError
from leakscope.model.report import ReportData

#: 1: first version.
SCHEMA_VERSION = 1
SCHEMA = "leakscope.report"

R = TypeVar("R", bound=ReportData)


def encode(value: Any) -> Any:
    """A model value as dictionaries, lists, text, numbers and None, ready for JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [encode(item) for item in value]
    return value


def encode_report(report: ReportData) -> dict[str, Any]:
    """A report as a dictionary: each finding's holder as its rendered path, the hops of all of them beside."""
    data = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION, **encode(report)}
    paths: dict[str, Any] = {}
    for finding, encoded in zip(report.findings, data["findings"], strict=True):
        if finding.holder is not None:
            encoded["holder"] = str(finding.holder)
            paths[str(finding.holder)] = encode(finding.holder)
    data["holder_paths"] = paths
    return data


def decode_report(cls: type[R], data: object) -> R:
    """The report that ``encode_report`` made ``data`` from. Raises ``ReportFormatError`` for anything else."""
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        raise ReportFormatError(
            f"this is not a saved leakscope report: its 'schema' is not {SCHEMA!r}; use `--json PATH`"
        )
    version = data.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ReportFormatError(
            f"the report has schema version {version!r}, this leakscope reads {SCHEMA_VERSION}: "
            "read it with the version that wrote it, or run the check again"
        )
    plain = {key: value for key, value in data.items() if key not in ("schema", "schema_version", "holder_paths")}
    paths = data.get("holder_paths")
    try:
        plain["findings"] = [_with_path(finding, paths) for finding in plain["findings"]]
        return cast("R", _decode(cls, plain))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportFormatError(
            f"the report is damaged ({type(error).__name__}: {error}): run the check again"
        ) from error


def decode(hint: Any, data: Any) -> Any:
    """The value of type ``hint`` that ``encode`` made ``data`` from. Raises ``ValueError`` or ``TypeError``."""
    return _decode(hint, data)


def _with_path(finding: Mapping[str, Any], paths: Any) -> dict[str, Any]:
    holder = finding["holder"]
    return {**finding, "holder": None if holder is None else paths[holder]}


def _decode(hint: Any, value: Any) -> Any:
    """``value`` as what ``hint`` says."""
    if hint is Any:
        return value
    if isinstance(hint, type) and is_dataclass(hint):
        return _decode_dataclass(hint, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _decode_union(get_args(hint), value)
    if origin is tuple:
        return _decode_tuple(get_args(hint), value)
    if origin is Literal:
        return _one_of(get_args(hint), value)
    return _decode_plain(hint, value)


def _decode_dataclass(cls: type, value: Any) -> Any:
    hints = _hints(cls)
    unknown = set(value) - set(hints)
    if unknown:
        raise ValueError(f"{cls.__name__} has no field {sorted(unknown)[0]!r}")
    return cls(**{name: _decode(hints[name], item) for name, item in value.items()})


def _decode_union(choices: tuple[Any, ...], value: Any) -> Any:
    if value is None and type(None) in choices:
        return None
    (choice,) = [choice for choice in choices if choice is not type(None)]
    return _decode(choice, value)


def _decode_tuple(items: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"expected a list, found {type(value).__name__}")
    if len(items) == 2 and items[1] is Ellipsis:
        return tuple(_decode(items[0], item) for item in value)
    return tuple(_decode(hint, item) for hint, item in zip(items, value, strict=True))


def _one_of(choices: tuple[Any, ...], value: Any) -> Any:
    if value not in choices:
        raise ValueError(f"{value!r} is none of {choices}")
    return value


def _decode_plain(hint: type, value: Any) -> Any:
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise TypeError(f"expected {hint.__name__}, found {type(value).__name__}")
    return value


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)
