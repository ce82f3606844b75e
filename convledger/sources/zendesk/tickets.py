"""Zendesk tickets: from the account's export, an incremental export or the interface.

A ticket says that a bot took part only in its tags and its channel; what people have done is told
by its comments, where these are in it.
"""

from __future__ import annotations

import re
from typing import Any

from convledger.sources.dating import odd_time
from convledger.sources.findings import OutcomeFacts
from convledger.sources.glimpse import LIKELY, NO, SURE
from convledger.sources.support.dialogue import (
    ASSUMED,
    BOT_THEN_HUMAN,
    ESCALATED,
    OPEN,
    UNKNOWN,
    Dialogue,
    Turn,
    Who,
    channel_of,
    count_of,
    files_of,
    handled_by,
    in_order,
    listed,
    names_in,
)
from convledger.sources.values import dict_of, dicts_in, instant_of, name_of, text_of

STATUSES = ("new", "open", "pending", "hold", "solved", "closed", "deleted")
_OWN = ("via", "requester_id", "submitter_id", "assignee_id", "group_id", "satisfaction_rating",
        "ticket_form_id", "brand_id", "custom_fields", "organization_id")  # fmt: skip
_BOT = re.compile(r"(^|[_\-\s])(ai_?agents?|answer_?bot|\w{0,20}bot|ultimate|automated_resolution)"
                  r"($|[_\-\s])", re.IGNORECASE)  # fmt: skip
_BOT_HANDS_OVER = re.compile(r"(handoff|hand_off|handover|escalat|transfer)", re.IGNORECASE)
_AT_ALL, _NOBODY = frozenset(["end-user", "end_user", "enduser"]), -1


def is_one(record: dict[str, Any]) -> bool:
    """Tell whether a record is a ticket."""
    return likeness(record) > NO


def likeness(record: dict[str, Any]) -> int:
    """Tell how sure it is that a record is a ticket of Zendesk."""
    if not name_of(record.get("id")) or text_of(record.get("status")) not in STATUSES:
        return NO
    own = sum(name in record for name in _OWN)
    if "/api/v2/tickets/" in text_of(record.get("url")) and own >= 2:
        return SURE
    return LIKELY if own >= 4 or (own >= 2 and "comments" in record) else NO


class Roles:
    """Who says what in a ticket, told by the ids of those who write."""

    def __init__(self, requester: str, users: list[dict[str, Any]]) -> None:
        self.requester = requester
        self._roles = {name_of(user.get("id")): text_of(user.get("role")).lower() for user in users}
        self._names = {name_of(user.get("id")): text_of(user.get("name")) for user in users}

    def of(self, comment: dict[str, Any], *, has_bot: bool) -> Who:
        """Return who has written a comment."""
        author = dict_of(comment.get("author"))
        who = name_of(comment.get("author_id")) or name_of(author.get("id"))
        role = text_of(author.get("role")).lower() or self._roles.get(who, "")
        if comment.get("public") is False:
            return Who.NOTE
        if who == str(_NOBODY):
            return Who.BOT if has_bot else Who.ACTIVITY
        if who == self.requester or role in _AT_ALL:
            return Who.CUSTOMER
        name = text_of(author.get("name")) or self._names.get(who, "")
        channel = text_of(dict_of(comment.get("via")).get("channel"))
        if _BOT.search(name) or _BOT.search(channel):
            return Who.BOT
        return Who.PERSON


def turn_of(comment: dict[str, Any], who: Who) -> Turn:
    """Return a comment as a turn; of its forms the plain one is taken first."""
    plain = text_of(comment.get("plain_body")) or text_of(comment.get("body"))
    html = "" if plain else text_of(comment.get("html_body"))
    files = files_of(comment.get("attachments"), "file_name", "content_url")
    stamps = comment.get("created_at"), comment.get("timestamp")
    at = instant_of(stamps[0]) or instant_of(stamps[1])
    name = text_of(dict_of(comment.get("author")).get("name"))
    return Turn(
        name_of(comment.get("id")),
        at,
        who,
        plain or html,
        bool(html),
        files,
        name,
        odd_time(*stamps),
    )


