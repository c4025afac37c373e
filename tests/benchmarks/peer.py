"""What is our peer? Flask without anything of ours, and the same query by hand."""

import orjson
from flask import Flask, Response, jsonify, request
from sqlalchemy import create_engine, text

from backend import clock, config
from backend.connections import engine_options
from backend.parks import listing

app = Flask(__name__)
address = config.inherited()["DATABASE_URL"]
engine = create_engine(address, **engine_options(address)).execution_options(
    isolation_level="AUTOCOMMIT"
)
# The statement behind `GET /parks?near=…&limit=100`.
statement = listing.page(listing.Shape(near=True))
# What a page of the queue shows, as somebody would write it for this one purpose.
QUEUE = text("""
SELECT a.public_id, a.number, a.kind, a.status, a.sections, a.verdict, a.held_since, a.due_on,
    a.legal_due_on, a.created_at, a.submitted_at, a.version, p.public_id AS park_id,
    p.name AS park_name, p.phone, s.name AS handler, d.name AS county
FROM application a
JOIN park p ON p.id = a.park_id
JOIN division d ON d.code = a.jurisdiction_code
LEFT JOIN staff s ON s.id = a.handler_id
WHERE a.park_id = CAST(:park AS bigint) AND a.submitted_at IS NOT NULL AND a.kind = 'TENANCY'
ORDER BY coalesce(a.due_on, date '9999-12-31'), a.id
LIMIT 21
""")


@app.get("/bare")
def bare() -> Response:
    """Answer as little JSON as there can be."""
    return jsonify(hello="world")


@app.get("/queue-by-hand")
def queue_by_hand() -> Response:
    """Ask for the first page of a manager's queue in plain SQL; write the rows as they are."""
    with engine.connect() as connection:
        found = connection.execute(QUEUE, {"park": request.args["park"]}).mappings().all()
    items = [dict(row) for row in found]
    return Response(
        orjson.dumps({"items": items, "next_cursor": None}, default=str),
        mimetype="application/json",
    )


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
