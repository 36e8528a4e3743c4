"""The Lambda entry: makes the app, installs the middleware and registers the routes."""

import gc

# What is imported lives as long as the process: looking through it for garbage, again and again, costs 0.1 s of a cold start.
gc.disable()

from chalice.app import Chalice

from chalicelib.bootstrap import container
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register

app = Chalice(app_name="switchboard")
install(app, container)
register(app, container)
gc.freeze()
gc.enable()
