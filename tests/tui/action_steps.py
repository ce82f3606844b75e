"""How each action is tried: the keys that lead to it, what is ready then, what is seen after it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from convledger.ledger import Ledger
from convledger.tui.actions import BY_ID
from convledger.tui.numbered import SCREENS
from convledger.tui.widgets.rows import Rows
from tests.ingest.logs import session, turns
from tests.tui import compare_parts, memory_file_parts, people_parts, review_parts
from tests.tui.budget_parts import BILLS, with_budgets
from tests.tui.finding_parts import with_findings
from tests.tui.import_parts import with_rejected
from tests.tui.memory_parts import remembered
from tests.tui.pack_parts import with_pack
from tests.tui.pilot import NOW, screen_text
from tests.tui.plan_parts import BEGAN, TEAM, long_talk, put_in_force

Seen = Callable[[Pilot[None]], object]


@dataclass(frozen=True)
class Step:
    """An action, what is pressed to be where it matters, and what it must change, and into what.

    `into` None means that it only has to be something else than before. `prepare` gets the
    workspace ready before the app opens. What leaves others nothing to change stands `alone`.
    """

    before: tuple[str, ...]
    seen: Seen
    into: object = None
    prepare: Callable[[Path], object] | None = None
    alone: bool = False


def screen(pilot: Pilot[None]) -> object:
    return type(pilot.app.screen).__name__.removesuffix("Screen")


def text(pilot: Pilot[None]) -> object:
    return screen_text(pilot)


def cursor(pilot: Pilot[None]) -> object:
    focused = pilot.app.focused
    return focused.cursor if isinstance(focused, Rows) else None


def focus(pilot: Pilot[None]) -> object:
    return type(pilot.app.focused).__name__


def running(pilot: Pilot[None]) -> object:
    return pilot.app._exit


def focused_id(pilot: Pilot[None]) -> object:
    return pilot.app.focused.id if pilot.app.focused is not None else None


def copied(pilot: Pilot[None]) -> object:
    return bool(pilot.app.clipboard)


def with_plans(workspace: Path) -> None:
    """Put two plans in force, and have a conversation that one of them cuts."""
    put_in_force(workspace)
    with Ledger.open(workspace) as ledger:
        ledger.add_plan(TEAM, "team.toml")
        ledger.use_plan("team-seats", BEGAN, now=NOW, scope={"client": ("harbour-law",)})
    long_talk(workspace, workspace.parent / "talk")


def with_memory_files(workspace: Path) -> None:
    """Know memory files of which one was changed since, and one has an entry that was edited."""
    memory_file_parts.looked_at(workspace, Path(os.environ["HOME"]))
    memory_file_parts.edited(workspace, "Deploy on Fridays", "Deploy on Thursdays")


def with_table(_: Path) -> None:
    """Have a table in the home folder that leaves two questions open."""
    text = "ticket,date,from,text\n1,03/04/2026,Ops,Hello\n"
    (Path(os.environ["HOME"]) / "t.csv").write_text(text)


def typed_line(pilot: Pilot[None]) -> object:
    return pilot.app.screen.query_one(Input).value


def with_folder(_: Path) -> None:
    """Have a folder in the home folder to go into."""
    (Path(os.environ["HOME"]) / "below" / "deeper").mkdir(parents=True)


def with_log(_: Path) -> None:
    """Have a log of Claude Code in the home folder."""
    log = Path(os.environ["HOME"]) / ".claude" / "projects" / "bakery" / f"{session()}.jsonl"
    log.parent.mkdir(parents=True)
    log.write_bytes(turns(1, 2))


def with_export(_: Path) -> None:
    """Have an export that holds memory, and a conversation that can't be used."""
    with_rejected(Path(os.environ["HOME"]) / "x.zip")


def with_bill(_: Path) -> None:
    """Have a provider's bill in the home folder."""
    shutil.copy(BILLS / "anthropic-usage.csv", Path(os.environ["HOME"]) / "bill.csv")


