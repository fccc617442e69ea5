"""How somebody writes what somebody else writes otherwise: the same values, in other words."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable

_ALWAYS, _SOMETIMES = 0.25, 0.25
"""Shares of the people who have a habit, and who have it now and then."""

Habit = Callable[[ast.expr], ast.expr]


def _commuted(node: ast.expr) -> ast.expr:
    match node:
        case ast.BinOp(left, ast.Add() | ast.Mult() as op, right):
            return ast.BinOp(right, op, left)
    return node


def _product(name: str) -> Habit:
    def change(node: ast.expr) -> ast.expr:
        match node:
            case ast.BinOp(left, ast.MatMult(), right):
                return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load()), [left, right], [])
        return node

    return change


def _transpose(node: ast.expr) -> ast.expr:
    match node:
        case ast.Attribute(value, "T"):
            return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), "transpose", ast.Load()), [value], [])
    return node


def _square(node: ast.expr) -> ast.expr:
    match node:
        case ast.BinOp(ast.Name() as base, ast.Pow(), ast.Constant(2)):
            return ast.BinOp(base, ast.Mult(), base)
    return node


def _size(node: ast.expr) -> ast.expr:
    match node:
        case ast.Subscript(ast.Attribute(value, "shape"), ast.Constant(0)):
            return ast.Call(ast.Name("len", ast.Load()), [value], [])
    return node


_HABITS: dict[str, Habit] = {
    "sums and products the other way round": _commuted,
    "np.dot": _product("dot"),
    "np.matmul": _product("matmul"),
    "np.transpose": _transpose,
    "squares as products": _square,
    "len": _size,
}


class Hand:
    """The handwriting of one person: habits that they have always, or now and then, and steps that they name."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._habits = {name: self._how_often() for name in _HABITS}
        self._names_return, self._names_operand = self._how_often(), self._how_often()

    def write(self, source: str) -> str:
        """An answer in this hand; as it is, where it cannot be parsed."""
        try:
            tree = ast.parse(source)
        except SyntaxError:
            return source
        tree = _Written(self._expression).visit(tree)
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            function.body = self._body(function.body)
        return ast.unparse(ast.fix_missing_locations(tree))

    def _how_often(self) -> float:
        draw = self._chance.random()
        return 1.0 if draw < _ALWAYS else 0.4 if draw < _ALWAYS + _SOMETIMES else 0.0

    def _expression(self, node: ast.expr) -> ast.expr:
        for name, habit in _HABITS.items():
            if self._chance.random() < self._habits[name]:
                node = habit(node)
        return node

    def _body(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Steps by name: what is returned, and what a function is called with."""
        written: list[ast.stmt] = []
        for node in body:
            match node:
                case ast.Return(ast.BinOp() | ast.Call() as value) if self._chance.random() < self._names_return:
                    written += [_named("result", value), ast.Return(ast.Name("result", ast.Load()))]
                case ast.Assign(_, ast.Call(_, [ast.BinOp() as inner, *_])) if (
                    self._chance.random() < self._names_operand
                ):
                    name = f"part{len(written)}"
                    node.value.args[0] = ast.Name(name, ast.Load())
                    written += [_named(name, inner), node]
                case _:
                    written.append(node)
        return written


class _Written(ast.NodeTransformer):
    """Every expression of a function, changed from the inside out; no target of an assignment is one."""

    def __init__(self, change: Habit) -> None:
        self._change = change

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        is_value = isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
        return self._change(node) if is_value else node


def _named(name: str, value: ast.expr) -> ast.Assign:
    return ast.Assign([ast.Name(name, ast.Store())], value)
