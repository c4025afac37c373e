"""When are people looked at? Each night, and whenever what they are judged by has changed."""

import time

from backend.matches import asking, enrolling, looking

# A run ends by then, so that a worker that is told to stop can.
RUN_S = 8.0


def is_due() -> bool:
    """Tell whether there is anybody to look at, or to begin or to cease to look at."""
    return enrolling.is_due() or asking.is_due(asking.basis())


def sweep(run_s: float = RUN_S) -> bool:
    """Look at everybody who is due; False when the time was over before all were looked at."""
    enrolling.enrol()
    on, after, until = asking.basis(), 0, time.monotonic() + run_s
    while people := looking.look(on, after):
        after = people[-1]
        if time.monotonic() > until:
            return False
    return True
