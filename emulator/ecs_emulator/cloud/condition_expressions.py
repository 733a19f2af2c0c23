"""Grammar of DynamoDB's condition, filter and key condition expressions.

moto takes much that is none of them. What it makes of those that are is its own.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecs_emulator.cloud.expression_tokens import END, KEYWORDS, ExpressionToken, InvalidExpression, tokens_of
from ecs_emulator.cloud.operand_types import Operand, between_error, call_error, comparison_error

_COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
# A value before a path is put behind it, as moto's conditions on keys have it.
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_PATH, _OPERAND = "path", "operand"
# What each takes.
_FUNCTIONS = {
    "attribute_exists": (_PATH,),
    "attribute_not_exists": (_PATH,),
    "attribute_type": (_PATH, _OPERAND),
    "begins_with": (_PATH, _OPERAND),
    "contains": (_PATH, _OPERAND),
}


def plain_condition(expression: str, values: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The same condition as moto reads it: keywords in capitals, no parentheses around operands.

    `values` and `names` are those of the placeholders that the request defines. Raises InvalidExpression.
    """
    try:
        return _Condition(expression, values, names).plain()
    except RecursionError:
        raise InvalidExpression("The expression has too many parentheses in one another") from None


def projected_paths(expression: str, names: Mapping[str, str]) -> list[list[str | int]]:
    """Steps of each path of a projection. Raises InvalidExpression."""
    return _Condition(expression, {}, names).paths()


class _Condition:
    def __init__(self, expression: str, values: Mapping[str, Any], names: Mapping[str, str]) -> None:
        self._tokens = tokens_of(expression)
        self._values = values
        self._names = names
        self._at = 0
        self._plain: list[str] = []  # of what was read
        self._misuses: list[str] = []  # of operands; what is no expression at all is said first

    def plain(self) -> str:
        if not self._tokens:
            raise InvalidExpression("The expression can not be empty;")
        self._any()
        if self._next is not END:
            raise self._error()
        if self._misuses:
            raise InvalidExpression(self._misuses[0])
        return "".join(self._plain).strip()

    def paths(self) -> list[list[str | int]]:
        """Paths with commas between them, instead of a condition."""
        if not self._tokens:
            raise InvalidExpression("The expression can not be empty;")
        found = [self._steps()]
        while self._takes(","):
            found.append(self._steps())
        if self._next is not END:
            raise self._error()
        return found

    @property
    def _next(self) -> ExpressionToken:
        return self._tokens[self._at] if self._at < len(self._tokens) else END

    def _error(self) -> InvalidExpression:
        near = " ".join(token.text for token in self._tokens[max(0, self._at - 1) : self._at + 2])
        return InvalidExpression(f'Syntax error; token: "{self._next.text}", near: "{near}"')

    def _takes(self, text: str) -> bool:
        is_keyword = self._next.keyword == text
        if not is_keyword and self._next != ExpressionToken("sign", text):
            return False
        self._read(f" {text.upper()} " if is_keyword else text)
        return True

    def _read(self, plain: str) -> None:
        self._at += 1
        self._plain.append(plain)

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise self._error()

    def _any(self) -> None:
        self._one()
        while self._takes("or") or self._takes("and"):
            self._one()

    def _one(self) -> None:
        if self._takes("not"):
            self._one()
        elif self._next == ExpressionToken("sign", "("):
            self._parenthesis()
        elif self._next.kind == "word" and self._is_call():
            if self._next.text not in (*_FUNCTIONS, "size"):
                raise InvalidExpression(f"Invalid function name; function: {self._next.text}")
            if self._next.text == "size":
                self._comparison()
            else:
                self._call(_FUNCTIONS[self._next.text])
        else:
            self._comparison()

    def _parenthesis(self) -> None:
        """A condition, or an operand that stands in parentheses."""
        start, length, misuses = self._at, len(self._plain), len(self._misuses)
        try:
            self._expect("(")
            self._any()
            self._expect(")")
        except InvalidExpression as error:
            self._at = start
            del self._plain[length:], self._misuses[misuses:]
            try:
                self._comparison()
            except InvalidExpression:
                raise error from None

    def _is_call(self) -> bool:
        return (
            self._tokens[self._at + 1 : self._at + 2] == [ExpressionToken("sign", "(")]
            and self._next.keyword not in KEYWORDS
        )

    def _call(self, takes: tuple[str, ...]) -> None:
        name = self._next.text
        self._read(name)
        self._expect("(")
        operands = []
        for number, each in enumerate(takes):
            if number:
                self._expect(",")
            operands.append(self._path() if each == _PATH else self._operand())
        self._expect(")")
        self._note(call_error(name, operands))

    def _comparison(self) -> None:
        first = self._operand()
        if self._takes("between"):
            low = self._operand()
            self._expect("and")
            self._note(between_error(first, low, self._operand()))
        elif self._takes("in"):
            self._expect("(")
            self._operand()
            while self._takes(","):
                self._operand()
            self._expect(")")
        elif self._next.kind == "sign" and self._next.text in _COMPARATORS:
            sign, start = self._next.text, len(self._plain)
            self._read(f" {sign} ")
            second = self._operand()
            self._note(comparison_error(sign, first, second))
            if first.value is not None and second.path:
                self._plain[start - 1 :] = [
                    *self._plain[start + 1 :],
                    f" {_MIRRORED.get(sign, sign)} ",
                    self._plain[start - 1],
                ]
        else:
            raise self._error()

    def _note(self, misuse: str | None) -> None:
        if misuse:
            self._misuses.append(misuse)

    def _operand(self) -> Operand:
        if self._takes("("):
            self._plain.pop()
            operand = self._operand()
            self._expect(")")
            self._plain.pop()
            return operand
        if self._next.kind == "value":
            if self._next.text not in self._values:
                raise InvalidExpression(
                    "An expression attribute value used in expression is not defined; "
                    f"attribute value: {self._next.text}"
                )
            value = self._values[self._next.text]
            self._read(self._next.text)
            return Operand(value=value)
        if self._next.text == "size" and self._is_call():
            self._call((_PATH,))
            return Operand()
        return self._path()

    def _path(self) -> Operand:
        start = len(self._plain)
        self._steps()
        return Operand("".join(self._names.get(step, step) for step in self._plain[start:]))

    def _steps(self) -> list[str | int]:
        steps: list[str | int] = [self._name()]
        while True:
            if self._takes("."):
                steps.append(self._name())
            elif self._takes("["):
                if self._next.kind != "number":
                    raise self._error()
                steps.append(int(self._next.text))
                self._read(self._next.text)
                self._expect("]")
            else:
                return steps

    def _name(self) -> str:
        token = self._next
        if token.kind == "placeholder" and token.text not in self._names:
            raise InvalidExpression(
                f"An expression attribute name used in the document path is not defined; attribute name: {token.text}"
            )
        if token.kind not in ("placeholder", "word") or token.keyword in KEYWORDS:
            raise self._error()
        self._read(token.text)
        return self._names[token.text] if token.kind == "placeholder" else token.text
