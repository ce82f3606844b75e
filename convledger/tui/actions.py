"""Every action of a person, in one table: footer, palette, help, keymap and jumps come from it.

An action belongs to a scope, the widget or screen that performs it; its method is `action_` and
the verb. `app` is everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding
from textual.keys import format_key


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do: where, how it is called, by which keys, and what it is for."""

    scope: str
    verb: str
    keys: str  # separated by commas, the one shown first
    label: str
    help: str
    shown: bool = False  # in the footer
    spare: bool = False  # in the footer too, where there is room beside all others

    @property
    def id(self) -> str:
        """The name that a keymap uses."""
        return f"{self.scope}.{self.verb}"


SCOPES = {
    "app": "everywhere",
    "list": "in a list",
    "live": "Live",
    "chart": "in a chart",
    "conversations": "Conversations",
    "facets": "in the filters",
    "memory": "Memory",
    "memory_files": "Memory files",
    "packs": "Packs",
    "reader": "in a conversation",
    "search": "Search",
    "plans": "Plans",
    "boundary": "on the time line",
    "alerts": "in the alerts",
    "compare": "Compare",
    "slider": "on the timeouts",
    "economics": "Economics",
    "budgets": "Budgets",
    "reviews": "Review",
    "queue": "in the review queue",
    "judging": "with an item to judge",
    "handoffs": "in the hand-offs",
    "firings": "in what rules did",
    "audit": "in the audit log",
    "sources": "Sources",
    "reconcile": "Reconcile",
    "paths": "in a list of paths",
    "discovered": "What lies on this machine",
    "import": "What came in",
    "table_mapping": "How a table is read",
    "sitting": "in a review of memory",
    "findings": "Findings",
}


