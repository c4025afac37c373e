"""Does a writer ever overwrite what another wrote in the meantime?"""

import pytest

from tests.factories import World
from tests.races.at_once import all_at_once, tally
from tests.races.crowd import ask

WRITERS = 50
VERSION_STANDS_STILL = """
CREATE FUNCTION forget_version() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.version := OLD.version; RETURN NEW; END';
CREATE TRIGGER forget_version BEFORE UPDATE ON application
    FOR EACH ROW EXECUTE FUNCTION forget_version();
"""


def one_writer(world: World) -> None:
    """Let fifty tabs save the same draft from the same version."""
    her = world.citizen()
    draft, etag = world.draft(her)
    path = f"/applications/{draft['id']}"

    def saving(number: int):
        sections = {"project": {"title": f"第 {number} 稿"}}
        return lambda: her.put(path, {"sections": sections}, etag=etag)

    answers = all_at_once([saving(number) for number in range(WRITERS)])

    seen = tally(answers)
    assert {"200": 1, "412 outdated": WRITERS - 1} == seen, f"{seen['200']} wrote: {seen}"
    (kept,) = [answer.json["sections"] for answer in answers if answer.status_code == 200]
    assert kept == her.get(path).json["sections"]
    refused = [answer.json for answer in answers if answer.status_code == 412]
    assert all(each["theirs"]["project"] == kept["project"] for each in refused)


def test_of_50_writers_of_one_draft_one_writes_and_the_others_are_shown_both(own_world):
    one_writer(own_world)


def test_a_lost_update_is_noticed(own_world):
    ask(own_world.app, VERSION_STANDS_STILL)

    with pytest.raises(AssertionError, match="50 wrote"):
        one_writer(own_world)
