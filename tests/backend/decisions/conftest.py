"""Decisions are tested with the clerks of the policies' tests."""

from tests.backend.policies.conftest import in_bureau

__all__ = ["in_bureau"]