def _actions() -> Iterable[Action]:
    yield Action("app", "live", "1", "Live", "What is being spent now.")
    yield Action("app", "conversations", "2", "Conversations", "All conversations, and their text.")
    yield Action("app", "memory", "3", "Memory", "What your tools should know the next time.")
    yield Action("app", "plans", "4", "Plans", "Plans in force, credits, and what they count.")
    yield Action("app", "compare", "5", "Compare", "The same usage under several plans.")
    yield Action("app", "economics", "6", "Economics", "What conversations really cost.")
    yield Action("app", "review", "7", "Review", "What people judge, take over and change.")
    yield Action("app", "sources", "8", "Sources", "Where the figures come from.")
    yield Action("app", "search", "slash", "Search", "Look for words in everything said.", True)
    yield Action("app", "review_memory", "ctrl+r", "Review memory", "Look at what has grown old.")
    yield Action("app", "jump", "ctrl+o", "Jump", "Go to any part of the screen by a letter.")
    yield Action("app", "palette", "ctrl+p", "Palette", "Find any action by its name.")
    yield Action("app", "erasures", "ctrl+e", "Erasures", "What was erased; finish what was cut.")
    yield Action("app", "undo", "u", "Undo", "Take back the last change.")
    yield Action("app", "help", "f1,question_mark", "Help", "Explain where you are.", True)
    yield Action("app", "back", "escape", "Back", "Go one step back.")
    yield Action("app", "quit", "q", "Quit", "Leave; nothing is lost.", True)

    yield Action("list", "down", "down,j", "Down", "The next row.")
    yield Action("list", "up", "up,k", "Up", "The row before.")
    yield Action("list", "page_down", "pagedown,ctrl+d", "Page down", "A screenful further.")
    yield Action("list", "page_up", "pageup,ctrl+u", "Page up", "A screenful back.")
    yield Action("list", "first", "home", "First", "The first row.")
    yield Action("list", "last", "end,G", "Last", "The last row.")
    yield Action("list", "open", "enter", "Open", "Open what the cursor is on.", True)

    yield Action("chart", "earlier", "left,h", "Earlier", "Choose the bar before.")
    yield Action("chart", "later", "right,l", "Later", "Choose the next bar.")
    yield Action("chart", "open", "enter", "Open", "The conversations behind the bar.", True)

    yield Action("live", "range", "d", "Range", "Show more or fewer days.", True)
    yield Action("live", "period", "p", "Period", "Bars of a day, week, month or hour.", True)
    yield Action("live", "group", "g", "Group", "Stack by model, source, project, client.", True)
    yield Action("live", "alerts", "a", "Alerts", "Thresholds of the plan that were reached.")
    yield Action("live", "why", "w", "Why", "Explain the figure, call by call.", True)

    yield Action("conversations", "filter", "f", "Filter", "Narrow the list as you type.", True)
    yield Action("conversations", "mark", "space", "Mark", "Mark the row, for one label on many.")
    yield Action("conversations", "mark_all", "ctrl+a", "Mark all", "Mark all rows of the list.")
    yield Action(
        "conversations", "label", "l", "Label", "Project, client, tag, kind, outcome.", True
    )
    yield Action("conversations", "sort", "s", "Sort", "Order by the next column.", True)
    yield Action("conversations", "reverse", "S", "Reverse", "Turn the order round.")
    yield Action("conversations", "why", "w", "Why", "Explain the cost, call by call.", True)
    yield Action("conversations", "export", "e", "Export", "Write Markdown or JSONL files.")
    yield Action("conversations", "erase", "D", "Erase…", "Erase for good: these, or a client.")
    yield Action("conversations", "clear", "x", "Clear", "Drop all filters and marks.")
    yield Action("conversations", "facets", "v", "Filters", "Show or hide the filters.")

    yield Action("facets", "choose", "enter", "Choose", "Keep only these, or all again.", True)

    yield Action("memory", "search", "slash,f", "Search", "Find words in memory as you type.", True)
    yield Action("memory", "review", "v", "Review", "Go through what wants a look.", True)
    yield Action("memory", "new", "n", "New", "Write an entry.")
    yield Action("memory", "edit", "e", "Edit", "Edit title and text, as a new version.", True)
    yield Action("memory", "edit_outside", "E", "In editor", "Edit in the program EDITOR names.")
    yield Action("memory", "label", "l", "Label", "Kind, scope, tags, value, dates, pinned.")
    yield Action("memory", "accept", "a", "Accept", "Take what is proposed into memory.")
    yield Action("memory", "confirm", "y", "Still true", "It holds; ask again after longer.", True)
    yield Action("memory", "snooze", "s", "Snooze", "Not before a week, a month or three.")
    yield Action("memory", "archive", "x", "Archive", "Put away; archived ones come back.")
    yield Action("memory", "erase", "D", "Erase…", "Erase for good; nothing takes it back.")
    yield Action("memory", "versions", "d", "Versions", "Earlier texts, and what changed.")
    yield Action("memory", "history", "h", "History", "What was changed, to take any of it back.")
    yield Action("memory", "export", "X", "Export", "Write what is marked, or listed, to files.")
    yield Action("memory", "mark", "space", "Mark", "Mark the row, for one verb on many.")
    yield Action("memory", "mark_all", "ctrl+a", "Mark all", "Mark all rows of the list.")
    yield Action("memory", "order", "o", "Order", "Order by the next column.")
    yield Action("memory", "clear", "c", "Clear", "Drop all filters and marks.")
    yield Action("memory", "facets", "F", "Filters", "Show or hide filters and hygiene.")
    yield Action("memory", "packs", "p", "Packs", "Memory that fits a budget, for one tool.", True)
    yield Action("memory", "into_pack", "P", "Into pack", "Put entries into a pack, or keep out.")
    yield Action("memory", "hygiene", "i", "Hygiene", "Seven shares of what is as it should be.")
    yield Action(
        "memory", "files", "t", "Files", "Memory files, and what tools wrote into them.", True
    )
    yield Action("memory", "findings", "g", "Findings", "Secrets and personal data found.")

    yield Action("memory_files", "keep", "a", "Keep", "Take the change into memory.", True)
    yield Action(
        "memory_files", "take_out", "x", "Take out", "Take it out of the file again; shown first.",
        True,
    )  # fmt: skip
    yield Action(
        "memory_files", "write", "w", "Write", "Write your edits back to their files; shown first.",
        True,
    )  # fmt: skip
    yield Action("memory_files", "look", "r", "Look again", "Look at all memory files now.", True)
    yield Action("memory_files", "import", "i", "Import", "Take in a file or folder.", True)
    yield Action("memory_files", "mark", "space", "Mark", "Mark the change, for many.", True)
    yield Action("memory_files", "mark_all", "ctrl+a", "Mark all", "Mark all changes, or none.")
    yield Action("memory_files", "stop", "s", "Stop", "Stop looking or importing.")

    yield Action("packs", "always", "plus", "Always", "The entry goes in before all others.", True)
    yield Action("packs", "never", "minus", "Never", "The entry stays out.", True)
    yield Action("packs", "turn", "space", "Turn", "Always, never, or by value again.")
    yield Action("packs", "less", "left,h", "Less", "A smaller budget of tokens.")
    yield Action("packs", "more", "right,l", "More", "A larger budget of tokens.")
    yield Action("packs", "next_fate", "g", "Next fate", "To the first that is cut, blocked, in.")
    yield Action("packs", "preview", "v", "Preview", "The pack as a tool gets to read it.", True)
    yield Action("packs", "write", "w", "Write", "Into a file, with what changes there.", True)
    yield Action("packs", "copy", "y", "Copy", "The pack to the clipboard.")
    yield Action("packs", "verify", "c", "Check file", "Whether a file still is what was written.")
    yield Action("packs", "new", "n", "New", "Make a pack.", True)
    yield Action("packs", "edit", "e", "Edit", "Budget, format, and what it chooses from.")
    yield Action("packs", "delete", "D", "Delete", "Delete the pack; its entries stay.")
    yield Action("packs", "written", "t", "Written", "When the pack was written, and where to.")

    yield Action("findings", "reveal", "v", "Show", "Show all of it, after asking.", True)
    yield Action("findings", "no_secret", "x", "Dismiss", "Say that it is none.", True)
    yield Action("findings", "redact", "r", "Redact", "Put a mark in its place, for good.", True)
    yield Action("findings", "scan", "s", "Scan", "Look through everything, or stop that.", True)
    yield Action("findings", "mark", "space", "Mark", "Mark the row, for one verb on many.")
    yield Action("findings", "mark_all", "ctrl+a", "Mark all", "Mark all rows of the list.")
    yield Action("findings", "clear", "c", "Clear", "Drop all filters and marks.")
    yield Action("findings", "facets", "F", "Filters", "Show or hide the filters.")

    yield Action("reader", "fold", "enter", "Fold", "Open or fold the entry.", True)
    yield Action("reader", "fold_all", "z", "Fold all", "Open or fold all tool calls.", True)
    yield Action("reader", "next_prompt", "n", "Next", "The next prompt, or the next match.", True)
    yield Action("reader", "previous_prompt", "N,p", "Previous", "The one before.")
    yield Action("reader", "find", "f", "Find", "Find words in this conversation.", True)
    yield Action("reader", "family", "t", "Tree", "Sub-agents, forks and resumes.")
    yield Action("reader", "branch", "o", "Branch", "To the other branch, made by an edit.")
    yield Action("reader", "hidden", "H", "Hidden", "Show what no person or model said.")
    yield Action("reader", "remember", "m", "Remember", "Keep the message as a memory entry.", True)
    yield Action("reader", "copy", "y", "Copy", "Copy the entry's text.")
    yield Action("reader", "why", "w", "Why", "Explain the cost of this turn.", True)
    yield Action("reader", "handoffs", "h", "Hand-offs", "Where a person took over; enter one.")
    yield Action("reader", "label", "l", "Label", "Project, client, tag, kind, outcome.")
    yield Action("reader", "erase", "D", "Erase…", "Erase the message, or all of it, for good.")
    yield Action("reader", "export", "e", "Export", "Write Markdown or JSONL.")

    yield Action("plans", "use", "p", "Use", "Put a plan in force, yours or an example.", True)
    yield Action("plans", "edit", "e", "Edit", "Edit the plan, checked as you type.", True)
    yield Action("plans", "top_up", "t", "Top up", "Book credits that were bought.", True)
    yield Action("plans", "adjust", "a", "Adjust", "Give or take credits by hand.")
    yield Action("plans", "statement", "i", "Statement", "What is due, by period.", True)
    yield Action("plans", "conversation", "b", "Cut", "Choose what is cut into units.", True)
    yield Action("plans", "each", "d", "Each", "Every entry of the ledger, or a line a day.")
    yield Action("plans", "other", "left_square_bracket", "Other plan", "Show the next one in use.")
    yield Action("plans", "side_by_side", "c", "Compare", "This usage under other plans.")

    yield Action("boundary", "earlier", "left,h", "Earlier", "Choose the unit before.")
    yield Action("boundary", "later", "right,l", "Later", "Choose the next unit.")
    yield Action("boundary", "open", "enter", "Open", "Read where the unit begins.", True)

    yield Action("alerts", "mute", "m", "Mute", "Put the alert away; it stays in the log.", True)

    yield Action("compare", "plans", "p", "Plans", "Choose the plans to compare.", True)
    yield Action("compare", "earlier", "o", "Earlier", "Show the month before.", True)
    yield Action("compare", "later", "O", "Later", "Show the month after.")
    yield Action("compare", "months", "m", "Months", "The cheapest plan of each month.", True)
    yield Action("compare", "versions", "v", "Versions", "What changed between versions.")
    yield Action("compare", "use", "P", "Use plan", "Put the plan under the cursor in force.")

    yield Action("slider", "shorter", "left,h", "Shorter", "A shorter inactivity timeout.", True)
    yield Action("slider", "longer", "right,l", "Longer", "A longer inactivity timeout.", True)

    yield Action("economics", "why", "w", "Why", "The arithmetic of the figure.", True)
    yield Action("economics", "group", "g", "Group by", "One segment or two of the pivot.", True)
    yield Action("economics", "period", "o", "Period", "A month, last days, from-to, all.", True)
    yield Action("economics", "baseline", "b", "Baseline", "What people cost and need.", True)
    yield Action("economics", "costs", "c", "Costs", "Enter costs beside tokens.", True)
    yield Action("economics", "handoffs", "H", "Hand-offs", "Where people took over, and why.")
    yield Action("economics", "simulate", "s", "Simulate", "What if: model, context, people.", True)
    yield Action("economics", "export", "x", "Export", "The pivot as CSV.", spare=True)
    yield Action(
        "economics", "measure", "m", "Measure", "Length in turns, minutes, tokens; cost.",
        spare=True,
    )  # fmt: skip
    yield Action(
        "economics", "budgets", "B", "Budgets", "What a conversation may cost, and which did not.",
        spare=True,
    )  # fmt: skip
    yield Action(
        "economics", "close", "C", "Close", "Close the month shown, or open it again.", spare=True
    )
    yield Action(
        "economics", "currency", "dollar_sign", "Currency", "Show amounts in another one.",
        spare=True,
    )  # fmt: skip

    yield Action("budgets", "new", "n", "New", "Set a budget for conversations.", True)
    yield Action("budgets", "edit", "e", "Edit", "Change the terms of the budget.", True)
    yield Action("budgets", "remove", "D", "Remove", "Take the budget away, or back.", True)
    yield Action("budgets", "ladder", "l", "Ladder", "Try its ladder on what happened.", True)
    yield Action("budgets", "why", "w", "Why", "Explain the cost, call by call.", True)
    yield Action("budgets", "period", "o", "Period", "A month, last days, from-to, all.", True)

    yield Action("reviews", "section", "t", "Section", "Queue, hand-offs, firings, audit.", True)

    yield Action("queue", "next", "v", "Next", "Judge what waits for you, first due first.", True)
    yield Action("queue", "draw", "n", "Draw", "Draw a sample of conversations.", True)
    yield Action("queue", "narrow", "f", "Show", "All, open, yours, overdue, disputed.", True)
    yield Action("queue", "adjudicate", "A", "Decide", "Decide where reviewers differ.", True)
    yield Action(
        "queue", "write", "w", "Write", "Write a sample to a file for a reviewer elsewhere.",
        spare=True,
    )  # fmt: skip
    yield Action(
        "queue", "take", "i", "Take in", "Take in a file of items and verdicts.", spare=True
    )
    yield Action(
        "queue", "remove", "D", "Remove", "Take the sample away, or bring it back.", spare=True
    )

    yield Action("judging", "give_pass", "a", "Pass", "It is as it should be.", True)
    yield Action("judging", "give_minor", "b", "Minor", "A small defect.", True)
    yield Action("judging", "give_major", "c", "Major", "A serious defect.", True)
    yield Action("judging", "give_fail", "d", "Fail", "It should not have gone out.", True)
    yield Action("judging", "skip", "s", "Skip", "The next one; this one waits on.", True)
    yield Action("judging", "adjudicate", "A", "Decide", "Decide where reviewers differ.", True)

    yield Action("handoffs", "add", "n", "Enter", "Enter that a person took over.", True)
    yield Action("handoffs", "edit", "e", "Edit", "Change it, or enter what is inferred.", True)
    yield Action("handoffs", "remove", "D", "Remove", "Take it away; u brings it back.", True)
    yield Action("handoffs", "why", "w", "Why", "Explain the list cost, call by call.", True)

    yield Action("firings", "confirm", "c", "Confirm", "Read a rule, and let it act here.", True)
    yield Action("firings", "narrow", "f", "Show", "Failed firings alone, or all.", True)

    yield Action("audit", "verify", "v", "Verify", "Whether anything was changed since.", True)
    yield Action("audit", "copy_head", "y", "Copy head", "To be kept somewhere else.", True)

    yield Action("sources", "rescan", "r", "Re-scan", "Look at all folders again now.", True)
    yield Action("sources", "import", "i", "Import", "Read files, zips or folders.", True)
    yield Action("sources", "discover", "d", "Discover", "What lies here and is not read.", True)
    yield Action("sources", "about", "m", "About", "What the manual says of the source.", True)
    yield Action("sources", "stop", "x", "Stop", "Stop reading; it goes on later.")
    yield Action("sources", "price", "p", "Set price", "Give an unpriced model a price.", True)
    yield Action("sources", "alias", "a", "Alias", "Price a model like another one.")
    yield Action("sources", "leave_out", "o", "Leave out", "Read no more of it, or again.", True)
    yield Action("sources", "estimates", "t", "Estimates", "Count tokens no source tells, or not.")
    yield Action(
        "sources", "reconcile", "c", "Reconcile", "A provider's own bill beside the ledger.",
        spare=True,
    )  # fmt: skip

    yield Action("reconcile", "choose", "i", "Choose", "Compare a file of a provider.", True)
    yield Action("reconcile", "differences", "f", "Differences", "Those alone, or all.", True)
    yield Action("reconcile", "keep", "a", "Keep", "Have check verify what the file says.", True)
    yield Action("reconcile", "forget", "D", "Forget", "Let a kept balance go, or back.", True)
    yield Action("reconcile", "export", "x", "Export", "The comparison as CSV.", True)

    yield Action("discovered", "leave_out", "o", "Leave out", "Never read it; or do, again.", True)

    yield Action("paths", "into", "right,l", "Into", "Go into the folder, or take the file.", True)
    yield Action("paths", "above", "left,h,backspace", "Above", "Go to the folder above.", True)

    yield Action("import", "read", "enter", "Read", "Read what was found; later, leave.", True)
    yield Action("import", "rejected", "r", "Rejected", "Show the lines that were left out.", True)
    yield Action("import", "memory", "m", "Memory", "Take in the memory that came along.", True)

    yield Action("table_mapping", "next_question", "n", "Next question", "To what is open.", True)
    yield Action("table_mapping", "detail", "x", "Detail", "The column means nothing more.", True)
    yield Action("table_mapping", "save", "s", "Save", "Remember this, and import.", True)

    yield Action("sitting", "still_true", "y", "Still true", "It holds; a new entry is accepted.")
    yield Action("sitting", "edit", "e", "Edit", "Give the entry another text, and confirm it.")
    yield Action("sitting", "merge", "m", "Merge", "Let the other of the pair stand for both.")
    yield Action("sitting", "snooze", "s", "Snooze", "Out of sight for a week, a month or three.")
    yield Action("sitting", "archive", "x", "Archive", "Put it away; no pack holds it then.")
    yield Action("sitting", "choose", "c", "Choose", "Say which of two holds; the other ends.")
    yield Action(
        "sitting", "no_pair", "n", "No pair", "The two have nothing to do with each other."
    )
    yield Action("sitting", "erase", "D", "Erase…", "Erase the entry for good, or the marked ones.")
    yield Action("sitting", "mark", "space", "Mark", "Mark the entry for the same verdict.", True)
    yield Action(
        "sitting", "same", "full_stop", "Same again",
        "The last verdict again, for the marked entries or the next one.", True,
    )  # fmt: skip
    yield Action(
        "sitting", "whole", "o", "Conversation", "Read all of it from its beginning.", True
    )
    yield Action("sitting", "source", "v", "Source", "Where it was said; again: the entry.", True)
    yield Action(
        "sitting", "hygiene", "h", "Hygiene", "How clean memory is; again: the queue.", True
    )
    yield Action(
        "sitting", "again", "r", "New sitting", "Take another queue when this one is done."
    )


ACTIONS: tuple[Action, ...] = tuple(_actions())
BY_ID = {action.id: action for action in ACTIONS}
SPARE = frozenset(action.id for action in ACTIONS if action.spare)


def bindings(scope: str) -> list[Binding]:
    """Return the key bindings of a scope."""
    return [
        Binding(
            action.keys,
            action.verb,
            action.label,
            show=action.shown,
            tooltip=action.help,
            id=action.id,
        )
        for action in ACTIONS
        if action.scope == scope
    ]


def key_text(keys: str) -> str:
    """Return the first of some keys as people write it: `↵`, `^p`, `F1`."""
    names = {
        "enter": "⏎", "slash": "/", "question_mark": "?", "escape": "esc", "space": "space",
        "pagedown": "pgdn", "pageup": "pgup", "down": "↓", "up": "↑", "left": "←", "right": "→",
        "full_stop": ".", "plus": "+", "minus": "-", "dollar_sign": "$",
    }  # fmt: skip
    first = keys.split(",", 1)[0].strip()
    if first.startswith("ctrl+"):
        return f"^{first.removeprefix('ctrl+')}"
    return names.get(first) or format_key(first)
