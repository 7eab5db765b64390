"""Which accounts are one human: the rules of `people/grouping.py`."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from showrunner.people.grouping import grouped
from showrunner.people.models import Decision, StoredAccount

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def account(word: str) -> StoredAccount:
    """`J1:sam:a@x:77` - server and id, user name, e-mail, Plex account; the last two may miss."""
    where, name, email, plex = [*word.split(":"), "", ""][:4]
    return StoredAccount(
        connection_id=where[0],
        id=where,
        name=name,
        email=email or None,
        plex_account_id=plex or None,
        own_id=where,
        last_seen_at=NOW,
    )


def people(words: str, *decisions: str) -> set[str]:
    """The groups, as `J1 P2`; decisions, oldest first, are `J1+P2` (link) or `J1 P2|E3` (split)."""
    accounts = [account(word) for word in words.split()]
    key_of = {one.id: one.key for one in accounts}
    id_of = {one.key: one.id for one in accounts}
    decided = []
    for number, word in enumerate(decisions):
        sides = [word.split("+")] if "+" in word else [side.split() for side in word.split("|")]
        decided.append(
            Decision(
                id=str(number),
                kind="link" if len(sides) == 1 else "split",
                sides=tuple(tuple(key_of[one] for one in side) for side in sides),
                at=NOW + timedelta(hours=number),
            )
        )
    every = [
        {
            " ".join(sorted(id_of[key] for key in group))
            for group in grouped({one.key: one for one in order}, decided)
        }
        for order in (accounts, accounts[::-1], sorted(accounts, key=lambda one: one.key))
    ]
    assert every[0] == every[1] == every[2]
    return every[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("P1:anna:A@x.org J1:ann:a@X.org", {"J1 P1"}),
        ("P1:anna:a@x:77 Q1:anni::77", {"P1 Q1"}),
        ("P1:anna:a@x:77 Q1:anni:b@x:77 J1:bert:B@x", {"J1 P1 Q1"}),
        ("P1:Sam J1:sam E1:SAM", {"E1 J1 P1"}),
        ("P1:Sam:a@x J1:sam", {"J1 P1"}),
        ("P1:anna J1:bert", {"P1", "J1"}),
        ("P1::: J1:::", {"P1", "J1"}),
    ],
)
def test_what_accounts_have_in_common_makes_them_one(words: str, expected: set[str]) -> None:
    """E-mail, Plex account and user name, whatever the case, directly or through others."""
    assert people(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("P1:sam:a@x J1:sam:b@x", {"P1", "J1"}),
        ("P1:sam::7 Q1:sam::8", {"P1", "Q1"}),
        ("P1:sam:a@x J1:sam:b@x E1:sam", {"P1", "J1", "E1"}),
        ("P1:sam:a@x J1:sam:b@x E1:sam F1:sam", {"P1", "J1", "E1", "F1"}),
        ("P1:sam:a@x Q1:sam:a@x J1:sam", {"J1 P1 Q1"}),
        ("P1:sam:a@x J1:bob:c@x Q1:sam::7 K1:bob::7", {"P1", "J1", "K1 Q1"}),
    ],
)
def test_a_name_that_two_people_have_links_nobody(words: str, expected: set[str]) -> None:
    """Names never bring two e-mail addresses or Plex accounts together, directly or in a chain."""
    assert people(words) == expected


def test_a_strong_sign_links_homonyms() -> None:
    """One Sam's two addresses, told by a Plex account that both have."""
    assert people("P1:sam:a@x:7 Q1:sam:b@x:7 J1:sam") == {"J1 P1 Q1"}


def test_the_owners_word_goes_before_every_sign() -> None:
    """A link joins strangers; a split parts those who share everything."""
    assert people("P1:anna:a@x J1:bert:b@x", "P1+J1") == {"J1 P1"}
    assert people("P1:sam:a@x:7 Q1:sam:a@x:7", "P1|Q1") == {"P1", "Q1"}


def test_who_stays_together_in_a_split_stays_together() -> None:
    """The name that joined three proves nothing any more; the two that were left are one."""
    assert people("P1:sam J1:sam E1:sam", "P1 E1|J1") == {"E1 P1", "J1"}


def test_an_account_that_comes_after_a_split_joins_neither_side_by_what_both_have() -> None:
    """A family's mailbox is no proof; a Plex account that one side alone has still is."""
    assert people("P1:a:f@x J1:b:f@x E1:c:f@x", "P1|J1") == {"P1", "J1", "E1"}
    assert people("P1:a:f@x:7 J1:b:f@x Q1:c:f@x:7", "P1|J1") == {"P1 Q1", "J1"}


def test_a_chain_does_not_bring_together_what_the_owner_parted() -> None:
    """Who shares an address with one side and a Plex account with the other is nobody's."""
    assert people("P1:a:f@x J1:b::7 N1:c:f@x:7", "P1|J1") == {"P1", "J1", "N1"}


def test_of_two_contradictory_words_the_newer_holds() -> None:
    """Link after split, and split after link."""
    assert people("P1:a J1:b", "P1|J1", "P1+J1") == {"J1 P1"}
    assert people("P1:a J1:b E1:c", "P1+J1+E1", "P1 E1|J1") == {"E1 P1", "J1"}
    assert people("P1:a J1:b E1:c", "P1+J1", "J1 P1|E1", "P1+E1+J1") == {"E1 J1 P1"}


def test_the_order_in_which_things_became_known_changes_nothing() -> None:
    """Every order of five accounts and the same groups."""
    words = ["P1:sam:a@x", "J1:sam", "E1:bob:a@x", "F1:bob:b@x", "Q1:kim::7"]
    results = {frozenset(people(" ".join(order))) for order in permutations(words)}
    assert results == {frozenset({"E1 J1 P1", "F1", "Q1"})}
