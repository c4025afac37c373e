"""What goes around every answer?"""

from prometheus_client import REGISTRY

from tests.factories import World


def test_a_private_answer_is_never_stored_and_a_public_one_is_always_asked_after(world: World):
    assert "no-store" == world.citizen().get("/me").headers["Cache-Control"]
    assert "no-cache" == world.anybody.get("/parks").headers["Cache-Control"]


def test_the_number_of_a_request_is_in_its_problem_document(world: World):
    answer = world.anybody.get("/me")

    assert f"urn:uuid:{answer.headers['X-Request-ID']}" == answer.json["instance"]


def test_a_number_sent_by_the_client_is_ignored(world: World):
    sent = "11111111-1111-4111-8111-111111111111"

    assert sent != world.anybody.get("/healthz", X_Request_ID=sent).headers["X-Request-ID"]


def test_each_request_is_counted_by_operation_and_status(world: World):
    def counted() -> float:
        labels = {"operation": "getPark", "status": "404"}
        return REGISTRY.get_sample_value("requests_total", labels) or 0.0

    before = counted()

    world.anybody.get("/parks/019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10")

    assert before + 1 == counted()


SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def test_every_answer_carries_the_safe_headers_and_a_number_of_its_own(world: World):
    her = world.citizen()
    answers = [
        world.anybody.get("/divisions"),
        world.anybody.get("/nowhere"),
        world.anybody.get("/me"),
        her.get("/me"),
        her.post("/applications", b"{"),
    ]

    for answer in answers:
        assert SAFE == {name: answer.headers.get(name) for name in SAFE}
    assert len(answers) == len({answer.headers["X-Request-ID"] for answer in answers})
