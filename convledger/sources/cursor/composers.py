"""What Cursor keeps of a conversation besides its bubbles: name, folder, meters, its place."""

from __future__ import annotations

from convledger.sources.cursor import records
from convledger.sources.findings import ConversationFacts, Figures, Reported
from convledger.sources.lenient import BadLine
from convledger.sources.titles import GENERATED, title_line
from convledger.sources.uris import path_of_uri
from convledger.sources.values import instant_of, pico_of

_CENTS = 100
_RUNNING_FOR = 600 * 1_000_000  # a reply that is said to be coming for longer will not come


def folder_of(workspace: records.Workspace | None) -> str:
    """Return the path of the folder that a conversation was held in."""
    uri = workspace.uri if workspace else None
    if uri is None:
        return ""
    return uri.fsPath or path_of_uri(uri.external or "") or uri.path or ""


def describe(
    facts: ConversationFacts, composer: records.Composer, head: records.Head | None
) -> None:
    """Add what is known of a conversation to its facts."""
    for at in (instant_of(composer.createdAt), instant_of(composer.lastUpdatedAt)):
        if at is not None:
            facts.first_at = min(facts.first_at or at, at)
            facts.last_at = max(facts.last_at or at, at)
    name = composer.name or (head.name if head else "") or ""
    facts.entitle(GENERATED, title_line(name))
    facts.project = folder_of(composer.workspaceIdentifier) or facts.project
    parent = composer.subagentInfo.parentComposerId if composer.subagentInfo else ""
    if head is not None:
        facts.project = facts.project or folder_of(head.workspaceIdentifier)
        parent = parent or (head.subagentInfo.parentComposerId if head.subagentInfo else "")
    if parent and parent != facts.native:
        facts.parent, facts.relation = parent, "subagent"
    breakdown = composer.promptTokenBreakdown
    meters = {
        "context_tokens": composer.contextTokensUsed
        or (breakdown.totalUsedTokens if breakdown else None),
        "context_limit": composer.contextTokenLimit,
        "context_percent": composer.contextUsagePercent,
        "mode": composer.unifiedMode,
    }
    for key, value in meters.items():
        if value not in (None, "", 0) and not isinstance(value, bool):
            facts.details[key] = str(value)


def add_costs(found: Figures, composer: records.Composer, native: str, at: int) -> None:
    """Add what Cursor itself says that models cost in a conversation. Raises BadLine."""
    for model, usage in (composer.usageData or {}).items():
        pico = pico_of(usage.costInCents)
        if pico:
            name = model if model != "default" else "unknown"
            found.reported.append(Reported(native, name, at, pico // _CENTS, 0))


def children(found: Figures, composer: records.Composer, native: str) -> None:
    """Note which conversations are this one's sub-agents."""
    for child in composer.subagentComposerIds or ():
        if child and child != native:
            facts = found.conversation(child)
            facts.parent, facts.relation = native, "subagent"


def is_running(composer: records.Composer, last_at: int, changed_at: int) -> bool:
    """Tell whether a reply was still coming when the database was last written.

    It may be where the conversation says so, or has bubbles that are newer than what it says.
    """
    said = instant_of(composer.lastUpdatedAt) or instant_of(composer.createdAt) or 0
    if composer.status != "generating" and said >= last_at:
        return False
    return abs(changed_at - max(said, last_at)) < _RUNNING_FOR


def decoded_composer(value: object) -> records.Composer:
    """Return a conversation's record; an empty one for a deleted conversation. Raises BadLine."""
    if value is None:
        return records.Composer()
    composer = records.decoded(records.composer, value)
    if not isinstance(composer, records.Composer):
        raise BadLine("not a conversation")
    return composer
