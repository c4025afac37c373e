"""Which days may a draw have?  Each limit on both sides."""

from datetime import UTC, date, datetime

import pytest

from backend.draws import kinds

# A Tuesday; three working days later is Friday the 27th, the next working day Monday the 30th.
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("freezes_on", "draws_on", "faults"),
    [
        (date(2026, 11, 27), date(2026, 11, 30), []),
        (date(2026, 11, 26), date(2026, 11, 30), [("#/freezes_on", kinds.TOO_EARLY)]),
        (date(2026, 11, 27), date(2026, 11, 29), [("#/draws_on", kinds.TOO_SOON)]),
        (date(2026, 11, 27), date(2026, 12, 24), []),
        (date(2026, 11, 27), date(2026, 12, 25), [("#/draws_on", kinds.TOO_LATE)]),
        (
            date(2026, 11, 24),
            date(2026, 11, 24),
            [("#/freezes_on", kinds.TOO_EARLY), ("#/draws_on", kinds.TOO_SOON)],
        ),
    ],
)
def test_there_is_time_to_join_and_to_look_at_the_list_and_no_list_is_stopped_for_ever(
    freezes_on, draws_on, faults
):
    found = kinds.faults(TODAY, freezes_on, draws_on)

    assert faults == [(each["pointer"], each["detail"]) for each in found]


def test_the_list_is_closed_with_the_offices_and_the_draw_held_at_ten_in_shanghai():
    assert datetime(2026, 11, 27, 9, tzinfo=UTC) == kinds.freezes_at(date(2026, 11, 27))
    assert datetime(2026, 11, 30, 2, tzinfo=UTC) == kinds.draws_at(date(2026, 11, 30))
