"""Intervals and indices against published examples."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.figures import net_promoters, rating, share

#: Newcombe (1998), "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, table I,
#: method 3 (score, without continuity correction): hits, n, bounds.
NEWCOMBE = ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718))


@pytest.mark.parametrize(("hits", "n", "low", "high"), NEWCOMBE)
def test_shares_have_the_published_interval(hits, n, low, high):
    found = share(hits, n)
    assert found.value == hits / n
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_net_promoters_are_promoters_less_detractors():
    # The textbook's hundred: 70 promoters, 20 passives, 10 detractors make +60.
    found = net_promoters([10] * 40 + [9] * 30 + [8] * 10 + [7] * 10 + [6] * 5 + [0] * 5)
    assert found.value == pytest.approx(60)
    assert (round(found.low, 1), round(found.high, 1)) == (47.0, 73.0)
    assert net_promoters([7, 8]).value == 0
    with pytest.raises(ValueError, match="between 0 and 10"):
        net_promoters([11])


def test_a_rating_is_the_mean_of_stars_with_students_interval():
    # Gosset's t for 9 degrees of freedom is 2.262; mean 3.5, s = 1.0801 of these ten.
    found = rating([(score, 5) for score in (2, 2, 3, 3, 3, 4, 4, 4, 5, 5)])
    assert found.value == 3.5
    assert (round(found.low, 3), round(found.high, 3)) == (2.727, 4.273)
    assert rating([(5, 5), (10, 10), (3, 3)]).value == 5, "full marks are full marks on every scale"
    assert rating([(1, 5), (0, 10)]).value == 1
    assert (rating([(4, 5)]).low, rating([(4, 5)]).high) == (1, 5)


def test_nothing_is_said_about_nobody():
    assert share(0, 0) is None and rating([]) is None and net_promoters([]) is None
    with pytest.raises(ValueError, match="hits lie between"):
        share(3, 2)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 500), data=st.data())
def test_an_interval_holds_its_value_and_narrows_with_more_answers(n, data):
    hits = data.draw(st.integers(0, n))
    one, ten = share(hits, n), share(10 * hits, 10 * n)
    assert 0 <= one.low <= one.value + 1e-12 and one.value <= one.high + 1e-12 <= 1 + 1e-9
    assert ten.high - ten.low < one.high - one.low
