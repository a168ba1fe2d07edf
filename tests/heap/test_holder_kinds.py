"""One row per kind of holder: how it is built, and the exact text of the path to what it holds."""

from __future__ import annotations

import asyncio
import collections
import contextvars
import functools
import gc
import itertools
import re
import sys
import threading
import time
import types
import weakref
from typing import ClassVar

import pytest

from leakscope.holder_paths import SearchResult, find_paths


class Target:
    """What is looked for."""


class Plain:
    pass


class Slotted:
    __slots__ = ("__dict__", "item")


class Mixed(Slotted):
    pass


class Bag(dict):
    pass


class Registry:
    items: ClassVar[list[object]] = []


@pytest.fixture
def app():
    module = types.ModuleType("app")
    sys.modules["app"] = module
    yield module
    module.__dict__.clear()
    del sys.modules["app"]


KINDS = {}


def kind(expected):
    def register(build):
        KINDS[build.__name__] = (build, expected)
        return build

    return register


@kind("app.ITEM")
def module_global(app):
    app.ITEM = Target()


@kind("app.CACHE['/page/1']")
def dict_value(app):
    app.CACHE = {"/page/0": None, "/page/1": Target()}


@kind("app.SEEN.<key>")
def dict_key(app):
    app.SEEN = {Target(): 1}


@kind("app.SEEN.<key ('a', <test_holder_kinds.Target>)>[1]")
def tuple_key(app):
    app.SEEN = {("a", Target()): 1}


@kind("app.LIST[2]")
def list_item(app):
    app.LIST = [1, 2, Target()]


@kind("app.ROWS[0][1]")
def tuple_item(app):
    app.ROWS = [(1, Target())]


@kind("app.QUEUE[1]")
def deque_item(app):
    app.QUEUE = collections.deque([1, Target()])


@kind("app.SET.<set member>")
def set_member(app):
    app.SET = {Target()}


@kind("app.SET.<frozenset member>")
def frozenset_member(app):
    app.SET = frozenset([Target()])


@kind("app.obj.x")
def instance_attribute(app):
    app.obj = Plain()
    app.obj.x = Target()


@kind("app.obj.x")
def instance_attribute_in_dict(app):
    app.obj = Plain()
    app.obj.x = Target()
    vars(app.obj)


@kind("app.obj.item")
def slot(app):
    app.obj = Slotted()
    app.obj.item = Target()


@kind("app.obj.other")
def slot_and_dict(app):
    app.obj = Mixed()
    app.obj.item = 1
    app.obj.other = Target()


@kind("app.obj.__dict__['not a name']")
def attribute_that_is_no_identifier(app):
    app.obj = Plain()
    vars(app.obj)["not a name"] = Target()


@kind("test_holder_kinds.Registry.items[0]")
def class_attribute(app):
    Registry.items.append(Target())


@kind("app.Local.attr")
def local_class(app):
    class Local:
        attr = Target()

    app.Local = Local


@kind("app.groups['a'][0]")
def defaultdict_value(app):
    app.groups = collections.defaultdict(list)
    app.groups["a"].append(Target())


@kind("app.groups.default_factory.__self__")
def defaultdict_factory(app):
    class Factory(Target):
        def make(self):
            return 1

    app.groups = collections.defaultdict(Factory().make)


@kind("app.od['k']")
def ordered_dict(app):
    app.od = collections.OrderedDict(k=Target())


@kind("app.counts.<key>")
def counter_key(app):
    app.counts = collections.Counter([Target()])


@kind("app.bag['k']")
def dict_subclass_value(app):
    app.bag = Bag(k=Target())


@kind("app.bag.owner")
def dict_subclass_attribute(app):
    app.bag = Bag(k=1)
    app.bag.owner = Target()


@kind("app.weak.data[<weakref.ReferenceType>]")
def weak_key_dictionary_value(app):
    app.key = Plain()
    app.weak = weakref.WeakKeyDictionary({app.key: Target()})


@kind("app.handler.<closure 'cache'>")
def closure(app):
    cache = Target()
    app.handler = lambda: cache


@kind("app.f.__defaults__[0]")
def default(app):
    app.f = lambda x=Target(): x  # noqa: B008


@kind("app.f.__kwdefaults__['k']")
def keyword_default(app):
    app.f = lambda *, k=Target(): k  # noqa: B008


