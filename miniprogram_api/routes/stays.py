"""Stays: from moving in through renewal and eviction to the last duty after the end."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.tenancies import arriving, evicting, leaving, queries, renewing, suspending
from backend.texts.kinds import Looked
from miniprogram_api import cached
from miniprogram_api.operations import Routes
from miniprogram_api.routes.tenancies import A_STEP, ONE
from miniprogram_api.schemas import stays as shapes

routes = Routes("stays", __name__, description="入驻期间与退出")


@routes.operation(
    "POST",
    f"{ONE}/arrival",
    "confirmArrival",
    verbs=("arrive",),
    body=shapes.Arrival,
    **A_STEP,
)
def confirm_arrival(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Confirm that somebody has moved in."""
    return arriving.confirm(tenancy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/arrival/postpone",
    "postponeArrival",
    verbs=("postpone",),
    body=shapes.Postponement,
    **A_STEP,
)
def postpone_arrival(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Give somebody more days to move in, once."""
    return arriving.postpone(tenancy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/renewal",
    "renewTenancy",
    verbs=("renew",),
    body=shapes.RenewalRequest,
    **A_STEP,
)
def renew_tenancy(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any], looked: Looked | None
) -> dict[str, Any]:
    """Ask for more time, within the last sixty days of the term."""
    return renewing.ask(tenancy_id, seen=seen, by=by, looked=looked, **body)


@routes.operation(
    "POST",
    f"{ONE}/renewal/grant",
    "grantRenewal",
    verbs=("grant_renewal",),
    body=shapes.RenewalGrant,
    **A_STEP,
)
def grant_renewal(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Grant what was asked for, or less; the unit is held until then."""
    return renewing.grant(tenancy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/renewal/refuse",
    "refuseRenewal",
    verbs=("refuse_renewal",),
    body=shapes.RenewalRefusal,
    **A_STEP,
)
def refuse_renewal(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Refuse a renewal for a coded reason."""
    return renewing.refuse(tenancy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/suspension",
    "suspendTenancy",
    verbs=("suspend",),
    body=shapes.NewSuspension,
    **A_STEP,
)
def suspend_tenancy(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Let a unit stand idle until a day; it is resumed by itself after that."""
    return suspending.suspend(tenancy_id, seen=seen, by=by, **body)


@routes.operation("POST", f"{ONE}/suspension/end", "resumeTenancy", verbs=("resume",), **A_STEP)
def resume_tenancy(by: Principal, tenancy_id: UUID, seen: int) -> dict[str, Any]:
    """Let business go on before the day that was set."""
    return suspending.resume(tenancy_id, seen=seen, by=by)


@routes.operation(
    "POST",
    f"{ONE}/eviction",
    "announceEviction",
    verbs=("announce",),
    body=shapes.Announcement,
    **A_STEP,
)
def announce_eviction(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Tell a tenant that she is to leave, and until when she may answer."""
    return evicting.announce(tenancy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/eviction/answer",
    "answerEviction",
    verbs=("answer",),
    body=shapes.Statement,
    **A_STEP,
)
def answer_eviction(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any], looked: Looked | None
) -> dict[str, Any]:
    """Say what one has to say against it."""
    return evicting.answer(tenancy_id, seen=seen, by=by, looked=looked, **body)


@routes.operation(
    "POST",
    f"{ONE}/eviction/hearing",
    "recordHearing",
    verbs=("hear",),
    body=shapes.Hearing,
    **A_STEP,
)
def record_hearing(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Write down how she was heard; without this nobody is evicted."""
    return evicting.hear(tenancy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/eviction/drop",
    "dropEviction",
    verbs=("drop",),
    body=shapes.Grounds,
    **A_STEP,
)
def drop_eviction(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Let an eviction be, with a reason that she reads."""
    return evicting.drop(tenancy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/eviction/decide",
    "evictTenant",
    verbs=("evict",),
    body=shapes.Grounds,
    **A_STEP,
)
def evict_tenant(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Decide, above the park, that a tenant who was heard has to leave."""
    return _freed(evicting.evict(tenancy_id, seen=seen, by=by, **body))


@routes.operation("GET", f"{ONE}/leaving", "getLeaving", gives=shapes.LeavingSchema)
def get_leaving(by: Principal, tenancy_id: UUID) -> dict[str, Any]:
    """What leaving today would mean, before it is done."""
    return queries.leaving(tenancy_id, by)


@routes.operation(
    "POST",
    f"{ONE}/leave",
    "leaveTenancy",
    verbs=("leave",),
    body=shapes.Departure,
    **A_STEP,
)
def leave_tenancy(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any], looked: Looked | None
) -> dict[str, Any]:
    """Leave before the term is over."""
    return _freed(leaving.leave(tenancy_id, seen=seen, by=by, looked=looked, **body))


@routes.operation(
    "POST",
    f"{ONE}/graduation",
    "graduateTenant",
    verbs=("graduate",),
    body=shapes.NewGraduation,
    **A_STEP,
)
def graduate_tenant(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Write down that the venture is registered and has moved out."""
    return leaving.graduate(tenancy_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/exit",
    "confirmExitItem",
    verbs=("check_out",),
    body=shapes.SettledDuty,
    **A_STEP,
)
def confirm_exit_item(
    by: Principal, tenancy_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Settle one thing after the end; with the unit handed over it is free from that day."""
    duty = body.pop("duty")
    return _freed(leaving.check_out(tenancy_id, duty, seen=seen, by=by, **body))


def _freed(tenancy: dict[str, Any]) -> dict[str, Any]:
    """Let the list of parks be counted anew."""
    cached.forget("parks")
    return tenancy
