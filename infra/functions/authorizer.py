"""Decides who may open a socket: who comes through our edge, from a page of ours, with a token that we signed."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

import jwt
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra.functions.shared.entry import CONNECTION, entry
from infra.functions.shared.logger import conceal, logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.models import PROTOCOL, Envelope, RequestContext
from infra.functions.shared.secret_values import secret
from infra.functions.shared.settings import Arn
from infra.functions.shared.settings import Settings as Base

ALGORITHM: Final = "HS512"
ORIGIN_HEADER: Final = "x-origin-verify"
LONGEST_TOKEN: Final = 4096
KEY_STAGES: Final = ("AWSCURRENT", "AWSPREVIOUS")
# While the value is rotated some places of the edge send the new one already, and others still the old one.
ORIGIN_STAGES: Final = ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS")
_METHOD_ARN = r"^arn:[a-z-]+:execute-api:[^:/]+:\d{12}:[^:/*]+/[^:/*]+/.+$"


NOBODY: Final = "nobody"


class Settings(Base):
    """The variables of this function."""

    jwt_secret_arn: Arn
    origin_secret_arn: Arn
    allowed_origins: str  # comma separated; empty where no page may connect


class Request(Envelope):
    """An invocation as the authorizer of $connect; of what was sent twice only the lists hold all."""

    method_arn: Annotated[str, Field(max_length=512, pattern=_METHOD_ARN)]
    request_context: RequestContext
    headers: dict[str, str] | None = None
    multi_value_headers: dict[str, list[str]] | None = None
    query_string_parameters: dict[str, str] | None = None

    def header(self, name: str) -> list[str]:
        """Return the values of a header, whatever the case of its name."""
        several = self.multi_value_headers or {key: [value] for key, value in (self.headers or {}).items()}
        return [value for key, values in several.items() if key.lower() == name for value in values]


class Claims(BaseModel):
    """What a token has to say; whatever else it says is nobody's concern here."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    sub: Annotated[str, Field(min_length=1, max_length=128)]
    aud: str
    iat: int
    exp: int


class NotAdmittedError(Exception):
    """Why a client is not let in: it is logged, and never told."""


@entry(CONNECTION)
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer the policy that lets the client in, or the one that keeps it out: no client can make an error of ours."""
    settings, request = Settings.read(), Request.model_validate(event)
    try:
        _check_edge(request, settings)
        _check_page(request, settings)
        principal = _claims(_token(request), settings).sub
    except NotAdmittedError as why:
        count(Metric.CONNECTIONS_REFUSED)
        logger.warning("a connection was refused", reason=str(why))
        return _policy(request.method_arn, NOBODY, "Deny")
    count(Metric.CONNECTIONS_AUTHORIZED)
    logger.info("a connection was authorized", principal=principal)
    return _policy(request.method_arn, principal, "Allow")


def _check_edge(request: Request, settings: Settings) -> None:
    """Only the edge knows the value of its header: who does not send it has gone round the firewall."""
    sent = request.header(ORIGIN_HEADER)
    if len(sent) != 1:
        raise NotAdmittedError(f"{len(sent)} values of {ORIGIN_HEADER}")
    known = secret(settings.origin_secret_arn, *ORIGIN_STAGES)
    if not (_among(sent[0], known.values()) or _among(sent[0], known.values_after_a_look())):
        raise NotAdmittedError(f"wrong {ORIGIN_HEADER}")


def _among(sent: str, values: Iterable[str]) -> bool:
    """Compare with every value, each in constant time."""
    compared = [hmac.compare_digest(sent.encode(errors="surrogatepass"), value.encode()) for value in values]
    return any(compared)


def _check_page(request: Request, settings: Settings) -> None:
    """Browsers say which page opens a socket, and let no page say another; other clients need not."""
    allowed = {origin.strip() for origin in settings.allowed_origins.split(",") if origin.strip()}
    if not set(request.header("origin")) <= allowed:
        raise NotAdmittedError("an origin that is not allowed")


def _token(request: Request) -> str:
    """Return the token, which is sent as a subprotocol behind ours: browsers can set no header.

    One in the query string is refused, signed or not: the edge's log keeps query strings.
    """
    queried = (request.query_string_parameters or {}).get("token")
    if queried is not None:
        conceal(queried)
        raise NotAdmittedError("a token in the query string")
    offered = [part.strip() for line in request.header("sec-websocket-protocol") for part in line.split(",")]
    if offered[:1] not in ([], [PROTOCOL]) or len(offered) > len((PROTOCOL, "token")):
        raise NotAdmittedError("subprotocols other than ours and a token")
    token = offered[1] if offered[1:] else None
    if not token:
        raise NotAdmittedError("no token")
    conceal(token)
    if len(token) > LONGEST_TOKEN:
        raise NotAdmittedError("too long a token")
    return token


def _claims(token: str, settings: Settings) -> Claims:
    known = secret(settings.jwt_secret_arn, *KEY_STAGES)
    audience = f"touchstone-{settings.environment}"
    claims = _signed(token, known.values(), audience) or _signed(token, known.values_after_a_look(), audience)
    if claims is None:
        raise NotAdmittedError("InvalidSignatureError")
    return claims


def _signed(token: str, keys: Iterable[str], audience: str) -> Claims | None:
    """Return what the token says; None when none of the keys signed it, for there may be a newer one."""
    for key in keys:
        try:
            said = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=audience,
                options={"require": ["exp", "iat", "sub", "aud"], "strict_aud": True},
            )
            return Claims.model_validate(said)
        except jwt.InvalidSignatureError:
            continue
        except (jwt.InvalidTokenError, ValidationError) as error:
            raise NotAdmittedError(type(error).__name__) from None
    return None


def _policy(method_arn: str, principal: str, effect: Literal["Allow", "Deny"]) -> dict[str, Any]:
    """Open this stage of this API or keep it shut; its route $connect is the only one that asks."""
    api, stage, _ = method_arn.split("/", 2)
    return {
        "principalId": principal,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{api}/{stage}/*"}],
        },
        "context": {"principal": principal},
    }
