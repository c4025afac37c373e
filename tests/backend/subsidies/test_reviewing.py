"""How the bureau looks through a claim: each line, once, with coded reasons, and in public."""

from datetime import date

import pytest

from backend.cases import publicity, published
from backend.errors import Invalid, NotAllowed, NotFound
from backend.subsidies import claiming, reviewing
from backend.subsidies.kinds import Outcome, SubsidyKind, WhyNot
from tests.backend.subsidies.stage import (
    BUREAU,
    MANAGER,
    MONDAY,
    SECOND,
    S,
    claim,
    decided,
    end_publicity,
    fresh,
    household,
    on,
    statuses,
    step,
    submitted,
    tenant,
    told,
)
from tests.backend.subsidies.test_claiming import faults, worker
from tests.records import one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")


def sent_back(its: dict, *items: dict) -> dict:
    said = items or ({"line_id": its["lines"][0]["id"], "text": "请核对搬离日期"},)
    return step(reviewing.send_back, its, items=said)


class TestSendingBack:
    def test_every_item_at_once_and_the_bureau_s_clock_rests_meanwhile(self, in_app):
        with on(MONDAY):
            its = submitted(household(1), household(2))
        with on("2026-11-25"):
            its = sent_back(
                its,
                {"line_id": its["lines"][1]["id"], "text": "请核对搬离日期"},
                {"line_id": None, "text": "请补充孵化成效说明"},
            )
            assert (S.RETURNED, "claimant") == (its["status"], its["held_by"]["party"])
            # Fifteen working days: 26, 27, 30, 1-4, 7-11, 14, 15, 16 December.
            assert date(2026, 12, 16) == its["due_on"]
        with on("2026-11-30"):
            step(claiming.update, its, MANAGER, given=[household(1), household(2)])
            its = step(claiming.submit, its, MANAGER)

        # Tue 24 and Wed 25 were the bureau's; Thu 26 to Mon 30 the park's; eight are left.
        assert (S.SUBMITTED, date(2026, 12, 10)) == (its["status"], its["due_on"])
        (round_,) = its["returned"]
        assert [
            {"line": 1, "text": "请核对搬离日期"},
            {"line": None, "text": "请补充孵化成效说明"},
        ] == round_["items"]
        assert [BUREAU, SECOND] == told("resubmitted")

    def test_the_park_hears_of_it(self, in_app):
        sent_back(submitted())

        assert ["demo-manager", "demo-manager-2"] == told("sent_back")

    def test_an_item_is_on_a_line_of_this_claim(self, in_app):
        its, other = submitted(household(1)), submitted(household(2))
        item = {"line_id": other["lines"][0]["id"], "text": "?"}

        with pytest.raises(Invalid) as refused:
            sent_back(its, item)

        assert {"#/items/0/line_id": "申报中没有这一行"} == faults(refused)

    def test_it_may_be_withdrawn_while_it_is_with_the_park(self, in_app):
        its = sent_back(submitted())

        step(claiming.withdraw, its, MANAGER)

        assert ["WITHDRAWN"] == statuses()
        assert 0 == one("SELECT count(*) FROM subsidy_return WHERE ended_at IS NULL")


class TestDeciding:
    def test_one_accepted_line_carries_the_claim_on(self, in_app):
        its = decided(submitted(household(1), household(2)), 1)

        assert (S.QUALIFIED, "人社局公示审核结果") == (its["status"], its["expected"])
        assert [Outcome.ACCEPTED, Outcome.REFUSED] == [e["outcome"] for e in its["lines"]]
        assert ["没有搬离园区"] == [each["label"] for each in its["lines"][1]["reasons"]]
        assert ["demo-manager", "demo-manager-2"] == told("reviewed")

    def test_none_ends_it_with_every_reason_that_was_given(self, in_app):
        its = decided(submitted(), 0, why=(WhyNot.NOT_MOVED_OUT, WhyNot.FALSE_MATERIAL))

        assert S.REFUSED is its["status"]
        assert ["没有搬离园区", "材料不属实"] == [e["label"] for e in its["refused"]["reasons"]]
        assert ["demo-manager", "demo-manager-2"] == told("refused")

    def test_all_that_is_wrong_is_named_at_once(self, in_app):
        its = submitted(household(1), household(2), household(3))
        one_, two = (each["id"] for each in its["lines"][:2])
        line = {"reasons": [], "note": ""}
        said = [
            line | {"line_id": one_, "outcome": Outcome.REFUSED},
            line | {"line_id": one_, "outcome": Outcome.ACCEPTED, "reasons": [WhyNot.OTHER]},
            line | {"line_id": its["id"], "outcome": Outcome.ACCEPTED},
            line | {"line_id": two, "outcome": Outcome.ACCEPTED},
        ]

        with pytest.raises(Invalid) as refused:
            step(reviewing.review, its, decided=said, note="")

        assert {
            "#/lines/0/reasons": "不认可的，至少选择一个原因",
            "#/lines/1/outcome": "同一行只能列一次",
            "#/lines/1/reasons": "认可的，不填原因",
            "#/lines/1/note": "选择“其他”时请说明原因",
            "#/lines/2/line_id": "申报中没有这一行",
            "#/lines": "请对每一行作出结论，还缺第 3 行",
        } == faults(refused)

    def test_the_park_does_not_decide_on_itself(self, in_app):
        its = submitted()

        with pytest.raises(NotAllowed):
            step(reviewing.review, its, MANAGER, decided=[], note="")

    def test_a_draft_is_not_there_for_the_bureau(self, in_app):
        with pytest.raises(NotFound):
            step(reviewing.review, claim(), decided=[], note="")


