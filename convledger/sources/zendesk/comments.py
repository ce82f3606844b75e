"""Comments of Zendesk tickets that come without the ticket: events, or a list of a ticket's own."""

from __future__ import annotations

import re
from typing import Any

from convledger.sources.dating import odd_time
from convledger.sources.glimpse import LIKELY, NO, SURE
from convledger.sources.support.dialogue import Dialogue, Turn, Who
from convledger.sources.values import dict_of, dicts_in, instant_of, name_of, text_of
from convledger.sources.zendesk.tickets import Roles, turn_of

_NUMBER = re.compile(r"\d+")


class Comments:
    """Comments by ticket. Who opened each is remembered: what that one writes is the customer's.

    Of a list without a ticket's number in it the file's name must tell it (`comments_35436.json`).
    """

    def __init__(self, relative: str) -> None:
        places = [_NUMBER.findall(place) for place in relative.split("/")[-2:]]
        numbers = places[-1] or places[0]
        self._of_file = numbers[0] if len(numbers) == 1 else ""
        self._requesters: dict[str, str] = {}
        self._last_at: dict[str, int] = {}

    @staticmethod
    def likeness(record: dict[str, Any]) -> int:
        """Tell how sure it is that a record is a comment, or an event, of a ticket."""
        if "child_events" in record and "ticket_id" in record:
            return SURE
        if "author_id" in record and "public" in record and _body_of(record):
            own = sum(name in record for name in ("html_body", "plain_body", "audit_id", "via"))
            return LIKELY if own >= 2 or "ticket_id" in record else NO
        return NO

    def dialogue(self, record: dict[str, Any], page: dict[str, Any]) -> Dialogue | None:
        """Return what a record adds to a ticket, None where it is no comment of a known one."""
        if "child_events" in record and (native := name_of(record.get("ticket_id"))):
            return self._of_event(native, record)
        if "author_id" not in record or not _body_of(record):
            return None
        native = name_of(record.get("ticket_id")) or self._of_file
        if not native:
            return None
        author = name_of(record.get("author_id"))
        requester = self._requesters.setdefault(native, author)
        roles = Roles(requester, dicts_in(page.get("users")))
        turn = turn_of(record, roles.of(record, has_bot=False))
        before = self._last_at.get(native)
        if turn.at is not None:
            self._last_at[native] = turn.at
        return Dialogue(native, first_at=before, turns=[turn], is_whole=False)

    def _of_event(self, native: str, event: dict[str, Any]) -> Dialogue:
        stamps = event.get("created_at"), event.get("timestamp")
        at = instant_of(stamps[0]) or instant_of(stamps[1])
        found = Dialogue(native, first_at=at, last_at=at, odd=odd_time(*stamps), is_whole=False)
        children = dicts_in(event.get("child_events"))
        for child in children:
            if child.get("event_type") == "Create" and (who := name_of(child.get("requester_id"))):
                self._requesters.setdefault(native, who)
        for child in children:
            if child.get("event_type") == "Comment" and _body_of(child):
                comment = {"author_id": event.get("updater_id"), **child}
                comment["created_at"] = child.get("created_at") or event.get("created_at") or at
                author = name_of(comment.get("author_id"))
                requester = self._requesters.setdefault(native, author)
                speaker = Roles(requester, []).of(comment, has_bot=False)
                found.turns.append(turn_of(comment, speaker))
            elif status := text_of(child.get("status")):
                before = text_of(child.get("previous_value"))
                words = f"status: {before} to {status}" if before else f"status: {status}"
                found.turns.append(Turn(name_of(child.get("id")), at, Who.ACTIVITY, words))
        if not children and dict_of(event.get("via")):
            found.last_at = at
        return found


def _body_of(record: dict[str, Any]) -> str:
    return next((text_of(record[key]) for key in ("plain_body", "body", "html_body")
                 if record.get(key)), "")  # fmt: skip
