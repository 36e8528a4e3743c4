"""The Lambda entry: makes the app, installs the middleware and registers the routes."""

from chalice.app import Chalice

from chalicelib.bootstrap import container
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register

app = Chalice(app_name="switchboard")
install(app, container)
register(app, container)