@kind("app.f.note")
def function_attribute(app):
    app.f = lambda: None
    app.f.note = Target()


@kind("app.callback.__self__")
def bound_method(app):
    class Receiver(Target):
        def receive(self):
            pass

    app.callback = Receiver().receive


@kind("app.callback.__func__.__defaults__[0]")
def bound_method_function(app):
    app.callback = types.MethodType(lambda self, x=Target(): x, 1)  # noqa: B008


@kind("app.append.__self__[0]")
def builtin_method(app):
    app.append = [Target()].append


@kind("app.job.func.__defaults__[0]")
def partial_function(app):
    app.job = functools.partial(lambda x=Target(): x)  # noqa: B008


@kind("app.job.args[0]")
def partial_argument(app):
    app.job = functools.partial(print, Target())


@kind("app.job.keywords['k']")
def partial_keyword(app):
    app.job = functools.partial(print, k=Target())


@kind("app.render.<cached result>")
def bounded_lru_cache(app):
    app.render = functools.lru_cache(maxsize=8)(lambda key: Target())
    app.render("k")


@kind("app.render.<cached result>")
def unbounded_lru_cache(app):
    app.render = functools.lru_cache(maxsize=None)(lambda key: Target())
    app.render("k")


@kind("app.render.<cached argument>[0]")
def lru_cache_argument(app):
    app.render = functools.lru_cache(maxsize=8)(lambda key: 1)
    app.render(Target())


@kind("app.render.<cached argument>[0]")
def unbounded_lru_cache_argument(app):
    app.render = functools.lru_cache(maxsize=None)(lambda key: 1)
    app.render(Target())


@kind("app.render.__wrapped__.__defaults__[0]")
def lru_cache_function(app):
    app.render = functools.lru_cache(maxsize=8)(lambda key=Target(): 1)  # noqa: B008


@kind("app.gen.<local 'inner' of numbers() suspended at test_holder_kinds.py:LINE>")
def generator_local(app):
    def numbers():
        inner = Target()
        yield 1
        print(inner)

    app.gen = numbers()
    next(app.gen)


@kind("app.gen.<local 'shared' of numbers() suspended at test_holder_kinds.py:LINE>")
def generator_cell_variable(app):
    def numbers():
        shared = Target()
        yield 1
        yield lambda: shared

    app.gen = numbers()
    next(app.gen)


@types.coroutine
def pause():
    yield


@kind("app.coro.<local 'inner' of run() suspended at test_holder_kinds.py:LINE>")
def coroutine_local(app):
    async def run():
        inner = Target()
        await pause()
        print(inner)

    app.coro = run()
    app.coro.send(None)


@kind("app.agen.<local 'inner' of run() suspended at test_holder_kinds.py:LINE>")
def async_generator_local(app):
    async def run():
        inner = Target()
        yield 1
        print(inner)

    app.agen = run()
    with pytest.raises(StopIteration):
        app.agen.__anext__().send(None)


def raised():
    big = Target()
    raise ValueError(type(big).__name__)


@kind("app.last_error.__traceback__.<local 'big' of raised() at test_holder_kinds.py:LINE>")
def traceback_frame_local(app):
    try:
        raised()
    except ValueError as error:
        app.last_error = error.with_traceback(error.__traceback__.tb_next)


@kind("app.error.args[0]")
def exception_argument(app):
    app.error = ValueError(Target())


@kind("app.error.__cause__.args[0]")
def exception_cause(app):
    app.error = ValueError()
    app.error.__cause__ = KeyError(Target())


@kind("app.view['k']")
def mappingproxy(app):
    app.view = types.MappingProxyType({"k": Target()})


@kind("app.ref.__callback__.__defaults__[0]")
def weakref_callback(app):
    app.obj = Plain()
    app.ref = weakref.ref(app.obj, lambda ref, x=Target(): x)  # noqa: B008


@kind("app.ctx.<ContextVar 'request'>")
def stored_context(app):
    variable = contextvars.ContextVar("request")
    app.ctx = contextvars.copy_context()
    app.ctx.run(variable.set, Target())


@kind("thread-local app.state.conn")
def thread_local(app):
    app.state = threading.local()
    app.state.conn = Target()


@kind("app.prop.fget.__defaults__[0]")
def property_getter(app):
    app.prop = property(lambda self, x=Target(): x)  # noqa: B008


