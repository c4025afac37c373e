"""Do the words of each purpose say what has to be said?"""

import pytest

from backend.consents.kinds import TERMS, Purpose


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_has_words_a_version_and_what_follows_a_withdrawal(purpose):
    terms = TERMS[purpose]

    assert terms.version
    assert terms.text.endswith("。")
    assert terms.afterwards.startswith("撤回后")


def test_nothing_depends_on_it():
    """Service must not be refused for want of consent (law, article 16), and she is told so."""
    assert "不同意也不影响您办理任何事项" in TERMS[Purpose.POLICY_MATCHING].text
