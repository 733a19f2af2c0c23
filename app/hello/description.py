from app.kit.description import Description, Operation, as_text

DESCRIPTION = Description(
    "hello",
    "A counter that expires.",
    {
        "/hello": {
            "get": Operation(
                "beginToCount", "The count begins anew, for 30 s.", as_text("^Hello ELECLE 1$", "Hello ELECLE 1")
            )
        },
        "/hello/again": {
            "get": Operation(
                "countOn",
                "One higher each time, until it has expired.",
                as_text("^(Hello ELECLE [1-9][0-9]*|Expired!)$", "Hello ELECLE 2"),
            )
        },
    },
)
