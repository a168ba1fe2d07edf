"""How keys are shown: short plain ones as written, what may be a secret by type and length. Touches nothing."""

from __future__ import annotations

import itertools

from leakscope.heap import safe

MAX_KEY_LENGTH = 40
_MAX_TUPLE = 4
_MAX_INT_BITS = 128

#: A container whose name holds one of these has keys that are not shown.
SECRET_WORDS = ("token", "secret", "session", "auth", "passw", "credential", "cookie", "api_key", "apikey", "environ")
_TOKEN_PREFIXES = ("eyJ", "ghp_", "gho_", "github_pat_", "glpat-", "sk-", "sk_", "xox", "AKIA", "Bearer ")
_TOKEN_LENGTH = 20
#: A run of hex digits that is too long for a number that people give to things.
_HEX_PART_LENGTH = 16
_TO_SPACES = str.maketrans("-_+/=.:~", " " * 8)
_SEPARATORS = str.maketrans("", "", "-_+/=.:~")
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")


def is_secret_name(name: str) -> bool:
    """Whether a container of this name is expected to hold secrets."""
    lowered = name.lower()
    return any(word in lowered for word in SECRET_WORDS)


def _character_class(character: str) -> int:
    return 0 if character.isdigit() else 1 if character.isupper() else 2


def looks_like_token(text: str) -> bool:
    """Private or random-looking text: a known prefix, an address, a URL with a password, a long run of hex digits, or
    characters that jump between cases and digits.

    Words, paths, dates and numbered names change their kind of character rarely; random text does every other time.
    """
    if text.startswith(_TOKEN_PREFIXES) and len(text) >= _TOKEN_LENGTH // 2:
        return True
    if " " in text:
        return False
    if "@" in text:  # an address, or a URL with a password
        return True
    if any(len(part) >= _HEX_PART_LENGTH and _is_hex_number(part) for part in text.translate(_TO_SPACES).split()):
        return True
    dense = text.translate(_SEPARATORS)
    if len(dense) >= _TOKEN_LENGTH and _HEX_DIGITS.issuperset(dense):
        return True
    runs = [*text.replace("/", " ").replace(":", " ").replace(".", " ").split(), text]
    return any(_is_random(run.translate(_SEPARATORS)) for run in runs)


def _is_hex_number(part: str) -> bool:
    return _HEX_DIGITS.issuperset(part) and any(character.isdigit() for character in part)


def _is_random(dense: str) -> bool:
    if len(dense) < _TOKEN_LENGTH - 4:
        return False
    if len(dense) >= _TOKEN_LENGTH and _HEX_DIGITS.issuperset(dense):
        return True
    classes = [_character_class(character) for character in dense]
    jumps = sum(a != b for a, b in itertools.pairwise(classes))
    # The capital of a camelCase word jumps twice; one of them is no sign of chance.
    capitals = sum(
        before == 2 and now == 1 and after == 2
        for before, now, after in zip(classes, classes[1:], classes[2:], strict=False)
    )
    return (jumps - capitals) * 5 >= len(dense)


def redacted(key: object) -> str:
    """Type and length, nothing of the content: ``str[51]``; ``<Page>`` for what is no plain key."""
    if type(key) is str or type(key) is bytes:
        return f"{type(key).__name__}[{len(key)}]"
    if type(key) is int:
        return "int"
    if type(key) is tuple:
        return f"tuple[{len(key)}]"
    return f"<{safe.type_name(key)}>"


def _atom(key: object) -> str:
    if type(key) is int:
        return repr(key) if key.bit_length() <= _MAX_INT_BITS else redacted(key)
    if type(key) is str:
        return redacted(key) if len(key) > MAX_KEY_LENGTH or looks_like_token(key) else repr(key)
    if type(key) is bytes:
        is_hidden = len(key) > MAX_KEY_LENGTH or looks_like_token(key.decode("latin-1"))
        return redacted(key) if is_hidden else repr(key)
    return redacted(key)


def shown(key: object) -> str:
    """A key as a person would write it, if it is a short plain str, int or bytes that looks like no secret,
    or a small tuple of such; else its type."""
    if type(key) is tuple and any(type(part) is str and is_secret_name(part) for part in key):
        return redacted(key)
    if type(key) is tuple and 0 < len(key) <= _MAX_TUPLE:
        parts = ", ".join(_atom(part) for part in key)
        return f"({parts},)" if len(key) == 1 else f"({parts})"
    return _atom(key)
