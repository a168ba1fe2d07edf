"""Stable names for findings: the same leak has the same signature in another run, with another hash seed. Pure."""

from __future__ import annotations

import hashlib
import re

from leakscope.model.finding import Finding

_LINE_NUMBER = re.compile(r":\d+(?= in |$)")


def signature_of(finding: Finding) -> str:
    """Twelve hexadecimal digits of type, path shape and site function; no key text and no line number goes in."""
    holder = finding.holder.shape if finding.holder is not None else ""
    site = _LINE_NUMBER.sub("", finding.site or "")
    text = "\n".join((finding.kind, finding.type_name or "", holder, site))
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]
