"""How are the pieces joined, and what stops the start?"""

from dataclasses import replace

import pytest
from flask import Flask

from miniprogram_api.app import OPEN_PAGES, create_app
from miniprogram_api.operations import Routes, Undeclared, refuse_undeclared


def test_a_route_of_which_nobody_said_who_may_use_it_stops_the_start(app: Flask):
    bare = Flask("with one route more", static_folder=None)
    bare.add_url_rule("/forgotten", "forgotten", lambda: "")

    with pytest.raises(Undeclared, match="/forgotten"):
        refuse_undeclared(bare, OPEN_PAGES)


def test_an_operation_without_a_row_in_the_permissions_cannot_be_declared():
    with pytest.raises(Undeclared, match="inventPark"):
        Routes("invented", __name__).operation("POST", "/parks", "inventPark", gives=None)


def test_every_route_of_the_app_has_a_policy(app: Flask):
    refuse_undeclared(app, OPEN_PAGES)


def test_another_wechat_may_be_passed_in(settings):
    wechat = object()

    built = create_app(replace(settings, database_url=settings.database_url), wechat=wechat)

    assert wechat is built.extensions["wechat"]
