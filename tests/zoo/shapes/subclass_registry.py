"""__init_subclass__ registers every class made, also those made at run time; the twin's register by one name."""

from __future__ import annotations

from typing import ClassVar


class Plugin:
    registry: ClassVar[dict[object, type[Plugin]]] = {}

    def __init_subclass__(cls, key: object = None) -> None:
        Plugin.registry[key or object()] = cls


def leak() -> None:
    class Exporter(Plugin):  # allocated here
        pass


def clean() -> None:
    class Exporter(Plugin, key="exporter"):
        pass


KINDS = {"retained"}
TYPES = {"type"}
HOLDER = "subclass_registry.Plugin.registry"
