"""`registry keys`: the API keys with which programs speak to a served registry."""

from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.moments import in_words
from registry.cli.options import AsJson, Home, Key, Server
from registry.cli.output import Output

if TYPE_CHECKING:
    from registry.cli.backend import NamedKey

MILLISECONDS_PER_DAY = 86_400_000

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What you will know the key by, such as 'upload robot'.")],
    *,
    account: Annotated[
        str | None, typer.Option(help="Whose key it is: the owner's name. With --server: the account of --key.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it allows; may be repeated. Default: works:read works:write checks:write."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=36_500, help="When it ends. Default: never.")] = None,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is written to stdout this once and can never be shown again."""
    from registry.accounts.caller import Scope, parse_scopes
    from registry.cli.backend import connect

    scopes = parse_scopes(scope or [Scope.WORKS_READ, Scope.WORKS_WRITE, Scope.CHECKS_WRITE])
    output = Output(as_json=as_json)
    with connect(home, server, key, make=True) as backend:
        made, token = backend.create_key(
            name, account, scopes, None if days is None else backend.now() + days * MILLISECONDS_PER_DAY
        )
    output.record({**_record(made), "token": token})
    if not as_json:
        output.facts({"key": made.id, "allows": ", ".join(made.scopes), "ends": _end(made)})
        output.say("Keep the next line: nobody can show it again. Give it to a program as REGISTRY_API_KEY.")
        typer.echo(token)


@app.command("list")
def list_(
    *,
    account: Annotated[str | None, typer.Option(help="Only this account's.")] = None,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List keys, oldest first; revoked and expired ones too."""
    from registry.cli.backend import connect

    output = Output(as_json=as_json)
    with connect(home, server, key) as backend:
        found = backend.list_keys(account)
        now = backend.now()
    output.records(_record(one) for one in found)
    if not found:
        output.say("There is no key. Make one with: registry keys create NAME --account OWNER")
        return
    output.table(
        ("id", "name", "account", "allows", "last used", "state"),
        [
            (one.id, one.name, one.account or "", " ".join(one.scopes), in_words(one.last_used_at), _state(one, now))
            for one in found
        ],
        fold=("allows", "last used", "state"),
    )


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="KEY-ID", help="From `registry keys list`: key_...")],
    *,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """End a key now and for ever."""
    from registry.cli.backend import connect

    output = Output(as_json=as_json)
    with connect(home, server, key) as backend:
        revoked = backend.revoke_key(key_id)
    output.record(_record(revoked))
    output.say(f"Revoked {revoked.id} ({revoked.name}); what it was used for stands.")


def _record(key: "NamedKey") -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "account": key.account,
        "scopes": key.scopes,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }


def _end(key: "NamedKey") -> str:
    return "never" if key.expires_at is None else in_words(key.expires_at)


def _state(key: "NamedKey", now: int) -> str:
    if key.revoked_at is not None:
        return f"revoked {in_words(key.revoked_at)}"
    if key.expires_at is not None and key.expires_at <= now:
        return f"expired {in_words(key.expires_at)}"
    return "valid" if key.expires_at is None else f"valid until {in_words(key.expires_at)}"
