"""How is a document told to its owner and to whoever works on a case?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backend import clock, vault
from backend.access import Audience, Principal, relations
from backend.access import Relation as R
from backend.applications.promises import GapStatus
from backend.applications.workflow import OPEN
from backend.db import Row
from backend.documents import filenames, papers, queries
from backend.documents.kinds import FileStatus


def page(found: Mapping[str, Any], by: Principal) -> dict[str, Any]:
    """Tell one document."""
    refused = found["unfit"]
    return {
        "id": found["public_id"],
        "name": filenames.shown(name_of(found)),
        "kind": found["kind"],
        "status": found["status"],
        "reason": refused and refused.value,
        "type": found["type"].value,
        "size_bytes": found["size_bytes"],
        "pages": found["pages"],
        "unscanned": not found["scanned"],
        "issued_on": found["issued_on"],
        "expires_on": found["expires_on"],
        "dated_by_staff": found["dated_by"] is not None,
        "expired": found["expires_on"] is not None and found["expires_on"] < clock.today(),
        "created_at": found["created_at"],
        "actions": _actions(found, by),
    }


def paper_list(application: UUID, by: Principal) -> dict[str, Any]:
    """Tell each paper of an application, why it is asked for and what stands for it."""
    found = queries.case(application, by, "listPapers")
    hers = R.APPLICANT in relations(by, found)
    may_attach = hers and found["status"] in papers.ATTACHABLE
    on_file = queries.on_file(by.id, found["id"]) if may_attach else []
    items = [
        {
            "paper": paper.name,
            "label": paper.label,
            "why": paper.why,
            "kinds": [{"kind": each, "label": each.value} for each in paper.kinds],
            "required": required,
            "may_follow": paper.may_follow,
            "may_attach": may_attach or (hers and _is_promised(paper, found)),
            "documents": [_standing(paper, each, by) for each in there],
            "on_file": [
                {**_standing(paper, each, by), "given_with": each["given_with"] or []}
                for each in on_file
                if _may_stand(paper, each) and each["id"] not in [other["id"] for other in there]
            ],
        }
        for paper, required, there in queries.asked_for(found)
    ]
    return {"items": items, "actions": ["attach"] if may_attach else []}


def _standing(paper: papers.Asked, found: Mapping[str, Any], by: Principal) -> dict[str, Any]:
    """Tell a document as it stands for a paper, until when and whether it still does."""
    until = queries.good_until(paper, found)
    expired = until is not None and until < clock.today()
    return {**page(found, by), "good_until": until, "expired": expired}


def _is_promised(paper: papers.Asked, found: Row) -> bool:
    """Tell whether the paper is promised for later, and its day has not passed."""
    named = [each["pointer"] for each in found["gap_items"] or ()]
    return (
        found["status"] in OPEN
        and found["gap_status"] is GapStatus.PROMISED
        and papers.pointer(paper) in named
        and found["gap_due_on"] >= clock.today()
    )


def _may_stand(paper: papers.Asked, found: Row) -> bool:
    return found["kind"] in paper.kinds and queries.is_there(paper, [found])


def name_of(found: Mapping[str, Any]) -> str:
    """Return the name as it came."""
    return vault.keys().unseal(name_place(found["public_id"]), found["name"])


def name_place(public_id: UUID) -> str:
    """Name the place to which the sealed name of a document is bound."""
    return f"document|name|{public_id}"


def file_place(public_id: UUID) -> str:
    """Name the place to which the bytes of a file are bound."""
    return f"stored_file|content|{public_id}"


def _actions(found: Mapping[str, Any], by: Principal) -> list[str]:
    """List what the caller may do now; whether a case rests on it is seen when it is tried."""
    if by.audience is Audience.STAFF:
        return ["open"] if found["status"] is FileStatus.CLEAN else []
    there = found["status"] in queries.USABLE
    return ["download", "remove"] if there else ["remove"]
