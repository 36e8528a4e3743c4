"""boto3 sessions that know one service each."""

from functools import cache

import boto3
import botocore.loaders
import botocore.session


class OneServiceLoader(botocore.loaders.Loader):
    """A loader that lists the one service that is asked for.

    To make a client, botocore lists all services twice: nine hundred directories, 25 to 35 ms of a cold start.
    """

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def list_available_services(self, type_name: str) -> list[str]:
        """Return the one service."""
        del type_name
        return [self._service]


def session_for(service: str) -> boto3.session.Session:
    """Return a session of its own for one service, with boto3's chain of credentials.

    Of its own also because boto3's shared session must not make two clients at the same time.
    """
    session = botocore.session.get_session()
    session.register_component("data_loader", _loader(service))
    return boto3.session.Session(botocore_session=session)


@cache
def _loader(service: str) -> OneServiceLoader:
    """Return the process's loader of a service: it keeps the service's description, whose reading takes 0.1 s and more."""
    return OneServiceLoader(service)
