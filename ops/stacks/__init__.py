"""The stacks of `cfn/stacks.yml` in CloudFormation: deployed by change set, destroyed in the opposite order."""
