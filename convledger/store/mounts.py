"""Tells folders that lie on another machine: SQLite's log needs memory that all writers share."""

from __future__ import annotations

import os
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
# What the system calls file systems of other machines, and of hosts of this virtual one.
NETWORK = frozenset([
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "afs", "ceph", "glusterfs"),
    *("fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.glusterfs", "fuse.ceph", "fuse.davfs2"),
    *("davfs", "vboxsf", "prl_fs", "lustre", "ocfs2", "gfs2", "beegfs", "fuse.vmhgfs-fuse"),
])  # fmt: skip


def network_kind(folder: Path) -> str:
    """Return the kind of the network file system that a folder lies on; "" for none or unknown."""
    try:
        lines = MOUNTS.read_bytes().splitlines()
        wanted = os.fsencode(folder.resolve())
    except OSError:
        return ""
    longest, kind = -1, b""
    for line in lines:
        before, _, after = line.partition(b" - ")
        fields, kinds = before.split(b" "), after.split(b" ")
        if len(fields) < 5 or not kinds[0]:
            continue
        point = _plain(fields[4])
        is_above = wanted == point or wanted.startswith(point.rstrip(b"/") + b"/")
        if is_above and len(point) >= longest:  # a later one of the same place covers an earlier
            longest, kind = len(point), kinds[0]
    name = kind.decode("ascii", "replace")
    return name if name in NETWORK else ""


def _plain(point: bytes) -> bytes:
    """Return a mount point without the escapes of its spaces, tabs, line ends and backslashes."""
    for code, sign in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\134", b"\\")):
        point = point.replace(code, sign)
    return point


def network_words(folder: Path, kind: str) -> str:
    """Return what is said of a workspace on a network drive."""
    return (
        f"{folder} lies on a network drive ({kind}). SQLite's log can't be shared there: the "
        "ledger is kept without it, which is slower, and two machines must not write at once. "
        "Better keep it on a disk of this machine, with `convledger backup --to` for the drive"
    )
