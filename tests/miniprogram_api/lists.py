"""How does each list grow? By copies of its newest row, table by table, each an own row."""

import re
from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from backend import vault
from backend.db import db
from tests.backend.subsidies.stage import tenant
from tests.factories import Caller, World
from tests.miniprogram_api import subsidised
from tests.miniprogram_api.ready import READY, Ready
from tests.races.crowd import signed_in
from tests.records import change, look, one

COPIED = """
INSERT INTO {table}
SELECT (jsonb_populate_record(
    NULL::{table},
    to_jsonb(one) || jsonb_build_object('id', {first} + n, 'public_id', gen_random_uuid(){more})
)).*
FROM (SELECT * FROM {table} ORDER BY {key} DESC LIMIT 1) AS one, generate_series(1, {times}) AS n
"""


class Copied(NamedTuple):
    """A table, what must differ in each copy, and what is sealed to its row.

    `{first}` stands for the newest key of this table, `{note}` for that of `note`; n counts copies.
    """

    table: str
    more: str = ""
    sealed: tuple[str, ...] = ()
    key: str = "id"


NAMED = re.compile(r"{(\w+)}")


class List(NamedTuple):
    """A list with its first row: the operation that stands ready brings it, `by` reads it.

    Without `by` and `address` it is read by whoever is ready, at the address of that request. In an
    address `{note}` stands for the newest row of `note`.
    """

    operation: str
    ready: str | Callable[[World], Ready]
    copied: tuple[Copied, ...]
    by: Callable[[World], Caller] | None = None
    address: str | None = None
    sent: bool = True

    def begin(self, world: World) -> tuple[Caller, str]:
        """Bring the first row; return who reads the list, and where."""
        ready = (READY[self.ready] if isinstance(self.ready, str) else self.ready)(world)
        if self.sent and ready.method != "GET":
            assert ready.send().status_code < 300
        by = self.by(world) if self.by else ready.by
        return by, NAMED.sub(_newest, self.address or ready.path)


def grow(tables: tuple[Copied, ...], times: int) -> None:
    """Copy the newest row of each table so many times."""
    firsts: dict[str, int] = {}
    for table, more, sealed, key in tables if times > 0 else ():
        firsts[table] = first = one(f"SELECT max({key}) FROM {table}")
        fields = more.format(first=first, **firsts)
        change(
            COPIED.format(
                table=table,
                key=key,
                first=first,
                times=times,
                more=f", {fields}" if fields else "",
            )
        )
        for column in sealed:
            _seal(table, column, first)


def _seal(table: str, column: str, first: int) -> None:
    """What is sealed is bound to its row, so that each copy needs words of its own."""
    found = look(f"SELECT public_id AS id FROM {table} WHERE id > :first", first=first)
    kept = [each | {"words": _sealed(table, column, each["id"])} for each in found]
    with db.engine.begin() as connection:
        # Past the triggers that let nobody change what was written.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text(f"UPDATE {table} SET {column} = :words WHERE public_id = :id"), kept
        )


def _sealed(table: str, column: str, id: UUID) -> str:
    return vault.keys().seal(f"{table}|{column}|{id}", "复核中")


# Somebody else for each row. Sealed answers are left out: nobody reads them here.
PERSON = Copied("person")
APPLICATION = Copied(
    "application",
    "'number', 'T-' || {first} + n, 'status', 'WITHDRAWN', 'sections', '{{}}'::jsonb",
)
OF_THE_APPLICATION = "'application_id', {application} + n"
EVENT = Copied("event")
ANOTHER_THING = "'subject', gen_random_uuid()"


def _bureau(world: World) -> Caller:
    return world.staff("demo-bureau")


def _the_same_number(world: World) -> Ready:
    """Two people who say that they have one and the same document."""
    ready = READY["bindIdentity"](world)
    answers = [ready.send(by=by) for by in (ready.by, world.citizen("another"))]
    assert [200, 409] == [each.status_code for each in answers]
    return READY["listDuplicates"](world)


def _a_tenant(world: World) -> Ready:
    """Somebody whose place in a park the records know."""
    with world.app.app_context():
        tenant()
    return READY["listSubsidyCandidates"](world)


def _objected_claim(world: World) -> Ready:
    return Ready(*subsidised.objected(world))


def _newest(name: re.Match[str]) -> str:
    return str(one(f"SELECT public_id FROM {name[1]} ORDER BY id DESC LIMIT 1"))


def _applicant(world: World) -> Caller:
    """Whoever has made the newest application."""
    openid = one(
        "SELECT subject FROM identity JOIN application ON applicant_id = person_id"
        " ORDER BY application.id DESC LIMIT 1"
    )
    return signed_in(world.app, openid)


