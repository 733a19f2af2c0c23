"""`trust`: how a client comes to trust what the HTTPS listeners of this folder's emulator show."""

from __future__ import annotations

import click

from ecs_emulator.commands import options
from ecs_emulator.commands.group import Verb, program
from ecs_emulator.ops.terminal import Terminal, put

_BROWSERS = "in its settings for certificates, import that file as an authority for websites; remove it when done"


@click.command(cls=Verb)
@options.with_json
def trust(out: Terminal) -> None:
    """Say how a client trusts the HTTPS listeners of this folder's emulator.

    A certificate authority of the folder's own signs what they show. Nothing on this machine is changed: you say which
    client trusts it. Its key does not leave the folder; whoever has it could pose as any site to those that trust it.
    """
    from ecs_emulator.authority import KEY, CertificateAuthority
    from ecs_emulator.local import Running

    folder = program().folder
    authority = CertificateAuthority(folder)
    authority.make()
    running = Running.found(folder)
    secure = [each for each in running.listeners if each.startswith("https://")] if running else []
    url = secure[0] if secure else "https://localhost:8363"
    lines = {
        "curl": f"curl --cacert {authority.path} {url}/",
        "another name": f"curl --cacert {authority.path} --connect-to ::{url.removeprefix('https://')} "
        "https://NAME.OF.THE.CERTIFICATE/",
        "Python": f"SSL_CERT_FILE={authority.path} (REQUESTS_CA_BUNDLE for requests)",
        "Node.js": f"NODE_EXTRA_CA_CERTS={authority.path}",
        "browser": _BROWSERS,
    }
    if out.as_json:
        out.result(authority=str(authority.path), listeners=secure)
        return
    put(f"Certificates of HTTPS listeners are signed by {authority.path}.")
    for name, line in lines.items():
        put(f"  {name:<13} {line}")
    put(f"Its key is in {folder / KEY}: give it to nobody.")
