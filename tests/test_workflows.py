"""Do the pages show each life as its running table has it?"""

from enum import Enum

import pytest

from backend.access import Relation
from backend.steps import Step
from tests.workflows import ROOT, grid, lives, noun, readme, workflows

APPLICANT, DECIDER, SYSTEM = Relation.APPLICANT, Relation.DECIDER, Relation.SYSTEM


class Door(Enum):
    SHUT = "关"
    OPEN = "开"
    WALLED_UP = "封"


STEPS = (
    Step(Door.SHUT, "break", SYSTEM, Door.OPEN, "broken"),
    Step(Door.SHUT, "push", APPLICANT, Door.OPEN, "pushed"),
    Step(Door.SHUT, "push", DECIDER, Door.OPEN, "pushed_from_inside"),
    Step(Door.OPEN, "shut", DECIDER, Door.SHUT, "shut"),
    Step(Door.OPEN, "wall_up", DECIDER, Door.WALLED_UP, "walled_up"),
)
AS_A_GRID = """\
| state | applicant 申请人 | decider 本园区管理员 | system 系统 |
| --- | --- | --- | --- |
| `shut` 关 | `push` | `push` | `break` |
| `open` 开 | — | `shut` `wall_up` | — |
| `walled_up` 封 | — | — | — |"""


def test_a_grid_has_a_row_for_each_state_and_a_column_for_each_party_the_system_last():
    assert AS_A_GRID == grid(STEPS)


@pytest.mark.parametrize("left_out", range(len(STEPS)))
def test_a_step_that_goes_shows_in_the_grid(left_out):
    assert AS_A_GRID != grid(STEPS[:left_out] + STEPS[left_out + 1 :])


def test_every_noun_with_a_table_of_steps_has_its_grid():
    with_a_table = {
        path.parent.name
        for path in (ROOT / "backend").rglob("workflow.py")
        if "\nSTEPS = " in path.read_text("utf-8")
    }

    assert with_a_table == {noun(life) for life in lives()}
    assert with_a_table >= {"applications", "internships", "policies", "tenancies"}


def test_the_readme_shows_what_may_be_done_to_an_application():
    text = (ROOT / "README.md").read_text("utf-8")

    assert readme(text) == text, "run `make workflows`"
    assert grid(next(each for each in lives() if noun(each) == "applications").STEPS) in text


def test_the_page_of_workflows_shows_every_other_life():
    assert workflows() == (ROOT / "WORKFLOWS.md").read_text("utf-8"), "run `make workflows`"