@kind("app.static.__func__.__defaults__[0]")
def static_method(app):
    app.static = staticmethod(lambda x=Target(): x)  # noqa: B008


@kind("app.obj.__class__.attr")
def class_of_an_instance(app):
    class Local:
        attr = Target()

    app.obj = Local()
    app.obj.x = 1


@kind("app.iterator -> list[0]")
def iterator(app):
    app.iterator = iter([Target()])


@kind("app.chain -> tuple_iterator -> tuple[0][0]")
def iterator_of_itertools(app):
    app.chain = itertools.chain.from_iterable(iter(((Target(),),)))


@kind("app.data['a']['b'][0].x")
def nested(app):
    holder = Plain()
    holder.x = Target()
    app.data = {"a": {"b": [holder]}}


def search() -> SearchResult:
    gc.collect()
    targets = [obj for obj in gc.get_objects() if type(obj) is Target or Target in type(obj).__mro__[1:]]
    assert len(targets) == 1
    try:
        return find_paths(targets)
    finally:
        targets.clear()


@pytest.mark.parametrize("name", KINDS)
def test_path_is_written_as_a_person_would(name, app, request):
    build, expected = KINDS[name]
    request.addfinalizer(Registry.items.clear)
    build(app)
    result = search()
    assert [re.sub(r"\.py:\d+", ".py:LINE", str(path)) for path in result.paths] == [expected]
    assert result.is_complete
    assert "leakscope" not in str(result.paths)
    # The target dies as soon as its real holder lets go, although the result is kept.
    app.__dict__.clear()
    Registry.items.clear()
    gc.collect()
    assert not [obj for obj in gc.get_objects() if type(obj) is Target or Target in type(obj).__mro__[1:]]


def test_there_are_at_least_thirty_kinds():
    assert len(KINDS) >= 30


def test_context_variable_of_the_running_context(app):
    def inside():
        variable.set(Target())
        return search()

    variable = contextvars.ContextVar("request_id")
    result = contextvars.copy_context().run(inside)
    assert str(result.paths[0]) == "ContextVar 'request_id'"


def test_local_of_another_thread():
    ready, done = threading.Event(), threading.Event()

    def worker():
        buf = Target()
        ready.set()
        done.wait(10)
        del buf

    thread = threading.Thread(target=worker, name="Thread-3")
    thread.start()
    assert ready.wait(10)
    try:
        assert str(search().paths[0]) == "worker() local 'buf' [Thread-3]"
    finally:
        done.set()
        thread.join()


def test_local_of_a_pending_task():
    async def run():
        acc = Target()
        await asyncio.sleep(60)
        print(acc)

    async def main():
        task = asyncio.create_task(run(), name="sync-1")
        await asyncio.sleep(0)
        try:
            return search()
        finally:
            task.cancel()

    path = str(asyncio.run(main()).paths[0])
    assert re.sub(r"\.py:\d+", "", path) == "Task 'sync-1'.<local 'acc' of run() suspended at test_holder_kinds>"


def test_garbage_list():
    gc.garbage.append(Target())
    try:
        assert str(search().paths[0]) == "gc.garbage[0]"
    finally:
        gc.garbage.clear()


def test_held_by_c_code_only():
    if sys.implementation.name != "cpython":
        pytest.skip("counts references by hand")
    import ctypes

    target = Target()
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(target))
    del target
    gc.collect()
    targets = [obj for obj in gc.get_objects() if type(obj) is Target]
    result = find_paths(targets)
    ctypes.pythonapi.Py_DecRef(ctypes.py_object(targets[0]))
    targets.clear()
    assert (str(result.paths[0]), result.paths[0].root_kind) == ("held outside Python (C)", "unknown")


def test_a_million_entries_are_scanned_once_for_all_wanted(app):
    app.BIG = dict.fromkeys(range(1_000_000))
    for number in range(0, 1_000_000, 10_000):
        app.BIG[number] = Target()
    targets = [value for value in app.BIG.values() if value is not None]
    started = time.perf_counter()
    result = find_paths(targets)
    assert time.perf_counter() - started < 5
    assert [str(path) for path in result.paths] == [f"app.BIG[{number}]" for number in range(0, 1_000_000, 10_000)]
    assert {path.shape for path in result.paths} == {"app.BIG[…]"}
