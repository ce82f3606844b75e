"""The marks of estimated and unknown tokens on plan meters, charts, rows and alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from convledger.plans.certainty import SURE, Doubt
from convledger.reports.live import Growing
from convledger.reports.plan_meters import AlertLine, Meters
from convledger.reports.plan_news import GivenAlert
from convledger.reports.plan_now import TalkUse
from convledger.reports.render.numbers import doubted
from convledger.tui.widgets.alert_rows import alert_figures
from convledger.tui.widgets.boundary_words import amount_parts
from convledger.tui.widgets.burn_down import BurnDownChart
from convledger.tui.widgets.canvas import Canvas
from convledger.tui.widgets.compare_columns import cell_of, difference_of, note_of
from convledger.tui.widgets.growing_plan import PlanColumns
from convledger.tui.widgets.topline import plan_pulse
from tests.tui.test_burn_down import BURN
from tests.tui.test_compare_rows import plan
from tests.tui.test_plan_meters import CREDITS, METERS, NOW, RUNWAY, SPEND, WEEK, drawn

PICO = 10**12
GUESSED, LACKING = Doubt(is_estimated=True), Doubt(uncounted=3)


def doubtful(doubt: Doubt) -> Meters:
    """Return the meters of a plan of which everything is in doubt."""
    return replace(
        METERS,
        credits=replace(CREDITS, used_doubt=doubt, left_doubt=doubt),
        runway=replace(RUNWAY, doubt=doubt, burn_doubt=doubt),
        windows=(replace(WEEK, doubt=doubt),),
        spend=replace(SPEND, doubt=doubt, projected_doubt=doubt),
        doubt=doubt,
    )


@pytest.mark.parametrize(
    ("amount", "doubt", "at_most", "shown"),
    [
        (5, SURE, False, "five"),
        (5, GUESSED, False, "~five"),
        (5, LACKING, False, "≥five"),
        (5, LACKING, True, "≤five"),
        (5, GUESSED | LACKING, False, "≥~five"),
        (0, LACKING, False, "–"),
        (0, GUESSED, False, "~five"),
        (None, GUESSED, False, "five"),
    ],
)
def test_a_figure_says_how_it_is_known(
    amount: int | None, doubt: Doubt, at_most: bool, shown: str
) -> None:
    assert doubted("five", amount, doubt, at_most=at_most) == shown


def test_meters_of_exact_tokens_bear_no_mark() -> None:
    assert not set("~≥≤") & set("".join(drawn(METERS, 44, 40)))


def test_meters_of_estimates_bear_the_mark_everywhere() -> None:
    told = "\n".join(drawn(doubtful(GUESSED), 44, 40))
    for figure in (
        "~194 of 560 left", "■ used ~366", "■ included ~34", "~8.3 days at ~20.1 a day", "~28 Nov",
        "~26 expire", "▲ ~71 % used", "~$87.25 of $120.00", "~$101.00 est.",
    ):  # fmt: skip
        assert figure.replace("▲", "△") in told, figure


def test_meters_without_some_calls_say_how_many() -> None:
    told = "\n".join(drawn(doubtful(LACKING), 44, 40))
    for figure in ("≤194 of 560", "used ≥366", "≥71 %", "≥$87.25", "3 calls have unknown tokens"):
        assert figure in told, figure


def test_meters_in_words_keep_the_marks() -> None:
    told = "".join(drawn(doubtful(GUESSED), 120, 2))
    assert "credits ~194 of 560" in told
    assert "until ~28 Nov" in told
    assert "billed ~$87.25" in told


def test_nothing_known_is_no_nought() -> None:
    meters = replace(
        METERS,
        credits=replace(CREDITS, used=0, used_doubt=LACKING),
        runway=replace(RUNWAY, burn_per_day=None, empty_at=None, doubt=LACKING),
        windows=(replace(WEEK, share=0 * WEEK.share, full_at=None, doubt=LACKING),),
        spend=replace(SPEND, spent=0, doubt=LACKING),
    )
    told = drawn(meters, 44, 40)
    lines = {line.split()[0]: line for line in told if line.strip()}
    assert lines["Runway"].endswith("burn –")
    assert lines["Weekly"].endswith("– used")
    assert lines["Billed"].endswith("– of $120.00")
    assert any("■ used –" in line for line in told)


def test_top_line_marks_what_is_left_and_until_when() -> None:
    assert plan_pulse(doubtful(GUESSED)) == ("~194", "~28 Nov")
    assert plan_pulse(METERS) == ("194", "28 Nov")


def test_burn_down_marks_what_is_left_and_foreseen() -> None:
    chart = BurnDownChart()
    burn = replace(BURN, left_doubt=GUESSED, ahead_doubt=GUESSED, burn_doubt=GUESSED)
    chart.show(burn, UTC)
    canvas = Canvas(100, 20)
    chart.draw(canvas)
    told = "\n".join("".join(glyph for glyph, _ in row) for row in canvas.cells)
    assert " left" in told
    for words in (" a day", " left"):
        figure = told.split(words)[0].split()[-1]
        assert figure.startswith("~"), (words, figure)


def test_compared_plans_mark_what_is_made_of_tokens_and_not_the_fee() -> None:
    row = plan(
        "Tokens", 7, "credits", 900, 100, counted_doubt=GUESSED, doubt=GUESSED,
        difference_doubt=GUESSED,
    )  # fmt: skip
    shown = {key: cell_of(row, key)[0] for key in ("units", "over", "fees", "usage", "total")}
    assert shown == {
        "units": "~7 credits", "over": "~7", "fees": "$9.00", "usage": "~$1.00", "total": "~$10.00"
    }  # fmt: skip
    assert difference_of(row)[0] == "~−$91.25"
    assert cell_of(replace(row, over=0), "over")[0] == "0"


def test_compared_plans_without_some_calls_say_how_many() -> None:
    row = plan("Tokens", 0, "credits", 0, 0, doubt=LACKING, unpriced_calls=4)
    assert [cell_of(row, key)[0] for key in ("usage", "total")] == ["–", "–"]
    assert note_of(row) == "3 calls of unknown tokens · 1 call unpriced"


@pytest.mark.parametrize(
    ("measure", "figures"),
    [("money", "~$4.00 of its $8.00"), ("credits", "~4 of 8 used"), ("share", "~50 % used")],
)
def test_alerts_mark_what_was_used(measure: str, figures: str) -> None:
    alert = AlertLine(50, "it", 4 * PICO, 8 * PICO, NOW, measure, doubt=GUESSED)
    assert alert_figures(alert)[0] == figures


def test_growing_conversations_mark_credits_and_budget() -> None:
    one = Growing(
        id=1, source="x", native="x", title="x", model="x", last_at=NOW, list_pico=PICO,
        recent_pico=0, trend=(0,), unpriced_calls=0, calls=2, estimated_calls=1,
    )  # fmt: skip
    columns = PlanColumns({1: TalkUse(2 * PICO, 4 * PICO, GUESSED)}, 120)
    told = "".join(text for text, _ in columns.parts(one))
    assert "~25 %" in told
    assert told.endswith("~2")


def test_a_conversation_cut_into_units_marks_what_they_come_to() -> None:
    assert amount_parts(PICO, None, "USD", GUESSED)[0][0] == "~1 credit"
    assert amount_parts(None, PICO, "USD", GUESSED)[0][0] == "~$1.00"


def test_a_new_alert_says_that_it_is_an_estimate() -> None:
    from convledger.plans.schema import AlertRule
    from convledger.reports.alarms import Watched
    from convledger.tui.plan_watch import alert_words

    seen = Watched(AlertRule(on="spend"), "spend", "Spend", "", 0, PICO, 2 * PICO, "money")
    assert alert_words(GivenAlert("p", 50, NOW, seen, "USD", GUESSED)).endswith(
        "~$1.00 of $2.00 used"
    )
