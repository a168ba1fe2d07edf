"""Which keys are shown, and which only by type and length."""

from __future__ import annotations

import base64
import os
import random
import sys
import types
import uuid

import pytest

from leakscope.heap.holders import keys, name_path
from leakscope.holder_paths import find_paths


class Target:
    pass


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("user:1", "'user:1'"),
        ("/page/1", "'/page/1'"),
        ("/articles/how-to-find-leaks/2024-01-02", "'/articles/how-to-find-leaks/2024-01-02'"),
        ("report-2024-01-02T10:00:00", "'report-2024-01-02T10:00:00'"),
        ("alice.smith@example.com", "str[23]"),
        ("getElementsByClassName", "'getElementsByClassName'"),
        ("some_quite_long_setting_name_of_an_app", "'some_quite_long_setting_name_of_an_app'"),
        ("x" * 41, "str[41]"),
        (b"abc", "b'abc'"),
        (b"y" * 41, "bytes[41]"),
        (7, "7"),
        (-7, "-7"),
        (1 << 4000, "int"),
        (True, "<bool>"),
        (None, "<NoneType>"),
        (1.5, "<float>"),
        (("a", 1), "('a', 1)"),
        (("a",), "('a',)"),
        ((), "tuple[0]"),
        (("a", 1, 2, 3, 4), "tuple[5]"),
        (("a", (1, 2)), "('a', tuple[2])"),
        ((b"k", None), "(b'k', <NoneType>)"),
        ("0123456789abcdef0123", "str[20]"),
        ("eyJhbGciOiJIUzI1NiJ9", "str[20]"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a"[:36], "str[36]"),
        ("AKIAIOSFODNN7EXAMPLE", "str[20]"),
        (b"0123456789abcdef0123456789abcdef", "bytes[32]"),
        ("user:0123456789abcdef0123456789abcdef", "str[37]"),
    ],
)
def test_key_text(key, shown):
    assert keys.shown(key) == shown


@pytest.mark.parametrize(
    "make",
    [
        lambda source: base64.urlsafe_b64encode(source.randbytes(24)).decode(),
        lambda source: source.randbytes(12).hex(),
        lambda source: str(uuid.UUID(bytes=source.randbytes(16))),
    ],
)
def test_random_tokens_are_never_shown(make):
    source = random.Random(
        1
    )  # the same tokens each time: a heuristic that misses one in many thousands must not be dice
    tokens = [make(source) for _ in range(5000)]
    assert [token for token in tokens if keys.shown(token) == repr(token)] == []


@pytest.fixture
def app():
    module = types.ModuleType("app")
    sys.modules["app"] = module
    yield module
    del sys.modules["app"]


class TokenStore(dict):
    pass


@pytest.mark.parametrize("name", ["auth_tokens", "SESSIONS", "passwords", "api_secrets", "user_auth", "COOKIES"])
def test_keys_of_a_container_with_a_secret_name_are_hidden(app, name):
    setattr(app, name, {"alice": [Target()]})
    targets = [getattr(app, name)["alice"][0]]
    path = find_paths(targets).paths[0]
    assert str(path) == f"app.{name}[str[5]][0]"
    assert "alice" not in path.shape


def test_keys_below_a_secret_name_are_hidden_at_any_depth(app):
    app.config = {"x": {"y": Target()}}
    app.sessions = [{"alice": {"bob": Target()}}]
    targets = [app.sessions[0]["alice"]["bob"]]
    assert str(find_paths(targets).paths[0]) == "app.sessions[0][str[5]][str[3]]"


def test_keys_of_a_container_type_with_a_secret_name_are_hidden(app):
    app.STORE = TokenStore(alice=Target())
    assert str(find_paths([app.STORE["alice"]]).paths[0]) == "app.STORE[str[5]]"


def test_key_objects_are_hidden_too(app):
    key = "alice" * 2
    app.tokens = {key: Target()}
    assert name_path([app, app.__dict__, app.tokens, key])[-1].text == ".<key str[10]>"


def test_environment_shows_no_key():
    name = b"LEAKSCOPE_TEST_KEY"
    os.environ[name.decode()] = "value"
    try:
        data = os.environ._data
        nodes = [os, vars(os), os.environ, vars(os.environ), data, data[name]]
        assert "".join(hop.text for hop in name_path(nodes)) == ".environ._data[bytes[18]]"
    finally:
        del os.environ[name.decode()]


def test_attribute_names_that_look_random_are_hidden(app):
    app.box = types.SimpleNamespace()
    vars(app.box)["d41d8cd98f00b204e9800998ecf8427e"] = Target()
    targets = [vars(app.box)["d41d8cd98f00b204e9800998ecf8427e"]]
    assert str(find_paths(targets).paths[0]) == "app.box.__dict__[str[32]]"
