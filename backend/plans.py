"""How is a statement planned once for all who ask, and not anew for each of them?

PostgreSQL keeps one plan of a prepared statement when it costs no more than the plans made for the
first five sets of values. A large statement takes longer to plan than to answer; so its values are
hidden from the planner, which then makes the same plan for all of them, and its constants are
written out, so that this plan is as good as it can be.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy import BindParameter, ColumnElement, Select, literal_column, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.visitors import replacement_traverse

T = TypeVar("T")
P = ParamSpec("P")
# Per cent signs are doubled where the text is written, and not here as well.
DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]


def built_once(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep the last so many statements that a function has built, one for each shape of question.

    Two who ask first at once get the same object: of an equal one SQLAlchemy works out the columns
    of every answer anew.
    """

    def keep(build: Callable[P, T]) -> Callable[P, T]:
        kept: Callable[..., Any] = lru_cache(most)(build)
        building = Lock()

        @wraps(build)
        def built(*shape: P.args, **named: P.kwargs) -> T:
            with building:
                return cast(T, kept(*shape, **named))

        return built

    return keep


def unseen(value: BindParameter[T]) -> ColumnElement[T]:
    """Return a value of which the planner knows nothing."""
    return select(value).scalar_subquery()


def constants_written_out(statement: Select[Any]) -> Select[Any]:
    """Return the statement with all that was given when it was built written into its text."""
    return cast(Select[Any], replacement_traverse(statement, {}, _written_out))


def _written_out(element: Any, **_: Any) -> Any:
    if not isinstance(element, BindParameter) or element.required or element.callable:
        return None
    write = element.type.dialect_impl(DIALECT).literal_processor(DIALECT)
    if write is None:
        return None
    if element.expanding:
        return literal_column(f"({', '.join(map(write, element.value or ()))})")
    return literal_column(write(element.value), element.type)