READ = ("2", "enter")
PICK = ("8", "i", *"below"[:3], "down")
BROUGHT = ("8", "i", "x", "full_stop", "z", "i", "p", "enter")
MAP = ("8", "i", "t", "full_stop", "c", "s", "v", "enter")
PACK = ("3", "p")
CUT = ("4", "shift+tab", "shift+tab")  # to the time line
SIT = ("ctrl+r",)
FILES = ("3", "t")
FOUND = ("3", "g")
BUDGET = ("6", "B")
BILL = ("8", "c")
JUDGED = ("7", "v")
HANDED, FIRED, LOGGED = (("7", *("t" * times)) for times in (1, 2, 3))
COMPARED = (*BILL, "i", *"bill", "full_stop", *"csv", "enter")
PLACES = {BY_ID[f"app.{place}"].keys: place for place in SCREENS}
PLACE_KEYS = {place: keys for keys, place in PLACES.items()}
STEPS = {
    "app.live": Step(("2",), screen, "Live"),
    "app.conversations": Step((), screen, "Conversations"),
    "app.sources": Step((), screen, "Sources"),
    "app.search": Step((), screen, "Search"),
    "app.jump": Step((), screen, "Jump"),
    "app.palette": Step((), screen),
    "app.erasures": Step((), screen, "Erasures"),
    "app.undo": Step((), text),
    "app.help": Step((), screen, "Help"),
    "app.back": Step(READ, screen, "Conversations"),
    "app.quit": Step((), running, True, alone=True),
    "list.down": Step(("2",), cursor, 1),
    "list.up": Step(("2", "down", "down"), cursor, 1),
    "list.page_down": Step(("2",), cursor),
    "list.page_up": Step(("2", "end"), cursor),
    "list.first": Step(("2", "end"), cursor, 0),
    "list.last": Step(("2",), cursor, 74),
    "list.open": Step(("2",), screen, "Reader"),
    "chart.earlier": Step(("shift+tab",), text),
    "chart.later": Step(("shift+tab", "left", "left"), text),
    "chart.open": Step(("shift+tab", "left"), screen, "Conversations"),
    "live.range": Step((), text),
    "live.period": Step((), text),
    "live.group": Step((), text),
    "live.why": Step((), screen, "Why"),
    "conversations.filter": Step(("2",), text, alone=True),
    "conversations.mark": Step(("2",), text),
    "conversations.mark_all": Step(("2",), text),
    "conversations.label": Step(("2",), screen, "Label"),
    "conversations.sort": Step(("2",), text),
    "conversations.reverse": Step(("2",), text),
    "conversations.why": Step(("2",), screen, "Why"),
    "conversations.export": Step(("2",), screen, "Export"),
    "conversations.erase": Step(("2",), screen, "Erase"),
    "conversations.clear": Step(("2", "space"), text),
    "conversations.facets": Step(("2",), text),
    "facets.choose": Step(("2", "shift+tab"), text),
    "reader.fold": Step((*READ, "end"), text),
    "reader.fold_all": Step(READ, text),
    "reader.next_prompt": Step((*READ, "home"), text),
    "reader.previous_prompt": Step((*READ, "end"), text),
    "reader.find": Step(READ, text, alone=True),
    "reader.family": Step(READ, text, alone=True),
    "reader.branch": Step(READ, text, alone=True),
    "reader.hidden": Step(READ, text),
    "reader.copy": Step(READ, copied, True),
    "reader.why": Step(READ, screen, "Why"),
    "reader.label": Step(READ, screen, "Label"),
    "reader.export": Step(READ, screen, "Export"),
    "app.plans": Step((), screen, "Plans"),
    "plans.use": Step(("4",), screen, "Chooser"),
    "plans.edit": Step(("4",), screen, "Editor", with_plans),
    "plans.top_up": Step(("4",), screen, "TopUp", with_plans),
    "plans.adjust": Step(("4",), screen, "Adjust", with_plans),
    "plans.statement": Step(("4",), screen, "Statement", with_plans),
    "plans.conversation": Step(("4",), screen, "Pick", with_plans),
    "plans.each": Step(("4",), text, None, with_plans),
    "plans.other": Step(("4",), text, None, with_plans),
    "plans.side_by_side": Step(("4",), screen, "Compare", with_plans),
    "boundary.earlier": Step((*CUT, "right"), text, None, with_plans),
    "boundary.later": Step(CUT, text, None, with_plans),
    "boundary.open": Step(CUT, screen, "Reader", with_plans),
    "app.memory": Step((), screen, "Memory"),
    "memory.search": Step(("3",), focus, "FilterInput", remembered, alone=True),
    "memory.new": Step(("3",), screen, "NewEntry"),
    "memory.edit": Step(("3",), screen, "EditEntry", remembered),
    "memory.edit_outside": Step(("3",), text, None, remembered),
    "memory.label": Step(("3",), screen, "LabelEntries", remembered),
    "memory.accept": Step(("3",), text, None, remembered),
    "memory.confirm": Step(("3",), text, None, remembered),
    "memory.snooze": Step(("3",), screen, "Snooze", remembered),
    "memory.archive": Step(("3",), text, None, remembered, alone=True),
    "memory.erase": Step(("3",), screen, "Erase", remembered),
    "memory.versions": Step(("3",), screen, "EntryVersions", remembered),
    "memory.history": Step(("3",), screen, "History", remembered),
    "memory.review": Step(("3",), text, None, remembered, alone=True),
    "memory.export": Step(("3",), screen, "ExportEntries", remembered),
    "memory.mark": Step(("3",), text, None, remembered),
    "memory.mark_all": Step(("3",), text, None, remembered),
    "memory.order": Step(("3",), text, None, remembered),
    "memory.clear": Step(("3", "space"), text, None, remembered),
    "memory.facets": Step(("3",), text, None, remembered),
    "memory.hygiene": Step(("3",), focus, "HygieneRows", remembered, alone=True),
    "memory.files": Step(("3",), screen, "MemoryFiles"),
    "memory_files.keep": Step(FILES, text, None, with_memory_files),
    "memory_files.take_out": Step(FILES, screen, "WriteFiles", with_memory_files),
    "memory_files.write": Step(FILES, screen, "WriteFiles", with_memory_files),
    "memory_files.look": Step(("3", "t"), text),
    "memory_files.import": Step(("3", "t"), screen, "MemoryImport"),
    "memory_files.mark": Step(FILES, text, None, with_memory_files),
    "memory_files.mark_all": Step(FILES, text, None, with_memory_files),
    "memory_files.stop": Step(("3", "t"), text),
    "memory.packs": Step(("3",), screen, "Packs"),
    "memory.into_pack": Step(("3",), screen, "IntoPack", with_pack),
    "packs.always": Step(PACK, text, None, with_pack),
    "packs.never": Step(PACK, text, None, with_pack),
    "packs.turn": Step(PACK, text, None, with_pack),
    "packs.less": Step(PACK, text, None, with_pack),
    "packs.more": Step(PACK, text, None, with_pack),
    "packs.next_fate": Step(PACK, text, None, with_pack),
    "packs.preview": Step(PACK, screen, "PackText", with_pack),
    "packs.write": Step(PACK, screen, "WritePack", with_pack),
    "packs.copy": Step(PACK, copied, True, with_pack),
    "packs.verify": Step(PACK, screen, "VerifyPack", with_pack),
    "packs.new": Step(PACK, screen, "PackTerms"),
    "packs.edit": Step(PACK, screen, "PackTerms", with_pack),
    "packs.delete": Step(PACK, screen, "DeletePack", with_pack),
    "packs.written": Step(PACK, screen, "PackLog", with_pack),
    "reader.erase": Step(READ, screen, "Erase"),
    "reader.remember": Step((*READ, "home"), screen, "Remember"),
    "app.compare": Step((), screen, "Compare"),
    "compare.plans": Step(("5",), screen, "Compared", compare_parts.with_plans),
    "compare.earlier": Step(("5",), text, None, compare_parts.with_plans),
    "compare.later": Step(("5",), text, None, compare_parts.with_plans),
    "compare.months": Step(("5",), screen, "Cheapest", compare_parts.with_plans),
    "compare.versions": Step(("5",), screen, "Versions", compare_parts.with_plans),
    "compare.use": Step(("5", "home"), screen, "Use", compare_parts.with_plans),
    "slider.shorter": Step(("5", "tab"), text, None, compare_parts.with_plans),
    "slider.longer": Step(("5", "tab"), text, None, compare_parts.with_plans),
    "app.economics": Step((), screen, "Economics"),
    "economics.why": Step(("6",), screen, "FigureWhy"),
    "economics.group": Step(("6",), screen, "GroupBy"),
    "economics.period": Step(("6",), screen, "Period"),
    "economics.baseline": Step(("6",), screen, "People"),
    "economics.close": Step(("6",), screen, "CloseMonth"),
    "economics.costs": Step(("6",), screen, "CostItems"),
    "economics.handoffs": Step(("6",), screen, "Handoffs"),
    "economics.simulate": Step(("6",), screen, "Scenario"),
    "economics.export": Step(("6",), screen, "TextExport"),
    "economics.measure": Step(("6",), text),
    "economics.budgets": Step(("6",), screen, "Budgets"),
    "economics.currency": Step(("6",), screen, "Currency"),
    "budgets.new": Step(BUDGET, screen, "BudgetForm", with_budgets),
    "budgets.edit": Step(BUDGET, screen, "BudgetForm", with_budgets),
    "budgets.remove": Step(BUDGET, text, None, with_budgets),
    "budgets.ladder": Step(BUDGET, text, None, with_budgets),
    "budgets.why": Step(BUDGET, screen, "Why", with_budgets),
    "budgets.period": Step(BUDGET, screen, "Period", with_budgets),
    "sources.rescan": Step(("8",), text),
    "sources.import": Step(("8",), screen, "Import"),
    "sources.discover": Step(("8",), screen, "Discovered"),
    "sources.about": Step(("8",), screen, "AboutSource"),
    "sources.leave_out": Step(("8",), text),
    "discovered.leave_out": Step(("8", "d"), text, None, with_log),
    "sources.stop": Step(("8",), text),
    "sources.price": Step(("8",), screen, "Price"),
    "sources.alias": Step(("8",), text),
    "paths.into": Step(PICK, typed_line, "~/below/", with_folder),
    "paths.above": Step((*PICK, "right"), typed_line, None, with_folder),
    "import.read": Step(BROUGHT, screen, "Sources", with_export),
    "import.rejected": Step(BROUGHT, focused_id, "rejected", with_export, alone=True),
    "import.memory": Step(BROUGHT, text, None, with_export, alone=True),
    "sources.estimates": Step(("8",), text),
    "sources.reconcile": Step(("8",), screen, "Reconcile"),
    "reconcile.choose": Step(BILL, screen, "BillPath"),
    "reconcile.differences": Step(COMPARED, text, None, with_bill),
    "reconcile.keep": Step(COMPARED, screen, "KeepBalance", with_bill),
    "reconcile.forget": Step(COMPARED, text, None, with_bill),
    "reconcile.export": Step(COMPARED, screen, "TextExport", with_bill),
    "table_mapping.next_question": Step(MAP, cursor, 1, with_table),
    "table_mapping.detail": Step((*MAP, "end"), text, None, with_table),
    "table_mapping.save": Step(MAP, text, None, with_table),
    "app.review_memory": Step((), screen, "Review"),
    "sitting.still_true": Step(SIT, text, None, review_parts.with_memory),
    "sitting.edit": Step(SIT, screen, "EditEntry", review_parts.with_memory),
    "sitting.merge": Step(SIT, screen, "MergeEntries", review_parts.with_conflict),
    "sitting.snooze": Step(SIT, screen, "SnoozeDialog", review_parts.with_memory),
    "sitting.archive": Step(SIT, text, None, review_parts.with_memory),
    "sitting.choose": Step(SIT, screen, "ChooseDialog", review_parts.with_conflict),
    "sitting.no_pair": Step(SIT, text, None, review_parts.with_conflict),
    "sitting.erase": Step(SIT, screen, "Erase", review_parts.with_memory),
    "sitting.mark": Step(SIT, text, None, review_parts.with_memory),
    "sitting.same": Step((*SIT, "x"), text, None, review_parts.with_memory),
    "sitting.whole": Step(SIT, screen, "Reader", review_parts.with_conflict),
    "sitting.source": Step(SIT, focused_id, "source", review_parts.with_memory),
    "sitting.hygiene": Step(SIT, focused_id, "hygiene", review_parts.with_memory),
    "sitting.again": Step(SIT, text, None, review_parts.with_memory),
    "memory.findings": Step(("3",), screen, "Findings"),
    "findings.reveal": Step(FOUND, screen, "Reveal", with_findings),
    "findings.no_secret": Step(FOUND, text, None, with_findings),
    "findings.redact": Step(FOUND, screen, "Redact", with_findings),
    "findings.scan": Step(FOUND, text),
    "findings.mark": Step(FOUND, text, None, with_findings),
    "findings.mark_all": Step(FOUND, text, None, with_findings),
    "findings.clear": Step((*FOUND, "space"), text, None, with_findings),
    "findings.facets": Step(FOUND, text, None, with_findings),
    "app.review": Step((), screen, "Reviews"),
    "reviews.section": Step(("7",), focus, "KnownRows"),
    "queue.next": Step(("7",), screen, "Judge", people_parts.with_sample),
    "queue.draw": Step(("7",), screen, "Draw"),
    "queue.narrow": Step(("7",), text, None, people_parts.with_sample),
    "queue.adjudicate": Step(("7",), screen, "Judge", people_parts.with_dispute),
    "queue.write": Step(("7",), screen, "WriteReview", people_parts.with_sample),
    "queue.take": Step(("7",), screen, "TakeReview"),
    "queue.remove": Step(("7",), text, None, people_parts.with_sample),
    "judging.give_pass": Step(JUDGED, screen, "Verdict", people_parts.with_sample),
    "judging.give_minor": Step(JUDGED, screen, "Verdict", people_parts.with_sample),
    "judging.give_major": Step(JUDGED, screen, "Verdict", people_parts.with_sample),
    "judging.give_fail": Step(JUDGED, screen, "Verdict", people_parts.with_sample),
    "judging.skip": Step(JUDGED, text, None, people_parts.with_sample),
    "judging.adjudicate": Step(JUDGED, text, None, people_parts.with_sample),
    "reader.handoffs": Step(READ, screen, "ConversationHandoffs"),
    "handoffs.add": Step(HANDED, screen, "HandoffForm", people_parts.with_handoff),
    "handoffs.edit": Step(HANDED, screen, "HandoffForm", people_parts.with_handoff),
    "handoffs.remove": Step(HANDED, text, None, people_parts.with_handoff),
    "handoffs.why": Step(HANDED, screen, "Why", people_parts.with_handoff),
    "firings.confirm": Step(FIRED, screen, "Facts", people_parts.with_firings),
    "firings.narrow": Step(FIRED, text, None, people_parts.with_firings),
    "audit.verify": Step(LOGGED, screen, "VerifyAudit"),
    "audit.copy_head": Step(LOGGED, copied, True),
    "live.alerts": Step((), screen, "Alerts", with_plans),
    "alerts.mute": Step(("a",), screen, "Live", with_plans),
}
