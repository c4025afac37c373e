"""By which words was a message written? Versions are hashes, kept once and never changed."""

import hashlib
import json

import pytest
import time_machine
from sqlalchemy.exc import IntegrityError

from backend.db import action
from notifications import wordings
from notifications.catalogue import CATALOGUE, readers_of
from notifications.templates import TEMPLATES
from tests import filing
from tests.backend.notices import stage as notices
from tests.records import change, look, one, person

keep = action(wordings.keep)
(APPROVED,) = readers_of("application.approved")


def by_hand(words: dict) -> str:
    """The version as anybody can work it out from the words that were kept."""
    canonical = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


class TestVersions:
    def test_every_row_and_every_card_has_a_version_of_its_own(self):
        versions = [each.version for each in wordings.all_of_them()]

        assert len(CATALOGUE) + 1 + len(TEMPLATES) == len(versions) == len(set(versions))

    @pytest.mark.parametrize(
        "changed",
        [
            {"title": "申请已经通过"},
            {"body": APPROVED.body + "祝您创业顺利。"},
            {"link": "pages/index/index"},
            {"template": "policy_notice"},
            {"push": APPROVED.push | {"phrase2": "已经通过"}},
            {"event": "application.reopened"},
        ],
        ids=lambda changed: next(iter(changed)),
    )
    def test_any_other_words_are_another_version(self, changed):
        other = APPROVED._replace(**changed)

        assert wordings.of_row(APPROVED) == wordings.of_row(APPROVED._replace())
        assert wordings.of_row(APPROVED).version != wordings.of_row(other).version

    def test_whoever_is_told_the_same_in_the_same_words_is_told_by_another_row(self):
        hers, theirs = readers_of("internship.begun")

        assert (hers.title, hers.body) == (theirs.title, theirs.body)
        assert wordings.of_row(hers).version != wordings.of_row(theirs).version


class TestKeeping:
    def test_a_version_can_be_worked_out_again_from_what_was_kept(self, in_app):
        keep(wordings.all_of_them())

        kept = look("SELECT * FROM wording")

        assert len(list(wordings.all_of_them())) == len(kept)
        assert {each["version"] for each in kept} == {by_hand(each["words"]) for each in kept}

    def test_keeping_again_adds_nothing_and_changes_no_since(self, in_app):
        keep(wordings.all_of_them())
        before = look("SELECT * FROM wording ORDER BY version")

        keep(wordings.all_of_them())

        assert before == look("SELECT * FROM wording ORDER BY version")

    @pytest.mark.parametrize(
        "statement",
        ["UPDATE wording SET since = now()", "DELETE FROM wording"],
        ids=lambda statement: statement.split()[0].lower(),
    )
    def test_nobody_changes_what_was_kept(self, in_app, statement):
        keep([wordings.of_row(APPROVED)])

        with pytest.raises(IntegrityError, match="only ever added"):
            change(statement)

    def test_words_that_come_back_are_the_version_they_were(self, in_app):
        old, new = wordings.of_row(APPROVED), wordings.of_row(APPROVED._replace(title="通过"))
        for each in (old, new, old):
            keep([each])

        assert 2 == one("SELECT count(*) FROM wording")


@pytest.mark.usefixtures("simulator")
class TestMessages:
    def test_a_message_names_the_version_of_its_words(self, in_app):
        filing.approved()

        (hers,) = look(
            "SELECT m.wording, w.words FROM message m JOIN wording w ON w.version = m.wording"
            " WHERE m.event = 'application.approved'"
        )
        assert wordings.of_row(APPROVED).version == hers["wording"]
        assert ("申请已通过", "审核通过") == (
            hers["words"]["title"],
            hers["words"]["card"]["phrase2"],
        )

    def test_each_copy_of_a_colleague_has_the_same_version(self, in_mended_app):
        filing.submitted()

        told = look("SELECT wording FROM message WHERE event = 'application.submitted'")
        (row,) = readers_of("application.submitted")
        assert [wordings.of_row(row).version] * 2 == [each["wording"] for each in told]

    def test_no_message_is_written_by_words_that_nobody_kept(self, in_app):
        filing.approved()

        with pytest.raises(IntegrityError, match="fk_message_wording"):
            change("UPDATE message SET wording = 'ffffffffffff'")

    def test_a_notice_has_its_own_words_and_no_version(self, in_mended_app):
        with time_machine.travel(notices.MORNING):
            person()
            notices.begun()

        (told,) = look("SELECT title, wording FROM message WHERE event = 'notice.published'")
        assert (notices.WORDS["title"], None) == (told["title"], told["wording"])
