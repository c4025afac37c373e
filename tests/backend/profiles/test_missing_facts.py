"""Does anybody get an answer that the whole truth about her would contradict?"""

import pytest
from sqlalchemy import create_engine, false, func, not_, select

from backend.profiles import audience
from backend.profiles.audience import Sides
from backend.profiles.columns import POLICY
from backend.profiles.models import Profile
from tests.backend.profiles.crowd import TARGETABLE
from tests.benchmarks import population

C = Profile.__table__.c
MISSING = 0.12
DAY = population.AS_OF
SNAPSHOT = POLICY.readings.at(DAY, DAY)


def contradicted(url, people, asked=audience.sides) -> tuple[dict[str, int], int]:
    """Count, by rule, the answers that the truth contradicts; and all definite answers."""
    engine, wrong, definite = create_engine(url), {}, 0
    with engine.begin() as connection:
        population.fill(connection, people, missing=MISSING, truth=True)
        for rule in TARGETABLE:
            sides = asked(POLICY, rule, SNAPSHOT, DAY)
            for side in (sides.yes, sides.no):
                partly = select(C.person_id).where(side, C.person_id > people)
                wholly = select(C.person_id + people).where(side, C.person_id <= people)
                definite += connection.scalar(select(func.count()).select_from(partly.subquery()))
                differ = partly.except_(wholly).subquery()
                wrong[rule] = wrong.get(rule, 0) + connection.scalar(
                    select(func.count()).select_from(differ)
                )
    engine.dispose()
    return wrong, definite


def test_with_an_eighth_of_the_facts_missing_no_answer_is_wrong(database_url):
    wrong, definite = contradicted(database_url, 10_000)

    assert dict.fromkeys(TARGETABLE, 0) == wrong
    assert definite > 10_000


@pytest.mark.reliability
def test_with_an_eighth_of_the_facts_missing_no_answer_is_wrong_among_a_million(database_url):
    wrong, definite = contradicted(database_url, 1_000_000)

    assert dict.fromkeys(TARGETABLE, 0) == wrong
    assert definite > 1_000_000


def test_taking_unknown_for_no_would_be_noticed(database_url):
    def planted(*which) -> Sides:
        right = audience.sides(*which)
        return Sides(right.yes, not_(func.coalesce(right.yes, false())))

    wrong, _ = contradicted(database_url, 2_000, planted)

    assert sum(wrong.values()) > 100
