"""What Plans says in words: its panels, its empty places, and what the terms are headed by."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.content import Content

from convledger.clock import to_datetime
from convledger.text.display import display_text
from convledger.tui.credit_words import are_apart, day_text
from convledger.tui.screens.live_words import zone_name
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.rows import Part
from convledger.tui.widgets.tab_strip import Tab
from convledger.tui.widgets.terms_view import Terms

if TYPE_CHECKING:
    from convledger.reports.plan_figures import Boundaries
    from convledger.store.subscriptions import Subscription
    from convledger.tui.screens.plan_sight import Sight

PANELS = {
    "terms-panel": ("Plan in force", "Plan"),
    "ledger-panel": ("Credit ledger", "Ledger"),
    "burn-panel": ("Burn-down", "Burn"),
    "cut-panel": ("Boundaries", "Units"),
}
LIMITS = "Limits and spend"
NO_CREDITS = ("This plan has no credits.", "i shows what is due for each period.")
NOT_BEGUN = ("Nothing is booked before it begins.", "p puts it in force earlier.")
NO_ENTRY = (
    "Nothing is booked yet.",
    "t books credits that you bought,",
    "a gives or takes them by hand.",
)


def welcome_words(*, short: bool) -> Content:
    """Return what a plan is, for who has none: in few lines, fewer where there is little room."""
    head = Content.styled("No plan is in force yet", "bold $foreground")
    if short:
        keys = Content.assemble(
            ("⏎ ", "bold $accent"), ("uses this example · ", "$muted"),
            ("p ", "bold $accent"), ("any plan", "$muted"),
        )  # fmt: skip
        return Content("\n").join([head, keys])
    teach = Content.styled(
        "A plan says what your seller counts (a conversation, a message, tokens), what one costs, "
        "which credits come with it, and when they end. With one in force you see here what is "
        "left, how long it lasts, and where conversations are cut into billable units.",
        "$muted",
    )
    do = Content.assemble(
        ("⏎ ", "bold $accent"), ("puts the example under the cursor in force, ", "$muted"),
        ("e ", "bold $accent"), ("then edits it to what your contract says; ", "$muted"),
        ("p ", "bold $accent"), ("puts any plan in force, from this list or your own.", "$muted"),
    )  # fmt: skip
    return Content("\n").join([head, Content(), teach, Content(), do])


def terms_of(sight: Sight, zone: tzinfo, now: int) -> Terms:
    """Return the terms of what is in sight, headed by the plan's name and version.

    `zone` is the app's: a plan begins and ends on a day of its own, which is said where it matters.
    """
    one, view, here = sight.subscription, sight.view, zone
    if view is not None:
        zone = view.zone
    if one is None:
        return Terms()
    notes: list[Part] = []
    if one.scope:
        notes.append((f"for {scope_words(one.scope)}", "$primary"))
    if not one.is_in_force(now):
        notes.append((_not_in_force(one, zone, now), "$warning"))
    if sight.broken:
        stays = f"version {display_text(view.version)} stays in force" if view else "not usable"
        notes.append((f"✕ its file is broken or gone: {stays}. e mends it.", "$error"))
    if view is None:
        notes.append((display_text(sight.problem), "$error"))
        return Terms(one.plan, notes=tuple(notes))
    if are_apart(zone, here, now):
        notes.append((f"all days are those of {zone_name(zone, now)}", "$muted"))
    since = to_datetime(view.since).astimezone(zone)
    year = f" {since.year}" if since.year != to_datetime(now).astimezone(zone).year else ""
    return Terms(
        title=view.name,
        beside=f"version {view.version}, since {day_text(view.since, zone)}{year}",
        notes=tuple(notes),
        pairs=tuple(view.terms),
    )


def scope_words(scope: dict[str, tuple[str, ...]]) -> str:
    """Return which usage a plan is about: "client Acme", "all usage"."""
    named = [
        f"{kind} {' or '.join(display_text(value) for value in values)}"
        for kind, values in scope.items()
        if values
    ]
    return ", ".join(named) or "all usage"


def _not_in_force(one: Subscription, zone: tzinfo, now: int) -> str:
    if one.began > now:
        return f"begins {day_text(one.began, zone)}"
    return f"ended {day_text(one.ended or now, zone)}"


def panel_titles(sight: Sight, now: int, *, folded: bool) -> dict[str, str]:
    """Return the title of each panel; folded it says which of how many it is."""
    names = {panel: name for panel, (name, _) in PANELS.items()}
    one = sight.subscription
    if one is not None and not one.is_in_force(now):
        names["terms-panel"] = "Plan to come" if one.began > now else "Plan that was"
    if sight.view is not None and sight.view.burn_down is None:
        names["burn-panel"] = LIMITS
    if not folded:
        return names
    return {
        panel: f"{name} · {place} of {len(names)}"
        for place, (panel, name) in enumerate(names.items(), 1)
    }


def panel_counts(
    sight: Sight, told: Boundaries | None, zone: tzinfo, *, each: bool, cells: int
) -> dict[str, str]:
    """Return what stands at the lower right of each panel."""
    counts = dict.fromkeys(PANELS, "")
    if sight.count > 1:
        counts["terms-panel"] = f"{sight.place + 1} of {sight.count} · [ the next"
    if sight.lines:
        lines = len(sight.lines)
        kind = ("entry" if lines == 1 else "entries") if each else f"{plural(lines, 'line')} by day"
        counts["ledger-panel"] = f"{lines:,} {kind} · live balance"
    burn = sight.view.burn_down if sight.view is not None else None
    if burn is not None:
        counts["burn-panel"] = f"credits left, by lot · {_span(burn.since, burn.until, zone)}"
    elif sight.meters is not None:
        counts["burn-panel"] = display_text(sight.meters.period_name)
    if told is not None and told.messages:
        span = _span(told.messages[0].at, told.messages[-1].at + 1, zone)
        rules = "two rules" if len(told.lanes) > 1 else "one rule"
        long = f"{span} · {rules} for the same messages"
        counts["cut-panel"] = long if len(long) + 6 <= cells else span
    return counts


def _span(since: int, until: int, zone: tzinfo) -> str:
    """Return a stretch of time: "November 2026", "17–18 Nov", "30 Oct – 2 Nov"."""
    first = to_datetime(since).astimezone(zone)
    last = to_datetime(max(since, until - 1)).astimezone(zone)
    middle = to_datetime((since + until) // 2).astimezone(zone)
    month = 27 * 24 * 3600 * 1_000_000
    if until - since >= month and (last.date() - first.date()).days <= 31:
        return f"{middle:%B %Y}"
    if first.date() == last.date():
        return f"{first.day} {first:%b}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%b}"
    return f"{first.day} {first:%b} – {last.day} {last:%b}"


def panel_tabs(sight: Sight, told: Boundaries | None) -> tuple[Tab, ...]:
    """Return the names of the panels where one is shown at a time."""
    titles = {panel: name for panel, (name, _) in PANELS.items()}
    if sight.view is not None and sight.view.burn_down is None:
        titles["burn-panel"] = LIMITS
    counts: dict[str, int | None] = {
        "ledger-panel": len(sight.lines) if sight.view is not None else None,
        "cut-panel": len(told.lanes[0].units) if told is not None and told.lanes else None,
    }
    return tuple(
        Tab(panel, titles[panel], short if titles[panel] == name else "Limits", counts.get(panel))
        for panel, (name, short) in PANELS.items()
    )
