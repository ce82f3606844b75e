"""The table of actions: complete, without two meanings for a key, and the user's to change."""

from __future__ import annotations

import pytest

from convledger.tui.actions import ACTIONS, BY_ID, SCOPES, bindings, key_text
from convledger.tui.keymap import readable_keymap


def test_every_action_has_one_id_a_scope_and_a_sentence() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert {action.scope for action in ACTIONS} <= set(SCOPES)
    assert all(action.help.endswith(".") for action in ACTIONS)


def test_footer_of_a_scope_has_at_most_eight_entries() -> None:
    everywhere = sum(action.shown for action in ACTIONS if action.scope == "app")
    for scope in SCOPES:
        if scope != "app":
            mine = sum(action.shown for action in ACTIONS if action.scope == scope)
            assert mine + everywhere <= 9, scope


def test_no_key_means_two_things_where_they_meet() -> None:
    _, problems = readable_keymap({action.id: action.keys for action in ACTIONS})

    assert problems == []


def test_binding_carries_the_action_of_the_table() -> None:
    (found,) = [one for one in bindings("reader") if one.id == "reader.copy"]

    assert (found.key, found.action, found.show) == ("y", "copy", False)


def test_keymap_takes_the_users_keys() -> None:
    keymap, problems = readable_keymap({"reader.copy": "c", "list.down": "down,j,ctrl+n"})

    assert keymap == {"reader.copy": "c", "list.down": "down,j,ctrl+n"}
    assert problems == []


def test_unknown_action_names_the_nearest() -> None:
    keymap, (problem,) = readable_keymap({"reader.copi": "c"})

    assert keymap == {}
    assert "reader.copi" in problem
    assert "did you mean reader.copy?" in problem


def test_key_bound_twice_keeps_the_former_keys_and_names_both() -> None:
    keymap, (problem,) = readable_keymap({"reader.copy": "z"})

    assert keymap == {}
    assert "reader.copy" in problem
    assert "reader.fold_all" in problem


def test_two_actions_may_swap_their_keys_in_different_scopes() -> None:
    keymap, problems = readable_keymap({"sources.price": "g", "live.group": "P"})

    assert problems == []
    assert len(keymap) == 2


def test_no_key_is_called_by_a_name_of_several_words() -> None:
    for action in ACTIONS:
        for key in action.keys.split(","):
            assert "_" not in key_text(key), action.id


@pytest.mark.parametrize(
    ("keys", "shown"),
    [("enter", "⏎"), ("slash", "/"), ("ctrl+p", "^p"), ("down,j", "↓"), ("f1", "f1"),
     ("left_square_bracket", "[")],
)  # fmt: skip
def test_keys_as_people_write_them(keys: str, shown: str) -> None:
    assert key_text(keys) == shown
