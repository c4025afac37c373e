"""How do the papers of an application get there, when a test is about something else?

Straight into the tables: a document of hers for each paper that is asked for, without a file.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from backend import clock, vault
from backend.applications import queries as applications
from backend.db import db, new_id
from backend.documents import pages, queries

A_FILE = """
INSERT INTO stored_file (public_id, person_id, digest, status, type, size_bytes, pages, wrapped_key,
    scanned, created_at)
VALUES (:id, :person, :digest, 'CLEAN', 'PDF', 1000, 1, 'none', true, :now) RETURNING id
"""
A_DOCUMENT = """
INSERT INTO document (public_id, person_id, file_id, name, kind, expires_on, created_at)
VALUES (:id, :person, :file, :name, :kind, :expires_on, :now) RETURNING id
"""
A_PAPER = "INSERT INTO paper (application_id, paper, document_id) VALUES (:case, :paper, :document)"


def attached(application: UUID | str, *names: str, expires_on: Any = None) -> None:
    """Let something stand for these papers of an application, or for all that are missing."""
    case = applications.find(UUID(str(application)))
    assert case is not None
    asked = {paper.name: paper for paper, _, _ in queries.asked_for(case)}
    missing = [each["pointer"].rpartition("/")[2] for each in queries.missing_papers(case)]
    with db.engine.begin() as connection:

        def add(statement: str, **values: Any) -> Any:
            values |= {"person": case["applicant_id"], "now": clock.now()}
            return connection.scalar(text(statement), values)

        chosen = names or missing
        file = add(A_FILE, id=new_id(), digest=str(new_id())) if chosen else None
        for name in chosen:
            public_id = new_id()
            sealed = vault.keys().seal(pages.name_place(public_id), f"{name}.pdf")
            kind = asked[name].kinds[0].name
            document = add(
                A_DOCUMENT, id=public_id, file=file, name=sealed, kind=kind, expires_on=expires_on
            )
            connection.execute(
                text(A_PAPER), {"case": case["id"], "paper": name, "document": document}
            )
