"""Bootstrap stack of the CDK: its version, which a synthesized template asks SSM for.

https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
"""

from __future__ import annotations

import re

from ecs_emulator.stacks.documents import Document
from ecs_emulator.stacks.resources.provider import Context

VERSION = "30"  # above what any synthesizer requires
_NAME = re.compile(r"/cdk-bootstrap/[A-Za-z0-9_-]+/version")


def stand_in(context: Context, document: Document) -> dict[str, str]:
    """The parameters of a template that ask for a bootstrap version which nobody has stored, with the one that stands
    in: it is stored.
    """
    stood_in = {}
    for name, spec in document.get("Parameters", {}).items():
        default = str(spec.get("Default", ""))
        if not _NAME.fullmatch(default):
            continue
        ssm = context.client("ssm")
        if not ssm.get_parameters(Names=[default])["Parameters"]:
            # Two stacks may be made at the same time.
            ssm.put_parameter(Name=default, Value=VERSION, Type="String", Overwrite=True)
            stood_in[name] = VERSION
    return stood_in
