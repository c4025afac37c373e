"""Do the rules of the house hold, which no other tool checks?"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend import errors
from backend.access import PERMISSIONS, Relation
from backend.applications.workflow import EVENT_LABELS, STEPS
from miniprogram_api.operations import OPERATIONS
from miniprogram_api.problems import PROBLEMS
from notifications.catalogue import readers_of

ROOT = Path(__file__).parents[1]
PACKAGES = ("eligibility", "backend", "notifications", "miniprogram_api")
SAY_NOTHING = {
    "manager",
    "service",
    "helper",
    "handler",
    "processor",
    "util",
    "data",
    "info",
    "base",
}
# Modules and folders without a test file of their own, and where they are tested.
ELSEWHERE = {
    "miniprogram_api/routes/consents.py": "tests/journeys/test_policy_finds_people.py",
    "miniprogram_api/routes/matches.py": "tests/journeys/test_policy_finds_people.py",
    "backend/permissions.py": "tests/backend/test_access.py",
    "backend/applications/answers.py": "tests/backend/applications/test_actions.py",
    "backend/applications/experience.py": "tests/backend/applications/test_queries.py",
    "backend/applications/queue.py": "tests/backend/applications/test_queries.py",
    "backend/applications/lapsed.py": "tests/backend/applications/test_actions.py",
    "backend/applications/gaps.py": "tests/backend/cases/test_promising.py",
    "backend/applications/promises.py": "tests/backend/cases/test_promising.py",
    "backend/cases/wording.py": "tests/backend/cases/test_submitting.py",
    "miniprogram_api/routes/history.py": "tests/miniprogram_api/routes/test_gaps.py",
    "notifications/gaps.py": "tests/notifications/test_catalogue.py",
    "backend/applications/offered.py": "tests/backend/applications/test_workflow.py",
    "backend/applications/following.py": "tests/backend/tenancies/test_actions.py",
    "backend/applications/occasions.py": "tests/backend/cases/test_reminding.py",
    "backend/internships/agreements.py": "tests/backend/internships/test_actions.py",
    "backend/internships/endings.py": "tests/backend/internships/test_sweeping.py",
    "backend/internships/listing.py": "tests/backend/internships/test_posts.py",
    "backend/internships/placing.py": "tests/backend/internships/test_actions.py",
    "backend/internships/taking.py": "tests/backend/internships/test_actions.py",
    "backend/internships/wording.py": "tests/backend/test_editions.py",
    "backend/applications/taking.py": "tests/backend/cases/test_actions.py",
    "backend/applications/corrections.py": "tests/backend/cases/test_correcting.py",
    "backend/applications/questions.py": "tests/backend/applications/test_forms.py",
    "backend/applications/ranked.py": "tests/backend/tenancies/test_choices.py",
    "backend/draws/queries.py": "tests/backend/draws/test_sweeping.py",
    "backend/tenancies/admissions.py": "tests/backend/tenancies/test_admitting.py",
    "backend/tenancies/onlists.py": "tests/backend/tenancies/test_admitting.py",
    "backend/tenancies/choosing.py": "tests/backend/tenancies/test_choices.py",
    "miniprogram_api/routes/choices.py": "tests/journeys/test_choices_and_draws.py",
    "miniprogram_api/routes/draws.py": "tests/journeys/test_choices_and_draws.py",
    "backend/notices/kinds.py": "tests/backend/notices/test_selectors.py",
    "backend/notices/staffing.py": "tests/notifications/test_broadcasting.py",
    "backend/notices/taking.py": "tests/backend/notices/test_actions.py",
    "notifications/cards.py": "tests/notifications/test_figures.py",
    "notifications/notices.py": "tests/notifications/test_catalogue.py",
    "miniprogram_api/routes/notices.py": "tests/journeys/test_notices.py",
    "notifications/choices.py": "tests/notifications/test_catalogue.py",
    "notifications/draws.py": "tests/notifications/test_catalogue.py",
    "notifications/lists.py": "tests/journeys/test_choices_and_draws.py",
    "notifications/words.py": "tests/notifications/test_fanout.py",
    "backend/cases/lives.py": "tests/backend/cases/test_granting.py",
    "backend/applications/advice.py": "tests/backend/cases/test_opinions.py",
    "backend/applications/staffing.py": "tests/notifications/test_readers.py",
    "backend/cases/batches.py": "tests/backend/cases/test_bulk.py",
    "backend/cases/consulted.py": "tests/backend/cases/test_opinions.py",
    "backend/cases/kinds.py": "tests/backend/cases/test_opinions.py",
    "backend/accounts/claims.py": "tests/backend/accounts/test_bindings.py",
    "backend/parties.py": "tests/backend/test_access.py",
    "backend/cases/published.py": "tests/backend/cases/test_publicity.py",
    "backend/decisions": "tests/miniprogram_api/routes/test_decisions.py",
    "backend/documents/kinds.py": "tests/backend/documents/test_examination.py",
    "backend/documents/pages.py": "tests/miniprogram_api/routes/test_documents.py",
    "backend/documents/papers.py": "tests/backend/documents/test_queries.py",
    "backend/documents/confined/limits.py": "tests/backend/documents/test_examination.py",
    "backend/documents/confined/refused.py": "tests/backend/documents/confined/test_pdfs.py",
    "backend/embedded": "tests/backend/test_embedded.py",
    "backend/accounts/sealed.py": "tests/backend/accounts/test_bindings.py",
    "backend/tenancies/agreements.py": "tests/backend/tenancies/test_actions.py",
    "backend/tenancies/lists.py": "tests/backend/tenancies/test_waiting.py",
    "backend/tenancies/placing.py": "tests/backend/tenancies/test_sweeping.py",
    "backend/tenancies/ranking.py": "tests/backend/tenancies/test_waiting.py",
    "backend/tenancies/taking.py": "tests/backend/tenancies/test_actions.py",
    "backend/tenancies/departing.py": "tests/backend/tenancies/test_leaving.py",
    "backend/tenancies/episodes.py": "tests/backend/migrations/test_migrations.py",
    "backend/tenancies/grounds.py": "tests/backend/tenancies/test_leaving.py",
    "backend/tenancies/stays.py": "tests/backend/tenancies/test_arriving.py",
    "backend/loans/taking.py": "tests/backend/loans/test_actions.py",
    "backend/subsidies/bounds.py": "tests/backend/subsidies/test_actions.py",
    "backend/subsidies/graduates.py": "tests/backend/subsidies/test_candidates.py",
    "backend/subsidies/kinds.py": "tests/backend/subsidies/test_workflow.py",
    "backend/subsidies/lines.py": "tests/backend/subsidies/test_claiming.py",
    "backend/subsidies/openings.py": "tests/backend/subsidies/test_claiming.py",
    "backend/subsidies/taking.py": "tests/backend/subsidies/test_actions.py",
    "backend/subsidies/telling.py": "tests/backend/subsidies/test_queries.py",
    "backend/subsidies/verdict.py": "tests/backend/subsidies/test_queries.py",
    "backend/loans/telling.py": "tests/backend/loans/test_queries.py",
    "backend/wechat/granting.py": "tests/backend/wechat/test_token.py",
    "backend/wechat/identity.py": "tests/backend/wechat/test_client.py",
    "miniprogram_api/routes/texts.py": "tests/miniprogram_api/test_looking.py",
    "notifications/texts.py": "tests/backend/cases/test_reviewing.py",
    "backend/wechat/connection.py": "tests/backend/wechat/test_wire.py",
    "backend/wechat/errors.py": "tests/backend/wechat/test_client.py",
    "backend/wechat/simulator": "tests/backend/wechat/simulator",
    "backend/policies/archive.py": "tests/backend/policies/test_decisions.py",
    "backend/policies/readings.py": "tests/backend/policies/test_queries.py",
    "backend/profiles/predicates.py": "tests/backend/profiles/test_audience.py",
    "backend/profiles/spans.py": "tests/backend/profiles/test_audience.py",
    "backend/profiles/lacking.py": "tests/backend/profiles/test_audience.py",
    "miniprogram_api/demo.py": "tests/journeys",
    "miniprogram_api/specimen.py": "tests/backend/documents/test_examination.py",
    "miniprogram_api/running.py": "tests/faults/test_make_run.py",
    "miniprogram_api/routes/internships.py": "tests/journeys/test_internship.py",
    "miniprogram_api/routes/posts.py": "tests/journeys/test_internship.py",
    "miniprogram_api/routes/headcounts.py": "tests/journeys/test_tenancy.py",
    "miniprogram_api/routes/stays.py": "tests/journeys/test_tenancy.py",
    "miniprogram_api/schemas": "tests/miniprogram_api/schemas",
    "notifications/internships.py": "tests/notifications/test_catalogue.py",
    "notifications/subsidies.py": "tests/notifications/test_catalogue.py",
    "miniprogram_api/routes/claims.py": "tests/journeys/test_subsidy.py",
    "miniprogram_api/routes/subsidies.py": "tests/journeys/test_subsidy.py",
    "notifications/loans.py": "tests/notifications/test_catalogue.py",
    "notifications/places.py": "tests/notifications/test_catalogue.py",
    "notifications/stays.py": "tests/notifications/test_catalogue.py",
    "notifications/rows.py": "tests/notifications/test_catalogue.py",
    "notifications/silent.py": "tests/notifications/test_catalogue.py",
    "notifications/samples.py": "tests/notifications/test_catalogue.py",
    "eligibility/binding.py": "tests/eligibility/test_engine.py",
    "eligibility/bound.py": "tests/eligibility/test_engine.py",
    "eligibility/explanation.py": "tests/eligibility/test_engine.py",
    "eligibility/gaps.py": "tests/eligibility/test_engine.py",
    "eligibility/questions.py": "tests/eligibility/test_engine.py",
    "eligibility/ready.py": "tests/eligibility/test_engine.py",
    "eligibility/rows.py": "tests/eligibility/test_engine.py",
    "eligibility/terms.py": "tests/eligibility/test_engine.py",
    "eligibility/generated.py": "tests/eligibility/test_properties.py",
    "eligibility/judging.py": "tests/eligibility/test_properties.py",
    "eligibility/numbers.py": "tests/eligibility/test_properties.py",
    "eligibility/nodes.py": "tests/eligibility/test_expression.py",
    "eligibility/normal.py": "tests/eligibility/test_expression.py",
    "eligibility/parsing.py": "tests/eligibility/test_expression.py",
    "eligibility/completeness.py": "tests/eligibility/test_policy.py",
    "eligibility/rulebook.py": "tests/eligibility/test_policy.py",
    "eligibility/rules.py": "tests/eligibility/test_policy.py",
    "eligibility/sheets.py": "tests/eligibility/test_policy.py",
    "eligibility/cutoffs.py": "tests/eligibility/test_dates.py",
    "eligibility/turning.py": "tests/eligibility/test_remedies.py",
}
# Columns and declarations: what they say is tested where it is used.
PLAIN = ("models.py", "__main__.py", "__init__.py")


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT)


def mirror_of(path: Path) -> Path:
    return ROOT / "tests" / path.parent / f"test_{path.name}"


def test_every_module_has_its_test_file_or_says_where_it_is_tested():
    without = []
    for path in modules():
        where = ELSEWHERE.get(str(path)) or ELSEWHERE.get(str(path.parent))
        known = mirror_of(path).exists() or (where and (ROOT / where).exists())
        if path.name not in PLAIN and not known:
            without.append(str(path))

    assert [] == without


def test_no_module_with_a_test_file_says_that_it_is_tested_elsewhere():
    files = [Path(path) for path in ELSEWHERE if path.endswith(".py")]

    assert [] == [path for path in files if mirror_of(path).exists()]


def test_no_class_bears_a_name_that_says_nothing():
    named = [
        f"{path}: {node.name}"
        for path in modules()
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        and node.name != "ParkManager"  # A person who runs a park.
        and re.split(r"(?<=[a-z])(?=[A-Z])", node.name)[-1].lower().rstrip("s") in SAY_NOTHING
    ]

    assert [] == named


def test_no_module_is_longer_than_one_sitting():
    assert [] == [
        str(p) for p in modules() if len((ROOT / p).read_text("utf-8").splitlines()) > 300
    ]


def test_every_module_begins_with_the_question_it_answers():
    for path in modules():
        words = ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8")))
        assert words or path.name == "__init__.py", path


def test_every_operation_has_a_policy_and_every_policy_an_operation(app):
    assert set(PERMISSIONS) == set(OPERATIONS)


def test_the_steps_and_the_permissions_agree_on_who_may_do_what():
    taking = {id: each.verbs for id, each in OPERATIONS.items() if each.steps is STEPS}
    for id, verbs in taking.items():
        parties = {step.by for step in STEPS if step.action in verbs} - {Relation.SYSTEM}
        assert parties == PERMISSIONS[id], id
    # What the system does by itself has no operation; objections and batches have addresses of
    # their own.
    taken = {verb for verbs in taking.values() for verb in verbs}
    by_itself = {"lapse", "complete", "end_publicity", "undo", "undo_in_hand"}
    assert by_itself | {"object", "dismiss", "uphold"} == {step.action for step in STEPS} - taken


@pytest.mark.parametrize("root", [errors.Refusal, errors.Fault])
def test_every_refusal_and_every_fault_has_a_row_in_the_table_of_problems(root: type[Exception]):
    named = {each for each in vars(errors).values() if isinstance(each, type)}
    leaves = {each for each in named if issubclass(each, root) and each is not root}

    assert leaves <= set(PROBLEMS)


def test_every_event_of_the_workflow_has_a_reader_or_is_silent_on_purpose():
    for step in STEPS:
        readers_of(f"application.{step.event}")
        assert step.event == "updated" or step.event in EVENT_LABELS


def test_nothing_is_banned_in_words_and_done_in_deeds():
    """No machine's path, no registry's host, no word that marks a stub."""
    banned = re.compile("TO" + "DO|FIX" + "ME|--extra-index" + "-url")
    for path in modules():
        assert not banned.search((ROOT / path).read_text("utf-8")), path


def test_no_statement_limits_what_a_plan_may_choose_anew_for_every_row():
    """Where it loops it asks `IN (SELECT ... LIMIT n)` again and again; an array is made once."""
    chosen = re.compile(r"\bIN \((?:[^()]|\([^()]*\))*\bLIMIT\b")
    assert chosen.search("WHERE id IN (SELECT id FROM delivery WHERE f(x) LIMIT 20)")
    for path in modules():
        assert not chosen.search((ROOT / path).read_text("utf-8")), path
