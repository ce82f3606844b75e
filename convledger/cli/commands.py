"""The names of all commands, where each is written, and what each does in one line."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """A command: the module and name of its function, its one-line help, its section."""

    module: str
    function: str
    help: str
    section: str


ASK, TAKE, LOOK = "Ask", "Keep", "Learn"

COMMANDS: dict[str, Entry] = {
    "report": Entry("report", "report", "Usage and cost by day, model, project, client ...", ASK),
    "status": Entry("state", "status", "Today, 7 and 30 days in one line, for a prompt.", ASK),
    "search": Entry("search", "search", "Search everything that was said.", ASK),
    "show": Entry("show", "show", "Read a conversation with the cost of each turn.", ASK),
    "why": Entry("why", "why", "Explain a cost down to quantity times price.", ASK),
    "sources": Entry("sources", "sources", "What is read, how far, what was rejected.", ASK),
    "prices": Entry("prices", "prices", "The prices in force; re-rate; where yours go.", ASK),
    "plan": Entry("plan", "plan", "Pricing plans, and which is in force for what.", ASK),
    "credits": Entry("credits", "credits_", "Credits left, until when; ledger, statements.", ASK),
    "compare": Entry("compare", "compare", "Your own usage under several plans.", ASK),
    "economics": Entry(
        "economics", "economics", "The full cost of a conversation, and where it comes from.", ASK
    ),
    "simulate": Entry("simulate", "simulate", "What other models or contexts would cost.", ASK),
    "reconcile": Entry("reconcile", "reconcile", "A provider's own bill beside the ledger.", ASK),
    "budget": Entry("budget", "budget", "What a conversation may cost, and which did not.", ASK),
    "memory": Entry("memory", "memory", "What your tools remember: review, edit, prune.", TAKE),
    "import": Entry("importing", "import_", "Read the logs of this machine, or files.", TAKE),
    "watch": Entry("watch", "watch", "Follow the logs and print what arrives.", TAKE),
    "pack": Entry("pack", "pack", "Memory that fits a budget of tokens, for a tool.", TAKE),
    "cost": Entry("cost", "cost", "Costs beside tokens, people's time, rates.", TAKE),
    "handoff": Entry("handoff", "handoff", "When people took over, why, what it cost.", TAKE),
    "review": Entry("review", "review", "People's verdicts on a sample; do they agree?", TAKE),
    "trigger": Entry("trigger", "trigger", "What is done when something happens.", TAKE),
    "label": Entry("label", "label", "Give conversations a client, tags and the like.", TAKE),
    "export": Entry("export", "export", "Write conversations as JSON Lines or Markdown.", TAKE),
    "backup": Entry("backup", "backup", "Copy the ledger while it is in use, verified.", TAKE),
    "restore": Entry("restore", "restore", "Bring a backup back.", TAKE),
    "encrypt": Entry("encrypt", "encrypt", "Encrypt the ledger; change the passphrase.", TAKE),
    "erase": Entry("erase", "erase", "Erase for good; nothing takes it back.", TAKE),
    "audit": Entry("audit", "audit", "Who changed what; is the log of it whole.", TAKE),
    "check": Entry("state", "check", "Verify the whole ledger.", TAKE),
    "demo": Entry("demo", "demo", "Try it on an invented history; leaves no trace.", LOOK),
    "help": Entry("help", "help_", "Read about a topic.", LOOK),
    "completion": Entry("completion", "completion", "Print what completes in your shell.", LOOK),
}
