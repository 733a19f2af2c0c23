from typing import Any

from flask import Blueprint, Response

from app.community.actions import reading
from app.community.inputs import parse_id
from app.community.store import NoSuchThread, NoSuchUser, Post, Posts, Thread, Threads, User, Users
from app.kit.lists import Lists


def user_routes(users: Users) -> Blueprint:
    blueprint = Blueprint("users", __name__)
    lists = Lists[None](lambda _: [_user(user) for user in users.all()])
    find = reading(users.one)

    @blueprint.get("/api/users")
    def list_users() -> Response:
        return lists.answer(None)

    @blueprint.get("/api/users/<user_id>")
    def show_user(user_id: str) -> dict[str, Any]:
        return _user(find(parse_id(user_id, NoSuchUser)))

    return blueprint


def thread_routes(threads: Threads) -> Blueprint:
    blueprint = Blueprint("threads", __name__)
    lists = Lists[None](lambda _: [_thread(thread) for thread in threads.all()])
    find = reading(threads.one)

    # The board's own address belongs to what one finds there.
    @blueprint.get("/api")
    @blueprint.get("/api/")
    def welcome() -> Response:
        return Response("API ready to receive requests", content_type="text/plain; charset=utf-8")

    @blueprint.get("/api/threads")
    def list_threads() -> Response:
        return lists.answer(None)

    @blueprint.get("/api/threads/<thread_id>")
    def show_thread(thread_id: str) -> dict[str, Any]:
        return _thread(find(parse_id(thread_id, NoSuchThread)))

    return blueprint


def post_routes(posts: Posts) -> Blueprint:
    blueprint = Blueprint("posts", __name__)
    lists = Lists[None](lambda _: [_post(post) for post in posts.all()])
    find_in_thread, find_by_user = reading(posts.in_thread), reading(posts.by_user)

    @blueprint.get("/api/posts")
    def list_posts() -> Response:
        return lists.answer(None)

    @blueprint.get("/api/posts/in-thread/<thread_id>")
    def list_posts_in_thread(thread_id: str) -> list[dict[str, Any]]:
        return [_post(post) for post in find_in_thread(parse_id(thread_id, NoSuchThread))]

    @blueprint.get("/api/posts/by-user/<user_id>")
    def list_posts_by_user(user_id: str) -> list[dict[str, Any]]:
        return [_post(post) for post in find_by_user(parse_id(user_id, NoSuchUser))]

    return blueprint


def _user(user: User) -> dict[str, Any]:
    return {"id": user.id, "username": user.username, "name": user.name, "bio": user.bio}


def _thread(thread: Thread) -> dict[str, Any]:
    return {"id": thread.id, "title": thread.title, "createdBy": thread.created_by}


def _post(post: Post) -> dict[str, Any]:
    return {"id": post.id, "thread": post.thread, "text": post.text, "user": post.user}
