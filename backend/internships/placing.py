"""How does somebody get a place of a post, and lose it?  For use inside an action.

The application is locked before the post. The post's own row counts its places: whoever comes at
the same moment waits for it and counts again.
"""

from datetime import date

from sqlalchemy import update

from backend import clock, workdays
from backend.access import Principal
from backend.applications.models import Application
from backend.db import session
from backend.errors import Invalid, PostFull
from backend.internships import agreements, listing
from backend.internships.kinds import TO_SIGN_AT_LEAST, sign_by
from backend.internships.models import Choice, Internship, Post
from backend.internships.taking import live_of, moved, noted, taken_by_itself
from backend.internships.workflow import GRANTED, Status
from eligibility.dates import add_months

NO_POST = "申请人还没有选择见习岗位，可以退回补正"


def grant(application: Application, by: Principal) -> Internship:
    """Give a place of the chosen post and lay out the agreement.

    Raise Invalid where no post was chosen, PostFull with the open ones when there is no place.
    """
    choice = session.get(Choice, application.id)
    if choice is None:
        raise Invalid(errors=[{"pointer": "#/post_id", "detail": NO_POST}])
    post = take_place(choice.post_id)
    now, first = clock.now(), max(post.starts_on, clock.today())
    internship = Internship(
        application_id=application.id,
        post_id=post.id,
        status=Status.AGREEMENT_PENDING,
        starts_on=first,
        months=post.months,
        until_on=add_months(first, post.months),
        expires_on=sign_by(now),
        created_at=now,
        changed_at=now,
    )
    noted(GRANTED, internship, by)
    agreements.draw_up(internship, application)
    return internship


def signable(application: Application, by: Principal | None) -> None:
    """Leave three working days at least to sign, now that nothing stands in the way any more."""
    internship = live_of(application)
    if internship is not None and internship.status is Status.AGREEMENT_PENDING:
        assert internship.expires_on is not None  # A condition of the status.
        least = workdays.after(clock.today(), TO_SIGN_AT_LEAST)
        internship.expires_on = max(internship.expires_on, least)


def take_place(post_id: int) -> Post:
    """Take one place of a post; raise PostFull where there is none or the post is closed."""
    taken = session.scalar(
        update(Post)
        .where(Post.id == post_id, Post.closed_at.is_(None), Post.filled < Post.places)
        .values(filled=Post.filled + 1, version=Post.version + 1)
        .returning(Post)
        .execution_options(populate_existing=True)
    )
    if taken is None:
        raise PostFull(open_posts=listing.others(post_id))
    return taken


def free_place(post_id: int) -> None:
    """Give one place of a post back."""
    session.execute(
        update(Post)
        .where(Post.id == post_id)
        .values(filled=Post.filled - 1, version=Post.version + 1)
    )


def given_up(application: Application, by: Principal | None) -> None:
    """Let go of whatever a locked application has; the place is free in the same moment."""
    internship = live_of(application)
    if internship is not None:
        moved(taken_by_itself(internship, application, "cancel", by))
        free_place(internship.post_id)


def moved_to(internship: Internship, starts_on: date) -> None:
    """Let an internship that has not begun begin on another day; its length stays."""
    internship.starts_on = starts_on
    internship.until_on = add_months(starts_on, internship.months)
