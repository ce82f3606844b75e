"""What is known of a conversation after some of its rows."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field

from convledger.sources.findings import ConversationFacts, OutcomeFacts
from convledger.sources.titles import GENERATED, PROMPT, title_line

_LONGEST_DETAIL = 1000
_TOO_LARGE = Decimal(10**15)


class Standing(Struct):
    """A conversation so far; `details` holds None where rows differ, `seen` what they repeat."""

    native: str
    first_at: int | None = None
    last_at: int | None = None
    title: str = ""
    title_rank: int = 0
    title_at: int = 0
    project: str = ""
    user: str = ""
    channel: str = ""
    status: str = ""
    status_at: int = -1
    escalated: bool | None = None
    handed_off_at: int | None = None
    resolved_at: int | None = None
    rating: str = ""
    bot: int | None = None
    human: int | None = None
    customer: int | None = None
    bot_until: int = 0
    costs: dict[str, Decimal] = field(default_factory=dict)
    details: list[str | None] = field(default_factory=list)
    told: frozenset[str] = frozenset()  # names of details that were handed on already
    last_uuid: str = ""
    last_message_at: int = 0
    seen: dict[int, int] = field(default_factory=dict)

    def spans(self, at: int) -> None:
        """Note an instant of the conversation."""
        self.first_at = at if self.first_at is None else min(self.first_at, at)
        self.last_at = at if self.last_at is None else max(self.last_at, at)

    def prompted(self, text: str, at: int) -> None:
        """Note a prompt, which is the title until there is a better one."""
        if self.title_rank > PROMPT or (self.title_rank and self.title_at <= at):
            return
        line = title_line(text)
        if line:
            self.title, self.title_rank, self.title_at = line, PROMPT, at

    def entitled(self, title: str) -> None:
        """Note a title that the table tells."""
        if line := title_line(title):
            self.title, self.title_rank = line, GENERATED

    def spoken(self, role: str, at: int) -> None:
        """Note that somebody has said something; a person after a bot is a hand-off."""
        self.bot, self.human, self.customer = self.bot or 0, self.human or 0, self.customer or 0
        if role == "assistant":
            self.bot += 1
            self.bot_until = max(self.bot_until, at)
        elif role == "human_agent":
            if self.bot and at >= self.bot_until:
                self.handed_off_at = min(self.handed_off_at or at, at)
            self.human += 1
        elif role == "user":
            self.customer += 1

    def spent(self, amount: Decimal, currency: str) -> None:
        """Add what a row claims to have cost in another currency than dollars."""
        total = self.costs.get(currency, Decimal(0)) + amount
        if total < _TOO_LARGE and (currency in self.costs or len(self.costs) < 20):
            self.costs[currency] = total

    def describe(self, cells: list[str]) -> None:
        """Note the cells of columns that mean nothing in particular."""
        if not self.details:
            self.details = list(cells)
            return
        if self.details == cells:
            return
        for place, cell in enumerate(cells):
            if self.details[place] != cell and self.details[place] is not None:
                self.details[place] = None if self.details[place] else cell

    def facts(
        self, names: list[str], resolutions: dict[str, str], rating_of: int | None, *, support: bool
    ) -> ConversationFacts:
        """Return what is known, the details under their columns' names."""
        details = {
            name: value[:_LONGEST_DETAIL]
            for name, value in zip(names, self.details, strict=False)
            if value and value.strip()
        }
        if self.user:
            details["user"] = self.user[:_LONGEST_DETAIL]
        for currency, total in self.costs.items():
            details[f"cost {currency}"] = f"{total.normalize():f}"
        now = frozenset(details)
        details |= dict.fromkeys(self.told - now, "")  # it turned out to differ
        self.told = now
        return ConversationFacts(
            native=self.native,
            first_at=self.first_at,
            last_at=self.last_at,
            title=self.title,
            title_rank=self.title_rank,
            project=self.project,
            outcome=self._outcome(resolutions, rating_of) if support else None,
            details=details,
        )

    def _outcome(self, resolutions: dict[str, str], rating_of: int | None) -> OutcomeFacts:
        resolution = resolutions.get(self.status.strip().casefold(), "")
        if not resolution and self.escalated:
            resolution = "escalated"
        return OutcomeFacts(
            handled_by=self._handled_by(),
            resolution=resolution or ("unknown" if self.status else ""),
            verdict=self.status,
            resolved_at=self.resolved_at,
            handed_off_at=self.handed_off_at,
            bot_messages=self.bot,
            human_messages=self.human,
            customer_messages=self.customer,
            rating=self.rating,
            rating_of=rating_of if self.rating else None,
            channel=self.channel,
        )

    def _handled_by(self) -> str:
        if self.escalated or (self.bot and self.human):
            return "bot_then_human" if self.bot or self.bot is None else "human_only"
        if self.human:
            return "human_only"
        if self.bot:
            return "bot_only"
        if self.escalated is False and self.bot is None:
            return "bot_only"  # of a bot's conversations, one that it kept
        return "" if self.bot is None and self.human is None else "none"
