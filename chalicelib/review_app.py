"""The Lambda entry of the reviewers' function: an app of its own, in the same zip."""

import gc
import os

# As in `app.py`: what is imported lives as long as the process.
gc.disable()

from chalice.app import Chalice

from chalicelib.composition.review import container
from chalicelib.edge.middleware import install
from chalicelib.edge.review.routes import register

app = Chalice(app_name="switchboard-review")
install(app, container, os.environ)
register(app, container)
gc.freeze()
gc.enable()
