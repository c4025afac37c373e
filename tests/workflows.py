"""What may each party do in each state? A grid for every life, written from its running table.

`python -m tests.workflows` (or `make workflows`) writes README.md and WORKFLOWS.md; a test compares
them. A life is a `STEPS` in a noun's `workflow.py`: a new noun is found by itself.
"""

import inspect
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from backend.access import Relation
from backend.steps import Step

ROOT = Path(__file__).parents[1]
# Whose grid stands in the README; those of all others stand together.
FIRST = "applications"
BLOCK = re.compile("(?<=<!-- workflow -->\n).*?(?=<!-- /workflow -->)", re.DOTALL)
PREFACE = """\
# Workflows

What each party may do in each state, as the running tables have it; the grid of an application is
in [README.md](README.md). Written by `make workflows`, compared by a test: do not edit it here.
What becomes of each step, and what we call it, stands in the table that each heading names.
"""


def lives() -> Iterator[ModuleType]:
    """Every module of the backend that has a table of steps, in the order of the nouns."""
    for path in sorted((ROOT / "backend").glob("*/workflow.py")):
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        if hasattr(module, "STEPS"):
            yield module


def noun(life: ModuleType) -> str:
    return life.__name__.split(".")[1]


def grid(steps: Iterable[Step]) -> str:
    """States by parties, the system last; a cell holds what that party may do there."""
    steps = tuple(steps)
    parties = sorted(dict.fromkeys(step.by for step in steps), key=lambda by: by is Relation.SYSTEM)
    lines = [
        ["state", *(f"{party.name.lower()} {party.value}" for party in parties)],
        ["---"] * (1 + len(parties)),
    ]
    for state in type(steps[0].status):
        verbs = {
            party: [step.action for step in steps if (step.status, step.by) == (state, party)]
            for party in parties
        }
        cells = (" ".join(f"`{verb}`" for verb in each) or "—" for each in verbs.values())
        lines.append([f"`{state.name.lower()}` {state.value}", *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def readme(text: str) -> str:
    """The README with the grid of an application as it is now."""
    (life,) = [each for each in lives() if noun(each) == FIRST]
    return BLOCK.sub(lambda _: f"{grid(life.STEPS)}\n", text)


def workflows() -> str:
    """The whole of WORKFLOWS.md."""
    return "\n".join([PREFACE, *(_section(each) for each in lives() if noun(each) != FIRST)])


def _section(life: ModuleType) -> str:
    (question, _, _) = (inspect.getdoc(life) or "").partition("\n")
    where = f"backend/{noun(life)}/workflow.py"
    return f"## {question}\n\n[`{where}`]({where})\n\n{grid(life.STEPS)}\n"


def write() -> None:
    """Bring both files up to date."""
    path = ROOT / "README.md"
    path.write_text(readme(path.read_text("utf-8")), "utf-8")
    (ROOT / "WORKFLOWS.md").write_text(workflows(), "utf-8")


if __name__ == "__main__":
    write()
