"""This process's memory as the system accounts it: statm in microseconds, smaps_rollup for USS and PSS.
Touches /proc/self on Linux and psutil elsewhere; looks the process up each time, so it is right after a fork.
"""

from __future__ import annotations

import os

import psutil

from leakscope import _env
from leakscope.model.snapshot import Missing, Reading

_STATM = "/proc/self/statm"
_ROLLUP = "/proc/self/smaps_rollup"
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def has_statm() -> bool:
    """True where private memory can be read in microseconds (Linux with a readable /proc)."""
    return _env.IS_LINUX and os.access(_STATM, os.R_OK)


def open_statm() -> int:
    """A file descriptor of statm for ``private_bytes_of``; the caller closes it. It belongs to this process only."""
    return os.open(_STATM, os.O_RDONLY | os.O_CLOEXEC)


def private_bytes_of(statm_fd: int) -> int:
    """Resident minus shared bytes: what this process alone would give back, file pages left out."""
    fields = os.pread(statm_fd, 128, 0).split()
    return (int(fields[1]) - int(fields[2])) * PAGE_BYTES


def read_statm() -> Reading:
    """``rss_bytes``, ``vms_bytes`` and ``private_bytes``."""
    if not has_statm():
        memory = psutil.Process().memory_info()
        missing = Missing("private_bytes", f"{_STATM} cannot be read on this platform")
        return Reading({"rss_bytes": memory.rss, "vms_bytes": memory.vms}, (missing,))
    fd = open_statm()
    try:
        fields = os.pread(fd, 128, 0).split()
    finally:
        os.close(fd)
    total, resident, shared = int(fields[0]), int(fields[1]), int(fields[2])
    return Reading(
        {
            "rss_bytes": resident * PAGE_BYTES,
            "vms_bytes": total * PAGE_BYTES,
            "private_bytes": (resident - shared) * PAGE_BYTES,
        }
    )


def read_private_pages() -> Reading:
    """``uss_bytes``, ``pss_bytes`` and ``private_dirty_bytes``; costs a walk of the page tables."""
    if not _env.IS_LINUX:
        return _read_uss_elsewhere()
    try:
        fd = os.open(_ROLLUP, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        return _all_missing(f"{_ROLLUP} cannot be opened ({error.strerror})")
    try:
        text = os.read(fd, 8192)
    except OSError as error:
        return _all_missing(f"{_ROLLUP} cannot be read ({error.strerror})")
    finally:
        os.close(fd)
    return Reading(parse_rollup(text))


def parse_rollup(text: bytes) -> dict[str, object]:
    """The three figures of a smaps_rollup text, whose lines read ``Private_Dirty:      12 kB``."""
    sizes: dict[bytes, int] = {}
    for line in text.splitlines()[1:]:
        fields = line.split()
        if len(fields) == 3:
            sizes[fields[0]] = int(fields[1]) * 1024
    dirty = sizes.get(b"Private_Dirty:", 0)
    return {
        "uss_bytes": sizes.get(b"Private_Clean:", 0) + dirty + sizes.get(b"Private_Hugetlb:", 0),
        "pss_bytes": sizes.get(b"Pss:", 0),
        "private_dirty_bytes": dirty,
    }


def _read_uss_elsewhere() -> Reading:
    reason = "only Linux tells it"
    try:
        full = psutil.Process().memory_full_info()
    except psutil.Error as error:
        return _all_missing(f"psutil could not read it ({type(error).__name__})")
    values: dict[str, object] = {"uss_bytes": full.uss}
    return Reading(values, (Missing("pss_bytes", reason), Missing("private_dirty_bytes", reason)))


def _all_missing(reason: str) -> Reading:
    return Reading({}, tuple([Missing(name, reason) for name in ("uss_bytes", "pss_bytes", "private_dirty_bytes")]))
