"""Rights of an operator: IAM policies for each verb and each stack, written by `make rights` (tools/rights/)."""
