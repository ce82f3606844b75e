"""A workspace with plans in force: conversations are added by hand, and bills asked for."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

from convledger.clock import parse_instant
from convledger.money import PICO
from convledger.plans.billing import Bill
from convledger.reports.plan_news import PlanNews
from convledger.store.subscriptions import Subscription
from tests.reports.books import Books
from tests.workspaces import empty_workspace

HEAD = """schema = 1
id = "{id}"
name = "{id}"
version = "{version}"
currency = "{currency}"
timezone = "{zone}"
effective_from = {since}
"""
WINDOW = '\n[[unit]]\nid = "conversation"\ncount = "window"\ntimeout = "30m"\n'
PER_UNIT = WINDOW + '\n[[charge]]\nunit = "conversation"\nprice = "0.50"\n'
INCLUDED = '\n[[charge]]\nunit = "conversation"\ncredits = "1"\n\n[[grant]]\nid = "included"\n'
CREDITS = WINDOW + INCLUDED + 'amount = "10"\n'
USAGE = '\n[[unit]]\nid = "usage"\ncount = "sum"\nmeasure = "rated_usd"\n'
PASSED_ON = USAGE + '\n[[charge]]\nunit = "usage"\nmodel = "pass_through"\nmarkup = "1.00"\n'
OUTCOME = """
[[unit]]
id = "outcome"
count = "outcome"
outcome = ["resolved_assumed"]
settle_after = "24h"
once_per = "thread"
reverse_on_return = true

[[charge]]
unit = "outcome"
price = "0.99"
"""
SECOND = 1_000_000


def at(text: str) -> int:
    """Return an instant: "2026-03-05" or "2026-03-05T10:30", in UTC."""
    found = parse_instant(text)
    assert found is not None
    return found


def document(*parts: str, plan: str = "short", **head: str) -> str:
    """Return the text of a plan; `head` may tell version, currency, zone and since."""
    known = {"version": "1", "currency": "USD", "zone": "UTC", "since": "2026-01-01", **head}
    return HEAD.format(id=plan, **known) + "\n".join(parts)


class Shop(Books):
    """A ledger on disk with a folder of plans."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = empty_workspace(folder)
        self.connection = self.ledger.connection
        self._lines = self._said = 0
        self._threads: dict[str, int] = {}
        reader = self._id("reader", name="claude-code")
        self.connection.execute("INSERT OR IGNORE INTO source VALUES (1, ?, '/', 0, 0, 'live', '')",
                                (reader,))  # fmt: skip

    def plan(self, *parts: str, file: str = "", **head: str) -> Path:
        """Write a plan into the workspace and return its file."""
        text = document(*parts, **head)
        path = self.folder / "plans" / (file or f"{head.get('plan', 'short')}.toml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        self.ledger.plan_book.forget()
        return path

    def use(self, plan: str = "short", since: str = "2026-01-01", **more: Any) -> Subscription:
        """Put a plan in force."""
        return self.ledger.use_plan(plan, at(since), **{"now": at(since), **more})

    def thread(self, name: str, **facts: Any) -> int:
        """Return a conversation, made where there is none."""
        if name not in self._threads:
            self._threads[name] = self.conversation(name, **facts)
        return self._threads[name]

    def talk(self, when: str | int, name: str = "", *, older: bool = False, **facts: Any) -> int:
        """Add a question and, five seconds later, its answer; `older` ones arrived later."""
        instant = at(when) if isinstance(when, str) else when
        conversation = self.thread(name or f"talk {instant}", **facts)
        for kind, moment in ((1, instant), (2, instant + 5 * SECOND)):
            self._said += 1
            said = self.say(conversation, "x", at=moment, kind=kind, key=self._said)
            if older:
                self.connection.execute(
                    "UPDATE message SET id=(SELECT min(min(id), 0) FROM message) - 1 WHERE id=?",
                    (said,),
                )
        self._stretch(conversation, instant, instant + 5 * SECOND)
        return conversation

    def spend(self, when: str | int, usd: str | None, name: str = "", **more: Any) -> int:
        """Add a call of so many dollars at list price, and return its number."""
        instant = at(when) if isinstance(when, str) else when
        conversation = self.thread(name or f"talk {instant}")
        pico = None if usd is None else round(float(usd) * 100) * PICO // 100
        number = self.call(conversation, pico, at=instant, **more)
        self._stretch(conversation, instant, instant)
        self.roll_up()
        return number

    def _stretch(self, conversation: int, first: int, last: int) -> None:
        self.connection.execute(
            "UPDATE conversation SET first_at=min(coalesce(first_at, ?1), ?1), "
            "last_at=max(coalesce(last_at, ?2), ?2) WHERE id=?3",
            (first, last, conversation),
        )

    def subscription(self) -> Subscription:
        """Return the one subscription."""
        return self.ledger.plan_book.subscriptions()[-1]

    def bill(self, now: str | int, **more: Any) -> Bill:
        """Return the bill of the one subscription."""
        instant = at(now) if isinstance(now, str) else now
        return self.ledger.plan_book.bill(self.subscription(), instant, **more)

    def follow(self, now: str | int) -> PlanNews:
        """Look at the plans in force."""
        return self.ledger.follow_plans(at(now) if isinstance(now, str) else now, UTC)
