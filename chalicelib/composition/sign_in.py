"""The composition root of sign-in: made at the first call of it, over connections of its own."""

from collections.abc import Mapping

from chalicelib.adapters.adultwork.login import AdultWorkLogin
from chalicelib.adapters.aws.client_seal import ClientSeal
from chalicelib.adapters.aws.database import DYNAMODB, DynamoDB
from chalicelib.adapters.aws.dynamodb.sign_ins import DynamoDBSignInLedger
from chalicelib.adapters.aws.secrets import SecretsOnFirstUse
from chalicelib.adapters.aws.service import Place
from chalicelib.adapters.http.authorities import default_authorities, tls_context
from chalicelib.adapters.http.transport import Transport
from chalicelib.adapters.system import SystemClock, random_bytes
from chalicelib.application.sign_in.sealed import Keepsakes
from chalicelib.application.sign_in.sign_in import SignIn
from chalicelib.settings import Settings
from chalicelib.sign_in_members import origin_of

DAY_SECONDS = 86_400


def build_sign_in(settings: Settings, environment: Mapping[str, str], secrets: SecretsOnFirstUse) -> SignIn:
    """Wire sign-in for the settings of a stage that has it."""
    clock, authorities = SystemClock(), default_authorities()
    aws = Place.of(environment, Transport(tls_context(environment.get("AWS_CA_BUNDLE") or authorities)), clock)
    pages = {(origin_of(address), address) for address in settings.sign_in_redirect_uris}
    apps = {(None, address) for address in settings.sign_in_native_redirect_uris}
    return SignIn(
        login=AdultWorkLogin(
            base_url=settings.adultwork_login_url,
            client_id=str(settings.adultwork_client_id),
            scope=settings.sign_in_scope,
            secret=secrets.client_secret,
            transport=Transport(tls_context(settings.adultwork_ca_bundle or authorities)),
            clock=clock,
        ),
        keepsakes=Keepsakes(ClientSeal(secrets, random_bytes), clock.now),
        ledger=DynamoDBSignInLedger(
            DynamoDB(aws.service(DYNAMODB)),
            settings.operations_table,
            secrets,
            settings.sign_ins_per_minute,
            clock.sleep,
        ),
        clock=clock,
        random_bytes=random_bytes,
        redirect_uris=frozenset(pages | apps),
        session_seconds=int(settings.sign_in_days * DAY_SECONDS),
        call_seconds=settings.call_seconds,
    )
