"""Read the text form of a graph.

Grammar (white space and line ends are free, ``NAME`` is ``[A-Za-z0-9_.]+``)::

    graph  := "mesh" "(" [AXIS "=" INT {"," AXIS "=" INT}] ")" "stage" STAGE "func" NAME params block
    params := "(" ["%" NAME ":" type {"," "%" NAME ":" type}] ")"
    block  := "{" [loc] {node} "return" ["%" NAME {"," "%" NAME}] "}"
    node   := "%" NAME "=" OP "(" ["%" NAME {"," "%" NAME}] ")" [attrs] ":" type ["at" INT "+" INT]
              ["=" params block] [loc]
    loc    := "//" FILE ":" LINE                      (of a fusion: after its "{")
    attrs  := "{" NAME "=" value {"," NAME "=" value} "}"
    value  := INT | FLOAT | "inf" | "-inf" | "nan" | "true" | "false" | STRING | DTYPE | "[" [value {"," value}] "]"
    type   := DTYPE "[" [dim {"," dim}] "]" ["{" ("+" | "max:" | "min:") AXIS {"+" AXIS} "}"] ["?"]
    dim    := INT ["@" AXIS {"+" AXIS}]

Parsing derives every node's type again and refuses a text whose types say otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType

from meshjit.errors import IRError, MeshJitError
from meshjit.ir.graph import Allocation, Builder, Graph, Node
from meshjit.ir.location import Location
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import STAGES, Attr, OpDef
from meshjit.ir.ops import OPS
from meshjit.ir.types import Pending, TensorType, check_spec, dtype_named
from meshjit.ir.verify import verify

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<loc>//[ \t]*(?P<file>[^\n]*?):(?P<line>\d+)[ \t]*(?=\n|$))
  | (?P<comment>\#[^\n]*)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<value>%[A-Za-z0-9_.]+)
  | (?P<float>-?(?:inf|nan)\b|-?\d+(?:\.\d*(?:e[-+]?\d+)?|e[-+]?\d+))
  | (?P<int>-?\d+)
  | (?P<name>[A-Za-z_][A-Za-z0-9_.]*)
  | (?P<punct>[(){}\[\]=:,@+?])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Graph:
    """The graph that ``text`` describes, verified.

    Raises :class:`~meshjit.errors.IRError` (MJ7001) that points at the line and column of a mistake.
    """
    graph = _Parser(text).graph()
    verify(graph, after="parse")
    return graph


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[_Token] = []
        self.pos = 0
        at = 0
        end = len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                at += len(text[at:]) - len(text[at:].lstrip())
                raise self.error(f"unexpected character {text[at]!r}", at)
            kind = next(k for k in ("loc", "comment", "string", "value", "float", "int", "name", "punct") if match[k])
            if kind != "comment":
                self.tokens.append(_Token(kind, match[kind], match.start(kind)))
            at = match.end()
        self.tokens.append(_Token("end", "", len(text)))

    def error(self, message: str, at: int | None = None, end: int = -1) -> IRError:
        """A mistake at ``at`` (default: the next token): that token, or all up to ``end``, is underlined."""
        where = self.place(self.tokens[self.pos].at if at is None else at, end)
        return IRError("MJ7001", message, where=where, fix="write it as `meshjit dump` prints it (docs/ir.md)")

    def place(self, at: int, end: int = -1) -> str:
        """The line around ``at``, underlined up to ``end`` (default: one token)."""
        if end < 0:
            end = next((at + len(t.text) for t in self.tokens if t.at == at), at + 1)
        line = self.text.count("\n", 0, at) + 1
        start = self.text.rfind("\n", 0, at) + 1
        source = self.text[start:].split("\n", 1)[0]
        carets = "^" * max(1, min(end, start + len(source)) - at)
        return f"  line {line}, column {at - start + 1}\n    {source}\n    {' ' * (at - start)}{carets}"

    @property
    def last_end(self) -> int:
        """Where the token read last ends."""
        token = self.tokens[self.pos - 1]
        return token.at + len(token.text)

    def placed(self, error: MeshJitError, at: int, end: int) -> MeshJitError:
        """An error of a rule, with its place in the text."""
        where = self.place(at, end)
        return type(error)(error.code, error.summary, where=where, operands=error.operands, fix=error.fix)

    def next(self) -> _Token:
        token = self.tokens[self.pos]
        self.pos += 1
        return token

    def peek(self, text: str) -> bool:
        return self.tokens[self.pos].text == text

    def accept(self, text: str) -> bool:
        if self.peek(text):
            self.pos += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.error(f"expected {text!r}, found {self.tokens[self.pos].text or 'the end'!r}")

    def kind(self, kind: str) -> str:
        if self.tokens[self.pos].kind != kind:
            raise self.error(f"expected a {kind}, found {self.tokens[self.pos].text or 'the end'!r}")
        return self.next().text

    def name(self) -> str:
        return self.kind("name")

    def integer(self) -> int:
        return int(self.kind("int"))

    def graph(self) -> Graph:
        self.expect("mesh")
        self.expect("(")
        axes: list[str] = []
        sizes: list[int] = []
        while not self.accept(")"):
            if axes:
                self.expect(",")
            axes.append(self.name())
            self.expect("=")
            sizes.append(self.integer())
        self.mesh = Mesh(tuple(sizes), tuple(axes))
        self.expect("stage")
        stage = self.name()
        if stage not in STAGES:
            raise self.error(
                f"no stage is called {stage!r}; there are {', '.join(STAGES)}", self.tokens[self.pos - 1].at
            )
        self.expect("func")
        name = self.name()
        graph, _ = self.function(name, stage)
        if self.tokens[self.pos].kind != "end":
            raise self.error("text after the function's end")
        return graph

    def function(self, name: str, stage: str) -> tuple[Graph, Location | None]:
        """Parameters and block; the location that stands after the opening brace belongs to the node around it."""
        builder = Builder(self.mesh, stage)
        values: dict[str, Node] = {}
        self.expect("(")
        while not self.accept(")"):
            if values:
                self.expect(",")
            at = self.tokens[self.pos].at
            param = self.kind("value")[1:]
            self.expect(":")
            if param in values:
                raise self.error(f"%{param} is defined twice", at)
            values[param] = builder.param(param, self.type())
        self.expect("{")
        location = self.location()
        while not self.accept("return"):
            self.node(builder, values, stage)
        outputs: list[Node] = []
        while not self.accept("}"):
            if outputs:
                self.expect(",")
            outputs.append(self.operand(values))
        return builder.graph(name, outputs), location

    def operand(self, values: dict[str, Node]) -> Node:
        at = self.tokens[self.pos].at
        name = self.kind("value")[1:]
        if name not in values:
            raise self.error(f"%{name} is not defined before this use", at)
        return values[name]

    def node(self, builder: Builder, values: dict[str, Node], stage: str) -> None:
        start = self.tokens[self.pos].at
        name = self.kind("value")[1:]
        if name in values:
            raise self.error(f"%{name} is defined twice", start)
        self.expect("=")
        op_at = self.tokens[self.pos].at
        op = OPS.get(self.name())
        if op is None:
            raise self.error(f"no op is called {self.tokens[self.pos - 1].text!r}", op_at)
        self.expect("(")
        operands: list[Node] = []
        while not self.accept(")"):
            if operands:
                self.expect(",")
            operands.append(self.operand(values))
        if stage not in op.stages:
            raise self.error(f"stage {stage} may not hold {op.name}", op_at)
        attrs = self.attrs(op)
        call_end = self.last_end
        self.expect(":")
        type_at = self.tokens[self.pos].at
        type = self.type()
        type_end = self.last_end
        allocation = None
        if self.accept("at"):
            offset = self.integer()
            self.expect("+")
            allocation = Allocation(offset, self.integer())
        location = self.location()
        body = None
        if self.accept("="):
            body, location = self.function(f"fusion_{name}", stage)
        if not op.arity[0] <= len(operands) <= op.arity[1]:
            raise self.error(f"{op.name} takes {op.arity[0]} to {op.arity[1]} operands, got {len(operands)}", op_at)
        spec = type.spec if not operands else None
        try:
            node = builder.add(op, operands, attrs, location, spec=spec, body=body)
        except MeshJitError as error:
            raise self.placed(error, op_at, call_end) from None
        if node.type != type:
            raise self.error(f"%{name} has type {node.type}, the text says {type}", type_at, type_end)
        if allocation:
            builder.nodes[-1] = node = replace(node, allocation=allocation)
        values[name] = node

    def location(self) -> Location | None:
        if self.tokens[self.pos].kind != "loc":
            return None
        file, line = self.next().text[2:].strip().rsplit(":", 1)
        return Location(file, int(line))

    def attrs(self, op: OpDef) -> MappingProxyType[str, Attr]:
        out: dict[str, Attr] = {}
        if self.accept("{"):
            while not self.accept("}"):
                if out:
                    self.expect(",")
                at = self.tokens[self.pos].at
                name = self.name()
                if name not in op.attrs:
                    known = ", ".join(op.attrs) or "none"
                    raise self.error(f"{op.name} has no attribute {name!r}; it has {known}", at)
                self.expect("=")
                out[name] = self.value()
        missing = [a for a in op.attrs if a not in out and a not in op.optional]
        if missing:
            raise self.error(f"{op.name} lacks the attribute {missing[0]!r}")
        return MappingProxyType(out)

    def value(self) -> Attr:
        token = self.next()
        if token.kind == "int":
            return int(token.text)
        if token.kind == "float":
            return float(token.text)
        if token.kind == "string":
            return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], token.text[1:-1])
        if token.text in ("true", "false"):
            return token.text == "true"
        if token.text in ("inf", "nan"):
            return float(token.text)
        if token.text == "[":
            items: list[Attr] = []
            while not self.accept("]"):
                if items:
                    self.expect(",")
                items.append(self.value())
            return tuple(items)  # type: ignore[return-value]  # the op's rule checks what a list holds
        dtype = dtype_named(token.text)
        if dtype is None:
            raise self.error(f"{token.text!r} is no attribute value", token.at)
        return dtype

    def type(self) -> TensorType:
        at = self.tokens[self.pos].at
        dtype = dtype_named(self.name())
        if dtype is None:
            raise self.error(f"no dtype is called {self.tokens[self.pos - 1].text!r}", at)
        shape: list[int] = []
        spec: list[tuple[str, ...]] = []
        self.expect("[")
        while not self.accept("]"):
            if shape:
                self.expect(",")
            shape.append(self.integer())
            spec.append(self.axes() if self.accept("@") else ())
        pending = None
        if self.peek("{"):
            self.next()
            op = "sum"
            if not self.accept("+"):
                op = self.name()
                self.expect(":")
            if op not in ("sum", "max", "min"):
                raise self.error(f"no reduction is called {op!r}")
            pending = Pending(self.axes(), op)
            self.expect("}")
        result = TensorType(dtype, tuple(shape), None if self.accept("?") else tuple(spec), pending)
        try:
            check_spec(result, self.mesh)
        except MeshJitError as error:
            raise self.placed(error, at, self.last_end) from None
        return result

    def axes(self) -> tuple[str, ...]:
        out = [self.name()]
        while self.accept("+"):
            out.append(self.name())
        return tuple(out)
