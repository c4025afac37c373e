"""How much does a statement cost, whatever machine it runs on? The rows that it looks at."""

from collections.abc import Mapping
from typing import Any

from tests.records import look


def rows_read(statement: str, values: Mapping[str, Any]) -> int:
    """Count the rows that a statement looks at, by what PostgreSQL says of each of its steps."""
    used = {name: each for name, each in values.items() if f":{name}" in statement}
    ((plan,),) = (
        each.values() for each in look(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", **used)
    )
    steps, found = [plan[0]["Plan"]], 0
    while steps:
        step = steps.pop()
        steps += step.get("Plans", ())
        passed = sum(step.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Join Filter"))
        found += step["Actual Loops"] * (step["Actual Rows"] + passed)
    return int(found)
