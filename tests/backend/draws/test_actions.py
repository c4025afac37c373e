"""How a draw is announced and called off."""

from datetime import date
from hashlib import sha256
from uuid import uuid4

import pytest

from backend import vault
from backend.draws import actions
from backend.errors import Invalid, NotAllowed, NotFound, Outdated, WrongStatus
from backend.parks.kinds import UnitKind
from backend.tenancies import sweeping
from tests import records
from tests.backend.draws import stage
from tests.backend.draws.stage import ANNOUNCED, DRAWS, FREEZES, announced, at, seen
from tests.backend.tenancies.stage import applicant, approve, offers, told, waits
from tests.records import change, look, one, staff

pytestmark = pytest.mark.usefixtures("simulator")


def faults(refused) -> list[str]:
    return [each["pointer"] for each in refused.value.more["errors"]]


class TestAnnouncing:
    def test_the_commitment_is_published_and_the_secret_is_not(self, in_app):
        draw = announced()

        kept = one("SELECT sealed FROM draw")
        secret = vault.keys().unseal(actions.sealed_place(draw["id"]), kept)
        assert sha256(bytes.fromhex(secret)).hexdigest() == draw["commitment"]
        assert 64 == len(secret)
        assert (None, None, []) == (draw["secret"], draw["list_sha256"], draw["tickets"])
        assert secret not in str(look("SELECT * FROM draw")) + str(look("SELECT * FROM event"))
        assert (FREEZES, DRAWS) == (draw["freezes_at"], draw["draws_at"])

    def test_no_two_draws_have_one_secret(self, in_app):
        one_, other = announced(), announced(unit_kind=UnitKind.STALL)

        assert one_["commitment"] != other["commitment"]

    def test_whoever_waits_has_the_commitment_in_her_hands(self, in_app):
        with at(ANNOUNCED):
            waits("qiqige")
        draw = announced()

        body = one("SELECT body FROM message WHERE event = 'waiting.draw_announced'")
        assert draw["commitment"] in body
        assert "2026年11月27日 17:00" in body
        assert "2026年11月30日 10:00" in body

    def test_until_the_draw_nothing_of_the_list_is_given_away(self, in_app):
        with at(ANNOUNCED):
            waits("qiqige")
            her, case = applicant("asks outright")
        announced()
        with at(ANNOUNCED):
            sweeping.sweep()
            assert [] == offers()
            with pytest.raises(Invalid) as refused:
                approve(case, unit=records.unit("B201"))
            assert ["#/unit_id"] == faults(refused)
            # Other kinds of units go their ordinary way.
            approve(case, unit=records.unit("B202"))

    def test_everything_wrong_is_named_at_once(self, in_app):
        with pytest.raises(Invalid) as refused:
            announced(places=2, freezes_on=date(2026, 11, 26), draws_on=date(2026, 11, 26))

        assert ["#/freezes_on", "#/draws_on", "#/places"] == faults(refused)
        assert 0 == one("SELECT count(*) FROM stopped_list")

    def test_a_list_has_one_draw_at_a_time(self, in_app):
        announced()

        with pytest.raises(Invalid) as refused:
            announced()

        assert ["#/unit_kind"] == faults(refused)

    def test_it_is_the_park_that_draws(self, in_app):
        for by in ("demo-manager-p01", "demo-bureau"):
            with pytest.raises(NotAllowed):
                announced(by=by)
        with pytest.raises(NotFound):
            actions.announce(
                uuid4(),
                unit_kind=UnitKind.DESK,
                places=1,
                freezes_on=stage.FREEZES_ON,
                draws_on=stage.DRAWS_ON,
                by=staff(),
            )


class TestCancelling:
    def cancel(self, draw, why="检修", by="demo-manager", **changed):
        with at(ANNOUNCED):
            return actions.cancel(draw["id"], by=staff(by), why=why, **{"seen": 1} | changed)

    def test_the_list_goes_on_as_it_was_and_everybody_is_told_why(self, in_app):
        with at(ANNOUNCED):
            waits("first")
            waits("second")
        draw = announced()

        called_off = self.cancel(draw)

        assert ("检修", []) == (called_off["why"], called_off["actions"])
        assert 2 == told("waiting.draw_cancelled")
        with at(ANNOUNCED):
            sweeping.sweep()
        assert [("OFFERED", "B201", "first")] == offers()
        # The list may be drawn another time.
        assert "ANNOUNCED" == announced()["status"].name

    def test_it_takes_a_reason_the_version_and_the_park(self, in_app):
        draw = announced()

        for refusal, changed in (
            (Invalid, {"why": " "}),
            (Outdated, {"seen": 2}),
            (NotAllowed, {"by": "demo-manager-p01"}),
        ):
            with pytest.raises(refusal):
                self.cancel(draw, **changed)
        with pytest.raises(NotFound):
            self.cancel({"id": uuid4()})
        assert seen(draw)["version"] == 1

    def test_once_it_is_called_off_there_is_nothing_to_call_off(self, in_app):
        draw = announced()
        self.cancel(draw)

        with pytest.raises(WrongStatus):
            self.cancel(draw, seen=2)

    def test_the_database_knows_that_one_draw_is_open(self, in_app):
        announced()
        change("DELETE FROM stopped_list")

        with pytest.raises(Exception, match="uq_draw_one_open"):
            announced()
