"""``why_alive``: targets of each sort, sampling, errors, and the text of the answer."""

from __future__ import annotations

import gc
import json
import re
import sys
import types
import weakref

import pytest

from leakscope.errors import ArgumentError, TypeNotFound
from leakscope.holder_paths import find_paths
from leakscope.model.retention import Hop, PathGroup, ReferrerPath
from leakscope.results import Retention
from leakscope.why import why_alive


class Page:
    pass


class SubPage(Page):
    pass


class NeverMade:
    pass


class Twin:
    class Inner:
        pass


class OtherTwin:
    class Inner:
        pass


@pytest.fixture
def app():
    gc.collect()
    module = types.ModuleType("app")
    sys.modules["app"] = module
    yield module
    module.__dict__.clear()
    del sys.modules["app"]


def test_an_object(app):
    app.CACHE = {"/page/1": Page()}
    retention = why_alive(app.CACHE["/page/1"])
    assert str(retention) == "1 Page object is alive: held by app.CACHE['/page/1'] (1 of 1)"


@pytest.mark.parametrize("target", [Page, "Page", "test_why.Page"])
def test_a_type_and_its_names(app, target):
    app.CACHE = {f"/page/{number}": Page() for number in range(1, 13)}
    retention = why_alive(target)
    assert str(retention).splitlines()[0] == "12 Page objects are alive: held by app.CACHE['/page/1'] (12 of 12)"
    assert (retention.target_count, retention.searched_count, retention.unexplained_count) == (12, 12, 0)
    assert retention.type_name == "test_why.Page"


def test_groups_are_the_most_shared_first(app):
    app.ONE = Page()
    app.MANY = [Page() for _ in range(5)]
    retention = why_alive(Page)
    assert [(str(group.path), group.count) for group in retention.groups] == [("app.MANY[0]", 5), ("app.ONE", 1)]
    assert str(retention).splitlines() == [
        "6 Page objects are alive: held by app.MANY[0] (5 of 6)",
        "      5 of 6  app.MANY[0]",
        "      1 of 6  app.ONE",
    ]


def test_instances_of_subclasses_count(app):
    app.ITEMS = [SubPage(), Page()]
    assert why_alive(Page).target_count == 2
    assert why_alive(SubPage).target_count == 1


def test_more_instances_than_the_limit_are_sampled(app):
    app.MANY = [Page() for _ in range(50)]
    retention = why_alive(Page, limit=10)
    assert (retention.target_count, retention.searched_count) == (50, 10)
    assert "searched an even sample of 10 of 50 instances (limit=10)" in retention.notes
    assert re.match(r"50 Page objects are alive: held by app\.MANY\[\d\] \(10 of 10\)$", str(retention).splitlines()[0])


def test_no_live_instance():
    retention = why_alive(NeverMade)
    assert retention.target_count == 0
    assert str(retention).splitlines() == [
        "0 NeverMade objects are alive",
        "note: no live instance of test_why.NeverMade was found",
    ]


def test_several_classes_of_one_name(app):
    app.A, app.B = Twin.Inner(), OtherTwin.Inner()
    retention = why_alive("Inner")
    assert retention.type_name == "Inner"
    assert retention.target_count >= 2
    assert "classes have this name" in retention.notes[0]


def test_a_name_matches_only_at_a_dot(app):
    with pytest.raises(TypeNotFound):
        why_alive("age")


def test_an_unknown_name_suggests_close_ones():
    with pytest.raises(TypeNotFound, match=r"no class is named 'NeverMad': did you mean .*NeverMade"):
        why_alive("NeverMad")


def test_an_unknown_name_without_a_close_one_says_what_to_do():
    with pytest.raises(TypeNotFound, match="give the name as in"):
        why_alive("qqqqzzzz0000xxxxwwww")


@pytest.mark.parametrize("cls", [int, str, bytes, float])
def test_a_type_that_is_not_tracked(cls):
    with pytest.raises(ArgumentError, match="does not track instances"):
        why_alive(cls)


@pytest.mark.parametrize("options", [{"limit": 0}, {"limit": True}, {"limit": 1.5}, {"budget_seconds": 0}])
def test_wrong_options(options):
    with pytest.raises(ArgumentError, match=next(iter(options))):
        why_alive(Page, **options)


