"""The ball-in-court split: its parts sum exactly, and what does not fit is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permitflow.analytics.courts import PARTIES, Spell, split

histories = st.lists(st.tuples(st.sampled_from(PARTIES), st.integers(0, 10**14)), max_size=30)


def spells_of(history, start):
    spells = []
    for party, length in history:
        spells.append(Spell(party, start, start + length))
        start += length
    return spells, start


@given(histories, st.integers(0, 10**16))
def test_the_parts_sum_exactly_to_the_elapsed_time(history, start):
    spells, end = spells_of(history, start)

    held = split(spells, start, end)

    assert sum(held.values()) == end - start
    assert list(held) == list(PARTIES)


@given(histories, st.data())
def test_each_party_gets_exactly_its_own_spells(history, data):
    spells, end = spells_of(history, 0)
    party = data.draw(st.sampled_from(PARTIES))

    assert split(spells, 0, end)[party] == sum(length for name, length in history if name == party)


@given(histories.filter(bool), st.data())
def test_a_gap_or_an_overlap_anywhere_is_refused(history, data):
    spells, end = spells_of(history, 1000)
    place = data.draw(st.integers(0, len(spells) - 1))
    shift = data.draw(st.integers(-1000, 1000).filter(bool))
    moved = spells[place]
    spells[place] = Spell(moved.party, moved.started_at + shift, moved.ended_at + shift)

    with pytest.raises(ValueError, match="file"):
        split(spells, 1000, end)


@pytest.mark.parametrize(
    ("spells", "sentence"),
    [
        ([Spell("agency", 0, 4), Spell("applicant", 6, 9)], r"from 4 to 6, before spell 2 \(applicant\)"),
        ([Spell("agency", 0, 4), Spell("payment", 3, 9)], r"from 3 to 4, at spell 2 \(payment\)"),
        ([Spell("agency", 1, 9)], r"from 0 to 1, before spell 1 \(agency\)"),
        ([Spell("agency", 0, 8)], "from 8 to 9, after the last spell"),
        ([Spell("agency", 0, 10)], "ends at 10, after the end of the file at 9"),
        ([Spell("agency", 0, -1)], r"end of spell 1 \(agency\)"),
        ([Spell("utility", 0, 9)], r"spell 1 \(utility\) is not one of agency"),
        ([], "from 0 to 9"),
    ],
)
def test_the_refusal_names_the_place(spells, sentence):
    with pytest.raises(ValueError, match=sentence):
        split(spells, 0, 9)