class TestInPublic:
    def board(self) -> list[dict]:
        return [dict(each) for each in published.board(after=None, limit=9)]

    def objected(self) -> dict:
        (listed,) = self.board()
        return publicity.object_to(listed["id"], words="未搬离", by=person("neighbour"))

    def test_the_board_names_the_park_and_the_accepted_households(self, in_app):
        its = decided(submitted(household(1), household(2), household(3)), 1)
        step(publicity.publicise_claim, its)

        (listed,) = self.board()

        assert ("恒隆创业广场", "毕业户1、毕业户3", SubsidyKind.INCUBATION, its["number"]) == tuple(
            listed[name] for name in ("name", "entity", "kind", "number")
        )

    def test_of_jobs_it_names_the_firm_and_how_many_and_nobody_who_works_there(self, in_app):
        with on(MONDAY):
            its = decided(submitted(worker(), kind=SubsidyKind.JOB_CREATION, tenancy=tenant()[1]))
            step(publicity.publicise_claim, its)
            (listed,) = self.board()

        assert "草原奶食品有限公司（新增就业 1 人）" == listed["entity"]
        assert "巴图" not in str(listed)

    def test_it_ends_by_itself_and_the_amounts_are_next(self, in_app):
        its = decided(submitted())
        step(publicity.publicise_claim, its)
        end_publicity()

        assert (S.PUBLISHED, []) == (fresh(its)["status"], self.board())
        assert [BUREAU, SECOND] == told("published")

    def test_an_objection_stops_the_clock_and_a_failed_one_lets_it_go_on(self, in_app):
        with on(MONDAY):
            its = decided(submitted())
            step(publicity.publicise_claim, its)
        with on("2026-11-25"):
            objection = self.objected()
            assert (S.OBJECTION_HOLD, None) == (fresh(its)["status"], self.board()[0]["ends_on"])
            # Whoever reviewed it does not stand above it.
            assert SECOND in told("objected") and BUREAU not in told("objected")
        with on("2026-11-27"):
            publicity.answer(objection["id"], upheld=False, answer="已搬离", by=staff(SECOND))

            # Tue 24 and Wed 25 counted, Thu and Fri stood still; Mon 30, 1 and 2 December.
            assert (S.PUBLICISED, date(2026, 12, 2)) == (
                fresh(its)["status"],
                self.board()[0]["ends_on"],
            )

    def test_whoever_reviewed_it_does_not_answer_an_objection_to_that(self, in_app):
        its = decided(submitted())
        step(publicity.publicise_claim, its)
        objection = self.objected()

        with pytest.raises(NotAllowed):
            publicity.answer(objection["id"], upheld=False, answer="x", by=staff(BUREAU))
        (listed,) = published.objections_to_claim(its["id"], staff(SECOND))
        assert ("未搬离", True) == (listed["words"], listed["is_hers_to_answer"])
        with pytest.raises(NotFound):
            published.objections_to_claim(its["id"], staff(MANAGER))

    def test_one_that_is_upheld_sends_every_line_back_to_the_bureau(self, in_app):
        its = decided(submitted(household(1), household(2)), 1)
        step(publicity.publicise_claim, its)
        publicity.answer(self.objected()["id"], upheld=True, answer="属实", by=staff(SECOND))

        its = fresh(its)
        assert (S.SUBMITTED, [None, None], []) == (
            its["status"],
            [each["outcome"] for each in its["lines"]],
            self.board(),
        )
        again = decided(its, 0)
        assert S.QUALIFIED is again["status"]
        step(publicity.publicise_claim, again)
        end_publicity()
        assert ["PUBLISHED"] == statuses()
