"""The adoptions in DynamoDB."""

from app.catalog.store import NoSuchMysfit
from app.kit.dynamodb import Refused, Table
from app.kit.problems import Clash


class AlreadyAdopted(Clash):
    title = "Already adopted"

    def __init__(self) -> None:
        super().__init__("This mysfit has found a home already.")


class Adoptions:
    def __init__(self, table: Table) -> None:
        self._table = table

    async def adopt(self, mysfit_id: str) -> None:
        """Raises NoSuchMysfit or AlreadyAdopted, and then nothing is written."""
        try:
            await self._table.update(
                {"MysfitId": mysfit_id},
                UpdateExpression="SET Adopted = :yes",
                ConditionExpression="attribute_exists(MysfitId) AND (attribute_not_exists(Adopted) OR Adopted = :no)",
                ExpressionAttributeValues={":yes": True, ":no": False},
            )
        except Refused as refused:
            raise (AlreadyAdopted if refused.item else NoSuchMysfit) from refused
