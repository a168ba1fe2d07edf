"""Formats made at run time are kept and registered with an ABC; the twin keeps and registers the same one."""

from __future__ import annotations

import abc
import itertools

FORMATS: dict[str, type] = {}
numbers = itertools.count()


class Exporter(abc.ABC):
    @abc.abstractmethod
    def write(self) -> str: ...


class Csv(abc.ABC):  # noqa: B024 - a format without rules of its own
    pass


def leak() -> None:
    name = f"csv{next(numbers)}"
    FORMATS[name] = Exporter.register(abc.ABCMeta(name, (Csv,), {}))  # allocated here


def clean() -> None:
    FORMATS["csv"] = Exporter.register(Csv)


KINDS = {"retained"}
TYPES = {"abc.ABCMeta"}
HOLDER = "abc_registry.FORMATS["