def dialogue(ticket: dict[str, Any], users: list[dict[str, Any]]) -> Dialogue:
    """Return a ticket as a conversation; `users` are those that the page tells beside it."""
    native = name_of(ticket.get("id"))
    found = Dialogue(native, text_of(ticket.get("subject")) or text_of(ticket.get("raw_subject")))
    found.first_at = instant_of(ticket.get("created_at"))
    found.odd = odd_time(ticket.get("created_at"))
    found.last_at = instant_of(ticket.get("updated_at")) or found.first_at
    requester = dict_of(ticket.get("requester"))
    asks = name_of(ticket.get("requester_id")) or name_of(requester.get("id"))
    via = text_of(dict_of(ticket.get("via")).get("channel"))
    tags = names_in(ticket.get("tags"))
    has_bot = bool(_BOT.search(via)) or any(map(_BOT.search, tags))
    people = [requester, dict_of(ticket.get("submitter")), dict_of(ticket.get("assignee"))]
    roles = Roles(asks, [*users, *(one for one in people if one)])
    comments = listed(ticket.get("comments"), "comments")
    found.turns = [turn_of(each, roles.of(each, has_bot=has_bot)) for each in comments]
    if not comments and (said := text_of(ticket.get("description"))):
        begun_by = name_of(ticket.get("submitter_id"))
        who = Who.CUSTOMER if begun_by in ("", asks) else Who.PERSON
        found.turns = [Turn("description", found.first_at, who, said)]
    found.outcome = _outcome(ticket, found, via, has_bot=has_bot, has_comments=bool(comments))
    _add_details(ticket, found, tags, via)
    return found


def _outcome(
    ticket: dict[str, Any], found: Dialogue, via: str, *, has_bot: bool, has_comments: bool
) -> OutcomeFacts:
    people, bots = found.said_by(Who.PERSON), found.said_by(Who.BOT)
    metrics = dict_of(ticket.get("metric_set"))
    assigned = name_of(ticket.get("assignee_id"))
    status = text_of(ticket.get("status"))
    is_handed_over = has_bot and any(map(_BOT_HANDS_OVER.search, names_in(ticket.get("tags"))))
    has_person = bool(people) or is_handed_over
    if not has_comments:
        has_person = has_person or bool(assigned) or bool(count_of(metrics.get("replies")))
    handled = handled_by(bot=has_bot or bool(bots), person=has_person)
    facts = OutcomeFacts(handled, UNKNOWN, channel=channel_of(via))
    if handled == BOT_THEN_HUMAN:
        facts.resolution = ESCALATED
        facts.handed_off_at = min((turn.at for turn in in_order(people) if turn.at), default=None)
        facts.handed_off_at = facts.handed_off_at or instant_of(
            metrics.get("initially_assigned_at")
        )
    elif status in ("solved", "closed"):
        facts.resolution = ASSUMED if handled != "none" else UNKNOWN
    elif status in ("new", "open", "pending", "hold"):
        facts.resolution = OPEN
    if status in ("solved", "closed"):
        facts.resolved_at = instant_of(metrics.get("solved_at")) or found.last_at
    if has_comments:
        facts.bot_messages, facts.human_messages = len(bots), len(people)
        facts.customer_messages = len(found.said_by(Who.CUSTOMER))
    score = dict_of(ticket.get("satisfaction_rating")).get("score")
    if (word := name_of(score)) and word not in ("offered", "unoffered"):
        facts.rating = word
    return facts


def _add_details(ticket: dict[str, Any], found: Dialogue, tags: list[str], via: str) -> None:
    for name, value in (
        ("status", ticket.get("status")),
        ("tags", tags),
        ("customer", name_of(ticket.get("requester_id"))),
        ("channel", via),
        ("type", ticket.get("type")),
        ("priority", ticket.get("priority")),
        ("group", name_of(ticket.get("group_id"))),
        ("assignee", name_of(ticket.get("assignee_id"))),
        ("organization", name_of(ticket.get("organization_id"))),
        ("brand", name_of(ticket.get("brand_id"))),
        ("reopened", dict_of(ticket.get("metric_set")).get("reopens")),
        ("remark", dict_of(ticket.get("satisfaction_rating")).get("comment")),
    ):
        found.add_detail(name, value)
    for field in dicts_in(ticket.get("custom_fields")):
        if field.get("value") not in (None, "", False, []):
            found.add_detail(f"field {name_of(field.get('id'))}", field.get("value"))
