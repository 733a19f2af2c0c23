"""Doctor of an AWS account: what the stacks of cfn/ need there, looked at before they are deployed."""
