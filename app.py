"""The Lambda entry: makes the app, installs the middleware, registers the routes and what runs each hour."""

import gc
import os

# What is imported lives as long as the process: looking through it for garbage, again and again, costs 0.1 s of a cold start.
gc.disable()

from chalice.app import Chalice

from chalicelib.bootstrap import container, prepare
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register
from chalicelib.edge.schedules import schedule

app = Chalice(app_name="switchboard")
install(app, container, os.environ)
register(app, container)
expire_operations = schedule(app, container)
prepare(os.environ)
gc.freeze()
gc.enable()
