from typing import Any

from flask import Blueprint, Response

from app.community.actions import reading
from app.community.inputs import parse_id
from app.community.store import NoSuchThread, NoSuchUser, Post, Posts, Thread, Threads, User, Users
from app.kit.lists import Lists


def user_routes(users: Users) -> Blueprint:
    blueprint = Blueprint("users", __name__)

    async def read_list(_: None) -> list[dict[str, Any]]:
        return [_user(user) for user in await users.all()]

    lists = Lists(read_list)
    find = reading(users.one)

    @blueprint.get("/api/users")
    async def list_users() -> Response:
        return await lists.answer(None)

    @blueprint.get("/api/users/<user_id>")
    async def show_user(user_id: str) -> dict[str, Any]:
        return _user(await find(parse_id(user_id, NoSuchUser)))

    return blueprint


def thread_routes(threads: Threads) -> Blueprint:
    blueprint = Blueprint("threads", __name__)

    async def read_list(_: None) -> list[dict[str, Any]]:
        return [_thread(thread) for thread in await threads.all()]

    lists = Lists(read_list)
    find = reading(threads.one)

    # The board's own address belongs to what one finds there.
    @blueprint.get("/api")
    @blueprint.get("/api/")
    async def welcome() -> Response:
        return Response("API ready to receive requests", content_type="text/plain; charset=utf-8")

    @blueprint.get("/api/threads")
    async def list_threads() -> Response:
        return await lists.answer(None)

    @blueprint.get("/api/threads/<thread_id>")
    async def show_thread(thread_id: str) -> dict[str, Any]:
        return _thread(await find(parse_id(thread_id, NoSuchThread)))

    return blueprint


def post_routes(posts: Posts) -> Blueprint:
    blueprint = Blueprint("posts", __name__)

    async def read_list(_: None) -> list[dict[str, Any]]:
        return [_post(post) for post in await posts.all()]

    lists = Lists(read_list)
    find_in_thread, find_by_user = reading(posts.in_thread), reading(posts.by_user)

    @blueprint.get("/api/posts")
    async def list_posts() -> Response:
        return await lists.answer(None)

    @blueprint.get("/api/posts/in-thread/<thread_id>")
    async def list_posts_in_thread(thread_id: str) -> list[dict[str, Any]]:
        return [_post(post) for post in await find_in_thread(parse_id(thread_id, NoSuchThread))]

    @blueprint.get("/api/posts/by-user/<user_id>")
    async def list_posts_by_user(user_id: str) -> list[dict[str, Any]]:
        return [_post(post) for post in await find_by_user(parse_id(user_id, NoSuchUser))]

    return blueprint


def _user(user: User) -> dict[str, Any]:
    return {"id": user.id, "username": user.username, "name": user.name, "bio": user.bio}


def _thread(thread: Thread) -> dict[str, Any]:
    return {"id": thread.id, "title": thread.title, "createdBy": thread.created_by}


def _post(post: Post) -> dict[str, Any]:
    return {"id": post.id, "thread": post.thread, "text": post.text, "user": post.user}
