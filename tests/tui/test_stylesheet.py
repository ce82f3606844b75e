"""Every widget has the styles that Textual's own stylesheet would give it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

from tests.tui.pilot import opened, press


def rules_of(node: DOMNode) -> dict[str, str]:
    """Return what a widget's styles say; layouts are made anew each time they are set."""
    return {name: str(value) for name, value in node.styles.base.get_rules().items()}


@pytest.mark.parametrize(("place", "key"), [("live", "question_mark"), ("plans", "i")])
async def test_rules_that_may_fit_style_like_all_rules(studio: Path, place: str, key: str) -> None:
    async with opened(studio, place=place) as pilot:
        await press(pilot, key)
        sheet, styled = pilot.app.stylesheet, 0
        for node in pilot.app.screen.walk_children(with_self=True):
            found = rules_of(node)
            node.styles.base.reset()
            Stylesheet.apply(sheet, node)

            assert found == rules_of(node), node
            styled += bool(found)

    assert styled >= 5


async def test_styles_follow_what_a_widget_becomes(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = pilot.app.screen
        was = rules_of(screen)
        screen.add_class("-of-a-test")
        pilot.app.stylesheet.add_source(".-of-a-test { width: 17; }", read_from=("a test", ""))
        pilot.app.stylesheet.update(screen)
        became = rules_of(screen)
        screen.remove_class("-of-a-test")
        pilot.app.stylesheet.update(screen)

        assert became["width"] == "17"
        assert rules_of(screen) == was
