"""No user code runs while objects of hostile classes are searched and named: every special method is a tripwire."""

from __future__ import annotations

import gc
import sys
import types

import pytest

from leakscope.heap import holders
from leakscope.holder_paths import find_paths
from leakscope.why import why_alive

TRIPPED: list[str] = []
IS_ARMED = [False]


def wire(name, result=None):
    def method(self, *args, **kwargs):
        if IS_ARMED[0]:
            TRIPPED.append(name)
        return result

    return method


class TrapMeta(type):
    def __instancecheck__(cls, instance):
        return wire("__instancecheck__", False)(cls)

    def __subclasscheck__(cls, subclass):
        return wire("__subclasscheck__", False)(cls)

    def __hash__(cls):
        wire("meta __hash__")(cls)
        return 1

    def __eq__(cls, other):
        wire("meta __eq__")(cls)
        return False

    def __getattribute__(cls, name):
        wire(f"meta getattribute {name}")(cls)
        return type.__getattribute__(cls, name)

    __name__ = property(wire("meta __name__", "Lie"))
    __mro__ = property(wire("meta __mro__", ()))
    __flags__ = property(wire("meta __flags__", 0))
    __repr__ = wire("meta __repr__", "lie")
    __bool__ = wire("meta __bool__", False)
    __len__ = wire("meta __len__", 0)
    __iter__ = wire("meta __iter__", iter(()))


class Traps:
    __slots__ = ()
    __class__ = property(wire("__class__", int))
    __getattr__ = wire("__getattr__")
    __eq__ = wire("__eq__", True)
    __repr__ = wire("__repr__", "lie")
    __str__ = wire("__str__", "lie")
    __bool__ = wire("__bool__", False)
    __len__ = wire("__len__", 0)
    __iter__ = wire("__iter__", iter(()))
    __contains__ = wire("__contains__", True)
    __sizeof__ = wire("__sizeof__", 1)
    __dir__ = wire("__dir__", [])
    __format__ = wire("__format__", "lie")

    def __getattribute__(self, name):
        if IS_ARMED[0]:
            TRIPPED.append(f"__getattribute__ {name}")
        return object.__getattribute__(self, name)

    def __hash__(self):
        if IS_ARMED[0]:
            TRIPPED.append("__hash__")
        return 7

    @property
    def innocent(self):
        TRIPPED.append("property")
        return None


class Hostile(Traps, metaclass=TrapMeta):
    pass


class HostileDict(Traps, dict, metaclass=TrapMeta):
    items = wire("dict items", [])
    keys = wire("dict keys", [])
    values = wire("dict values", [])
    __getitem__ = wire("dict __getitem__")


class HostileList(Traps, list, metaclass=TrapMeta):
    __getitem__ = wire("list __getitem__")


class HostileKey(Traps, metaclass=TrapMeta):
    pass


class FalseDict:
    """A class whose ``__dict__`` is a property of its own."""

    __slots__ = ("item",)
    __dict__ = property(wire("__dict__ property", {}))


class HostileString(str):
    __hash__ = wire("str __hash__", 3)
    __eq__ = wire("str __eq__", True)
    __repr__ = wire("str __repr__", "lie")


class HostileModule(types.ModuleType):
    def __getattribute__(self, name):
        if IS_ARMED[0]:
            TRIPPED.append(f"module {name}")
        return types.ModuleType.__getattribute__(self, name)


@pytest.fixture
def app():
    module = HostileModule("app")
    sys.modules["app"] = module
    yield module
    IS_ARMED[0] = False
    del sys.modules["app"]


@pytest.fixture(autouse=True)
def tripwires():
    TRIPPED.clear()
    yield
    IS_ARMED[0] = False
    assert TRIPPED == []


def build_chain(app):
    target = Hostile()
    false_dict = FalseDict()
    false_dict.item = target
    hostile_list = HostileList()
    list.append(hostile_list, false_dict)
    hostile_dict = HostileDict()
    dict.__setitem__(hostile_dict, HostileKey(), hostile_list)
    owner = Hostile()
    object.__setattr__(owner, "box", hostile_dict)
    app.ROOT = {"a": [owner]}
    return target


def armed(function, *args, **kwargs):
    IS_ARMED[0] = True
    try:
        return function(*args, **kwargs)
    finally:
        IS_ARMED[0] = False


KEY = "<test_hostile_objects.HostileKey>"


def test_search_and_naming_run_no_user_code(app):
    targets = [build_chain(app)]
    result = armed(find_paths, targets)
    assert str(result.paths[0]) == f"app.ROOT['a'][0].box[{KEY}][0].item"


def test_why_alive_runs_no_user_code_for_an_object(app):
    build_chain(app)
    owner = app.ROOT["a"][0]
    retention = armed(why_alive, owner)
    armed(str, retention)
    assert retention.target_count == 1
    assert str(retention.paths[0]) == "app.ROOT['a'][0]"
    assert retention.type_name == "test_hostile_objects.Hostile"


@pytest.mark.parametrize("target", [Hostile, "test_hostile_objects.Hostile"])
def test_why_alive_runs_no_user_code_for_a_type(app, target):
    build_chain(app)
    retention = armed(why_alive, target)
    assert retention.target_count == 2
    assert sorted(map(str, retention.paths)) == ["app.ROOT['a'][0]", f"app.ROOT['a'][0].box[{KEY}][0].item"]


def test_hostile_keys_and_members(app):
    key = HostileKey()
    app.MAP = {HostileString("k"): [1], key: None}
    app.SET = {HostileKey()}
    targets = [next(iter(app.MAP.values())), key, next(iter(app.SET))]
    result = armed(find_paths, targets)
    assert [str(path) for path in result.paths] == [
        "app.MAP[<test_hostile_objects.HostileString>]",
        "app.MAP.<key>",
        "app.SET.<set member>",
    ]


def test_hostile_class_is_named_as_a_root(app):
    class Local(metaclass=TrapMeta):
        pass

    Hostile.registry = [object(), Local()]
    try:
        result = armed(find_paths, [type.__dict__["__dict__"].__get__(Hostile)["registry"][1]])
    finally:
        del Hostile.registry
    assert str(result.paths[0]) == "test_hostile_objects.Hostile.registry[1]"


def test_every_referent_of_a_hostile_object_gets_a_name(app):
    target = build_chain(app)
    owner = app.ROOT["a"][0]
    for holder in (owner, object.__getattribute__(owner, "box"), target, Hostile):
        for child in gc.get_referents(holder):
            hop = armed(holders.name_edge, holder, child)
            assert hop.text
