"""What does the applicant of the demo write, and what are the documents that she brings?"""

import secrets
from datetime import timedelta
from typing import Any

from backend import clock


def form(kind: str) -> tuple[bytes, str]:
    """Return the form that brings a page as a kind of document, and what type of body it is."""
    edge = secrets.token_hex(8)
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="kind"\r\n\r\n{kind}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{kind}.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    body = head.encode() + page(kind) + f"\r\n--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"


def page(words: str) -> bytes:
    """Return a PDF of one empty page that bears a title."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /Title (%s) >>" % words.encode(),
    )
    written, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size 5 /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return written + b"xref\n0 5\n0000000000 65535 f \n" + table + end % len(written)


def sections() -> dict[str, Any]:
    """Return a whole form."""
    return {
        "applicant": {"name": "其其格", "phone": "13800138000"},
        "venture": {"stage": "planned"},
        "project": {
            "title": "草原奶食品电商",
            "industry": "ecommerce",
            "summary": "把牧民的奶豆腐卖到全国。",
            "team_size": 3,
        },
        "space": {
            "unit_kind": "office",
            "starts_on": str(clock.today() + timedelta(days=7)),
            "term_months": 1,
        },
        "declaration": {"truthful": True},
    }
