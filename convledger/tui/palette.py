"""The palette: every action in reach, pages of the manual, themes, conversations by name."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from convledger.manual import first_sentence, page_text, topics
from convledger.reports.listing import ConversationLine, ListQuery
from convledger.text.display import clip, display_text
from convledger.tui.help_text import actions_of, keys_of, scopes_of

if TYPE_CHECKING:
    from convledger.tui.app import ConvledgerApp

PATIENCE = 2.0  # seconds
MOST = 20  # hits: more of them make typing slow
Entry = tuple[str, str, Callable[[], object]]  # "scope: verb", what it is for, what it does


class ActionProvider(Provider):
    """Offers what can be done from the widget that has the focus under the palette."""

    @property
    def _books(self) -> ConvledgerApp:
        return cast("ConvledgerApp", self.app)

    def _entries(self) -> Iterator[Entry]:
        yield from self._actions()
        for topic in topics():
            yield f"help: {topic}", first_sentence(page_text(topic)), partial(self._page, topic)
        for name in sorted(self.app.available_themes):
            now = "in use" if name == self.app.theme else "for this and later sittings"
            yield f"theme: {name}", now, partial(self._books.use_theme, name)

    def _actions(self) -> Iterator[Entry]:
        focused = self.screen.focused or self.screen
        for scope_name, actions in actions_of(scopes_of(focused)):
            for action in actions:
                node = next(
                    (
                        one
                        for one in (*focused.ancestors_with_self, self.app)
                        if getattr(one, "SCOPE", "") == action.scope
                    ),
                    None,
                )
                if node is None or action.verb == "palette":
                    continue
                scope = action.scope if action.scope != "app" else "go"
                title = f"{scope}: {action.label.lower()}"
                keys = keys_of(action, self._books.user_keymap)
                run = partial(self.app.run_action, action.verb, node)
                yield title, f"{action.help}  {keys} {scope_name}", run

    def _page(self, topic: str) -> None:
        from convledger.tui.screens.page import PageScreen

        self.app.push_screen(PageScreen(topic))

    async def discover(self) -> Hits:
        """Offer everything before a letter is typed."""
        for title, words, run in self._entries():
            yield DiscoveryHit(Content(title), run, text=title, help=_plain(words))

    async def search(self, query: str) -> Hits:
        """Offer what `query` matches, conversations by their titles among it."""
        matcher = self.matcher(query)
        scored = [
            (matcher.match(title), title, words, run) for title, words, run in self._entries()
        ]
        best = sorted((one for one in scored if one[0] > 0), key=lambda one: -one[0])[:MOST]
        for score, title, words, run in best:
            yield Hit(score, matcher.highlight(title), run, text=title, help=_plain(words))
        if len(query) < 3:
            return
        for line in await self._conversations(query):
            title = clip(display_text(line.title or line.native), 60)
            label = Content(f"open: {title}")
            run = partial(self._books.open_conversation, line.id)
            about = f"{line.source} · {display_text(line.project)}"
            yield Hit(0.3, label, run, text=f"open: {title}", help=_plain(about))

    async def _conversations(self, query: str) -> list[ConversationLine]:
        waiting = self.app.run_worker(
            partial(self._named, query), thread=True, exit_on_error=False, group="palette"
        )
        return await waiting.wait()

    def _named(self, query: str) -> list[ConversationLine]:
        """Ask the desk, from a thread that can wait for its answer."""
        answer: queue.SimpleQueue[list[ConversationLine]] = queue.SimpleQueue()
        self._books.ask(
            ("palette", query, id(answer)),
            lambda ledger: ledger.conversation_lines(
                ledger.matching(ListQuery(text=query))[: MOST // 2]
            ),
            answer.put,
        )
        try:
            return answer.get(timeout=PATIENCE)
        except queue.Empty:  # the ledger is in trouble, which the app has told
            return []


def _plain(words: str) -> str:
    """Return help words in which nothing is markup: the palette would read brackets."""
    return clip(words, 100).replace("[", "(").replace("]", ")")
