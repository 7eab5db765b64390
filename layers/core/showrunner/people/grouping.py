"""
Which accounts are one human.

From the surest sign to the weakest; each level joins what the level before made:

1. The owner's links and splits; of two that contradict each other the newer holds.
2. The same e-mail address or the same Plex account.
3. The same user name: a weak sign, because homonyms are common.

A sign joins all that bear it or none: it is no proof of anything when two of them are
known to be different. That is so when the owner set them apart and, for names, when
two of them have (different) addresses or Plex accounts of their own: of two Sams with
addresses and one without, nobody knows which one the third is. The same holds for
chains (one shares a name with two, who share none): the whole chain or nothing.

So the result depends on what is known alone, never on the order in which it came.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from showrunner.people.models import Decision, StoredAccount

Group = frozenset[str]
"""Keys of accounts."""

Contradicts = Callable[[Sequence[Group]], bool]
"""True when these groups are known not to be all one."""


def grouped(accounts: Mapping[str, StoredAccount], decisions: Iterable[Decision]) -> list[Group]:
    """The accounts (by key) of each person; every account is in exactly one group."""
    groups, apart = _by_the_owner(accounts, decisions)

    def are_apart(together: Sequence[Group]) -> bool:
        keys = frozenset().union(*together)
        return any(apart[key] & keys for key in keys & apart.keys())

    def are_strangers(together: Sequence[Group]) -> bool:
        known = [_identities(accounts, group) for group in together]
        return are_apart(together) or any(
            sum(1 for identity in known if identity[kind]) > 1 for kind in (0, 1)
        )

    strong = _bearers(accounts, lambda account: account.strong_signs)
    weak = _bearers(accounts, lambda account: account.weak_signs)
    return _grown(_grown(groups, strong, are_apart), weak, are_strangers)


def _by_the_owner(
    accounts: Mapping[str, StoredAccount], decisions: Iterable[Decision]
) -> tuple[list[Group], dict[str, set[str]]]:
    """The groups that the owner made, and for each account those that it is set apart from."""
    group_of = {key: {key} for key in accounts}
    apart: dict[str, set[str]] = defaultdict(set)
    for decision in sorted(decisions, key=lambda one: (one.at, one.id), reverse=True):
        sides = [[key for key in side if key in accounts] for side in decision.sides]
        for first, *others in filter(None, sides):
            for other in others:
                _unite(group_of, apart, first, other)
        for key in sides[0]:
            for other in (other for side in sides[1:] for other in side):
                if other not in group_of[key]:
                    apart[key].add(other)
                    apart[other].add(key)
    return list({frozenset(group) for group in group_of.values()}), dict(apart)


def _unite(
    group_of: dict[str, set[str]], apart: Mapping[str, set[str]], one: str, other: str
) -> None:
    together = group_of[one] | group_of[other]
    if not any(apart.get(key, set()) & together for key in together):
        group_of.update(dict.fromkeys(together, together))


def _bearers(
    accounts: Mapping[str, StoredAccount], signs_of: Callable[[StoredAccount], Iterable[str]]
) -> list[set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, account in accounts.items():
        for sign in signs_of(account):
            found[sign].add(key)
    return [keys for keys in found.values() if len(keys) > 1]


def _identities(accounts: Mapping[str, StoredAccount], group: Group) -> tuple[bool, bool]:
    """Whether an e-mail address and a Plex account are known; equal ones are one group by now."""
    members = [accounts[key] for key in group]
    return any(one.email for one in members), any(one.plex_account_id for one in members)


def _grown(
    groups: Sequence[Group], bearers: Iterable[set[str]], contradicts: Contradicts
) -> list[Group]:
    group_of = {key: group for group in groups for key in group}
    wanted = ({group_of[key] for key in keys} for keys in bearers)
    usable = [together for together in wanted if not contradicts(list(together))]
    grown = []
    for chain in _chains(groups, usable):
        grown += chain if contradicts(chain) else [frozenset().union(*chain)]
    return grown


def _chains(groups: Sequence[Group], joined: Iterable[set[Group]]) -> list[list[Group]]:
    """The groups, those together that are joined directly or through others."""
    chain_of = {group: {group} for group in groups}
    for together in joined:
        chain = set().union(*(chain_of[group] for group in together))
        chain_of.update(dict.fromkeys(chain, chain))
    chains = {id(chain): chain for chain in chain_of.values()}
    return [list(chain) for chain in chains.values()]
