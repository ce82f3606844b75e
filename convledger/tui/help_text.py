"""What help says about a place: its own words, then the actions in reach, from the one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.dom import DOMNode

from convledger.tui.actions import ACTIONS, SCOPES, Action, key_text

PLACES = {
    "live": "What is being spent now. The top row is spend at list price, the price an API would "
    "charge; `~` marks an estimate and `–` a model without a known price. Figures open the "
    "conversations behind them.",
    "chart": "Each bar is a stretch of time, stacked by what the legend names, the largest at the "
    "bottom. The line below writes the chosen bar out to the cent.",
    "conversations": "Every conversation in the ledger. Filter as you type, narrow by the values "
    "at the left, mark rows and label many at once. `u` takes a change back.",
    "facets": "Values to narrow the list by, each with how many conversations it leaves. Choosing "
    "one again widens the list.",
    "memory": "What your tools should know the next time: entries with their source, their dates, "
    "and what carrying each costs a month. Machines propose, you decide: nothing is merged, ended "
    "or taken away by itself. `u` takes a change back, also one of an earlier sitting; `h` lists "
    "them all.",
    "memory_files": "The files that your tools read before you have said a word: CLAUDE.md, "
    "AGENTS.md, rules, their own notes. Files are only read; one is written when you have seen "
    "what changes and said so, and only if it is unchanged since. What is new in a file that was "
    "never seen before comes in as proposed entries.",
    "packs": "A pack is the memory that one tool gets to read, within a budget of tokens. What is "
    "worth most per token goes in first, what you always want before that. `●` is in, `✂` cut by "
    "the budget, `✕` blocked, and why. What you change shows at once; rows keep their places until "
    "the budget, the filter or the pack changes.",
    "reader": "A conversation as it was held. Tool calls and thinking are folded to a line. The "
    "figures beside a name are the tokens and the list cost of that turn; at the right stands "
    "what the conversation had cost by then.",
    "search": "Looks through everything said, tool input and output too. Words must all occur; "
    '"a phrase" in quotes, and `word*` for a beginning.',
    "plans": "What a plan counts, the credits it gives and when they end, and where it cuts a "
    "conversation into billable units. Booked figures are solid, foreseen ones pale.",
    "boundary": "The messages of one conversation to scale, silence folded to `//`. Each lane is "
    "a rule: its bars are billable units, the pale tail is the clock that runs, `✂` ends a unit.",
    "alerts": "Thresholds that were reached, each once for its period: `△` 70 %, `▲` 90 %, "
    "`◆` 100 %; `◇` is expected.",
    "compare": "Your own usage under several plans, replayed message by message. `★` is the "
    "cheapest, `●` the plan in force; what a plan would have refused is said beside it.",
    "economics": "What conversations really cost: from the list cost of their calls over plans and "
    "shared costs to people's time. A conversation belongs to the time in which it opened, with "
    "all of its calls. `–` is not known, never zero, and w says why; `~` is an estimate in part. "
    "Every number opens the conversations behind it.",
    "budgets": "What a conversation may cost, from a price, a margin and the conversations that a "
    "customer is expected to have, or as an amount for each. `△` 70 %, `▲` 90 %, `◆` 100 % of it "
    "are spent. The ladder is tried on what has happened: what each step had saved, and whom it "
    "had touched. `u` takes a change back.",
    "slider": "What the plan would count with another inactivity timeout.",
    "sitting": "A review of memory: a queue that was taken once, one key a verdict, then the next. "
    "The program only says why an entry wants a look; nothing is merged, ended or put away but by "
    "you, and `u` takes back every verdict on disk. Leave and come back: the sitting goes on.",
    "findings": "What looks like a secret, personal data, or bait for a model, in entries and in "
    "all that was said. Nothing is shown in full unless you ask; a conversation that you open "
    "shows what was said as it was said. While a secret is open its entry goes into no pack. "
    "`u` takes a “no secret” back; what is redacted is gone.",
    "reviews": "What people do beside the bots: samples of conversations that they judge, "
    "conversations that they took over, and the log of every change that a person or a rule made.",
    "queue": "A sample is drawn by a seed, and its items wait for their owners: `○` open, `!` "
    "overdue, `≠` reviewers differ, `●` settled. Reviews are blind: you see what others say of an "
    "item of yours when you have said your own. `u` takes a change back.",
    "judging": "Read, then grade from a to d: pass, minor, major, fail. The minutes since it was "
    "opened are proposed. What is due next comes up by itself; `u` withdraws the last verdict.",
    "handoffs": "Where people took conversations over. `typed` and `imported` ones were entered, "
    "`told` comes from a source, `inferred` from a person's answer after a bot's; editing one of "
    "those enters it. `u` takes a change back.",
    "firings": "Rules of the workspace, and what they did about what happened in the ledger. A "
    "rule is inert until you have read and confirmed it on this machine, and again after a letter "
    "of it was changed.",
    "audit": "What was changed together, the latest first; enter shows what was there before and "
    "after. The log is tamper-evident: `v` finds what was edited, cut out or put elsewhere, and "
    "with a head that you kept somewhere else also a cut end.",
    "sources": "Where the figures come from: folders, files and how far each is read, lines that "
    "could not be used, and models without a price. Sources stand by kind: agents, chat exports, "
    "API logs, support platforms, tables. `d` shows what lies on this machine and is not read, "
    "`o` leaves a source out: what was read stays, nothing new is.",
    "reconcile": "A provider's own usage or bill beside the ledger, by day and model: `=` equal, "
    "`▼` missing here, `▲` missing there, `≠` priced or counted otherwise. Nothing of the file is "
    "imported. What it says can be kept as a balance, which `convledger check` verifies.",
    "paths": "Goes through folders: right into one, left to the one above.",
    "import": "What was found is told by its content before any of it is read. An import can be "
    "left: it goes on, and says at its end what came in.",
}


def scopes_of(node: DOMNode | None) -> list[str]:
    """Return the scopes in reach from a widget: its own, those around it, `app` last."""
    found: list[str] = []
    for one in node.ancestors_with_self if node is not None else ():
        scope = getattr(one, "SCOPE", "")
        if scope and scope not in found:
            found.append(scope)
    if "app" not in found:
        found.append("app")
    return found


def actions_of(scopes: Iterable[str]) -> list[tuple[str, list[Action]]]:
    """Return the actions of each scope with the scope's name, in the given order."""
    return [
        (SCOPES.get(scope, scope), [action for action in ACTIONS if action.scope == scope])
        for scope in scopes
    ]


def keys_of(action: Action, keymap: Mapping[str, str]) -> str:
    """Return the keys of an action as people write them, the user's own where there are any."""
    keys = keymap.get(action.id, action.keys)
    return " ".join(key_text(key.strip()) for key in keys.split(","))
