"""How does the bureau get to see the number of a worker, and how is that written down?"""

from typing import Any
from uuid import UUID

from backend.access import Principal, can
from backend.db import action
from backend.errors import NotAllowed, NotFound
from backend.subsidies import lines
from backend.subsidies.taking import locked, noted


@action
def open_worker(public_id: UUID, line: UUID, *, by: Principal) -> dict[str, Any]:
    """Give the number of a worker's document in full, to hold it against the register of insurance.

    Raise NotFound for a foreign claim or line, NotAllowed for those who need not know.
    """
    _, claim, found = locked(public_id, by)
    if not can(by, "openWorker", found):
        raise NotAllowed
    its = next((each for each in lines.of(claim.id) if each["public_id"] == line), None)
    if its is None or its["worker_number"] is None:
        raise NotFound
    noted("worker_opened", claim, by, party="decider", line=str(line))
    return {"line_id": line, "number": lines.number_of(its)}
