"""How long do cases like this one take?"""

from datetime import timedelta

from sqlalchemy import func, select

from backend import clock
from backend.access import THE_BUREAU
from backend.applications.models import Application
from backend.db import Row, row

# Like cases of the last half year tell how long one has to wait, once there are a few of them.
LATELY, ENOUGH = timedelta(days=180), 10


def usual_workdays(found: Row) -> int | None:
    """Return within how many working days nine in ten like cases were decided lately.

    The applicants' own waiting is left out. None while there are too few to say.
    """
    office = Application.park_id if found["office"] != THE_BUREAU else Application.jurisdiction_code
    like = select(
        func.count().label("cases"),
        func.percentile_disc(0.9).within_group(Application.office_days).label("days"),
    ).where(
        Application.kind == found["kind"],
        office == found[office.key],
        Application.office_days.is_not(None),
        Application.decided_at > clock.now() - LATELY,
    )
    counted = row(like)
    return counted["days"] if counted and counted["cases"] >= ENOUGH else None
