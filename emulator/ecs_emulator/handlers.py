"""Handlers of the emulator's own services behind its endpoint: ECS, CloudFormation and the load balancer of ELBv2."""

from __future__ import annotations

from ecs_emulator.balancer import operations as elbv2
from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.cloud import certificates, load_balancers
from ecs_emulator.cloud.service import OperationHandlers, bound
from ecs_emulator.scheduler import operations as ecs
from ecs_emulator.scheduler import scaling_operations as scaling
from ecs_emulator.scheduler.image_operations import Registry
from ecs_emulator.scheduler.images import Images
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.stacks import operations as cloudformation
from ecs_emulator.stacks.stack import Stacks


def handlers(
    scheduler: Scheduler, stacks: Stacks, balancer: Balancer, images: Images | None
) -> dict[str, OperationHandlers]:
    """By service. A load balancer's name leads to where its port 80 is here; `images` are all that tasks start from, if
    the emulator knows them.
    """
    addressed = load_balancers.address(lambda arn: f"localhost:{balancer.slots.port(arn, 80)}")
    stated = load_balancers.state(balancer.state)
    registry = Registry(images, lambda: _repositories(stacks)).operations
    return {
        # A listener shows a certificate that is imported again under its ARN.
        "acm": OperationHandlers(certificates.OPERATIONS, rest_to_moto=True, changed=balancer.changed),
        "application-autoscaling": OperationHandlers(bound(scaling.OPERATIONS, scheduler), rest_to_moto=True),
        "ecr": OperationHandlers(registry, rest_to_moto=True),
        "ecs": OperationHandlers(bound(ecs.OPERATIONS, scheduler)),
        "cloudformation": OperationHandlers(bound(cloudformation.OPERATIONS, stacks)),
        "elbv2": OperationHandlers(
            {**load_balancers.OPERATIONS, **bound(elbv2.OPERATIONS, balancer)},
            rest_to_moto=True,
            changed=balancer.changed,
            rewrite=lambda answer: stated(addressed(answer)),
        ),
    }


def _repositories(stacks: Stacks) -> set[str]:
    resources = [each for stack in stacks.all() for each in stack.resources.values()]
    return {each.physical_id for each in resources if each.type == "AWS::ECR::Repository" and each.physical}
