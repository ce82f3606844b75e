"""Where a session of Gemini CLI belongs: its parent and its project, by what lies around it."""

from __future__ import annotations

import re
from hashlib import sha256

import msgspec

from convledger.sources.document import Document, NotReadable
from convledger.sources.lenient import scrub
from convledger.sources.values import dict_of

_NESTED = re.compile(r"(?:^|/)chats/([^/]+)/[^/]+\Z")
_ENDING = re.compile(r"\.jsonl?(\.zst)?\Z")
_WORKSPACE = re.compile(r"Workspace Directories:(?:\*\*)?[ \t]*\n[ \t]*- (.+)")
_WORKING = re.compile(r"I'm currently working in the directory: (.+)")
_MOST = 4 << 20  # bytes of a small file beside


def stem_of(relative: str) -> str:
    """Return a file's name without its ending: the id of a session that names none."""
    return str(scrub(_ENDING.sub("", relative.rsplit("/", 1)[-1])))


def parent_of(relative: str) -> str:
    """Return the session whose sub-agent a file is, by the folder it lies in; nothing if none."""
    found = _NESTED.search(relative)
    return str(scrub(found[1])) if found else ""


def project_of(document: Document, project_hash: str) -> str:
    """Return the folder that a session was held in: as its own folder says, else the registry."""
    parts = document.relative.split("/")
    if "chats" not in parts[:-1]:
        return ""
    home = parts[: len(parts) - 1 - parts[::-1].index("chats")]
    named = _text(document, "/".join([*home, ".project_root"])).strip()
    if named:
        return named.splitlines()[0]
    slug = home[-1] if home else ""
    for depth in range(len(home), -1, -1):
        registry = _text(document, "/".join([*home[:depth], "projects.json"]))
        if registry:
            return _registered(registry, slug, project_hash)
    return ""


def _registered(registry: str, slug: str, project_hash: str) -> str:
    try:
        listed = dict_of(msgspec.json.decode(registry))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""
    for path, name in dict_of(listed.get("projects", listed)).items():
        if slug and name == slug:
            return path
        hashed = sha256(path.encode("utf-8", "replace")).hexdigest()
        if hashed in (slug, project_hash):
            return path
    return ""


def _text(document: Document, relative: str) -> str:
    try:
        return (document.beside(relative, _MOST) or b"").decode("utf-8", "replace")
    except NotReadable:
        return ""


def project_in(context: str) -> str:
    """Return the folder that the context message at a session's start names."""
    found = _WORKSPACE.search(context) or _WORKING.search(context)
    return found[1].strip() if found else ""
