"""FastAPI behind Mangum."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from mangum import Mangum

from devtools.bench.peers import work

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])


def create_booking(asked: work.Asked, request: Request) -> Any:  # noqa: ANN401 (its response)
    """Place one booking and answer with it."""
    try:
        operation, booking = work.place(request.headers["authorization"], asked)
    except work.RefusedError as error:
        return JSONResponse({"message": error.args[1]}, error.args[0])
    return JSONResponse(booking, HTTPStatus.CREATED, {"Location": f"/v1/operations/{operation}"})


app.add_api_route("/v1/PhoneChat/CreateBooking", create_booking, methods=["POST"], response_model=None)
answer = Mangum(app, lifespan="off")
