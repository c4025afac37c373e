"""How is the stand-in told what to do? By JSON under `/_simulator/`; each row is one wish."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from backend.wechat.simulator.templates import Template
from backend.wechat.simulator.world import World

PREFIX = "/_simulator/"
Wish = Mapping[str, Any]
Answer = dict[str, Any]


def _mint(world: World, wish: Wish) -> Answer:
    name = str(wish["person"])
    return {"code": world.mint_code(name), "openid": world.openid_of(name)}


def _mint_phone(world: World, wish: Wish) -> Answer:
    name = str(wish["person"])
    if "number" in wish:
        world.set_phone(name, str(wish["number"]), str(wish.get("country_code", "86")))
    return {"code": world.mint_phone_code(name)}


def _templates(world: World, wish: Wish) -> Answer:
    return {"templates": [asdict(t) for t in world.account.templates.values()]}


def _register_template(world: World, wish: Wish) -> Answer:
    choices = {key: tuple(values) for key, values in wish.get("choices", {}).items()}
    world.register_template(
        Template(wish["template_id"], wish.get("title", ""), dict(wish["keys"]), choices)
    )
    return _templates(world, wish)


def _pages(world: World, wish: Wish) -> Answer:
    return {"pages": sorted(world.account.pages)}


def _register_page(world: World, wish: Wish) -> Answer:
    world.register_page(wish["page"])
    return _pages(world, wish)


def _credits(world: World, wish: Wish) -> Answer:
    world.set_credits(wish["openid"], wish["template_id"], wish["credits"])
    return {}


def _think(world: World, wish: Wish) -> Answer:
    world.think(**wish)
    return {}


def _token(world: World, wish: Wish) -> Answer:
    {"expire": world.expire_token, "revoke": world.revoke_token}[wish["action"]]()
    return {}


def _plan(world: World, wish: Wish) -> Answer:
    return {"misbehaviours": [asdict(row) for row in world.mischief.rows()]}


def _misbehave(world: World, wish: Wish) -> Answer:
    world.misbehave(**wish)
    return _plan(world, wish)


def _behave(world: World, wish: Wish) -> Answer:
    world.behave()
    return {}


def _held(world: World, wish: Wish) -> Answer:
    return {"held": world.held}


def _hold(world: World, wish: Wish) -> Answer:
    world.hold(int(wish.get("times", 1)))
    return _held(world, wish)


def _release(world: World, wish: Wish) -> Answer:
    world.release()
    return {}


def _log(world: World, wish: Wish) -> Answer:
    entries = world.log(**wish)
    return {"count": len(entries), "entries": entries}


def _clear_log(world: World, wish: Wish) -> Answer:
    world.clear_log()
    return {}


def _arrivals(world: World, wish: Wish) -> Answer:
    return {"arrivals": world.arrivals()}


def _settings(world: World, wish: Wish) -> Answer:
    world.settle(**wish)
    return {}


def _advance(world: World, wish: Wish) -> Answer:
    world.advance(float(wish["seconds"]))
    return {}


def _callback(world: World, wish: Wish) -> Answer:
    return world.pushes.wish(**wish)


def _events(world: World, wish: Wish) -> Answer:
    world.pushes.tell([dict(event) for event in wish["events"]])
    return {}


def _grant(world: World, wish: Wish) -> Answer:
    world.grant(wish["openid"], wish["template_id"], wish.get("answer", "accept"))
    return {}


def _pushes(world: World, wish: Wish) -> Answer:
    return {"pushes": world.pushes.log()}


WISHES: dict[tuple[str, str], Callable[[World, Wish], Answer]] = {
    ("POST", "codes"): _mint,
    ("POST", "phone-codes"): _mint_phone,
    ("GET", "templates"): _templates,
    ("POST", "templates"): _register_template,
    ("GET", "pages"): _pages,
    ("POST", "pages"): _register_page,
    ("POST", "credits"): _credits,
    ("POST", "words"): _think,
    ("POST", "token"): _token,
    ("GET", "misbehaviours"): _plan,
    ("POST", "misbehaviours"): _misbehave,
    ("DELETE", "misbehaviours"): _behave,
    ("GET", "hold"): _held,
    ("POST", "hold"): _hold,
    ("POST", "release"): _release,
    ("GET", "log"): _log,
    ("DELETE", "log"): _clear_log,
    ("GET", "arrivals"): _arrivals,
    ("POST", "settings"): _settings,
    ("POST", "time"): _advance,
    ("POST", "callback"): _callback,
    ("POST", "events"): _events,
    ("POST", "grants"): _grant,
    ("GET", "pushes"): _pushes,
}


def obey(world: World, method: str, path: str, wish: Wish) -> tuple[int, Answer]:
    """Fulfil a wish and return status and answer: 404 unknown, 400 not understood."""
    fulfil = WISHES.get((method, path.removeprefix(PREFIX)))
    if fulfil is None:
        known = sorted({f"{verb} {PREFIX}{name}" for verb, name in WISHES})
        return 404, {"error": "no such wish", "known": known}
    try:
        return 200, fulfil(world, wish)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return 400, {"error": f"{type(error).__name__}: {error}"}
