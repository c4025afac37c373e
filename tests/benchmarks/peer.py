"""What is our peer? Flask without anything of ours, and the same query by hand."""

import jwt
import orjson
from flask import Flask, Response, jsonify, request
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import create_engine, text

from backend import clock, config
from backend.connections import engine_options
from backend.parks import listing

app = Flask(__name__)
address = config.inherited()["DATABASE_URL"]
engine = create_engine(address, **engine_options(address)).execution_options(
    isolation_level="AUTOCOMMIT"
)
# Whoever tunes a statement by hand has PostgreSQL plan it once for each connection.
once = engine_options(address, plan_cache_mode="force_generic_plan")
planned_once = create_engine(address, **once).execution_options(isolation_level="AUTOCOMMIT")
# The statement behind `GET /parks?near=…&limit=100`.
statement = listing.page(listing.Shape(near=True))
SETTINGS = config.read()
CURSORS = URLSafeTimedSerializer(SETTINGS.cursor_key)
SESSION = text("""
SELECT s.confirmed, s.audience, st.id, st.public_id, st.role, st.county, st.person_id,
    array(SELECT m.park_id FROM park_manager m
        WHERE m.staff_id = st.id AND m.since_on <= CAST(:today AS date)
            AND (m.until_on IS NULL OR m.until_on > CAST(:today AS date))) AS parks
FROM session s
JOIN staff st ON st.id = s.staff_id
WHERE s.id = CAST(:id AS uuid) AND s.ended_at IS NULL AND s.expires_at > now()
    AND s.seen_at > now() - interval '30 minutes' AND st.disabled_at IS NULL
    AND st.credential_version = s.credential_version
""")
# What a page of the queue tells, as somebody would write it for this one purpose: the cases of his
# parks and those on which they are asked, none to which he is too near, and who decides each.
NEAR = """(
    EXISTS (SELECT FROM recusal r WHERE r.application_id = a.id AND r.staff_id = {member}.id)
    OR {member}.person_id IS NOT DISTINCT FROM a.applicant_id
    OR EXISTS (SELECT FROM phone hers JOIN phone his USING (hash)
        WHERE hers.person_id = a.applicant_id AND hers.replaced_at IS NULL
            AND his.person_id = {member}.person_id AND his.replaced_at IS NULL))"""
FIRST = f"""a.submitted_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM staff me WHERE me.id = :me AND {NEAR.format(member="me")})
    ORDER BY coalesce(a.due_on, date '9999-12-31'), a.id LIMIT 21"""
QUEUE = text(f"""
WITH page AS (
    (SELECT first.id FROM unnest(CAST(:parks AS bigint[])) his (park_id) CROSS JOIN LATERAL (
        SELECT a.id FROM application a
        WHERE a.park_id = his.park_id AND a.kind = 'TENANCY' AND {FIRST}) first)
    UNION
    (SELECT a.id FROM application a
    WHERE a.id IN (SELECT o.application_id FROM opinion o
            WHERE o.given_at IS NULL AND o.park_id = ANY (CAST(:parks AS bigint[])))
        AND a.status IN ('SUBMITTED', 'UNDER_REVIEW', 'CORRECTION_REQUESTED') AND {FIRST}))
SELECT a.public_id, a.number, a.kind, a.status, a.sections, a.verdict, a.held_since, a.due_on,
    a.legal_due_on, a.created_at, a.submitted_at, a.decided_at, a.reasons, a.note, a.version,
    p.public_id AS park_id, p.name AS park_name, p.phone, s.name AS handler, d.name AS county,
    a.kind = 'TENANCY' AND coalesce((SELECT bool_or(NOT {NEAR.format(member="st")})
        FROM park_manager m JOIN staff st ON st.id = m.staff_id
        WHERE m.park_id = a.park_id AND m.since_on <= :today
            AND (m.until_on IS NULL OR m.until_on > :today) AND st.disabled_at IS NULL
    ), true) AS is_with_the_park,
    EXISTS (SELECT FROM park_choice c WHERE c.application_id = a.id AND c.park_id <> a.park_id
        AND c.choice > (SELECT coalesce(max(r.choice), 1) FROM park_choice r
            WHERE r.application_id = a.id AND r.came_at IS NOT NULL)) AS has_next,
    EXISTS (SELECT FROM correction c WHERE c.application_id = a.id AND c.answered) AS corrected,
    EXISTS (SELECT FROM event e WHERE e.subject_kind = 'application' AND e.subject_id = a.id
        AND e.name = 'application.publicity_ended' AND e.at > a.decided_at) AS was_published,
    g.public_id AS gap_id, g.status AS gap_status, g.why, g.ended_at, g.items, g.text, g.sha256,
    g.workdays, g.offered_at, g.promised_at, g.due_on AS gap_due_on, g.filled_at,
    u.public_id AS unit_id, u.code AS unit, lower(h.during) AS starts_on, upper(h.during) AS ends_on
FROM page JOIN application a USING (id)
JOIN division d ON d.code = a.jurisdiction_code
LEFT JOIN park p ON p.id = a.park_id
LEFT JOIN staff s ON s.id = a.handler_id
LEFT JOIN holding h ON h.application_id = a.public_id AND h.kind = 'TENANCY'
LEFT JOIN unit u ON u.id = h.unit_id
LEFT JOIN gap g ON g.application_id = a.id AND g.status IN ('OFFERED', 'PROMISED', 'FILLED')
ORDER BY coalesce(a.due_on, date '9999-12-31'), a.id
LIMIT 21
""")


@app.get("/bare")
def bare() -> Response:
    """Answer as little JSON as there can be."""
    return jsonify(hello="world")


@app.get("/queue-by-hand")
def queue_by_hand() -> Response:
    """Ask for the first page of his queue, and where it goes on; write the rows as they are."""
    token = request.headers["Authorization"].removeprefix("Bearer ")
    key = SETTINGS.jwt_keys_staff[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, ["HS256"], audience="staff", issuer="xingan-startup-parks")
    with planned_once.connect() as connection:
        asked = {"id": claims["sid"], "today": clock.today()}
        (manager,) = connection.execute(SESSION, asked).mappings().all()
        asked = {"me": manager["id"], "parks": manager["parks"], "today": clock.today()}
        found = connection.execute(QUEUE, asked).mappings().all()
    items = [dict(row) for row in found[:20]]
    last = [str(items[-1]["due_on"]), items[-1]["number"]]
    response = Response(
        orjson.dumps({"items": items, "next_cursor": CURSORS.dumps(last)}, default=str),
        mimetype="application/json",
    )
    response.add_etag()
    return response.make_conditional(request)


@app.get("/by-hand")
def by_hand() -> Response:
    """Ask the same of PostgreSQL, and write the rows as they are."""
    longitude, latitude = (float(part) for part in request.args["near"].split(","))
    values = {"longitude": longitude, "latitude": latitude, "today": clock.today(), "limit": 101}
    with engine.connect() as connection:
        found = connection.execute(statement, values).mappings().all()
    items = [dict(row) for row in found]
    return Response(
        orjson.dumps({"items": items, "next_cursor": None}, default=str),
        mimetype="application/json",
    )
