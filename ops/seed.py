"""Fills the table with the twelve mysfits. Safe to run twice: likes and adoptions are never reset."""

import json
from pathlib import Path

import boto3

MYSFITS = Path(__file__).parent / "seeds" / "mysfits.json"


def seed(session: boto3.Session, table_name: str) -> int:
    """Store what is known of each mysfit, beside whatever likes and adoption its row has; how many there are."""
    table = session.resource("dynamodb").Table(table_name)
    mysfits = json.loads(MYSFITS.read_text())
    for mysfit in mysfits:
        attributes = {name: value for name, value in mysfit.items() if name != "MysfitId"}
        assignments = [f"#{name} = :{name}" for name in attributes]
        table.update_item(
            Key={"MysfitId": mysfit["MysfitId"]},
            UpdateExpression=f"SET {', '.join(assignments)}, "
            "Likes = if_not_exists(Likes, :none), Adopted = if_not_exists(Adopted, :no)",
            ExpressionAttributeNames={f"#{name}": name for name in attributes},
            ExpressionAttributeValues={
                **{f":{name}": value for name, value in attributes.items()},
                ":none": 0,
                ":no": False,
            },
        )
    return len(mysfits)
