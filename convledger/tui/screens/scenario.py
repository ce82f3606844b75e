"""The scenario editor: what could be done otherwise, and what it comes to beside today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from convledger.economics.context_policy import POLICIES, ContextPolicy
from convledger.economics.scenario_text import (
    factor_of,
    read_scenario,
    scenario_text,
    share_of,
)
from convledger.economics.scenarios import (
    OtherContext,
    OtherModel,
    Scenario,
    ShorterPrompts,
)
from convledger.errors import ConvledgerError, UsageProblem
from convledger.reports.unit_costs.entered import one_of
from convledger.reports.unit_costs.noted import decimal
from convledger.text.display import display_text
from convledger.tui.cost_changes import save_scenario
from convledger.tui.screens.economics_behind import BehindCostScreen, behind_of
from convledger.tui.screens.plan_fields import FieldsDialog, NotYet
from convledger.tui.screens.scenario_words import result_lines, scenario_words
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from convledger.economics.conversation_costs import TalkCost
    from convledger.economics.simulated import Simulation
    from convledger.ledger import Ledger
    from convledger.reports.unit_costs.asked import CostQuery

PAUSE = 0.3  # seconds without a key before it is worked out
_WIDE = 120  # cells of the screen from which the result stands beside the lines
_CACHED = {"recorded": None, "on": True, "off": False}


class ScenarioScreen(FieldsDialog):
    """Lines for each part of a scenario; the result is worked out anew at every change."""

    HELP = (
        "What your own conversations would have cost otherwise. Parts are applied in this order, "
        "each to what the one before has left: shorter prompts, the context policy, another model, "
        "the share of hand-overs. A model's tokenizer may count other than today's: the factor "
        "says how many tokens it makes of one. A context policy is replayed with and without "
        "prompt caching: a window that cuts the beginning can cost more than the full history."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "open", "Open or compare"),
        Binding("ctrl+t", "touched", "Touched"),
    ]
    DEFAULT_CSS = """
    ScenarioScreen > #frame { width: 100%; max-width: 132; height: 92%; max-height: 92%; }
    ScenarioScreen #sides { height: 1fr; layout: vertical; }
    ScenarioScreen.-beside #sides { layout: horizontal; }
    ScenarioScreen #fields { width: 100%; height: auto; margin: 0; }
    ScenarioScreen.-beside #fields { width: 58; }
    ScenarioScreen #result {
        width: 1fr; height: 1fr; scrollbar-size-vertical: 1; padding: 0 1; margin: 1 0 0 0;
    }
    ScenarioScreen.-beside #result { margin: 0; border-left: solid $rule; padding: 0 2; }
    ScenarioScreen #result:focus { background: $panel; }
    ScenarioScreen #result Static { width: 100%; height: auto; }
    ScenarioScreen #effect { margin: 0; height: auto; max-height: 3; }
    ScenarioScreen.-tiny > #frame { height: 100%; max-height: 100%; }
    ScenarioScreen.-tiny #result { margin: 0; }
    """
    AUTO_FOCUS = "#to"

    def __init__(
        self,
        query: CostQuery,
        span: str,
        models: Sequence[str],
        by_id: Mapping[int, TalkCost],
    ) -> None:
        super().__init__(
            f"What if · {span}",
            "⏎ Save · ^o Open, compare · ^t Conversations · tab Next · esc Back",
        )
        self._query, self._models, self._by_id = query, models, by_id
        self._base = Scenario()
        self._found: Simulation | None = None
        self._asked: Scenario | None = None
        self._timer: Timer | None = None

    def parts(self) -> list[Widget]:
        """Return the lines, the result, what is changed in words, and the answers."""
        near = display_text(self._models[0]) if self._models else "claude-opus*"
        fields = Vertical(
            self.field("to", "model to", "", "as today; or claude-haiku-4-5"),
            self.field("from", "from", "", f"all; or {near}"),
            self.field("factor", "tokenizer", "", "1; or 1.15"),
            self.field("policy", "context", "", f"as today; or {', '.join(POLICIES)}"),
            self.field("cap", "cap", "", "most tokens of a request, like 32000"),
            self.field("cache", "cache", "", "as recorded; or on, off"),
            self.field("shorter", "prompts", "", "as today; or 20% shorter"),
            self.field("escalation", "hand-overs", "", "as today; or 10%"),
            self.field("name", "save as", "", "a name"),
            id="fields",
        )
        result = VerticalScroll(Static("", id="answer"), id="result")
        return [
            Horizontal(fields, result, id="sides"),
            Static("", id="effect"),
            Choices(("do", "Save"), ("open", "Open or compare"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Say what to type."""
        self.query_one("#to", Input).focus()
        self.show_effect()
        self._answer(Content.styled("Type what should be otherwise.", "$muted"))

    def on_resize(self, event: events.Resize) -> None:
        """Put the result beside the lines where there is room, else below them."""
        super().on_resize(event)
        self.set_class(event.size.width >= _WIDE, "-beside")

    # ---- the scenario

    def scenario(self) -> Scenario:
        """Return the scenario as it is typed; raises UsageProblem and ConfigError."""
        base = self._base
        try:
            wanted = replace(
                base,
                name="",
                prompts=self._prompts(),
                context=self._other_context(),
                models=self._other_models(),
                escalation=share_of(text) if (text := self.typed("escalation")) else None,
            )
        except ValueError as error:
            raise UsageProblem(str(error)) from None
        return read_scenario(scenario_text(wanted), "scenario")

    def _prompts(self) -> ShorterPrompts | None:
        text = self.typed("shorter")
        if not text:
            return None
        share = share_of(text)
        before = self._base.prompts
        return replace(before, share=share) if before is not None else ShorterPrompts(share)

    def _other_context(self) -> OtherContext | None:
        kind, cap, cache = self.typed("policy"), self.typed("cap"), self.typed("cache")
        if not kind:
            if cap or cache:
                raise UsageProblem(f"say which context policy: {', '.join(POLICIES)}")
            return None
        kind = one_of(kind, POLICIES, "context policy")
        number = cap.replace(",", "").replace("_", "")
        if cap and not (number.isascii() and number.isdigit() and len(number) < 10):
            raise UsageProblem("a cap is a number of tokens, like 32000")
        cached = _CACHED[one_of(cache, tuple(_CACHED), "kind of caching")] if cache else None
        before = self._base.context
        old = before.policy if before is not None and before.policy.kind == kind else None
        every = old.every if old is not None else None
        summary = {"summary_tokens": old.summary_tokens} if old is not None else {}
        policy = ContextPolicy(kind, int(number) if cap else None, every, **summary)
        if before is not None:
            return replace(before, policy=policy, cached=cached)
        return OtherContext(policy, cached=cached)

    def _other_models(self) -> tuple[OtherModel, ...]:
        to, source, factor = self.typed("to"), self.typed("from"), self.typed("factor")
        rest = self._base.models[1:]
        if not to:
            if source or factor:
                raise UsageProblem("say which model they go to")
            return rest
        named = tuple(one.strip() for one in source.split(",") if one.strip())
        first = self._base.models[0] if self._base.models else OtherModel(to)
        changed = replace(
            first, to=to, source=named, factor=factor_of(factor) if factor else factor_of("1"),
            provider=first.provider if first.to == to else "",
        )  # fmt: skip
        return (changed, *rest)

    def take(self, name: str, scenario: Scenario) -> None:
        """Show a scenario that was kept."""
        self._base = scenario
        model = scenario.models[0] if scenario.models else None
        context = scenario.context
        cap = context.policy.cap if context is not None else None
        cached = {None: "", True: "on", False: "off"}[context.cached if context else None]
        values = {
            "to": model.to if model else "",
            "from": ", ".join(model.source) if model else "",
            "factor": decimal(model.factor) if model and model.factor != 1 else "",
            "policy": context.policy.kind if context else "",
            "cap": "" if cap is None else str(cap),
            "cache": cached,
            "shorter": f"{decimal(scenario.prompts.share * 100)}%" if scenario.prompts else "",
            "escalation": "" if scenario.escalation is None
            else f"{decimal(scenario.escalation * 100)}%",
            "name": name,
        }  # fmt: skip
        for key, value in values.items():
            self.query_one(f"#{key}", Input).value = value
        self.show_effect()

    # ---- its result

    def effect(self) -> Content:
        """Return what is changed in words, and have it worked out."""
        try:
            wanted = self.scenario()
        except NotYet:
            raise
        except ConvledgerError as error:
            self._forget()
            raise UsageProblem(str(error).removeprefix("scenario: ")) from None
        self._work_out(wanted)
        if not wanted.steps:
            raise NotYet("Nothing is changed yet.")
        if not self.typed("name"):
            return Content.styled(f"{scenario_words(wanted)} · a name keeps it", "$muted")
        return Content.styled(scenario_words(wanted), "$foreground")

    def _work_out(self, wanted: Scenario) -> None:
        if wanted == self._asked:
            return
        self._asked = wanted
        if self._timer is not None:
            self._timer.stop()
        if PAUSE:
            self._timer = self.set_timer(PAUSE, self._ask)
        else:
            self._ask()

    def _forget(self) -> None:
        """Take away the result: it is of what was typed before."""
        if self._timer is not None:
            self._timer.stop()
        self._asked = self._found = None
        self._answer(Content.styled("Nothing to show for what is typed.", "$muted"))

    def _ask(self) -> None:
        wanted, query = self._asked, self._query
        if wanted is None:
            return
        if not wanted.steps:
            self._found = None
            self._answer(Content.styled("Type what should be otherwise.", "$muted"))
            return
        self._answer(Content.styled("Replaying your conversations…", "$muted"))

        def work(ledger: Ledger) -> Simulation | ConvledgerError:
            try:
                return ledger.simulate(wanted, query)
            except ConvledgerError as error:
                return error

        self.books.ask(
            ("simulate", id(self)), work, lambda found: self._show(wanted, found), slow=True
        )

    def _show(self, wanted: Scenario, found: Simulation | ConvledgerError) -> None:
        if not self.is_attached or wanted != self._asked:
            return
        if isinstance(found, ConvledgerError):
            self._found = None
            self._answer(Content.styled(f"✕ {display_text(str(found))}", "$error"))
            return
        self._found = found
        self._answer(Content("\n").join(list(result_lines(found))))

    def _answer(self, content: Content) -> None:
        self.query_one("#answer", Static).update(content)

    # ---- keeping, opening, what is touched

    def go_on(self) -> None:
        """Save it under its name."""
        self.show_effect()
        name = self.typed("name")
        if self.query_one("#do").disabled:
            return
        if not name:
            self.query_one("#name", Input).focus()
            return
        wanted, now = self.scenario(), self.books.now
        self.do(lambda ledger: save_scenario(ledger, wanted, name, now))

    @on(Button.Pressed, "#open")
    def _press_open(self, event: Button.Pressed) -> None:
        event.prevent_default()  # what other buttons do
        self.action_open()

    def action_open(self) -> None:
        """Open one that was kept, or compare all of them."""
        from convledger.tui.screens.scenarios_kept import KeptScenariosScreen

        def opened(taken: tuple[str, Scenario] | None) -> None:
            if taken is not None:
                self.take(*taken)

        self.app.push_screen(KeptScenariosScreen(self._query), opened)

    def action_touched(self) -> None:
        """List the conversations that the scenario touches."""
        if self._found is None:
            self.books.say("Nothing is worked out yet.")
            return
        costs = (self._by_id[one] for one in self._found.touched if one in self._by_id)
        found = behind_of("Touched by the scenario", costs)
        self.app.push_screen(BehindCostScreen(found, self._query.currency, self.books.zone))
