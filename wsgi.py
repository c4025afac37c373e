"""The WSGI app that gunicorn serves."""

import sys

from backend import config
from backend.embedded.completion import complete
from miniprogram_api import logs
from miniprogram_api.app import create_app

try:
    settings = config.read()
except config.BadSettings as refused:
    sys.exit(f"start refused: {refused}")
logs.configure(settings.log_level)
app = create_app(complete(settings))
