"""What does OpenFisca-core make of the same three rules? It has defaults where we have unknowns."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
from openfisca_core.entities import Entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.simulations import Simulation
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERSON = Entity("person", "persons", "Somebody", "")
HONOURS = {"none": 0, "county": 1, "league": 2, "region": 3, "nation": 4}
PERIOD = "2026-11"
KINDS: Mapping[str, type] = {"b": bool, "i": int, "M": date}


def _variable(name: str, kind: type, formula: Any = None) -> type[Variable]:
    content = {
        "value_type": kind,
        "entity": PERSON,
        "definition_period": DateUnit.MONTH,
        "label": name,
    }
    return type(name, (Variable,), content | ({"formula": formula} if formula else {}))


def _months_later(days: Any, months: int) -> Any:
    """Move days by months, to the end of the month where there is no such day."""
    month = days.astype("datetime64[M]")
    later = (month + months).astype("datetime64[D]") + (days - month.astype("datetime64[D]"))
    last = (month + months + 1).astype("datetime64[D]") - 1
    return np.minimum(later, last)


def _startup_subsidy(person: Any, period: Any) -> Any:
    known = _Asked(person, period)
    reg_date, left = known("reg_date"), known("left_school_date")
    graduate = (
        known("is_hei_graduate")
        * (reg_date <= _months_later(left, 24))
        * known("unemployed_at_start")
    )
    category = (
        known("registered_unemployed_at_start")
        + known("employment_difficulty_at_start")
        + known("student_at_start")
        + graduate
        + known("is_veteran")
        + known("returning_migrant_entrepreneur")
    )
    return (
        known("in_park")
        * known("is_first_startup")
        * category
        * known("registered_with_authority")
        * (_months_later(reg_date, 12) <= np.datetime64("2026-11-23"))
        * known("normal_operation")
        * (known("other_workers_employed") >= 1)
        * np.logical_not(known("startup_subsidy_received"))
    )


def _guarantee_waiver(person: Any, period: Any) -> Any:
    known = _Asked(person, period)
    small = known("applicant_is_individual") * (known("loan_amount") <= 10_000_000)
    any_of_three = small + (known("honour_level") >= 2) + known("bank_credit_good")
    return known("in_park") * any_of_three


def _job_creation(person: Any, period: Any) -> Any:
    known = _Asked(person, period)
    good = known("is_incubating") * known("job_quality_good") * known("retention_high")
    return good * (known("new_employees") >= 1)


class _Asked:
    """Asks a person for a variable of one month."""

    def __init__(self, person: Any, period: Any):
        self.person, self.period = person, period

    def __call__(self, name: str) -> Any:
        return self.person(name, self.period)


RULES = {
    "startup_subsidy": _startup_subsidy,
    "guarantee_waiver": _guarantee_waiver,
    "job_creation": _job_creation,
}


def system(kinds: Mapping[str, type]) -> TaxBenefitSystem:
    """Return the three rules over facts of these types."""
    made = TaxBenefitSystem([PERSON])
    for name, kind in kinds.items():
        made.add_variable(_variable(name, kind))
    for name, formula in RULES.items():
        made.add_variable(_variable(name, bool, formula))
    return made


def one_person(told: Mapping[str, Any], as_of: date) -> Callable[[], list[bool]]:
    """Return what answers the three rules for one person, from the situation on."""
    numbers = {**told, "honour_level": HONOURS[told["honour_level"]]}
    tax_benefit_system = system({name: type(value) for name, value in numbers.items()})
    written = {name: {PERIOD: _written(value)} for name, value in numbers.items()}

    def answer() -> list[bool]:
        built = SimulationBuilder().build_from_entities(
            tax_benefit_system, {"persons": {"she": written}}
        )
        return _answers(built)

    return answer


def batch(columns: Mapping[str, Any]) -> dict[str, int]:
    """Count whom each rule fits; a column is an array, and what is not known a default in it."""
    kinds = {name: KINDS[array.dtype.kind] for name, array in columns.items()}
    count = len(next(iter(columns.values())))
    built = SimulationBuilder().build_default_simulation(system(kinds), count)
    for name, array in columns.items():
        built.set_input(name, PERIOD, array)
    return {rule: int(built.calculate(rule, PERIOD).sum()) for rule in RULES}


def _answers(simulation: Simulation) -> list[bool]:
    return [bool(simulation.calculate(rule, PERIOD)[0]) for rule in RULES]


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