def test_an_untracked_object(app):
    app.BLOBS = [bytes(100)]
    assert str(why_alive(app.BLOBS[0]).paths[0]) == "app.BLOBS[0]"


def test_the_result_keeps_nothing_alive(app):
    app.CACHE = {"a": Page()}
    reference = weakref.ref(app.CACHE["a"])
    kept = [why_alive(Page), why_alive(app.CACHE["a"]), why_alive("test_why.Page")]
    app.CACHE.clear()
    assert reference() is None
    assert kept


@pytest.mark.parametrize("works", [1, 2])
def test_an_error_whose_traceback_is_kept_keeps_nothing_alive(app, works):
    app.CACHE = {"a": [[Page()]]}
    reference = weakref.ref(app.CACHE["a"][0][0])
    readings = iter(range(works))

    def broken_clock():
        return next(readings)

    with pytest.raises(StopIteration) as kept:
        find_paths([app.CACHE["a"][0][0]], clock=broken_clock)
    app.CACHE.clear()
    gc.collect()
    assert reference() is None
    assert kept.value.__traceback__ is not None


def test_a_used_up_budget_is_said(app):
    app.CACHE = {"a": [[[Page()]]]}
    retention = why_alive(Page, budget_seconds=1e-9)
    assert retention.unexplained_count == 1
    assert any("time budget" in note for note in retention.notes)
    assert str(retention).splitlines()[0] == "1 Page object is alive: no holder was found"


def test_frozen_objects_are_said(app):
    app.CACHE = {"a": Page()}
    page = app.CACHE["a"]
    gc.freeze()
    try:
        retention = why_alive(page)
    finally:
        gc.unfreeze()
    assert any("gc.freeze" in note for note in retention.notes)


def test_to_dict_is_json(app):
    app.CACHE = {"a": Page()}
    data = json.loads(json.dumps(why_alive(Page).to_dict()))
    assert data["groups"][0]["holder"] == "app.CACHE['a']"
    assert data["groups"][0]["path"]["root_kind"] == "module"
    assert data["target_count"] == 1


def test_text_fits_the_terminal():
    hops = tuple(Hop("attribute", f".attribute_{number}", f".attribute_{number}", "x.Y") for number in range(30))
    groups = tuple(
        PathGroup(ReferrerPath(f"package.module_{number}", "module", hops), 1000 - number) for number in range(60)
    )
    lines = str(Retention("package." + "Long" * 30, 123456789, 1000, groups, 7, ("word " * 200,) * 3)).splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80
    assert "(1,000 of 1,000)" in lines[0]
    assert lines[0].startswith("123,456,789 ")


def run_as_script(app, source):
    """Run the source as the module ``app``."""
    source = "from leakscope.why import why_alive\n" + source
    exec(compile(source, "app.py", "exec"), vars(app))
    return app.answer


def test_a_global_of_a_calling_script_counts_only_when_nothing_else_holds_the_object(app):
    app.Page = Page
    retention = run_as_script(app, "CACHE = {'a': Page()}\npage = CACHE['a']\nanswer = why_alive(page)")
    assert [str(path) for path in retention.paths] == ["app.CACHE['a']"]
    retention = run_as_script(app, "lone = Page()\nanswer = why_alive(lone)")
    assert [str(path) for path in retention.paths] == ["only your variable lone holds it"]


def test_a_global_of_a_calling_script_is_a_holder_of_the_instances_of_a_type(app):
    app.Page = Page
    retention = run_as_script(app, "lone = Page()\nanswer = why_alive(Page)")
    assert [str(path) for path in retention.paths] == ["app.lone"]


def test_globals_of_running_code_that_is_no_module():
    namespace = {"Page": Page, "__name__": "nothing"}
    source = "from leakscope.why import why_alive\nBOX = [Page()]\nanswer = why_alive(BOX[0])"
    exec(compile(source, "loose.py", "exec"), namespace)
    path = str(namespace["answer"].paths[0])
    assert path in ("globals of loose.py['BOX'][0]", f"{sys._getframe().f_code.co_name}() local 'namespace'['BOX'][0]")


def test_a_temporary_is_not_blamed_on_c_code_without_a_word():
    retention = why_alive(Page())
    assert "temporary of the calling expression" in retention.notes[0]
