"""Do sessions stay whole when one phone, or one thief, asks many times at once?"""

from uuid import uuid4

import pytest

from backend.accounts import actions as accounts
from backend.db import db
from backend.wechat.simulator import people
from backend.wechat.simulator.world import APPID
from miniprogram_api import auth
from miniprogram_api.demo import PASSWORD
from tests.factories import Caller, World
from tests.races.at_once import all_at_once, kind_of, tally
from tests.races.crowd import ask, count

# Read through a function, the row of the session is not locked; the write comes later.
NO_SESSION_LOCK = """
ALTER TABLE session RENAME TO session_locked;
CREATE FUNCTION all_sessions() RETURNS SETOF session_locked LANGUAGE plpgsql AS
    'BEGIN RETURN QUERY SELECT * FROM session_locked; PERFORM pg_sleep(0.1); END';
CREATE VIEW session AS SELECT * FROM all_sessions();
CREATE FUNCTION change_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE session_locked SET refresh_number = NEW.refresh_number, ended_at = NEW.ended_at,
        refreshed_at = NEW.refreshed_at WHERE id = OLD.id;
    RETURN NEW;
END $$;
CREATE TRIGGER change_session INSTEAD OF UPDATE ON session
    FOR EACH ROW EXECUTE FUNCTION change_session();
"""
# A refresh that looks old at once: the twin is then taken for a thief.
NO_GRACE = """
CREATE FUNCTION age() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.refreshed_at := NEW.refreshed_at - interval ''1 minute''; RETURN NEW; END';
CREATE TRIGGER age BEFORE UPDATE ON session FOR EACH ROW EXECUTE FUNCTION age();
"""
# Found before PostgreSQL's own, this one locks nothing and lets everybody look first.
NO_ADVISORY_LOCK = """
CREATE FUNCTION public.pg_advisory_xact_lock(bigint) RETURNS void LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.1); END';
"""
MANY_IDENTITIES = """
ALTER TABLE identity DROP CONSTRAINT uq_identity_provider_subject;
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END';
CREATE TRIGGER dawdle BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


def one_new_pair(world: World, planted: str = "SELECT 1") -> None:
    """Refresh twenty times at once: one new pair, and nobody is thrown out."""
    with world.app.test_request_context():
        opened = accounts.sign_in_person(people.openid_of(uuid4().hex, APPID), None, device="")
        tokens = auth.tokens(opened)
    given = {"refresh_token": tokens["refresh_token"]}
    ask(world.app, planted)

    answers = all_at_once([lambda: world.anybody.post("/session/refresh", given)] * 20)

    pairs = [answer.json for answer in answers if answer.status_code == 200]
    assert 1 == len(pairs), f"{len(pairs)} new pairs"
    assert {"200": 1, "401 not-signed-in": 19} == tally(answers)
    me = Caller(world.app, pairs[0]["access_token"]).get("/me")
    assert 200 == me.status_code, "thrown out"
    again = world.anybody.post("/session/refresh", {"refresh_token": pairs[0]["refresh_token"]})
    assert 200 == again.status_code


def test_20_refreshes_at_once_give_one_new_pair_and_end_no_session(own_world):
    for _ in range(3):
        one_new_pair(own_world)


def test_two_new_pairs_from_one_refresh_token_are_noticed(own_world):
    with pytest.raises(AssertionError, match=r"([2-9]|1\d|20) new pairs"):
        one_new_pair(own_world, NO_SESSION_LOCK)


def test_a_false_logout_is_noticed(own_world):
    with pytest.raises(AssertionError, match="thrown out"):
        one_new_pair(own_world, NO_GRACE)


def at_most_five_are_checked(world: World, username: str) -> None:
    """Guess fifty times at once: what is checked answers 401, what is not 429."""
    wrong = {"username": username, "password": "not-her-Password-1"}

    answers = all_at_once([lambda: world.anybody.post("/session/staff", wrong)] * 50)

    seen = tally(answers)
    assert {"401 not-signed-in", "429 too-many"} == seen.keys(), seen
    checked = seen["401 not-signed-in"]
    assert 5 >= checked, f"{checked} guesses checked"
    assert all(int(a.headers["Retry-After"]) > 0 for a in answers if a.status_code == 429)
    right = world.anybody.post("/session/staff", {"username": username, "password": PASSWORD})
    assert "429 too-many" == kind_of(right)


@pytest.mark.parametrize("username", ["demo-manager", "nobody-at-all"])
def test_of_50_wrong_passwords_at_once_at_most_five_are_checked(own_world, username):
    at_most_five_are_checked(own_world, username)


def test_a_sixth_guess_is_noticed(own_world):
    name = ask(own_world.app, "SELECT current_database()")[0][0]
    ask(own_world.app, NO_ADVISORY_LOCK)
    ask(own_world.app, f"ALTER DATABASE {name} SET search_path = public, pg_catalog")
    with own_world.app.app_context():
        db.engine.dispose()  # What was open before still finds PostgreSQL's own lock.

    with pytest.raises(AssertionError, match=r"([6-9]|[1-4]\d|50) guesses checked"):
        at_most_five_are_checked(own_world, "demo-manager")


def one_person(world: World, twins: int) -> None:
    """Sign in at once for the first time, with as many codes of one openid."""
    name = uuid4().hex
    before = count(world.app, "person"), count(world.app, "identity")

    answers = all_at_once(
        [
            lambda number=number: world.anybody.post(
                "/session/wechat", {"code": f"demo:{name}:{number}"}
            )
            for number in range(twins)
        ]
    )

    assert {"200": twins} == tally(answers)
    people_ = {answer.json["person"]["id"] for answer in answers}
    assert 1 == len(people_), f"{len(people_)} persons"
    after = count(world.app, "person"), count(world.app, "identity")
    assert (before[0] + 1, before[1] + 1) == after


def test_two_first_sign_ins_of_one_openid_make_one_person(own_world):
    for _ in range(5):
        one_person(own_world, twins=2)
    one_person(own_world, twins=4)


def test_two_persons_for_one_openid_are_noticed(own_world):
    ask(own_world.app, MANY_IDENTITIES)

    with pytest.raises(AssertionError, match="2 persons"):
        one_person(own_world, twins=2)