LISTS = {
    "her own applications": List(
        "listApplications",
        "getApplication",
        (APPLICATION,),
        World.citizen,
        "/applications?limit=100",
    ),
    "the queue of a park": List(
        "listApplications",
        "rejectApplication",
        (APPLICATION,),
        None,
        "/applications?limit=100",
        sent=False,
    ),
    "the queue of a county": List(
        "listApplications",
        "rejectApplication",
        (APPLICATION,),
        _bureau,
        "/applications?limit=100",
        sent=False,
    ),
    "her inbox": List(
        "listMessages",
        "markRead",
        (EVENT, Copied("message", "'event_id', {event} + n")),
        None,
        "/messages?limit=100",
    ),
    "what was told in a case": List(
        "listCaseMessages",
        "listCaseMessages",
        (EVENT, Copied("message", "'event_id', {event} + n")),
        None,
        "/applications/{application}/messages?limit=100",
    ),
    "the timeline of a case": List("getTimeline", "getTimeline", (EVENT,)),
    "the history of a case": List(
        "listHistory",
        "listHistory",
        (EVENT,),
        None,
        "/applications/{application}/history?limit=100",
    ),
    "the devices of a person": List(
        "listSessions",
        "listSessions",
        (Copied("session", "'id', gen_random_uuid()", key="refresh_number"),),
    ),
    "the parks": List(
        "listParks",
        "listParks",
        (Copied("park", "'key', 'T' || {first} + n, 'name', '园' || {first} + n"),),
        # Nearest first is not kept in the cache.
        None,
        "/parks?near=122,46&limit=100",
    ),
    "the units of a park": List(
        "listParkUnits",
        "listParkUnits",
        (
            Copied(
                "unit",
                "'code', 'T' || {first} + n, 'park_id', (SELECT id FROM park WHERE key = 'P05')",
            ),
        ),
    ),
    "the same numbers": List(
        "listDuplicates",
        _the_same_number,
        (PERSON, Copied("duplicate", "'claimant_id', {person} + n", ("shown",))),
        None,
        "/duplicates?limit=100",
    ),
    "the proposals": List(
        "listPolicyChanges",
        "getPolicyChange",
        (
            Copied(
                "parameter_row",
                "'valid_from', date '2040-01-01' + {first}::int + n,"
                " 'valid_to', date '2040-01-01' + {first}::int + n",
            ),
        ),
        None,
        "/policy-changes",
    ),
    "the board": List(
        "listPublicity",
        "publiciseDecision",
        (
            PERSON,
            Copied(
                "application",
                "'number', 'T-' || {first} + n, 'applicant_id', {person} + n,"
                " 'sections', '{{}}'::jsonb",
            ),
            Copied("publicity", OF_THE_APPLICATION),
        ),
        None,
        "/publicity?limit=100",
    ),
    "the notes on a case": List("listNotes", "addNote", (Copied("note", "", ("words",)),)),
    "the opinions on a case": List(
        "listOpinions",
        "giveOpinion",
        (Copied("opinion", "", ("question", "words")),),
        _bureau,
        "/applications/{application}/opinions",
    ),
    "the objections to a decision": List(
        "listObjections",
        "objectToDecision",
        (PERSON, Copied("objection", "'person_id', {person} + n", ("words",))),
        _bureau,
        "/applications/{application}/objections",
    ),
    "the waiting lists of a park": List(
        "listWaiting",
        "listWaiting",
        (APPLICATION, Copied("waiting_entry", OF_THE_APPLICATION)),
        None,
        "/waiting?limit=100",
    ),
    "the draws": List(
        "listDraws",
        "listDraws",
        (Copied("draw", "'status', 'CANCELLED', 'why', 'x', 'cancelled_at', now()"),),
        None,
        "/draws?limit=100",
    ),
    "tenancies of a park": List(
        "listTenancies",
        "amendAgreement",
        (
            APPLICATION,
            Copied("tenancy", OF_THE_APPLICATION + ", 'status', 'CANCELLED', 'expires_at', NULL"),
        ),
        None,
        "/tenancies?limit=100",
    ),
    "the head counts of a tenant": List(
        "listHeadcounts",
        "listHeadcounts",
        (Copied("headcount", "'month', date '2000-01-01' + ({first} + n) * interval '1 month'"),),
        None,
        "/tenancies/{tenancy}/headcounts?limit=100",
    ),
    "firms with nobody behind them": List(
        "listNameplates",
        "getLeaving",
        (
            PERSON,
            APPLICATION,
            Copied(
                "tenancy",
                OF_THE_APPLICATION + ", 'person_id', {person} + n, 'arrived_on', '2020-01-01'",
            ),
        ),
        World.staff,
        "/nameplates?limit=100",
        sent=False,
    ),
    "the hosts of a county": List(
        "listHosts",
        "createHost",
        (Copied("host", "'credit_code', 'T' || {first} + n"),),
        None,
        "/hosts?limit=100",
    ),
    "the posts": List("listPosts", "getPost", (Copied("post"),), None, "/posts?limit=100"),
    "the internships of a county": List(
        "listInternships",
        "acceptVenture",
        (
            APPLICATION,
            Copied(
                "internship", OF_THE_APPLICATION + ", 'status', 'CANCELLED', 'expires_on', NULL"
            ),
        ),
        None,
        "/internships?limit=100",
        sent=False,
    ),
    "the loans of a county": List(
        "listLoans",
        "recordReferral",
        (
            # Whose loan it is stands in the answers.
            Copied("application", "'number', 'T-' || {first} + n, 'status', 'WITHDRAWN'"),
            Copied("loan", OF_THE_APPLICATION + ", 'status', 'WITHDRAWN', 'due_on', NULL"),
        ),
        None,
        "/loans?limit=100",
    ),
    "the subsidies of a county": List(
        "listSubsidies",
        "refuseSubsidy",
        (
            # Whose subsidy it is stands in the answers.
            Copied("application", "'number', 'T-' || {first} + n, 'status', 'WITHDRAWN'"),
            Copied("subsidy", OF_THE_APPLICATION + ", 'status', 'WITHDRAWN', 'due_on', NULL"),
        ),
        None,
        "/subsidies?limit=100",
        sent=False,
    ),
    "who might have a subsidy": List(
        "listSubsidyCandidates",
        _a_tenant,
        (
            PERSON,
            Copied(
                "application",
                "'number', 'T-' || {first} + n, 'applicant_id', {person} + n,"
                " 'status', 'WITHDRAWN', 'sections', '{{}}'::jsonb",
            ),
            Copied(
                "tenancy",
                OF_THE_APPLICATION + ", 'person_id', {person} + n, 'credit_code', NULL",
            ),
        ),
        None,
        "/subsidy-candidates?kind=startup&limit=100",
    ),
    "the objections to a claim": List(
        "listClaimObjections",
        _objected_claim,
        (PERSON, Copied("objection", "'person_id', {person} + n", ("words",))),
        _bureau,
        "/subsidies/{subsidy}/objections",
    ),
    "the codes of a park": List(
        "listCodes",
        "createCode",
        (Copied("code", "'token', lpad(({first} + n)::text, 12, '0')"),),
        None,
        "/codes?limit=100",
    ),
    "what was made of the texts of a case": List(
        "listTexts", "listTexts", (Copied("text_check", ANOTHER_THING),)
    ),
    "what was made of objections to a claim": List(
        "listClaimTexts",
        _objected_claim,
        (Copied("text_check", ANOTHER_THING),),
        _bureau,
        "/subsidies/{subsidy}/texts",
    ),
    "the register of institutions": List(
        "listInstitutions",
        "createInstitution",
        (Copied("institution", "'name', 'T' || {first} + n"),),
        None,
        "/institutions",
    ),
    "the notices of a county": List(
        "listNotices", "getNotice", (Copied("notice"),), None, "/notices?limit=100", sent=False
    ),
    "what is published": List(
        "listPublishedNotices",
        "getPublishedNotice",
        (EVENT, Copied("notice", "'event_id', {event} + n")),
        None,
        "/published-notices?limit=100",
    ),
    "what somebody was told of policies": List(
        "listMatches",
        "getMatch",
        (
            Copied("policy_match"),
            Copied("policy_match_item", "'match_id', {policy_match} + n, 'ahead', NULL"),
        ),
        None,
        "/me/matches?limit=100",
    ),
    "the pushes of a notice": List(
        "listDeliveries",
        "listDeliveries",
        (
            PERSON,
            Copied("message", "'person_id', {person} + n"),
            Copied("delivery", "'person_id', {person} + n, 'message_id', {message} + n"),
        ),
        None,
        "/notices/{notice}/deliveries?limit=100",
    ),
    "her documents": List(
        "listDocuments",
        "getDocument",
        (Copied("document", "", ("name",)),),
        None,
        "/documents?limit=100",
    ),
    "who opened a document": List(
        "listOpenings",
        "openDocument",
        (Copied("document_opening", "'ticket_hash', 'T' || {first} + n"),),
        _applicant,
    ),
    "the cases of a batch": List(
        "getBatch", "getBatch", (Copied("batch_row", "'place', {first} + n", key="place"),)
    ),
    "the decisions on a case": List(
        "listDecisions",
        "getDecision",
        (Copied("decision_record"),),
        _bureau,
        "/applications/{application}/decisions",
    ),
}
# Those that the law, a form or the seed keeps short, and why.
SHORT = {
    "countHeads": "the parks of the league",
    "listDivisions": "six counties and the league",
    "listBenefits": "the benefits of the policy",
    "listParameters": "the numbers of the policy in force on a day",
    "listStages": "the stages of the policy",
    "listTemplates": "a table of our own",
    "listMessageTemplates": "a table of our own",
    "getPreferences": "a table of our own",
    "listConsents": "a table of our own",
    "getMatch": "the benefits of the policy",
    "listSweepers": "a table of our own",
    "listReasons": "a table of our own",
    "getFacts": "the dictionary of facts",
    "getCaseFacts": "the dictionary of facts",
    "countOverrides": "the benefits of the policy",
    "listPostTexts": "the two texts of a post",
    "suggestAnswers": "the fields of the form",
    "listPapers": "the papers of the form",
    "listColleagues": "who works in one office",
    "getWaiting": "three parks at most",
    "getChoices": "three parks at most",
}
