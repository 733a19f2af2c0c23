"""The message board. A feature leads on to the others: where one does not run, its links are left out."""

from app.community.store import NoSuchThread, NoSuchUser
from app.kit.description import (
    Description,
    Operation,
    a_list_of,
    an_object,
    as_json,
    as_text,
    in_path,
    leads_to,
    named,
    number,
    text,
)
from app.kit.problems import Unavailable

_ID = number(1) | {"maximum": 10**18 - 1}
_A_USER, _A_THREAD = in_path("user_id", _ID, 1), in_path("thread_id", _ID, 1)
_THE_FIRST = "$response.body#/0/id"

_JIWOO = {"id": 1, "username": "jiwoo", "name": "Jiwoo Han", "bio": "Shares a flat with a dragon."}
_FIRST_NIGHT = {"id": 1, "title": "The first night", "createdBy": 1}
_POST = {"id": 1, "thread": 1, "text": "Leave a light on.", "user": 1}

USERS = Description(
    "users",
    "The people who live with mysfits.",
    {
        "/api/users": {
            "get": Operation("listUsers", "All users.", as_json(a_list_of(named("User")), [_JIWOO]), has_etag=True)
        },
        "/api/users/{user_id}": {
            "get": Operation(
                "showUser", "One user.", as_json(named("User"), _JIWOO), (NoSuchUser, Unavailable), (_A_USER,)
            )
        },
    },
    schemas={"User": an_object(id=_ID, username=text(), name=text(), bio=text())},
    links={"listUsers": {"ShowUser": leads_to("showUser", user_id=_THE_FIRST)}},
)

_WELCOME = as_text("^API ready to receive requests$", "API ready to receive requests")

THREADS = Description(
    "threads",
    "What they talk about.",
    {
        "/api": {"get": Operation("welcomeToBoard", "A word that the message board is there.", _WELCOME)},
        "/api/": {"get": Operation("welcomeToBoardToo", "The same.", _WELCOME)},
        "/api/threads": {
            "get": Operation(
                "listThreads", "All threads.", as_json(a_list_of(named("Thread")), [_FIRST_NIGHT]), has_etag=True
            )
        },
        "/api/threads/{thread_id}": {
            "get": Operation(
                "showThread",
                "One thread.",
                as_json(named("Thread"), _FIRST_NIGHT),
                (NoSuchThread, Unavailable),
                (_A_THREAD,),
            )
        },
    },
    schemas={"Thread": an_object(id=_ID, title=text(), createdBy=_ID)},
    links={"listThreads": {"ShowThread": leads_to("showThread", thread_id=_THE_FIRST)}},
)

POSTS = Description(
    "posts",
    "What they say.",
    {
        "/api/posts": {
            "get": Operation("listPosts", "All posts.", as_json(a_list_of(named("Post")), [_POST]), has_etag=True)
        },
        "/api/posts/in-thread/{thread_id}": {
            "get": Operation(
                "listPostsInThread",
                "The posts of one thread.",
                as_json(a_list_of(named("Post")), [_POST]),
                (NoSuchThread, Unavailable),
                (_A_THREAD,),
            )
        },
        "/api/posts/by-user/{user_id}": {
            "get": Operation(
                "listPostsByUser",
                "The posts of one user.",
                as_json(a_list_of(named("Post")), [_POST]),
                (NoSuchUser, Unavailable),
                (_A_USER,),
            )
        },
    },
    schemas={"Post": an_object(id=_ID, thread=_ID, text=text(), user=_ID)},
    links={
        "listThreads": {"ListPostsInThread": leads_to("listPostsInThread", thread_id=_THE_FIRST)},
        "listUsers": {"ListPostsByUser": leads_to("listPostsByUser", user_id=_THE_FIRST)},
        "listPosts": {
            "ListPostsBesideIt": leads_to("listPostsInThread", thread_id="$response.body#/0/thread"),
            "ListPostsOfItsUser": leads_to("listPostsByUser", user_id="$response.body#/0/user"),
        },
    },
)
