"""Which places does a host offer, and which of them does an applicant choose?"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend import clock
from backend.access import Principal, can
from backend.applications import queries as applications
from backend.applications.kinds import Kind
from backend.applications.models import Application
from backend.applications.workflow import IN_HER_HANDS
from backend.audit.actions import record
from backend.db import action, new_id, session
from backend.errors import Invalid, NotAllowed, NotFound, Outdated, PostFull, WrongStatus
from backend.internships import listing
from backend.internships.models import Choice, Host, Post
from backend.texts.keeping import keep
from backend.texts.kinds import Looked

View = dict[str, Any]
PAST = "开始日期不能早于今天"
NOT_INTERNSHIP = "只有见习申请需要选择岗位"
NO_SUCH = "没有这个岗位"
HER_OWN_HOST = "您是该见习单位的联系人，不能申请本单位的岗位"


@action
def create(
    host: UUID,
    *,
    title: str,
    duties: str,
    starts_on: date,
    months: int,
    places: int,
    by: Principal,
    looked: Looked | None = None,
) -> View:
    """Offer places from a day on; raise NotFound for a foreign host, Invalid for a past day.

    What a citizen wrote stands on no public list before it is clear that it may.
    """
    host_id = listing.host_id("createPost", host, by)
    if starts_on < clock.today():
        raise Invalid(errors=[{"pointer": "#/starts_on", "detail": PAST}])
    county = session.scalars(select(Host.jurisdiction_code).where(Host.id == host_id)).one()
    post = Post(
        public_id=new_id(),
        host_id=host_id,
        title=title,
        duties=duties,
        jurisdiction_code=county,
        starts_on=starts_on,
        months=months,
        places=places,
        created_at=clock.now(),
    )
    session.add(post)
    session.flush()
    record("post.opened", "post", post.id, by)
    keep(looked, post.public_id, by, post_id=post.id)
    return listing.post(post.public_id)


@action
def close(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Offer a post no longer; whoever has a place keeps it.

    Raise NotFound for an unknown one, NotAllowed for a foreign one, Outdated, WrongStatus.
    """
    post = session.scalar(select(Post).where(Post.public_id == public_id).with_for_update())
    found = listing.find_post(public_id)
    if post is None or found is None:
        raise NotFound
    if not can(by, "closePost", found):
        raise NotAllowed
    if post.version != seen:
        raise Outdated(seen=seen, current=post.version)
    if post.closed_at is not None:
        raise WrongStatus(current_status="closed", actions=[])
    post.closed_at, post.version = clock.now(), post.version + 1
    session.flush()
    record("post.closed", "post", post.id, by)
    return listing.post(public_id)


@action
def choose(application: UUID, *, post: UUID, by: Principal) -> View:
    """Say which post an application is for, while it is in the applicant's hands.

    Raise NotFound for a foreign application, Invalid for one of another kind or an unknown post,
    WrongStatus once it is with the office, NotAllowed where she speaks for the host herself,
    PostFull, which names open ones.
    """
    case = session.scalar(
        select(Application).where(Application.public_id == application).with_for_update()
    )
    found, its = applications.find(application), listing.find_post(post)
    if case is None or found is None or not can(by, "choosePost", found):
        raise NotFound
    if found["kind"] is not Kind.INTERNSHIP or its is None or its["is_hidden"]:
        words = NO_SUCH if found["kind"] is Kind.INTERNSHIP else NOT_INTERNSHIP
        raise Invalid(errors=[{"pointer": "#/post_id", "detail": words}])
    if case.status not in IN_HER_HANDS:
        now_open = applications.seen_by(by, found)["actions"]
        raise WrongStatus(current_status=case.status.name.lower(), actions=now_open)
    if its["contact_id"] == case.applicant_id:
        raise NotAllowed(HER_OWN_HOST)
    if its["closed_at"] is not None or its["filled"] >= its["places"]:
        raise PostFull(open_posts=listing.others(its["id"]))
    chosen = {"post_id": its["id"], "chosen_at": clock.now()}
    session.execute(
        insert(Choice)
        .values(application_id=case.id, **chosen)
        .on_conflict_do_update(index_elements=[Choice.application_id], set_=chosen)
    )
    record("post.chosen", "post", its["id"], by, application=str(application))
    return listing.post(post)
