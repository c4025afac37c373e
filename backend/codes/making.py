"""How do the picture and the link of a code come about? WeChat is asked once, whoever asks us.

An errand is claimed in one transaction, WeChat is asked in none, and what it made is kept in
another. Whoever finds an errand claimed waits for what comes of it. A claim ends by itself, so that
one who died while asking holds nobody up for long.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from backend import clock
from backend.access import Principal
from backend.codes import queries
from backend.codes.kinds import ERRAND_LIFE, LINK_LIFE, PAGE, RENEWED_WITHIN, Errand
from backend.codes.models import Code, CodeErrand, CodePicture
from backend.db import action, changed, session
from backend.errors import WeChatDown
from backend.wechat.codes import media_type

View = dict[str, Any]
Claim = Callable[[int, Errand, datetime], bool]
PATIENCE_S, PAUSE_S = 5.0, 0.05


def draw(public_id: UUID, *, by: Principal, ask: Callable[[str, str], bytes]) -> View:
    """See to it that there is a picture of a code; `ask` is WeChat's `draw_code`.

    Raise NotFound, CodeRevoked, and WeChatDown when none is to be had just now.
    """
    code = queries.live("drawCode", public_id, by)
    once(
        code["id"],
        Errand.PICTURE,
        is_there=lambda: queries.is_drawn(code["id"]),
        make=lambda: keep_picture(code["id"], ask(code["token"], PAGE)),
    )
    return queries.get(public_id, by)


def link(public_id: UUID, *, by: Principal, ask: Callable[[str, str, int], str]) -> View:
    """See to it that a code has a link good for a week at least; `ask` is WeChat's `make_link`.

    Raise NotFound, CodeRevoked, and WeChatDown when none is to be had just now.
    """
    code, now = queries.live("linkCode", public_id, by), clock.now()

    def make() -> None:
        expires_at = clock.now() + LINK_LIFE
        made = ask(PAGE, f"scene={code['token']}", int(expires_at.timestamp()))
        keep_link(code["id"], made, expires_at)

    once(
        code["id"],
        Errand.LINK,
        is_there=lambda: queries.is_linked(code["id"], now + RENEWED_WITHIN),
        make=make,
    )
    return queries.get(public_id, by)


@action
def claim(code_id: int, errand: Errand, until: datetime) -> bool:
    """Claim an errand until a moment; tell whether it was free."""
    wish = insert(CodeErrand).values(code_id=code_id, errand=errand, until=until)
    taken = session.scalar(
        wish.on_conflict_do_update(
            index_elements=[CodeErrand.code_id, CodeErrand.errand],
            set_={"until": until},
            where=CodeErrand.until < clock.now(),
        ).returning(CodeErrand.code_id)
    )
    return taken is not None


def once(
    code_id: int,
    errand: Errand,
    *,
    is_there: Callable[[], bool],
    make: Callable[[], None],
    claim: Claim = claim,
) -> None:
    """Make what is not there, unless somebody else is just making it; then wait for that.

    Raise WeChatDown when patience ends, and whatever `make` raises.
    """
    patience = time.monotonic() + PATIENCE_S
    while not is_there():
        until = clock.now() + ERRAND_LIFE
        if claim(code_id, errand, until):
            try:
                # It may have come about between the look and the claim.
                if not is_there():
                    make()
            finally:
                give_back(code_id, errand, until)
            return
        if time.monotonic() > patience:
            raise WeChatDown("somebody else is asking")
        time.sleep(PAUSE_S)


@action
def give_back(code_id: int, errand: Errand, until: datetime) -> None:
    """End a claim that is still one's own."""
    session.execute(
        delete(CodeErrand).where(
            CodeErrand.code_id == code_id, CodeErrand.errand == errand, CodeErrand.until == until
        )
    )


@action
def keep_picture(code_id: int, content: bytes) -> None:
    """Keep the picture of a code; the first one stays."""
    kept = {"code_id": code_id, "content": content, "media_type": media_type(content)}
    session.execute(insert(CodePicture).values(kept).on_conflict_do_nothing())


@action
def keep_link(code_id: int, link: str, expires_at: datetime) -> None:
    """Keep the link of a code with its last moment; it is no change of the code itself."""
    changed(update(Code).where(Code.id == code_id).values(link=link, link_expires_at=expires_at))
