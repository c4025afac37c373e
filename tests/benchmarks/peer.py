"""What is our peer? Flask without anything of ours, and the same query by hand."""

import orjson
from flask import Flask, Response, jsonify, request
from sqlalchemy import create_engine

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


@app.get("/bare")
def bare() -> Response:
    """Answer as little JSON as there can be."""
    return jsonify(hello="world")


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
