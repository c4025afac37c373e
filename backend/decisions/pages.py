"""How is a decision told: what it rested on, whether it replays, and what it would be today?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from backend import clock
from backend.access import Audience, Principal, can
from backend.decisions.queries import is_own
from backend.policies import archive
from backend.policies import queries as policies
from backend.profiles.evidence import Source
from backend.screenings.answers import Ground
from backend.screenings.pages import parameter, ruling
from backend.screenings.wording import condition, priced, shown, tree, verdict
from eligibility.facts import Facts, read
from eligibility.parameters import Parameter, Ruling
from eligibility.policy import Policy
from eligibility.replay import Replay, conditions, replay, snapshot_of, today

NOT_ASKED = "没有这一条"
AN_OFFICE = "人社局"
SAID_BY = {source.word: source.value for source in Source} | {
    "default": "没有登记，按没有算",
    "derived": "由其他资料推出",
}


def page(found: Mapping[str, Any], by: Principal) -> dict[str, Any]:
    """Tell a decision in full, in the words of the policy that it was made by."""
    record = found["record"]
    on = _ground(record)
    own = is_own(by, found["person_id"])
    return {
        **_short(found, on),
        "application_id": found["application"],
        "clause": on.policy.rules[record["rule"]].clause,
        "scope": found["scope"],
        "flags": record["flags"],
        "flag_labels": [on.policy.label("flag", flag) for flag in record["flags"]],
        "tree": tree(on, record["tree"]),
        "facts": [fact(on, name, each) for name, each in sorted(record["facts"].items())],
        **rows(on, record),
        "overrides": [_override(on, each, by) for each in found["overrides"]],
        "replay": _replayed(replay(record, [on.policy])),
        "today": _today(on, record),
        "actions": ["override"] if can(by, "overrideVerdict", found) and not own else [],
    }


def listed(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Tell each decision in a line; the policy by which several were made is fetched once."""
    policy_of = cache(archive.policy_of)
    return [_short(each, _ground(each["record"], policy_of)) for each in found]


def _short(found: Mapping[str, Any], on: Ground) -> dict[str, Any]:
    record = found["record"]
    return {
        "id": found["public_id"],
        "benefit": record["rule"],
        "title": on.policy.label("rule", record["rule"], "title"),
        "made_at": found["made_at"],
        **side(on, record),
        "verdict": found["verdict"],
        "verdict_label": verdict(on, found["verdict"]),
    }


def side(on: Ground, record: Mapping[str, Any]) -> dict[str, Any]:
    """Tell by which policy and on which day it came to which value and amount."""
    return {
        "as_of": on.as_of,
        "policy": on.policy.version,
        "value": record["value"],
        "value_label": verdict(on, record["value"]),
        "amount": priced(on, record["amount"]),
    }


def fact(on: Ground, name: str, each: Mapping[str, Any]) -> dict[str, Any]:
    """Tell a fact with who said so, since when, and whether it counted."""
    spec = on.policy.dictionary[name]
    return {
        "name": name,
        "label": on.policy.label("fact", name),
        "value": shown(spec.unit, each["value"]),
        "source": each["source"],
        "source_label": SAID_BY[each["source"]],
        "observed_on": each["observed_on"] and date.fromisoformat(each["observed_on"]),
        "state": each["state"],
    }


def rows(on: Ground, record: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Tell the numbers and readings that were used, as they were known then."""
    # Of two rows with one id the first listed was known last; it takes the other's place.
    kept = {row.id: row for row in reversed(on.snapshot.rows) if isinstance(row, Parameter)}
    names = sorted({row.id for row in on.snapshot.rows if isinstance(row, Ruling)})
    readings = [on.snapshot.ruling(name) for name in names]
    return {
        "parameters": [parameter(kept[key]) for key in record["used_parameters"]],
        "rulings": [ruling(on, each) for each in readings if each],
    }


def overridden(times: Mapping[str, int]) -> list[dict[str, Any]]:
    """Tell how often the verdicts of each benefit were set aside."""
    label = policies.current().label
    return [
        {"benefit": rule, "title": label("rule", rule, "title") or rule, "times": each}
        for rule, each in times.items()
    ]


def _ground(
    record: Mapping[str, Any], policy_of: Callable[[str], Policy] = archive.policy_of
) -> Ground:
    """Return the policy, the numbers and the readings of the record, with nobody's facts."""
    policy, day = policy_of(record["policy"]), date.fromisoformat(record["as_of"])
    return Ground(policy, snapshot_of(record, day), day, Facts(policy.dictionary, {}, day))


def _replayed(again: Replay) -> dict[str, bool]:
    return {key: getattr(again, key) for key in ("value_same", "amount_same", "tree_same")}


def _today(then: Ground, record: Mapping[str, Any]) -> dict[str, Any]:
    day, policy = clock.today(), policies.current()
    on = Ground(policy, policies.snapshot(day), day, read(policy.dictionary, {}, day))
    found = today(record, policy, on.snapshot, day)
    before, after = (dict(conditions(each)) for each in (record["tree"], found.after["tree"]))
    return {
        "changed": found.changed,
        **side(on, found.after),
        "conditions": [
            {
                "code": code,
                "label": condition(on if code in after else then, code),
                **_value("before", then, code, before),
                **_value("after", on, code, after),
            }
            for code, _, _ in found.conditions
        ],
        "forgotten": [then.policy.label("fact", name) for name in found.forgotten],
    }


def _value(side: str, on: Ground, code: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Tell a condition's value; not to be asked at all is not the same as not to be known."""
    value = asked.get(code)
    words = verdict(on, value) if code in asked else NOT_ASKED
    return {side: value, f"{side}_label": words}


def _override(on: Ground, each: Mapping[str, Any], by: Principal) -> dict[str, Any]:
    """Tell an override; to the applicant it is the office's, not a clerk's by name."""
    name = AN_OFFICE if by.audience is Audience.CITIZEN else each["by_name"]
    return {**each, "by_name": name, "verdict_label": verdict(on, each["verdict"])}
