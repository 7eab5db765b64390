"""Known plays and a new report, cut into viewings anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from showrunner.ids import time_id
from showrunner.plays.matching import Viewing, can_be_one, viewings_in
from showrunner.plays.merge import derived, filled, merge
from showrunner.plays.models import Mark, Play
from showrunner.plays.timeline import merged_marks


@dataclass(slots=True)
class Regrouped:
    """`plays` after the report; `merged`: by id, what a known one became a part of."""

    plays: list[Play] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)

    def play_at(self, mark: Mark) -> Play:
        """The play that `mark` is of."""
        begun = [play for play in self.plays if play.timeline[0].at <= mark.at]
        holding = [play for play in self.plays if mark in play.timeline]
        return (holding or begun or self.plays)[-1]


def regrouped(known: Sequence[Play], said: Play, watched_percent: int) -> Regrouped:
    """What the `known` plays of an item and what is `said` of it come to."""
    fitting = [play for play in known if play.id == said.id or can_be_one(play, said)]
    pool = sorted(fitting, key=lambda play: play.started_at)
    everything = [*pool, said]
    timeline = merged_marks(*(play.timeline for play in everything))
    lengths = [play.item.duration_ms for play in everything if play.item.duration_ms]
    viewings = viewings_in(timeline, lengths[0] if lengths else None, watched_percent)
    homes = [_home_of(play, viewings) for play in everything]
    result = Regrouped()
    for number, viewing in enumerate(viewings):
        owners = [play for play, home in zip(everything, homes, strict=True) if home == number]
        base = _base_of(viewing, owners, everything)
        tellers = _contributors(viewing, owners, everything)
        others = [_seen_in(viewing, one) for one in tellers if one is not base]
        # Who told all of it before says no later word: told again, nothing may change.
        is_retold = base is not said and viewing == base.timeline
        facts = filled(base, others) if is_retold else merge(_seen_in(viewing, base), others)
        whole = facts.model_copy(update={"timeline": viewing})
        result.plays.append(derived(whole, watched_percent))
        result.merged |= {play.id: base.id for play in owners if play in pool and play != base}
    return result


def _base_of(viewing: Viewing, owners: Sequence[Play], everything: Sequence[Play]) -> Play:
    """The play that goes on under its id; `everything` ends with what is said, known ones first."""
    *pool, said = everything
    is_taken = any(play.id == said.id for play in pool)
    if not owners or (is_taken and owners[0] is said):
        return _split_off(viewing, everything)
    return owners[0]


def _contributors(
    viewing: Viewing, owners: Sequence[Play], everything: Sequence[Play]
) -> list[Play]:
    """Those that tell facts of the viewing, even when most of them is of another one."""
    marks = set(viewing)
    return [play for play in everything if play in owners or marks.intersection(play.timeline)]


def _seen_in(viewing: Viewing, play: Play) -> Play:
    """What it says of other viewings later is no later word about this one."""
    marks = set(viewing)
    moments = [mark.at for mark in play.timeline if mark in marks]
    return play.model_copy(update={"last_seen_at": max(moments, default=play.last_seen_at)})


def _home_of(play: Play, viewings: Sequence[Viewing]) -> int:
    """The viewing that has most of its marks; thinned out ones lie where their time is."""
    marks = set(play.timeline)
    shares = [len(marks.intersection(viewing)) for viewing in viewings]
    if max(shares):
        return shares.index(max(shares))
    begun = [n for n, viewing in enumerate(viewings) if viewing[0].at <= play.started_at]
    return begun[-1] if begun else 0


def _split_off(viewing: Viewing, everything: Sequence[Play]) -> Play:
    """A play for marks that were counted to another one, with the facts of that."""
    first = viewing[0]
    donor = next(play for play in everything if first in play.timeline)
    seed = f"{donor.connection_id}\x1f{donor.item.item_id}\x1f{donor.person.name}\x1f{first.state}"
    return donor.model_copy(update={"id": time_id(first.at, seed), "moved_at": None})
