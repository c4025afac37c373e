"""Until when may one answer, until when sign?"""

from datetime import UTC, datetime

import pytest

from backend.tenancies.kinds import answer_by, sign_by


def shanghai(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour - 8, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("offered", "ends"),
    [
        # Tuesday to Friday, at the closing of the office.
        (shanghai(24, 10), shanghai(27, 17)),
        (shanghai(24, 16, 59), shanghai(27, 17)),
        # After closing it counts as Wednesday; Saturday and Sunday are no working days.
        (shanghai(24, 17), shanghai(30, 17)),
        (shanghai(27, 10), shanghai(2, 17, month=12)),
        (shanghai(28, 10), shanghai(3, 17, month=12)),
    ],
)
def test_three_working_days_until_the_office_closes(offered, ends):
    assert ends == answer_by(offered)


def test_fifteen_days_until_the_end_of_the_last_one():
    # 24 November and fifteen days is 9 December; it is over when the 10th begins in Shanghai.
    assert datetime(2026, 12, 9, 16, tzinfo=UTC) == sign_by(shanghai(24, 23))
