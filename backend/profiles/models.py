"""What do we keep of what is known about a person and her business?"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Json, Model, term
from backend.profiles.columns import HELD
from backend.profiles.evidence import Source


class FactRecord(Model):
    """One statement about a fact. Rows are only ever added.

    `value` stands as the engine writes it for JSON (money in fen); null takes back what the
    source said before. `evidence` says where it is written, such as the number of a certificate.
    """

    __tablename__ = "fact_record"
    __table_args__ = (Index("ix_fact_record_person", "person_id", "name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    value: Mapped[Any | None] = mapped_column(Json(none_as_null=True))
    source: Mapped[Source] = mapped_column(term(Source))
    observed_on: Mapped[date]
    recorded_at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    evidence: Mapped[str | None]


class Profile(Model):
    """What counts about one person today, as SQL can ask it; the records can rebuild it.

    Null means not known. `conflicts` names the facts that are unknown because what was said of
    them cannot all be true, `disputed` those that are proven and declared otherwise.
    """

    __table__ = Table(
        "profile",
        Model.metadata,
        Column("person_id", BigInteger, ForeignKey("person.id"), primary_key=True),
        *(column for held in HELD.values() for column in held.columns()),
        Column("conflicts", ARRAY(Text), nullable=False),
        Column("disputed", ARRAY(Text), nullable=False),
        Column("version", BigInteger, nullable=False),
        *(check for held in HELD.values() for check in held.checks()),
    )
