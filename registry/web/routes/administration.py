"""A person's API keys, and for administrators how this installation is run."""

from starlette.responses import Response

from registry import errors
from registry.accounts.caller import Scope, parse_scopes
from registry.accounts.keys import create_key, list_keys, revoke_key
from registry.accounts.models import Account
from registry.anchoring.ethereum.overview import overviews
from registry.api.form import Form
from registry.similarity.index.inspection import inspect
from registry.web.answering import LINE_BYTES, done, shown
from registry.web.newest_witnesses import by_stamps
from registry.web.visit import Visit

_USUAL_SCOPES = (Scope.WORKS_READ, Scope.WORKS_WRITE, Scope.CHECKS_WRITE)


def _keys(visit: Visit, *, token: str | None = None) -> Response:
    with visit.installation.database.read() as session:
        listed = list_keys(session, session.get_one(Account, visit.account_id))[::-1]
    now = visit.installation.clock.milliseconds()
    return visit.page("keys.html", keys=listed, token=token, scopes=list(Scope), usual=_USUAL_SCOPES, now=now)


def _make(visit: Visit, form: Form) -> Response:
    home = visit.installation
    scopes = parse_scopes(part.bytes().decode("utf-8", "replace") for part in form.all("scope"))
    with home.database.write() as session:
        made = create_key(
            session,
            session.get_one(Account, visit.account_id),
            form.text("name"),
            scopes=scopes,
            expires_at=None,
            secret=home.key_secret,
            clock=home.clock,
            randomness=home.randomness,
        )
    # No redirect: the token is in this answer and nowhere else.
    return _keys(visit, token=made.token)


def _revoke(visit: Visit, form: Form) -> Response:
    with visit.installation.database.write() as session:
        owned = {key.id for key in list_keys(session, session.get_one(Account, visit.account_id))}
        if form.text("key") not in owned:
            raise errors.NotFound("key_not_found", "There is no such key.", hint="List the keys to see their ids.")
        revoke_key(session, form.text("key"), visit.installation.clock)
    return visit.to("/keys")


def _administration(visit: Visit) -> Response:
    visit.who.require_administrator()
    home = visit.installation
    current, newest = home.database.migration()
    with home.database.read() as session:
        head = home.ledger.head(session)
        index = inspect(session, home.index_folder, home.settings.index_unit)
        witnesses = by_stamps(session, head.size)
        networks = overviews(session, home.ledger)
    return visit.page(
        "administration.html",
        settings=list(_settings(visit)),
        head=head,
        index=index,
        lag=max(head.size - home.finder.refresh(), 0),
        schema_is_newest=current == newest,
        schema=current,
        dialect=home.database.dialect,
        witnesses=witnesses,
        now=home.clock.milliseconds(),
        networks=networks,
        cosigners=[] if home.publication.witnesses is None else home.publication.witnesses.policy.witnesses,
    )


def _settings(visit: Visit) -> list[tuple[str, str | None, bool]]:
    """Name, value (None: it may hold a secret and is not shown), and whether somebody set it."""
    settings = visit.installation.settings
    return [
        (
            f"REGISTRY_{name.upper()}",
            ("" if (value := getattr(settings, name)) is None else str(value)) if field.repr else None,
            name in settings.model_fields_set,
        )
        for name, field in type(settings).model_fields.items()
    ]


ROUTES = [
    shown("/keys", _keys, signed_in=True),
    done("/keys", _make, {"name": LINE_BYTES, "scope": LINE_BYTES}, many=frozenset({"scope"})),
    done("/keys/revoke", _revoke, {"key": LINE_BYTES}),
    shown("/administration", _administration, signed_in=True),
]
