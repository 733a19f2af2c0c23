"""The message board in DynamoDB: three tables, of which each feature knows its own alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.kit.attribute_values import Item
from app.kit.dynamodb import Table
from app.kit.problems import Missing
from app.kit.rows import complete


class NoSuchUser(Missing):
    title = "No such user"

    def __init__(self) -> None:
        super().__init__("No user has this id.")


class NoSuchThread(Missing):
    title = "No such thread"

    def __init__(self) -> None:
        super().__init__("No thread has this id.")


@dataclass(frozen=True)
class User:
    id: int
    username: str
    name: str
    bio: str


@dataclass(frozen=True)
class Thread:
    """`created_by` is the id of a user."""

    id: int
    title: str
    created_by: int


@dataclass(frozen=True)
class Post:
    """`thread` and `user` are ids."""

    id: int
    thread: int
    text: str
    user: int


class Users:
    def __init__(self, table: Table) -> None:
        self._table = table

    async def all(self) -> list[User]:
        return sorted(complete(await self._table.pages("Scan"), _user, "Id"), key=lambda user: user.id)

    async def one(self, user_id: int) -> User:
        """Raises NoSuchUser."""
        item = await self._table.get({"Id": user_id})
        if item is None:
            raise NoSuchUser
        return _user(item)


class Threads:
    def __init__(self, table: Table) -> None:
        self._table = table

    async def all(self) -> list[Thread]:
        return sorted(complete(await self._table.pages("Scan"), _thread, "Id"), key=lambda thread: thread.id)

    async def one(self, thread_id: int) -> Thread:
        """Raises NoSuchThread."""
        item = await self._table.get({"Id": thread_id})
        if item is None:
            raise NoSuchThread
        return _thread(item)


class Posts:
    """The posts, and beside them which threads and users there are: a row with a Kind stands for one of these.

    So a thread in which nobody has answered yet can be told from one that there is not, without the other tables;
    see docs/decisions/0011-a-message-board-of-three-features.md.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    async def all(self) -> list[Post]:
        return _posts(await self._table.pages("Scan"))

    async def in_thread(self, thread_id: int) -> list[Post]:
        """Raises NoSuchThread."""
        items = await self._with("Thread", thread_id)
        if not items:
            raise NoSuchThread
        return _posts(items)

    async def by_user(self, user_id: int) -> list[Post]:
        """Raises NoSuchUser."""
        items = await self._with("User", user_id, IndexName="ByUser")
        if not items:
            raise NoSuchUser
        return _posts(items)

    async def _with(self, attribute: str, number: int, **index: str) -> list[Item]:
        return await self._table.pages(
            "Query",
            **index,
            KeyConditionExpression="#attribute = :number",
            ExpressionAttributeNames={"#attribute": attribute},
            ExpressionAttributeValues={":number": number},
        )


def _user(item: Item) -> User:
    return User(int(item["Id"]), item["Username"], item["Name"], item["Bio"])


def _thread(item: Item) -> Thread:
    return Thread(int(item["Id"]), item["Title"], int(item["CreatedBy"]))


def _post(item: Item) -> Post:
    return Post(int(item["Id"]), int(item["Thread"]), item["Text"], int(item["User"]))


def _posts(items: Iterable[Item]) -> list[Post]:
    said = (item for item in items if "Kind" not in item)
    return sorted(complete(said, _post, "Id"), key=lambda post: (post.id, post.thread))
