"""`registry anchor` in chains: what the rounds came to, how everything stands, and making what it takes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.moments import in_words
from registry.cli.options import AsJson, Home
from registry.cli.output import Output

if TYPE_CHECKING:
    from registry.anchoring.ethereum.overview import NetworkOverview
    from registry.installation import Installation


def make_round(installation: "Installation", output: Output) -> bool:
    """A round in every network, told; answers whether nobody has to look at anything."""
    alarms = installation.anchoring.round()
    for overview in _overviews(installation):
        if overview.name not in alarms:
            continue
        told = alarms[overview.name]
        newest = overview.newest
        output.record(
            {
                "network": overview.name,
                "chain_id": overview.chain_id,
                "size": None if newest is None else newest.tree_size,
                "state": None if newest is None else newest.state,
                "alarms": dict(told),
            }
        )
        how = "nothing to anchor" if newest is None else f"the first {newest.tree_size} entries are {newest.state}"
        output.say(f"{overview.name}: {how}.")
        for code, sentence in told.items():
            output.say(f"{overview.name}: {code}: {sentence}", style="yellow")
    return not any(alarms.values())


def show_status(installation: "Installation", output: Output) -> bool:
    """How every network stands; answers whether there is any."""
    found = _overviews(installation)
    for overview in found:
        newest = overview.newest
        output.record(
            {
                "network": overview.name,
                "chain_id": overview.chain_id,
                "anchored": overview.anchored,
                "behind": overview.behind,
                "state": None if newest is None else newest.state,
                "size": None if newest is None else newest.tree_size,
                "transaction": None if overview.transaction is None else f"0x{overview.transaction.hex()}",
                "finalized_block": overview.finalized_number,
                "nodes": overview.nodes_asked,
                "nodes_usable": overview.nodes_usable,
                "checked_at": overview.checked_at,
                "alarms": dict(overview.alarms),
            }
        )
    if found:
        rows = [
            (
                overview.name,
                overview.anchored,
                overview.behind,
                "none" if overview.newest is None else overview.newest.state,
                in_words(overview.checked_at),
                ", ".join(overview.alarms) or "none",
            )
            for overview in found
        ]
        output.table(
            ("network", "entries anchored", "since then", "newest anchor", "looked at", "alarms"),
            rows,
            fold=("alarms",),
        )
        explorers = {one.network.chain_id: one.network.explorer for one in installation.anchoring.networks}
        for overview in found:
            if (explorer := explorers.get(overview.chain_id)) and overview.transaction is not None:
                output.say(f"{overview.name}: {explorer}/tx/0x{overview.transaction.hex()}")
            for code, sentence in overview.alarms.items():
                output.say(f"{overview.name}: {code}: {sentence}", style="yellow")
    return bool(found)


def deploy(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="The network, as the file of networks names it.")],
    *,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Deploy the contract that is told the ledger's root, unless it stands in that network already."""
    from registry import errors
    from registry.anchoring.ethereum.deployment import deploy as deploy_contract
    from registry.cli.backend import open_home

    output = Output(as_json=as_json)
    with open_home(home) as installation:
        named = {one.network.name: one for one in installation.anchoring.networks}
        if network not in named:
            raise errors.Refused(
                "no_such_network",
                f"The settings name no network {network!a}.",
                hint="Add it to the file that REGISTRY_ETHEREUM_NETWORKS names; docs/anchor-to-ethereum.md shows one.",
            )
        done = deploy_contract(installation.database, named[network].network, named[network].signer)
    sent = None if done.transaction is None else f"0x{done.transaction.hex()}"
    address = f"0x{done.address.hex()}"
    output.record({"network": network, "address": address, "transaction": sent, "gas": done.gas})
    if sent is None:
        output.say(f"The contract stands at {address} already.")
    else:
        output.facts({"contract": address, "transaction": sent, "gas": done.gas})


def make_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the encrypted key goes; it must not be there.")],
    *,
    password: Annotated[Path, typer.Option(metavar="FILE", help="A file with its password, readable by you alone.")],
    as_json: AsJson = False,
) -> None:
    """Make a key that signs anchors, encrypted under a password. Its address needs a little ether."""
    from registry import errors
    from registry.anchoring.ethereum.signer import make_keystore
    from registry.storage import durable_file
    from registry.storage.durability import sync
    from registry.storage.secret_file import OWNER_ONLY, read_owned

    output = Output(as_json=as_json)
    try:
        secret = read_owned(password).removesuffix("\n")
        address, keystore = make_keystore(secret)
        made = durable_file.create(file.absolute(), keystore, mode=OWNER_ONLY)
        sync(file.absolute().parent)
    except (OSError, UnicodeDecodeError) as error:
        raise errors.Refused(
            "key_file_unusable",
            f"The key cannot be made: {getattr(error, 'strerror', None) or 'the password is not ASCII text'}.",
            hint="Give a password file that is there, and a folder that may be written to.",
        ) from error
    if not made:
        raise errors.Conflict(
            "key_file_exists", f"The file {file} is there already.", hint="Choose another name: keys are not replaced."
        )
    output.record({"address": f"0x{address.hex()}", "file": str(file)})
    output.facts({"address": f"0x{address.hex()}", "key": file})
    output.say("Back up the file and its password; then send a little ether to the address.")


def _overviews(installation: "Installation") -> "list[NetworkOverview]":
    from registry.anchoring.ethereum.overview import overviews

    configured = [(one.network.name, one.network.chain_id) for one in installation.anchoring.networks]
    with installation.database.read() as session:
        return overviews(session, installation.ledger, configured)
