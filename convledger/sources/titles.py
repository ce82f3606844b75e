"""What counts as a person's prompt, and how a conversation gets its title from one."""

from __future__ import annotations

import re
from typing import Any

import msgspec

# A better kind of title replaces a worse one; a prompt is only the title until a real one comes.
PROMPT, SUMMARY, GENERATED, CUSTOM = 1, 2, 3, 4
TITLE_LENGTH = 200

_CLAUDE_NOT_A_PROMPT = (
    "<command-name>",
    "<command-message>",
    "<local-command-stdout>",
    "<local-command-stderr>",
    "<local-command-caveat>",
    "<task-notification>",
    "<system-reminder>",
    "<bash-input>",
    "<bash-stdout>",
    "<bash-stderr>",
    "Caveat:",
    "[Request interrupted",
)
_CODEX_NOT_A_PROMPT = (
    "<environment_context>",
    "# AGENTS.md instructions",
    "<user_instructions>",
    "<permissions instructions>",
    "<skills_instructions>",
    "<subagent_notification>",
    "<recommended_plugins>",
    "<turn_aborted>",
)
_IDE_WRAPPER = re.compile(r"\s*<(ide_opened_file|ide_selection|ide_diagnostics)>.*?</\1>\s*", re.S)
_RENAME = re.compile(
    r"<command-name>/rename</command-name>.*?<command-args>(.*?)</command-args>", re.S
)


def is_claude_prompt(text: str) -> bool:
    """Tell whether a user record's text was typed by a person."""
    return bool(text) and not text.lstrip().startswith(_CLAUDE_NOT_A_PROMPT)


def is_codex_prompt(text: str) -> bool:
    """Tell whether a user message's text was typed by a person."""
    return bool(text) and not text.lstrip().startswith(_CODEX_NOT_A_PROMPT)


def without_ide_wrapper(text: str) -> str:
    """Return a prompt without the editor context that an IDE put before it."""
    return _IDE_WRAPPER.sub("", text) if "<ide_" in text else text


def title_line(text: str) -> str:
    """Return the first line of `text` that says something, short enough for a title."""
    for line in text.splitlines():
        if line.strip():
            return line.strip()[:TITLE_LENGTH]
    return ""


def content_text(content: Any) -> str:
    """Return the text blocks of a message's decoded content, joined."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = [
        block["text"]
        for block in content
        if isinstance(block, dict) and isinstance(block.get("text"), str)
    ]
    return "\n".join(parts)


def claude_title(raw: bytes) -> tuple[int, str]:
    """Return the title that a record's raw content gives, with its rank; 0 if it gives none."""
    try:
        content = msgspec.json.decode(raw) if raw else ""
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return 0, ""
    text = content_text(content)
    renamed = _RENAME.search(text) if "/rename" in text else None
    if renamed and renamed[1].strip():
        return CUSTOM, title_line(renamed[1])
    text = without_ide_wrapper(text)
    return (PROMPT, title_line(text)) if is_claude_prompt(text) else (0, "")
