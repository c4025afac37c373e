"""What staff write down for each other: sealed, never changed, never the applicant's to read."""

import pytest
from sqlalchemy.exc import IntegrityError

from backend.cases import conflicts, notes
from backend.errors import NotAllowed, NotFound
from tests.filing import draft, submitted
from tests.records import change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
WORDS = "已电话核实经营地址"


def test_colleagues_and_the_bureau_read_them_in_order(in_app):
    case = submitted()
    notes.add(case["id"], words=WORDS, by=staff())
    notes.add(case["id"], words="再核", by=staff("demo-bureau"))

    for reader in ("demo-manager", "demo-manager-2", "demo-bureau"):
        assert [(WORDS, "演示园区管理员"), ("再核", "演示人社局工作人员")] == [
            (each["words"], each["by_name"]) for each in notes.listed(case["id"], staff(reader))
        ]


def test_nobody_else_does(in_app):
    her = person()
    case = submitted(her)
    notes.add(case["id"], words=WORDS, by=staff())
    conflicts.declare(case["id"], why="亲属", by=staff("demo-manager-2"))

    for reader in (her, staff("demo-manager-p01"), staff("demo-manager-2")):
        with pytest.raises(NotFound):
            notes.listed(case["id"], reader)
    with pytest.raises(NotAllowed):
        notes.add(case["id"], words=WORDS, by=her)
    with pytest.raises(NotFound):
        notes.add(draft(person("another"))["id"], words=WORDS, by=staff())


def test_the_words_are_sealed_and_in_no_event(in_app):
    notes.add(submitted()["id"], words=WORDS, by=staff())

    assert one("SELECT words FROM note").startswith("v1.")
    assert WORDS not in str(look("SELECT particulars FROM event"))


@pytest.mark.parametrize("wrong", ["UPDATE note SET words = ''", "DELETE FROM note"])
def test_no_program_changes_one(in_app, wrong):
    notes.add(submitted()["id"], words=WORDS, by=staff())

    with pytest.raises(IntegrityError, match="only ever added"):
        change(wrong)
