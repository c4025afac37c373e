"""What do hosts of internships, their invitations and posts look like?"""

from marshmallow import fields

from backend.internships.kinds import MOST_MONTHS, HostKind
from miniprogram_api.schemas.shared import PUBLIC_ID, Moment, Paging, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import CreditCode, Day, Id, Label, OneOf, Strict, Text, Whole

CREDIT = {"example": "91152201MA0N0TRE41"}
COUNTY = {"example": "152201"}
HOST = {"example": "兴安盟全产业链双创孵化基地"}
TITLE = {"example": "奶食品电商运营见习"}
DUTIES = {"example": "参与选品、拍摄和直播，跟随导师完成一次上新。"}
STARTS = {"example": "2027-01-04"}


class HostQuery(Paging):
    """Pages of the register."""


class NewHost(Strict):
    """A carrier that offers internships."""

    kind = OneOf(HostKind, required=True)
    name = Text(most=100, required=True, metadata=HOST)
    credit_code = CreditCode(required=True, metadata=CREDIT)
    jurisdiction_code = Text(most=6, required=True, metadata=COUNTY)


class HostSchema(Shown):
    """A host as it stands in the register."""

    id = PublicId(required=True)
    kind = OneOf(HostKind, required=True)
    kind_label = Label(required=True, attribute="kind", metadata={"example": "双创示范基地"})
    name = fields.String(required=True, metadata=HOST)
    credit_code = fields.String(required=True, metadata=CREDIT)
    jurisdiction_code = fields.String(required=True, metadata=COUNTY)
    county_name = fields.String(required=True, metadata={"example": "乌兰浩特市"})
    has_contact = fields.Boolean(required=True)
    created_at = Moment(required=True)


class InvitationSchema(Shown):
    """A code that is shown once, and until when it is good."""

    code = fields.String(required=True, metadata={"example": "JBSWY3DPEHPK3PXP"})
    expires_at = Moment(required=True)


class InvitationCode(Strict):
    """The code that the bureau has handed out."""

    code = Text(most=40, required=True, metadata={"example": "JBSWY3DPEHPK3PXP"})


class PostQuery(Paging):
    """Narrows the list of open posts."""

    county = Text(most=6, load_default=None)


class NewPost(Strict):
    """What is offered, from when, for how many months, to how many people."""

    title = Text(most=50, required=True, metadata=TITLE)
    duties = Text(most=500, required=True, lines=True, metadata=DUTIES)
    starts_on = Day(required=True, metadata=STARTS)
    months = Whole(least=1, most=MOST_MONTHS, required=True, metadata={"example": 6})
    places = Whole(least=1, most=500, required=True, metadata={"example": 2})


class PostSchema(Shown):
    """A post with its places, and how many of them somebody has."""

    id = PublicId(required=True)
    host_id = PublicId(required=True)
    host_name = fields.String(required=True, metadata=HOST)
    host_kind = OneOf(HostKind, required=True)
    host_kind_label = Label(
        required=True, attribute="host_kind", metadata={"example": "双创示范基地"}
    )
    title = fields.String(required=True, metadata=TITLE)
    duties = fields.String(required=True, metadata=DUTIES)
    jurisdiction_code = fields.String(required=True, metadata=COUNTY)
    county_name = fields.String(required=True, metadata={"example": "乌兰浩特市"})
    starts_on = fields.Date(required=True, metadata=STARTS)
    months = fields.Integer(required=True, metadata={"example": 6})
    places = fields.Integer(required=True, metadata={"example": 2})
    filled = fields.Integer(required=True, metadata={"example": 1})
    is_open = fields.Boolean(required=True)
    is_hidden = fields.Boolean(required=True, metadata={"example": False})
    closed_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"example": 1})


class ChosenPost(Strict):
    """Which post an application is for."""

    post_id = Id(required=True, metadata=PUBLIC_ID)


HOST_PAGE = page_of(HostSchema)
POST_PAGE = page_of(PostSchema)
