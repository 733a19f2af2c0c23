"""The like counts in DynamoDB."""

from app.catalog.store import NoSuchMysfit
from app.kit.dynamodb import Refused, Table


class Likes:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, mysfit_id: str) -> int:
        """Store one like; the count with it. Raises NoSuchMysfit, and then nothing is written."""
        try:
            changed = self._table.update(
                {"MysfitId": mysfit_id},
                UpdateExpression="ADD Likes :one",
                ConditionExpression="attribute_exists(MysfitId)",
                ExpressionAttributeValues={":one": 1},
            )
        except Refused as refused:
            raise NoSuchMysfit from refused
        return int(changed["Likes"])
